//! What was changed and what is unsure, for people or for programs.

use std::fmt::Write;

use serde::Serialize;

use crate::args::ReportFormat;
use crate::ledger::{Change, hash};
use crate::page::PageOutcome;

/// Name and version of the report's layout.
const SCHEMA: &str = "vidau.report/1";

/// What happened to each input, in order.
#[derive(Serialize)]
pub(crate) struct Report {
    schema: &'static str,
    model: String,
    files: Vec<FileReport>,
    summary: Summary,
}

#[derive(Serialize)]
struct FileReport {
    file: String,
    /// BLAKE3 of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    changes: Vec<Change>,
    flags: Vec<Change>,
}

#[derive(Default, Serialize)]
struct Summary {
    files: usize,
    failed: usize,
    changed_files: usize,
    changes: usize,
    flags: usize,
}

impl Report {
    pub(crate) fn new(model: &str) -> Self {
        Self {
            schema: SCHEMA,
            model: model.to_owned(),
            files: Vec::new(),
            summary: Summary::default(),
        }
    }

    pub(crate) fn add(&mut self, page: PageOutcome) {
        let findings = page.findings;
        self.summary.files += 1;
        self.summary.changed_files += usize::from(!findings.changes.is_empty());
        self.summary.changes += findings.changes.len();
        self.summary.flags += findings.flags.len();
        self.files.push(FileReport {
            input: Some(hash(page.input.bytes())),
            file: page.input.name,
            format: Some(page.format.name()),
            words: Some(page.words),
            error: None,
            changes: findings.changes,
            flags: findings.flags,
        });
    }

    pub(crate) fn add_failed(&mut self, file: &str, error: &anyhow::Error) {
        self.summary.files += 1;
        self.summary.failed += 1;
        self.files.push(FileReport {
            file: file.to_owned(),
            input: None,
            format: None,
            words: None,
            error: Some(format!("{error:#}")),
            changes: Vec::new(),
            flags: Vec::new(),
        });
    }

    pub(crate) fn render(&self, format: ReportFormat) -> anyhow::Result<String> {
        Ok(match format {
            ReportFormat::Json => serde_json::to_string_pretty(self)? + "\n",
            ReportFormat::Text => self.text(),
        })
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for file in &self.files {
            if let Some(error) = &file.error {
                let _ = writeln!(out, "{error}");
            }
            // A change that is unsure is in both lists; it is shown once.
            let unchanged = file.flags.iter().filter(|f| f.before == f.after);
            let mut all: Vec<&Change> = file.changes.iter().chain(unchanged).collect();
            all.sort_by_key(|c| c.span);
            for change in all {
                let _ = writeln!(out, "{}:{}", file.file, line(change));
            }
        }
        let s = &self.summary;
        let _ = writeln!(
            out,
            "files: {}, changed: {}, failed: {}; changes: {}, to check: {}",
            s.files, s.changed_files, s.failed, s.changes, s.flags
        );
        out
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
