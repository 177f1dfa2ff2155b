//! What models are made of.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

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
