//! The syllables and words that a token may stand for, in one `fst`.
//!
//! A key is the word's base letters (`a`..`z`), a separator, then one byte a
//! letter for its marks. One walk over base letters meets a base form once;
//! the tree below its separator holds every way to mark it. Both tone
//! placements are keys of the same word.

#[cfg(feature = "train")]
mod build;

use fst::raw::{Fst, Node};

#[cfg(feature = "train")]
pub use build::build_lexicon;

use crate::error::Result;
use crate::model::Bytes;
use crate::model::container::{Container, Tag};
use crate::model::node as keys;
use crate::syllable::{Letter, MARKS};
use crate::words::Words;

/// Between base letters and marks in a key; smaller than both.
pub(crate) const SEPARATOR: u8 = 1;
/// The mark byte of a letter without marks; others follow.
pub(crate) const MARK0: u8 = b'0';

/// Section with the keys.
pub(crate) const LEXICON: Tag = *b"LEXI";
/// Section with the words that the language model does not know.
pub(crate) const EXTRA_WORDS: Tag = *b"LEXW";

/// A word of the lexicon: below the language model's vocabulary size it is the
/// model's word; the others are legal syllables that the model has not seen.
pub type WordId = u32;

/// A key's value: the word's number, and whether it is no Vietnamese syllable
/// (a foreign word or an abbreviation).
#[cfg(feature = "train")]
pub(crate) fn entry_value(id: usize, is_foreign: bool) -> u64 {
    2 * id as u64 + u64::from(is_foreign)
}

/// The number and the mark of [`entry_value`].
pub(crate) fn read_value(value: u64) -> (WordId, bool) {
    ((value / 2) as WordId, value % 2 == 1)
}

/// Base form and marks of every word, and the words by number.
pub struct Lexicon {
    fst: Fst<Bytes>,
    words: Words,
}

impl Lexicon {
    /// Opens the lexicon of a model; `words` are the language model's.
    ///
    /// # Errors
    /// [`crate::Error::DamagedModel`].
    pub(crate) fn open(container: &Container, mut words: Words) -> Result<Self> {
        let bytes = container.section(LEXICON)?;
        let fst =
            Fst::new(bytes).map_err(|e| container.damaged(LEXICON, format!("no lexicon: {e}")))?;
        let extra = container.section(EXTRA_WORDS)?;
        let extra =
            std::str::from_utf8(&extra).map_err(|_| container.damaged(EXTRA_WORDS, "not UTF-8"))?;
        words.extend(extra);
        Ok(Self { fst, words })
    }

    /// Walks the whole map and checks that every key has the form of a word's
    /// and every value is a word's number.
    pub(crate) fn verify(&self, container: &Container) -> Result<()> {
        // Two keys a word at most; more steps than their letters are a bomb.
        let mut steps = self.words.len() * 2 * (2 * MAX_LETTERS + 1);
        let root = self.fst.root();
        self.verify_bases(&root, 0, 0, &mut steps)
            .map_err(|problem| container.damaged(LEXICON, problem))
    }

    fn verify_bases(
        &self,
        node: &Node<'_>,
        value: u64,
        letters: usize,
        steps: &mut usize,
    ) -> Result<(), &'static str> {
        if node.is_final() {
            return Err("a key without marks");
        }
        for t in node.transitions() {
            *steps = steps.checked_sub(1).ok_or("more keys than words")?;
            let next = self.fst.node(t.addr);
            let value = value + t.out.value();
            if t.inp == SEPARATOR && letters > 0 {
                self.verify_marks(&next, value, letters, steps)?;
            } else if t.inp.is_ascii_lowercase() && letters < MAX_LETTERS {
                self.verify_bases(&next, value, letters + 1, steps)?;
            } else {
                return Err("a key that is no word");
            }
        }
        Ok(())
    }

    fn verify_marks(
        &self,
        node: &Node<'_>,
        value: u64,
        letters: usize,
        steps: &mut usize,
    ) -> Result<(), &'static str> {
        if node.is_final() != (letters == 0) {
            return Err("a key with too many or too few marks");
        }
        let word = |value| read_value(value).0 as usize;
        if letters == 0 && word(value + node.final_output().value()) >= self.words.len() {
            return Err("a word number beyond the word list");
        }
        for t in node.transitions() {
            *steps = steps.checked_sub(1).ok_or("more keys than words")?;
            if letters == 0 || !(MARK0..MARK0 + MARKS as u8).contains(&t.inp) {
                return Err("a key that is no word");
            }
            let next = self.fst.node(t.addr);
            self.verify_marks(&next, value + t.out.value(), letters - 1, steps)?;
        }
        Ok(())
    }

    /// The keys' root; `None` where there are no words.
    pub(crate) fn root(&self) -> Option<keys::Node<'_>> {
        let root = self.fst.root().addr();
        (root != 0).then(|| keys::Node::new(self.fst.as_bytes(), root))
    }

    /// The word in lower case with the tone placed the old way ("hòa").
    #[must_use]
    pub fn word(&self, id: WordId) -> &str {
        self.words.get(id as usize).unwrap_or("")
    }

    /// Number of words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether it holds no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The word spelt `word`, in any case and tone placement.
    #[must_use]
    pub fn id(&self, word: &str) -> Option<WordId> {
        let mut key = [0; 2 * MAX_LETTERS + 1];
        let len = write_key(word, &mut key)?;
        let mut node = self.root()?;
        let (last, above) = key[..len].split_last()?;
        let mut value = 0;
        for &byte in above {
            let (output, below) = node.find(byte)?;
            value += u64::from(output);
            node = node.below(below)?;
        }
        let (output, below) = node.find(*last)?;
        value += u64::from(output) + u64::from(node.end_below(below)?);
        Some(read_value(value).0)
    }
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lexicon({} words)", self.len())
    }
}

/// Longest word, in letters, that has a key.
pub(crate) const MAX_LETTERS: usize = 24;

/// Writes the key of `word`; `None` when a character is no Vietnamese letter
/// or the word is empty or too long.
pub(crate) fn write_key(word: &str, key: &mut [u8; 2 * MAX_LETTERS + 1]) -> Option<usize> {
    let mut n = 0;
    for c in word.chars() {
        let letter = Letter::from_char(c)?;
        if n == MAX_LETTERS {
            return None;
        }
        key[n] = letter.base;
        key[MAX_LETTERS + 1 + n] = MARK0 + letter.mark;
        n += 1;
    }
    if n == 0 {
        return None;
    }
    key[n] = SEPARATOR;
    key.copy_within(MAX_LETTERS + 1..MAX_LETTERS + 1 + n, n + 1);
    Some(2 * n + 1)
}
