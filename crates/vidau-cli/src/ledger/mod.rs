//! What was changed, line by line as JSON, so that it can be read by others
//! and undone.

mod compact;
mod record;
pub(crate) mod rows;

use serde::{Deserialize, Serialize};
use vidau::formats::{Edit, Format, Scan, Splice};
use vidau::{Correction, Restored};

pub(crate) use record::{Draft, File, Recorded, entries, is_compressed, open};

/// A change, or a place that a person should look at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Byte range in the input's text.
    pub(crate) span: [usize; 2],
    /// Byte offset of the change in the output's text.
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
    /// The word that it starts in, where the format has words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) word: Option<Box<WordPlace>>,
    /// What it takes in the input's text, where that is more than to put
    /// `after` in the place of `before`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) edits: Vec<RawEdit>,
    /// Who decided on it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reviewer: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<Box<str>>,
    /// Its number among the engine's corrections, by which edits name it until
    /// all are in order.
    #[serde(skip)]
    pub(crate) number: usize,
}

impl Change {
    /// A change that no engine proposed, still without texts.
    pub(crate) fn by_hand(span: [usize; 2]) -> Self {
        Self {
            span,
            output_start: 0,
            line: 0,
            column: 0,
            before: String::new(),
            after: String::new(),
            reason: vidau::Reason::Letters,
            confidence: 1.0,
            flagged: false,
            alternatives: Vec::new(),
            word: None,
            edits: Vec::new(),
            reviewer: None,
            date: None,
            number: 0,
        }
    }
}

/// Where a word stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WordPlace {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// The page of the file, from 1.
    pub(crate) page: u32,
    /// Left, top, right, bottom.
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub(crate) bbox: Option<[f32; 4]>,
    /// The engine's, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confidence: Option<f32>,
}

/// Start in the input's text, what stood there, what stands there now.
pub(crate) type RawEdit = (usize, String, String);

/// What else may stand there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) probability: f32,
}

/// Changes and flags of one input.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) changes: Vec<Change>,
    pub(crate) flags: Vec<Change>,
}

impl Findings {
    /// In the order of the file, with the memory of `emptied`. What the file has
    /// no place for is no change but a flag.
    pub(crate) fn of(
        scan: &Scan<'_>,
        restored: &Restored<'_>,
        splice: &mut Splice,
        emptied: Vec<Change>,
    ) -> Self {
        let mut skipped: Vec<usize> = Vec::new();
        let mut changes = emptied;
        // Texts of a hundred kilobytes have tens of thousands.
        changes.reserve_exact(restored.corrections().count());
        for (number, c) in restored.corrections().enumerate() {
            if splice.skipped.binary_search(&number).is_ok() {
                skipped.push(c.span().start);
            } else {
                let change = found(scan, &c);
                changes.push(Change { number, ..change });
            }
        }
        let mut flags: Vec<Change> = Vec::new();
        for c in restored.flags() {
            if skipped.binary_search(&c.span().start).is_err() {
                flags.push(found(scan, &c));
            }
        }
        for c in restored.corrections() {
            if skipped.binary_search(&c.span().start).is_ok() {
                let mut flag = found(scan, &c);
                let reading = Reading {
                    text: std::mem::replace(&mut flag.after, flag.before.clone()),
                    probability: flag.confidence,
                };
                flag.alternatives.insert(0, reading);
                flag.flagged = true;
                flags.push(flag);
            }
        }
        // A stable sort would take as much memory again.
        changes.sort_unstable_by_key(|c| (c.span, c.number));
        flags.sort_by_key(|c| c.span);
        let order = changes.iter().zip(0..).map(|(c, place)| (c.number, place));
        renumber(&mut splice.edits, order);
        complete(scan, &splice.edits, &mut changes);
        place(scan.file(), &splice.edits, &mut flags);
        Self { changes, flags }
    }
}

/// Has the edits name the changes by new numbers, given as old and new.
pub(crate) fn renumber(edits: &mut [Edit], numbers: impl Iterator<Item = (usize, usize)>) {
    let mut by_old: Vec<usize> = Vec::new();
    for (old, new) in numbers {
        by_old.resize(by_old.len().max(old + 1), 0);
        by_old[old] = new;
    }
    for edit in edits {
        edit.change = by_old.get(edit.change).copied().unwrap_or(0);
    }
}

/// Sets what follows from the edits, which name the changes by their order.
pub(crate) fn complete(scan: &Scan<'_>, edits: &[Edit], changes: &mut [Change]) {
    place(scan.file(), edits, changes);
    if scan.format() == Format::Text {
        return;
    }
    for change in &mut *changes {
        change.edits.clear();
    }
    for edit in edits {
        if let Some(change) = changes.get_mut(edit.change) {
            change.edits.push(raw(scan.file(), edit));
        }
    }
}

/// BLAKE3 in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// An edit as it is put on record.
pub(crate) fn raw(text: &str, edit: &Edit) -> RawEdit {
    let before = text[edit.range.clone()].to_owned();
    (edit.range.start, before, edit.text.clone())
}

fn found(scan: &Scan<'_>, c: &Correction<'_>) -> Change {
    let range = scan.file_range(c.span());
    Change {
        span: [range.start, range.end],
        output_start: 0,
        line: 0,
        column: 0,
        before: c.original().to_owned(),
        after: c.best().to_owned(),
        reason: c.reason(),
        confidence: c.confidence(),
        flagged: c.is_flagged(),
        alternatives: c.alternatives().map(|a| Reading::of(&a)).collect(),
        word: word_at(scan, c.run()),
        edits: Vec::new(),
        reviewer: None,
        date: None,
        number: 0,
    }
}

/// Where the word is that is this run of the document.
pub(crate) fn word_at(scan: &Scan<'_>, run: usize) -> Option<Box<WordPlace>> {
    let rounded = |edge: f32| (edge * 10.0).round() / 10.0;
    let word = scan.word(run)?;
    Some(Box::new(WordPlace {
        id: word.id().map(str::to_owned),
        page: word.page() + 1,
        bbox: word
            .bbox()
            .map(|b| [b.left, b.top, b.right, b.bottom].map(rounded)),
        confidence: word.confidence(),
    }))
}

/// Sets lines, columns and offsets, in one pass over the text.
pub(crate) fn place(text: &str, edits: &[Edit], changes: &mut [Change]) {
    // A byte order mark takes no column.
    let is_marked = text.starts_with('\u{feff}');
    let (mut at, mut line, mut column) = (0, 1, usize::from(!is_marked));
    let (mut next, mut growth) = (0, 0);
    for change in changes {
        let start = change.span[0];
        let passed = &text[at..start];
        if let Some(end) = passed.rfind('\n') {
            line += passed.matches('\n').count();
            column = 1 + passed[end + 1..].chars().count();
        } else {
            column += passed.chars().count();
        }
        at = start;
        while let Some(edit) = edits.get(next).filter(|e| e.range.end <= start) {
            growth += edit.text.len() as isize - edit.range.len() as isize;
            next += 1;
        }
        change.line = line;
        change.column = column.max(1);
        change.output_start = start.saturating_add_signed(growth);
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
