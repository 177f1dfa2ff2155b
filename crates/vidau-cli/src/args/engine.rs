//! What the engine is to know and to do.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use serde::Deserialize;
use vidau::{Profile, ToneStyle};

/// The engine, what it is told of the documents, and how sure it has to be.
///
/// All but the last two may stand in a vidau.toml, too (`config.rs`).
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct EngineArgs {
    /// Model file; without it, the model compiled in
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,

    /// Words, names and phrases that the documents are known to have, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Vec<PathBuf>,

    /// Words that stay wherever they are read in just these letters, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Vec<PathBuf>,

    /// Where the tone stands in restored words: as in the document, hòa or hoà
    #[arg(long, value_name = "STYLE")]
    pub(crate) tone_style: Option<ToneStyleName>,

    /// How the lines were read; without it, weighed line by line
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<ProfileName>,

    /// Change what is a word as it was read only when at least so sure, 0 to 1; default 0.7 on lines read as English, else 0.5
    #[arg(long, value_name = "P")]
    pub(crate) change_above: Option<f32>,

    /// Flag what is less sure than this, 0 to 1
    #[arg(long, value_name = "P")]
    pub(crate) flag_below: Option<f32>,

    /// Make no change that is less sure than this, 0 to 1, but flag the place; default 0.75 on lines without damage, else 0
    #[arg(long, value_name = "P")]
    pub(crate) min_confidence: Option<f32>,

    /// Settings; without it, the first vidau.toml in the input's folder or one above it
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,

    /// Read no vidau.toml
    #[arg(long)]
    pub(crate) no_config: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ToneStyleName {
    Keep,
    Old,
    New,
}

impl From<ToneStyleName> for ToneStyle {
    fn from(name: ToneStyleName) -> Self {
        match name {
            ToneStyleName::Keep => Self::Keep,
            ToneStyleName::Old => Self::Old,
            ToneStyleName::New => Self::New,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProfileName {
    /// Weighed line by line
    Auto,
    /// Hardly an error
    Clean,
    /// Only the marks are gone
    Stripped,
    /// Tesseract reading English, or the like
    Eng,
    /// Tesseract reading Vietnamese, or the like
    Vie,
    /// An engine for Latin letters in general
    Latin,
    /// Like vie, from a page in a bad state
    Worn,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Auto => Self::Auto,
            ProfileName::Clean => Self::Clean,
            ProfileName::Stripped => Self::Stripped,
            ProfileName::Eng => Self::Eng,
            ProfileName::Vie => Self::Vie,
            ProfileName::Latin => Self::Latin,
            ProfileName::Worn => Self::Worn,
        }
    }
}
