//! Reads pairs of correct and read text from folders.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::formats::{Format, Scan};

/// A text and what an engine made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The profile that learns from it.
    pub profile: String,
    /// How much it counts beside other pages of its profile.
    pub weight: f64,
    /// Line n of one text is line n of the other.
    pub is_line_by_line: bool,
    /// What the page says.
    pub truth: String,
    /// What was read.
    pub observed: String,
    /// The words as the engine's own format has them, with its confidence in
    /// each, 0 to 1; the text may differ in its blanks.
    pub words: Option<Vec<(String, f32)>>,
}

/// Facts about a page that its `<id>.json` gives.
#[derive(serde::Deserialize)]
struct Facts {
    lang: String,
    degradation: Option<Degradation>,
}

#[derive(serde::Deserialize)]
struct Degradation {
    #[serde(default)]
    profile: String,
}

/// Pages made to look like real scans count this much more.
const REALISTIC_WEIGHT: f64 = 2.5;

/// The pages `<id>.truth.txt` and `<id>.ocr.txt` of a folder, sorted by id;
/// confidences come from `<id>.hocr`.
///
/// The profile follows from `lang` in `<id>.json`; where that is missing it is
/// `profile`. Texts without facts and with equally many lines belong together
/// line by line.
///
/// # Errors
/// [`Error::Io`] for what cannot be read, [`Error::TrainingData`] for facts
/// that are not understood and for folders without pages.
pub fn read_pages(folder: &Path, profile: &str, weight: f64) -> Result<Vec<Page>> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { path, source }
    };
    let mut truths = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        if path.to_string_lossy().ends_with(".truth.txt") {
            truths.push(path);
        }
    }
    truths.sort();
    let mut pages = Vec::new();
    for path in truths {
        let name = path.to_string_lossy();
        let beside = |suffix: &str| {
            let stem = name.strip_suffix("truth.txt").unwrap_or(&name);
            Path::new(&format!("{stem}{suffix}")).to_owned()
        };
        let text = |path: &Path| -> Result<String> {
            let text = fs::read_to_string(path).map_err(io(path))?;
            Ok(text.nfc().collect())
        };
        let truth = text(&path)?;
        let observed = text(&beside("ocr.txt"))?;
        let hocr = beside("hocr");
        let words = match hocr.exists() {
            true => Some(read_words(&hocr, &text(&hocr)?)?),
            false => None,
        };
        let facts_path = beside("json");
        let page = if facts_path.exists() {
            let json = fs::read_to_string(&facts_path).map_err(io(&facts_path))?;
            let facts: Facts = serde_json::from_str(&json).map_err(|e| Error::TrainingData {
                name: facts_path.display().to_string(),
                line: e.line() as u64,
                problem: e.to_string(),
            })?;
            let is_realistic = facts.degradation.is_some_and(|d| d.profile == "seed");
            let factor = if is_realistic { REALISTIC_WEIGHT } else { 1.0 };
            Page {
                profile: profile_of(&facts.lang, &truth, &observed).to_owned(),
                weight: weight * factor,
                is_line_by_line: false,
                truth,
                observed,
                words,
            }
        } else {
            Page {
                profile: profile.to_owned(),
                weight,
                is_line_by_line: truth.lines().count() == observed.lines().count(),
                truth,
                observed,
                words,
            }
        };
        pages.push(page);
    }
    if pages.is_empty() {
        return Err(Error::TrainingData {
            name: folder.display().to_string(),
            line: 0,
            problem: "no `<id>.truth.txt` beside `<id>.ocr.txt` here".to_owned(),
        });
    }
    Ok(pages)
}

fn read_words(path: &Path, file: &str) -> Result<Vec<(String, f32)>> {
    let scan = Scan::new(file, Format::Hocr).map_err(|e| Error::TrainingData {
        name: path.display().to_string(),
        line: 0,
        problem: e.to_string(),
    })?;
    let document = scan.document();
    let runs = document.runs().iter();
    Ok(runs
        .filter_map(|r| Some((document.source()[r.range.clone()].to_owned(), r.confidence?)))
        .collect())
}

/// Of pages that an engine for Vietnamese read, those with a larger share of
/// their words lost teach `worn`.
const WORN: f64 = 0.25;

/// Engine data of any quality for one language is one profile; but what an
/// engine for Vietnamese reads is mostly right, so pages in a bad state have
/// one of their own.
fn profile_of<'l>(lang: &'l str, truth: &str, observed: &str) -> &'l str {
    match lang {
        "Latin" => "latin",
        "vie" if lost_words(truth, observed) >= WORN => "worn",
        eng if eng.starts_with("eng") => "eng",
        other => other,
    }
}

/// The share of the words of `truth` that `observed` does not have, in
/// whatever order.
fn lost_words(truth: &str, observed: &str) -> f64 {
    let mut read: HashMap<&str, usize> = HashMap::new();
    for word in observed.split_whitespace() {
        *read.entry(word).or_default() += 1;
    }
    let (mut lost, mut all) = (0.0, 0.0);
    for word in truth.split_whitespace() {
        all += 1.0;
        match read.get_mut(word) {
            Some(left) if *left > 0 => *left -= 1,
            _ => lost += 1.0,
        }
    }
    lost / f64::max(all, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_in_a_bad_state_have_their_own_profile() {
        let truth = "kế hoạch công tác dân vận năm nay";
        let good = "kế hoạch công tác dân vận nầm nay";
        let bad = "kề hoạch cỏng tảc dàn vận nầm nay";
        assert_eq!(lost_words(truth, bad), 0.625);
        assert_eq!(profile_of("vie", truth, good), "vie");
        assert_eq!(profile_of("vie", truth, bad), "worn");
        assert_eq!(profile_of("engbest", truth, bad), "eng");
    }
}
