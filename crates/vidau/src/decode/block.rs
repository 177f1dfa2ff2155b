//! A stretch of a document as tokens: normalised text, and where each token
//! stands in the source.

use std::ops::Range;

use super::texts::{Looks, NO_TEXT, Read, Texts};
use crate::document::{Break, Document};
use crate::lexicon::Lexicon;
use crate::text::{Normalizer, Token, TokenKind, tokenize};

/// A token of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockToken {
    /// In the block's text.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Its text's, once they have [numbers](Block::number_texts); blanks have none.
    pub(crate) number: u32,
    pub(crate) kind: TokenKind,
    /// The break that this token stands for, where it ends a line.
    pub(crate) line_end: Option<Break>,
    /// Line within the block.
    pub(crate) line: u32,
    /// The engine's confidence in the run that it stands in.
    pub(crate) confidence: Option<f32>,
    /// In the document's source.
    pub(crate) source_start: usize,
    pub(crate) source_end: usize,
}

/// Lines of a document, normalised and tokenized; each line is followed by a
/// token that stands for its end.
#[derive(Debug, Default)]
pub(crate) struct Block {
    text: String,
    tokens: Vec<BlockToken>,
    lines: u32,
    texts: Texts,
    /// Above the numbers of all tokens.
    numbers: u32,
    normalizer: Normalizer,
    line_tokens: Vec<Token>,
}

impl Block {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.tokens.clear();
        self.lines = 0;
    }

    /// Appends the line at `range` of the document's source.
    pub(crate) fn push_line(&mut self, document: &Document<'_>, range: Range<usize>, end: Break) {
        let origin = range.start;
        let source = &document.source()[range.clone()];
        self.normalizer.normalize(source);
        tokenize(self.normalizer.text(), &mut self.line_tokens);
        let base = self.text.len() as u32;
        self.text.push_str(self.normalizer.text());
        let runs = document.runs();
        let mut run = runs.partition_point(|r| r.range.end <= origin);
        let mut reached = 0;
        for token in &self.line_tokens {
            let place = self.normalizer.source_range(token.range());
            // A sign with a mark of its own is one piece of the source and may be
            // two tokens: no byte is of both.
            let start = place.start.max(reached);
            let end = place.end.max(start);
            reached = end;
            while runs.get(run).is_some_and(|r| r.range.end <= origin + start) {
                run += 1;
            }
            self.tokens.push(BlockToken {
                start: base + token.start,
                end: base + token.end,
                number: NO_TEXT,
                kind: token.kind,
                line_end: None,
                line: self.lines,
                confidence: runs.get(run).and_then(|r| r.confidence),
                source_start: origin + start,
                source_end: origin + end,
            });
        }
        let at = self.text.len() as u32;
        self.tokens.push(BlockToken {
            start: at,
            end: at,
            number: NO_TEXT,
            kind: TokenKind::Blank,
            line_end: Some(end),
            line: self.lines,
            confidence: None,
            source_start: range.end,
            source_end: range.end,
        });
        self.lines += 1;
    }

    /// Gives a number to the text of each token.
    pub(crate) fn number_texts(&mut self, lexicon: &Lexicon) {
        self.texts.trim();
        self.numbers = 0;
        for token in &mut self.tokens {
            if token.kind != TokenKind::Blank {
                let text = &self.text[token.start as usize..token.end as usize];
                token.number = self.texts.number(text, lexicon);
                self.numbers = self.numbers.max(token.number + 1);
            }
        }
    }

    /// The number of the text of tokens `from..to`, if it is one token that has
    /// a number.
    pub(crate) fn token_number(&self, from: usize, to: usize) -> Option<u32> {
        let number = self.tokens.get(from)?.number;
        (from + 1 == to && number != NO_TEXT).then_some(number)
    }

    /// The number of the text of tokens `from..to`.
    pub(crate) fn number_of(&mut self, from: usize, to: usize, lexicon: &Lexicon) -> u32 {
        if let Some(number) = self.token_number(from, to) {
            return number;
        }
        let (first, last) = (&self.tokens[from], &self.tokens[to - 1]);
        let text = &self.text[first.start as usize..last.end as usize];
        self.texts.number(text, lexicon)
    }

    /// The numbers of tokens, not those of several together, are below this.
    pub(crate) fn numbers(&self) -> usize {
        self.numbers as usize
    }

    /// What the text of this number is.
    pub(crate) fn looks(&self, number: u32) -> &Looks {
        self.texts.looks(number)
    }

    /// The text of this number.
    pub(crate) fn read(&self, number: u32) -> Read<'_> {
        self.texts.read(number)
    }

    pub(crate) fn tokens(&self) -> &[BlockToken] {
        &self.tokens
    }

    pub(crate) fn lines(&self) -> usize {
        self.lines as usize
    }

    /// Bytes of its text.
    pub(crate) fn size(&self) -> usize {
        self.text.len()
    }

    /// The text of tokens `from..to`.
    pub(crate) fn text_of(&self, from: usize, to: usize) -> &str {
        &self.text[self.tokens[from].start as usize..self.tokens[to - 1].end as usize]
    }
}
