//! The ledger of a file, small: one line with what it takes to undo it. What
//! stands there now is in the file itself; only its length is kept.

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use super::RawEdit;
use super::record::{File, Recorded, Undo};
use crate::page::PageOutcome;

/// Name and version of the layout.
const SCHEMA: &str = "vidau.compact-ledger/2";
/// A row for each edit, with what stands there now; written by `vidau batch`.
const ROWS: &str = "vidau.compact-ledger/1";

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
    gaps: Vec<usize>,
    /// What stood there.
    before: Vec<String>,
    /// How many bytes stand there now.
    lengths: Vec<usize>,
    /// Edits less sure than others: index, confidence in per cent.
    unsure: Vec<(usize, u8)>,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(flatten, borrow)]
    file: File<'a>,
}

#[derive(Deserialize)]
struct Trailer {
    output: String,
    rows: usize,
}

pub(super) fn lines(
    file: &File<'_>,
    output: &str,
    edits: &[RawEdit],
    page: &PageOutcome,
) -> anyhow::Result<String> {
    let mut line = Line {
        schema: SCHEMA,
        file: file.clone(),
        output: output.to_owned(),
        gaps: Vec::with_capacity(edits.len()),
        before: Vec::with_capacity(edits.len()),
        lengths: Vec::with_capacity(edits.len()),
        unsure: Vec::new(),
    };
    let mut at = 0;
    for (i, (start, before, after)) in edits.iter().enumerate() {
        let (same, before, after) = trimmed(before, after);
        line.gaps.push(start + same - at);
        line.before.push(before.to_owned());
        line.lengths.push(after.len());
        at = start + same + before.len();
        let change = page.findings.changes.get(page.edits[i].change);
        if let Some(change) = change.filter(|c| c.flagged || c.confidence < SURE) {
            line.unsure
                .push((i, (change.confidence * 100.0).round() as u8));
        }
    }
    Ok(serde_json::to_string(&line)? + "\n")
}

/// The two without what they begin and end with alike, and the length of the
/// former: the letters that were right are in the file.
fn trimmed<'t>(before: &'t str, after: &'t str) -> (usize, &'t str, &'t str) {
    let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
        let pairs = a.zip(b).take_while(|(a, b)| a == b);
        pairs.map(|(a, _)| a.len_utf8()).sum::<usize>()
    };
    let start = same(&mut before.chars(), &mut after.chars());
    let (before, after) = (&before[start..], &after[start..]);
    let end = same(&mut before.chars().rev(), &mut after.chars().rev());
    let cut = |text: &'t str| &text[..text.len() - end];
    (start, cut(before), cut(after))
}

/// Whether the line is of a compact ledger of either layout.
pub(super) fn begins(line: &str) -> bool {
    [SCHEMA, ROWS]
        .iter()
        .any(|schema| line.starts_with(&format!("{{\"schema\":\"{schema}\"")))
}

/// Reads such a line, and the rows that follow it where it is their header.
pub(super) fn read(first: &str, lines: &mut dyn Iterator<Item = &str>) -> anyhow::Result<Recorded> {
    if first.starts_with(&format!("{{\"schema\":\"{ROWS}\"")) {
        return read_rows(first, lines);
    }
    let line: Line<'_> = serde_json::from_str(first)?;
    ensure!(
        line.gaps.len() == line.before.len() && line.gaps.len() == line.lengths.len(),
        "a ledger whose columns are not of one length"
    );
    let mut at = 0;
    let columns = line.gaps.into_iter().zip(line.before).zip(line.lengths);
    let undo = columns.map(|((gap, before), length)| {
        let start = at + gap;
        at = start + before.len();
        Undo {
            start,
            before,
            length,
        }
    });
    Ok(Recorded::new(line.file, line.output, undo.collect()))
}

fn read_rows(header: &str, lines: &mut dyn Iterator<Item = &str>) -> anyhow::Result<Recorded> {
    let header: Header<'_> = serde_json::from_str(header)?;
    let mut undo: Vec<Undo> = Vec::new();
    let mut at = 0;
    for line in lines {
        if line.starts_with('{') {
            let trailer: Trailer = serde_json::from_str(line)?;
            ensure!(
                trailer.rows == undo.len(),
                "a ledger of {} rows that says it has {}",
                undo.len(),
                trailer.rows
            );
            return Ok(Recorded::new(header.file, trailer.output, undo));
        }
        let (gap, before, after, _, _): (usize, String, String, u8, u8) =
            serde_json::from_str(line).context("not a row of a ledger")?;
        let start = at + gap;
        at = start + before.len();
        undo.push(Undo {
            start,
            before,
            length: after.len(),
        });
    }
    anyhow::bail!("cut off: the ledger's last line is missing")
}

#[cfg(test)]
mod tests {
    use super::trimmed;

    #[test]
    fn only_what_differs_is_kept() {
        assert_eq!(trimmed("Thuc", "Thực"), (2, "u", "ự"));
        assert_eq!(trimmed("aa", "a"), (1, "a", ""));
        assert_eq!(trimmed("", ""), (0, "", ""));
        assert_eq!(trimmed("ab", "cd"), (0, "ab", "cd"));
    }
}
