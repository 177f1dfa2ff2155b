//! How words are spelt in the automaton's keys.
//!
//! The commonest words are one byte, the others two, of which the first is
//! none of the former. A node never has more than 32 transitions, since with
//! more it would carry an index of 256 bytes: beyond that its transitions are
//! put into groups by their bytes, each group a node of its own, under bytes
//! that spell no word.

use crate::model::node::PACKED;

/// Bytes that words are spelt with; those from here on name groups.
pub(super) const LETTERS: usize = 248;
/// Bytes in one group.
const GROUP: u8 = 31;
/// The most transitions of a node without groups.
#[cfg(feature = "train")]
pub(super) const MOST_TRANSITIONS: usize = 32;
/// The most words that two bytes can tell apart.
pub(super) const MOST_WORDS: usize = LETTERS * LETTERS;

/// The group of a byte.
#[inline]
pub(super) fn group(byte: u8) -> u8 {
    LETTERS as u8 + byte / GROUP
}

/// Whether a byte names a group.
#[inline]
pub(super) fn is_group(byte: u8) -> bool {
    usize::from(byte) >= LETTERS
}

/// One or two bytes; a word of one byte has a group's name for the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelt([u8; 2]);

impl Spelt {
    #[inline]
    pub(super) fn first(self) -> u8 {
        self.0[0]
    }

    #[inline]
    pub(super) fn second(self) -> Option<u8> {
        (!is_group(self.0[1])).then_some(self.0[1])
    }
}

/// How each word of a vocabulary of `words` is spelt; the commonest come
/// first and are spelt with what nodes pack best.
pub(super) fn spell(words: usize) -> Vec<Spelt> {
    let rest = (0..LETTERS as u8).filter(|b| !PACKED.contains(b));
    let letters: Vec<u8> = PACKED.iter().copied().chain(rest).collect();
    // The least number of first bytes of two that reach all words.
    let pairs = (0..LETTERS)
        .find(|pairs| LETTERS - pairs + pairs * LETTERS >= words)
        .unwrap_or(LETTERS);
    let single = LETTERS - pairs;
    let spelt = |id: usize| match id.checked_sub(single) {
        None => Spelt([letters[id], u8::MAX]),
        Some(id) => Spelt([
            letters[(single + id / LETTERS).min(LETTERS - 1)],
            letters[id % LETTERS],
        ]),
    };
    (0..words).map(spelt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_word_is_the_beginning_of_another() {
        for words in [1, 248, 249, 500, 16_000, MOST_WORDS] {
            let spelt = spell(words);
            let whole: HashSet<(u8, Option<u8>)> =
                spelt.iter().map(|s| (s.first(), s.second())).collect();
            assert_eq!(whole.len(), words);
            for s in spelt.iter().filter(|s| s.second().is_some()) {
                assert!(!whole.contains(&(s.first(), None)));
                assert!(!is_group(s.first()));
            }
        }
        assert_eq!(
            spell(16_000)
                .iter()
                .filter(|s| s.second().is_none())
                .count(),
            184
        );
    }

    #[test]
    fn groups_fit_into_nodes() {
        for byte in 0..LETTERS as u8 {
            assert!(is_group(group(byte)));
        }
        assert!(usize::from(GROUP) <= 32 && LETTERS.div_ceil(usize::from(GROUP)) <= 8);
    }
}
