//! `vidau model`: what is in a model file, and is it sound?

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};
use vidau::model::container::{Container, FORMAT_VERSION, Tag};

use crate::Outcome;
use crate::args::{ModelArgs, ModelCommand};
use crate::engine;
use crate::output::{self, thousands};

/// The section that says where the model came from.
const MANIFEST: Tag = *b"MANI";

pub(crate) fn run(args: &ModelArgs) -> anyhow::Result<Outcome> {
    let (ModelCommand::Info { file } | ModelCommand::Verify { file }) = &args.command;
    let container = open(file.as_deref())?;
    let name = file
        .as_ref()
        .map_or_else(|| "embedded model".to_owned(), |f| f.display().to_string());
    let text = match &args.command {
        ModelCommand::Info { .. } => info(&name, &container)?,
        ModelCommand::Verify { .. } => {
            container.verify()?;
            format!("{name}: sound\n")
        }
    };
    output::result(text.as_bytes())?;
    Ok(Outcome::Done)
}

fn open(file: Option<&Path>) -> anyhow::Result<Container> {
    match file {
        Some(path) => engine::container(path),
        None => bail!("no model is compiled into this vidau; give a model file"),
    }
}

fn info(name: &str, container: &Container) -> anyhow::Result<String> {
    let bytes = container.bytes();
    let mut out = format!(
        "{name}: format {FORMAT_VERSION}, {} bytes\nblake3 {}\n",
        thousands(bytes.len() as u64),
        blake3::hash(bytes).to_hex()
    );
    for (tag, len) in container.sections() {
        let _ = writeln!(out, "{}  {:>12}", tag.escape_ascii(), thousands(len as u64));
    }
    if container.sections().any(|(tag, _)| tag == MANIFEST) {
        let manifest: serde_json::Value = serde_json::from_slice(&container.section(MANIFEST)?)
            .with_context(|| format!("{name}: the manifest is no JSON"))?;
        out += &serde_json::to_string_pretty(&manifest)?;
        out.push('\n');
    }
    Ok(out)
}
