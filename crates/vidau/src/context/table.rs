//! The weights, in the model's section `AFAR`.
//!
//! ```text
//! u16 (little-endian) for each word of the vocabulary: its class
//! for each word: a list, its length in bytes before it
//! list: for each word that speaks for or against it, by rising number: number
//!       less the one before, weight (i8)
//! ```
//! Lengths and differences of numbers have seven bits a byte, the lowest
//! first; the highest bit says that more follow.

use std::ops::Range;

use crate::Result;
use crate::model::Bytes;
use crate::model::container::{Container, Tag};

/// Section with the weights.
pub(crate) const AFAR: Tag = *b"AFAR";

/// For each word its class, words alike but for their marks being one, and the
/// words whose presence speaks for or against it.
#[derive(Debug)]
pub(crate) struct ContextTable {
    classes: Vec<u16>,
    lists: Vec<Range<u32>>,
    bytes: Bytes,
}

impl ContextTable {
    /// The table of a model that has one, for `words` words.
    pub(crate) fn open(container: &Container, words: usize) -> Result<Option<Self>> {
        if !container.sections().any(|(tag, _)| tag == AFAR) {
            return Ok(None);
        }
        let bytes = container.section(AFAR)?;
        let table = Self::parse(bytes, words);
        table.map(Some).map_err(|p| container.damaged(AFAR, p))
    }

    fn parse(bytes: Bytes, words: usize) -> Result<Self, &'static str> {
        let (classes, mut rest) = bytes
            .split_at_checked(words * 2)
            .ok_or("it does not fit the vocabulary")?;
        let class = |b: &[u8]| u16::from_le_bytes([b[0], b[1]]);
        let classes: Vec<u16> = classes.chunks_exact(2).map(class).collect();
        let mut lists = Vec::with_capacity(words);
        for _ in 0..words {
            let length = number(&mut rest).ok_or("it ends within a length")?;
            let start = (bytes.len() - rest.len()) as u32;
            rest = rest.get(length as usize..).ok_or("it ends within a list")?;
            lists.push(start..start + length);
        }
        if !rest.is_empty() {
            return Err("it is too long");
        }
        Ok(Self {
            classes,
            lists,
            bytes,
        })
    }

    /// Checks what [`open`](Self::open) took on trust.
    pub(crate) fn verify(&self, container: &Container) -> Result<()> {
        for word in 0..self.lists.len() {
            let (mut end, mut at) = (self.lists[word].len(), 0);
            self.for_each(word as u16, |other, _, left| (at, end) = (other, left));
            if end != 0 || at >= self.classes.len() {
                return Err(container.damaged(AFAR, format!("list {word} is not sound")));
            }
        }
        Ok(())
    }

    pub(crate) fn class(&self, word: u16) -> u16 {
        let class = self.classes.get(usize::from(word));
        class.copied().unwrap_or(0)
    }

    /// Tells each word of a word's list, its weight, and how many bytes of
    /// the list are left.
    pub(crate) fn for_each(&self, word: u16, mut tell: impl FnMut(usize, i8, usize)) {
        let Some(range) = self.lists.get(usize::from(word)) else {
            return;
        };
        let mut rest = &self.bytes[range.start as usize..range.end as usize];
        let mut other = 0;
        while let Some(step) = number(&mut rest) {
            let Some((&weight, after)) = rest.split_first() else {
                return;
            };
            rest = after;
            other += step as usize;
            tell(other, weight as i8, rest.len());
        }
    }
}

/// Takes a number off the front of `bytes`.
fn number(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0;
    for shift in [0, 7, 14, 21] {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The section of `classes`, by word, and the weights of (word, word that
/// speaks for or against it), in rising order.
#[cfg(any(test, feature = "train"))]
pub(super) fn section(classes: &[u16], weights: &[((u16, u16), i8)]) -> (Tag, Vec<u8>) {
    let put = |out: &mut Vec<u8>, mut value: usize| {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    };
    let mut out: Vec<u8> = classes.iter().flat_map(|c| c.to_le_bytes()).collect();
    let mut rest = weights;
    for word in 0..classes.len() {
        let own = rest.partition_point(|w| usize::from(w.0.0) <= word);
        let (mut list, mut last) = (Vec::new(), 0);
        for &((_, other), weight) in &rest[..own] {
            put(&mut list, usize::from(other - last));
            list.push(weight as u8);
            last = other;
        }
        rest = &rest[own..];
        put(&mut out, list.len());
        out.extend(list);
    }
    (AFAR, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::container::write_container;

    fn opened(bytes: Vec<u8>, words: usize) -> Result<Option<ContextTable>> {
        let file = write_container(&[(AFAR, bytes)]);
        let container = Container::open("x", file.into())?;
        let table = ContextTable::open(&container, words)?;
        if let Some(table) = &table {
            table.verify(&container)?;
        }
        Ok(table)
    }

    fn sample() -> Vec<u8> {
        let mut classes = vec![0; 700];
        (classes[5], classes[6]) = (2, 1);
        section(&classes, &[((0, 5), 3), ((0, 600), -128), ((2, 0), 127)]).1
    }

    #[test]
    fn weights_come_back() {
        let table = opened(sample(), 700).unwrap().unwrap();
        assert_eq!((table.class(5), table.class(6), table.class(7)), (2, 1, 0));
        let list = |word| {
            let mut list = Vec::new();
            table.for_each(word, |other, weight, _| list.push((other, weight)));
            list
        };
        assert_eq!(list(0), [(5, 3), (600, -128)]);
        assert_eq!(list(1), []);
        assert_eq!(list(2), [(0, 127)]);
        assert_eq!(list(3), []);
    }

    #[test]
    fn a_model_may_be_without() {
        let file = write_container(&[(*b"ELSE", vec![])]);
        let container = Container::open("x", file.into()).unwrap();
        assert!(ContextTable::open(&container, 3).unwrap().is_none());
    }

    #[test]
    fn every_truncation_is_an_error() {
        let whole = sample();
        for len in 0..whole.len() {
            assert!(opened(whole[..len].to_vec(), 700).is_err(), "cut at {len}");
        }
        let mut long = whole;
        long.push(0);
        assert!(opened(long, 700).is_err());
    }

    #[test]
    fn words_beyond_the_vocabulary_are_an_error() {
        let bytes = section(&[0, 1], &[((1, 2), 1)]).1;
        assert!(opened(bytes, 2).is_err());
        // A list that ends within an entry.
        assert!(opened(vec![0, 0, 1, 0], 1).is_err());
        assert!(opened(vec![0, 0, 1, 0x80], 1).is_err());
    }
}
