//! Numbers for texts.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::words::Words;

/// Texts that are met again and again, each with a number, from 0 on as they
/// came. They stand one after the other, so that thousands of them are no
/// thousands of pieces of memory.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    texts: Words,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Numbers {
    /// The number of `text`; a new one where it is met for the first time.
    pub(crate) fn of(&mut self, text: &str) -> u32 {
        let Self {
            texts,
            table,
            hasher,
        } = self;
        let get = |number: u32| texts.get(number as usize).unwrap_or_default();
        let hash = hasher.hash_one(text);
        // Not by `entry`, which makes room for one more before it looks.
        if let Some(&number) = table.find(hash, |&number| get(number) == text) {
            return number;
        }
        let number = texts.len() as u32;
        table.insert_unique(hash, number, |&number| hasher.hash_one(get(number)));
        texts.push(text);
        number
    }

    /// The text of a number; none of others.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).unwrap_or_default()
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Forgets all texts.
    pub(crate) fn clear(&mut self) {
        self.texts.clear();
        self.table.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_a_number_of_its_own() {
        let mut numbers = Numbers::default();
        let texts: Vec<String> = (0..500).map(|n| format!("số {n}")).collect();
        for _ in 0..2 {
            for (number, text) in texts.iter().enumerate() {
                assert_eq!(numbers.of(text), number as u32);
            }
        }
        assert_eq!((numbers.len(), numbers.text(7)), (500, "số 7"));
        numbers.clear();
        assert_eq!((numbers.of("số 7"), numbers.len()), (0, 1));
    }
}
