//! What was changed, line by line as JSON, so that it can be read by others
//! and undone.

use serde::Serialize;
use vidau::{Correction, Restored};

use crate::input::Input;

/// Name and version of the ledger's layout.
pub(crate) const SCHEMA: &str = "vidau.ledger/1";

/// A change, or a place that a person should look at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Change {
    /// Byte range in the input file.
    pub(crate) span: [usize; 2],
    /// Byte offset of `after` in the output file.
    pub(crate) output_start: usize,
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) reason: vidau::Reason,
    pub(crate) confidence: f32,
    pub(crate) flagged: bool,
    pub(crate) alternatives: Vec<Reading>,
}

/// What else may stand there.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) probability: f32,
}

/// Changes and flags of one input.
pub(crate) struct Findings {
    pub(crate) changes: Vec<Change>,
    pub(crate) flags: Vec<Change>,
}

impl Findings {
    pub(crate) fn of(input: &Input, restored: &Restored<'_>) -> Self {
        let offsets = Offsets::of(restored);
        Self {
            changes: located(input, restored.corrections(), &offsets),
            flags: located(input, restored.flags(), &offsets),
        }
    }
}

/// Adds lines, columns and offsets, in one pass over the text.
fn located<'w>(
    input: &Input,
    found: impl Iterator<Item = Correction<'w>>,
    offsets: &Offsets,
) -> Vec<Change> {
    let text = input.text();
    let start = input.bom().len();
    let (mut at, mut line, mut line_start) = (0, 1, 0);
    let place = |c: Correction<'w>| {
        let passed = &text[at..c.span().start];
        line += passed.matches('\n').count();
        line_start = passed.rfind('\n').map_or(line_start, |i| at + i + 1);
        at = c.span().start;
        Change {
            span: [start + c.span().start, start + c.span().end],
            output_start: start + offsets.in_output(at),
            line,
            column: text[line_start..at].chars().count() + 1,
            before: c.original().to_owned(),
            after: c.best().to_owned(),
            reason: c.reason(),
            confidence: c.confidence(),
            flagged: c.is_flagged(),
            alternatives: c.alternatives().map(|a| Reading::of(&a)).collect(),
        }
    };
    found.map(place).collect()
}

/// Where places of the source stand in the restored text.
pub(crate) struct Offsets {
    /// Start of each change, and how much longer the text is before it.
    starts: Vec<(usize, isize)>,
    /// How much longer the whole text is.
    growth: isize,
}

impl Offsets {
    pub(crate) fn of(restored: &Restored<'_>) -> Self {
        let mut growth = 0;
        let step = |c: Correction<'_>| {
            let before = growth;
            growth += c.best().len() as isize - c.span().len() as isize;
            (c.span().start, before)
        };
        let starts = restored.corrections().map(step).collect();
        Self { starts, growth }
    }

    /// `at` is the start of a change or lies in none.
    pub(crate) fn in_output(&self, at: usize) -> usize {
        let next = self.starts.partition_point(|&(start, _)| start < at);
        let growth = self.starts.get(next).map_or(self.growth, |s| s.1);
        at.saturating_add_signed(growth)
    }
}

impl Reading {
    fn of(alternative: &vidau::Alternative<'_>) -> Self {
        Self {
            text: alternative.text.to_owned(),
            probability: alternative.probability,
        }
    }
}

/// One line of the ledger.
#[derive(Serialize)]
struct Entry<'a> {
    schema: &'static str,
    file: &'a str,
    /// BLAKE3 of the input file and of the output.
    input: String,
    output: String,
    model: &'a str,
    #[serde(flatten)]
    change: &'a Change,
}

/// The ledger's lines for one file; refused when the changes do not lead from
/// the input to the output, since they could not be undone.
pub(crate) fn entries(
    input: &Input,
    output: &[u8],
    changes: &[Change],
    model: &str,
) -> anyhow::Result<String> {
    anyhow::ensure!(
        applied(input, changes).is_some_and(|text| text.as_bytes() == output),
        "{}: the changes do not add up to the new text; not written, please report this",
        input.name
    );
    let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    let mut lines = String::new();
    for change in changes {
        let entry = Entry {
            schema: SCHEMA,
            file: &input.name,
            input: hash(input.bytes()),
            output: hash(output),
            model,
            change,
        };
        lines += &serde_json::to_string(&entry)?;
        lines.push('\n');
    }
    Ok(lines)
}

/// The input with the changes made; `None` where they do not fit it.
fn applied(input: &Input, changes: &[Change]) -> Option<String> {
    let whole = std::str::from_utf8(input.bytes()).ok()?;
    let mut out = String::with_capacity(whole.len() + whole.len() / 4);
    let mut at = 0;
    for change in changes {
        let [start, end] = change.span;
        out += whole.get(at..start)?;
        (whole.get(start..end)? == change.before && out.len() == change.output_start)
            .then_some(())?;
        out += &change.after;
        at = end;
    }
    out += whole.get(at..)?;
    Some(out)
}
