//! The evaluation as data, for other programs.

use serde::{Deserialize, Serialize};

use super::confidence::ConfidenceFigures;
use super::kinds::ErrorKind;
use super::metrics::{Counts, Harm, Rates, Score};
use super::score::TokenError;

/// Name and version of the evaluation report's layout.
pub const EVAL_SCHEMA: &str = "vidau.eval/1";

/// What `vidau eval --json` writes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EvalReport {
    /// [`EVAL_SCHEMA`].
    pub schema: String,
    /// `lines` or `page`.
    pub units: String,
    /// The model that restored the texts; `None` when they came restored.
    pub model: Option<String>,
    /// All texts together.
    pub total: GroupReport,
    /// The texts by the engine that read them, where that is known.
    pub groups: Vec<GroupReport>,
    /// Each text.
    pub files: Vec<GroupReport>,
    /// The most frequent errors left, most frequent first.
    pub errors: Vec<TopError>,
}

/// The figures of one text or of several.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupReport {
    /// The text's id, the group's name, or `total`.
    pub name: String,
    /// How many texts.
    pub texts: u64,
    /// The OCR text.
    pub raw: SideReport,
    /// The restored text.
    pub restored: SideReport,
    /// Over-correction in per cent.
    pub over: f64,
    /// Syllables put right, in per cent of the wrong ones that were seen.
    pub mended: f64,
    /// Numbers lost or invented.
    pub num_chg: u64,
    /// The counts behind the two.
    pub harm: Harm,
    /// How sure the engine was; `None` where the text came restored.
    pub confidence: Option<ConfidenceFigures>,
}

/// Rates and the counts behind them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SideReport {
    /// Rates in per cent.
    #[serde(flatten)]
    pub rates: Rates,
    /// Counts.
    pub counts: Counts,
}

/// An error and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TopError {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What the document says.
    pub truth: String,
    /// What the OCR text has.
    pub raw: String,
    /// What the restored text has.
    pub restored: String,
    /// How often.
    pub count: u64,
}

impl GroupReport {
    /// The figures of a score.
    #[must_use]
    pub fn new(name: impl Into<String>, texts: u64, score: &Score) -> Self {
        let side = |counts: &Counts| SideReport {
            rates: counts.rates(),
            counts: counts.clone(),
        };
        Self {
            name: name.into(),
            texts,
            raw: side(&score.raw),
            restored: side(&score.restored),
            over: score.harm.over(),
            mended: score.harm.mended(),
            num_chg: score.harm.num_chg(),
            harm: score.harm.clone(),
            confidence: None,
        }
    }

    /// A figure of the restored text by its name: a field of [`Rates`],
    /// `over` or `num_chg`.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<f64> {
        match name {
            "over" => Some(self.over),
            "num_chg" => Some(self.num_chg as f64),
            rate => self.restored.rates.figure(rate),
        }
    }
}

impl TopError {
    /// The `n` most frequent errors of each kind; of equally frequent ones
    /// the first by truth, OCR text and restored text.
    #[must_use]
    pub fn tally(errors: impl IntoIterator<Item = TokenError>, n: usize) -> Vec<Self> {
        let mut counts = std::collections::BTreeMap::<_, u64>::new();
        for e in errors {
            *counts
                .entry((e.kind, e.truth, e.raw, e.restored))
                .or_default() += 1;
        }
        let mut all: Vec<Self> = counts
            .into_iter()
            .map(|((kind, truth, raw, restored), count)| Self {
                kind,
                truth,
                raw,
                restored,
                count,
            })
            .collect();
        all.sort_by_key(|e| (e.kind, std::cmp::Reverse(e.count)));
        let mut taken = std::collections::BTreeMap::<_, usize>::new();
        all.retain(|e| {
            let seen = taken.entry(e.kind).or_default();
            *seen += 1;
            *seen <= n
        });
        all
    }
}
