//! The ledger of a file, small: one line with what it takes to undo it. What
//! stands there now is in the file itself; only its length is kept.

use anyhow::ensure;
use serde::{Deserialize, Serialize};

use super::record::{File, Recorded, Undo};
use super::rows::{self, Rows};
use crate::page::PageOutcome;

/// Name and version of the layout.
pub(super) const SCHEMA: &str = "vidau.compact-ledger/2";

/// What is surer is not worth a place.
const SURE: f32 = 0.95;

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    schema: &'a str,
    #[serde(flatten, borrow)]
    file: File<'a>,
    /// BLAKE3 of the output.
    output: String,
    /// Bytes of the input between one edit and the next.
    gaps: Vec<u64>,
    /// What stood there.
    before: Vec<String>,
    /// How many bytes stand there now.
    lengths: Vec<usize>,
    /// Edits less sure than others: index, confidence in per cent.
    unsure: Vec<(usize, u8)>,
}

pub(super) fn lines(file: &File<'_>, output: &str, page: &PageOutcome) -> anyhow::Result<String> {
    let mut line = Line {
        schema: SCHEMA,
        file: file.clone(),
        output: output.to_owned(),
        gaps: Vec::new(),
        before: Vec::new(),
        lengths: Vec::new(),
        unsure: Vec::new(),
    };
    let mut rows = Rows::default();
    for (i, edit) in rows::edits(page, 0).enumerate() {
        let (gap, before, after, percent, _) = rows.row(&edit);
        line.gaps.push(gap);
        line.before.push(before.to_owned());
        line.lengths.push(after.len());
        if edit.flagged || edit.confidence < SURE {
            line.unsure.push((i, percent));
        }
    }
    Ok(serde_json::to_string(&line)? + "\n")
}

pub(super) fn read(line: &str) -> anyhow::Result<Recorded> {
    let line: Line<'_> = serde_json::from_str(line)?;
    ensure!(
        line.gaps.len() == line.before.len() && line.gaps.len() == line.lengths.len(),
        "a ledger whose columns are not of one length"
    );
    let mut at = 0usize;
    let columns = line.gaps.into_iter().zip(line.before).zip(line.lengths);
    let undo = columns.map(|((gap, before), length)| {
        let undo = Undo {
            start: at.saturating_add(usize::try_from(gap).unwrap_or(usize::MAX)),
            before,
            length,
        };
        at = undo.end();
        undo
    });
    Ok(Recorded::new(line.file, line.output, undo.collect()))
}
