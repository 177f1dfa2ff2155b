//! How texts come in and go out.

use clap::{Args as ClapArgs, ValueEnum};
use vidau::formats::{Encoding, Format, Record};

use crate::size;

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
