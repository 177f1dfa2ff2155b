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
mod encoding;
mod entities;
mod glyphs;
mod hocr;
mod layout;
mod legacy;
mod page;
mod provenance;
mod splice;
mod tsv;
mod xml;

use std::ops::Range;

use crate::document::{Break, Document};
use crate::error::Result;
use builder::{Builder, TextCopy};

pub use encoding::Encoding;
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

    /// The format of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Whether a correction can stand beside what was read.
    fn has_annotations(self) -> bool {
        !matches!(self, Self::Text | Self::Tsv)
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

impl Record {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Replace, Self::Annotate, Self::Plain];

    /// Its name in options and ledgers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Annotate => "annotate",
            Self::Plain => "plain",
        }
    }

    /// The way of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
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
    /// For each run of the document, its word; none for an empty line.
    order: Vec<Option<usize>>,
    /// For each word, its run.
    runs: Vec<usize>,
    copies: Vec<TextCopy>,
    /// Places within long words, in order.
    marks: Vec<Mark>,
}

/// Where a byte of a word's text stands. A "word" may be a whole page where
/// the file has no elements for words; a mark each so many bytes spares
/// reading it from its start for each change.
#[derive(Debug)]
struct Mark {
    word: usize,
    /// Byte of the word's text.
    offset: usize,
    /// Which of its texts, and the byte of the file.
    text: usize,
    byte: usize,
}

impl Mark {
    const EACH: usize = 256;
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
            runs: Vec::new(),
            copies: Vec::new(),
            marks: Vec::new(),
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
            order.push(Some(at));
            if matches!(break_after, Break::Paragraph | Break::Page) {
                document.push_empty_line();
                order.push(None);
            }
        }
        let mut runs = vec![0; words.len()];
        for (run, word) in order.iter().enumerate() {
            if let Some(word) = *word {
                runs[word] = run;
            }
        }
        let mut scan = Self {
            file,
            format,
            document,
            words,
            order,
            runs,
            copies,
            marks: Vec::new(),
        };
        scan.marks = scan.long_words();
        scan
    }

    fn long_words(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        let words = self.words.iter().enumerate();
        for (at, word) in words.filter(|(_, w)| w.text.len() > Mark::EACH) {
            let mut next = Mark::EACH;
            for (offset, text, (_, place)) in self.letters(word, None) {
                if offset >= next {
                    next = offset + Mark::EACH;
                    marks.push(Mark {
                        word: at,
                        offset,
                        text,
                        byte: place.start,
                    });
                }
            }
        }
        marks
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

    /// The word that is the document's run of this number; none in plain text,
    /// none for an empty line.
    #[must_use]
    pub fn word(&self, run: usize) -> Option<&Word> {
        self.words.get((*self.order.get(run)?)?)
    }

    /// The bytes of the file in which a span of the document stands.
    #[must_use]
    pub fn file_range(&self, span: Range<usize>) -> Range<usize> {
        if self.format == Format::Text {
            let start = self.file.len() - self.document.source().len();
            return start + span.start..start + span.end;
        }
        let runs = self.document.runs();
        let first = runs.partition_point(|r| r.range.end <= span.start);
        let end = runs
            .partition_point(|r| r.range.start < span.end)
            .max(first + 1);
        let (Some(first_run), Some(last_run)) = (runs.get(first), runs.get(end - 1)) else {
            return 0..0;
        };
        let start = self.in_file(
            first,
            span.start.saturating_sub(first_run.range.start),
            true,
        );
        // An empty line stands before the word that follows it.
        if span.is_empty() {
            return start..start;
        }
        let end = self.in_file(
            end - 1,
            span.end.min(last_run.range.end) - last_run.range.start,
            false,
        );
        start..end.max(start)
    }

    /// Where a byte of a run's text stands in the file.
    fn in_file(&self, run: usize, offset: usize, is_start: bool) -> usize {
        let Some(at) = self.order.get(run).copied().flatten() else {
            return 0;
        };
        let word = &self.words[at];
        let mark = self.mark(|m| (m.word, m.offset) < (at, offset), at);
        let mut end = mark.map_or(word.range().start, |m| m.byte);
        for (start, _, (c, place)) in self.letters(word, mark) {
            if is_start && start >= offset {
                return place.start;
            }
            end = place.end;
            if !is_start && start + c.len_utf8() >= offset {
                return place.end;
            }
        }
        end
    }

    /// The last mark before a place, if it is in the word.
    fn mark(&self, is_before: impl Fn(&Mark) -> bool, word: usize) -> Option<&Mark> {
        let last = self.marks.partition_point(is_before).checked_sub(1)?;
        Some(&self.marks[last]).filter(|m| m.word == word)
    }

    /// Letters of a word from the mark on: the byte of its text, which of its
    /// texts, and the letter with the bytes it stands in.
    fn letters<'w>(
        &'w self,
        word: &'w Word,
        from: Option<&Mark>,
    ) -> impl Iterator<Item = (usize, usize, (char, Range<usize>))> + 'w {
        let (mut offset, first, byte) = from.map_or((0, 0, 0), |m| (m.offset, m.text, m.byte));
        let texts = word.texts.iter().enumerate().skip(first);
        let letters = texts.flat_map(move |(i, text)| {
            let range = text.start.max(byte)..text.end;
            self.letters_in(range).map(move |letter| (i, letter))
        });
        letters.map(move |(i, letter)| {
            let start = offset;
            offset += letter.0.len_utf8();
            (start, i, letter)
        })
    }

    fn letters_in(
        &self,
        range: Range<usize>,
    ) -> Box<dyn Iterator<Item = (char, Range<usize>)> + '_> {
        if self.format == Format::Tsv {
            let start = range.start;
            let raw = self.file[range].char_indices();
            return Box::new(raw.map(move |(i, c)| (c, start + i..start + i + c.len_utf8())));
        }
        Box::new(entities::chars(self.file, range))
    }

    /// The span of the document that stands in these bytes of the file; the
    /// reverse of [`file_range`](Self::file_range).
    #[must_use]
    pub fn document_span(&self, range: Range<usize>) -> Option<Range<usize>> {
        if self.format == Format::Text {
            let start = self.file.len() - self.document.source().len();
            let span = range.start.checked_sub(start)?..range.end.checked_sub(start)?;
            return self.document.source().get(span.clone()).map(|_| span);
        }
        let start = self.in_document(range.start, true)?;
        let end = self.in_document(range.end, false)?;
        (start <= end).then_some(start..end)
    }

    fn in_document(&self, byte: usize, is_start: bool) -> Option<usize> {
        let is_before = |word: &Word| match is_start {
            true => word.range().end <= byte,
            false => word.range().end < byte,
        };
        let at = self.words.partition_point(is_before);
        let word = self.words.get(at)?;
        let run = self.runs.get(at)?;
        let start = self.document.runs().get(*run)?.range.start;
        let mark = self.mark(|m| (m.word, m.byte) < (at, byte), at);
        for (offset, _, (c, place)) in self.letters(word, mark) {
            if is_start && place.start == byte {
                return Some(start + offset);
            }
            if !is_start && place.end == byte {
                return Some(start + offset + c.len_utf8());
            }
        }
        None
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
            text += self.after(i);
        }
        text
    }

    /// What [`text`](Self::text) has after a word.
    fn after(&self, word: usize) -> &'static str {
        let (word, next) = (&self.words[word], self.words.get(word + 1));
        match next.map(|next| layout::break_between(word, next)) {
            Some(Break::Blank) => " ",
            Some(Break::Line) | None => "\n",
            Some(_) => "\n\n",
        }
    }

    /// Spans of the document, each as the span of [`text`](Self::text) that
    /// it is.
    #[must_use]
    pub fn text_spans(&self, spans: &[Range<usize>]) -> Vec<Range<usize>> {
        if self.format == Format::Text {
            return spans.to_vec();
        }
        let mut starts = Vec::with_capacity(self.words.len());
        let mut at = 0;
        for (i, word) in self.words.iter().enumerate() {
            starts.push(at);
            at += word.text.len() + self.after(i).len();
        }
        let runs = self.document.runs();
        let in_text = |byte: usize, run: usize| {
            let (run, word) = (runs.get(run)?, (*self.order.get(run)?)?);
            Some(starts[word] + byte.saturating_sub(run.range.start))
        };
        let of = |span: &Range<usize>| {
            let first = runs.partition_point(|r| r.range.end <= span.start);
            let last = runs.partition_point(|r| r.range.start < span.end).max(1) - 1;
            Some(in_text(span.start, first)?..in_text(span.end, last)?)
        };
        spans.iter().map(|s| of(s).unwrap_or(0..0)).collect()
    }
}
