//! The ledger on the disk: written, read, and undone.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use vidau::formats::{Encoding, Format, Record};

use super::{Change, RawEdit, compact, hash};
use crate::args::LedgerForm;
use crate::input;
use crate::output::shown;
use crate::page::PageOutcome;

/// Name and version of the layout of a line for each change.
const SCHEMA: &str = "vidau.ledger/1";

/// One line of the ledger.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    schema: Cow<'a, str>,
    #[serde(flatten)]
    file: File<'a>,
    /// BLAKE3 of the output.
    output: Cow<'a, str>,
    #[serde(flatten)]
    change: Cow<'a, Change>,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File<'a> {
    #[serde(alias = "path")]
    pub(super) file: Cow<'a, str>,
    /// BLAKE3 of the input.
    pub(super) input: Cow<'a, str>,
    pub(super) model: Cow<'a, str>,
    #[serde(default = "plain")]
    pub(super) format: Cow<'a, str>,
    /// Of the input, where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) encoding: Option<Cow<'a, str>>,
    /// How it was recorded in the file, where not in the usual way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<Cow<'a, str>>,
}

fn plain() -> Cow<'static, str> {
    Format::Text.name().into()
}

impl<'a> File<'a> {
    /// Plain text in UTF-8.
    pub(crate) fn plain(name: &'a str, input: &'a str, model: &'a str) -> Self {
        Self {
            file: name.into(),
            input: input.into(),
            model: model.into(),
            format: plain(),
            encoding: None,
            record: None,
        }
    }

    pub(crate) fn of(page: &'a PageOutcome, input: &'a str, model: &'a str) -> Self {
        let encoding = page.input.encoding;
        Self {
            file: page.input.name.as_str().into(),
            input: input.into(),
            model: model.into(),
            format: page.format.name().into(),
            encoding: (encoding != Encoding::Utf8).then(|| encoding.name().into()),
            record: (page.record != Record::default()).then(|| page.record.name().into()),
        }
    }

    pub(crate) fn into_owned(self) -> File<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        File {
            file: own(self.file),
            input: own(self.input),
            model: own(self.model),
            format: own(self.format),
            encoding: self.encoding.map(own),
            record: self.record.map(own),
        }
    }
}

/// The ledger's lines for one file.
pub(crate) fn entries(page: &PageOutcome, form: LedgerForm, model: &str) -> anyhow::Result<String> {
    let (input, output) = (hash(page.input.bytes()), hash(&page.output));
    let file = File::of(page, &input, model);
    if form == LedgerForm::Compact {
        return compact::lines(&file, &output, page);
    }
    let mut lines = String::new();
    for change in &page.findings.changes {
        let entry = Entry {
            schema: SCHEMA.into(),
            file: file.clone(),
            output: output.as_str().into(),
            change: Cow::Borrowed(change),
        };
        lines += &serde_json::to_string(&entry)?;
        lines.push('\n');
    }
    Ok(lines)
}

/// What a ledger says was done to a file.
pub(crate) struct Recorded {
    file: File<'static>,
    output: String,
    /// In the order of the input.
    edits: Vec<RawEdit>,
    /// None where the ledger is compact.
    pub(crate) changes: Vec<Change>,
}

/// Reads a ledger file of either form, compressed with zstd or not.
pub(crate) fn open(path: &Path) -> anyhow::Result<Vec<Recorded>> {
    let name = shown(path);
    let mut bytes = input::read(path)?;
    if bytes.starts_with(&ZSTD) {
        bytes = zstd::decode_all(&bytes[..]).with_context(|| name.clone())?;
    }
    let text = String::from_utf8(bytes);
    let text = text.with_context(|| format!("{name}: not a ledger"))?;
    read(&name, &text)
}

/// What a file that is compressed so begins with.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Reads a ledger of either form; files in its order.
fn read(name: &str, text: &str) -> anyhow::Result<Vec<Recorded>> {
    let mut all: Vec<Recorded> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((i, line)) = lines.next() {
        let place = || format!("{name}, line {}", i + 1);
        if line.trim().is_empty() {
            continue;
        }
        if compact::is_header(line) {
            let mut rows = lines.by_ref().map(|(_, line)| line);
            all.push(compact::read(line, &mut rows).with_context(place)?);
            continue;
        }
        let entry: Entry<'_> = serde_json::from_str(line)
            .with_context(place)
            .context("not a line of a ledger")?;
        ensure!(
            entry.schema == SCHEMA,
            "{}: {} is not {SCHEMA}; use the vidau that wrote it",
            place(),
            entry.schema
        );
        let change = entry.change.into_owned();
        let edits = match &change.edits[..] {
            [] => vec![(change.span[0], change.before.clone(), change.after.clone())],
            edits => edits.to_vec(),
        };
        let file = entry.file.into_owned();
        match all.last_mut() {
            Some(last) if last.file == file && last.output == entry.output => {
                last.edits.extend(edits);
                last.changes.push(change);
            }
            _ => all.push(Recorded {
                file,
                output: entry.output.into_owned(),
                edits,
                changes: vec![change],
            }),
        }
    }
    for recorded in &mut all {
        recorded.edits.sort_by_key(|e| (e.0, e.0 + e.1.len()));
    }
    Ok(all)
}

impl Recorded {
    pub(super) fn new(file: File<'_>, output: String, edits: Vec<RawEdit>) -> Self {
        Self {
            file: file.into_owned(),
            output,
            edits,
            changes: Vec::new(),
        }
    }

    /// What the ledger calls it.
    pub(crate) fn name(&self) -> &str {
        &self.file.file
    }

    /// Hash of what was read.
    pub(crate) fn input(&self) -> &str {
        &self.file.input
    }

    /// Hash of what was written.
    pub(crate) fn output(&self) -> &str {
        &self.output
    }

    pub(crate) fn model(&self) -> &str {
        &self.file.model
    }

    pub(crate) fn format(&self) -> Option<Format> {
        Format::from_name(&self.file.format)
    }

    pub(crate) fn record(&self) -> Option<Record> {
        match &self.file.record {
            None => Some(Record::default()),
            Some(name) => Record::from_name(name),
        }
    }

    /// The input's bytes, from those that were written; nothing is given that
    /// is not what was read.
    pub(crate) fn undo(&self, output: &[u8]) -> anyhow::Result<Vec<u8>> {
        ensure!(
            hash(output) == self.output,
            "it was changed after the ledger was written"
        );
        let encoding = match &self.file.encoding {
            None => Encoding::Utf8,
            Some(name) => Encoding::from_name(name)
                .with_context(|| format!("encoding {name} is not known to this version"))?,
        };
        let text = encoding.decode(output)?;
        let Some(original) = self.original(&text) else {
            bail!("the ledger does not fit it");
        };
        let bytes = encoding.encode(&original);
        ensure!(
            hash(&bytes) == self.file.input,
            "the ledger does not lead back to what was read"
        );
        Ok(bytes)
    }

    fn original(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let (mut at, mut from) = (0, 0);
        for (start, before, after) in &self.edits {
            let gap = start.checked_sub(from)?;
            out += text.get(at..at + gap)?;
            at += gap;
            (text.get(at..at + after.len())? == after).then_some(())?;
            at += after.len();
            out += before;
            from = start + before.len();
        }
        out += text.get(at..)?;
        Some(out)
    }
}
