//! Training: text in, the sections of a language model out.

mod arpa;
mod case;
mod corpus;
mod count;
pub mod evaluate;
mod key;
mod kneser_ney;
mod model;
mod prune;
mod quantize;
mod stages;
#[cfg(test)]
mod tests;
mod trie;
mod vocabulary;
mod write;

use std::io::{self, Write};
use std::path::PathBuf;

pub(crate) use corpus::open;
pub use kneser_ney::Discounts;
pub use stages::{Counted, Estimated, read};

use crate::Result;
use crate::model::container::Tag;
use model::BackoffModel;
use vocabulary::Vocabulary;

/// A kind of text.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it is called in reports.
    pub name: String,
    /// How much it counts, above 0 and at most 1.
    pub weight: f64,
    /// Text files, a paragraph a line, plain or `.zst`.
    pub files: Vec<PathBuf>,
}

/// How to train.
#[derive(Debug, Clone)]
pub struct Options {
    /// The longest n-grams, 2 to 5.
    pub order: usize,
    /// About how many bytes all sections together may take.
    pub size: usize,
    /// Words seen less often, weighted by source, are unknown.
    pub least_count: f64,
    /// The most words the vocabulary may have.
    pub most_words: usize,
    /// N-grams of n words seen less often than `cutoffs[n - 1]` are never kept.
    pub cutoffs: Vec<u32>,
    /// Share in pruning of the choice among words alike but for their marks.
    pub within_class: f64,
    /// Kneser-Ney's lower orders (else absolute discounting).
    pub continuation: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            order: 4,
            size: 31_400_000,
            least_count: 40.0,
            most_words: 16_000,
            cutoffs: vec![1, 1, 2, 2, 2],
            within_class: 0.5,
            continuation: true,
        }
    }
}

/// A trained model and how it came about.
#[derive(Debug)]
pub struct Trained {
    /// The sections of the model file.
    pub sections: Vec<(Tag, Vec<u8>)>,
    /// Figures.
    pub summary: Summary,
    vocabulary: Vocabulary,
    model: BackoffModel,
}

/// Figures of a training.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Ids read from each source, paragraph starts not counted.
    pub tokens: Vec<(String, u64)>,
    /// Words with an id.
    pub words: usize,
    /// Distinct n-grams of each length in the text.
    pub seen: Vec<usize>,
    /// N-grams of each length in the model.
    pub kept: Vec<usize>,
    /// Discounts of each order.
    pub discounts: Vec<Discounts>,
}

impl Trained {
    /// Writes the model, before quantising, in ARPA's format.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn write_arpa(&self, out: &mut dyn Write) -> io::Result<()> {
        let word = |id: u16| self.vocabulary.words[usize::from(id)].to_string();
        arpa::write(&self.model, word, out)
    }
}

/// Trains a model; `progress` is told what is being done.
///
/// # Errors
/// [`crate::Error::Io`] and [`crate::Error::TrainingData`] for files, [`crate::Error::Option`] for options.
pub fn train(
    sources: &[Source],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Trained> {
    let counted = read(sources, options, progress)?;
    Ok(counted
        .estimate(options, progress)
        .finish(options, progress))
}

/// The bytes of a vocabulary's section.
pub(crate) fn join_lines<'w>(words: impl Iterator<Item = &'w str>) -> Vec<u8> {
    words.flat_map(|w| w.bytes().chain([b'\n'])).collect()
}

/// For each word the number of its letters without marks.
fn confusion_classes(words: &[Box<str>]) -> Vec<u32> {
    let mut classes = std::collections::HashMap::new();
    words
        .iter()
        .map(|w| {
            let next = classes.len() as u32;
            *classes.entry(bare(w)).or_insert(next)
        })
        .collect()
}

/// A lower-case word without its marks.
pub fn bare(word: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    word.nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}
