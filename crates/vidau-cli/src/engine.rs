//! Opening the engine that the command line and vidau.toml ask for.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use vidau::model::Bytes;
use vidau::model::container::{Container, Tag};
use vidau::{Restorer, RestorerBuilder};

use crate::args::EngineArgs;
use crate::config::{self, Settings};
use crate::input::Input;

/// The section that says where a model came from.
pub(crate) const MANIFEST: Tag = *b"MANI";

/// An engine, and where its model is.
pub(crate) struct Engine {
    pub(crate) restorer: Restorer,
    model: Option<PathBuf>,
    /// BLAKE3 of what changes the engine's results, the model aside.
    pub(crate) settings: String,
}

impl Engine {
    /// The engine for `inputs`: vidau.toml is looked for upward from them.
    pub(crate) fn open<P: AsRef<Path>>(args: &EngineArgs, inputs: &[P]) -> anyhow::Result<Self> {
        Self::open_with(args, inputs, |builder| builder)
    }

    /// The same, with settings that only the program has.
    pub(crate) fn open_with<P: AsRef<Path>>(
        args: &EngineArgs,
        inputs: &[P],
        set: impl Fn(RestorerBuilder) -> RestorerBuilder,
    ) -> anyhow::Result<Self> {
        let config = config::find(args, inputs)?;
        let settings = Settings::new(args, config.as_ref());
        let mut builder = RestorerBuilder::new()
            .tone_style(settings.tone_style.into())
            .profile(settings.profile.into());
        let probabilities = [
            settings.change_above,
            settings.flag_below,
            settings.min_confidence,
        ];
        let mut known = format!(
            "{:?} {:?} {probabilities:?}",
            settings.tone_style, settings.profile
        );
        for file in &settings.lexicon {
            let entries = entries(file)?;
            known += &format!(" lexicon {entries:?}");
            builder = builder.lexicon(entries);
        }
        for file in &settings.keep {
            let entries = entries(file)?;
            known += &format!(" keep {entries:?}");
            builder = builder.keep(entries);
        }
        if let Some(probability) = settings.change_above {
            builder = builder.change_above(probability);
        }
        if let Some(probability) = settings.flag_below {
            builder = builder.flag_below(probability);
        }
        if let Some(probability) = settings.min_confidence {
            builder = builder.min_confidence(probability);
        }
        let builder = set(builder);
        let restorer = match &settings.model {
            Some(path) => builder.open(path),
            None => builder.embedded(),
        };
        // Options are called by the names that the user knows them by.
        let restorer = restorer.map_err(|error| match (error, &config) {
            (vidau::Error::Option { option, problem }, config) => {
                let place = config.as_ref().map_or(String::new(), |c| {
                    format!(" (settings from {})", c.path.display())
                });
                anyhow!("--{}: {problem}{place}", option.replace('_', "-"))
            }
            (error, _) => error.into(),
        })?;
        Ok(Self {
            restorer,
            model: settings.model,
            settings: blake3::hash(known.as_bytes()).to_hex().to_string(),
        })
    }

    /// What ledgers and reports call the model: the start of its BLAKE3.
    /// Takes a moment, so it is asked for only when it is written down.
    pub(crate) fn model_id(&self) -> anyhow::Result<String> {
        let hash = blake3::hash(&model_bytes(self.model.as_deref())?).to_hex();
        Ok(format!("blake3:{}", &hash[..16]))
    }
}

/// The entries of a list: one a line, # starts a comment.
fn entries(file: &Path) -> anyhow::Result<Vec<String>> {
    let input = Input::read(file)?;
    let lines = input.text().lines();
    let entries = lines.map(|line| match line.split_once('#') {
        // Within a word it is part of it.
        Some((entry, _)) if entry.is_empty() || entry.ends_with(char::is_whitespace) => entry,
        _ => line,
    });
    let entries = entries.map(str::trim).filter(|entry| !entry.is_empty());
    Ok(entries.map(str::to_owned).collect())
}

/// A model, its table of sections checked.
pub(crate) fn container(file: Option<&Path>) -> anyhow::Result<Container> {
    let name = file.map_or_else(|| EMBEDDED.to_owned(), |f| f.display().to_string());
    Ok(Container::open(&name, model_bytes(file)?)?)
}

/// What messages call the model compiled in.
pub(crate) const EMBEDDED: &str = "<embedded model>";

fn model_bytes(file: Option<&Path>) -> anyhow::Result<Bytes> {
    match file {
        None => Ok(vidau_model::MODEL.into()),
        Some(path) => {
            let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
            Ok(bytes.into())
        }
    }
}
