//! Tesseract's table: one row for each page, block, paragraph, line and word.

use super::builder::Builder;
use super::splice::{Edits, Rewrite};
use super::xml::markup_error;
use super::{Bbox, Level, Word};
use crate::error::Result;

/// Columns before the text.
const COLUMNS: usize = 11;

pub(super) fn scan(text: &str) -> Result<Builder> {
    let mut builder = Builder::raw();
    let mut start = 0;
    for row in text.split_inclusive('\n') {
        let content = row.trim_end_matches(['\n', '\r']);
        let at = start;
        start += row.len();
        if at == 0 || content.is_empty() {
            continue;
        }
        let mut fields = [""; COLUMNS];
        let mut rest = content;
        for field in &mut fields {
            let Some((first, others)) = rest.split_once('\t') else {
                return Err(markup_error(text, at, "fewer than 12 columns"));
            };
            (*field, rest) = (first, others);
        }
        let number = |i: usize| fields[i].parse().unwrap_or(f32::NAN);
        match fields[0] {
            "1" => builder.begin(Level::Page),
            "2" => builder.begin(Level::Block),
            "3" => builder.begin(Level::Paragraph),
            "4" => builder.begin(Level::Line),
            "5" => {
                let end = at + content.len();
                let (left, top) = (number(6), number(7));
                let id = fields[1..6].join(".");
                let text_range = end - rest.len()..end;
                builder.push_word(
                    text,
                    at..end,
                    &[text_range],
                    Some(id),
                    Bbox::of_edges(left, top, left + number(8), top + number(9)),
                    Some(number(10) / 100.0),
                    |_| Vec::new(),
                );
            }
            _ => return Err(markup_error(text, at, "a level that is not 1 to 5")),
        }
    }
    Ok(builder)
}

/// Edits that make a word another.
pub(super) fn rewrite(file: &str, word: &Word, new: &Rewrite<'_>, edits: &mut Edits) {
    let (Some(row), Some(text)) = (word.element.clone(), word.texts.first()) else {
        return;
    };
    edits.push_text(file, text.clone(), new.text, true);
    let Some(shape) = &new.shape else {
        return;
    };
    let mut places = Vec::with_capacity(COLUMNS);
    let mut start = row.start;
    for field in file[row].split('\t') {
        places.push(start..start + field.len());
        start += field.len() + 1;
    }
    let mut set = |column: usize, value: String| {
        if let Some(place) = places.get(column) {
            edits.push(place.clone(), value);
        }
    };
    if let Some(b) = shape.bbox {
        let sides = [b.left, b.top, b.right - b.left, b.bottom - b.top];
        for (i, side) in sides.into_iter().enumerate() {
            set(6 + i, format!("{}", side.round()));
        }
    }
    if let Some(confidence) = shape.engine_confidence {
        set(10, format!("{:.3}", f64::from(confidence) * 100.0));
    }
}
