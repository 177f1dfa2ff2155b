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
#[cfg(test)]
mod tests;
mod vocabulary;
mod write;

use std::io::{self, Write};
use std::path::PathBuf;

use rayon::prelude::*;

pub use kneser_ney::Discounts;

use super::MAX_ORDER;
use super::sections;
use crate::model::container::Tag;
use crate::{Error, Result};
use kneser_ney::Smoothing;
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
            size: 31 << 20,
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
/// [`Error::Io`] and [`Error::TrainingData`] for files, [`Error::Option`] for options.
pub fn train(
    sources: &[Source],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Trained> {
    let sectioned = prepare(sources, options, progress)?;
    Ok(sectioned.finish(options, progress))
}

fn check(sources: &[Source], options: &Options) -> Result<()> {
    let wrong = |option, problem: &str| {
        Err(Error::Option {
            option,
            problem: problem.to_owned(),
        })
    };
    if !(2..=MAX_ORDER).contains(&options.order) {
        return wrong("order", "2 to 5 are possible");
    }
    if !(0.0..=1.0).contains(&options.within_class) {
        return wrong("within_class", "a share between 0 and 1 is wanted");
    }
    if sources.iter().any(|s| !(s.weight > 0.0 && s.weight <= 1.0)) {
        return wrong("weight", "above 0 and at most 1 is wanted");
    }
    if options.cutoffs.windows(2).any(|w| w[0] > w[1]) {
        return wrong("cutoffs", "they must not fall from order to order");
    }
    Ok(())
}

/// Estimated but not yet pruned.
#[derive(Debug)]
pub struct Estimated {
    vocabulary: Vocabulary,
    model: BackoffModel,
    summary: Summary,
}

/// Reads, counts and smooths.
///
/// # Errors
/// As [`train`].
pub fn prepare(
    sources: &[Source],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Estimated> {
    check(sources, options)?;
    progress("reading");
    let files: Vec<&PathBuf> = sources.iter().flat_map(|s| &s.files).collect();
    let mut read = files
        .par_iter()
        .map(|path| corpus::read(path))
        .collect::<Result<Vec<_>>>()?
        .into_iter();
    let texts = sources
        .iter()
        .map(|s| read.by_ref().take(s.files.len()).collect())
        .collect();
    progress("choosing the vocabulary");
    let (vocabulary, streams) =
        vocabulary::choose(sources, texts, options.least_count, options.most_words);
    let starts = |s: &[u16]| s.iter().filter(|&&id| id == super::BOS).count();
    let tokens = sources
        .iter()
        .zip(&streams)
        .map(|(source, s)| (source.name.clone(), (s.len() - starts(s)) as u64))
        .collect();
    progress("counting");
    let words = vocabulary.words.len();
    let counts = match options.order {
        ..=4 => count::count::<u64>(&streams, options.order, words),
        _ => count::count::<u128>(&streams, options.order, words),
    };
    drop(streams);
    progress("smoothing");
    let weights: Vec<f64> = sources.iter().map(|s| s.weight).collect();
    let smoothing = Smoothing {
        weights: &weights,
        cutoffs: &options.cutoffs,
        continuation: options.continuation,
    };
    let (model, discounts) = kneser_ney::estimate(&counts, &smoothing);
    let summary = Summary {
        tokens,
        words,
        seen: counts.levels.iter().map(count::Level::len).collect(),
        kept: Vec::new(),
        discounts,
    };
    Ok(Estimated {
        vocabulary,
        model,
        summary,
    })
}

impl Estimated {
    /// Prunes to size, quantises and writes.
    #[must_use]
    pub fn finish(self, options: &Options, progress: &mut dyn FnMut(&str)) -> Trained {
        progress("weighing n-grams");
        let classes = confusion_classes(&self.vocabulary.words);
        let criterion = prune::Criterion {
            classes: &classes,
            within_class: options.within_class,
        };
        let losses = prune::losses(&self.model, criterion);
        let fixed = [
            (sections::VOCABULARY, join_lines(&self.vocabulary.words)),
            (sections::CASE, case::costs(&self.vocabulary.case)),
        ];
        let fixed_size: usize = fixed.iter().map(|s| s.1.len()).sum();
        let mut n = (options.size.saturating_sub(fixed_size) as f64 / 7.0) as usize;
        let all: usize = losses.iter().map(Vec::len).sum();
        let (model, written) = loop {
            progress(&format!("pruning to {n} n-grams"));
            let model = prune::prune(&self.model, &losses, prune::threshold(&losses, n));
            let written = write::sections(&model);
            let size = fixed_size + written.iter().map(|s| s.1.len()).sum::<usize>();
            progress(&format!("{size} bytes"));
            let error = size as f64 / options.size as f64 - 1.0;
            if (-0.01..=0.0).contains(&error) || (n >= all && error <= 0.0) || n == 0 {
                break (model, written);
            }
            n = ((n as f64 / (1.0 + error) * 0.997) as usize).min(all);
        };
        let mut summary = self.summary;
        summary.kept = model.levels.iter().map(model::Level::len).collect();
        Trained {
            sections: fixed.into_iter().chain(written).collect(),
            summary,
            vocabulary: self.vocabulary,
            model,
        }
    }
}

fn join_lines(words: &[Box<str>]) -> Vec<u8> {
    words
        .iter()
        .flat_map(|w| w.bytes().chain([b'\n']))
        .collect()
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
