//! A text that is held whole: a file of the batch, a record of a stream.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{anyhow, bail};
use vidau::formats::Format;
use vidau::{Restorer, Worker};

use super::parts;
use super::stats::Stats;
use crate::ledger::Change;
use crate::page::{PageOptions, restore_bytes};

/// Plain text above this is restored in parts.
pub(crate) const WHOLE: u64 = 1 << 18;

/// A restored text.
pub(crate) struct Whole {
    pub(crate) output: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) stats: Stats,
    pub(crate) changes: Vec<Change>,
}

/// Restores a text; `name` is what messages call it.
pub(crate) fn restore<'r>(
    restorer: &'r Restorer,
    worker: &mut Worker<'r>,
    name: &str,
    bytes: Vec<u8>,
    format: Option<Format>,
) -> anyhow::Result<Whole> {
    if format == Some(Format::Text) && bytes.len() as u64 > WHOLE {
        return guarded(restorer, worker, name, |worker| {
            in_parts(worker, name, &bytes)
        });
    }
    let options = PageOptions {
        format,
        ..PageOptions::default()
    };
    let page = guarded(restorer, worker, name, |worker| {
        restore_bytes(worker, name, bytes, &options)
    })?;
    let mut stats = Stats::default();
    stats.add(page.words, &page.findings);
    stats.advise();
    Ok(Whole {
        output: page.output,
        format: page.format,
        stats,
        changes: page.findings.changes,
    })
}

fn in_parts(worker: &mut Worker<'_>, name: &str, bytes: &[u8]) -> anyhow::Result<Whole> {
    let mut whole = Whole {
        output: Vec::with_capacity(bytes.len() + bytes.len() / 4),
        format: Format::Text,
        stats: Stats::default(),
        changes: Vec::new(),
    };
    parts::restore(worker, name, bytes, &mut |mut part| {
        whole.output.extend_from_slice(part.output.as_bytes());
        whole.stats.add(part.words, &part.findings);
        let start = part.start as usize;
        for change in &mut part.findings.changes {
            change.span = change.span.map(|byte| start + byte);
        }
        whole.changes.append(&mut part.findings.changes);
        Ok(())
    })?;
    whole.stats.advise();
    Ok(whole)
}

/// Does the work so that a fault that one text brings out costs no other;
/// messages lose the name, which stands before all of them anyway.
pub(crate) fn guarded<'r, T>(
    restorer: &'r Restorer,
    worker: &mut Worker<'r>,
    name: &str,
    work: impl FnOnce(&mut Worker<'r>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let outcome = catch_unwind(AssertUnwindSafe(|| work(worker)));
    let result = outcome.unwrap_or_else(|_| {
        *worker = restorer.worker();
        bail!("a fault of vidau; please report this with the text")
    });
    result.map_err(|e| {
        let text = format!("{e:#}");
        match text.strip_prefix(name).and_then(|t| t.strip_prefix(": ")) {
            Some(rest) => anyhow!(rest.to_owned()),
            None => e,
        }
    })
}
