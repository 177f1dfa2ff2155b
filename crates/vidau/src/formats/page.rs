//! PAGE XML, 2013 to 2024.

use std::collections::BTreeMap;
use std::ops::Range;

use super::builder::{Builder, trimmed};
use super::entities::{chars, escape};
use super::splice::{Edits, Rewrite};
use super::xml::{Dialect, Event, Tag, Walker};
use super::{Bbox, Level, Record, Word};
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
            Event::Open(tag) => {
                scanner.walker.expect_root(&tag, "PcGts")?;
                scanner.open(&tag);
            }
            Event::Close { level, range } => scanner.close(level, &range),
            Event::Text(_) | Event::Cdata => {}
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
            "Word" if self.open.iter().all(|o| o.role != Role::Word) => Role::Word,
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
                let text: String = chars(text, 0..text.len()).map(|(c, _)| c).collect();
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

/// A child of a word.
struct Child {
    element: Range<usize>,
    index: Option<Range<usize>>,
    text: TextEquiv,
}

/// Edits that make a word another.
pub(super) fn rewrite(file: &str, word: &Word, new: &Rewrite<'_>, edits: &mut Edits) {
    let Some(element) = word.element.clone() else {
        return;
    };
    let is_copy = new.shape.as_ref().is_some_and(|s| s.is_copy);
    let (texts, glyphs) = children(file, element.start, new, edits);
    if new.record != Record::Annotate {
        // What was read letter by letter is not so any longer.
        glyphs.iter().for_each(|glyph| edits.remove(file, glyph));
    }
    let all: Vec<TextEquiv> = texts.iter().map(|t| t.text.clone()).collect();
    let Some(main) = main_text(&all).and_then(|m| m.unicode.clone()) else {
        return;
    };
    let Some(at) = texts
        .iter()
        .position(|t| t.text.unicode.as_ref() == Some(&main))
    else {
        return;
    };
    if is_copy {
        for (_, other) in texts.iter().enumerate().filter(|(i, _)| *i != at) {
            edits.remove(file, &other.element);
        }
    }
    let letters = |text: &Range<usize>| chars(file, trimmed(file, text.clone())).map(|(c, _)| c);
    let same = |a: &Range<usize>, b: &Range<usize>| letters(a).eq(letters(b));
    // The version of 2013 has one text for each element.
    let has_others = !head(file).contains("/pagecontent/2013-");
    match new.record {
        Record::Annotate if !has_others => {}
        Record::Replace | Record::Annotate if has_others && !is_copy => {
            put_beside(file, new, &texts, at, edits);
        }
        _ => {
            if let Some(plain) = all[at].plain.clone()
                && same(&plain, &main)
            {
                edits.push_text(file, trimmed(file, plain), new.text, false);
            }
            edits.push_text(file, trimmed(file, main), new.text, false);
        }
    }
}

/// The texts and glyphs of a word; on the way, its id and place are set.
fn children(
    file: &str,
    start: usize,
    new: &Rewrite<'_>,
    edits: &mut Edits,
) -> (Vec<Child>, Vec<Range<usize>>) {
    let mut walker = Walker::within(file, start, Dialect::Xml);
    let (mut texts, mut glyphs): (Vec<Child>, Vec<Range<usize>>) = Default::default();
    let mut open = 0..0;
    let mut is_text = false;
    let mut inner = None;
    while let Ok(Some(event)) = walker.next() {
        match event {
            Event::Open(tag) => match (walker.level(), tag.name(file)) {
                (1, _) => {
                    if let Some(id) = new.shape.as_ref().and_then(|s| s.new_id.as_ref())
                        && let Some(attribute) = walker.attribute("id")
                    {
                        edits.push(attribute.value.clone(), escape(id));
                    }
                }
                (2, "Coords") => {
                    let bbox = new.shape.as_ref().and_then(|s| s.bbox);
                    if let (Some(bbox), Some(points)) = (bbox, walker.attribute("points")) {
                        edits.push(points.value.clone(), points_of(bbox));
                    }
                }
                (2, name) => {
                    open = tag.range.clone();
                    is_text = name == "TextEquiv";
                    if is_text {
                        let index = walker.attribute("index").map(|a| a.value.clone());
                        let number = index.clone().and_then(|i| file[i].trim().parse().ok());
                        texts.push(Child {
                            element: open.clone(),
                            index,
                            text: TextEquiv {
                                index: number,
                                ..TextEquiv::default()
                            },
                        });
                    } else if name == "Glyph" {
                        glyphs.push(open.clone());
                    }
                }
                (3, name) if is_text => inner = Some((name == "Unicode", tag.range.end)),
                _ => {}
            },
            Event::Close { level: 3, range } if is_text => {
                if let (Some((is_unicode, from)), Some(child)) = (inner.take(), texts.last_mut()) {
                    // Comments and the like between the tags are no text.
                    let text = Some(from..range.start.max(from));
                    let text = text.filter(|r| !file[r.clone()].contains('<'));
                    if is_unicode {
                        child.text.unicode = text;
                    } else {
                        child.text.plain = text;
                    }
                }
            }
            Event::Close { level: 2, range } => {
                let last = [texts.last_mut().map(|t| &mut t.element), glyphs.last_mut()];
                for element in last.into_iter().flatten() {
                    if element.start == open.start {
                        element.end = range.end;
                    }
                }
                is_text = false;
            }
            Event::Close { level: 1, .. } => break,
            _ => {}
        }
    }
    (texts, glyphs)
}

/// Puts the new text beside those that there are: before them, with the lowest
/// index, or after them, with the highest.
fn put_beside(file: &str, new: &Rewrite<'_>, texts: &[Child], main: usize, edits: &mut Edits) {
    let Some(first) = texts.first() else {
        return;
    };
    let is_first = new.record == Record::Replace;
    // In the order of their rank, so that it stays.
    let mut ranks: Vec<usize> = (0..texts.len()).collect();
    ranks.sort_by_key(|&i| (i != main, texts[i].text.index, i));
    let offset = u32::from(is_first);
    for (rank, &i) in ranks.iter().enumerate() {
        let text = &texts[i];
        let index = rank as u32 + offset;
        match &text.index {
            Some(place) => edits.push(place.clone(), index.to_string()),
            None => {
                let name = text.element.start + 1 + name_at(file, text.element.start).len();
                edits.push(name..name, format!(" index=\"{index}\""));
            }
        }
    }
    let name = name_at(file, first.element.start);
    let prefix = &name[..name.find(':').map_or(0, |colon| colon + 1)];
    let index = if is_first { 0 } else { texts.len() };
    let confidence = new
        .confidence
        .map_or_else(String::new, |c| format!(" conf=\"{c:.2}\""));
    let before = &file[..first.element.start];
    let indent = &before[before.trim_ascii_end().len()..];
    let text = format!(
        "<{name} index=\"{index}\"{confidence}><{prefix}Unicode>{}</{prefix}Unicode></{name}>",
        escape(new.text)
    );
    if is_first {
        let at = first.element.start;
        edits.push(at..at, text + indent);
    } else if let Some(last) = texts.last() {
        let at = last.element.end;
        edits.push(at..at, indent.to_owned() + &text);
    }
}

/// As much of the file as declares its version.
fn head(file: &str) -> &str {
    let mut end = file.len().min(2048);
    while !file.is_char_boundary(end) {
        end -= 1;
    }
    &file[..end]
}

/// The name of the tag that begins there.
fn name_at(file: &str, at: usize) -> &str {
    let rest = &file[at + 1..];
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>');
    &rest[..end.unwrap_or(rest.len())]
}

fn points_of(b: Bbox) -> String {
    let [left, top, right, bottom] = [b.left, b.top, b.right, b.bottom].map(f32::round);
    format!("{left},{top} {right},{top} {right},{bottom} {left},{bottom}")
}
