//! What a model says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::container::{Container, Tag};
use crate::error::Result;

/// Section with the manifest, in JSON.
pub(crate) const MANIFEST: Tag = *b"MANI";

/// What a model was trained on, how, and how well it does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The model's name.
    pub name: String,
    /// The version of vidau that wrote it.
    pub vidau: String,
    /// Longest n-grams, in words.
    pub order: usize,
    /// Words of the vocabulary.
    pub vocabulary: usize,
    /// Number of n-grams by order, from 1.
    pub ngrams: Vec<usize>,
    /// Text that the language model learnt from: name of each source, its
    /// weight and its tokens.
    pub sources: Vec<Source>,
    /// Settings of the training that matter.
    pub settings: BTreeMap<String, String>,
    /// Pages and pairs that the channel learnt from.
    pub channel: Vec<String>,
    /// Scores when it was made, by data set: share of syllables wrong, in per
    /// cent.
    pub scores: BTreeMap<String, f64>,
}

/// A source of text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its weight in the mixture, 0 to 1.
    pub weight: f64,
    /// Its files' names.
    pub files: Vec<String>,
    /// Tokens in them.
    pub tokens: u64,
}

impl Manifest {
    /// The manifest of a model.
    ///
    /// # Errors
    /// [`crate::Error::DamagedModel`] when it is missing or unreadable.
    pub fn of(container: &Container) -> Result<Self> {
        let json = container.section(MANIFEST)?;
        serde_json::from_slice(&json).map_err(|e| container.damaged(MANIFEST, e.to_string()))
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
