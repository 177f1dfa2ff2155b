//! ALTO 1 to 4 in whatever namespace.

use std::ops::Range;

use super::builder::Builder;
use super::glyphs::Glyphs;
use super::xml::{Dialect, Event, Tag, Walker};
use super::{Bbox, Level};
use crate::error::Result;

pub(super) fn scan(text: &str) -> Result<Builder> {
    let mut walker = Walker::new(text, Dialect::Xml);
    let mut builder = Builder::default();
    let mut word: Option<Open> = None;
    while let Some(event) = walker.next()? {
        match event {
            Event::Open(tag) => match (tag.name(text), &mut word) {
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
            },
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
            Event::Text(_) | Event::Cdata(_) => {}
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
