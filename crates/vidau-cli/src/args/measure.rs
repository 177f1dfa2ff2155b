//! What is measured, and on what.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{EngineArgs, FormatName};

/// Measure restored text against the truth.
///
/// TRUTH and OCR are files, or folders of pairs ID.truth.txt and
/// ID.ocr.txt (one folder may hold both). Without RESTORED the OCR text is
/// restored here. All figures are in per cent; docs/evaluation.md defines them.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau eval truth.txt ocr.txt               restore ocr.txt and measure, line by line
  vidau eval truth.txt ocr.txt restored.txt  measure what another tool made of it
  vidau eval pages/                          a folder of pairs, each page aligned as a whole
  vidau eval --strip correct.txt             take the marks off and put them back
  vidau eval --clean correct.txt             correct text must come out unchanged
  vidau eval pages/ --threshold wer_t=4 --threshold over=0.2
                                             exit 1 when a figure is worse")]
pub(crate) struct EvalArgs {
    #[command(flatten)]
    pub(crate) texts: TextArgs,

    /// Align whole texts by words (default for folders)
    #[arg(long, conflicts_with = "lines")]
    pub(crate) page: bool,

    /// Hold line n against line n (default for files)
    #[arg(long)]
    pub(crate) lines: bool,

    /// Show the N most frequent errors of each kind
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) errors: usize,

    /// One row for each text
    #[arg(long)]
    pub(crate) each: bool,

    /// Exit 1 when a figure of the restored text is above VALUE
    #[arg(long, value_name = "[GROUP:]METRIC=VALUE")]
    pub(crate) threshold: Vec<String>,

    /// Write the restored texts into this folder as ID.txt
    #[arg(long, value_name = "DIR", conflicts_with = "restored")]
    pub(crate) save: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    /// Everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The texts to measure.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct TextArgs {
    /// Correct text: a file, or a folder of ID.truth.txt
    pub(crate) truth: PathBuf,

    /// OCR text: a file, or a folder of ID.ocr.txt; by default the folder TRUTH
    #[arg(conflicts_with_all = ["strip", "clean"])]
    pub(crate) ocr: Option<PathBuf>,

    /// Restored text: a file, or a folder of files named like those of OCR
    pub(crate) restored: Option<PathBuf>,

    /// Format of the OCR texts; in folders, take ID.hocr, ID.alto.xml, ID.page.xml or ID.tsv
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["strip", "clean", "restored"])]
    pub(crate) format: Option<FormatName>,

    /// Restore TRUTH with all its marks taken off
    #[arg(long, conflicts_with = "clean")]
    pub(crate) strip: bool,

    /// Restore TRUTH as it is: how much of it is changed?
    #[arg(long)]
    pub(crate) clean: bool,

    /// Only texts whose id contains this (* stands for anything)
    #[arg(long, value_name = "PATTERN")]
    pub(crate) select: Option<String>,
}

/// Measure how good the engine is, what each of its parts brings, and what is left.
///
/// Restores every set as it is, then with one part after the other switched
/// off, and writes OUT/analysis.md, OUT/analysis.json and curves as OUT/*.svg.
/// docs/evaluation.md defines the figures.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau analyse -o analysis/                 the fixtures of the source code
  vidau analyse scans=pages/ laws=laws.txt -o analysis/
  vidau analyse pages/ --model all.vidau --models small.vidau large.vidau -o analysis/")]
pub(crate) struct AnalyseArgs {
    /// A folder of pairs as in `vidau eval`, or a text whose marks are taken off
    #[arg(value_name = "[NAME=]SET", default_value = "data/fixtures")]
    pub(crate) sets: Vec<String>,

    /// Folder to write to
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,

    /// Other models, from which the learning curve is drawn
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) models: Vec<PathBuf>,

    /// Leave out the runs with one part switched off
    #[arg(long)]
    pub(crate) no_parts: bool,

    /// Examples of each kind of error, for each set
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) errors: usize,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    /// No messages but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}
