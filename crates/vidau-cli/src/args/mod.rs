//! What can be typed.

mod engine;
mod format;
mod measure;
mod train;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(crate) use engine::{EngineArgs, ProfileName, ToneStyleName};
pub(crate) use format::{FormatArgs, FormatName, RecordName};
pub(crate) use measure::{AnalyseArgs, EvalArgs, TextArgs};
pub(crate) use train::{
    TrainArgs, TrainChannelArgs, TrainCommand, TrainConfidenceArgs, TrainContextArgs, TrainLmArgs,
    TrainModelArgs,
};

/// Restores what scanned Vietnamese documents say from the text an OCR engine
/// made of them.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  vidau restore page.txt                     the restored text, to stdout
  tesseract page.png - | vidau restore       in a pipe
  vidau restore -w --ledger changes.jsonl *.txt
                                             in place; every change on record
  vidau restore --check *.txt                which files would change?
  vidau batch scans/ -o restored/            a folder tree; run again to go on

Exit codes: 0 done, 1 --check or --diff found changes (or a threshold of eval was exceeded),
2 usage, configuration or I/O error, 3 some of several inputs failed, 130 interrupted."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Restore(RestoreArgs),
    Review(ReviewArgs),
    Batch(BatchArgs),
    Jsonl(JsonlArgs),
    Apply(ApplyArgs),
    Revert(RevertArgs),
    Eval(EvalArgs),
    Analyse(AnalyseArgs),
    Train(TrainArgs),
    Model(ModelArgs),
}

/// Restore text: diacritics put back, misread letters put right.
///
/// The output has as many lines as the input, the same line ends and the same
/// final newline or none. Nothing but the text goes to stdout; numbers, dates
/// and addresses stay as they are.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau restore page.txt > restored.txt
  vidau restore page1.txt page2.txt -o restored/
  vidau restore -w --ledger changes.jsonl page.txt
  vidau restore --diff page.txt
  vidau restore --report text page.txt >/dev/null
                                             what was changed, and what is unsure")]
pub(crate) struct RestoreArgs {
    /// Text, hOCR, ALTO, PAGE or Tesseract's tables; - or none: stdin
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Write to this file, or into this folder under the same names
    #[arg(short, long, value_name = "FILE|DIR", conflicts_with_all = ["write", "check", "diff"])]
    pub(crate) output: Option<PathBuf>,

    /// Change the files in place; use --ledger to be able to undo it
    #[arg(short, long, conflicts_with_all = ["check", "diff"])]
    pub(crate) write: bool,

    /// Append every change to this file, one JSON line each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "diff"])]
    pub(crate) ledger: Option<PathBuf>,

    /// How much the ledger tells of a change
    #[arg(
        long,
        value_name = "FORM",
        default_value = "lines",
        requires = "ledger"
    )]
    pub(crate) ledger_form: LedgerForm,

    #[command(flatten)]
    pub(crate) format: FormatArgs,

    /// Join the lines of plain text into paragraphs, leave out page numbers and running heads
    #[arg(long)]
    pub(crate) reflow: bool,

    /// Show the changes as a unified diff; exit 1 if there are any
    #[arg(long, conflicts_with = "check")]
    pub(crate) diff: bool,

    /// List the files that would change; exit 1 if there are any
    #[arg(long)]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    /// Report changes and unsure places, to stderr
    #[arg(long, value_name = "FORMAT")]
    pub(crate) report: Option<ReportFormat>,

    /// Write the report to this file instead
    #[arg(long, value_name = "FILE", requires = "report")]
    pub(crate) report_file: Option<PathBuf>,

    /// Colours in the diff
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,

    /// No messages but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Restore a folder tree: parallel, resumable, nothing lost.
///
/// OUT mirrors the text, hOCR, ALTO, PAGE and TSV files of IN; images and
/// other files are left alone. A second run does what is new or was not
/// finished. docs/batch.md says what can be relied on.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau batch scans/ -o restored/            again to go on after an interruption
  vidau batch scans/ -o restored/ -g '*.hocr' -g '!drafts/'
  vidau batch scans/ -o restored/ --retry-failed
  vidau batch scans/ -o part7/ --file-list part7.txt
                                             one of several machines")]
pub(crate) struct BatchArgs {
    /// Folder to read
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,

    /// Folder to write to, outside IN
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,

    /// Threads; 0: one a core. The outputs do not depend on it
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,

    /// Only files that match, or with ! none that match; the last match counts
    #[arg(short, long, value_name = "GLOB")]
    pub(crate) glob: Vec<String>,

    /// Files to do, one a line, below IN; - is stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) file_list: Option<PathBuf>,

    /// Hidden files and folders, too
    #[arg(long)]
    pub(crate) hidden: bool,

    /// Files that .ignore or .gitignore name, too
    #[arg(long)]
    pub(crate) no_ignore: bool,

    /// Follow symbolic links that stay inside IN
    #[arg(long)]
    pub(crate) follow: bool,

    /// Say what would be done; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Do everything again
    #[arg(long)]
    pub(crate) force: bool,

    /// Do again what failed before
    #[arg(long)]
    pub(crate) retry_failed: bool,

    /// Longest time for one file, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub(crate) timeout: u64,

    /// Write review pages for the files whose words are less sure than this
    #[arg(long, value_name = "BELOW", value_parser = probability)]
    pub(crate) review: Option<f64>,

    /// Report what differs from an earlier output folder
    #[arg(long, value_name = "DIR")]
    pub(crate) compare: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) format: FormatArgs,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    /// What happens, as JSON lines to stdout
    #[arg(long)]
    pub(crate) json: bool,

    /// No messages but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Restore a stream: one JSON record a line in, exactly one out, in order.
///
/// A record is {"id": ..., "text": "..."}, or with hocr, alto, page or tsv in
/// the place of text. What comes out has the same id and the text restored;
/// a record that cannot be done comes out with an error instead, and the next
/// one is done. For Spark's pipe and the like; docs/spark.md.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  echo '{\"id\": 1, \"text\": \"cong tac dan van\"}' | vidau jsonl
  vidau jsonl --ledger < pages.jsonl > restored.jsonl")]
pub(crate) struct JsonlArgs {
    /// With each record its changes, so that they can be undone
    #[arg(long)]
    pub(crate) ledger: bool,

    /// Records longer than this are not done
    #[arg(long, value_name = "SIZE", default_value = "64MB")]
    pub(crate) max_record: String,

    /// Threads; 0: one a core. The output does not depend on it
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    pub(crate) jobs: usize,

    /// How a correction is put into hOCR, ALTO and PAGE
    #[arg(long, value_name = "HOW", default_value = "replace")]
    pub(crate) record: RecordName,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

fn probability(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|e| format!("{e}"))?;
    if !(0.0..=1.0).contains(&number) {
        return Err("give a number from 0 to 1".to_owned());
    }
    Ok(number)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LedgerForm {
    /// One JSON line for each change, with alternatives, place and reason
    Lines,
    /// What it takes to undo them, small
    Compact,
}

/// Restore files and write a page on which a person decides on the changes.
///
/// The page is one HTML file that needs no network. It shows what was read
/// beside what was made of it, and the image where one is given; what was
/// decided is exported for `vidau apply`. The files are not changed.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau review page.hocr -o review.html --image page.png
  vidau review pages/*.alto.xml -o review.html --image scans/
  vidau apply decisions.json page.hocr -o reviewed.hocr")]
pub(crate) struct ReviewArgs {
    /// Text, hOCR, ALTO, PAGE or Tesseract's tables, as they were before restoring
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// The page to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,

    /// Images of the pages, one after the other, or folders of images that are named like
    /// the files (a.hocr: a.png; its page 2 of several: a-2.png)
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    pub(crate) image: Vec<PathBuf>,

    /// Format of the files; without it, as their content tells
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<FormatName>,

    /// Language of the labels; without it, the browser's
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    /// No messages but errors
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Vietnamese
    Vi,
    /// English
    En,
}

impl Language {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// Make the changes that a reviewer decided on.
///
/// FILE is what the decisions speak of, as it was before it was restored, or
/// the restored file when --from names its ledger. Only what was accepted or
/// edited is changed; with --from, also what the ledger has and nothing was
/// decided on.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau apply decisions.json page.hocr -o reviewed.hocr
  vidau apply decisions.json page.hocr --from changes.jsonl -w --ledger reviewed.jsonl")]
pub(crate) struct ApplyArgs {
    /// What was decided, as the review page exports it
    #[arg(value_name = "DECISIONS")]
    pub(crate) decisions: PathBuf,

    /// The file
    pub(crate) file: PathBuf,

    /// Ledger of the changes that were reviewed
    #[arg(long, value_name = "LEDGER")]
    pub(crate) from: Option<PathBuf>,

    /// Write to this file; without it, to stdout
    #[arg(short, long, value_name = "FILE", conflicts_with = "write")]
    pub(crate) output: Option<PathBuf>,

    /// Change the file in place
    #[arg(short, long)]
    pub(crate) write: bool,

    /// Append every change made to this ledger
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Undo what a ledger has on record, byte for byte.
///
/// Files that are not as the ledger left them are not touched.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau revert changes.jsonl                 every file of the ledger, in place
  vidau revert changes.jsonl page.txt -o original.txt
  vidau revert changes.jsonl page.txt --only 12:5
                                             the change at line 12, column 5 alone")]
pub(crate) struct RevertArgs {
    /// The ledger, as lines or compact
    pub(crate) ledger: PathBuf,

    /// The file, wherever it is now; without it, all files of the ledger
    pub(crate) file: Option<PathBuf>,

    /// Write to this file (- is stdout) instead of changing FILE in place
    #[arg(short, long, value_name = "FILE", requires = "file")]
    pub(crate) output: Option<PathBuf>,

    /// Undo this change alone (line and column of the file as it was read, as reports
    /// and ledgers have them); the ledger takes down what is left
    #[arg(long, value_name = "LINE:COLUMN", requires = "file")]
    pub(crate) only: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A line for each change and each unsure place
    Text,
    /// One JSON document
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// When stdout is a terminal and NO_COLOR is not set
    Auto,
    Always,
    Never,
}

/// Show or check a model file.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau model info                           the model compiled in
  vidau model info model.vidau
  vidau model verify model.vidau               exit 2 when it is damaged")]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    pub(crate) command: ModelCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// What a model holds and where it came from
    Info {
        /// Model file; without it, the model compiled in
        file: Option<PathBuf>,
    },
    /// Compare every part with its checksum
    Verify {
        /// Model file; without it, the model compiled in
        file: Option<PathBuf>,
    },
}
