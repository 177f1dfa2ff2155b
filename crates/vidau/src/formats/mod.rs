//! File formats of OCR engines.

mod detect;

/// How a file holds its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// Plain text.
    Text,
    /// hOCR, well-formed or not.
    Hocr,
    /// ALTO 1 to 4.
    Alto,
    /// PAGE XML.
    Page,
    /// Tesseract's table of words.
    Tsv,
}

impl Format {
    /// Its name in options and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Hocr => "hocr",
            Self::Alto => "alto",
            Self::Page => "page",
            Self::Tsv => "tsv",
        }
    }
}

/// How a format records what was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Record {
    /// The corrected text takes the place of what was read, which stays as an
    /// alternative where the format has a place that readers of the text do
    /// not meet (ALTO, PAGE).
    #[default]
    Replace,
    /// What was read stays, the correction stands beside it.
    Annotate,
    /// The corrected text takes the place of what was read, nothing else.
    Plain,
}
