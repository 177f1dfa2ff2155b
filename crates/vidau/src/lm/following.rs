//! Scoring the same words after many states: what the decoder asks.
//!
//! Hypotheses share their shorter contexts, so each context is gone through
//! once, for all words together.

use super::ngram::NgramModel;
use super::spelling::Spelt;
use super::state::{Context, LmState};
use super::trie::{Step, Trie};
use super::{MAX_ORDER, UNKNOWN};
use crate::Cost;

/// The words that may come next, and what the contexts seen so far know of
/// them.
#[derive(Debug)]
pub(crate) struct Following {
    words: Vec<u16>,
    spelt: Vec<Spelt>,
    /// For each byte the last word that begins with it, and for each word the
    /// one before that begins alike; plus one, 0 for none.
    begins: Vec<u16>,
    alike: Vec<u16>,
    /// The contexts asked for, and where one was seen last by its address.
    rows: Vec<Row>,
    seen: Vec<u16>,
    /// A step for each word, row after row.
    steps: Vec<Step>,
    memo: Memo,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    address: u32,
    start: u32,
}

/// Of a large node: not looked up, since it was not asked for.
const UNASKED: Step = Step {
    code: 1,
    address: u32::MAX,
};
/// A context that has none of the words.
const MISS: u32 = u32::MAX;
/// 2 to this are the slots of `seen`, several times a usual beam's contexts.
const SEEN_BITS: u32 = 8;

/// The contexts of a state that have some of the words, the longest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    rows: [Asked; MAX_ORDER - 1],
    len: usize,
    /// What backing off from all contexts costs.
    backoff: Cost,
}

/// A context and where it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asked {
    address: u32,
    start: u32,
    /// In words.
    length: usize,
    /// What backing off to it from the longest costs.
    backoff: Cost,
}

impl Default for Following {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            spelt: Vec::new(),
            begins: vec![0; 256],
            alike: Vec::new(),
            rows: Vec::new(),
            seen: vec![0; 1 << SEEN_BITS],
            steps: Vec::new(),
            memo: Memo::default(),
        }
    }
}

impl Following {
    pub(crate) fn clear(&mut self) {
        for spelt in &self.spelt {
            self.begins[usize::from(spelt.first())] = 0;
        }
        self.words.clear();
        self.spelt.clear();
        self.alike.clear();
        self.rows.clear();
        self.seen.fill(0);
        self.steps.clear();
    }

    /// Whether there are no words.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Adds a word if it is new; returns its place.
    fn add(&mut self, word: u16, spelt: Spelt) -> usize {
        let begins = &mut self.begins[usize::from(spelt.first())];
        let mut at = usize::from(*begins);
        while let Some(place) = at.checked_sub(1) {
            if self.words[place] == word {
                return place;
            }
            at = usize::from(self.alike[place]);
        }
        self.alike.push(*begins);
        self.words.push(word);
        self.spelt.push(spelt);
        *begins = self.words.len() as u16;
        self.words.len() - 1
    }

    /// The row of the context at `address`, gone through if it is new.
    #[inline]
    fn row(&mut self, trie: &Trie, address: u32) -> u32 {
        let slot = address.wrapping_mul(0x9e37_79b9) >> (32 - SEEN_BITS);
        let seen = usize::from(self.seen[slot as usize]);
        let is_same = |row: &&Row| row.address == address;
        let known = seen.checked_sub(1).and_then(|at| self.rows.get(at));
        let known = known.filter(is_same);
        // Another context took its slot, or it is new.
        let known = known.or_else(|| match seen {
            0 => None,
            _ => self.rows.iter().find(is_same),
        });
        if let Some(known) = known {
            return known.start;
        }
        let start = self.fill(trie, address).unwrap_or(MISS);
        self.rows.push(Row { address, start });
        self.seen[slot as usize] = self.rows.len() as u16;
        start
    }

    /// Steps from the context at `address` over all words, those of a large
    /// node still to be looked up; `None` if it has none of them.
    fn fill(&mut self, trie: &Trie, address: u32) -> Option<u32> {
        let start = self.steps.len();
        let node = trie.node(address);
        if node.has_groups() {
            self.steps.resize(start + self.words.len(), UNASKED);
            return Some(start as u32);
        }
        self.steps.resize(start + self.words.len(), Step::NONE);
        let steps = &mut self.steps[start..];
        let mut some = false;
        for (input, &byte) in node.inputs().iter().enumerate() {
            let mut at = usize::from(self.begins[usize::from(byte)]);
            while let Some(place) = at.checked_sub(1) {
                if let Some(step) = node.step_over(input, self.spelt[place]) {
                    steps[place] = step;
                    some = true;
                }
                at = usize::from(self.alike[place]);
            }
        }
        if !some {
            self.steps.truncate(start);
        }
        some.then_some(start as u32)
    }

    /// The step over word `place` from the context `asked`.
    #[inline]
    fn step(&mut self, trie: &Trie, asked: Asked, place: usize) -> Step {
        match self.steps[asked.start as usize + place] {
            UNASKED => self.find(trie, asked, place),
            step => step,
        }
    }

    fn find(&mut self, trie: &Trie, asked: Asked, place: usize) -> Step {
        let find = || {
            let step = trie.node(asked.address).step(self.spelt[place]);
            step.unwrap_or(Step::NONE)
        };
        let word = self.words[place];
        let step = self.memo.get_or_find(asked.address, word, find);
        self.steps[asked.start as usize + place] = step;
        step
    }
}

/// Steps found before from large nodes, which pairs of common words take over
/// and over; a new one takes the place of an old one.
#[derive(Debug)]
struct Memo {
    slots: Vec<Known>,
}

/// Laid out flat, so that it takes twelve bytes.
#[derive(Debug, Clone, Copy)]
struct Known {
    address: u32,
    word: u16,
    code: u8,
    next: u32,
}

/// 2 to this are the memo's slots.
const MEMO_BITS: u32 = 18;

impl Default for Memo {
    fn default() -> Self {
        let none = Known {
            address: 0,
            word: 0,
            code: Step::NONE.code,
            next: Step::NONE.address,
        };
        Self {
            slots: vec![none; 1 << MEMO_BITS],
        }
    }
}

impl Memo {
    #[inline]
    fn get_or_find(&mut self, address: u32, word: u16, find: impl FnOnce() -> Step) -> Step {
        let key = u64::from(address) << 16 | u64::from(word);
        let slot = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - MEMO_BITS);
        let known = &mut self.slots[slot as usize];
        if (known.address, known.word) != (address, word) {
            let step = find();
            *known = Known {
                address,
                word,
                code: step.code,
                next: step.address,
            };
        }
        Step {
            code: known.code,
            address: known.next,
        }
    }
}

impl NgramModel {
    /// Adds a word if it is new; returns its place.
    pub(crate) fn add(&self, following: &mut Following, word: u16) -> usize {
        let word = match usize::from(word) < self.vocab_len() {
            true => word,
            false => UNKNOWN,
        };
        following.add(word, self.spelt(word))
    }

    /// Finds the contexts of `state`, to be asked for the words added.
    pub(crate) fn look_up(&self, following: &mut Following, state: &LmState) -> Rows {
        let mut rows = Rows::default();
        for length in (1..self.order()).rev() {
            let context = state.contexts[length - 1];
            if context.address() == 0 {
                continue;
            }
            let start = following.row(self.trie(), context.address());
            if start != MISS {
                rows.rows[rows.len] = Asked {
                    address: context.address(),
                    start,
                    length,
                    backoff: rows.backoff,
                };
                rows.len += 1;
            }
            rows.backoff += context.backoff();
        }
        rows
    }

    /// The cost of word `place` after the state whose contexts are `rows`.
    #[inline]
    pub(crate) fn cost_of(&self, following: &mut Following, rows: &Rows, place: usize) -> Cost {
        for &asked in rows.rows.iter().take(rows.len) {
            let step = following.step(self.trie(), asked, place);
            if step != Step::NONE {
                return asked.backoff + self.entry(asked.length, step).cost;
            }
        }
        rows.backoff + self.unigram(following.words[place])
    }

    /// The state after word `place`.
    #[inline]
    pub(crate) fn state_after(
        &self,
        following: &mut Following,
        rows: &Rows,
        place: usize,
    ) -> LmState {
        let mut next = LmState::default();
        next.contexts[0] = self.root(following.words[place]);
        for &asked in rows.rows.iter().take(rows.len) {
            if asked.length + 1 >= self.order() {
                continue;
            }
            let step = following.step(self.trie(), asked, place);
            if step != Step::NONE && step.address != 0 {
                let backoff = self.entry(asked.length, step).backoff;
                next.contexts[asked.length] = Context::new(step.address, backoff);
            }
        }
        next
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
            let rows = lm.look_up(&mut following, &state);
            assert_eq!(lm.look_up(&mut following, &state), rows);
            for (place, &word) in places.into_iter().zip(&asked) {
                let cost = lm.cost_of(&mut following, &rows, place);
                let after = lm.state_after(&mut following, &rows, place);
                assert_eq!((cost, after), lm.score(&state, word));
            }
            state = lm.score(&state, pair[1]).1;
        }
    }
}
