//! ALTO 1 to 4 in whatever namespace.

use std::ops::Range;

use super::builder::Builder;
use super::entities::escape;
use super::glyphs::Glyphs;
use super::splice::{Edits, Rewrite};
use super::xml::{Dialect, Event, Tag, Walker};
use super::{Bbox, Level, Record, Word};
use crate::error::Result;

pub(super) fn scan(text: &str) -> Result<Builder> {
    let mut walker = Walker::new(text, Dialect::Xml);
    let mut builder = Builder::default();
    let mut word: Option<Open> = None;
    while let Some(event) = walker.next()? {
        match event {
            Event::Open(tag) => {
                walker.expect_root(&tag, "alto")?;
                match (tag.name(text), &mut word) {
                    ("Page", _) => builder.begin(Level::Page),
                    ("TextBlock", _) => builder.begin(Level::Block),
                    ("TextLine", _) => builder.begin(Level::Line),
                    ("String", None) => word = begin(&walker, &tag),
                    ("Glyph", Some(word)) => {
                        word.glyphs.begin_glyph();
                        put_choice(&walker, text, word, "GC");
                    }
                    ("Variant", Some(word)) => put_choice(&walker, text, word, "VC"),
                    _ => {}
                }
            }
            Event::Close { level, range } => {
                if word.as_ref().is_some_and(|w| w.level == level)
                    && let Some(mut open) = word.take()
                {
                    open.element.end = range.end;
                    let glyphs = open.glyphs;
                    builder.push_word(
                        text,
                        open.element,
                        &[open.content],
                        open.id,
                        open.bbox,
                        open.confidence,
                        |word| glyphs.readings(word),
                    );
                }
            }
            Event::Text(_) | Event::Cdata => {}
        }
    }
    Ok(builder)
}

/// A `String` that is open.
struct Open {
    level: usize,
    element: Range<usize>,
    content: Range<usize>,
    id: Option<String>,
    bbox: Option<Bbox>,
    confidence: Option<f32>,
    glyphs: Glyphs,
}

fn begin(walker: &Walker<'_>, tag: &Tag) -> Option<Open> {
    let number = |name| -> Option<f32> { walker.value(name)?.trim().parse().ok() };
    let side = |name| number(name).unwrap_or(f32::NAN);
    let (left, top) = (side("HPOS"), side("VPOS"));
    Some(Open {
        level: walker.level(),
        element: tag.range.clone(),
        content: walker.attribute("CONTENT")?.value.clone(),
        id: walker.value("ID").map(str::to_owned),
        bbox: Bbox::of_edges(left, top, left + side("WIDTH"), top + side("HEIGHT")),
        confidence: number("WC"),
        glyphs: Glyphs::default(),
    })
}

fn put_choice(walker: &Walker<'_>, text: &str, word: &mut Open, confidence: &str) {
    let confidence = walker.value(confidence).and_then(|c| c.trim().parse().ok());
    word.glyphs.begin_choice(confidence);
    if let Some(content) = walker.attribute("CONTENT") {
        let content: String = super::entities::chars(text, content.value.clone())
            .map(|(c, _)| c)
            .collect();
        word.glyphs.put_choice(&content);
    }
}

/// Edits that make a word another.
pub(super) fn rewrite(file: &str, word: &Word, new: &Rewrite<'_>, edits: &mut Edits) {
    let Some(element) = word.element.clone() else {
        return;
    };
    let is_copy = new.shape.as_ref().is_some_and(|s| s.is_copy);
    let mut walker = Walker::within(file, element.start, Dialect::Xml);
    let mut tag: Option<Tag> = None;
    // The child that is open and is to go, and where alternatives begin.
    let mut child: Option<usize> = None;
    let mut place = element.start;
    while let Ok(Some(event)) = walker.next() {
        match event {
            Event::Open(open) if walker.level() == 1 => {
                place = open.range.end;
                attributes(file, word, new, &walker, edits);
                tag = Some(open);
            }
            Event::Open(open) if walker.level() == 2 => {
                let goes = match open.name(file) {
                    "Glyph" => new.record != Record::Annotate,
                    "Shape" => new.shape.is_some(),
                    "ALTERNATIVE" => is_copy,
                    _ => false,
                };
                child = goes.then_some(open.range.start);
                if open.name(file) == "Shape" && !goes {
                    place = usize::MAX;
                }
            }
            Event::Close { level: 2, range } => {
                if let Some(start) = child.take() {
                    edits.remove(file, &(start..range.end));
                }
                if place == usize::MAX {
                    place = range.end;
                }
            }
            Event::Close { level: 1, .. } => break,
            _ => {}
        }
    }
    let (Some(tag), false) = (tag, is_copy) else {
        return;
    };
    let (purpose, text) = match new.record {
        Record::Plain => return,
        Record::Replace => ("ocr-original", new.original),
        Record::Annotate => ("vidau", new.text),
    };
    let name = &file[tag.range.start + 1..tag.range.end];
    let name = &name[..name
        .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
        .unwrap_or(0)];
    let prefix = &name[..name.find(':').map_or(0, |colon| colon + 1)];
    let alternative = format!(
        "<{prefix}ALTERNATIVE PURPOSE=\"{purpose}\">{}</{prefix}ALTERNATIVE>",
        escape(text)
    );
    if tag.is_empty() {
        let end = tag.range.end;
        edits.push(end - 2..end, format!(">{alternative}</{name}>"));
    } else {
        edits.push(place..place, alternative);
    }
}

fn attributes(file: &str, word: &Word, new: &Rewrite<'_>, walker: &Walker<'_>, edits: &mut Edits) {
    if new.record == Record::Annotate {
        return;
    }
    if let Some(content) = word.texts.first() {
        edits.push_text(file, content.clone(), new.text, false);
    }
    // A digit for each letter: it is right only while their number is.
    let letters = |text: &str| text.chars().count();
    if letters(&word.text) != letters(new.text) || new.shape.is_some() {
        if let Some(cc) = walker.attribute("CC") {
            edits.remove(file, &cc.range);
        }
        if let Some(subs) = walker
            .attribute("SUBS_CONTENT")
            .filter(|_| new.shape.is_some())
        {
            edits.remove(file, &subs.range);
            if let Some(kind) = walker.attribute("SUBS_TYPE") {
                edits.remove(file, &kind.range);
            }
        }
    }
    let Some(shape) = &new.shape else {
        return;
    };
    let mut set = |name: &str, value: String| {
        if let Some(attribute) = walker.attribute(name) {
            edits.push(attribute.value.clone(), value);
        }
    };
    if let Some(id) = &shape.new_id {
        set("ID", escape(id));
    }
    if let Some(b) = shape.bbox {
        set("HPOS", rounded(b.left));
        set("VPOS", rounded(b.top));
        set("WIDTH", rounded(b.right.round() - b.left.round()));
        set("HEIGHT", rounded(b.bottom - b.top));
    }
    if let Some(confidence) = shape.engine_confidence {
        set("WC", format!("{confidence:.2}"));
    }
}

/// Boxes made here are of whole units, like those of engines.
fn rounded(value: f32) -> String {
    format!("{}", value.round())
}

/// What stands between two words that were one.
pub(super) fn separator(
    file: &str,
    word: &Word,
    indent: &str,
    has_blanks: bool,
    left: Option<Bbox>,
    right: Option<Bbox>,
) -> String {
    let Some(element) = &word.element else {
        return indent.to_owned();
    };
    let name = &file[element.start + 1..element.end];
    let prefix = name.find("String").map_or("", |at| &name[..at]);
    match (has_blanks, left, right) {
        (false, ..) => indent.to_owned(),
        (true, Some(left), Some(right)) => format!(
            "<{prefix}SP WIDTH=\"{}\" VPOS=\"{}\" HPOS=\"{}\"/>{indent}",
            rounded(right.left.round() - left.right.round()),
            rounded(left.top),
            rounded(left.right)
        ),
        (true, ..) => format!("<{prefix}SP/>{indent}"),
    }
}

/// Whether blanks between words are elements of the file.
pub(super) fn has_blanks(file: &str) -> bool {
    file.contains("<SP") || file.contains(":SP")
}

/// Whether only white space and blanks stand there.
pub(super) fn is_blank(between: &str) -> bool {
    let mut rest = between.trim();
    while let Some(tag) = rest.strip_prefix('<') {
        let Some(end) = tag.find("/>") else {
            return false;
        };
        let name = tag[..end]
            .split_ascii_whitespace()
            .next()
            .unwrap_or_default();
        if name.rsplit(':').next() != Some("SP") || tag[..end].contains('<') {
            return false;
        }
        rest = tag[end + 2..].trim();
    }
    rest.is_empty()
}

/// Which part of a word parted at a line's end it is.
pub(super) fn part(file: &str, word: &Word) -> Option<usize> {
    let walker = first_tag(file, word)?;
    match walker.value("SUBS_TYPE")? {
        "HypPart1" => Some(1),
        "HypPart2" => Some(2),
        _ => None,
    }
}

fn first_tag<'t>(file: &'t str, word: &Word) -> Option<Walker<'t>> {
    let start = word.element.as_ref()?.start;
    let mut walker = Walker::within(file, start, Dialect::Xml);
    walker.next().ok()??;
    Some(walker)
}

/// Sets what both parts say of the whole, where that was the two together.
pub(super) fn substitute(file: &str, words: [&Word; 2], new: &[String; 2], edits: &mut Edits) {
    if part(file, words[0]) != Some(1) || part(file, words[1]) != Some(2) {
        return;
    }
    // Words that were joined or parted have none any longer.
    if new.iter().any(|text| text.is_empty() || text.contains(' ')) {
        return;
    }
    for word in words {
        let Some(walker) = first_tag(file, word) else {
            continue;
        };
        let Some(value) = walker.attribute("SUBS_CONTENT").map(|a| a.value.clone()) else {
            continue;
        };
        let whole: String = super::entities::chars(file, value.clone())
            .map(|(c, _)| c)
            .collect();
        let joins = ["", "-", "\u{ad}"];
        let join = joins
            .iter()
            .find(|join| whole == [words[0].text(), words[1].text()].join(join));
        if let Some(join) = join {
            edits.push_text(file, value, &new.join(join), false);
        }
    }
}
