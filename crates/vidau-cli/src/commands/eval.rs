//! `vidau eval`: how good is the restored text?

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use rayon::prelude::*;
use vidau::eval::{
    EVAL_SCHEMA, EvalReport, GroupReport, Judgements, Mark, Score, Scored, TopError, Units,
    score_marked, strip_marks,
};
use vidau::formats::{Change, Format, Record, Scan};
use vidau::{Correction, Restored, Worker};

use super::pairs::{Text, texts};
use super::table;
use crate::Outcome;
use crate::args::EvalArgs;
use crate::atomic;
use crate::engine::Engine;
use crate::input::Input;
use crate::output;
use crate::page::{format_of, scan};

pub(crate) fn run(args: &EvalArgs) -> anyhow::Result<Outcome> {
    let thresholds = args
        .threshold
        .iter()
        .map(|t| Threshold::parse(t))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let texts = texts(args)?;
    let units = if args.page || (args.truth.is_dir() && !args.lines) {
        Units::Page
    } else {
        Units::Lines
    };
    let engine = match args.restored {
        Some(_) => None,
        None => Some(Engine::open(&args.engine, &[&args.truth])?),
    };
    let worker = || engine.as_ref().map(|e| e.restorer.worker());
    let scored = texts
        .par_iter()
        .map_init(worker, |worker, text| {
            measure(text, args, units, worker.as_mut())
        })
        .collect::<anyhow::Result<Vec<Scored>>>()?;

    let model_id = engine.as_ref().map(Engine::model_id).transpose()?;
    let report = report(&texts, scored, args, units, model_id);
    let text = if args.json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else {
        table::render(&report, args.each)
    };
    output::result(text.as_bytes())?;
    let mut outcome = Outcome::Done;
    for threshold in &thresholds {
        if let Some(complaint) = threshold.complaint(&report)? {
            output::message(&complaint);
            outcome = Outcome::Found;
        }
    }
    Ok(outcome)
}

fn measure(
    text: &Text,
    args: &EvalArgs,
    units: Units,
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
        (_, Some(format)) => format.into(),
        (Some(_), None) => format_of(&ocr, None)?,
        (None, None) => Format::Text,
    };
    let scan = scan(&ocr, format)?;
    let raw = scan.text();
    let (restored, marks) = match (&text.restored, worker) {
        (Some(path), _) => (Input::read(path)?.text().to_owned(), Vec::new()),
        (None, Some(worker)) => marked(&scan, &raw, &worker.restore(scan.document())),
        (None, None) => (raw.clone(), Vec::new()),
    };
    if let Some(folder) = &args.save {
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
        });
        if *is_change {
            text += c.best();
        }
    }
    text += &raw[at..];
    (text, marks)
}

fn report(
    texts: &[Text],
    scored: Vec<Scored>,
    args: &EvalArgs,
    units: Units,
    model: Option<String>,
) -> EvalReport {
    let mut total = Sum::default();
    let mut groups: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut files = Vec::new();
    for (text, scored) in texts.iter().zip(&scored) {
        let mut one = Sum::default();
        let group = text.engine.as_deref().map(|e| groups.entry(e).or_default());
        for sum in [&mut total, &mut one].into_iter().chain(group) {
            sum.add(scored);
        }
        files.push(one.report(&text.id, model.is_some()));
    }
    let errors = scored.into_iter().flat_map(|s| s.errors);
    EvalReport {
        schema: EVAL_SCHEMA.to_owned(),
        units: match units {
            Units::Lines => "lines".to_owned(),
            Units::Page => "page".to_owned(),
        },
        total: total.report("total", model.is_some()),
        groups: groups
            .into_iter()
            .map(|(name, sum)| sum.report(name, model.is_some()))
            .collect(),
        files,
        errors: TopError::tally(errors, args.errors),
        model,
    }
}

/// Texts added up.
#[derive(Default)]
struct Sum {
    texts: u64,
    score: Score,
    judgements: Judgements,
}

impl Sum {
    fn add(&mut self, scored: &Scored) {
        self.texts += 1;
        self.score += &scored.score;
        self.judgements += &scored.judgements;
    }

    /// Only an engine that has run here has a confidence.
    fn report(&self, name: &str, has_confidence: bool) -> GroupReport {
        GroupReport {
            confidence: has_confidence.then(|| self.judgements.figures()),
            ..GroupReport::new(name, self.texts, &self.score)
        }
    }
}

/// A figure that must not be above a value.
struct Threshold {
    group: Option<String>,
    metric: String,
    most: f64,
}

impl Threshold {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let form =
            || format!("--threshold {text}: expected [GROUP:]METRIC=VALUE, like eng:wer_t=4");
        let (name, value) = text.split_once('=').with_context(form)?;
        let (group, metric) = match name.split_once(':') {
            Some((group, metric)) => (Some(group.to_owned()), metric),
            None => (None, name),
        };
        let probe = GroupReport::new("", 0, &Score::default());
        ensure!(
            probe.figure(metric).is_some(),
            "--threshold {text}: no figure is called {metric}; there are wer, wer_t, cer, cer_t, \
             syl_err, syl_err_exact, num_bad, over, num_chg"
        );
        Ok(Self {
            group,
            metric: metric.to_owned(),
            most: value.parse().with_context(form)?,
        })
    }

    /// What is to be said when the figure is above the value.
    fn complaint(&self, report: &EvalReport) -> anyhow::Result<Option<String>> {
        let group = match &self.group {
            None => &report.total,
            Some(name) => {
                let named = report.groups.iter().chain(&report.files);
                named
                    .into_iter()
                    .find(|g| &g.name == name)
                    .with_context(|| {
                        format!("--threshold {name}: no group or text has this name")
                    })?
            }
        };
        let Self { metric, most, .. } = self;
        let figure = group.figure(metric).unwrap_or(f64::INFINITY);
        let is_above = figure > *most;
        Ok(is_above.then(|| format!("{}: {metric} is {figure}, above {most}", group.name)))
    }
}
