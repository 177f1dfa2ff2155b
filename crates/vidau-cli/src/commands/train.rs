//! `vidau train`: from texts and pages to a model.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use vidau::RestorerBuilder;
use vidau::channel::{self, ChannelModel};
use vidau::confidence::train as sure;
use vidau::context::train as wide;
use vidau::lm::NgramModel;
use vidau::lm::train::{self as lm, Trained};
use vidau::model::container::{Tag, write_container};
use vidau::model::{Manifest, Source, assemble};

use crate::args::{
    TrainArgs, TrainChannelArgs, TrainCommand, TrainConfidenceArgs, TrainContextArgs, TrainLmArgs,
    TrainModelArgs,
};
use crate::engine::{self, MANIFEST};
use crate::output;
use crate::{Outcome, atomic, size};

/// The channel's section, in its part and in the model.
const CHANNEL: Tag = *b"CHAN";

pub(crate) fn run(args: &TrainArgs) -> anyhow::Result<Outcome> {
    match &args.command {
        TrainCommand::Lm(args) => language_model(args),
        TrainCommand::Channel(args) => channel(args),
        TrainCommand::Context(args) => context(args),
        TrainCommand::Confidence(args) => confidence(args),
        TrainCommand::Model(args) => model(args),
    }?;
    Ok(Outcome::Done)
}

fn language_model(args: &TrainLmArgs) -> anyhow::Result<()> {
    let sources = args
        .source
        .iter()
        .map(|s| parse_source(s))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let default = lm::Options::default();
    let options = lm::Options {
        order: args.order,
        size: size::parse("--size", &args.size)?,
        least_count: args.least_count.unwrap_or(default.least_count),
        most_words: args.most_words.unwrap_or(default.most_words),
        ..default
    };
    let start = Instant::now();
    let trained = lm::train(&sources, &options, &mut |what| {
        output::message(&format!("{:7.1} s {what}", start.elapsed().as_secs_f64()));
    })?;
    if let Some(path) = &args.arpa {
        let file = File::create(path).with_context(|| path.display().to_string())?;
        let written = trained.write_arpa(&mut BufWriter::new(file));
        written.with_context(|| path.display().to_string())?;
    }
    let manifest = manifest_of(&sources, &options, &trained);
    let mut sections = vec![(MANIFEST, manifest.to_json().into_bytes())];
    sections.extend(trained.sections);
    atomic::write(&args.output, &write_container(&sections))
}

fn manifest_of(sources: &[lm::Source], options: &lm::Options, trained: &Trained) -> Manifest {
    let summary = &trained.summary;
    let source = |(source, (_, tokens)): (&lm::Source, &(String, u64))| Source {
        name: source.name.clone(),
        weight: source.weight,
        files: source.files.iter().map(|f| file_name(f)).collect(),
        tokens: *tokens,
    };
    let settings = [
        ("least_count", options.least_count.to_string()),
        ("most_words", options.most_words.to_string()),
        ("cutoffs", format!("{:?}", options.cutoffs)),
        ("within_class", options.within_class.to_string()),
        ("continuation", options.continuation.to_string()),
        ("size", options.size.to_string()),
    ];
    Manifest {
        vidau: env!("CARGO_PKG_VERSION").to_owned(),
        order: options.order,
        vocabulary: summary.words,
        ngrams: summary.kept.clone(),
        sources: sources.iter().zip(&summary.tokens).map(source).collect(),
        settings: settings.map(|(k, v)| (k.to_owned(), v)).into(),
        ..Manifest::default()
    }
}

/// Files go into the manifest without their folders, which say nothing
/// elsewhere.
fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn channel(args: &TrainChannelArgs) -> anyhow::Result<()> {
    let mut pages = Vec::new();
    let mut taught = Vec::new();
    let weighted = args.pages.iter().map(|folder| (folder, 1.0));
    let pairs = args.pairs.iter().map(|folder| (folder, args.pair_weight));
    for (folder, weight) in weighted.chain(pairs) {
        let read = channel::train::read_pages(folder, &args.profile, weight)?;
        taught.push(format!("{}: {} texts", file_name(folder), read.len()));
        pages.extend(read);
    }
    ensure!(
        !pages.is_empty(),
        "nothing to learn from: give --pages or --pairs"
    );
    let options = channel::train::Options {
        order: args.order,
        ..channel::train::Options::default()
    };
    let trained = channel::train::train(&pages, &options)?;
    for profile in &trained.profiles {
        let segments = profile.segments.len();
        output::message(&format!("{}: {segments} segments", profile.name));
    }
    if let Some(path) = &args.tsv {
        atomic::write(path, channel::train::dump(&trained).as_bytes())?;
    }
    let manifest = Manifest {
        vidau: env!("CARGO_PKG_VERSION").to_owned(),
        channel: taught,
        settings: BTreeMap::from([("channel_order".to_owned(), args.order.to_string())]),
        ..Manifest::default()
    };
    let sections = [
        (MANIFEST, manifest.to_json().into_bytes()),
        (CHANNEL, trained.to_bytes()),
    ];
    atomic::write(&args.output, &write_container(&sections))
}

fn context(args: &TrainContextArgs) -> anyhow::Result<()> {
    let lm = open_lm(&args.lm)?;
    let texts = args
        .text
        .iter()
        .map(|t| parse_paths_of("--text", t))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let lms = texts
        .iter()
        .map(|(path, _)| open_lm(path))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let texts: Vec<_> = texts
        .into_iter()
        .zip(&lms)
        .map(|((_, files), lm)| wide::Text { lm, files })
        .collect();
    let options = wide::Options {
        every: args.every,
        weights: args.weights,
        ..wide::Options::default()
    };
    let start = Instant::now();
    let trained = wide::train(&lm, &texts, &options, &mut |what| {
        output::message(&format!("{:7.1} s {what}", start.elapsed().as_secs_f64()));
    })?;
    let [with, without] = trained.loss;
    output::message(&format!(
        "{} weights from {} choices in {} tokens; nats a choice {without:.4} -> {with:.4}",
        trained.weights, trained.choices, trained.tokens
    ));
    let settings = [
        ("context_tokens", trained.tokens.to_string()),
        ("context_choices", trained.choices.to_string()),
        ("context_weights", trained.weights.to_string()),
    ];
    let manifest = Manifest {
        vidau: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.map(|(k, v)| (k.to_owned(), v)).into(),
        ..Manifest::default()
    };
    let mut sections = vec![(MANIFEST, manifest.to_json().into_bytes())];
    sections.extend(trained.sections);
    atomic::write(&args.output, &write_container(&sections))
}

fn confidence(args: &TrainConfidenceArgs) -> anyhow::Result<()> {
    let builder = RestorerBuilder::new().min_confidence(0.0);
    let mut folds = Vec::new();
    for fold in &args.pages {
        let (model, folders) = parse_paths_of("--pages", fold)?;
        let mut pages = Vec::new();
        for folder in &folders {
            pages.extend(channel::train::read_pages(folder, "", 1.0)?);
        }
        let restorer = builder.clone().open(&model)?;
        folds.push(sure::Fold { restorer, pages });
    }
    let texts = folds.iter().map(|fold| fold.pages.len()).sum::<usize>();
    let options = sure::Options {
        trees: args.trees,
        ..sure::Options::default()
    };
    let trained = sure::train(&folds, &options);
    let [with, without] = trained.loss;
    output::message(&format!(
        "{} places of {} texts, {} of them wrong; nats a place {without:.4} -> {with:.4}",
        trained.places, texts, trained.wrong
    ));
    let settings = [
        ("confidence_texts", texts.to_string()),
        ("confidence_places", trained.places.to_string()),
        ("confidence_trees", args.trees.to_string()),
    ];
    let manifest = Manifest {
        vidau: env!("CARGO_PKG_VERSION").to_owned(),
        settings: settings.map(|(k, v)| (k.to_owned(), v)).into(),
        ..Manifest::default()
    };
    let sections = [(MANIFEST, manifest.to_json().into_bytes()), trained.section];
    atomic::write(&args.output, &write_container(&sections))
}

fn open_lm(path: &Path) -> anyhow::Result<NgramModel> {
    let container = engine::container(Some(path))?;
    container.verify()?;
    Ok(NgramModel::open(&container)?)
}

fn model(args: &TrainModelArgs) -> anyhow::Result<()> {
    let lm = engine::container(Some(&args.lm))?;
    lm.verify()?;
    let part = engine::container(Some(&args.channel))?;
    part.verify()?;
    let channel = ChannelModel::from_bytes(&part.section(CHANNEL)?)
        .with_context(|| args.channel.display().to_string())?;
    let about_channel = Manifest::of(&part)?;
    let mut manifest = Manifest::of(&lm)?;
    manifest.name.clone_from(&args.name);
    manifest.channel = about_channel.channel;
    let channel_settings = of_part("channel_", about_channel.settings);
    manifest.settings.extend(channel_settings);
    let part = |path: &Option<PathBuf>| {
        let path = path.as_deref();
        path.map(|path| engine::container(Some(path))).transpose()
    };
    let (context, confidence) = (part(&args.context)?, part(&args.confidence)?);
    for (name, part) in [("context_", &context), ("confidence_", &confidence)] {
        let Some(part) = part else { continue };
        part.verify()?;
        let settings = of_part(name, Manifest::of(part)?.settings);
        manifest.settings.extend(settings);
    }
    for score in &args.score {
        let (name, value) = parse_score(score)?;
        manifest.scores.insert(name, value);
    }
    let bytes = assemble(
        &lm,
        &channel,
        context.as_ref(),
        confidence.as_ref(),
        &manifest,
    )?;
    // What is written must open.
    RestorerBuilder::new().open_bytes(bytes.clone())?;
    output::message(&format!(
        "{}: {} bytes",
        args.output.display(),
        output::thousands(bytes.len() as u64)
    ));
    atomic::write(&args.output, &bytes)
}

/// A part may be a whole model, of which only this is taken over.
fn of_part(name: &str, mut settings: BTreeMap<String, String>) -> BTreeMap<String, String> {
    settings.retain(|setting, _| setting.starts_with(name));
    settings
}

/// `NAME=WEIGHT=FILE[,FILE...]`
fn parse_source(text: &str) -> anyhow::Result<lm::Source> {
    let form = || format!("--source {text}: expected NAME=WEIGHT=FILE[,FILE...]");
    let (name, rest) = text.split_once('=').with_context(form)?;
    let (weight, files) = rest.split_once('=').with_context(form)?;
    Ok(lm::Source {
        name: name.to_owned(),
        weight: weight.parse().with_context(form)?,
        files: files.split(',').map(PathBuf::from).collect(),
    })
}

/// `MODEL=PATH[,PATH...]` of an option.
fn parse_paths_of(option: &str, given: &str) -> anyhow::Result<(PathBuf, Vec<PathBuf>)> {
    let form = || format!("{option} {given}: expected MODEL=PATH[,PATH...]");
    let (model, paths) = given.split_once('=').with_context(form)?;
    Ok((model.into(), paths.split(',').map(PathBuf::from).collect()))
}

/// `NAME=VALUE`
fn parse_score(text: &str) -> anyhow::Result<(String, f64)> {
    let form = || format!("--score {text}: expected NAME=VALUE, for example scan=1.4");
    let (name, value) = text.split_once('=').with_context(form)?;
    Ok((name.to_owned(), value.parse().with_context(form)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores() {
        let scan = parse_score("scan=1.4").unwrap();
        assert_eq!(scan, ("scan".to_owned(), 1.4));
        assert!(parse_score("scan").is_err());
        assert!(parse_score("scan=good").is_err());
    }

    #[test]
    fn sources() {
        let s = parse_source("legal=0.6=a.txt,b.zst").unwrap();
        assert_eq!(
            (s.name.as_str(), s.weight, s.files.len()),
            ("legal", 0.6, 2)
        );
        for wrong in ["legal", "legal=x=a", "legal=1"] {
            assert!(parse_source(wrong).is_err(), "{wrong}");
        }
    }
}
