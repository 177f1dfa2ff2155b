//! Opening the model that the command line asks for.

use std::path::{Path, PathBuf};

use anyhow::Context;
use vidau::model::Bytes;
use vidau::model::container::{Container, Tag};
use vidau::{Restorer, RestorerBuilder};

use crate::args::EngineArgs;

/// The section that says where a model came from.
pub(crate) const MANIFEST: Tag = *b"MANI";

/// An engine, and where its model is.
pub(crate) struct Engine {
    pub(crate) restorer: Restorer,
    model: Option<PathBuf>,
}

impl Engine {
    /// The model in the file, or the one compiled in.
    pub(crate) fn open(args: &EngineArgs) -> anyhow::Result<Self> {
        let mut builder = RestorerBuilder::new();
        if let Some(probability) = args.change_above {
            builder = builder.change_above(probability);
        }
        if let Some(probability) = args.flag_below {
            builder = builder.flag_below(probability);
        }
        let restorer = match &args.model {
            Some(path) => builder.open(path),
            None => builder.embedded(),
        };
        Ok(Self {
            restorer: restorer?,
            model: args.model.clone(),
        })
    }

    /// What ledgers and reports call the model: the start of its BLAKE3.
    /// Takes a moment, so it is asked for only when it is written down.
    pub(crate) fn model_id(&self) -> anyhow::Result<String> {
        let hash = blake3::hash(&model_bytes(self.model.as_deref())?).to_hex();
        Ok(format!("blake3:{}", &hash[..16]))
    }
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
