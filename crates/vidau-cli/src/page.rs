//! One file's way through the engine: bytes in, bytes in the same format out,
//! and what was changed. Commands differ only in where files come from and go.

use anyhow::{bail, ensure};
use vidau::formats::{Format, Record};
use vidau::{Document, Worker};

use crate::input::Input;
use crate::ledger::Findings;

/// How to read a file and how to write it.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageOptions {
    /// Its format; `None`: as its content tells.
    pub(crate) format: Option<Format>,
    pub(crate) record: Record,
}

/// A restored file.
pub(crate) struct PageOutcome {
    pub(crate) input: Input,
    pub(crate) output: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) findings: Findings,
    /// Words of its text, parted by white space.
    pub(crate) words: usize,
    pub(crate) is_changed: bool,
}

/// Restores a file; `name` is what messages and the ledger call it.
pub(crate) fn restore_bytes(
    worker: &mut Worker<'_>,
    name: &str,
    bytes: Vec<u8>,
    options: &PageOptions,
) -> anyhow::Result<PageOutcome> {
    let input = Input::from_bytes(name, bytes)?;
    let Some(format) = options.format.or_else(|| Format::detect(input.text())) else {
        bail!("{name}: markup in a format that is not known; name it with --format");
    };
    ensure!(
        format == Format::Text,
        "{name}: XML or HTML; this version restores plain text, give the text alone"
    );
    let document = Document::from_text(input.text());
    let restored = worker.restore(&document);
    let lines = |text: &str| text.bytes().filter(|&b| b == b'\n').count();
    ensure!(
        lines(restored.text()) == lines(input.text()),
        "{name}: the number of lines has changed; not written, please report this"
    );
    let output = (input.bom().to_owned() + restored.text()).into_bytes();
    Ok(PageOutcome {
        findings: Findings::of(&input, &restored),
        words: input.text().split_whitespace().count(),
        is_changed: output != input.bytes(),
        output,
        format,
        input,
    })
}
