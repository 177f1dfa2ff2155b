//! PAGE XML, 2013 to 2024.

use std::collections::BTreeMap;
use std::ops::Range;

use super::builder::Builder;
use super::xml::{Dialect, Event, Tag, Walker};
use super::{Bbox, Level};
use crate::error::Result;

pub(super) fn scan(text: &str) -> Result<Builder> {
    let mut scanner = Scanner {
        walker: Walker::new(text, Dialect::Xml),
        text,
        builder: Builder::default(),
        open: Vec::new(),
        order: BTreeMap::new(),
    };
    while let Some(event) = scanner.walker.next()? {
        match event {
            Event::Open(tag) => scanner.open(&tag),
            Event::Close { level, range } => scanner.close(level, &range),
            Event::Text(_) | Event::Cdata(_) => {}
        }
    }
    Ok(scanner.builder)
}

/// A text of a word, line or region.
#[derive(Debug, Clone, Default)]
pub(super) struct TextEquiv {
    pub(super) index: Option<u32>,
    pub(super) confidence: Option<f32>,
    pub(super) unicode: Option<Range<usize>>,
    pub(super) plain: Option<Range<usize>>,
}

/// The main text: the one with the lowest index, one without before others.
pub(super) fn main_text(texts: &[TextEquiv]) -> Option<&TextEquiv> {
    let texts = texts.iter().filter(|t| t.unicode.is_some());
    texts.min_by_key(|t| t.index)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Region,
    Line,
    Word,
    Glyph,
    TextEquiv,
    Unicode,
    PlainText,
}

struct Open {
    role: Role,
    level: usize,
    element: Range<usize>,
    /// Where the content of the element begins.
    inner: usize,
    id: Option<String>,
    bbox: Option<Bbox>,
    texts: Vec<TextEquiv>,
    words_before: usize,
}

struct Scanner<'t> {
    walker: Walker<'t>,
    text: &'t str,
    builder: Builder,
    open: Vec<Open>,
    /// Rank of regions, by id.
    order: BTreeMap<String, u32>,
}

impl Scanner<'_> {
    fn open(&mut self, tag: &Tag) {
        let role = match tag.name(self.text) {
            "Page" => return self.builder.begin(Level::Page),
            "RegionRefIndexed" | "RegionRef" => return self.rank(),
            "Coords" => return self.place(),
            name if name.ends_with("Region") => {
                self.builder.begin(Level::Block);
                if let Some(&rank) = self.walker.value("id").and_then(|id| self.order.get(id)) {
                    self.builder.rank(rank);
                }
                Role::Region
            }
            "TextLine" => {
                self.builder.begin(Level::Line);
                Role::Line
            }
            "Word" => Role::Word,
            "Glyph" => Role::Glyph,
            "TextEquiv" => {
                let number = |name| self.walker.value(name).map(str::trim);
                let text = TextEquiv {
                    index: number("index").and_then(|n| n.parse().ok()),
                    confidence: number("conf").and_then(|n| n.parse().ok()),
                    ..TextEquiv::default()
                };
                if let Some(owner) = self.open.last_mut() {
                    owner.texts.push(text);
                }
                Role::TextEquiv
            }
            "Unicode" => Role::Unicode,
            "PlainText" => Role::PlainText,
            _ => return,
        };
        self.open.push(Open {
            role,
            level: self.walker.level(),
            element: tag.range.clone(),
            inner: tag.range.end,
            id: self.walker.value("id").map(str::to_owned),
            bbox: None,
            texts: Vec::new(),
            words_before: self.builder.words(),
        });
    }

    fn rank(&mut self) {
        let rank = self.order.len() as u32;
        if let Some(id) = self.walker.value("regionRef") {
            self.order.entry(id.to_owned()).or_insert(rank);
        }
    }

    fn place(&mut self) {
        let points = self.walker.value("points").unwrap_or_default();
        if let Some(owner) = self.open.last_mut() {
            owner.bbox = bbox(points);
        }
    }

    fn close(&mut self, level: usize, end_tag: &Range<usize>) {
        if self.open.last().is_none_or(|o| o.level != level) {
            return;
        }
        let Some(mut open) = self.open.pop() else {
            return;
        };
        open.element.end = end_tag.end;
        let inner = open.inner..end_tag.start;
        match open.role {
            Role::Unicode | Role::PlainText => self.set_text(open.role, inner),
            Role::TextEquiv | Role::Glyph => {}
            Role::Word => self.close_word(open),
            Role::Line | Role::Region => self.close_block(&open),
        }
    }

    /// The text belongs to the `TextEquiv` of the element around it.
    fn set_text(&mut self, role: Role, inner: Range<usize>) {
        let is_inside = self.open.last().is_some_and(|o| o.role == Role::TextEquiv);
        let owner = self.open.iter_mut().rev().nth(1).filter(|_| is_inside);
        // Comments and the like between the tags are no text.
        let is_plain = !self.text[inner.clone()].contains('<');
        if let Some(text) = owner.and_then(|o| o.texts.last_mut())
            && is_plain
        {
            match role {
                Role::Unicode => text.unicode = Some(inner),
                _ => text.plain = Some(inner),
            }
        }
    }

    fn close_word(&mut self, open: Open) {
        let Some(main) = main_text(&open.texts) else {
            return;
        };
        let Some(unicode) = main.unicode.clone() else {
            return;
        };
        let others = |word: &str| {
            let readings = open.texts.iter().filter_map(|t| {
                let text = self.text.get(t.unicode.clone()?)?;
                let text: String = super::entities::chars(text, 0..text.len())
                    .map(|(c, _)| c)
                    .collect();
                (text.trim() != word).then_some((text.trim().to_owned(), t.confidence?))
            });
            readings.collect()
        };
        self.builder.push_word(
            self.text,
            open.element.clone(),
            &[unicode],
            open.id.clone(),
            open.bbox,
            main.confidence,
            others,
        );
    }

    fn close_block(&mut self, open: &Open) {
        let words = open.words_before..self.builder.words();
        let main = main_text(&open.texts);
        if let Some(text) = main.and_then(|m| m.unicode.clone()) {
            if words.is_empty() {
                self.push_lines(&open.bbox, text, open.role);
            } else {
                self.builder.push_copy(text, words.clone());
            }
        }
        if let Some(text) = main.and_then(|m| m.plain.clone()) {
            let words = open.words_before..self.builder.words();
            self.builder.push_copy(text, words);
        }
        if open.role == Role::Line {
            self.builder.end(Level::Line);
        }
    }

    /// A region without lines, or a line without words.
    fn push_lines(&mut self, bbox: &Option<Bbox>, text: Range<usize>, role: Role) {
        let mut start = text.start;
        let bbox = bbox.filter(|_| role == Role::Line);
        for line in self.text[text].split_inclusive('\n') {
            self.builder
                .push_bare(self.text, start..start + line.len(), bbox);
            self.builder.begin(Level::Line);
            start += line.len();
        }
    }
}

/// The box around `x,y x,y ...`.
pub(super) fn bbox(points: &str) -> Option<Bbox> {
    let mut around: Option<Bbox> = None;
    for point in points.split_ascii_whitespace() {
        let (x, y) = point.split_once(',')?;
        let (x, y) = (x.parse().ok()?, y.parse().ok()?);
        let here = Bbox::of_edges(x, y, x, y)?;
        around = Some(around.map_or(here, |a| a.join(here)));
    }
    around
}
