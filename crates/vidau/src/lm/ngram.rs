//! The model as it is queried.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::memo::Memo;
use super::sections::{self, Codebook, Entry};
use super::spelling::{self, Spelt};
use super::state::{Context, LmState};
use super::trie::{Step, Trie};
use super::vocab::{BOS, FIRST_WORD, UNKNOWN};
use crate::model::Bytes;
use crate::model::container::Container;
use crate::words::Words;
use crate::{Cost, NAT, Result};

/// No context's bits.
const NOT_ASKED: u64 = u64::MAX;

/// What is known of a word by itself, and asked for together.
struct Unigram {
    /// Where it stands as context of one word, once it was asked for.
    root: AtomicU64,
    cost: Cost,
    backoff: i16,
    spelt: Spelt,
}

const _: () = assert!(size_of::<Unigram>() == 16);

impl Unigram {
    fn entry(&self) -> Entry {
        Entry {
            cost: self.cost,
            backoff: self.backoff,
        }
    }
}

/// An n-gram model, opened from a model file and used in place.
pub struct NgramModel {
    words: Words,
    by_word: OnceLock<Vec<u16>>,
    unigrams: Vec<Unigram>,
    pub(super) codebooks: Vec<Codebook>,
    pub(super) memo: Memo,
    pub(super) ngrams: Trie,
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
        let ngrams = Trie::open(container.section(sections::NGRAMS)?)
            .ok_or_else(|| container.damaged(sections::NGRAMS, "it is not whole"))?;
        let unigrams = unigrams.into_iter().zip(spelling::spell(words.len()));
        let unigrams = unigrams.map(|(entry, spelt)| Unigram {
            root: AtomicU64::new(NOT_ASKED),
            cost: entry.cost,
            backoff: entry.backoff,
            spelt,
        });
        Ok(Self {
            words,
            by_word: OnceLock::new(),
            unigrams: unigrams.collect(),
            codebooks,
            memo: Memo::default(),
            ngrams,
            case,
        })
    }

    /// The longest n-grams of the model.
    #[must_use]
    pub fn order(&self) -> usize {
        self.codebooks.len() + 1
    }

    /// How many n-grams of two words and more there are.
    #[must_use]
    pub fn ngrams(&self) -> usize {
        self.codebooks.iter().map(|book| book.ngrams).sum()
    }

    /// Leaves out n-grams longer than `order`.
    pub(crate) fn lower_order(&mut self, order: usize) {
        self.codebooks.truncate(order.max(1) - 1);
    }

    /// Weighs all costs by `scale`, in 1/256; before the first state is made.
    pub(crate) fn weigh(&mut self, scale: Cost) {
        for unigram in &mut self.unigrams {
            let Entry { cost, backoff } = unigram.entry().weighed(scale);
            (unigram.cost, unigram.backoff) = (cost, backoff);
        }
        for book in &mut self.codebooks {
            book.weigh(scale);
        }
    }

    /// The state at the start of a paragraph.
    #[must_use]
    pub fn begin(&self) -> LmState {
        let mut state = LmState::default();
        state.contexts[0] = self.root(BOS);
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
        let spelt = self.spelt(word);
        let mut next = LmState::default();
        next.contexts[0] = self.root(word);
        let mut found = None;
        let mut backoff = 0;
        for length in (1..self.order()).rev() {
            let context = state.contexts[length - 1];
            let address = context.address();
            if address == 0 {
                continue;
            }
            let find = || self.ngrams.node(address).step(spelt);
            match self.memo.get_or_find(address, word, find) {
                Some(step) => {
                    let entry = self.codebooks[length - 1].entry(step);
                    found = found.or(Some(backoff + entry.cost));
                    if length + 1 < self.order() && step.address != 0 {
                        next.contexts[length] = Context::new(step.address, entry.backoff);
                    }
                }
                None => backoff += context.backoff(),
            }
        }
        let cost = found.unwrap_or_else(|| backoff + self.unigrams[usize::from(word)].cost);
        (cost, next)
    }

    /// The cost of `words` one after the other, and the state after them.
    #[cfg(test)]
    pub(crate) fn score_all(&self, state: &LmState, words: &[u16]) -> (Cost, LmState) {
        words.iter().fold((0, *state), |(sum, state), &word| {
            let (cost, next) = self.score(&state, word);
            (sum + cost, next)
        })
    }

    /// Writes the model in ARPA's format, with its costs as they are stored.
    ///
    /// # Errors
    /// What `out` fails with.
    #[cfg(feature = "train")]
    pub fn write_arpa(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        super::arpa::write(self, out)
    }

    #[inline]
    pub(super) fn spelt(&self, word: u16) -> Spelt {
        self.unigrams[usize::from(word)].spelt
    }

    #[inline]
    pub(super) fn trie(&self) -> &Trie {
        &self.ngrams
    }

    /// The context of one word.
    #[inline]
    pub(super) fn root(&self, word: u16) -> Context {
        match self.unigrams[usize::from(word)]
            .root
            .load(Ordering::Relaxed)
        {
            NOT_ASKED => self.find_root(word),
            known => Context::from_bits(known),
        }
    }

    #[cold]
    fn find_root(&self, word: u16) -> Context {
        let unigram = &self.unigrams[usize::from(word)];
        let step = self.ngrams.step(self.ngrams.root(), unigram.spelt);
        let root = match step {
            Some(step) if step.address != 0 => Context::new(step.address, unigram.backoff),
            _ => Context::default(),
        };
        unigram.root.store(root.to_bits(), Ordering::Relaxed);
        root
    }

    /// What the step from a context of `length` words stands for.
    #[inline]
    pub(super) fn entry(&self, length: usize, step: Step) -> Entry {
        self.codebooks[length - 1].entry(step)
    }

    pub(crate) fn words(&self) -> &Words {
        &self.words
    }

    /// How many words there are, the ids below [`FIRST_WORD`] included.
    #[must_use]
    pub fn vocab_len(&self) -> usize {
        self.words.len()
    }

    /// The cost of `word` when nothing is known of the words before.
    #[must_use]
    pub fn unigram(&self, word: u16) -> Cost {
        let unigram = self.unigrams.get(usize::from(word));
        unigram.map_or(0, |u| u.cost)
    }

    /// What `word`, one of the vocabulary, costs by itself.
    #[cfg(feature = "train")]
    pub(super) fn unigram_entry(&self, word: u16) -> Entry {
        self.unigrams[usize::from(word)].entry()
    }

    /// The spelling of `id`: lower case, old tone placement.
    #[must_use]
    pub fn word(&self, id: u16) -> &str {
        self.words.get(usize::from(id)).unwrap_or("<unk>")
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
            .field("ngrams", &self.ngrams())
            .finish()
    }
}

fn read_words(container: &Container) -> Result<Words> {
    let bytes = container.section(sections::VOCABULARY)?;
    let damaged = |problem: &str| container.damaged(sections::VOCABULARY, problem);
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged("it is not UTF-8"))?;
    if !text.ends_with('\n') {
        return Err(damaged("it ends within a word"));
    }
    let mut words = Words::default();
    words.extend(text);
    if words.len() < usize::from(FIRST_WORD) || words.len() > spelling::MOST_WORDS {
        return Err(damaged("impossible number of words"));
    }
    Ok(words)
}
