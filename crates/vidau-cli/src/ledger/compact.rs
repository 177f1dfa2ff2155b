//! The ledger of a file, small: a header, a row for each edit, a trailer that
//! says that it is whole.

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use super::RawEdit;
use super::record::{File, Recorded};
use crate::page::PageOutcome;

/// Name and version of the layout.
const SCHEMA: &str = "vidau.compact-ledger/1";

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
    rows: usize,
}

/// Bytes of the input since the last row, what stood there, what stands there
/// now, confidence in per cent, whether a person should look.
type Row<'a> = (usize, &'a str, &'a str, u8, u8);

pub(super) fn lines(
    file: &File<'_>,
    output: &str,
    edits: &[RawEdit],
    page: &PageOutcome,
) -> anyhow::Result<String> {
    let header = Header {
        schema: SCHEMA,
        file: file.clone(),
    };
    let mut lines = serde_json::to_string(&header)? + "\n";
    let mut at = 0;
    for ((start, before, after), edit) in edits.iter().zip(&page.edits) {
        let change = page.findings.changes.get(edit.change);
        let confidence = change.map_or(1.0, |c| c.confidence);
        let is_flagged = change.is_some_and(|c| c.flagged);
        let (same, before, after) = trimmed(before, after);
        let percent = (confidence * 100.0).round() as u8;
        let row: Row<'_> = (start + same - at, before, after, percent, is_flagged.into());
        lines += &serde_json::to_string(&row)?;
        lines.push('\n');
        at = start + same + before.len();
    }
    let trailer = Trailer {
        output: output.to_owned(),
        rows: edits.len(),
    };
    Ok(lines + &serde_json::to_string(&trailer)? + "\n")
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

pub(super) fn is_header(line: &str) -> bool {
    line.starts_with(&format!("{{\"schema\":\"{SCHEMA}\""))
}

/// Reads what follows a header, up to its trailer.
pub(super) fn read(
    header: &str,
    lines: &mut dyn Iterator<Item = &str>,
) -> anyhow::Result<Recorded> {
    let header: Header<'_> = serde_json::from_str(header)?;
    let mut edits: Vec<RawEdit> = Vec::new();
    let mut at = 0;
    for line in lines {
        if line.starts_with('{') {
            let trailer: Trailer = serde_json::from_str(line)?;
            ensure!(
                trailer.rows == edits.len(),
                "a ledger of {} rows that says it has {}",
                edits.len(),
                trailer.rows
            );
            return Ok(Recorded::new(header.file, trailer.output, edits));
        }
        let (gap, before, after, _, _): (usize, String, String, u8, u8) =
            serde_json::from_str(line).context("not a row of a ledger")?;
        let start = at + gap;
        at = start + before.len();
        edits.push((start, before, after));
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
