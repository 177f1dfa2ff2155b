//! The layout of the model's sections; numbers are little-endian.
//!
//! | tag | holds |
//! |---|---|
//! | `VOCB` | the words in the order of their ids, each followed by a line end |
//! | `UNIG` | for each word its cost (u16) and the cost of backing off from it (i16) |
//! | `CODE` | the order (u8); for two words and more: number of n-grams (u32); number of contexts' codes (u16), for each its cost and back-off (i16, i16); number of the others' codes (u16), for each its cost (i16) |
//! | `NGRM` | an `fst` map of the n-grams of two words and more, oldest word first; see `trie.rs` |
//! | `CASE` | for each word four costs (u8), in units of 1/16 nat |

use super::trie::Step;
use crate::model::container::{Container, Tag};
use crate::{Cost, Result};

pub(crate) const VOCABULARY: Tag = *b"VOCB";
pub(super) const UNIGRAMS: Tag = *b"UNIG";
pub(super) const CODEBOOKS: Tag = *b"CODE";
pub(super) const NGRAMS: Tag = *b"NGRM";
pub(super) const CASE: Tag = *b"CASE";

/// A word's cost, and the cost of backing off where it is the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) cost: Cost,
    pub(super) backoff: i16,
}

impl Entry {
    /// Its costs by a weight in 1/256.
    pub(super) fn weighed(self, scale: Cost) -> Self {
        let weighed = |cost: Cost| ((i64::from(cost) * i64::from(scale) + 128) >> 8) as Cost;
        let backoff = weighed(self.backoff.into());
        Self {
            cost: weighed(self.cost),
            backoff: backoff.clamp(i16::MIN.into(), i16::MAX.into()) as i16,
        }
    }
}

pub(super) fn read_unigrams(container: &Container, words: usize) -> Result<Vec<Entry>> {
    let bytes = container.section(UNIGRAMS)?;
    if bytes.len() != words * 4 {
        return Err(container.damaged(UNIGRAMS, "its length does not fit the vocabulary"));
    }
    let entry = |b: &[u8]| Entry {
        cost: Cost::from(u16::from_le_bytes([b[0], b[1]])),
        backoff: i16::from_le_bytes([b[2], b[3]]),
    };
    Ok(bytes.chunks_exact(4).map(entry).collect())
}

/// What the codes of the n-grams of one length stand for.
#[derive(Debug)]
pub(super) struct Codebook {
    pub(super) ngrams: usize,
    /// N-grams that others extend.
    contexts: Box<[Entry; 256]>,
    /// The others.
    ends: Box<[Entry; 256]>,
}

impl Codebook {
    pub(super) fn weigh(&mut self, scale: Cost) {
        for entry in self.contexts.iter_mut().chain(self.ends.iter_mut()) {
            *entry = entry.weighed(scale);
        }
    }

    #[inline]
    pub(super) fn entry(&self, step: Step) -> Entry {
        let book = match step.address {
            0 => &self.ends,
            _ => &self.contexts,
        };
        book[usize::from(step.code)]
    }
}

/// The codebooks of two words and more.
pub(super) fn read_codebooks(container: &Container) -> Result<Vec<Codebook>> {
    let bytes = container.section(CODEBOOKS)?;
    let damaged = |problem: &str| container.damaged(CODEBOOKS, problem);
    let (&order, mut rest) = bytes
        .split_first()
        .ok_or_else(|| damaged("the section is empty"))?;
    if !(2..=super::MAX_ORDER).contains(&usize::from(order)) {
        return Err(damaged("impossible order"));
    }
    let mut take = |n: usize| {
        let (taken, after) = rest
            .split_at_checked(n)
            .ok_or_else(|| damaged("the section ends within a codebook"))?;
        rest = after;
        Ok(taken)
    };
    let mut books = Vec::new();
    for _ in 2..=order {
        let ngrams = number(take(4)?) as usize;
        let mut entries = |width: usize| {
            let n = number(take(2)?) as usize;
            read_entries(take(n * width)?, width)
                .ok_or_else(|| damaged("more codes than a byte can name"))
        };
        let (contexts, ends) = (entries(4)?, entries(2)?);
        books.push(Codebook {
            ngrams,
            contexts,
            ends,
        });
    }
    match rest.is_empty() {
        true => Ok(books),
        false => Err(damaged("the section is too long")),
    }
}

/// Costs, with `width` 4 each followed by its back-off.
fn read_entries(bytes: &[u8], width: usize) -> Option<Box<[Entry; 256]>> {
    let mut entries = Box::new(
        [Entry {
            cost: 0,
            backoff: 0,
        }; 256],
    );
    if bytes.len() > 256 * width {
        return None;
    }
    for (entry, b) in entries.iter_mut().zip(bytes.chunks_exact(width)) {
        *entry = Entry {
            cost: Cost::from(i16::from_le_bytes([b[0], b[1]])),
            backoff: match b[2..] {
                [low, high] => i16::from_le_bytes([low, high]),
                _ => 0,
            },
        };
    }
    Some(entries)
}

/// A little-endian number.
fn number(bytes: &[u8]) -> u32 {
    let next = |n, &byte: &u8| n << 8 | u32::from(byte);
    bytes.iter().rev().fold(0, next)
}

#[cfg(feature = "train")]
pub(super) mod write {
    use super::Entry;
    use crate::Cost;

    fn small(cost: Cost) -> i16 {
        cost.clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }

    pub(in crate::lm) fn unigrams(entries: &[Entry]) -> Vec<u8> {
        let bytes = |e: &Entry| {
            let [a, b] = (e.cost.clamp(0, u16::MAX.into()) as u16).to_le_bytes();
            let [c, d] = e.backoff.to_le_bytes();
            [a, b, c, d]
        };
        entries.iter().flat_map(bytes).collect()
    }

    /// The codebooks of one length.
    pub(in crate::lm) struct Book {
        pub(in crate::lm) ngrams: u32,
        pub(in crate::lm) contexts: Vec<(Cost, Cost)>,
        pub(in crate::lm) ends: Vec<Cost>,
    }

    pub(in crate::lm) fn codebooks(books: &[Book]) -> Vec<u8> {
        let mut out = vec![books.len() as u8 + 1];
        for book in books {
            out.extend(book.ngrams.to_le_bytes());
            out.extend((book.contexts.len() as u16).to_le_bytes());
            for &(cost, backoff) in &book.contexts {
                out.extend(small(cost).to_le_bytes());
                out.extend(small(backoff).to_le_bytes());
            }
            out.extend((book.ends.len() as u16).to_le_bytes());
            for &cost in &book.ends {
                out.extend(small(cost).to_le_bytes());
            }
        }
        out
    }
}
