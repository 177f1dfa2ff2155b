//! Finds tags, attributes and text in markup, with their byte ranges.
//!
//! Nothing is built and no entity is expanded, so time and memory are linear in
//! the input whatever it declares. XML has to be well-formed as far as edits
//! depend on it; HTML may leave elements open.

use std::ops::Range;

use crate::error::{Error, Result};

/// More levels than any page has.
const DEEPEST: usize = 500;

/// A start tag.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) range: Range<usize>,
    name: Range<usize>,
    is_empty: bool,
}

impl Tag {
    /// Name without prefix.
    pub(super) fn name<'t>(&self, text: &'t str) -> &'t str {
        local(&text[self.name.clone()])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }
}

/// An attribute of the start tag met last.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: Range<usize>,
    /// Between the quotes.
    pub(super) value: Range<usize>,
    /// From the name to the closing quote.
    pub(super) range: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Event {
    Open(Tag),
    /// The element opened at this level (1 is the root) ends; `range` is its
    /// end tag, or nothing where there is none.
    Close {
        level: usize,
        range: Range<usize>,
    },
    /// Text with entities not expanded.
    Text(Range<usize>),
    /// Text that has none; no engine writes any, it stays as it is.
    Cdata,
}

/// What the markup may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Xml,
    Html,
}

#[derive(Debug)]
pub(super) struct Walker<'t> {
    text: &'t str,
    dialect: Dialect,
    at: usize,
    /// Names of the open elements.
    open: Vec<Range<usize>>,
    /// Elements above this level are to be closed, by this end tag.
    closing: Option<(usize, Range<usize>)>,
    attributes: Vec<Attribute>,
    seen_root: bool,
}

impl<'t> Walker<'t> {
    pub(super) fn new(text: &'t str, dialect: Dialect) -> Self {
        Self::within(text, 0, dialect)
    }

    /// Starts at a byte of the text.
    pub(super) fn within(text: &'t str, at: usize, dialect: Dialect) -> Self {
        Self {
            text,
            dialect,
            at,
            open: Vec::new(),
            closing: None,
            attributes: Vec::new(),
            seen_root: false,
        }
    }

    /// Elements open after the last event; after a `Close` the element is no
    /// longer among them.
    pub(super) fn level(&self) -> usize {
        self.open.len()
    }

    /// Attributes of the tag met last.
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The attribute of the tag met last, whatever its prefix and case.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        let is_named =
            |a: &&Attribute| local(&self.text[a.name.clone()]).eq_ignore_ascii_case(name);
        self.attributes.iter().find(is_named)
    }

    /// Its value with entities as they are.
    pub(super) fn value(&self, name: &str) -> Option<&'t str> {
        let value = self.attribute(name)?.value.clone();
        Some(&self.text[value])
    }

    /// Refuses a root of another name.
    pub(super) fn expect_root(&self, tag: &Tag, name: &str) -> Result<()> {
        let found = tag.name(self.text);
        if self.level() > 1 || found.eq_ignore_ascii_case(name) {
            return Ok(());
        }
        let problem = format!("the root is <{found}>, not <{name}>");
        Err(self.error(tag.range.start, problem))
    }

    pub(super) fn error(&self, at: usize, problem: impl Into<String>) -> Error {
        markup_error(self.text, at, problem)
    }

    pub(super) fn next(&mut self) -> Result<Option<Event>> {
        loop {
            if let Some(event) = self.close_next() {
                return Ok(Some(event));
            }
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return self.end();
            }
            if !rest.starts_with('<') {
                let end = self.at + rest.find('<').unwrap_or(rest.len());
                return self.put_text(end).map(Some);
            }
            if let Some(event) = self.markup()? {
                return Ok(Some(event));
            }
        }
    }

    fn end(&mut self) -> Result<Option<Event>> {
        if self.open.is_empty() {
            return Ok(None);
        }
        if self.dialect == Dialect::Xml {
            let name = &self.text[self.open[self.open.len() - 1].clone()];
            return Err(self.error(self.at, format!("truncated: <{name}> is not closed")));
        }
        self.closing = Some((0, self.at..self.at));
        Ok(self.close_next())
    }

    fn put_text(&mut self, end: usize) -> Result<Event> {
        let range = self.at..end;
        let is_outside = self.open.is_empty() && self.dialect == Dialect::Xml;
        if is_outside
            && !self.text[range.clone()]
                .trim_matches('\u{feff}')
                .trim()
                .is_empty()
        {
            return Err(self.error(self.at, "text outside the root element"));
        }
        self.at = end;
        Ok(Event::Text(range))
    }

    fn close_next(&mut self) -> Option<Event> {
        let (target, range) = self.closing.clone()?;
        let level = self.open.len();
        if level <= target {
            self.closing = None;
            return None;
        }
        self.open.pop();
        let is_last = level == target + 1;
        if is_last {
            self.closing = None;
        }
        Some(Event::Close {
            level,
            // Those closed with it have no end tag of their own.
            range: if is_last {
                range
            } else {
                range.start..range.start
            },
        })
    }

    /// At a `<`. `None` where what it begins is of no concern.
    fn markup(&mut self) -> Result<Option<Event>> {
        let start = self.at;
        let rest = &self.text[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let length = comment.find("-->");
            let length = length.ok_or_else(|| self.error(start, "comment without an end"))?;
            self.at += 4 + length + 3;
            return Ok(None);
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let length = data.find("]]>");
            let length = length.ok_or_else(|| self.error(start, "CDATA without an end"))?;
            self.at += 9 + length + 3;
            return Ok(Some(Event::Cdata));
        }
        if rest.starts_with("<?") {
            let end = if self.dialect == Dialect::Xml {
                "?>"
            } else {
                ">"
            };
            let length = rest.find(end);
            let length = length.ok_or_else(|| self.error(start, "<? without an end"))?;
            self.at += length + end.len();
            return Ok(None);
        }
        if rest.starts_with("<!") {
            self.declaration()?;
            return Ok(None);
        }
        if rest.starts_with("</") {
            return self.end_tag();
        }
        if rest[1..].starts_with(is_name_start) {
            if let Some(close) = self.close_implied() {
                return Ok(Some(close));
            }
            return self.start_tag().map(Some);
        }
        if self.dialect == Dialect::Html {
            let end = start + 1 + rest[1..].find('<').unwrap_or(rest.len() - 1);
            return self.put_text(end).map(Some);
        }
        Err(self.error(start, "a < that begins no tag"))
    }

    /// `<!DOCTYPE ...>`, or in HTML what browsers take for a comment.
    fn declaration(&mut self) -> Result<()> {
        let start = self.at;
        let is_comment = self.dialect == Dialect::Html
            && !self.text.as_bytes()[start + 2..]
                .get(..7)
                .is_some_and(|k| k.eq_ignore_ascii_case(b"doctype"));
        let end = match is_comment {
            true => self.text[start..].find('>').map(|n| start + n + 1),
            false => Some(skip_doctype(self.text, start)?),
        };
        self.at = end.ok_or_else(|| self.error(start, "<! without an end"))?;
        Ok(())
    }

    fn end_tag(&mut self) -> Result<Option<Event>> {
        let start = self.at;
        let rest = &self.text[start + 2..];
        let length = rest.find('>');
        let length = length.ok_or_else(|| self.error(start, "truncated within a tag"))?;
        let name = rest[..length].trim_end();
        self.at = start + 2 + length + 1;
        let is_same = |open: &Range<usize>| {
            let open = &self.text[open.clone()];
            match self.dialect {
                Dialect::Xml => open == name,
                Dialect::Html => open.eq_ignore_ascii_case(name),
            }
        };
        let last = match self.dialect {
            Dialect::Xml => self
                .open
                .last()
                .filter(|open| is_same(open))
                .map(|_| self.open.len() - 1),
            Dialect::Html => self.open.iter().rposition(is_same),
        };
        match (last, self.dialect) {
            (Some(last), _) => {
                self.closing = Some((last, start..self.at));
                Ok(self.close_next())
            }
            (None, Dialect::Html) => Ok(None),
            (None, Dialect::Xml) => {
                let open = self.open.last().map(|o| &self.text[o.clone()]);
                Err(self.error(
                    start,
                    match open {
                        Some(open) => format!("</{name}> where <{open}> is open"),
                        None => format!("</{name}> where nothing is open"),
                    },
                ))
            }
        }
    }

    /// A paragraph that begins ends the one before, in HTML.
    fn close_implied(&mut self) -> Option<Event> {
        if self.dialect == Dialect::Xml {
            return None;
        }
        let new = &self.text[self.at + 1..self.skip_name(self.at + 1)];
        let open = &self.text[self.open.last()?.clone()];
        let is_implied = ["p", "li", "tr", "td", "th", "option"]
            .iter()
            .any(|n| n.eq_ignore_ascii_case(new) && n.eq_ignore_ascii_case(open));
        if !is_implied {
            return None;
        }
        self.closing = Some((self.open.len() - 1, self.at..self.at));
        self.close_next()
    }

    fn start_tag(&mut self) -> Result<Event> {
        let start = self.at;
        let name = start + 1..self.skip_name(start + 1);
        self.attributes.clear();
        let mut at = name.end;
        let is_empty = loop {
            at = self.skip_blanks(at);
            match self.byte(at, start)? {
                b'>' => break false,
                b'/' if self.byte(at + 1, start)? == b'>' => {
                    at += 1;
                    break true;
                }
                b'/' if self.dialect == Dialect::Html => at += 1,
                _ => at = self.push_attribute(at, start)?,
            }
        };
        self.at = at + 1;
        let text = self.text;
        let local_name = local(&text[name.clone()]);
        if self.open.is_empty() && self.dialect == Dialect::Xml {
            if self.seen_root {
                return Err(self.error(start, "a second root element"));
            }
            self.seen_root = true;
        }
        if self.open.len() >= DEEPEST {
            return Err(self.error(start, format!("more than {DEEPEST} levels of elements")));
        }
        self.open.push(name.clone());
        let level = self.open.len();
        let tag = Tag {
            range: start..self.at,
            name,
            is_empty: is_empty || self.dialect == Dialect::Html && is_void(local_name),
        };
        if tag.is_empty {
            self.closing = Some((level - 1, self.at..self.at));
        } else if self.dialect == Dialect::Html && is_raw(local_name) {
            self.skip_raw(local_name);
        }
        Ok(Event::Open(tag))
    }

    /// Reads an attribute that begins at `at`; returns where it ends.
    fn push_attribute(&mut self, at: usize, tag: usize) -> Result<usize> {
        let name = at..self.skip_name(at);
        if name.is_empty() {
            if self.dialect == Dialect::Html {
                let c = self.text[at..].chars().next();
                return Ok(at + c.map_or(1, char::len_utf8));
            }
            return Err(self.error(at, "not an attribute"));
        }
        let equals = self.skip_blanks(name.end);
        if self.byte(equals, tag)? != b'=' {
            if self.dialect == Dialect::Xml {
                return Err(self.error(at, "an attribute without a value"));
            }
            return Ok(name.end);
        }
        let start = self.skip_blanks(equals + 1);
        let quote = self.byte(start, tag)?;
        let (value, end) = if matches!(quote, b'"' | b'\'') {
            let length = self.text[start + 1..].find(quote as char);
            let length = length.ok_or_else(|| self.error(at, "an attribute without an end"))?;
            let value = start + 1..start + 1 + length;
            if self.dialect == Dialect::Xml && self.text[value.clone()].contains('<') {
                return Err(self.error(at, "a < within an attribute"));
            }
            (value.clone(), value.end + 1)
        } else if self.dialect == Dialect::Html {
            let length = self.text[start..].find(|c: char| c.is_ascii_whitespace() || c == '>');
            let length = length.ok_or_else(|| self.error(at, "truncated within a tag"))?;
            (start..start + length, start + length)
        } else {
            return Err(self.error(at, "an attribute without quotes"));
        };
        self.attributes.push(Attribute {
            range: name.start..end,
            name,
            value,
        });
        Ok(end)
    }

    fn byte(&self, at: usize, tag: usize) -> Result<u8> {
        let byte = self.text.as_bytes().get(at).copied();
        byte.ok_or_else(|| self.error(tag, "truncated within a tag"))
    }

    fn skip_blanks(&self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
    }

    fn skip_name(&self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        let is_name = |b: &&u8| !b.is_ascii_whitespace() && !b"=/<>\"'".contains(b);
        at + rest.iter().take_while(is_name).count()
    }

    /// Scripts and styles are no markup up to their end tag.
    fn skip_raw(&mut self, name: &str) {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while let Some(found) = self.text[at..].find("</") {
            at += found;
            let end = at + 2 + name.len();
            if bytes
                .get(at + 2..end)
                .is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            {
                break;
            }
            at += 2;
        }
        self.at = at;
    }
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

fn is_void(name: &str) -> bool {
    [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr",
    ]
    .iter()
    .any(|v| v.eq_ignore_ascii_case(name))
}

fn is_raw(name: &str) -> bool {
    ["script", "style"]
        .iter()
        .any(|v| v.eq_ignore_ascii_case(name))
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Where the declaration that begins at `start` ends. Its entities would have to
/// be expanded to be corrected; no OCR engine declares any.
pub(super) fn skip_doctype(text: &str, start: usize) -> Result<usize> {
    let (mut at, mut depth) = (start + 2, 0usize);
    while let Some(found) = text[at..].find(['"', '\'', '<', '>']) {
        at += found;
        let rest = &text[at..];
        let mut skip = |begin: &str, end: &str| {
            let length = rest[begin.len()..]
                .find(end)
                .ok_or_else(|| markup_error(text, at, format!("{begin} without an end")))?;
            at += begin.len() + length + end.len();
            Ok(())
        };
        match rest.as_bytes() {
            [b'"', ..] => skip("\"", "\"")?,
            [b'\'', ..] => skip("'", "'")?,
            [b'<', b'!', b'-', b'-', ..] => skip("<!--", "-->")?,
            [b'<', b'?', ..] => skip("<?", "?>")?,
            [b'<', ..] if rest.starts_with("<!ENTITY") => {
                let problem = "declares entities, which are not read";
                return Err(markup_error(text, at, problem));
            }
            [b'<', ..] => {
                depth += 1;
                at += 1;
            }
            _ if depth == 0 => return Ok(at + 1),
            _ => {
                depth -= 1;
                at += 1;
            }
        }
    }
    Err(markup_error(text, start, "<! without an end"))
}

/// An error at a byte of the text.
pub(super) fn markup_error(text: &str, at: usize, problem: impl Into<String>) -> Error {
    let before = &text.as_bytes()[..at.min(text.len())];
    Error::Markup {
        line: before.iter().filter(|&&b| b == b'\n').count() as u64 + 1,
        offset: at as u64,
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, dialect: Dialect) -> String {
        let mut walker = Walker::new(text, dialect);
        let mut out = String::new();
        loop {
            match walker.next() {
                Ok(None) => return out,
                Ok(Some(Event::Open(tag))) => {
                    out += &format!("<{}", tag.name(text));
                    for a in walker.attributes() {
                        out += &format!(" {}={}", &text[a.name.clone()], &text[a.value.clone()]);
                    }
                    out += ">";
                }
                Ok(Some(Event::Close { level, range })) => {
                    out += &format!("[{level}{}]", &text[range]);
                }
                Ok(Some(Event::Text(range))) => out += &text[range],
                Ok(Some(Event::Cdata)) => out += "!",
                Err(e) => return format!("{out} {e}"),
            }
        }
    }

    #[test]
    fn xml_in_order() {
        let cases = [
            ("<a:b c='1' d = \"&gt;>\"/>", "<b c=1 d=&gt;>>[1]"),
            ("<?x?><!-- < --><a>t<![CDATA[<]]></a>\n", "<a>t![1</a>]\n"),
            (
                "<!DOCTYPE a [<!-- it's > --><!ELEMENT b ANY><?c '?>]><a/>",
                "<a>[1]",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, Dialect::Xml), expected);
        }
    }

    #[test]
    fn what_is_no_xml_is_an_error() {
        for (text, problem) in [
            ("<a>", "truncated: <a>"),
            ("<a><b></a>", "</a> where <b>"),
            ("</a>", "nothing is open"),
            ("<a/><b/>", "second root"),
            ("<a/>x", "outside"),
            ("<a b=c/>", "quotes"),
            ("<a b/>", "value"),
            ("<a b='", "without an end"),
            ("<a ", "truncated"),
            ("<a", "truncated"),
            ("<a b='<'/>", "<"),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "entities"),
            (
                "<!DOCTYPE a [<!-- it's --><!ENTITY % b 'c'>]><a/>",
                "entities",
            ),
            ("<!DOCTYPE a [<!-- ]><a/>", "<!-- without an end"),
            ("<!DOCTYPE a \"x><a/>", "without an end"),
            ("<!-- ", "comment"),
            ("< a/>", "begins no tag"),
        ] {
            let shown = shown(text, Dialect::Xml);
            assert!(shown.contains(problem), "{text}: {shown}");
        }
        let deep = "<a>".repeat(10_000);
        assert!(shown(&deep, Dialect::Xml).contains("levels"));
    }

    #[test]
    fn html_leaves_things_out() {
        let cases = [
            ("<META a=b/c><p>x<br>y", "<META a=b/c>[1]<p>x<br>[2]y[1]"),
            ("<p><b>x</p></i>y", "<p><b>x[2][1</p>]y"),
            ("<script>a<b</p></SCRIPT>1 < 2", "<script>[1</SCRIPT>]1 < 2"),
            ("<p>x<P>y", "<p>x[1]<P>y[1]"),
            ("<a b checked c=\"d\">", "<a c=d>[1]"),
            ("<!DOCTYPE html><![if it's]><p>", "<p>[1]"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, Dialect::Html), expected, "{text}");
        }
    }
}
