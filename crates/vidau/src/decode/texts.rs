//! What the texts of a block's tokens are, found out once for each text.
//!
//! A document says few words again and again: each text gets a number, with
//! which its tokens find what is known of it.

use std::ops::Range;

use crate::confidence::Signs;
use crate::engine::is_exact;
use crate::lexicon::{Lexicon, WordId};
use crate::lm::fold_word;
use crate::numbers::Numbers;
use crate::syllable::{Casing, casing, is_legal_bare};

/// Number of no text: blanks have none.
pub(super) const NO_TEXT: u32 = u32::MAX;

/// When more texts than this are known all are forgotten.
const CAPACITY: usize = 1 << 15;

/// What a text is.
#[derive(Debug, Clone)]
pub(crate) struct Looks {
    pub(crate) casing: Casing,
    /// Its characters, and those of them that are letters.
    pub(crate) chars: u32,
    pub(crate) letters: u32,
    pub(crate) ends_with_digit: bool,
    /// Whether it is no damage; see [`is_exact`].
    pub(crate) is_exact: bool,
    /// The word spelt so, in any case and tone placement.
    pub(crate) word: Option<WordId>,
    /// The word that it is when it is folded: the same, or one whose tone stood
    /// where no custom puts it.
    pub(crate) folded_word: Option<WordId>,
    /// Hash of it in lower case.
    pub(crate) caseless: u32,
    /// Whether it is of the letters a to z only, and whether its letters make a
    /// syllable with some marks.
    pub(crate) is_ascii: bool,
    pub(crate) is_legal_bare: bool,
    /// Whether half its letters or more are capitals.
    pub(crate) is_mostly_upper: bool,
    pub(crate) signs: Signs,
    folded: Range<u32>,
}

/// A text that was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read<'t> {
    pub(crate) looks: &'t Looks,
    text: &'t str,
    all_folded: &'t str,
}

impl<'t> Read<'t> {
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// What [`fold_word`] makes of it.
    pub(crate) fn folded(&self) -> &'t str {
        let Range { start, end } = self.looks.folded;
        &self.all_folded[start as usize..end as usize]
    }
}

/// Texts by number.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    numbers: Numbers,
    looks: Vec<Looks>,
    /// What [`fold_word`] makes of each.
    folded: String,
}

impl Texts {
    /// Forgets all texts if they are many; their numbers are good until then.
    pub(super) fn trim(&mut self) {
        if self.looks.len() > CAPACITY {
            self.numbers.clear();
            self.looks.clear();
            self.folded.clear();
        }
    }

    /// The number of `text`.
    pub(super) fn number(&mut self, text: &str, lexicon: &Lexicon) -> u32 {
        let number = self.numbers.of(text);
        if self.numbers.len() == self.looks.len() {
            return number;
        }
        let start = self.folded.len();
        fold_word(text, &mut self.folded);
        let folded = &self.folded[start..];
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = text.chars().filter(|c| c.is_uppercase()).count();
        let folded_word = lexicon.id(folded).filter(|&id| lexicon.word(id) == folded);
        self.looks.push(Looks {
            casing: casing(text),
            chars: text.chars().count() as u32,
            letters: letters as u32,
            is_exact: is_exact(text),
            ends_with_digit: text.ends_with(|c: char| c.is_ascii_digit()),
            word: lexicon.id(text),
            folded_word,
            caseless: caseless(text),
            is_ascii: text.bytes().all(|b| b.is_ascii_alphabetic()),
            is_legal_bare: is_legal_bare(text),
            is_mostly_upper: letters > 0 && 2 * capitals >= letters,
            signs: Signs::of(text),
            folded: start as u32..self.folded.len() as u32,
        });
        number
    }

    pub(super) fn looks(&self, number: u32) -> &Looks {
        &self.looks[number as usize]
    }

    pub(super) fn read(&self, number: u32) -> Read<'_> {
        Read {
            looks: self.looks(number),
            text: self.numbers.text(number),
            all_folded: &self.folded,
        }
    }
}

/// FNV-1a over the characters in lower case.
pub(super) fn caseless(text: &str) -> u32 {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.fold(0x811c_9dc5, |hash, c| {
        (hash ^ u32::from(c)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_tell_readings_apart() {
        assert_eq!(caseless("THANH"), caseless("thanh"));
        assert_ne!(caseless("thanh"), caseless("thành"));
    }
}
