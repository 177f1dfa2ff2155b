//! `vidau revert`: what a ledger has on record, undone.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::Outcome;
use crate::args::{LedgerForm, RevertArgs};
use crate::ledger::{self, Recorded};
use crate::output::{self, shown};
use crate::page::{PageOptions, change_bytes};
use crate::{atomic, input, signals};

pub(crate) fn run(args: &RevertArgs) -> anyhow::Result<Outcome> {
    let name = shown(&args.ledger);
    let recorded = ledger::open(&args.ledger)?;
    if let Some(file) = &args.file {
        let bytes = if args.only.is_empty() {
            original_of(&recorded, file)?
        } else {
            all_but(args, file, &recorded)?
        };
        let _guard = signals::writing();
        match &args.output {
            Some(path) if path.as_os_str() == "-" => output::result(&bytes)?,
            Some(path) => atomic::write(path, &bytes)?,
            None => atomic::write(file, &bytes)?,
        }
        return Ok(Outcome::Done);
    }
    let mut names: Vec<&str> = recorded.iter().map(Recorded::name).collect();
    names.sort_unstable();
    names.dedup();
    ensure!(!names.is_empty(), "{name}: nothing is on record");
    let mut failed = 0;
    for name in &names {
        let file = PathBuf::from(name);
        let revert = || {
            let bytes = original_of(&recorded, &file)?;
            let _guard = signals::writing();
            atomic::write(&file, &bytes)
        };
        if let Err(error) = revert() {
            failed += 1;
            output::message(&format!("{error:#}"));
        }
    }
    Ok(match failed {
        0 => Outcome::Done,
        n if n == names.len() => Outcome::Failed,
        _ => Outcome::PartlyFailed,
    })
}

/// What the file was before it was restored; one that was restored more than
/// once goes back all the way.
pub(super) fn original_of(recorded: &[Recorded], file: &Path) -> anyhow::Result<Vec<u8>> {
    let (mut steps, mut bytes) = undo_last(recorded, file, &input::read(file)?)?;
    // Each record is undone once at most, whatever the ledger says.
    while let Some(earlier) = undone(&recorded[..steps], &bytes) {
        (steps, bytes) = earlier.with_context(|| shown(file))?;
    }
    Ok(bytes)
}

/// The number of the step that was done last, and what the file was before it.
fn undo_last(recorded: &[Recorded], file: &Path, bytes: &[u8]) -> anyhow::Result<(usize, Vec<u8>)> {
    let last = undone(recorded, bytes).unwrap_or_else(|| {
        bail!("not as the ledger left it, or not in the ledger; nothing was changed")
    });
    last.with_context(|| shown(file))
}

/// The last step that led to these bytes, and those before it.
fn undone(recorded: &[Recorded], bytes: &[u8]) -> Option<anyhow::Result<(usize, Vec<u8>)>> {
    let hash = ledger::hash(bytes);
    let mut failed = None;
    for (i, step) in recorded.iter().enumerate().rev() {
        if step.is_output(&hash) {
            // One that was cut off leads nowhere; there may be an older one of
            // the same output.
            match step.undo(bytes) {
                Ok(undone) => return Some(Ok((i, undone))),
                Err(error) => failed = Some(Err(error)),
            }
        }
    }
    failed
}

/// The file with all changes of its last restoring but those named; on record.
fn all_but(args: &RevertArgs, file: &Path, recorded: &[Recorded]) -> anyhow::Result<Vec<u8>> {
    let (last, bytes) = undo_last(recorded, file, &input::read(file)?)?;
    let recorded = &recorded[last];
    ensure!(
        !recorded.changes.is_empty(),
        "{}: a compact ledger knows no single changes; leave out --only",
        shown(&args.ledger)
    );
    ensure!(
        !ledger::is_compressed(&input::read(&args.ledger)?),
        "{}: compressed, so that what is left cannot be appended; decompress it first",
        shown(&args.ledger)
    );
    let mut changes = recorded.changes.clone();
    for place in &args.only {
        let numbers = place.split_once(':').and_then(|(line, column)| {
            let line: usize = line.parse().ok()?;
            Some((line, column.parse::<usize>().ok()?))
        });
        let numbers =
            numbers.with_context(|| format!("--only {place}: give LINE:COLUMN, as in 12:5"))?;
        let before = changes.len();
        changes.retain(|c| (c.line, c.column) != numbers);
        ensure!(
            changes.len() < before,
            "{}: no change on record at {place}",
            shown(file)
        );
    }
    let options = PageOptions {
        format: recorded.format(),
        encoding: Some(recorded.encoding()?),
        record: recorded.record().unwrap_or_default(),
        provenance: recorded.provenance(),
        ..PageOptions::default()
    };
    let page = change_bytes(recorded.name(), bytes, &options, changes)?;
    let entries = ledger::entries(&page, LedgerForm::Lines, recorded.model())?;
    let _guard = signals::writing();
    atomic::append(&args.ledger, entries.as_bytes())?;
    Ok(page.output)
}
