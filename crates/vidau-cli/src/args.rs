//! What can be typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use serde::Deserialize;
use vidau::formats::{Encoding, Format, Record};
use vidau::{Profile, ToneStyle};

use crate::size;

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

/// How files hold their text.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct FormatArgs {
    /// Format of the files; without it, as their content tells
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<FormatName>,

    /// How a correction is put into hOCR, ALTO and PAGE
    #[arg(long, value_name = "HOW", default_value = "replace")]
    pub(crate) record: RecordName,

    /// Have changed hOCR, ALTO and PAGE name vidau among the programs that made them
    #[arg(long)]
    pub(crate) provenance: bool,

    /// How the bytes of plain text stand for letters; what is no Unicode is written in UTF-8
    #[arg(long, value_name = "ENCODING", default_value = "auto")]
    pub(crate) encoding: EncodingName,

    /// Largest file other than plain text
    #[arg(long, value_name = "SIZE", default_value = "64MB")]
    pub(crate) max_size: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EncodingName {
    /// As the bytes tell
    Auto,
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "utf-16")]
    Utf16,
    /// The ABC fonts: .VnTime and the like
    Tcvn3,
    /// The VNI fonts for Windows
    Vni,
    Viscii,
    /// The VPS fonts
    Vps,
    #[value(name = "windows-1258")]
    Windows1258,
}

impl FormatArgs {
    pub(crate) fn max_size(&self) -> anyhow::Result<usize> {
        size::parse("--max-size", &self.max_size)
    }

    /// None: as the bytes tell.
    pub(crate) fn encoding(&self) -> Option<Encoding> {
        Some(match self.encoding {
            EncodingName::Auto => return None,
            EncodingName::Utf8 => Encoding::Utf8,
            EncodingName::Utf16 => Encoding::Utf16Le,
            EncodingName::Tcvn3 => Encoding::Tcvn3,
            EncodingName::Vni => Encoding::Vni,
            EncodingName::Viscii => Encoding::Viscii,
            EncodingName::Vps => Encoding::Vps,
            EncodingName::Windows1258 => Encoding::Windows1258,
        })
    }

    pub(crate) fn format(&self) -> Option<Format> {
        self.format.map(Into::into)
    }

    pub(crate) fn record(&self) -> Record {
        self.record.into()
    }
}

impl From<RecordName> for Record {
    fn from(name: RecordName) -> Self {
        match name {
            RecordName::Replace => Self::Replace,
            RecordName::Annotate => Self::Annotate,
            RecordName::Plain => Self::Plain,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// Plain text
    Text,
    Hocr,
    /// ALTO XML 1 to 4
    Alto,
    /// PAGE XML
    Page,
    /// Tesseract's table
    Tsv,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Text => Self::Text,
            FormatName::Hocr => Self::Hocr,
            FormatName::Alto => Self::Alto,
            FormatName::Page => Self::Page,
            FormatName::Tsv => Self::Tsv,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordName {
    /// In the place of what was read, which ALTO and PAGE keep as an alternative
    Replace,
    /// Beside what was read, which stays
    Annotate,
    /// In the place of what was read, nothing else
    Plain,
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

/// The engine, what it is told of the documents, and how sure it has to be.
///
/// All but the last two may stand in a vidau.toml, too (`config.rs`).
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct EngineArgs {
    /// Model file; without it, the model compiled in
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,

    /// Words, names and phrases that the documents are known to have, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Vec<PathBuf>,

    /// Words that stay wherever they are read in just these letters, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Vec<PathBuf>,

    /// Where the tone stands in restored words: as in the document, hòa or hoà
    #[arg(long, value_name = "STYLE")]
    pub(crate) tone_style: Option<ToneStyleName>,

    /// How the lines were read; without it, weighed line by line
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<ProfileName>,

    /// Change what is a word as it was read only when at least so sure, 0 to 1; default 0.7 on lines read as English, else 0.5
    #[arg(long, value_name = "P")]
    pub(crate) change_above: Option<f32>,

    /// Flag what is less sure than this, 0 to 1
    #[arg(long, value_name = "P")]
    pub(crate) flag_below: Option<f32>,

    /// Make no change that is less sure than this, 0 to 1, but flag the place; default 0.75 on lines without damage, else 0
    #[arg(long, value_name = "P")]
    pub(crate) min_confidence: Option<f32>,

    /// Settings; without it, the first vidau.toml in the input's folder or one above it
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,

    /// Read no vidau.toml
    #[arg(long)]
    pub(crate) no_config: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ToneStyleName {
    Keep,
    Old,
    New,
}

impl From<ToneStyleName> for ToneStyle {
    fn from(name: ToneStyleName) -> Self {
        match name {
            ToneStyleName::Keep => Self::Keep,
            ToneStyleName::Old => Self::Old,
            ToneStyleName::New => Self::New,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProfileName {
    /// Weighed line by line
    Auto,
    /// Hardly an error
    Clean,
    /// Only the marks are gone
    Stripped,
    /// Tesseract reading English, or the like
    Eng,
    /// Tesseract reading Vietnamese, or the like
    Vie,
    /// An engine for Latin letters in general
    Latin,
    /// Like vie, from a page in a bad state
    Worn,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Auto => Self::Auto,
            ProfileName::Clean => Self::Clean,
            ProfileName::Stripped => Self::Stripped,
            ProfileName::Eng => Self::Eng,
            ProfileName::Vie => Self::Vie,
            ProfileName::Latin => Self::Latin,
            ProfileName::Worn => Self::Worn,
        }
    }
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

/// Train a model from text and from pages with what was read of them.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  vidau train lm --source legal=1=laws.txt.zst --source news=0.3=news.txt -o lm.part
  vidau train channel --pages typeset/ --pairs decrees/ -o channel.part
  vidau train context --lm lm.part --text lm.part=laws.txt.zst,news.txt -o context.part
  vidau train model --lm lm.part --channel channel.part --context context.part -o mine.vidau
  vidau restore --model mine.vidau page.txt")]
pub(crate) struct TrainArgs {
    #[command(subcommand)]
    pub(crate) command: TrainCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrainCommand {
    /// The language model, from correct text
    Lm(TrainLmArgs),
    /// The error model, from correct and read text
    Channel(TrainChannelArgs),
    /// What far-off words say of a word, from correct text
    Context(TrainContextArgs),
    /// How sure a place is, from correct and read text
    Confidence(TrainConfidenceArgs),
    /// Put the parts together
    Model(TrainModelArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TrainLmArgs {
    /// Text, plain or .zst, a paragraph a line; WEIGHT is above 0 and at most 1
    #[arg(long, value_name = "NAME=WEIGHT=FILE,...", required = true)]
    pub(crate) source: Vec<String>,

    /// Longest n-grams, 2 to 5
    #[arg(long, default_value_t = 4)]
    pub(crate) order: usize,

    /// About how large the part may get
    #[arg(long, default_value = "31.4MB")]
    pub(crate) size: String,

    /// Words seen less often, weighted by source, are unknown
    #[arg(long, value_name = "N")]
    pub(crate) least_count: Option<f64>,

    /// The most words of the vocabulary
    #[arg(long, value_name = "N")]
    pub(crate) most_words: Option<usize>,

    /// Write the model before quantising in ARPA's format, too
    #[arg(long, value_name = "FILE")]
    pub(crate) arpa: Option<PathBuf>,

    /// The part to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TrainChannelArgs {
    /// Folders of pages ID.truth.txt and ID.ocr.txt, with ID.json naming the engine as lang
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) pages: Vec<PathBuf>,

    /// Folders of pairs from real documents, which count more
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) pairs: Vec<PathBuf>,

    /// How much more the pairs count
    #[arg(long, value_name = "N", default_value_t = 3.0)]
    pub(crate) pair_weight: f64,

    /// Profile that learns from texts that do not name their engine
    #[arg(long, value_name = "NAME", default_value = "vie")]
    pub(crate) profile: String,

    /// Longest written segment, 1 to 3 letters
    #[arg(long, default_value_t = 3)]
    pub(crate) order: usize,

    /// Write the error model as a table for reading, too
    #[arg(long, value_name = "FILE")]
    pub(crate) tsv: Option<PathBuf>,

    /// The part to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TrainContextArgs {
    /// Part written by `vidau train lm`, whose vocabulary counts
    #[arg(long, value_name = "FILE")]
    pub(crate) lm: PathBuf,

    /// Text, plain or .zst, and a language model, best one that has not learnt from this text
    #[arg(long, value_name = "LM=FILE,...", required = true)]
    pub(crate) text: Vec<String>,

    /// Read only every so manieth stretch of 40 lines
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) every: usize,

    /// The most weights; each takes two bytes
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) weights: usize,

    /// The part to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TrainConfidenceArgs {
    /// Folders of <id>.truth.txt and <id>.ocr.txt, and a model of the other parts, best one whose
    /// channel has not learnt from them
    #[arg(long, value_name = "MODEL=DIR,...", required = true)]
    pub(crate) pages: Vec<String>,

    /// Number of trees; each takes 77 bytes
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub(crate) trees: usize,

    /// The part to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TrainModelArgs {
    /// Part written by `vidau train lm`
    #[arg(long, value_name = "FILE")]
    pub(crate) lm: PathBuf,

    /// Part written by `vidau train channel`
    #[arg(long, value_name = "FILE")]
    pub(crate) channel: PathBuf,

    /// Part written by `vidau train context` for this language model
    #[arg(long, value_name = "FILE")]
    pub(crate) context: Option<PathBuf>,

    /// Part written by `vidau train confidence` with a model of the other parts
    #[arg(long, value_name = "FILE")]
    pub(crate) confidence: Option<PathBuf>,

    /// The model's name
    #[arg(long, default_value = "")]
    pub(crate) name: String,

    /// Score to keep in the manifest: share of syllables wrong on a data set, as eval gives it
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) score: Vec<String>,

    /// The model to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
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
