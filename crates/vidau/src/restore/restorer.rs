//! Engine and settings.

use std::path::Path;
use std::sync::Arc;

use super::Worker;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::knowledge::{Knowledge, Profile, ToneStyle};
use crate::model::Bytes;
use crate::model::container::Container;
use crate::part::Part;

/// The engine: immutable, cheap to clone, shared by threads. Each thread asks
/// it for a [`Worker`].
#[derive(Debug, Clone)]
pub struct Restorer {
    engine: Arc<Engine>,
    knowledge: Arc<Knowledge>,
    options: Options,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    /// On every line; `None` asks for more on lines read as English.
    pub(super) change_above: Option<f32>,
    pub(super) flag_below: f32,
    /// On every line; `None` asks for little but on lines without damage.
    pub(super) min_confidence: Option<f32>,
    pub(super) tone_style: ToneStyle,
    pub(super) profile: Profile,
}

/// Settings of a [`Restorer`], checked once when it is built.
#[derive(Debug, Clone)]
pub struct RestorerBuilder {
    options: Options,
    lexicon: Vec<String>,
    keep: Vec<String>,
    beam_width: Option<usize>,
    without: Vec<Part>,
}

impl Default for RestorerBuilder {
    fn default() -> Self {
        Self {
            options: Options {
                change_above: None,
                flag_below: 0.9,
                min_confidence: None,
                tone_style: ToneStyle::Keep,
                profile: Profile::Auto,
            },
            lexicon: Vec::new(),
            keep: Vec::new(),
            beam_width: None,
            without: Vec::new(),
        }
    }
}

impl RestorerBuilder {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is a word as it was read changes only when the other
    /// reading has at least this share of the probability of both (0 to 1;
    /// default: 0.7 on lines that an engine for English read, 0.5 on others).
    /// Otherwise it stays and is flagged.
    #[must_use]
    pub fn change_above(mut self, probability: f32) -> Self {
        self.options.change_above = Some(probability);
        self
    }

    /// Readings less probable than this are flagged (0 to 1; default 0.9).
    #[must_use]
    pub fn flag_below(mut self, probability: f32) -> Self {
        self.options.flag_below = probability;
        self
    }

    /// A change less probable than this is not made: the text stays as it was
    /// read and is flagged, with the change among its alternatives (0 to 1;
    /// default: 0.75 on lines without damage, 0 on others).
    #[must_use]
    pub fn min_confidence(mut self, probability: f32) -> Self {
        self.options.min_confidence = Some(probability);
        self
    }

    /// Words, names and phrases that the documents are known to have, written
    /// as they should be. They are found where they were misread, whether or
    /// not the model knows them, and preferred to what the model alone would
    /// take. Case counts: "Hòa" is no reading of "hoa", but of "Hoa". Adds to
    /// what was given before.
    ///
    /// An entry has at most 12 words of at most 32 characters. Numbers in it
    /// are found only where they were read right.
    ///
    #[cfg_attr(feature = "embedded-model", doc = "```")]
    #[cfg_attr(not(feature = "embedded-model"), doc = "```ignore")]
    /// # fn main() -> vidau::Result<()> {
    /// let names = ["Krông Pắc", "Ea Knuếc"];
    /// let restorer = vidau::Restorer::builder().lexicon(names).embedded()?;
    /// let mut worker = restorer.worker();
    /// let restored = worker.restore_str("dia ban huyen Kr6ng Pac va xa Ea Knuéc\n");
    /// assert_eq!(restored.text(), "địa bàn huyện Krông Pắc và xã Ea Knuếc\n");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn lexicon<E: Into<String>>(mut self, entries: impl IntoIterator<Item = E>) -> Self {
        self.lexicon.extend(entries.into_iter().map(Into::into));
        self
    }

    /// Words, or stretches of several, that stay wherever they were read in
    /// just these letters. Adds to what was given before.
    #[must_use]
    pub fn keep<E: Into<String>>(mut self, entries: impl IntoIterator<Item = E>) -> Self {
        self.keep.extend(entries.into_iter().map(Into::into));
        self
    }

    /// Where the tone stands in restored words (default: as the document has
    /// it). Words that are not changed keep theirs, and entries of the
    /// [lexicon](Self::lexicon) are written as they were given.
    #[must_use]
    pub fn tone_style(mut self, style: ToneStyle) -> Self {
        self.options.tone_style = style;
        self
    }

    /// How the lines were read (default: weighed line by line).
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.options.profile = profile;
        self
    }

    /// Hypotheses kept at each place (1 to 1000; default 16).
    #[must_use]
    pub fn beam_width(mut self, width: usize) -> Self {
        self.beam_width = Some(width);
        self
    }

    /// Switches a part of the engine off, to measure what it brings.
    #[must_use]
    pub fn without(mut self, part: Part) -> Self {
        self.without.push(part);
        self
    }

    /// An engine with the model compiled into the program.
    ///
    /// # Errors
    /// [`Error::Option`] when a setting is out of range; a damaged model.
    #[cfg(feature = "embedded-model")]
    pub fn embedded(self) -> Result<Restorer> {
        self.build("<embedded model>", Bytes::from(vidau_model::MODEL), false)
    }

    /// An engine with the model in the file `path`, read once and checksummed.
    ///
    /// # Errors
    /// [`Error::Option`], [`Error::Io`], or what is wrong with the model.
    pub fn open(self, path: &Path) -> Result<Restorer> {
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })?;
        self.build(&path.display().to_string(), bytes.into(), true)
    }

    /// An engine with a model in memory, checksummed.
    ///
    /// # Errors
    /// [`Error::Option`], or what is wrong with the model.
    pub fn open_bytes(self, bytes: impl Into<Bytes>) -> Result<Restorer> {
        self.build("<bytes>", bytes.into(), true)
    }

    fn build(self, name: &str, bytes: Bytes, verify: bool) -> Result<Restorer> {
        let in_range = |p: f32| (0.0..=1.0).contains(&p);
        for (option, value) in [
            ("change_above", self.options.change_above.unwrap_or(0.0)),
            ("flag_below", self.options.flag_below),
            ("min_confidence", self.options.min_confidence.unwrap_or(0.0)),
        ] {
            if !in_range(value) {
                return Err(Error::Option {
                    option,
                    problem: format!("{value} is no probability, give a number from 0 to 1"),
                });
            }
        }
        let knowledge = Knowledge::new(&self.lexicon, &self.keep)?;
        let container = Container::open(name, bytes)?;
        if verify {
            container.verify()?;
        }
        let mut engine = Engine::open(&container)?;
        if verify {
            engine.verify(&container)?;
        }
        if let Some(width) = self.beam_width {
            if !(1..=1000).contains(&width) {
                return Err(Error::Option {
                    option: "beam_width",
                    problem: format!("{width} is out of range, give 1 to 1000"),
                });
            }
            engine.beam.width = width;
        }
        for part in self.without {
            engine.switch_off(part);
        }
        Ok(Restorer {
            engine: Arc::new(engine),
            knowledge: Arc::new(knowledge),
            options: self.options,
        })
    }
}

impl Restorer {
    /// The engine with the model compiled into the program and the default
    /// settings.
    ///
    /// # Errors
    /// When the embedded model is damaged.
    #[cfg(feature = "embedded-model")]
    pub fn embedded() -> Result<Self> {
        RestorerBuilder::new().embedded()
    }

    /// The engine with the model in the file `path` and the default settings.
    ///
    /// # Errors
    /// When the file cannot be read or is no sound model.
    pub fn open(path: &Path) -> Result<Self> {
        RestorerBuilder::new().open(path)
    }

    /// Settings other than the default.
    #[must_use]
    pub fn builder() -> RestorerBuilder {
        RestorerBuilder::new()
    }

    /// A worker for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        Worker::new(&self.engine, &self.knowledge, self.options)
    }
}
