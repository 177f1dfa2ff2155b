//! Arcs of rules over what stands between blanks: labels of lists, numbers of
//! headings, dates, and codes torn at a line end. (Whole codes are in
//! `codes.rs`, phrases in `knowledge/`.)

use super::block::Block;
use super::codes::words_read;
use super::lattice::{Arc, Lattice};
use crate::cost::Cost;
use crate::lm;
use crate::rules::{
    DatePart, Headings, Labels, is_impossible_date, repair_code, repair_date, repair_date_part,
    repair_day, repair_month,
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
    number: String,
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
    pub(super) fn push(&mut self, block: &Block, i: usize, rule: Cost, lattice: &mut Lattice) {
        let Some(end) = stretch(block, i) else {
            return;
        };
        let mut add = |to: usize, word: u16, text: Option<&str>| {
            if let Some(text) = text {
                lattice.push_text(Arc::as_read(i, to, -rule, Some(word)), text);
            }
        };
        let read = block.text_of(i, end);
        if starts_line(block, i) {
            let label = self.labels.at(i);
            let label = label.filter(|label| *label != block.text_of(i, i + 1));
            add(i + 1, lm::UNKNOWN, label);
            if is_heading(block, end, read) && self.headings.read(read, &mut self.number) {
                add(end, lm::UNKNOWN, Some(&self.number));
            }
            add(end, lm::CODE, rest_of_code(block, i, end).as_deref());
        }
        // Letters alone are a day or a month of two digits at most.
        if read.len() <= 2 || read.contains(|c: char| c.is_ascii_digit()) {
            let date = repair_date(read).or_else(|| part_of_date(block, i, end, read));
            add(end, lm::NUMBER, date.as_deref());
        }
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

/// Whether a full stop and the words of a heading follow the stretch before
/// `end`: in capitals where it has none itself.
fn is_heading(block: &Block, end: usize, read: &str) -> bool {
    let is_stop = end < block.tokens().len() && block.text_of(end, end + 1) == ".";
    is_stop
        && word_behind(block, end + 1).is_some_and(|word| match casing(word) {
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

/// The stretch `i..end` with its digits put back, where it is a part of a date.
fn part_of_date(block: &Block, i: usize, end: usize, read: &str) -> Option<String> {
    let part = date_part(block, i, end)?;
    repair_date_part(read, part).or_else(|| match part {
        DatePart::Day => {
            let is_year = is_bare(word_behind(block, end + 4)?, "nam");
            let year = word_behind(block, end + 6).filter(|_| is_year)?;
            repair_day(read, word_behind(block, end + 2)?, year)
        }
        DatePart::Month => {
            let is_day = is_bare(word_before(block, i, 3)?, "ngay");
            let day = word_before(block, i, 2).filter(|_| is_day)?;
            repair_month(day, read, word_behind(block, end + 2)?)
        }
        DatePart::Year => None,
    })
}

/// The rest of a code that begins at the end of the line before ("168-",
/// then "QD/TW"), repaired as the whole is.
fn rest_of_code(block: &Block, i: usize, end: usize) -> Option<String> {
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
    if !first.starts_with(|c: char| c.is_ascii_digit()) || !first.chars().all(is_number) {
        return None;
    }
    let mut whole = String::with_capacity(32);
    whole.push_str(first);
    whole.push_str(block.text_of(i, end));
    let repaired = repair_code(&whole, words_read(block, start).in_order())?;
    Some(repaired.get(first.len()..)?.to_owned())
}
