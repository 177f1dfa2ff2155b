//! The ledger on the disk: written, read, and undone.

use std::borrow::Cow;
use std::io::{self, BufWriter, Cursor, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;
use vidau::formats::{Encoding, Format, Record};

use super::{Change, compact, hash, rows};
use crate::args::LedgerForm;
use crate::input;
use crate::output::shown;
use crate::page::PageOutcome;
use crate::spool::{self, List, spool};

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
    /// Whether the file names vidau among its programs since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) provenance: bool,
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
            provenance: false,
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
            provenance: page.provenance,
        }
    }

    /// Whether the output is another one than the input, even without a change.
    pub(crate) fn is_converted(&self) -> bool {
        let encoding = self.encoding.as_deref().and_then(Encoding::from_name);
        encoding.is_some_and(|e| e.written() != e)
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
            provenance: self.provenance,
        }
    }
}

/// The ledger's lines for one file.
pub(crate) fn entries(page: &PageOutcome, form: LedgerForm, model: &str) -> anyhow::Result<String> {
    let (input, output) = (hash(page.input.bytes()), hash(&page.output));
    // Without a change there is no line, but the encoding may be another.
    if form == LedgerForm::Compact || page.findings.changes.is_empty() {
        let file = File::of(page, &input[..HALF], model);
        return compact::lines(&file, &output[..HALF], page);
    }
    let file = File::of(page, &input, model);
    let mut lines = Vec::new();
    for change in &page.findings.changes {
        entry(&mut lines, &file, &output, change)?;
    }
    Ok(String::from_utf8(lines)?)
}

fn entry(out: &mut impl Write, file: &File<'_>, output: &str, change: &Change) -> io::Result<()> {
    let entry = Entry {
        schema: SCHEMA.into(),
        file: file.clone(),
        output: output.into(),
        change: Cow::Borrowed(change),
    };
    serde_json::to_writer(&mut *out, &entry)?;
    out.write_all(b"\n")
}

/// The ledger of a file, put aside until its output is known.
pub(crate) enum Draft<'a> {
    /// Of a file that is held whole.
    Page(LedgerForm, &'a str, String),
    /// Of a plain text that comes in parts: as lines, or, where it is to be
    /// compact, as rows.
    Lines(File<'a>, List<Change>),
    Rows(rows::Writer<BufWriter<SpooledTempFile>>),
}

impl<'a> Draft<'a> {
    /// Of a file held whole.
    pub(crate) fn of_page(form: LedgerForm, model: &'a str) -> Self {
        Self::Page(form, model, String::new())
    }

    /// Of a text in parts.
    pub(crate) fn of_parts(form: LedgerForm, file: File<'a>) -> io::Result<Self> {
        Ok(match form {
            LedgerForm::Lines => Self::Lines(file, List::new()),
            LedgerForm::Compact => {
                Self::Rows(rows::Writer::new(BufWriter::new(spool(None)), &file)?)
            }
        })
    }

    /// Takes the changes of the file, or of the part that starts at `start`.
    pub(crate) fn take(&mut self, start: u64, page: &PageOutcome) -> anyhow::Result<()> {
        match self {
            Self::Page(form, model, text) => *text = entries(page, *form, model)?,
            Self::Lines(_, list) => page
                .findings
                .changes
                .iter()
                .try_for_each(|c| list.push(c))?,
            Self::Rows(rows) => rows::edits(page, start).try_for_each(|edit| rows.push(&edit))?,
        }
        Ok(())
    }

    /// The ledger, for an output of this hash.
    pub(crate) fn finish(self, output: &str) -> anyhow::Result<Box<dyn Read>> {
        Ok(match self {
            Self::Page(_, _, text) => Box::new(Cursor::new(text)),
            Self::Rows(rows) => {
                let rows = rows.finish(output)?.into_inner();
                let mut rows = rows.map_err(io::IntoInnerError::into_error)?;
                rows.rewind()?;
                Box::new(rows)
            }
            Self::Lines(file, changes) => Box::new(spool::written(None, |out| {
                for change in changes.read(0..changes.end())? {
                    entry(out, &file, output, &change?)?;
                }
                Ok(())
            })?),
        })
    }
}

/// Compact ledgers have the first half of a hash.
fn is_hash(recorded: &str, hash: &str) -> bool {
    recorded.len() >= HALF && hash.starts_with(recorded)
}

/// Digits of half a hash: 128 bits.
const HALF: usize = 32;

/// What it takes to undo an edit of a file that is as it was left.
pub(super) struct Undo {
    /// Byte of the input's text.
    pub(super) start: usize,
    /// What stood there.
    pub(super) before: String,
    /// Bytes of what stands there now.
    pub(super) length: usize,
}

impl Undo {
    /// Where it ends in the input's text; what is read may say anything.
    pub(super) fn end(&self) -> usize {
        self.start.saturating_add(self.before.len())
    }
}

/// What a ledger says was done to a file.
pub(crate) struct Recorded {
    file: File<'static>,
    output: String,
    /// In the order of the input.
    undo: Vec<Undo>,
    /// None where the ledger is compact.
    pub(crate) changes: Vec<Change>,
}

/// Reads a ledger file of either form, compressed with zstd or not.
pub(crate) fn open(path: &Path) -> anyhow::Result<Vec<Recorded>> {
    let name = shown(path);
    let mut bytes = input::read(path)?;
    if is_compressed(&bytes) {
        bytes = zstd::decode_all(&bytes[..]).with_context(|| name.clone())?;
    }
    let text = String::from_utf8(bytes);
    let text = text.with_context(|| format!("{name}: not a ledger"))?;
    read(&name, &text)
}

/// Whether it begins as what zstd has compressed.
pub(crate) fn is_compressed(ledger: &[u8]) -> bool {
    ledger.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

/// Whether a line begins a ledger of this layout.
fn begins(line: &str, schema: &str) -> bool {
    let rest = line.strip_prefix("{\"schema\":\"");
    let rest = rest.and_then(|rest| rest.strip_prefix(schema));
    rest.is_some_and(|rest| rest.starts_with('"'))
}

/// Whether the end is missing. It was being written when the program was
/// killed, and what it speaks of was not written then.
pub(super) fn is_cut_off(line: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(line).is_err_and(|e| e.is_eof())
}

/// Reads a ledger of either form; files in its order.
fn read(name: &str, text: &str) -> anyhow::Result<Vec<Recorded>> {
    let mut all: Vec<Recorded> = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((i, line)) = lines.next() {
        let place = || format!("{name}, line {}", i + 1);
        if is_cut_off(line) {
            continue;
        }
        if begins(line, compact::SCHEMA) {
            all.push(compact::read(line).with_context(place)?);
            continue;
        }
        if begins(line, rows::SCHEMA) {
            let is_row = |line: &str| !line.starts_with("{\"schema\"");
            let rest = std::iter::from_fn(|| Some(lines.next_if(|(_, l)| is_row(l))?.1));
            all.extend(rows::read(line, rest).with_context(place)?);
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
        let undo = |start: usize, before: &str, after: &str| Undo {
            start,
            before: before.to_owned(),
            length: after.len(),
        };
        let file = entry.file.into_owned();
        // In markup, what two changes of one word take stands with the first.
        let undo = if file.format == Format::Text.name() {
            vec![undo(change.span[0], &change.before, &change.after)]
        } else {
            let edits = change.edits.iter();
            edits.map(|(at, b, a)| undo(*at, b, a)).collect()
        };
        match all.last_mut() {
            Some(last)
                if last.file == file && last.output == entry.output && last.precedes(&change) =>
            {
                last.undo.extend(undo);
                last.changes.push(change);
            }
            _ => all.push(Recorded {
                file,
                output: entry.output.into_owned(),
                undo,
                changes: vec![change],
            }),
        }
    }
    for recorded in &mut all {
        recorded.undo.sort_by_key(|u| (u.start, u.end()));
    }
    Ok(all)
}

impl Recorded {
    pub(super) fn new(file: File<'_>, output: String, undo: Vec<Undo>) -> Self {
        Self {
            file: file.into_owned(),
            output,
            undo,
            changes: Vec::new(),
        }
    }

    /// Whether the change may be one of the same run: a run's stand in the order
    /// of the text, and the same file restored once more begins it anew.
    fn precedes(&self, change: &Change) -> bool {
        self.changes.last().is_some_and(|c| c.span < change.span)
    }

    /// What the ledger calls it.
    pub(crate) fn name(&self) -> &str {
        &self.file.file
    }

    /// Hash of what was read.
    pub(crate) fn input(&self) -> &str {
        &self.file.input
    }

    /// Whether what has this hash is what was written.
    pub(crate) fn is_output(&self, hash: &str) -> bool {
        is_hash(&self.output, hash)
    }

    pub(crate) fn model(&self) -> &str {
        &self.file.model
    }

    pub(crate) fn format(&self) -> Option<Format> {
        Format::from_name(&self.file.format)
    }

    /// Whether the file was to name vidau.
    pub(crate) fn provenance(&self) -> bool {
        self.file.provenance
    }

    pub(crate) fn record(&self) -> Option<Record> {
        match &self.file.record {
            None => Some(Record::default()),
            Some(name) => Record::from_name(name),
        }
    }

    /// That of what was read.
    pub(crate) fn encoding(&self) -> anyhow::Result<Encoding> {
        match &self.file.encoding {
            None => Ok(Encoding::Utf8),
            Some(name) => Encoding::from_name(name)
                .with_context(|| format!("encoding {name} is not known to this version")),
        }
    }

    /// The input's bytes, from those that were written; nothing is given that
    /// is not what was read.
    pub(crate) fn undo(&self, output: &[u8]) -> anyhow::Result<Vec<u8>> {
        ensure!(
            self.is_output(&hash(output)),
            "it was changed after the ledger was written"
        );
        let encoding = self.encoding()?;
        let text = encoding.written().decode(output)?;
        let Some(original) = self.original(&text) else {
            bail!("the ledger does not fit it");
        };
        let bytes = encoding.encode(&original)?;
        ensure!(
            is_hash(&self.file.input, &hash(&bytes)),
            "the ledger does not lead back to what was read"
        );
        Ok(bytes)
    }

    fn original(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let (mut at, mut from) = (0usize, 0);
        for undo in &self.undo {
            let gap = undo.start.checked_sub(from)?;
            out += text.get(at..at.checked_add(gap)?)?;
            at = at.checked_add(gap)?.checked_add(undo.length)?;
            out += &undo.before;
            from = undo.end();
        }
        out += text.get(at..)?;
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn places_beyond_all_are_refused_not_reached() {
        let max = usize::MAX;
        let file = "\"file\":\"a\",\"input\":\"\",\"model\":\"\"";
        let output = super::hash(b"ab");
        let one_line = format!(
            "{{\"schema\":\"vidau.compact-ledger/2\",{file},\"output\":\"{output}\",\
             \"gaps\":[{max},{max}],\"before\":[\"a\",\"b\"],\"lengths\":[{max},1],\"unsure\":[]}}"
        );
        let rows = format!(
            "{{\"schema\":\"vidau.compact-ledger/1\",{file}}}\n[{max},\"a\",\"b\",99,0]\n\
             [{max},\"a\",\"b\",99,0]\n{{\"output\":\"{output}\",\"rows\":2}}"
        );
        for ledger in [one_line, rows] {
            let recorded = read("l", &ledger).unwrap();
            let error = recorded[0].undo(b"ab").unwrap_err().to_string();
            assert!(error.contains("does not fit"), "{error}");
        }
    }
}
