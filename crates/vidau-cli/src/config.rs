//! vidau.toml: options that belong to a collection of documents.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;

use crate::args::{EngineArgs, ProfileName, ToneStyleName};

const NAME: &str = "vidau.toml";

/// What the file may say; keys are the long options.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Keys {
    model: Option<PathBuf>,
    #[serde(default)]
    lexicon: OneOrMore,
    #[serde(default)]
    keep: OneOrMore,
    tone_style: Option<ToneStyleName>,
    profile: Option<ProfileName>,
    change_above: Option<f32>,
    flag_below: Option<f32>,
    min_confidence: Option<f32>,
}

/// A file, or a list of files.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a file name or a list of file names")]
enum OneOrMore {
    One(PathBuf),
    More(Vec<PathBuf>),
}

impl Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl OneOrMore {
    fn as_slice(&self) -> &[PathBuf] {
        match self {
            Self::One(file) => std::slice::from_ref(file),
            Self::More(files) => files,
        }
    }
}

/// A vidau.toml that was read.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) path: PathBuf,
    keys: Keys,
}

/// The settings that hold for `inputs`: those of `--config`, or of the first
/// vidau.toml in an input's folder or above. Without inputs, and for stdin,
/// the search starts in the current folder.
pub(crate) fn find<P: AsRef<Path>>(
    args: &EngineArgs,
    inputs: &[P],
) -> anyhow::Result<Option<Config>> {
    if args.no_config {
        return Ok(None);
    }
    if let Some(path) = &args.config {
        return read(path).map(Some);
    }
    let mut found: Option<(PathBuf, Option<PathBuf>)> = None;
    let here = [Path::new("-")];
    let inputs = inputs.iter().map(AsRef::as_ref);
    let from: Vec<&Path> = inputs.collect();
    for input in if from.is_empty() { &here[..] } else { &from } {
        let path = upward(input);
        match &found {
            None => found = Some(((*input).to_owned(), path)),
            Some((_, known)) if *known == path => {}
            Some((other, known)) => {
                let name = |path: &Option<PathBuf>| {
                    path.as_ref()
                        .map_or("none".to_owned(), |p| p.display().to_string())
                };
                bail!(
                    "{} and {} have different settings ({}, {}); restore them one after the \
                     other, or name one with --config, or give --no-config",
                    other.display(),
                    input.display(),
                    name(known),
                    name(&path)
                );
            }
        }
    }
    match found {
        Some((_, Some(path))) => read(&path).map(Some),
        _ => Ok(None),
    }
}

/// The nearest vidau.toml above `input`.
fn upward(input: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let start = if input.as_os_str() == "-" {
        here
    } else {
        let input = here.join(input);
        // Links are followed, as the input itself is.
        std::fs::canonicalize(&input).unwrap_or(input)
    };
    let folders = start.ancestors().map(|folder| folder.join(NAME));
    folders.into_iter().find(|path| path.is_file())
}

fn read(path: &Path) -> anyhow::Result<Config> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| name.to_string())?;
    let keys = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let problem = error.message().lines().next().unwrap_or_default();
        anyhow!(
            "{name}:{line}: {problem}; keys are long options without the dashes, \
             see docs/configuration.md, or give --no-config"
        )
    })?;
    Ok(Config {
        path: path.to_owned(),
        keys,
    })
}

/// The command line's options, and the file's where it has none.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) model: Option<PathBuf>,
    pub(crate) lexicon: Vec<PathBuf>,
    pub(crate) keep: Vec<PathBuf>,
    pub(crate) tone_style: ToneStyleName,
    pub(crate) profile: ProfileName,
    pub(crate) change_above: Option<f32>,
    pub(crate) flag_below: Option<f32>,
    pub(crate) min_confidence: Option<f32>,
}

impl Settings {
    pub(crate) fn new(args: &EngineArgs, config: Option<&Config>) -> Self {
        let none = Keys::default();
        let keys = config.map_or(&none, |c| &c.keys);
        let folder = config
            .and_then(|c| c.path.parent())
            .unwrap_or(Path::new(""));
        // Names in the file are relative to it.
        let file = |given: &Option<PathBuf>, key: &Option<PathBuf>| {
            given
                .clone()
                .or_else(|| key.as_ref().map(|path| folder.join(path)))
        };
        let files = |given: &[PathBuf], keys: &OneOrMore| -> Vec<PathBuf> {
            if given.is_empty() {
                keys.as_slice().iter().map(|p| folder.join(p)).collect()
            } else {
                given.to_vec()
            }
        };
        Self {
            model: file(&args.model, &keys.model),
            lexicon: files(&args.lexicon, &keys.lexicon),
            keep: files(&args.keep, &keys.keep),
            tone_style: args
                .tone_style
                .or(keys.tone_style)
                .unwrap_or(ToneStyleName::Keep),
            profile: args.profile.or(keys.profile).unwrap_or(ProfileName::Auto),
            change_above: args.change_above.or(keys.change_above),
            flag_below: args.flag_below.or(keys.flag_below),
            min_confidence: args.min_confidence.or(keys.min_confidence),
        }
    }
}
