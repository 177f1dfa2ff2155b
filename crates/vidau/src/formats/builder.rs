//! Gathers the words of a file.

use std::ops::Range;

use super::entities::chars;
use super::{Bbox, Level, Word};

/// Words in the order of the file, with the line, paragraph, block and page
/// that each stands in.
#[derive(Debug, Default)]
pub(super) struct Builder {
    words: Vec<Word>,
    /// How often each level began.
    counts: [u32; Level::COUNT],
    /// Text that repeats what stands in words.
    copies: Vec<TextCopy>,
    is_raw: bool,
    /// Where the block that began last comes in reading; blocks without a
    /// rank come where the one before does.
    rank: u32,
}

/// Text of a line or region that repeats that of its words.
#[derive(Debug, Clone)]
pub(super) struct TextCopy {
    pub(super) text: Range<usize>,
    /// Its words, in the order of the file.
    pub(super) words: Range<usize>,
}

impl Builder {
    /// For text that has no entities.
    pub(super) fn raw() -> Self {
        Self {
            is_raw: true,
            ..Self::default()
        }
    }

    fn text(&self, file: &str, range: Range<usize>) -> String {
        if self.is_raw {
            return file[range].to_owned();
        }
        chars(file, range).map(|(c, _)| c).collect()
    }

    pub(super) fn push_copy(&mut self, text: Range<usize>, words: Range<usize>) {
        self.copies.push(TextCopy { text, words });
    }

    pub(super) fn words(&self) -> usize {
        self.words.len()
    }

    /// A line, block or page begins.
    pub(super) fn begin(&mut self, level: Level) {
        self.counts[level as usize] += 1;
    }

    /// Where the block that began comes in reading.
    pub(super) fn rank(&mut self, rank: u32) {
        self.rank = rank;
    }

    /// A line ends: words that follow outside any line are not on it.
    pub(super) fn end(&mut self, level: Level) {
        self.begin(level);
    }

    /// A word with an element of its own.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn push_word(
        &mut self,
        file: &str,
        element: Range<usize>,
        texts: &[Range<usize>],
        id: Option<String>,
        bbox: Option<Bbox>,
        confidence: Option<f32>,
        alternatives: impl FnOnce(&str) -> Vec<(String, f32)>,
    ) {
        let mut text = String::new();
        for range in texts {
            // Blanks at the ends are the markup's, not the word's.
            text += &self.text(file, trimmed(file, range.clone()));
        }
        let text = text.trim_ascii();
        if text.trim().is_empty() {
            return;
        }
        self.push(Word {
            alternatives: alternatives(text),
            text: text.to_owned(),
            element: Some(element),
            texts: texts.iter().map(|r| trimmed(file, r.clone())).collect(),
            id,
            bbox,
            confidence: confidence.filter(|c| (0.0..=1.0).contains(c)),
            place: [0; Level::COUNT],
            rank: 0,
        });
    }

    /// Text that stands in the file without an element for each word.
    pub(super) fn push_bare(&mut self, file: &str, range: Range<usize>, bbox: Option<Bbox>) {
        let range = trimmed(file, range);
        let text = self.text(file, range.clone());
        if text.trim().is_empty() {
            return;
        }
        self.push(Word {
            text,
            element: None,
            texts: vec![range],
            id: None,
            bbox,
            confidence: None,
            alternatives: Vec::new(),
            place: [0; Level::COUNT],
            rank: 0,
        });
    }

    fn push(&mut self, mut word: Word) {
        word.place = self.counts;
        word.rank = self.rank;
        self.words.push(word);
    }

    pub(super) fn finish(self) -> (Vec<Word>, Vec<TextCopy>) {
        (self.words, self.copies)
    }
}

pub(super) fn trimmed(file: &str, range: Range<usize>) -> Range<usize> {
    let text = &file[range.clone()];
    let start = range.start + text.len() - text.trim_ascii_start().len();
    start..start + text.trim_ascii().len()
}
