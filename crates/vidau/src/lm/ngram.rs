//! The model as it is queried.

use std::sync::OnceLock;

use fst::raw::Fst;

use super::sections::{self, Entry};
use super::state::{Context, LmState};
use super::vocab::{BOS, FIRST_WORD, UNKNOWN};
use crate::model::Bytes;
use crate::model::container::Container;
use crate::{Cost, NAT, Result};

/// An n-gram model, opened from a model file and used in place.
pub struct NgramModel {
    words: Vec<Box<str>>,
    by_word: OnceLock<Vec<u16>>,
    unigrams: Vec<Entry>,
    /// Where each word as context of one word stands.
    roots: Vec<Context>,
    codebooks: Vec<Vec<Entry>>,
    ngrams: Fst<Bytes>,
    case: Bytes,
}

impl NgramModel {
    /// Opens the model in `container`; checks lengths and ranges. Whether the
    /// n-grams are undamaged is left to [`Container::verify`], to be called
    /// once before bytes from outside are used.
    ///
    /// # Errors
    /// [`crate::Error::DamagedModel`] when a section is missing or damaged.
    pub fn open(container: &Container) -> Result<Self> {
        let words = read_words(container)?;
        let unigrams = sections::read_unigrams(container, words.len())?;
        let codebooks = sections::read_codebooks(container)?;
        let case = container.section(sections::CASE)?;
        if case.len() != words.len() * 4 {
            let problem = "its length does not fit the vocabulary";
            return Err(container.damaged(sections::CASE, problem));
        }
        let bytes = container.section(sections::NGRAMS)?;
        if !ends_with_root(&bytes) {
            return Err(container.damaged(sections::NGRAMS, "it is not whole"));
        }
        let ngrams =
            Fst::new(bytes).map_err(|e| container.damaged(sections::NGRAMS, e.to_string()))?;
        let mut model = Self {
            words,
            by_word: OnceLock::new(),
            unigrams,
            roots: Vec::new(),
            codebooks,
            ngrams,
            case,
        };
        let root = Context {
            address: model.ngrams.root().addr() as u32,
            ..Context::default()
        };
        model.roots = (0..model.words.len())
            .map(|id| Context {
                backoff: model.unigrams[id].backoff,
                ..model.step(root, id as u16).0
            })
            .map(|c| {
                if c.address == 0 {
                    Context::default()
                } else {
                    c
                }
            })
            .collect();
        Ok(model)
    }

    /// The longest n-grams of the model.
    #[must_use]
    pub fn order(&self) -> usize {
        self.codebooks.len() + 1
    }

    /// How many n-grams of two words and more there are.
    #[must_use]
    pub fn ngrams(&self) -> usize {
        self.ngrams.len()
    }

    /// The state at the start of a paragraph.
    #[must_use]
    pub fn begin(&self) -> LmState {
        let mut state = LmState::default();
        state.contexts[0] = self.roots[usize::from(BOS)];
        state
    }

    /// The state when nothing is known of the words before.
    #[must_use]
    pub fn empty(&self) -> LmState {
        LmState::default()
    }

    /// The cost of `word` after `state`, and the state after it. Ids beyond
    /// the vocabulary count as unknown words.
    #[must_use]
    pub fn score(&self, state: &LmState, word: u16) -> (Cost, LmState) {
        let word = match usize::from(word) < self.words.len() {
            true => word,
            false => UNKNOWN,
        };
        let mut next = LmState::default();
        next.contexts[0] = self.roots[usize::from(word)];
        let mut found = None;
        let mut backoff = 0;
        for length in (1..self.order()).rev() {
            let context = state.contexts[length - 1];
            if context.address == 0 {
                continue;
            }
            let (after, code) = self.step(context, word);
            let entry = code.and_then(|code| self.codebooks[length - 1].get(usize::from(code)));
            match entry {
                Some(entry) => {
                    found = found.or(Some(backoff + entry.cost));
                    if length + 1 < self.order() && after.address != 0 {
                        next.contexts[length] = Context {
                            backoff: entry.backoff,
                            ..after
                        };
                    }
                }
                None => backoff += context.backoff(),
            }
        }
        let cost = found.unwrap_or_else(|| backoff + self.unigrams[usize::from(word)].cost);
        (cost, next)
    }

    /// From a context over one word: the longer context, and the code of the
    /// n-gram if the model has it.
    fn step(&self, from: Context, word: u16) -> (Context, Option<u8>) {
        let [high, low] = word.to_be_bytes();
        let mut node = self.ngrams.node(from.address as usize);
        let mut output = from.output;
        for byte in [high, low] {
            let Some(i) = node.find_input(byte) else {
                return (Context::default(), None);
            };
            let transition = node.transition(i);
            output = output.wrapping_add(transition.out.value() as u8);
            node = self.ngrams.node(transition.addr);
        }
        let code = node
            .is_final()
            .then(|| output.wrapping_add(node.final_output().value() as u8));
        let context = Context {
            // A node that nothing follows is as good as none.
            address: if node.is_empty() {
                0
            } else {
                node.addr() as u32
            },
            backoff: 0,
            output,
        };
        (context, code)
    }

    /// How many words there are, the ids below [`FIRST_WORD`] included.
    #[must_use]
    pub fn vocab_len(&self) -> usize {
        self.words.len()
    }

    /// The cost of `word` when nothing is known of the words before.
    #[must_use]
    pub fn unigram(&self, word: u16) -> Cost {
        let entry = self.unigrams.get(usize::from(word));
        entry.map_or(0, |e| e.cost)
    }

    /// The spelling of `id`: lower case, old tone placement.
    #[must_use]
    pub fn word(&self, id: u16) -> &str {
        self.words.get(usize::from(id)).map_or("<unk>", |w| w)
    }

    /// The id of a word in lower case and old tone placement; [`UNKNOWN`] if
    /// it has none. The first call sorts the vocabulary.
    #[must_use]
    pub fn id(&self, word: &str) -> u16 {
        let index = self.by_word.get_or_init(|| {
            let mut ids: Vec<u16> = (FIRST_WORD..self.words.len() as u16).collect();
            ids.sort_unstable_by_key(|&id| self.word(id));
            ids
        });
        let found = index.binary_search_by_key(&word, |&id| self.word(id));
        found.map_or(UNKNOWN, |at| index[at])
    }

    /// What the casing of word `id` costs inside a sentence: lower case and
    /// capitalised after a word in lower case, then the same after a
    /// capitalised word.
    #[must_use]
    pub fn case_costs(&self, id: u16) -> [Cost; 4] {
        let at = usize::from(id) * 4;
        let bytes = self.case.get(at..at + 4).unwrap_or(&[0; 4]);
        std::array::from_fn(|k| Cost::from(bytes[k]) * (NAT / 16))
    }
}

impl std::fmt::Debug for NgramModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NgramModel")
            .field("order", &self.order())
            .field("words", &self.words.len())
            .field("ngrams", &self.ngrams.len())
            .finish()
    }
}

/// Whether the automaton's bytes end with its root and the footer, and are
/// few enough for the addresses of a state.
fn ends_with_root(bytes: &[u8]) -> bool {
    // The length of the map, the root's address, a checksum.
    const FOOTER: u64 = 8 + 8 + 4;
    let at = bytes.len().checked_sub(12);
    let root = at.and_then(|at| bytes[at..].first_chunk());
    let root = root.map_or(u64::MAX, |root| u64::from_le_bytes(*root));
    root < u64::from(u32::MAX) && root + 1 + FOOTER == bytes.len() as u64
}

fn read_words(container: &Container) -> Result<Vec<Box<str>>> {
    let bytes = container.section(sections::VOCABULARY)?;
    let damaged = |problem: &str| container.damaged(sections::VOCABULARY, problem);
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged("it is not UTF-8"))?;
    if !text.ends_with('\n') {
        return Err(damaged("it ends within a word"));
    }
    let words: Vec<Box<str>> = text.lines().map(Box::from).collect();
    if words.len() < usize::from(FIRST_WORD) || words.len() > usize::from(u16::MAX) {
        return Err(damaged("impossible number of words"));
    }
    Ok(words)
}
