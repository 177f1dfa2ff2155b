//! Which format a file is in, by its content.

use super::Format;
use super::xml::{local, skip_doctype};

impl Format {
    /// The format of a text. `None`: markup that is no known format.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.starts_with("level\tpage_num\t") {
            return Some(Self::Tsv);
        }
        match root(text)? {
            Root::None => Some(Self::Text),
            Root::Named(name) => known(name),
        }
    }
}

enum Root<'t> {
    /// The text is no markup.
    None,
    Named(&'t str),
}

/// The first element after declarations and comments; `None` where markup
/// begins and no element is met.
fn root(text: &str) -> Option<Root<'_>> {
    let text = text.trim_start();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let is_first = rest.len() == text.len();
        let Some(tag) = rest.strip_prefix('<') else {
            return is_first.then_some(Root::None);
        };
        if tag.starts_with("!--") {
            rest = &tag[tag.find("-->")? + 3..];
        } else if tag.starts_with('?') {
            rest = &tag[tag.find("?>")? + 2..];
        } else if let Some(name) = doctype(tag) {
            // HTML need not have the element of that name.
            if known(name).is_some() {
                return Some(Root::Named(name));
            }
            rest = &rest[skip_doctype(rest, 0).ok()?..];
        } else {
            let name = name(tag);
            let is_element = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
            return match (is_element, is_first) {
                // "<5 %" and "<Tên>" stand in text, too: without a declaration
                // only names that the formats use make it markup.
                (true, true) if known(name).is_none() => Some(Root::None),
                (true, _) => Some(Root::Named(name)),
                (false, true) => Some(Root::None),
                (false, false) => None,
            };
        }
    }
}

/// The name that a document type declaration gives to the root.
fn doctype(tag: &str) -> Option<&str> {
    let keyword = "!doctype";
    let is_one = tag.get(..keyword.len())?.eq_ignore_ascii_case(keyword);
    is_one.then(|| name(tag[keyword.len()..].trim_start()))
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_:.-".contains(c)));
    &text[..end.unwrap_or(text.len())]
}

/// The format whose files have a root of this name.
fn known(name: &str) -> Option<Format> {
    Some(match local(name).to_ascii_lowercase().as_str() {
        "alto" => Format::Alto,
        "pcgts" => Format::Page,
        "html" | "head" | "body" | "div" | "meta" | "title" => Format::Hocr,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_content() {
        let cases = [
            ("", Some(Format::Text)),
            ("Thuc hien\n", Some(Format::Text)),
            ("<5 % dan so", Some(Format::Text)),
            ("<Ten> la", Some(Format::Text)),
            (
                "<?xml version=\"1.0\"?>\n<!-- x --><alto xmlns='u'>",
                Some(Format::Alto),
            ),
            ("\u{feff}<a:alto>", Some(Format::Alto)),
            ("<PcGts xmlns='u'>", Some(Format::Page)),
            ("<!DOCTYPE html PUBLIC \"x\">\n<p>", Some(Format::Hocr)),
            ("<!doctype html><p>", Some(Format::Hocr)),
            ("<html>", Some(Format::Hocr)),
            ("<?xml version='1.0'?><svg>", None),
            ("<?xml version='1.0'?>", None),
            ("level\tpage_num\tblock_num\n", Some(Format::Tsv)),
            (
                "<!DOCTYPE page PUBLIC \"a > b\" 'c'>\n<?x y?><PcGts>",
                Some(Format::Page),
            ),
            (
                "<?xml version='1.0'?><!DOCTYPE a [\n<!ELEMENT a ANY> <!-- it's ]> --> \
                 <?it's ]>?> ]>\n<!-- x --><alto>",
                Some(Format::Alto),
            ),
            ("<!DOCTYPE a [<!ELEMENT a ANY>", None),
        ];
        for (text, format) in cases {
            assert_eq!(Format::detect(text), format, "{text}");
        }
        let long = format!("<!--{}--><alto>", " x".repeat(10_000));
        assert_eq!(Format::detect(&long), Some(Format::Alto));
    }
}
