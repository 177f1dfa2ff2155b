//! Opening the model that the command line asks for.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use vidau::Restorer;
use vidau::model::Bytes;
use vidau::model::container::Container;

/// An engine and what ledgers and reports call its model.
pub(crate) struct Engine {
    pub(crate) restorer: Restorer,
    pub(crate) model_id: String,
}

impl Engine {
    /// The model in the file, or the one compiled in.
    pub(crate) fn open(model: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = model else {
            return Ok(Self {
                restorer: Restorer::embedded()?,
                model_id: format!("embedded-{}", env!("CARGO_PKG_VERSION")),
            });
        };
        let container = container(path)?;
        container.verify()?;
        Ok(Self {
            restorer: Restorer::open(path)?,
            model_id: model_id(container.bytes()),
        })
    }
}

/// The start of the model file's BLAKE3.
fn model_id(bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes).to_hex();
    format!("blake3:{}", &hash[..16])
}

/// A model file, its table of sections checked.
pub(crate) fn container(path: &Path) -> anyhow::Result<Container> {
    let name = path.display().to_string();
    let bytes: Arc<[u8]> = std::fs::read(path).with_context(|| name.clone())?.into();
    Ok(Container::open(&name, Bytes::from(bytes))?)
}
