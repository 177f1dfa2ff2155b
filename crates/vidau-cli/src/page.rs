//! One file's way through the engine: bytes in, bytes in the same format out,
//! and what was changed. Commands differ only in where files come from and go.

use anyhow::{Context, anyhow, bail, ensure};
use vidau::Worker;
use vidau::formats::{self, Edit, Encoding, Format, Record, Scan, Splice};

use crate::input::Input;
use crate::ledger::{Change, Findings, complete, renumber, word_at};
use crate::limit::Limit;
use crate::reflow::reflow;

/// How to read a file and how to write it.
#[derive(Debug, Clone)]
pub(crate) struct PageOptions {
    /// Its format; `None`: as its content tells.
    pub(crate) format: Option<Format>,
    pub(crate) record: Record,
    /// The file is to say that vidau changed it.
    pub(crate) provenance: bool,
    /// How its bytes stand for text; `None`: as they tell.
    pub(crate) encoding: Option<Encoding>,
    /// Plain text is to have a line a paragraph.
    pub(crate) reflow: bool,
    /// Most bytes of markup or of a table.
    pub(crate) max_size: usize,
    /// The text goes on where the one before ended.
    pub(crate) goes_on: bool,
    /// When to give it up.
    pub(crate) limit: Limit,
}

impl Default for PageOptions {
    fn default() -> Self {
        Self {
            format: None,
            record: Record::default(),
            provenance: false,
            encoding: None,
            reflow: false,
            max_size: 64_000_000,
            goes_on: false,
            limit: Limit::default(),
        }
    }
}

/// The complaint that markup or a table is larger than it may be.
pub(crate) fn too_large(most: u64) -> anyhow::Error {
    anyhow!(
        "larger than {most} bytes, and a file in this format is read whole: \
         split it, or raise --max-size"
    )
}

/// A restored file.
pub(crate) struct PageOutcome {
    pub(crate) input: Input,
    pub(crate) output: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) record: Record,
    pub(crate) provenance: bool,
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
    let input = Input::from_bytes(name, bytes, options.encoding)?;
    restore_input(worker, input, options, Vec::new())
}

/// Restores what was read; its changes take the memory of `emptied`.
pub(crate) fn restore_input(
    worker: &mut Worker<'_>,
    input: Input,
    options: &PageOptions,
    emptied: Vec<Change>,
) -> anyhow::Result<PageOutcome> {
    let name = input.name.clone();
    changed(input, options, |scan| {
        let restored = if options.goes_on {
            worker.restore_next(scan.document())
        } else {
            worker.restore_checked(scan.document(), &mut || options.limit.check())?
        };
        let changes: Vec<formats::Change<'_>> = restored.corrections().map(Into::into).collect();
        let mut splice = scan.splice(&changes, options.record);
        // Megabytes of a long text, and the findings are still to come.
        drop(changes);
        say_so(scan, options, &mut splice);
        if scan.format() == Format::Text {
            let lines = |text: &str| text.bytes().filter(|&b| b == b'\n').count();
            ensure!(
                lines(&splice.apply(scan.file())) == lines(scan.file()),
                "{name}: the number of lines has changed; not written, please report this"
            );
        }
        let mut findings = Findings::of(scan, &restored, &mut splice, emptied);
        if options.reflow {
            ensure!(
                scan.format() == Format::Text,
                "{name}: --reflow is for plain text, this is {}",
                scan.format().name()
            );
            reflow(scan, &mut findings, &mut splice);
        }
        Ok((findings, splice))
    })
}

/// A file with the changes made, whoever made them; places and texts of the
/// changes are of this file.
pub(crate) fn change_bytes(
    name: &str,
    bytes: Vec<u8>,
    options: &PageOptions,
    changes: Vec<Change>,
) -> anyhow::Result<PageOutcome> {
    let input = Input::from_bytes(name, bytes, options.encoding)?;
    changed(input, options, |scan| decided(name, scan, options, changes))
}

fn decided(
    name: &str,
    scan: &Scan<'_>,
    options: &PageOptions,
    mut changes: Vec<Change>,
) -> anyhow::Result<(Findings, Splice)> {
    changes.sort_by_key(|c| c.span);
    // The span in the document and the number of each.
    let mut wanted = Vec::with_capacity(changes.len());
    for (i, change) in changes.iter_mut().enumerate() {
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
        change.word = word_at(scan, run);
        wanted.push((span, i));
    }
    // The engine's order may be another than the file's.
    wanted.sort_by_key(|(span, _)| span.start);
    let crossing = wanted.windows(2).find(|w| w[0].0.end > w[1].0.start);
    ensure!(crossing.is_none(), "{name}: two changes of one place");
    let texts: Vec<formats::Change<'_>> = wanted
        .iter()
        .map(|(span, i)| formats::Change {
            span: span.clone(),
            text: &changes[*i].after,
            confidence: Some(changes[*i].confidence),
        })
        .collect();
    let mut splice = scan.splice(&texts, options.record);
    if let Some(&first) = splice.skipped.first() {
        let change = &changes[wanted[first].1];
        bail!(
            "{name}: {} has no place for {:?} instead of {:?} (line {})",
            scan.format().name(),
            change.after,
            change.before,
            change.line
        );
    }
    say_so(scan, options, &mut splice);
    let numbers = wanted.iter().map(|(_, i)| *i).enumerate();
    renumber(&mut splice.edits, numbers);
    complete(scan, &splice.edits, &mut changes);
    let flags = Vec::new();
    Ok((Findings { changes, flags }, splice))
}

fn say_so(scan: &Scan<'_>, options: &PageOptions, splice: &mut Splice) {
    if options.provenance {
        splice.add_provenance(scan, "vidau", env!("CARGO_PKG_VERSION"));
    }
}

/// A file with what `change` finds and does.
fn changed(
    input: Input,
    options: &PageOptions,
    change: impl FnOnce(&Scan<'_>) -> anyhow::Result<(Findings, Splice)>,
) -> anyhow::Result<PageOutcome> {
    let format = match options.format {
        // The middle of a text tells nothing.
        Some(format) if options.goes_on => format,
        asked => format_of(&input, asked)?,
    };
    let size = input.bytes().len();
    if format != Format::Text && size > options.max_size {
        return Err(too_large(options.max_size as u64).context(input.name.clone()));
    }
    let scan = scan(&input, format)?;
    let (findings, splice) = change(&scan)?;
    let output = splice.apply(input.whole());
    let output = input.encoding.written().encode(&output);
    let output = output.with_context(|| input.name.clone())?;
    Ok(PageOutcome {
        words: scan.document().source().split_whitespace().count(),
        is_changed: output != input.bytes(),
        output,
        findings,
        edits: splice.edits,
        format,
        record: options.record,
        provenance: options.provenance,
        input,
    })
}

/// The format asked for, unless the content is in another one for sure, or the
/// one that the content tells.
pub(crate) fn format_of(input: &Input, asked: Option<Format>) -> anyhow::Result<Format> {
    let name = &input.name;
    match (asked, Format::detect(input.text())) {
        (Some(asked), Some(found)) if found != asked && found != Format::Text => bail!(
            "{name}: asked to be read as {}, but it is {}; leave --format out",
            asked.name(),
            found.name()
        ),
        (Some(format), _) | (None, Some(format)) => Ok(format),
        (None, None) => {
            bail!("{name}: markup in a format that is not known; name it with --format")
        }
    }
}

/// Reads the words of a file.
pub(crate) fn scan(input: &Input, format: Format) -> anyhow::Result<Scan<'_>> {
    ensure!(
        format == Format::Text || input.encoding.is_unicode(),
        "{}: {} in {}, which only plain text may be in; convert it to UTF-8, \
         its declarations as well",
        input.name,
        format.name(),
        input.encoding.name()
    );
    if format != Format::Text && format != Format::Tsv {
        let check = input.encoding.check_declared(input.whole());
        check.with_context(|| input.name.clone())?;
    }
    Scan::new(input.whole(), format)
        .with_context(|| format!("{}: not sound {}", input.name, format.name()))
}
