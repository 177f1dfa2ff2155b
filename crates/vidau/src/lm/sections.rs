//! The layout of the model's sections; numbers are little-endian.
//!
//! | tag | holds |
//! |---|---|
//! | `VOCB` | the words in the order of their ids, each followed by a line end |
//! | `UNIG` | for each word its cost (u16) and the cost of backing off from it (i16) |
//! | `CODE` | the order (u8); for two words and more: number of codes (u16), for each its cost and back-off (i16, i16) |
//! | `NGRM` | an `fst` map: ids of two words and more (big-endian, oldest first) to a code |
//! | `CASE` | for each word four costs (u8), in units of 1/16 nat |

use crate::model::container::{Container, Tag};
use crate::{Cost, Result};

pub(super) const VOCABULARY: Tag = *b"VOCB";
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

/// The codebooks of two words and more.
pub(super) fn read_codebooks(container: &Container) -> Result<Vec<Vec<Entry>>> {
    let bytes = container.section(CODEBOOKS)?;
    let damaged = |problem: &str| container.damaged(CODEBOOKS, problem);
    let (&order, mut rest) = bytes
        .split_first()
        .ok_or_else(|| damaged("the section is empty"))?;
    if !(2..=super::MAX_ORDER).contains(&usize::from(order)) {
        return Err(damaged("impossible order"));
    }
    let mut books = Vec::new();
    for _ in 2..=order {
        let (n, after) = rest
            .split_at_checked(2)
            .ok_or_else(|| damaged("the section ends within a codebook"))?;
        let n = usize::from(u16::from_le_bytes([n[0], n[1]]));
        let (codes, after) = after
            .split_at_checked(n * 4)
            .ok_or_else(|| damaged("the section ends within a codebook"))?;
        let entry = |b: &[u8]| Entry {
            cost: Cost::from(i16::from_le_bytes([b[0], b[1]])),
            backoff: i16::from_le_bytes([b[2], b[3]]),
        };
        books.push(codes.chunks_exact(4).map(entry).collect());
        rest = after;
    }
    if rest.is_empty() {
        Ok(books)
    } else {
        Err(damaged("the section is too long"))
    }
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

    pub(in crate::lm) fn codebooks(books: &[Vec<(Cost, Cost)>]) -> Vec<u8> {
        let mut out = vec![books.len() as u8 + 1];
        for book in books {
            out.extend((book.len() as u16).to_le_bytes());
            for &(cost, backoff) in book {
                out.extend(small(cost).to_le_bytes());
                out.extend(small(backoff).to_le_bytes());
            }
        }
        out
    }
}
