//! Which texts are held against each other.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::args::{FormatName, TextArgs};

/// A text to measure.
pub(crate) struct Text {
    pub(crate) id: String,
    /// The engine that read it (`eng`, `vie`, `Latin`), where that is known.
    pub(crate) engine: Option<String>,
    pub(crate) truth: PathBuf,
    pub(crate) ocr: Option<PathBuf>,
    pub(crate) restored: Option<PathBuf>,
}

/// The texts that the arguments name, by id.
pub(crate) fn texts(args: &TextArgs) -> anyhow::Result<Vec<Text>> {
    let needs_ocr = !args.strip && !args.clean;
    if !args.truth.is_dir() {
        ensure!(
            args.ocr.is_some() || !needs_ocr,
            "OCR is missing: give the OCR text, or --strip or --clean"
        );
        return Ok(vec![Text {
            id: stem(&args.truth),
            engine: None,
            truth: args.truth.clone(),
            ocr: args.ocr.clone(),
            restored: args.restored.clone(),
        }]);
    }
    let names = names_in(&args.truth)?;
    let mut truths: Vec<(&str, &str)> = with_suffix(&names, ".truth.txt");
    if truths.is_empty() && !needs_ocr {
        truths = with_suffix(&names, ".txt");
    }
    let is_wanted = |id: &str| args.select.as_ref().is_none_or(|p| matches(p, id));
    truths.retain(|(id, _)| is_wanted(id));
    if truths.is_empty() {
        bail!(
            "{}: no <id>.truth.txt{} here",
            args.truth.display(),
            if args.select.is_some() {
                " that --select takes"
            } else {
                ""
            }
        );
    }
    let ocr_folder = args.ocr.as_ref().unwrap_or(&args.truth);
    let suffixes = match args.format {
        None | Some(FormatName::Text) if args.ocr.is_some() => &[".ocr.txt", ".txt"][..],
        None | Some(FormatName::Text) => &[".ocr.txt"],
        Some(FormatName::Hocr) => &[".hocr"],
        Some(FormatName::Alto) => &[".alto.xml"],
        Some(FormatName::Page) => &[".page.xml"],
        Some(FormatName::Tsv) => &[".tsv"],
    };
    let text = |(id, name): (&str, &str)| -> anyhow::Result<Text> {
        let ocr = needs_ocr
            .then(|| find(ocr_folder, id, suffixes))
            .transpose()?;
        let restored = args.restored.as_ref();
        Ok(Text {
            id: id.to_owned(),
            engine: engine(&args.truth, id),
            truth: args.truth.join(name),
            ocr,
            restored: restored
                .map(|folder| find(folder, id, &[".restored.txt", ".ocr.txt", ".txt"]))
                .transpose()?,
        })
    };
    let has_file = |id: &str| {
        suffixes
            .iter()
            .any(|s| ocr_folder.join(format!("{id}{s}")).is_file())
    };
    // Not every text need be there in the format asked for.
    truths.retain(|(id, _)| args.format.is_none() || has_file(id));
    truths.into_iter().map(text).collect()
}

fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let id = name
        .strip_suffix(".truth.txt")
        .or(name.strip_suffix(".txt"));
    id.unwrap_or(&name).to_owned()
}

fn names_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let context = || folder.display().to_string();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        names.extend(entry.with_context(context)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

fn with_suffix<'n>(names: &'n [String], suffix: &str) -> Vec<(&'n str, &'n str)> {
    let ids = names
        .iter()
        .filter_map(|n| n.strip_suffix(suffix).map(|id| (id, n.as_str())));
    ids.collect()
}

fn find(folder: &Path, id: &str, suffixes: &[&str]) -> anyhow::Result<PathBuf> {
    let mut candidates = suffixes.iter().map(|s| folder.join(format!("{id}{s}")));
    candidates
        .find(|p| p.is_file())
        .with_context(|| format!("{}: no {id}{} here", folder.display(), suffixes[0]))
}

/// What the `<id>.json` beside the text says, or else the end of the id.
fn engine(folder: &Path, id: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct About {
        lang: String,
    }
    let about = fs::read(folder.join(format!("{id}.json"))).ok();
    let about: Option<About> = about.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let lang = match about {
        Some(about) => about.lang,
        None => id.rsplit_once('.')?.1.to_owned(),
    };
    // All English models fail in the same way; they are measured together.
    if lang.starts_with("eng") {
        return Some("eng".to_owned());
    }
    ["vie", "Latin"].contains(&lang.as_str()).then_some(lang)
}

/// Whether the pattern's parts, parted by `*`, stand in the id in this order.
fn matches(pattern: &str, id: &str) -> bool {
    let mut rest = id;
    pattern.split('*').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(matches("d0005", "d0005_1"));
        assert!(matches("d*_1", "d0005_1"));
        assert!(!matches("_1*d", "d0005_1"));
        assert!(matches("", "x"));
    }

    #[test]
    fn the_id_names_the_engine_where_nothing_else_does() {
        let nowhere = Path::new("/nonexistent");
        assert_eq!(engine(nowhere, "page.eng").as_deref(), Some("eng"));
        assert_eq!(engine(nowhere, "page.vie").as_deref(), Some("vie"));
        assert_eq!(engine(nowhere, "page.xyz"), None);
        assert_eq!(engine(nowhere, "page"), None);
    }
}
