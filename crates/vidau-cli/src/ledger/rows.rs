//! The ledger of a file that may be of any length: a header, a row for each
//! edit with what stands there now, a trailer that says that it is whole.

use std::io::{self, Write};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use super::raw;
use super::record::{File, Recorded, Undo, is_cut_off};
use crate::page::PageOutcome;

/// Name and version of the layout.
pub(super) const SCHEMA: &str = "vidau.compact-ledger/1";

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    schema: &'a str,
    #[serde(flatten, borrow)]
    file: File<'a>,
}

#[derive(Serialize, Deserialize)]
struct Trailer {
    /// BLAKE3 of the output.
    output: String,
    rows: u64,
}

/// Bytes of the input since the last row, what stood there, what stands there
/// now, confidence in per cent, whether a person should look.
pub(crate) type Row<'t> = (u64, &'t str, &'t str, u8, u8);

/// What was put in the place of what, and how sure it is.
#[derive(Debug, Clone)]
pub(crate) struct SureEdit {
    /// Start in the input's text.
    pub(crate) start: u64,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) confidence: f32,
    pub(crate) flagged: bool,
}

/// The edits of a page, in its order, or of a part that starts at `start`.
pub(crate) fn edits(page: &PageOutcome, start: u64) -> impl Iterator<Item = SureEdit> {
    page.edits.iter().map(move |edit| {
        let change = page.findings.changes.get(edit.change);
        let (at, before, after) = raw(page.input.whole(), edit);
        SureEdit {
            start: start + at as u64,
            before,
            after,
            confidence: change.map_or(1.0, |c| c.confidence),
            flagged: change.is_some_and(|c| c.flagged),
        }
    })
}

/// Edits as rows, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// End of the last one in the input.
    at: u64,
    count: u64,
}

impl Rows {
    pub(crate) fn row<'t>(&mut self, edit: &'t SureEdit) -> Row<'t> {
        let (same, before, after) = trimmed(&edit.before, &edit.after);
        let start = edit.start + same as u64;
        let percent = (edit.confidence * 100.0).round() as u8;
        let row = (start - self.at, before, after, percent, edit.flagged.into());
        self.at = start + before.len() as u64;
        self.count += 1;
        row
    }
}

/// A ledger being written.
pub(crate) struct Writer<W: Write> {
    out: W,
    rows: Rows,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(mut out: W, file: &File<'_>) -> io::Result<Self> {
        let header = Header {
            schema: SCHEMA,
            file: file.clone(),
        };
        line(&mut out, &header)?;
        let rows = Rows::default();
        Ok(Self { out, rows })
    }

    pub(crate) fn push(&mut self, edit: &SureEdit) -> io::Result<()> {
        line(&mut self.out, &self.rows.row(edit))
    }

    /// How many edits it has.
    pub(crate) fn rows(&self) -> u64 {
        self.rows.count
    }

    /// Writes the trailer and gives back what was written to.
    pub(crate) fn finish(mut self, output: &str) -> io::Result<W> {
        let trailer = Trailer {
            output: output.to_owned(),
            rows: self.rows.count,
        };
        line(&mut self.out, &trailer)?;
        Ok(self.out)
    }
}

fn line(out: &mut impl Write, content: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, content)?;
    out.write_all(b"\n")
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

/// Reads what follows a header, up to its trailer; nothing where that is
/// missing, because the program was killed.
pub(super) fn read<'l>(
    header: &str,
    lines: impl Iterator<Item = &'l str>,
) -> anyhow::Result<Option<Recorded>> {
    let header: Header<'_> = serde_json::from_str(header)?;
    let mut undo: Vec<Undo> = Vec::new();
    let mut at = 0usize;
    for line in lines.filter(|line| !is_cut_off(line)) {
        if line.starts_with('{') {
            let trailer: Trailer = serde_json::from_str(line)?;
            ensure!(
                trailer.rows == undo.len() as u64,
                "a ledger of {} rows that says it has {}",
                undo.len(),
                trailer.rows
            );
            return Ok(Some(Recorded::new(header.file, trailer.output, undo)));
        }
        let (gap, before, after, _, _): (usize, String, String, u8, u8) =
            serde_json::from_str(line).context("not a row of a ledger")?;
        let edit = Undo {
            start: at.saturating_add(gap),
            before,
            length: after.len(),
        };
        at = edit.end();
        undo.push(edit);
    }
    Ok(None)
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
