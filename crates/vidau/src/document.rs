//! The input: runs of text, each followed by a break.

use std::borrow::Cow;
use std::ops::Range;

/// What stands between one run of text and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Break {
    /// A blank: the next run stands on the same line.
    Blank,
    /// A line end; the sentence may go on.
    Line,
    /// The end of a paragraph.
    Paragraph,
    /// The end of a column of text.
    Column,
    /// The end of a page.
    Page,
}

/// A run of text: a line, or a word where the format knows words.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Where it stands in [`Document::source`], in bytes.
    pub range: Range<usize>,
    /// What follows it.
    pub break_after: Break,
    /// How sure the OCR engine was, 0 to 1, where it says so. Evidence for
    /// keeping the word as it was read, or against it.
    pub confidence: Option<f32>,
    /// Other readings by the OCR engine, with its confidence in each. Kept for
    /// the caller; decoding does not weigh them: no pages with alternatives
    /// were at hand to measure that on.
    pub alternatives: Vec<(String, f32)>,
}

/// A text to restore.
///
/// ```
/// use vidau::{Break, Document};
/// let plain = Document::from_text("Thuc hién\ncong tac\n");
/// assert_eq!(plain.runs().len(), 2);
///
/// let mut words = Document::new();
/// words.push("Thuc", Some(0.81), Break::Blank);
/// words.push("hién", Some(0.67), Break::Line);
/// assert_eq!(words.source(), "Thuc hién\n");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Document<'a> {
    source: Cow<'a, str>,
    runs: Vec<Run>,
}

impl<'a> Document<'a> {
    /// An empty document to [`push`](Self::push) runs to.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plain text: each line is a run; an empty line ends a paragraph and a
    /// form feed a page. Line ends (`\n`, `\r\n`) belong to no run and are
    /// kept as they are.
    #[must_use]
    pub fn from_text(text: &'a str) -> Self {
        Self::from_text_in(text, Vec::new())
    }

    /// The same in the place of what `runs` held.
    pub(crate) fn from_text_in(text: &'a str, mut runs: Vec<Run>) -> Self {
        runs.clear();
        let mut document = Self {
            source: Cow::Borrowed(text),
            runs,
        };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let content = line.strip_suffix('\n').unwrap_or(line);
            let content = content.strip_suffix('\r').unwrap_or(content);
            if content.trim().is_empty() {
                let is_page = content.contains('\x0c');
                if let Some(last) = document.runs.last_mut() {
                    let wanted = if is_page {
                        Break::Page
                    } else {
                        Break::Paragraph
                    };
                    if last.break_after != Break::Page {
                        last.break_after = wanted;
                    }
                }
            }
            document.runs.push(Run {
                range: start..start + content.len(),
                break_after: Break::Line,
                confidence: None,
                alternatives: Vec::new(),
            });
            start += line.len();
        }
        document
    }

    /// Appends a run; `confidence` is the engine's, 0 to 1.
    pub fn push(&mut self, text: &str, confidence: Option<f32>, break_after: Break) {
        let source = self.source.to_mut();
        let start = source.len();
        source.push_str(text);
        self.runs.push(Run {
            range: start..start + text.len(),
            break_after,
            confidence,
            alternatives: Vec::new(),
        });
        source.push_str(match break_after {
            Break::Blank => " ",
            Break::Line | Break::Column => "\n",
            Break::Paragraph => "\n\n",
            Break::Page => "\n\x0c",
        });
    }

    /// The empty line that the break of the run pushed last stands for is a run
    /// as it is in plain text, for which the engine's prices are found.
    pub(crate) fn push_empty_line(&mut self) {
        let end = self.source.len() - 1;
        self.runs.push(Run {
            range: end..end,
            break_after: Break::Line,
            confidence: None,
            alternatives: Vec::new(),
        });
    }

    /// Adds another reading by the engine to the run pushed last.
    pub fn push_alternative(&mut self, text: &str, confidence: f32) {
        if let Some(run) = self.runs.last_mut() {
            run.alternatives.push((text.to_owned(), confidence));
        }
    }

    /// The whole text: runs and what stands between them.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn into_runs(self) -> Vec<Run> {
        self.runs
    }

    /// The runs in order.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }
}
