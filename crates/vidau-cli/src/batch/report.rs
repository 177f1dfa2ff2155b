//! What the output folder holds, summed up: `report.json`, and the same for
//! people as `report.html`. Nothing in it depends on the order in which the
//! files were done or on how often the batch was interrupted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::compare::Comparison;
use super::journal::{Name, Record, Status};
use super::stats::{Advice, Stats};

/// Name and version of the report's layout.
const SCHEMA: &str = "vidau.batch-report/1";
/// How many of the worst files are named.
const WORST: usize = 200;
/// How many failures and files left alone are named; all are counted.
const NAMED: usize = 10_000;

#[derive(Serialize)]
pub(crate) struct Report {
    schema: &'static str,
    version: &'static str,
    pub(crate) model: String,
    config: String,
    pub(crate) total: Sum,
    /// Restored files by format.
    pub(crate) formats: BTreeMap<String, u64>,
    pub(crate) folders: Vec<Folder>,
    /// Least sure first.
    pub(crate) worst: Vec<Worst>,
    pub(crate) failures: Vec<Failed>,
    pub(crate) left_alone: LeftAlone,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) compared: Option<Comparison>,
}

/// Files and their figures.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Sum {
    pub(crate) restored: u64,
    pub(crate) failed: u64,
    #[serde(flatten)]
    pub(crate) stats: Stats,
    pub(crate) confidence: f64,
    pub(crate) quality: f64,
    /// Files by what would help them.
    pub(crate) advised: BTreeMap<Advice, u64>,
}

impl Sum {
    fn add(&mut self, record: &Record) {
        let Some(stats) = record.stats.as_ref() else {
            self.failed += 1;
            return;
        };
        self.restored += 1;
        self.stats.sum(stats);
        if let Some(advice) = stats.advice {
            *self.advised.entry(advice).or_default() += 1;
        }
    }

    fn close(&mut self) {
        self.confidence = self.stats.confidence();
        self.quality = self.stats.quality();
    }
}

#[derive(Serialize)]
pub(crate) struct Folder {
    pub(crate) path: String,
    #[serde(flatten)]
    pub(crate) sum: Sum,
}

#[derive(Serialize)]
pub(crate) struct Worst {
    #[serde(flatten)]
    pub(crate) name: Name,
    pub(crate) confidence: f64,
    pub(crate) quality: f64,
    #[serde(flatten)]
    pub(crate) stats: Stats,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) review: bool,
}

#[derive(Serialize)]
pub(crate) struct Failed {
    #[serde(flatten)]
    pub(crate) name: Name,
    pub(crate) error: String,
}

/// What the walk met that is no OCR text.
#[derive(Default, Serialize)]
pub(crate) struct LeftAlone {
    pub(crate) files: u64,
    /// By the ending of their names.
    pub(crate) endings: BTreeMap<String, u64>,
    pub(crate) links: u64,
    pub(crate) named: Vec<Name>,
}

impl LeftAlone {
    pub(crate) fn companion(&mut self, path: &Path) {
        self.files += 1;
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        *self.endings.entry(ending.to_lowercase()).or_default() += 1;
        self.name(path);
    }

    pub(crate) fn link(&mut self, path: &Path) {
        self.links += 1;
        self.name(path);
    }

    fn name(&mut self, path: &Path) {
        if self.named.len() < NAMED {
            self.named.push(Name::of(path));
        }
    }
}

/// A report being summed up.
pub(crate) struct Builder {
    total: Sum,
    formats: BTreeMap<String, u64>,
    folders: BTreeMap<PathBuf, Sum>,
    worst: Vec<Worst>,
    failures: Vec<Failed>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            total: Sum::default(),
            formats: BTreeMap::new(),
            folders: BTreeMap::new(),
            worst: Vec::new(),
            failures: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, record: Record) {
        self.total.add(&record);
        let parent = Path::new(&record.name.path).parent();
        let folder = parent.unwrap_or(Path::new("")).to_owned();
        self.folders.entry(folder).or_default().add(&record);
        if let Some(format) = record.format {
            *self.formats.entry(format).or_default() += 1;
        }
        match (record.status, record.stats) {
            (Status::Done, Some(stats)) => {
                self.worst.push(Worst {
                    name: record.name,
                    confidence: stats.confidence(),
                    quality: stats.quality(),
                    stats,
                    review: record.review,
                });
                if self.worst.len() >= 4 * WORST {
                    self.trim_worst();
                }
            }
            _ => {
                self.failures.push(Failed {
                    name: record.name,
                    error: record.error.unwrap_or_default(),
                });
                if self.failures.len() >= 2 * NAMED {
                    self.trim_failures();
                }
            }
        }
    }

    fn trim_worst(&mut self) {
        self.worst.sort_by(|a, b| {
            let by_confidence = a.confidence.total_cmp(&b.confidence);
            by_confidence.then_with(|| a.name.cmp(&b.name))
        });
        self.worst.truncate(WORST);
    }

    fn trim_failures(&mut self) {
        self.failures.sort_by(|a, b| a.name.cmp(&b.name));
        self.failures.truncate(NAMED);
    }

    pub(crate) fn finish(
        mut self,
        model: &str,
        config: &str,
        mut left_alone: LeftAlone,
        compared: Option<Comparison>,
    ) -> Report {
        self.trim_worst();
        self.trim_failures();
        self.total.close();
        left_alone.named.sort();
        let folders = self.folders.into_iter().map(|(path, mut sum)| {
            sum.close();
            let path = path.display().to_string();
            Folder { path, sum }
        });
        Report {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            model: model.to_owned(),
            config: config.to_owned(),
            total: self.total,
            formats: self.formats,
            folders: folders.collect(),
            worst: self.worst,
            failures: self.failures,
            left_alone,
            compared,
        }
    }
}
