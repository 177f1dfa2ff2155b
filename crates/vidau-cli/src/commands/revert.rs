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
        let found = restored_as(&recorded, file)?;
        let bytes = if args.only.is_empty() {
            found.1
        } else {
            all_but(args, found.0, found.1)?
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
            let (_, bytes) = restored_as(&recorded, &file)?;
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

/// What was done to the file last, and what it was before; a file that was
/// restored more than once goes back all the way.
pub(super) fn restored_as<'l>(
    recorded: &'l [Recorded],
    file: &Path,
) -> anyhow::Result<(&'l Recorded, Vec<u8>)> {
    let mut bytes = input::read(file)?;
    let (mut found, mut failed) = (None, None);
    // Each record is undone once at most, whatever the ledger says. One that was
    // cut off leads nowhere, but there may be an older one of the same output.
    for step in recorded.iter().rev() {
        if step.is_output(&bytes) {
            match step.undo(&bytes) {
                Ok(undone) => (bytes, found, failed) = (undone, Some(step), None),
                Err(error) => failed = Some(error),
            }
        }
    }
    if let Some(error) = failed {
        return Err(error.context(shown(file)));
    }
    let Some(found) = found else {
        bail!(
            "{}: not as the ledger left it, or not in the ledger; nothing was changed",
            shown(file)
        );
    };
    Ok((found, bytes))
}

/// The file with all changes but those named; on record.
fn all_but(args: &RevertArgs, recorded: &Recorded, bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let file = args.file.as_deref().unwrap_or(Path::new(""));
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
        ..PageOptions::default()
    };
    let page = change_bytes(recorded.name(), bytes, &options, changes)?;
    let entries = ledger::entries(&page, LedgerForm::Lines, recorded.model())?;
    let _guard = signals::writing();
    atomic::append(&args.ledger, entries.as_bytes())?;
    Ok(page.output)
}
