//! Scoring the same words after many states: what the decoder asks.
//!
//! Hypotheses share their shorter contexts, so each context is gone through
//! once, for all words together. Most know few of the words or none: what is
//! kept of a context is what it knows, and what backing off from it costs.

use super::ngram::NgramModel;
use super::spelling::Spelt;
use super::state::{Context, LmState};
use super::trie::Step;
use super::{MAX_ORDER, UNKNOWN};
use crate::Cost;
use crate::model::node::Node;

/// The words that may come next, and what the contexts seen so far know of
/// them.
#[derive(Debug)]
pub(crate) struct Following {
    words: Vec<Word>,
    /// For each byte the last word that begins with it, and the last one whose number
    /// ends with it; plus one, 0 for none.
    begins: [u16; 256],
    ends: [u16; 256],
    /// The contexts asked for, and where one of a hash was put last.
    rows: Vec<Row>,
    seen: Vec<u16>,
    /// What contexts know, now and before, and what was asked for it.
    known: Vec<Known>,
    asked: Vec<Asked>,
}

/// A word that may come next.
#[derive(Debug, Clone, Copy)]
struct Word {
    word: u16,
    spelt: Spelt,
    /// The words before that begin alike, and whose number ends alike; plus one, 0 for
    /// none.
    alike: u16,
    ending: u16,
    /// Hash of the word and those before it.
    hash: u64,
}

/// A context together with the shorter ones that it ends with.
#[derive(Debug, Clone, Copy)]
struct Row {
    context: Context,
    /// The row of the shorter ones, and the next of them that knows a word.
    shorter: u32,
    next: u32,
    /// In words.
    length: u32,
    /// How many of the words, the first ones, were looked up, and what was
    /// found.
    asked: u32,
    start: u32,
    end: u32,
    /// What backing off from all the contexts costs.
    backoff: Cost,
}

/// A word that a context knows, and the step over it, which says what it costs and
/// where the context stands that both are for the word after.
#[derive(Debug, Clone, Copy)]
struct Known {
    address: u32,
    place: u16,
    code: u8,
}

impl Known {
    #[inline]
    fn step(self) -> Step {
        Step {
            code: self.code,
            address: self.address,
        }
    }
}

/// What the contexts of a state know of a word, the shortest first: numbers in the
/// contexts' rows, 0 for none.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Findings([u16; MAX_ORDER - 1]);

/// Where the rows of the contexts of a state begin, the shortest first.
pub(crate) type Starts = [u32; MAX_ORDER - 1];

/// What one context knows of a word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finding {
    /// In words, the context without the word.
    length: u32,
    /// In the context's row, from 1.
    number: u16,
}

impl Findings {
    #[inline]
    pub(crate) fn add(&mut self, finding: Finding) {
        if let Some(slot) = self.0.get_mut(finding.length as usize - 1) {
            *slot = finding.number;
        }
    }

    #[inline]
    pub(crate) fn is_nothing(self) -> bool {
        self.0 == [0; MAX_ORDER - 1]
    }
}

/// What a context knows of words that were asked for before: texts say the same
/// again and again, in the same places of what is known.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    /// The low 48 bits of the hash of the words and the context, of which all tell
    /// the slot.
    low: u32,
    middle: u16,
    /// How many words it knows.
    known: u16,
    start: u32,
}

impl Asked {
    #[inline]
    fn new(hash: u64) -> Self {
        Self {
            low: hash as u32,
            middle: (hash >> 32) as u16,
            known: 0,
            start: 0,
        }
    }

    #[inline]
    fn is_of(self, hash: u64) -> bool {
        self.low == hash as u32 && self.middle == (hash >> 32) as u16
    }
}

/// Where many words follow a context, less than so many are looked up one by one;
/// for more all that follows is gone through.
const FEW: usize = 18;

/// 2 to this are the slots of `asked`.
const ASKED_BITS: u32 = 18;
/// When so many words are known they are forgotten; those of one node more
/// are room enough.
const MOST_KNOWN: usize = 1 << 18;
const ROOM: usize = 1 << 14;

/// The row of the empty context, which knows nothing but the words' own costs.
const EMPTY: u32 = 0;
/// 2 to this are the slots of `seen`, several times a usual beam's contexts.
const SEEN_BITS: u32 = 8;

/// 2^64 by the golden ratio (Knuth 1973, volume 3, 6.4).
pub(super) const MIXER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The slot of `key` where there are 2 to `bits`.
#[inline]
fn slot(key: u64, bits: u32) -> usize {
    (key.wrapping_mul(MIXER) >> (64 - bits)) as usize
}

impl Default for Following {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            begins: [0; 256],
            ends: [0; 256],
            rows: Vec::new(),
            seen: vec![0; 1 << SEEN_BITS],
            known: Vec::with_capacity(MOST_KNOWN + ROOM),
            asked: vec![Asked::default(); 1 << ASKED_BITS],
        }
    }
}

impl Following {
    /// Forgets all words and contexts.
    pub(crate) fn clear(&mut self) {
        for word in &self.words {
            self.begins[usize::from(word.spelt.first())] = 0;
            self.ends[usize::from(word.word as u8)] = 0;
        }
        self.words.clear();
        self.seen.fill(0);
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
            self.asked.fill(Asked::default());
        }
        self.rows.clear();
        self.rows.push(Row {
            context: Context::default(),
            shorter: EMPTY,
            next: EMPTY,
            length: 0,
            asked: u32::MAX,
            start: 0,
            end: 0,
            backoff: 0,
        });
    }

    /// How many words there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.words.len()
    }

    /// What backing off from all contexts of a row costs: what a word costs
    /// that none of them knows, beyond its own.
    #[inline]
    pub(crate) fn backoff(&self, row: u32) -> Cost {
        self.rows[row as usize].backoff
    }

    /// The place of a word that was added before.
    #[inline]
    fn place(&self, word: u16) -> Option<usize> {
        let mut at = self.ends[usize::from(word as u8)];
        loop {
            let place = usize::from(at.checked_sub(1)?);
            let known = &self.words[place];
            if known.word == word {
                return Some(place);
            }
            at = known.ending;
        }
    }

    /// Adds a new word; returns its place.
    #[inline]
    fn push(&mut self, word: u16, spelt: Spelt) -> usize {
        let place = self.words.len();
        let put = |last: &mut u16| std::mem::replace(last, place as u16 + 1);
        let alike = put(&mut self.begins[usize::from(spelt.first())]);
        let ending = put(&mut self.ends[usize::from(word as u8)]);
        // Mixed so that no word is without a trace, and their order counts.
        let before = self.words.last().map_or(1, |last| last.hash);
        let hash = before.wrapping_add(u64::from(word) + 1).wrapping_mul(MIXER);
        self.words.push(Word {
            word,
            spelt,
            alike,
            ending,
            hash: hash ^ hash >> 29,
        });
        place
    }

    /// Where the rows of each number of words begin that `row` ends with, as
    /// [`NgramModel::extend`] asks for them.
    #[inline]
    pub(crate) fn starts(&self, row: u32) -> Starts {
        let mut starts = Starts::default();
        let mut at = row;
        while at != EMPTY {
            let row = &self.rows[at as usize];
            if let Some(start) = starts.get_mut(row.length as usize - 1) {
                *start = row.start;
            }
            at = row.next;
        }
        starts
    }
}

impl NgramModel {
    /// Adds a word if it is new; returns its place.
    #[inline]
    pub(crate) fn add(&self, following: &mut Following, word: u16) -> usize {
        let word = match usize::from(word) < self.vocab_len() {
            true => word,
            false => UNKNOWN,
        };
        let known = following.place(word);
        known.unwrap_or_else(|| following.push(word, self.spelt(word)))
    }

    /// Reads a byte of what follows each of the contexts, which has the processor
    /// fetch all of them at once, before they are asked for one by one: most stand
    /// in memory that it has not seen for long.
    #[inline]
    pub(crate) fn touch(&self, states: &[LmState]) {
        let contexts = states.iter().flat_map(|state| &state.contexts);
        let touched = contexts.fold(0, |sum, c| sum ^ self.trie().head(c.address()));
        std::hint::black_box(touched);
    }

    /// The row of `state`, in which at least the first `words` of the words
    /// are looked up.
    #[inline]
    pub(crate) fn row_after(&self, following: &mut Following, state: &LmState, words: u32) -> u32 {
        let mut row = EMPTY;
        for length in 1..self.order() {
            let context = state.contexts[length - 1];
            if context.address() != 0 {
                row = self.row(following, row, context, length, words);
            }
        }
        row
    }

    /// The row of `context`, of `length` words, that ends with the contexts of
    /// row `shorter`.
    #[inline]
    fn row(
        &self,
        following: &mut Following,
        shorter: u32,
        context: Context,
        length: usize,
        words: u32,
    ) -> u32 {
        let hash = context.to_bits().wrapping_add(u64::from(shorter) << 48);
        let slot = slot(hash, SEEN_BITS);
        let is_same = |row: &Row| {
            row.context == context
                && row.shorter == shorter
                && row.length == length as u32
                && row.asked >= words
        };
        let seen = usize::from(following.seen[slot]);
        if seen != 0 {
            if is_same(&following.rows[seen]) {
                return seen as u32;
            }
            // Another one took its slot, or fewer words were asked for.
            if let Some(at) = following.rows.iter().rposition(is_same) {
                return at as u32;
            }
        }
        let row = following.rows.len() as u32;
        following.seen[slot] = row as u16;
        let known = self.ask(following, context.address(), length, words as usize);
        let below = following.rows[shorter as usize];
        following.rows.push(Row {
            context,
            shorter,
            next: match below.start < below.end {
                true => shorter,
                false => below.next,
            },
            length: length as u32,
            asked: words,
            start: known.start,
            end: known.start + u32::from(known.known),
            backoff: below.backoff + context.backoff(),
        });
        row
    }

    /// What the context of `length` words at `address` knows of the first
    /// words, looked up if that was not asked before.
    fn ask(&self, following: &mut Following, address: u32, length: usize, words: usize) -> Asked {
        let last = words.checked_sub(1);
        let words_hash = last.map_or(0, |last| following.words[last].hash) ^ length as u64;
        let hash = words_hash ^ u64::from(address).wrapping_mul(MIXER);
        let slot = slot(hash, ASKED_BITS);
        let known = following.asked[slot];
        if known.is_of(hash) {
            return known;
        }
        let start = following.known.len();
        self.find_known(following, address, words);
        let found = Asked {
            known: (following.known.len() - start) as u16,
            start: start as u32,
            ..Asked::new(hash)
        };
        following.asked[slot] = found;
        found
    }

    /// Adds what the context at `address` knows of the first words.
    fn find_known(&self, following: &mut Following, address: u32, words: usize) {
        let node = self.trie().node(address);
        if !node.has_groups() {
            go_through(following, node, 0, words);
        } else if words < FEW {
            for place in 0..words {
                let Word { word, spelt, .. } = following.words[place];
                let step = self.memo.get_or_find(address, word, || node.step(spelt));
                if let Some(step) = step {
                    following.known.push(known(place, step));
                }
            }
        } else {
            for group in 0..node.inputs().len() {
                let (code, below) = node.transition(group);
                if let Some(below) = node.below(below) {
                    go_through(following, below, code, words);
                }
            }
        }
    }

    /// Tells the place of each word that the contexts of a row know, its cost,
    /// and what is known; where several contexts do, the longest comes last.
    #[inline]
    pub(crate) fn for_each_known(
        &self,
        following: &Following,
        row: u32,
        mut tell: impl FnMut(u32, Cost, Finding),
    ) {
        let all = following.backoff(row);
        let mut chain = [EMPTY; MAX_ORDER - 1];
        let mut contexts = 0;
        let mut at = row;
        for slot in &mut chain {
            if at == EMPTY {
                break;
            }
            *slot = at;
            contexts += 1;
            at = following.rows[at as usize].next;
        }
        for &at in chain[..contexts].iter().rev() {
            let row = &following.rows[at as usize];
            let backoff = all - row.backoff;
            let length = row.length;
            let known = &following.known[row.start as usize..row.end as usize];
            for (known, number) in known.iter().zip(1..) {
                let cost = self.entry(length as usize, known.step()).cost;
                tell(
                    known.place.into(),
                    cost + backoff,
                    Finding { length, number },
                );
            }
        }
    }

    /// Adds what is known of a word to the state after it, where the rows that know it
    /// have these [`starts`](Following::starts).
    #[inline]
    pub(crate) fn extend(
        &self,
        following: &Following,
        starts: &Starts,
        after: &mut LmState,
        known: Findings,
    ) {
        for length in 1..self.order() - 1 {
            let Some(number) = known.0[length - 1].checked_sub(1) else {
                continue;
            };
            let at = starts[length - 1] as usize + usize::from(number);
            let step = following.known[at].step();
            if step.address != 0 {
                let backoff = self.entry(length, step).backoff;
                after.contexts[length] = Context::new(step.address, backoff);
            }
        }
    }

    /// The state after a word of which no context knows more.
    #[inline]
    pub(crate) fn state_after(&self, following: &Following, place: u32) -> LmState {
        let mut after = LmState::default();
        after.contexts[0] = self.root(following.words[place as usize].word);
        after
    }
}

/// Adds what a node without groups, come to by `code`, knows of the first words.
#[inline]
fn go_through(following: &mut Following, node: Node<'_>, code: u32, words: usize) {
    for (input, &byte) in node.inputs().iter().enumerate() {
        let mut at = usize::from(following.begins[usize::from(byte)]);
        while let Some(place) = at.checked_sub(1) {
            let Word { spelt, alike, .. } = following.words[place];
            if place < words
                && let Some(step) = node.step_over(input, code, spelt)
            {
                following.known.push(known(place, step));
            }
            at = usize::from(alike);
        }
    }
}

fn known(place: usize, step: Step) -> Known {
    Known {
        address: step.address,
        place: place as u16,
        code: step.code,
    }
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests {
    use super::*;
    use crate::model::Bytes;
    use crate::model::container::Container;

    /// Whatever is asked together costs and leads to what it does by itself.
    #[test]
    fn together_as_one_by_one() {
        let container = Container::open("model", Bytes::from(vidau_model::MODEL)).unwrap();
        let lm = NgramModel::open(&container).unwrap();
        // It remembers steps of its own.
        let one_by_one = NgramModel::open(&container).unwrap();
        let text = include_str!("../../../../data/fixtures/ke-hoach.vie.truth.txt");
        let words: Vec<u16> = text
            .split_whitespace()
            .map(|word| lm.id(&word.to_lowercase()))
            .take(150)
            .collect();
        let mut following = Following::default();
        let mut state = lm.begin();
        for pair in words.windows(2) {
            following.clear();
            let others = [UNKNOWN, u16::MAX, pair[0]];
            let asked: Vec<u16> = words.iter().step_by(3).copied().chain(others).collect();
            let places: Vec<usize> = (asked.iter())
                .map(|&word| lm.add(&mut following, word))
                .collect();
            let all = following.len() as u32;
            // A few of the words first, then all.
            for words in [all / 3, all] {
                let row = lm.row_after(&mut following, &state, words);
                assert_eq!(lm.row_after(&mut following, &state, words), row);
                let mut costs: Vec<Cost> = (following.words.iter())
                    .map(|known| lm.unigram(known.word) + following.backoff(row))
                    .collect();
                let state_after = |place| lm.state_after(&following, place);
                let mut after: Vec<LmState> = (0..all).map(state_after).collect();
                let mut known = vec![Findings::default(); all as usize];
                lm.for_each_known(&following, row, |place, cost, finding| {
                    costs[place as usize] = cost;
                    known[place as usize].add(finding);
                });
                for (after, &known) in after.iter_mut().zip(&known) {
                    lm.extend(&following, &following.starts(row), after, known);
                }
                for (&place, &word) in places.iter().zip(&asked) {
                    if (place as u32) < words {
                        assert_eq!((costs[place], after[place]), one_by_one.score(&state, word));
                    }
                }
            }
            state = lm.score(&state, pair[1]).1;
        }
    }
}
