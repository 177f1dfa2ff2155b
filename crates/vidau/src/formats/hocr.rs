//! hOCR: HTML whose classes and titles say what was read where.

use std::ops::Range;

use super::builder::Builder;
use super::entities::escape;
use super::glyphs::Glyphs;
use super::splice::{Edits, Rewrite, Shape};
use super::xml::{Dialect, Event, Tag, Walker};
use super::{Bbox, Level, Record, Word};
use crate::error::Result;

/// Well-formed files are held to it, so that a truncated one is found out.
pub(super) fn dialect(text: &str) -> Dialect {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("<?xml") {
        Dialect::Xml
    } else {
        Dialect::Html
    }
}

pub(super) fn scan(text: &str) -> Result<Builder> {
    Scanner {
        walker: Walker::new(text, dialect(text)),
        text,
        builder: Builder::default(),
        word: None,
        line: None,
        silent: None,
        has_classes: false,
    }
    .scan()
}

struct Scanner<'t> {
    walker: Walker<'t>,
    text: &'t str,
    builder: Builder,
    word: Option<Open>,
    line: Option<Open>,
    /// Level of the element whose text is not the word's.
    silent: Option<usize>,
    has_classes: bool,
}

/// A word or line that is open.
struct Open {
    level: usize,
    element: Range<usize>,
    texts: Vec<Range<usize>>,
    id: Option<String>,
    bbox: Option<Bbox>,
    confidence: Option<f32>,
    glyphs: Glyphs,
    words_before: usize,
}

impl Scanner<'_> {
    fn scan(mut self) -> Result<Builder> {
        while let Some(event) = self.walker.next()? {
            match event {
                Event::Open(tag) => self.open(&tag),
                Event::Close { level, range } => self.close(level, range.end),
                Event::Text(range) => self.put(range),
                Event::Cdata => {}
            }
        }
        if !self.has_classes {
            return Err(self
                .walker
                .error(0, "HTML without hOCR's classes (ocr_page, ocrx_word)"));
        }
        Ok(self.builder)
    }

    fn open(&mut self, tag: &Tag) {
        let level = self.walker.level();
        let class = self.walker.value("class").unwrap_or_default();
        let title = self.walker.value("title").unwrap_or_default();
        let is = |name: &str| class.split_ascii_whitespace().any(|c| c == name);
        self.has_classes |= class.starts_with("ocr");
        if self.silent.is_some() {
            if is("ocrx_cinfo")
                && let Some(word) = &mut self.word
            {
                let confidence = numbers(title, "x_confs").next();
                word.glyphs.begin_choice(confidence.map(|c| c / 100.0));
            }
            return;
        }
        if self.word.is_some() {
            // Glyphs with a place of their own are the word's text; choices
            // without are not, nor is what the word is not taken for.
            let name = tag.name(self.text);
            let is_choice = is("ocrx_cinfo") && property(title, "x_bboxes").is_none();
            if is_choice || name.eq_ignore_ascii_case("del") || is_raw(name) {
                self.silent = Some(level);
                if let Some(word) = &mut self.word
                    && is_choice
                {
                    word.glyphs.begin_glyph();
                }
            }
            return;
        }
        if is("ocrx_word") || is("ocr_word") {
            self.word = Some(self.begin(tag, title));
        } else if is_any(class, &LINES) {
            self.builder.begin(Level::Line);
            self.line = Some(self.begin(tag, title));
        } else if is("ocr_par") {
            self.builder.begin(Level::Paragraph);
        } else if is_any(class, &BLOCKS) {
            self.builder.begin(Level::Block);
        } else if is("ocr_page") {
            self.builder.begin(Level::Page);
        } else if is_raw(tag.name(self.text)) {
            self.silent = Some(level);
        }
    }

    fn begin(&self, tag: &Tag, title: &str) -> Open {
        let [left, top, right, bottom] = {
            let mut n = numbers(title, "bbox");
            [(); 4].map(|()| n.next().unwrap_or(f32::NAN))
        };
        Open {
            level: self.walker.level(),
            element: tag.range.clone(),
            texts: Vec::new(),
            id: self.walker.value("id").map(str::to_owned),
            bbox: Bbox::of_edges(left, top, right, bottom),
            confidence: numbers(title, "x_wconf").next().map(|c| c / 100.0),
            glyphs: Glyphs::default(),
            words_before: self.builder.words(),
        }
    }

    fn put(&mut self, range: Range<usize>) {
        if self.silent.is_some() {
            if let Some(word) = &mut self.word {
                word.glyphs.put_choice(self.text[range].trim());
            }
            return;
        }
        if self.text[range.clone()].trim().is_empty() {
            return;
        }
        if let Some(open) = self.word.as_mut().or(self.line.as_mut()) {
            open.texts.push(range);
        }
    }

    fn close(&mut self, level: usize, end: usize) {
        if self.silent == Some(level) {
            self.silent = None;
        }
        if self.word.as_ref().is_some_and(|w| w.level == level)
            && let Some(mut word) = self.word.take()
        {
            word.element.end = end;
            let glyphs = std::mem::take(&mut word.glyphs);
            self.builder.push_word(
                self.text,
                word.element,
                &word.texts,
                word.id,
                word.bbox,
                word.confidence,
                |word| glyphs.readings(word),
            );
        }
        if self.line.as_ref().is_some_and(|l| l.level == level)
            && let Some(line) = self.line.take()
        {
            // A line whose words are not marked is text as it stands.
            if self.builder.words() == line.words_before {
                for text in line.texts {
                    self.builder.push_bare(self.text, text, line.bbox);
                }
            }
            self.builder.end(Level::Line);
        }
    }
}

const LINES: [&str; 6] = [
    "ocr_line",
    "ocrx_line",
    "ocr_header",
    "ocr_footer",
    "ocr_caption",
    "ocr_textfloat",
];
const BLOCKS: [&str; 4] = ["ocr_carea", "ocrx_block", "ocr_column", "ocr_table"];

fn is_any(class: &str, names: &[&str]) -> bool {
    class.split_ascii_whitespace().any(|c| names.contains(&c))
}

fn is_raw(name: &str) -> bool {
    ["script", "style", "title"]
        .iter()
        .any(|n| n.eq_ignore_ascii_case(name))
}

/// What follows a property's name in a title: `bbox 1 2 3 4; x_wconf 9`.
pub(super) fn property<'t>(title: &'t str, name: &str) -> Option<&'t str> {
    title.split(';').find_map(|p| {
        let rest = p.trim_start().strip_prefix(name)?;
        rest.starts_with(|c: char| c.is_ascii_whitespace())
            .then_some(rest.trim())
    })
}

fn numbers<'t>(title: &'t str, name: &str) -> impl Iterator<Item = f32> + use<'t> {
    property(title, name)
        .unwrap_or_default()
        .split_ascii_whitespace()
        .map_while(|n| n.parse().ok())
}

/// Edits that make a word another.
pub(super) fn rewrite(file: &str, word: &Word, new: &Rewrite<'_>, edits: &mut Edits) {
    let Some(element) = word.element.clone() else {
        return;
    };
    let mut walker = Walker::within(file, element.start, dialect(file));
    let mut glyphs: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    while let Ok(Some(event)) = walker.next() {
        match event {
            Event::Open(tag) if walker.level() == 1 => {
                if let Some(shape) = &new.shape {
                    reshape(file, &walker, shape, edits);
                }
                if tag.is_empty() {
                    break;
                }
            }
            Event::Open(tag) => {
                let class = walker.value("class").unwrap_or_default();
                let is_glyph = class.split_ascii_whitespace().any(|c| c == "ocrx_cinfo");
                if is_glyph && open.is_none() {
                    open = Some((walker.level(), tag.range.start));
                }
            }
            Event::Close { level, range } => {
                if let Some((_, start)) = open.filter(|o| o.0 == level) {
                    glyphs.push(start..range.end);
                    open = None;
                }
                if level == 1 {
                    break;
                }
            }
            Event::Text(_) | Event::Cdata => {}
        }
    }
    let holds = |glyph: &Range<usize>, text: &Range<usize>| {
        glyph.start <= text.start && text.end <= glyph.end
    };
    let Some(first) = word.texts.first() else {
        return;
    };
    let markup = (new.record == Record::Annotate).then(|| alternatives(new));
    let mut is_put = false;
    for glyph in &glyphs {
        // What was read letter by letter is not so any longer.
        if holds(glyph, first) {
            let text = markup.clone().unwrap_or_else(|| escape(new.text));
            edits.push(glyph.clone(), text);
            is_put = true;
        } else {
            edits.remove(file, glyph);
        }
    }
    let mut rest = word
        .texts
        .iter()
        .filter(|t| !glyphs.iter().any(|g| holds(g, t)));
    if !is_put && let Some(text) = rest.next() {
        match markup {
            Some(markup) => edits.push(text.clone(), markup),
            None => edits.push_text(file, text.clone(), new.text, false),
        }
    }
    for text in rest {
        edits.push(text.clone(), "");
    }
}

/// Both readings, the likelier first, as the format has it.
fn alternatives(new: &Rewrite<'_>) -> String {
    let cost = |p: f32| format!("{:.2}", -p.clamp(0.005, 1.0).ln().min(-0.0));
    let title =
        |p: Option<f32>| p.map_or_else(String::new, |p| format!(" title=\"nlp {}\"", cost(p)));
    format!(
        "<span class=\"alternatives\"><ins class=\"alt\"{}>{}</ins><del class=\"alt\"{}>{}</del></span>",
        title(new.confidence),
        escape(new.text),
        title(new.confidence.map(|c| 1.0 - c)),
        escape(new.original),
    )
}

fn reshape(file: &str, walker: &Walker<'_>, shape: &Shape, edits: &mut Edits) {
    if let Some(id) = &shape.new_id
        && let Some(attribute) = walker.attribute("id")
    {
        edits.push(attribute.value.clone(), escape(id));
    }
    let Some(title) = walker.attribute("title").map(|a| a.value.clone()) else {
        return;
    };
    let text = &file[title.clone()];
    let mut set = |name: &str, value: String| {
        if let Some(old) = property(text, name) {
            let start = title.start + (old.as_ptr() as usize - text.as_ptr() as usize);
            edits.push(start..start + old.len(), value);
        }
    };
    if let Some(b) = shape.bbox {
        let [left, top, right, bottom] =
            [b.left, b.top, b.right, b.bottom].map(|edge| edge.round() as i64);
        set("bbox", format!("{left} {top} {right} {bottom}"));
    }
    if let Some(confidence) = shape.engine_confidence {
        set("x_wconf", format!("{}", (confidence * 100.0).round()));
    }
}
