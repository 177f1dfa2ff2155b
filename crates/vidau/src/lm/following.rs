//! Scoring the same words after many states: what the decoder asks.
//!
//! Hypotheses share their shorter contexts, so each context is gone through
//! once, for all words together.

use super::ngram::NgramModel;
use super::spelling::Spelt;
use super::state::{Context, LmState};
use super::trie::{ByteSet, Step, Trie};
use super::{MAX_ORDER, UNKNOWN};
use crate::Cost;

/// The words that may come next, and what the contexts seen so far know of
/// them.
#[derive(Debug, Default)]
pub(crate) struct Following {
    words: Vec<u16>,
    spelt: Vec<Spelt>,
    first: ByteSet,
    /// The contexts asked for.
    rows: Vec<Row>,
    /// A step for each word, row after row.
    steps: Vec<Step>,
    memo: Memo,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    address: u32,
    start: u32,
}

/// A context that has none of the words.
const MISS: u32 = u32::MAX;

/// Where the contexts of a state stand.
pub(crate) type Rows = [u32; MAX_ORDER - 1];

impl Following {
    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.spelt.clear();
        self.first = ByteSet::default();
        self.rows.clear();
        self.steps.clear();
    }

    /// Steps from the context at `address` over all words; `None` if it has
    /// none of them.
    fn fill(&mut self, trie: &Trie, address: u32) -> Option<u32> {
        let start = self.steps.len();
        let node = trie.node(address);
        if !node.may_have(&self.first) {
            return None;
        }
        let mut some = false;
        if node.has_groups() {
            for (&word, &spelt) in self.words.iter().zip(&self.spelt) {
                let find = || node.step(spelt).unwrap_or(Step::NONE);
                let step = self.memo.get_or_find(address, word, find);
                some |= step != Step::NONE;
                self.steps.push(step);
            }
        } else {
            for &spelt in &self.spelt {
                let step = node.step(spelt);
                some |= step.is_some();
                self.steps.push(step.unwrap_or(Step::NONE));
            }
        }
        if !some {
            self.steps.truncate(start);
        }
        some.then_some(start as u32)
    }
}

/// Steps found before from large nodes, which pairs of common words take over
/// and over; a new one takes the place of an old one.
#[derive(Debug)]
struct Memo {
    slots: Vec<Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    address: u32,
    word: u16,
    step: Step,
}

/// 2 to this are the memo's slots.
const MEMO_BITS: u32 = 15;

impl Default for Memo {
    fn default() -> Self {
        let none = Known {
            address: 0,
            word: 0,
            step: Step::NONE,
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
            *known = Known {
                address,
                word,
                step: find(),
            };
        }
        known.step
    }
}

impl NgramModel {
    /// Adds a word; returns its place.
    pub(crate) fn add(&self, following: &mut Following, word: u16) -> usize {
        let word = match usize::from(word) < self.vocab_len() {
            true => word,
            false => UNKNOWN,
        };
        let spelt = self.spelt(word);
        following.words.push(word);
        following.spelt.push(spelt);
        following.first.insert(spelt.first());
        following.words.len() - 1
    }

    /// Looks up the words added after the contexts of `state`.
    pub(crate) fn look_up(&self, following: &mut Following, state: &LmState) -> Rows {
        let mut rows = [MISS; MAX_ORDER - 1];
        for (row, context) in rows.iter_mut().zip(&state.contexts) {
            if context.address == 0 {
                continue;
            }
            let known = following.rows.iter().find(|r| r.address == context.address);
            *row = match known {
                Some(known) => known.start,
                None => {
                    let start = following.fill(self.trie(), context.address);
                    let start = start.unwrap_or(MISS);
                    following.rows.push(Row {
                        address: context.address,
                        start,
                    });
                    start
                }
            };
        }
        rows
    }

    /// The cost of word `place` after `state`, whose contexts are `rows`.
    #[inline]
    pub(crate) fn cost_of(
        &self,
        following: &Following,
        state: &LmState,
        rows: &Rows,
        place: usize,
    ) -> Cost {
        let mut backoff = 0;
        for length in (1..self.order()).rev() {
            let row = rows[length - 1];
            if row != MISS {
                let step = following.steps[row as usize + place];
                if step != Step::NONE {
                    return backoff + self.entry(length, step).cost;
                }
            }
            backoff += state.contexts[length - 1].backoff();
        }
        backoff + self.unigram(following.words[place])
    }

    /// The state after word `place`.
    #[inline]
    pub(crate) fn state_after(&self, following: &Following, rows: &Rows, place: usize) -> LmState {
        let mut next = LmState::default();
        next.contexts[0] = self.root(following.words[place]);
        for length in 1..self.order() - 1 {
            let row = rows[length - 1];
            if row == MISS {
                continue;
            }
            let step = following.steps[row as usize + place];
            if step != Step::NONE && step.address != 0 {
                next.contexts[length] = Context {
                    address: step.address,
                    backoff: self.entry(length, step).backoff,
                };
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
            for &word in &asked {
                lm.add(&mut following, word);
            }
            let rows = lm.look_up(&mut following, &state);
            assert_eq!(lm.look_up(&mut following, &state), rows);
            for (place, &word) in asked.iter().enumerate() {
                let cost = lm.cost_of(&following, &state, &rows, place);
                let after = lm.state_after(&following, &rows, place);
                assert_eq!((cost, after), lm.score(&state, word));
            }
            state = lm.score(&state, pair[1]).1;
        }
    }
}
