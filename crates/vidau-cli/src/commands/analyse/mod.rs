//! `vidau analyse`: how good is the engine, what does each part of it bring,
//! what is left?

mod charts;
mod markdown;
mod plot;
mod run;
mod variants;

use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use vidau::eval::{ConfidenceBin, ErrorKind, GroupReport, TopError};
use vidau::lm::NgramModel;
use vidau::model::Manifest;

use crate::Outcome;
use crate::args::{AnalyseArgs, EngineArgs};
use crate::atomic;
use crate::engine::{self, Engine};
use crate::output;
use run::{Column, Set};

/// Name and version of the layout of analysis.json.
const SCHEMA: &str = "vidau.analysis/1";

/// Shares of all tokens, in per cent, that a person looks at.
const LOOKED_AT: [f64; 9] = [0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0];

/// All that was measured.
#[derive(Serialize)]
struct Analysis {
    schema: &'static str,
    model: String,
    sets: Vec<SetReport>,
    /// With one part switched off, and with changes held back.
    parts: Vec<Row>,
    caution: Vec<Row>,
    models: Vec<ModelRow>,
}

#[derive(Serialize)]
struct SetReport {
    figures: GroupReport,
    brief: Brief,
    reliability: Vec<ConfidenceBin>,
    /// Share of tokens looked at, least sure first, and of the errors seen.
    found: Vec<(f64, f64)>,
    /// Errors left, and how many of them have the right reading among the
    /// others that the engine kept.
    offered: Vec<(ErrorKind, u64, u64)>,
    errors: Vec<TopError>,
}

/// Every set under one variant of the engine, in the order of the sets.
#[derive(Serialize)]
struct Row {
    name: String,
    sets: Vec<Brief>,
}

/// What tells variants apart, in per cent.
#[derive(Clone, Copy, PartialEq, Serialize)]
struct Brief {
    syl_err: f64,
    wer_t: f64,
    over: f64,
    /// Tokens changed of the truth given as it is.
    clean: f64,
    errors_in_least_sure: f64,
}

#[derive(Serialize)]
struct ModelRow {
    name: String,
    bytes: usize,
    ngrams: usize,
    /// Of the text that it learnt from.
    tokens: u64,
    sets: Vec<Brief>,
}

pub(crate) fn run(args: &AnalyseArgs) -> anyhow::Result<Outcome> {
    let sets = args
        .sets
        .iter()
        .map(|set| Set::open(set))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let inputs: Vec<&Path> = sets.iter().map(Set::path).collect();
    std::fs::create_dir_all(&args.output).with_context(|| args.output.display().to_string())?;

    let tell = |what: &str| {
        if !args.quiet {
            output::message(what);
        }
    };
    tell("all parts");
    let engine = Engine::open(&args.engine, &inputs)?;
    let whole = run::columns(&sets, &engine.restorer)?;
    let everything_flagged = Engine::open_with(&args.engine, &inputs, |b| b.flag_below(1.0))?;
    let flagged = run::columns(&sets, &everything_flagged.restorer)?;

    let rows = |variants: &[variants::Variant]| -> anyhow::Result<Vec<Row>> {
        let row = |variant: &variants::Variant| {
            tell(variant.name);
            let engine = Engine::open_with(&args.engine, &inputs, variant.set)?;
            Ok(Row {
                name: variant.name.to_owned(),
                sets: briefs(&run::columns(&sets, &engine.restorer)?),
            })
        };
        variants.iter().map(row).collect()
    };
    let analysis = Analysis {
        schema: SCHEMA,
        model: engine.model_id()?,
        parts: match args.no_parts {
            true => Vec::new(),
            false => rows(&variants::PARTS)?,
        },
        caution: rows(&variants::CAUTION)?,
        models: args
            .models
            .iter()
            .map(|file| model_row(file, args, &sets, &inputs))
            .collect::<anyhow::Result<_>>()?,
        sets: whole
            .into_iter()
            .zip(flagged)
            .map(|(whole, flagged)| set_report(whole, flagged, args.errors))
            .collect(),
    };
    let write = |name: &str, text: &str| atomic::write(&args.output.join(name), text.as_bytes());
    for (name, svg) in charts::all(&analysis) {
        write(name, &svg)?;
    }
    write("analysis.md", &markdown::render(&analysis))?;
    write(
        "analysis.json",
        &(serde_json::to_string_pretty(&analysis)? + "\n"),
    )?;
    Ok(Outcome::Done)
}

fn set_report(whole: Column, flagged: Column, errors: usize) -> SetReport {
    let counts = &whole.read.score.restored.kinds;
    let offered = counts.iter().map(|(&kind, &left)| {
        let is_offered = |e: &&vidau::eval::TokenError| e.kind == kind && e.is_offered;
        let offered = flagged.errors.iter().filter(is_offered).count() as u64;
        (kind, left, offered)
    });
    let found = LOOKED_AT.map(|share| (share, flagged.read.judgements.errors_among(share / 100.0)));
    SetReport {
        offered: offered.collect(),
        brief: brief(&whole),
        reliability: whole.read.judgements.bins(),
        found: found.to_vec(),
        figures: whole.read.report(&whole.name, true),
        errors: TopError::tally(whole.errors, errors),
    }
}

fn briefs(columns: &[Column]) -> Vec<Brief> {
    columns.iter().map(brief).collect()
}

fn brief(column: &Column) -> Brief {
    let rates = column.read.score.restored.rates();
    Brief {
        syl_err: rates.syl_err,
        wer_t: rates.wer_t,
        over: column.read.score.harm.over(),
        clean: column.clean.score.restored.rates().wer,
        errors_in_least_sure: column.read.judgements.errors_among(0.03),
    }
}

fn model_row(
    file: &Path,
    args: &AnalyseArgs,
    sets: &[Set],
    inputs: &[&Path],
) -> anyhow::Result<ModelRow> {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    if !args.quiet {
        output::message(&format!("model {name}"));
    }
    let container = engine::container(Some(file))?;
    let sources = Manifest::of(&container)?.sources;
    let other = EngineArgs {
        model: Some(file.to_owned()),
        ..args.engine.clone()
    };
    let engine = Engine::open(&other, inputs)?;
    Ok(ModelRow {
        name: name.into_owned(),
        bytes: container.bytes().len(),
        ngrams: NgramModel::open(&container)?.ngrams(),
        tokens: sources.iter().map(|s| s.tokens).sum(),
        sets: briefs(&run::columns(sets, &engine.restorer)?),
    })
}
