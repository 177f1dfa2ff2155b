//! Engine, worker, results.

use std::ops::Range;
use std::path::Path;

use crate::document::Document;
use crate::error::Result;

/// The engine: immutable, shared by threads; each thread asks it for a
/// [`Worker`].
#[derive(Debug, Clone, Default)]
pub struct Restorer {}

impl Restorer {
    /// The engine with the model compiled into the program.
    ///
    /// # Errors
    /// When the embedded model is damaged.
    #[cfg(feature = "embedded-model")]
    pub fn embedded() -> Result<Self> {
        Ok(Self {})
    }

    /// The engine with the model in the file `path`, read once and checksummed.
    ///
    /// # Errors
    /// When the file cannot be read or is no sound model.
    pub fn open(_path: &Path) -> Result<Self> {
        Ok(Self {})
    }

    /// A worker for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            restorer: self,
            text: String::new(),
        }
    }
}

/// Everything that one thread needs to restore text; its buffers are kept
/// from one document to the next.
#[derive(Debug)]
pub struct Worker<'r> {
    #[allow(dead_code)]
    restorer: &'r Restorer,
    text: String,
}

impl Worker<'_> {
    /// Restores a document.
    ///
    /// # Errors
    /// None at present.
    pub fn restore(&mut self, document: &Document<'_>) -> Result<Restored<'_>> {
        self.text.clear();
        self.text.push_str(document.source());
        Ok(Restored { text: &self.text })
    }
}

/// A restored document, borrowed from the worker until its next call.
#[derive(Debug)]
pub struct Restored<'w> {
    text: &'w str,
}

impl<'w> Restored<'w> {
    /// The whole text, with everything between the runs as it was.
    #[must_use]
    pub fn text(&self) -> &'w str {
        self.text
    }

    /// The changes, in the order of the text.
    pub fn corrections(&self) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        std::iter::empty()
    }

    /// Places that were left as they are, or changed, and are unsure.
    pub fn flags(&self) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        std::iter::empty()
    }
}

/// What decided a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reason {
    /// Marks restored or changed; the base letters are as they were read.
    Marks,
    /// Letters that the engine misread.
    Letters,
    /// A blank put in or taken out.
    Blanks,
    /// A rule.
    Rule,
}

/// One change, or one place that is unsure.
#[derive(Debug, Clone)]
pub struct Correction<'w> {
    /// Where it stands in [`Document::source`], in bytes.
    pub span: Range<usize>,
    /// Index of the run in the document.
    pub run: usize,
    /// What was read.
    pub original: &'w str,
    /// What it is taken for; equal to `original` where only flagged.
    pub best: &'w str,
    /// Probability of `best`, 0 to 1.
    pub confidence: f32,
    /// Below the engine's flag threshold: a person should look.
    pub flagged: bool,
    /// What kind of change it is.
    pub reason: Reason,
    /// Other readings, likeliest first, with their probability.
    pub alternatives: Vec<Alternative<'w>>,
}

/// Another reading of a place in the text.
#[derive(Debug, Clone)]
pub struct Alternative<'w> {
    /// The reading.
    pub text: &'w str,
    /// Its probability, 0 to 1.
    pub probability: f32,
}
