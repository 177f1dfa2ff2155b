//! `vidau eval`: how good is the restored text?

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use vidau::eval::{EVAL_SCHEMA, EvalReport, GroupReport, Score, Scored, TopError, Units};

use super::measure::{Sum, measure};
use super::pairs::{Text, texts};
use super::table;
use crate::Outcome;
use crate::args::EvalArgs;
use crate::engine::Engine;
use crate::output;

pub(crate) fn run(args: &EvalArgs) -> anyhow::Result<Outcome> {
    let thresholds = args
        .threshold
        .iter()
        .map(|t| Threshold::parse(t))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let texts = texts(&args.texts)?;
    let units = if args.page || (args.texts.truth.is_dir() && !args.lines) {
        Units::Page
    } else {
        Units::Lines
    };
    let engine = match args.texts.restored {
        Some(_) => None,
        None => Some(Engine::open(&args.engine, &[&args.texts.truth])?),
    };
    let restorer = engine.as_ref().map(|e| &e.restorer);
    let scored = measure(&texts, &args.texts, units, args.save.as_deref(), restorer)?;

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
