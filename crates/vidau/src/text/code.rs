//! The shape of document codes: 59/2023/NĐ-CP, 43-KL/TW.

use super::tokenize::{Class, class, number_end};
use crate::syllable::is_legal_bare;

/// No code is longer, in bytes; the bound keeps tokenizing linear.
const MAX_LENGTH: usize = 96;

/// The length of the document code at the beginning of `text`, if one stands
/// there: a number, then strokes or hyphens that join letters, capitals
/// outweighing small ones. A list number glued to a heading ("1-MỤC") is none.
pub(super) fn code_end(text: &str) -> Option<usize> {
    let number = number_end(text);
    if let Some(end) = form_end(text, number) {
        return Some(end);
    }
    let mut end = number + series(&text[number..]);
    let (mut upper, mut lower) = (0, 0);
    let (mut joints, mut last) = (0, "");
    loop {
        let joint = joint(&text[end..]);
        // A number glued to letters (1a/KH) is a segment, too.
        if joint == 0 && joints + lower + upper > 0 {
            break;
        }
        let start = end + joint;
        let segment = segment_end(&text[start..]);
        if segment == 0 || start + segment > MAX_LENGTH {
            if joint == 0 {
                return None;
            }
            break;
        }
        last = &text[start..start + segment];
        upper += last.chars().filter(|c| c.is_uppercase()).count();
        lower += last.chars().filter(|c| c.is_lowercase()).count();
        joints += usize::from(joint > 0);
        end = start + segment;
    }
    let glued_heading =
        joints == 1 && number <= 2 && last.chars().count() >= 3 && is_legal_bare(last);
    (joints > 0 && upper > lower && !glued_heading).then_some(end)
}

/// The code of a statistical form: number, period and field, joined by dots
/// (07a.H.KTĐN).
fn form_end(text: &str, number: usize) -> Option<usize> {
    if !text[..number].bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let rest = text[number..].trim_start_matches(|c: char| c.is_ascii_lowercase());
    let dotted = rest.strip_prefix('.')?;
    let field = dotted.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let is_period = dotted.len() == field.len() + 1;
    let field = field.strip_prefix('.').filter(|_| is_period)?;
    let letters = &field[..segment_end(field)];
    let is_field = letters.chars().count() >= 3
        && letters.chars().all(char::is_uppercase)
        && !is_legal_bare(letters);
    let end = text.len() - field.len() + letters.len();
    let is_short = rest.len() + number + 1 >= text.len() && end <= MAX_LENGTH;
    (is_field && is_short).then_some(end)
}

/// ".N" of 016.N/BCB-KHCN: a series letter before the first joint.
fn series(text: &str) -> usize {
    let mut chars = text.chars();
    let (dot, letter) = (chars.next(), chars.next());
    match (dot, letter) {
        (Some('.'), Some(c)) if c.is_uppercase() && joint(chars.as_str()) > 0 => 1 + c.len_utf8(),
        _ => 0,
    }
}

/// The length of a stroke or a hyphen of any length.
fn joint(text: &str) -> usize {
    match text.chars().next() {
        Some(c @ ('/' | '-' | '\u{2010}' | '\u{2011}' | '–' | '—')) => c.len_utf8(),
        _ => 0,
    }
}

/// The length of the letters and digits at the beginning of `text`.
fn segment_end(text: &str) -> usize {
    let inside = |c: char| match class(c) {
        Class::Letter | Class::Mark | Class::Digit => true,
        Class::Symbol => c != '°',
        _ => false,
    };
    let bounded = text.char_indices().take(MAX_LENGTH + 1);
    let end = bounded.take_while(|&(_, c)| inside(c)).last();
    end.map_or(0, |(i, c)| i + c.len_utf8())
}
