//! The syllables and words that a token may stand for, in one `fst`.
//!
//! A key is the word's base letters (`a`..`z`), a separator, then one byte a
//! letter for its marks. One walk over base letters meets a base form once;
//! the tree below its separator holds every way to mark it. Both tone
//! placements are keys of the same word.

#[cfg(feature = "train")]
mod build;

use fst::raw::Fst;

#[cfg(feature = "train")]
pub use build::build_lexicon;

use crate::error::Result;
use crate::model::Bytes;
use crate::model::container::{Container, Tag};
use crate::syllable::Letter;

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

/// Base form and marks of every word, and the words by number.
pub struct Lexicon {
    fst: Fst<Bytes>,
    words: Vec<Box<str>>,
}

impl Lexicon {
    /// Opens the lexicon of a model; `vocabulary` are the language model's
    /// words in the order of their ids.
    ///
    /// # Errors
    /// [`crate::Error::DamagedModel`].
    pub(crate) fn open<'a>(
        container: &Container,
        vocabulary: impl Iterator<Item = &'a str>,
    ) -> Result<Self> {
        let bytes = container.section(LEXICON)?;
        let fst =
            Fst::new(bytes).map_err(|e| container.damaged(LEXICON, format!("no lexicon: {e}")))?;
        let extra = container.section(EXTRA_WORDS)?;
        let extra = std::str::from_utf8(&extra)
            .map_err(|_| container.damaged(EXTRA_WORDS, "not UTF-8"))?;
        let extra: Vec<Box<str>> = extra.lines().map(Box::from).collect();
        let words = vocabulary.map(Box::from).chain(extra).collect();
        Ok(Self { fst, words })
    }

    /// Walks and checks the whole map: every value is a word's number.
    pub(crate) fn verify(&self, container: &Container) -> Result<()> {
        self.fst
            .verify()
            .map_err(|e| container.damaged(LEXICON, e.to_string()))?;
        use fst::Streamer;
        let mut stream = self.fst.stream();
        while let Some((_, id)) = stream.next() {
            if id.value() as usize >= self.words.len() {
                return Err(container.damaged(LEXICON, "a word number beyond the word list"));
            }
        }
        Ok(())
    }

    pub(crate) fn fst(&self) -> &Fst<Bytes> {
        &self.fst
    }

    /// The word in lower case with the tone placed the old way ("hòa").
    #[must_use]
    pub fn word(&self, id: WordId) -> &str {
        self.words.get(id as usize).map_or("", |w| w)
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
        let value = self.fst.get(&key[..len])?;
        Some(value.value() as WordId)
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

