//! Files of OCR engines: where their words stand, and how to change a word
//! while every other byte stays.
//!
//! ```
//! use vidau::formats::{Format, Scan};
//!
//! # fn main() -> vidau::Result<()> {
//! let file = "<div class='ocr_page'><span class='ocr_line'>\
//!     <span class='ocrx_word' title='bbox 1 2 30 9; x_wconf 71'>hién</span></span></div>";
//! let scan = Scan::new(file, Format::Hocr)?;
//! let word = scan.word(0).expect("one word");
//! assert_eq!(word.text(), "hién");
//! assert_eq!(scan.document().runs()[0].confidence, Some(0.71));
//! # Ok(())
//! # }
//! ```

mod alto;
mod builder;
mod detect;
mod entities;
mod glyphs;
mod hocr;
mod layout;
mod page;
mod splice;
mod tsv;
mod xml;

use std::ops::Range;

use crate::document::{Break, Document};
use crate::error::Result;
use builder::{Builder, TextCopy};

pub use splice::{Change, Edit, Splice};

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
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Text, Self::Hocr, Self::Alto, Self::Page, Self::Tsv];

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

/// A box on the page's image, in the file's units, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Bbox {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Bbox {
    /// `None` where an edge is no number.
    fn of_edges(left: f32, top: f32, right: f32, bottom: f32) -> Option<Self> {
        let is_box = [left, top, right, bottom].iter().all(|e| e.is_finite());
        is_box.then_some(Self {
            left,
            top,
            right,
            bottom,
        })
    }

    /// The smallest box around both.
    fn join(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// A word of a file; where a format marks no words, its line.
#[derive(Debug, Clone)]
pub struct Word {
    text: String,
    /// From the start tag's `<` to the end tag's `>`.
    element: Option<Range<usize>>,
    /// Where its text stands, without blanks around it.
    texts: Vec<Range<usize>>,
    id: Option<String>,
    bbox: Option<Bbox>,
    confidence: Option<f32>,
    alternatives: Vec<(String, f32)>,
    /// Which page, block, paragraph and line it stands in.
    place: [u32; Level::COUNT],
    rank: u32,
}

impl Word {
    /// Its text, entities expanded.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its id in the file; in a table, the numbers of page, block, paragraph,
    /// line and word.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Where it stands on the image.
    #[must_use]
    pub fn bbox(&self) -> Option<Bbox> {
        self.bbox
    }

    /// Bytes of the file from the first to the last of its text.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        let first = self.texts.first().map_or(0, |r| r.start);
        first..self.texts.last().map_or(first, |r| r.end)
    }

    /// How sure the engine was, 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> Option<f32> {
        self.confidence
    }

    /// The page of the file that it stands on, from 0.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.place[Level::Page as usize].saturating_sub(1)
    }
}

/// What words are grouped in.
#[derive(Debug, Clone, Copy)]
enum Level {
    Page,
    Block,
    Paragraph,
    Line,
}

impl Level {
    const COUNT: usize = 4;
}

/// A file, read: its text as a [`Document`] in reading order, and where each
/// run of it stands.
#[derive(Debug)]
pub struct Scan<'t> {
    file: &'t str,
    format: Format,
    document: Document<'t>,
    /// In the order of the file; none for plain text.
    words: Vec<Word>,
    /// For each run of the document, its word.
    order: Vec<usize>,
    copies: Vec<TextCopy>,
}

impl<'t> Scan<'t> {
    /// Reads a file that is in the format; a byte order mark may stand first.
    ///
    /// # Errors
    /// [`Error::Markup`](crate::Error::Markup) where the file is not sound
    /// enough to be changed safely.
    pub fn new(file: &'t str, format: Format) -> Result<Self> {
        let builder = match format {
            Format::Text => return Ok(Self::plain(file)),
            Format::Hocr => hocr::scan(file)?,
            Format::Alto => alto::scan(file)?,
            Format::Page => page::scan(file)?,
            Format::Tsv => tsv::scan(file)?,
        };
        Ok(Self::of_words(file, format, builder))
    }

    fn plain(file: &'t str) -> Self {
        let text = file.strip_prefix('\u{feff}').unwrap_or(file);
        Self {
            file,
            format: Format::Text,
            document: Document::from_text(text),
            words: Vec::new(),
            order: Vec::new(),
            copies: Vec::new(),
        }
    }

    fn of_words(file: &'t str, format: Format, builder: Builder) -> Self {
        let (mut words, copies) = builder.finish();
        let mut document = Document::new();
        let mut order = Vec::with_capacity(words.len());
        for (at, break_after) in layout::reading_order(&words) {
            let word = &mut words[at];
            document.push(&word.text, word.confidence, break_after);
            for (text, confidence) in word.alternatives.drain(..) {
                document.push_alternative(&text, confidence);
            }
            order.push(at);
        }
        Self {
            file,
            format,
            document,
            words,
            order,
            copies,
        }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &'t str {
        self.file
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// What to give to [`Worker::restore`](crate::Worker::restore).
    #[must_use]
    pub fn document(&self) -> &Document<'t> {
        &self.document
    }

    /// The word that is the document's run of this number; none in plain text.
    #[must_use]
    pub fn word(&self, run: usize) -> Option<&Word> {
        self.words.get(*self.order.get(run)?)
    }

    /// The text in the order of the file, a line for a line, an empty line
    /// between blocks.
    #[must_use]
    pub fn text(&self) -> String {
        if self.format == Format::Text {
            return self.document.source().to_owned();
        }
        let mut text = String::new();
        for (i, word) in self.words.iter().enumerate() {
            text += &word.text;
            text += match self.words.get(i + 1) {
                Some(next) => match layout::break_between(word, next) {
                    Break::Blank => " ",
                    Break::Line => "\n",
                    _ => "\n\n",
                },
                None => "\n",
            };
        }
        text
    }
}
