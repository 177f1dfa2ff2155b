//! A text that is held whole: a file of the batch, a record of a stream.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{anyhow, bail};
use vidau::formats::{Encoding, Format};
use vidau::{Restorer, Worker};

use super::stats::Stats;
use crate::ledger::File;
use crate::ledger::rows::{self, SureEdit};
use crate::page::{PageOptions, restore_bytes};
use crate::parts::{self, WHOLE};
use crate::review::{Review, html};

/// A restored text.
pub(crate) struct Whole {
    pub(crate) output: Vec<u8>,
    pub(crate) stats: Stats,
    pub(crate) edits: Vec<SureEdit>,
    /// What its ledger says of it.
    pub(crate) file: File<'static>,
    /// The page for a person, where it is to be reviewed.
    pub(crate) review: Option<String>,
}

/// What messages and ledgers say of a text.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) name: &'a str,
    /// BLAKE3 of the text as it was read.
    pub(crate) input: &'a str,
    pub(crate) model: &'a str,
    /// Texts less sure than this are to be reviewed; long ones have no page.
    pub(crate) review_below: Option<f64>,
}

/// Restores a text.
pub(crate) fn restore<'r>(
    restorer: &'r Restorer,
    worker: &mut Worker<'r>,
    about: About<'_>,
    bytes: Vec<u8>,
    options: &PageOptions,
) -> anyhow::Result<Whole> {
    if bytes.len() as u64 > WHOLE && is_plain(&bytes, options) {
        return guarded(restorer, worker, about.name, |worker| {
            in_parts(worker, about, &bytes, options)
        });
    }
    let page = guarded(restorer, worker, about.name, |worker| {
        restore_bytes(worker, about.name, bytes, options)
    })?;
    let mut stats = Stats::default();
    stats.add(page.words, &page.findings);
    stats.advise();
    let is_reviewed = about.review_below.is_some_and(|b| stats.confidence() < b);
    let review = is_reviewed.then(|| {
        guarded(restorer, worker, about.name, |_| {
            let mut review = Review::new(about.model, None);
            review.add(&page)?;
            html(&review, &[])
        })
    });
    Ok(Whole {
        review: review.transpose()?,
        stats,
        edits: rows::edits(&page, 0).collect(),
        file: File::of(&page, about.input, about.model).into_owned(),
        output: page.output,
    })
}

/// Whether it is text in UTF-8, which can be read in parts.
fn is_plain(bytes: &[u8], options: &PageOptions) -> bool {
    let encoding = options.encoding.unwrap_or_else(|| Encoding::detect(bytes));
    options.format == Some(Format::Text)
        && encoding == Encoding::Utf8
        && std::str::from_utf8(bytes).is_ok()
}

fn in_parts(
    worker: &mut Worker<'_>,
    about: About<'_>,
    bytes: &[u8],
    options: &PageOptions,
) -> anyhow::Result<Whole> {
    let mut whole = Whole {
        output: Vec::with_capacity(bytes.len() + bytes.len() / 4),
        stats: Stats::default(),
        edits: Vec::new(),
        file: File::plain(about.name, about.input, about.model).into_owned(),
        review: None,
    };
    parts::restore(
        worker,
        about.name,
        bytes,
        options.record,
        &mut |start, part| {
            options.limit.check()?;
            whole.output.append(&mut part.output);
            whole.stats.add(part.words, &part.findings);
            whole.edits.extend(rows::edits(part, start));
            Ok(())
        },
    )?;
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
    result.map_err(|e| without(name, e))
}

/// A message that does not begin with the name.
pub(crate) fn without(name: &str, error: anyhow::Error) -> anyhow::Error {
    let text = format!("{error:#}");
    match text.strip_prefix(name).and_then(|t| t.strip_prefix(": ")) {
        Some(rest) => anyhow!(rest.to_owned()),
        None => error,
    }
}
