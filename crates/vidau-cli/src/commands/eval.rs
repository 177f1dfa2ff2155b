//! `vidau eval`: how good is the restored text?

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use rayon::prelude::*;
use vidau::eval::{
    EVAL_SCHEMA, EvalReport, GroupReport, Score, Scored, TopError, Units, score, strip_marks,
};
use vidau::{Document, Worker};

use super::pairs::{Text, texts};
use super::table;
use crate::Outcome;
use crate::args::EvalArgs;
use crate::atomic;
use crate::engine::Engine;
use crate::input::Input;
use crate::output;

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
        None => Some(Engine::open(args.model.as_deref())?),
    };
    let worker = || engine.as_ref().map(|e| e.restorer.worker());
    let scored = texts
        .par_iter()
        .map_init(worker, |worker, text| {
            measure(text, args, units, worker.as_mut())
        })
        .collect::<anyhow::Result<Vec<Scored>>>()?;

    let report = report(&texts, scored, args, units, engine.map(|e| e.model_id));
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
    let raw = match &text.ocr {
        Some(path) => Input::read(path)?.text().to_owned(),
        None if args.strip => strip_marks(truth.text()),
        None => truth.text().to_owned(),
    };
    let restored = match (&text.restored, worker) {
        (Some(path), _) => Input::read(path)?.text().to_owned(),
        (None, Some(worker)) => {
            let document = Document::from_text(&raw);
            worker.restore(&document).text().to_owned()
        }
        (None, None) => raw.clone(),
    };
    if let Some(folder) = &args.save {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        atomic::write(
            &folder.join(format!("{}.txt", text.id)),
            restored.as_bytes(),
        )?;
    }
    Ok(score(truth.text(), &raw, &restored, units))
}

fn report(
    texts: &[Text],
    scored: Vec<Scored>,
    args: &EvalArgs,
    units: Units,
    model: Option<String>,
) -> EvalReport {
    let mut total = Score::default();
    let mut groups: BTreeMap<&str, (u64, Score)> = BTreeMap::new();
    let mut files = Vec::new();
    for (text, scored) in texts.iter().zip(&scored) {
        total += &scored.score;
        if let Some(engine) = &text.engine {
            let (n, sum) = groups.entry(engine).or_default();
            *n += 1;
            *sum += &scored.score;
        }
        files.push(GroupReport::new(&text.id, 1, &scored.score));
    }
    let errors = scored.into_iter().flat_map(|s| s.errors);
    EvalReport {
        schema: EVAL_SCHEMA.to_owned(),
        units: match units {
            Units::Lines => "lines".to_owned(),
            Units::Page => "page".to_owned(),
        },
        model,
        total: GroupReport::new("total", texts.len() as u64, &total),
        groups: groups
            .into_iter()
            .map(|(name, (n, sum))| GroupReport::new(name, n, &sum))
            .collect(),
        files,
        errors: TopError::tally(errors, args.errors),
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
