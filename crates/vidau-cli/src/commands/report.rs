//! What was changed and what is unsure, for people or for programs.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::iter::Peekable;
use std::ops::Range;

use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::args::ReportFormat;
use crate::ledger::{Change, Findings};
use crate::page::PageOutcome;
use crate::spool::List;

/// Name and version of the report's layout.
const SCHEMA: &str = "vidau.report/1";

/// What happened to each input, in order. Changes and flags are not held.
pub(crate) struct Report {
    model: String,
    files: Vec<Entry>,
    changes: List<Change>,
    flags: List<Change>,
    /// Ends of what belongs to the files entered.
    entered: [u64; 2],
    summary: Summary,
}

struct Entry {
    file: String,
    done: Result<Done, String>,
    changes: Range<u64>,
    flags: Range<u64>,
}

/// A file that was restored.
#[derive(Default)]
pub(crate) struct Done {
    /// BLAKE3 of the input.
    pub(crate) input: String,
    pub(crate) format: &'static str,
    pub(crate) words: usize,
    pub(crate) changes: usize,
    pub(crate) flags: usize,
}

impl Done {
    /// Adds a part of it.
    pub(crate) fn add(&mut self, page: &PageOutcome) {
        self.format = page.format.name();
        self.words += page.words;
        self.changes += page.findings.changes.len();
        self.flags += page.findings.flags.len();
    }
}

#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    model: &'r str,
    files: Vec<FileReport<'r>>,
    summary: &'r Summary,
}

#[derive(Serialize)]
struct FileReport<'r> {
    file: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'r str>,
    changes: Listed<'r>,
    flags: Listed<'r>,
}

#[derive(Default, Serialize)]
struct Summary {
    files: usize,
    failed: usize,
    changed_files: usize,
    changes: usize,
    flags: usize,
}

/// Changes or flags that were put aside.
struct Listed<'r> {
    list: &'r List<Change>,
    places: Range<u64>,
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(None)?;
        for change in self
            .list
            .read(self.places.clone())
            .map_err(S::Error::custom)?
        {
            all.serialize_element(&change.map_err(S::Error::custom)?)?;
        }
        all.end()
    }
}

impl Report {
    pub(crate) fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            files: Vec::new(),
            changes: List::new(),
            flags: List::new(),
            entered: [0; 2],
            summary: Summary::default(),
        }
    }

    /// Takes what was found in a part of the file at hand.
    pub(crate) fn take(&mut self, findings: &Findings) -> anyhow::Result<()> {
        for change in &findings.changes {
            self.changes.push(change)?;
        }
        for flag in &findings.flags {
            self.flags.push(flag)?;
        }
        Ok(())
    }

    /// Ends a file, all of which was taken.
    pub(crate) fn add(&mut self, file: &str, done: Done) {
        self.summary.changed_files += usize::from(done.changes > 0);
        self.summary.changes += done.changes;
        self.summary.flags += done.flags;
        let ends = [self.changes.end(), self.flags.end()];
        self.enter(file, Ok(done), self.entered, ends);
    }

    /// Ends a file that failed; what was taken of it does not count.
    pub(crate) fn add_failed(&mut self, file: &str, error: &anyhow::Error) {
        self.summary.failed += 1;
        let ends = [self.changes.end(), self.flags.end()];
        self.enter(file, Err(format!("{error:#}")), ends, ends);
    }

    fn enter(&mut self, file: &str, done: Result<Done, String>, from: [u64; 2], to: [u64; 2]) {
        self.summary.files += 1;
        self.entered = to;
        self.files.push(Entry {
            file: file.to_owned(),
            done,
            changes: from[0]..to[0],
            flags: from[1]..to[1],
        });
    }

    pub(crate) fn write(&self, format: ReportFormat, out: &mut impl Write) -> anyhow::Result<()> {
        match format {
            ReportFormat::Json => {
                serde_json::to_writer_pretty(&mut *out, &self.document())?;
                writeln!(out)?;
            }
            ReportFormat::Text => self.write_text(out)?,
        }
        Ok(())
    }

    fn document(&self) -> Document<'_> {
        let listed = |list, places: &Range<u64>| Listed {
            list,
            places: places.clone(),
        };
        let files = self.files.iter().map(|entry| {
            let done = entry.done.as_ref();
            FileReport {
                file: &entry.file,
                input: done.ok().map(|d| d.input.as_str()),
                format: done.ok().map(|d| d.format),
                words: done.ok().map(|d| d.words),
                error: done.err().map(String::as_str),
                changes: listed(&self.changes, &entry.changes),
                flags: listed(&self.flags, &entry.flags),
            }
        });
        Document {
            schema: SCHEMA,
            model: &self.model,
            files: files.collect(),
            summary: &self.summary,
        }
    }

    fn write_text(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for entry in &self.files {
            if let Err(error) = &entry.done {
                writeln!(out, "{error}")?;
            }
            let mut changes = self.changes.read(entry.changes.clone())?.peekable();
            let mut flags = self.flags.read(entry.flags.clone())?.peekable();
            while let Some(change) = earlier(&mut changes, &mut flags).transpose()? {
                writeln!(out, "{}:{}", entry.file, line(&change))?;
            }
        }
        let s = &self.summary;
        writeln!(
            out,
            "files: {}, changed: {}, failed: {}; changes: {}, to check: {}",
            s.files, s.changed_files, s.failed, s.changes, s.flags
        )?;
        Ok(())
    }
}

/// The next of both, changes first. A change that is unsure is in both lists
/// and is shown once.
fn earlier<I: Iterator<Item = io::Result<Change>>>(
    changes: &mut Peekable<I>,
    flags: &mut Peekable<I>,
) -> Option<io::Result<Change>> {
    while flags
        .next_if(|f| f.as_ref().is_ok_and(|f| f.before != f.after))
        .is_some()
    {}
    let is_flag = match (changes.peek(), flags.peek()) {
        (Some(Ok(change)), Some(Ok(flag))) => flag.span < change.span,
        (None, _) | (_, Some(Err(_))) => true,
        _ => false,
    };
    if is_flag {
        flags.next()
    } else {
        changes.next()
    }
}

fn line(change: &Change) -> String {
    let Change {
        line,
        column,
        before,
        after,
        confidence,
        ..
    } = change;
    let mut out = format!("{line}:{column}: {before}");
    if before != after {
        let _ = write!(out, " -> {after}");
    }
    let _ = write!(out, " ({confidence:.2})");
    if change.flagged {
        out += " check";
        let others: Vec<&str> = change
            .alternatives
            .iter()
            .map(|a| a.text.as_str())
            .collect();
        if !others.is_empty() {
            let _ = write!(out, ", or {}", others.join(", "));
        }
    }
    out
}
