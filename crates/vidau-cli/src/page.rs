//! One file's way through the engine: bytes in, bytes in the same format out,
//! and what was changed. Commands differ only in where files come from and go.

use anyhow::{Context, ensure};
use vidau::Worker;
use vidau::formats::{self, Edit, Format, Record, Scan};

use crate::input::Input;
use crate::ledger::{Change, Findings, complete, word_at};

/// How to read a file and how to write it.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageOptions {
    /// Its format; `None`: as its content tells.
    pub(crate) format: Option<Format>,
    pub(crate) record: Record,
    /// The text goes on where the one before ended.
    pub(crate) goes_on: bool,
}

/// A restored file.
pub(crate) struct PageOutcome {
    pub(crate) input: Input,
    pub(crate) output: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) record: Record,
    pub(crate) findings: Findings,
    /// What was done to the text of the input, in its order; `change` is an
    /// index of the findings' changes.
    pub(crate) edits: Vec<Edit>,
    /// Words of its text, parted by white space.
    pub(crate) words: usize,
    pub(crate) is_changed: bool,
}

/// Restores a file; `name` is what messages and the ledger call it.
pub(crate) fn restore_bytes(
    worker: &mut Worker<'_>,
    name: &str,
    bytes: Vec<u8>,
    options: &PageOptions,
) -> anyhow::Result<PageOutcome> {
    restore_input(worker, Input::from_bytes(name, bytes)?, options)
}

/// Restores what was read.
pub(crate) fn restore_input(
    worker: &mut Worker<'_>,
    input: Input,
    options: &PageOptions,
) -> anyhow::Result<PageOutcome> {
    let format = format_of(&input, options.format)?;
    let scan = scan(&input, format)?;
    let restored = if options.goes_on {
        worker.restore_next(scan.document())
    } else {
        worker.restore(scan.document())
    };
    let changes: Vec<formats::Change<'_>> = restored.corrections().map(Into::into).collect();
    let splice = scan.splice(&changes, options.record);
    let output = splice.apply(input.whole());
    if format == Format::Text {
        let lines = |text: &str| text.bytes().filter(|&b| b == b'\n').count();
        ensure!(
            lines(&output) == lines(input.whole()),
            "{}: the number of lines has changed; not written, please report this",
            input.name
        );
    }
    let (findings, edits) = Findings::of(&input, &scan, &restored, splice);
    let is_changed = output != input.whole();
    Ok(PageOutcome {
        words: scan.document().source().split_whitespace().count(),
        output: input.encoding.encode(&output),
        findings,
        edits,
        is_changed,
        format,
        record: options.record,
        input,
    })
}

/// A file with the changes made, whoever made them; places and texts of the
/// changes are of this file.
pub(crate) fn change_bytes(
    name: &str,
    bytes: Vec<u8>,
    options: &PageOptions,
    mut changes: Vec<Change>,
) -> anyhow::Result<PageOutcome> {
    let input = Input::from_bytes(name, bytes)?;
    let format = format_of(&input, options.format)?;
    let scan = scan(&input, format)?;
    changes.sort_by_key(|c| c.span);
    let mut wanted = Vec::with_capacity(changes.len());
    for change in &mut changes {
        let [start, end] = change.span;
        let span = scan.document_span(start..end);
        let source = scan.document().source();
        let span = span.filter(|s| source.get(s.clone()) == Some(&change.before));
        let place = format!("{name}, byte {start}");
        let span =
            span.with_context(|| format!("{place}: {:?} does not stand there", change.before))?;
        ensure!(
            !change.after.contains(['\n', '\r']),
            "{place}: a line end cannot be put in"
        );
        let runs = scan.document().runs();
        let run = runs.partition_point(|r| r.range.end <= span.start);
        change.word = word_at(&scan, run);
        wanted.push((span, change));
    }
    // The engine's order may be another than the file's.
    wanted.sort_by_key(|(span, _)| span.start);
    let splice = {
        let changes: Vec<formats::Change<'_>> = wanted
            .iter()
            .map(|(span, change)| formats::Change {
                span: span.clone(),
                text: &change.after,
                confidence: Some(change.confidence),
            })
            .collect();
        let crossing = changes.windows(2).find(|w| w[0].span.end > w[1].span.start);
        ensure!(crossing.is_none(), "{name}: two changes of one place");
        scan.splice(&changes, options.record)
    };
    if let Some(&first) = splice.skipped.first() {
        let change = &wanted[first].1;
        anyhow::bail!(
            "{name}: {} has no place for {:?} instead of {:?} (line {})",
            format.name(),
            change.after,
            change.before,
            change.line
        );
    }
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&i| wanted[i].1.span);
    let mut places = vec![0; order.len()];
    for (place, &i) in order.iter().enumerate() {
        places[i] = place;
    }
    let mut edits = splice.edits.clone();
    for edit in &mut edits {
        edit.change = places.get(edit.change).copied().unwrap_or(0);
    }
    drop(wanted);
    complete(&scan, &edits, &mut changes);
    let output = splice.apply(input.whole());
    Ok(PageOutcome {
        words: scan.document().source().split_whitespace().count(),
        output: input.encoding.encode(&output),
        is_changed: output != input.whole(),
        findings: Findings {
            changes,
            flags: Vec::new(),
        },
        edits,
        format,
        record: options.record,
        input,
    })
}

/// The format asked for, or the one that the content tells.
pub(crate) fn format_of(input: &Input, format: Option<Format>) -> anyhow::Result<Format> {
    format
        .or_else(|| Format::detect(input.text()))
        .with_context(|| {
            format!(
                "{}: markup in a format that is not known; name it with --format",
                input.name
            )
        })
}

/// Reads the words of a file.
pub(crate) fn scan(input: &Input, format: Format) -> anyhow::Result<Scan<'_>> {
    if format != Format::Text && format != Format::Tsv {
        let check = input.encoding.check_declared(input.whole());
        check.with_context(|| input.name.clone())?;
    }
    Scan::new(input.whole(), format)
        .with_context(|| format!("{}: not sound {}", input.name, format.name()))
}
