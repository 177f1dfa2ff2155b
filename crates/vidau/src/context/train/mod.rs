//! Training: correct text in, the section of weights out.
//!
//! Where a language model is in doubt about the marks of a word, the words
//! around, as it takes them, are to settle it. Each doubt is a choice
//! among words, with the posterior that the model gives them within their
//! paragraph; the weights are those of a log-linear model on top of it.

mod choices;
mod learn;
mod posterior;

use std::path::PathBuf;

use crate::lm::train::join_lines;
use crate::lm::{NgramModel, VOCABULARY};
use crate::model::container::Tag;
use crate::{Error, Result};

/// Text and a language model, best one that has not learnt from it: a model
/// has fewer doubts about what it knows.
#[derive(Debug)]
pub struct Text<'m> {
    /// The language model.
    pub lm: &'m NgramModel,
    /// Text files, a paragraph a line, plain or `.zst`.
    pub files: Vec<PathBuf>,
}

/// How to train.
#[derive(Debug, Clone)]
pub struct Options {
    /// Of all stretches of text only the first of this many is read.
    pub every: usize,
    /// Hypotheses kept of each paragraph.
    pub beam: usize,
    /// How fast weights move.
    pub rate: f32,
    /// Weights worth less than this stay zero.
    pub l1: f32,
    /// The most weights kept.
    pub weights: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            every: 1,
            beam: 8,
            rate: 0.07,
            l1: 3.0,
            weights: 1_000_000,
        }
    }
}

/// The section and how it came about.
#[derive(Debug)]
pub struct Trained {
    /// The section of the model file, and the vocabulary whose numbers it has.
    pub sections: [(Tag, Vec<u8>); 2],
    /// Words, numbers and punctuation read.
    pub tokens: usize,
    /// Doubts that were learnt from.
    pub choices: usize,
    /// Weights that are not zero.
    pub weights: usize,
    /// Mean cost of the right word, in nats, before a weight was learnt from
    /// the choice and without weights.
    pub loss: [f64; 2],
}

/// Learns weights for the vocabulary of `lm`; `progress` is told what is
/// being done.
///
/// # Errors
/// [`Error::Io`] and [`Error::TrainingData`] for files, [`Error::Option`] for options.
pub fn train(
    lm: &NgramModel,
    texts: &[Text<'_>],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Trained> {
    if options.every == 0 || options.beam == 0 {
        return Err(Error::Option {
            option: "every and beam",
            problem: "1 and more are possible".to_owned(),
        });
    }
    let words = || (0..lm.vocab_len()).map(|id| lm.word(id as u16));
    let vocabulary = choices::Vocabulary::new(words());
    let mut read = choices::Choices::default();
    for text in texts {
        let reader = choices::Reader::new(&vocabulary, text.lm, options);
        for file in &text.files {
            progress(&format!("reading {}", file.display()));
            reader.read(file, &mut read)?;
        }
    }
    progress(&format!("learning from {} choices", read.choices.len()));
    let learnt = learn::learn(&vocabulary, &read, options);
    Ok(Trained {
        sections: [
            (VOCABULARY, join_lines(words())),
            super::table::section(&vocabulary.classes, &learnt.weights),
        ],
        tokens: read.classes.len(),
        choices: read.choices.len(),
        weights: learnt.weights.len(),
        loss: learnt.loss,
    })
}
