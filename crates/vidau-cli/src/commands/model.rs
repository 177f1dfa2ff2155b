//! `vidau model`: what is in a model file, and is it sound?

use std::fmt::Write;

use vidau::model::Manifest;
use vidau::model::container::{Container, FORMAT_VERSION};

use crate::Outcome;
use crate::args::{ModelArgs, ModelCommand};
use crate::engine::{self, EMBEDDED, MANIFEST};
use crate::output::{self, thousands};

pub(crate) fn run(args: &ModelArgs) -> anyhow::Result<Outcome> {
    let (ModelCommand::Info { file } | ModelCommand::Verify { file }) = &args.command;
    let container = engine::container(file.as_deref())?;
    let name = file
        .as_ref()
        .map_or_else(|| EMBEDDED.to_owned(), |f| f.display().to_string());
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

fn info(name: &str, container: &Container) -> anyhow::Result<String> {
    let bytes = container.bytes();
    let mut out = format!(
        "{name}: format {FORMAT_VERSION}, {} bytes\nblake3 {}\n",
        thousands(bytes.len() as u64),
        blake3::hash(bytes).to_hex()
    );
    for (tag, len) in container.sections() {
        let len = thousands(len as u64);
        let _ = writeln!(out, "{}  {len:>12}", tag.escape_ascii());
    }
    if container.sections().any(|(tag, _)| tag == MANIFEST) {
        out += &Manifest::of(container)?.to_json();
        out.push('\n');
    }
    Ok(out)
}
