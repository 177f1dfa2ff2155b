//! Texts restored and scored.

use std::path::Path;

use anyhow::Context;
use rayon::prelude::*;
use vidau::eval::{GroupReport, Judgements, Mark, Score, Scored, Units, score_marked, strip_marks};
use vidau::formats::{Change, Format, Record, Scan};
use vidau::{Correction, Restored, Restorer, Worker};

use super::pairs::Text;
use crate::args::TextArgs;
use crate::atomic;
use crate::input::Input;
use crate::page::{format_of, scan};

/// Each text restored by `restorer`, or as it came restored, held against its
/// truth. The restored texts are written to the folder `save`.
pub(super) fn measure(
    texts: &[Text],
    args: &TextArgs,
    units: Units,
    save: Option<&Path>,
    restorer: Option<&Restorer>,
) -> anyhow::Result<Vec<Scored>> {
    let one = |worker: &mut Option<Worker<'_>>, text: &Text| {
        measure_one(text, args, units, save, worker.as_mut())
    };
    let worker = || restorer.map(Restorer::worker);
    texts.par_iter().map_init(worker, one).collect()
}

fn measure_one(
    text: &Text,
    args: &TextArgs,
    units: Units,
    save: Option<&Path>,
    worker: Option<&mut Worker<'_>>,
) -> anyhow::Result<Scored> {
    let truth = Input::read(&text.truth)?;
    let ocr = match &text.ocr {
        Some(path) => Input::read(path)?,
        None if args.strip => {
            Input::from_bytes(&truth.name, strip_marks(truth.text()).into_bytes(), None)?
        }
        None => Input::from_bytes(&truth.name, truth.text().into(), None)?,
    };
    let format = match (&text.ocr, args.format) {
        (Some(_), asked) => format_of(&ocr, asked.map(Into::into))?,
        (None, asked) => asked.map_or(Format::Text, Into::into),
    };
    let scan = scan(&ocr, format)?;
    let raw = scan.text();
    let (restored, marks) = match (&text.restored, worker) {
        (Some(path), _) => (Input::read(path)?.text().to_owned(), Vec::new()),
        (None, Some(worker)) => marked(&scan, &raw, &worker.restore(scan.document())),
        (None, None) => (raw.clone(), Vec::new()),
    };
    if let Some(folder) = save {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        atomic::write(
            &folder.join(format!("{}.txt", text.id)),
            restored.as_bytes(),
        )?;
    }
    Ok(score_marked(truth.text(), &raw, &restored, &marks, units))
}

/// The text restored, and what the engine said, placed in it.
fn marked(scan: &Scan<'_>, raw: &str, restored: &Restored<'_>) -> (String, Vec<Mark>) {
    let changes: Vec<Change<'_>> = restored.corrections().map(Into::into).collect();
    let skipped = scan.splice(&changes, Record::Plain).skipped;
    let all = restored.corrections().enumerate();
    let made = all.filter(|(i, _)| skipped.binary_search(i).is_err());
    let flags = restored.flags().map(|c| (c, false));
    let said: Vec<(Correction<'_>, bool)> = made.map(|(_, c)| (c, true)).chain(flags).collect();
    let spans: Vec<_> = said.iter().map(|(c, _)| c.span()).collect();
    let spans = scan.text_spans(&spans);
    let mut order: Vec<usize> = (0..said.len()).collect();
    order.sort_by_key(|&i| (spans[i].start, !said[i].1));
    let (mut text, mut at) = (String::with_capacity(raw.len()), 0);
    let mut marks: Vec<Mark> = Vec::new();
    for i in order {
        let ((c, is_change), span) = (&said[i], &spans[i]);
        if *is_change {
            text += &raw[at..span.start];
            at = span.end;
        }
        // A change that is unsure is in both lists.
        let start = match marks.last() {
            Some(last) if !is_change && span.start < at => last.span.start,
            _ => text.len() + span.start.saturating_sub(at) * usize::from(!is_change),
        };
        marks.push(Mark {
            span: start..start + c.best().len(),
            confidence: c.confidence(),
            is_change: *is_change,
            others: c.alternatives().map(|a| a.text.to_owned()).collect(),
        });
        if *is_change {
            text += c.best();
        }
    }
    text += &raw[at..];
    (text, marks)
}

/// Texts added up.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) texts: u64,
    pub(super) score: Score,
    pub(super) judgements: Judgements,
}

impl Sum {
    pub(super) fn add(&mut self, scored: &Scored) {
        self.texts += 1;
        self.score += &scored.score;
        self.judgements += &scored.judgements;
    }

    /// Only an engine that has run here has a confidence.
    pub(super) fn report(&self, name: &str, has_confidence: bool) -> GroupReport {
        GroupReport {
            confidence: has_confidence.then(|| self.judgements.figures()),
            ..GroupReport::new(name, self.texts, &self.score)
        }
    }
}
