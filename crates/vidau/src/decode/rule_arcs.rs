//! Arcs of rules over what stands between blanks: labels of lists, numbers of
//! headings, dates, and codes torn at a line end. (Whole codes are in
//! `codes.rs`, phrases in `knowledge/`.)

use std::ops::Range;

use super::block::Block;
use super::codes::words_read;
use super::lattice::{Arc, Lattice};
use crate::cost::Cost;
use crate::engine::Engine;
use crate::lm;
use crate::rules::{
    DatePart, Headings, Labels, is_impossible_date, repair_code, repair_date, repair_date_part,
};
use crate::syllable::{Casing, casing, is_bare};
use crate::text::TokenKind;

/// Longest stretch without a blank that is looked at, in tokens.
const LONGEST: usize = 12;

/// What the rules remember of a block.
#[derive(Debug, Default)]
pub(super) struct RuleArcs {
    labels: Labels,
    headings: Headings,
    /// What a rule looks at, or writes.
    text: String,
}

impl RuleArcs {
    /// Starts with a block.
    pub(super) fn begin(&mut self, block: &Block) {
        self.headings.clear();
        self.labels.clear();
        for (i, pair) in block.tokens().windows(2).enumerate() {
            let is_bracket = pair[1].kind == TokenKind::Punct && block.text_of(i + 1, i + 2) == ")";
            if is_bracket && starts_line(block, i) {
                self.labels.push(i, block.text_of(i, i + 1));
            }
        }
        self.labels.decide();
    }

    /// Adds what rules know of the stretch that begins with token `i`, at
    /// `rule` less than what it costs as it was read. Tokens come in order.
    pub(super) fn push(
        &mut self,
        engine: &Engine,
        block: &Block,
        i: usize,
        rule: Cost,
        lattice: &mut Lattice,
    ) {
        let Some(end) = stretch(block, i) else {
            return;
        };
        let arc = |to: usize, word: u16| Arc::as_read(i, to, -rule, Some(word));
        let read = block.text_of(i, end);
        if starts_line(block, i) {
            if let Some(label) = self.labels.at(i, block.text_of(i, i + 1)) {
                label_arc(engine, block, i, label, rule, lattice);
            }
            let is_stop = end < block.tokens().len() && block.text_of(end, end + 1) == ".";
            if is_heading(block, end + usize::from(is_stop), read) {
                let is_number = match is_stop {
                    true => self.headings.read(read, &mut self.text),
                    false => self.headings.read_with_stop(read, &mut self.text),
                };
                if is_number {
                    lattice.push_text(arc(end, lm::UNKNOWN), self.text.chars());
                }
            }
            if let Some(torn) = torn_code(block, i) {
                let first = block.text_of(torn.start, torn.end);
                self.text.clear();
                self.text.extend([first, read]);
                let before = words_read(block, torn.start);
                if let Some(repaired) = repair_code(&self.text, before.in_order()) {
                    let rest = repaired.flat_map(str::chars).skip(first.len());
                    lattice.push_text(arc(end, lm::CODE), rest);
                }
            }
        }
        // Letters alone are a day or a month of two digits at most.
        if read.len() > 2 && !read.contains(|c: char| c.is_ascii_digit()) {
            return;
        }
        if let Some(date) = repair_date(read) {
            lattice.push_text(arc(end, lm::NUMBER), date);
        } else if let Some(part) = date_part(block, i, end)
            && let Some(number) = repair_date_part(read, part, whole_date(block, i, end, part))
        {
            lattice.push_text(arc(end, lm::NUMBER), number);
        }
    }
}

/// Adds that token `i` is a label.
fn label_arc(
    engine: &Engine,
    block: &Block,
    i: usize,
    label: &str,
    rule: Cost,
    lattice: &mut Lattice,
) {
    let token = &block.tokens()[i];
    // As much to the language model as what was read: a sign is nothing to it.
    let word = (token.kind != TokenKind::Punct)
        .then(|| engine.known_or_unknown(block.looks(token.number).word));
    let arc = Arc::as_read(i, i + 1, -rule, word);
    if label == block.text_of(i, i + 1) {
        lattice.push(arc);
    } else {
        lattice.push_text(arc, label.chars());
    }
}

/// Whether tokens from `i` on are a date that no calendar has.
pub(crate) fn is_impossible(block: &Block, i: usize) -> bool {
    block.tokens()[i].kind == TokenKind::Number && is_impossible_date(block.text_of(i, i + 1))
}

/// Where the stretch between blanks that begins with token `i` ends, less the
/// punctuation at its end; `None` where none begins.
fn stretch(block: &Block, i: usize) -> Option<usize> {
    let tokens = block.tokens();
    let is_blank = |t: usize| tokens[t].kind == TokenKind::Blank || tokens[t].line_end.is_some();
    if is_blank(i) || i > 0 && !is_blank(i - 1) {
        return None;
    }
    let all = (i..tokens.len())
        .take_while(|&t| !is_blank(t))
        .take(LONGEST);
    let end = all.filter(|&t| tokens[t].kind != TokenKind::Punct || t == i);
    end.last().map(|last| last + 1)
}

fn starts_line(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    let ends_line = |t: Option<usize>| t.is_none_or(|t| tokens[t].line_end.is_some());
    let before = i.checked_sub(1);
    let is_blank = before.is_some_and(|t| tokens[t].kind == TokenKind::Blank);
    ends_line(before) || is_blank && ends_line(i.checked_sub(2))
}

/// The `n`th token before token `i`, blanks not counted.
fn word_before(block: &Block, i: usize, n: usize) -> Option<&str> {
    let t = i.checked_sub(2 * n)?;
    Some(block.text_of(t, t + 1))
}

/// The word after the blank behind token `to`, on the same line.
fn word_behind(block: &Block, to: usize) -> Option<&str> {
    let tokens = block.tokens();
    let is_blank = |t: usize| tokens[t].kind == TokenKind::Blank && tokens[t].line_end.is_none();
    let is_there = tokens.get(to + 1).is_some() && is_blank(to);
    (is_there && tokens[to + 1].line_end.is_none()).then(|| block.text_of(to + 1, to + 2))
}

/// Whether the words of a heading follow the blank at token `end`: in capitals where its
/// number has none itself.
fn is_heading(block: &Block, end: usize, read: &str) -> bool {
    word_behind(block, end).is_some_and(|word| match casing(word) {
        Casing::Upper => true,
        Casing::Title => read.contains(|c: char| c.is_uppercase()),
        _ => false,
    })
}

/// What the stretch `i..end` is a part of a date for.
fn date_part(block: &Block, i: usize, end: usize) -> Option<DatePart> {
    let before = word_before(block, i, 1)?;
    let is_behind = |word| word_behind(block, end).is_some_and(|w| is_bare(w, word));
    match () {
        () if is_bare(before, "ngay") && is_behind("thang") => Some(DatePart::Day),
        () if is_bare(before, "thang") && is_behind("nam") => Some(DatePart::Month),
        () if is_bare(before, "nam") => Some(DatePart::Year),
        () => None,
    }
}

/// Day, month and year of the date that the stretch `i..end` is a `part` of,
/// where all three are there.
fn whole_date(block: &Block, i: usize, end: usize, part: DatePart) -> Option<[&str; 3]> {
    let read = block.text_of(i, end);
    match part {
        DatePart::Day => {
            let is_year = is_bare(word_behind(block, end + 4)?, "nam");
            let year = word_behind(block, end + 6).filter(|_| is_year)?;
            Some([read, word_behind(block, end + 2)?, year])
        }
        DatePart::Month => {
            let is_day = is_bare(word_before(block, i, 3)?, "ngay");
            let day = word_before(block, i, 2).filter(|_| is_day)?;
            Some([day, read, word_behind(block, end + 2)?])
        }
        DatePart::Year => None,
    }
}

/// The code that begins at the end of the line before token `i` and may go on
/// with it: "168-", then "QD/TW". It is in ASCII.
fn torn_code(block: &Block, i: usize) -> Option<Range<usize>> {
    let tokens = block.tokens();
    let line_end = (0..i).rev().find(|&t| tokens[t].line_end.is_some())?;
    let is_hyphen = line_end > 0 && matches!(block.text_of(line_end - 1, line_end), "-" | "/");
    if !is_hyphen {
        return None;
    }
    let is_blank = |t: &usize| tokens[*t].kind == TokenKind::Blank;
    let start = (0..line_end).rev().find(is_blank).map_or(0, |t| t + 1);
    let first = block.text_of(start, line_end);
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.');
    let is_code = first.starts_with(|c: char| c.is_ascii_digit()) && first.chars().all(is_number);
    is_code.then_some(start..line_end)
}
