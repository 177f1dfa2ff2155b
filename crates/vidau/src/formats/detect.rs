//! Which format a file is in, by its content.

use super::Format;

/// As much of a file as may stand before what tells its format.
const LOOK_AT: usize = 4096;

impl Format {
    /// The format of a text. `None`: markup that is no known format.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.starts_with("level\tpage_num\t") {
            return Some(Self::Tsv);
        }
        let text = text.trim_start();
        let mut end = text.len().min(LOOK_AT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = text[..end].to_ascii_lowercase();
        match root(&head)? {
            Root::None => Some(Self::Text),
            Root::Named(name) => match name.rsplit(':').next().unwrap_or(name) {
                "alto" => Some(Self::Alto),
                "pcgts" => Some(Self::Page),
                "html" | "head" | "body" | "div" | "meta" | "title" => Some(Self::Hocr),
                _ => None,
            },
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
fn root(head: &str) -> Option<Root<'_>> {
    let mut rest = head;
    loop {
        rest = rest.trim_start();
        let is_first = rest.len() == head.len();
        let Some(tag) = rest.strip_prefix('<') else {
            return is_first.then_some(Root::None);
        };
        if tag.starts_with("!--") {
            rest = &tag[tag.find("-->")? + 3..];
        } else if tag.starts_with('?') {
            rest = &tag[tag.find("?>")? + 2..];
        } else if let Some(doctype) = tag.strip_prefix("!doctype") {
            let is_end = |c: char| c.is_whitespace() || "[>".contains(c);
            let name = doctype.trim_start().split(is_end).next();
            if let Some(name) = name.filter(|name| is_known(name)) {
                return Some(Root::Named(name));
            }
            rest = &tag[tag.find('>')? + 1..];
        } else {
            let end = tag.find(|c: char| !(c.is_alphanumeric() || "_:.-".contains(c)));
            let name = &tag[..end.unwrap_or(tag.len())];
            let is_element = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
            return match (is_element, is_first) {
                // "<5 %" and the like stand in text, too.
                (false, true) => Some(Root::None),
                (false, false) => None,
                (true, _) => Some(known(name, is_first)),
            };
        }
    }
}

/// A text may begin with `<Tên>`: without a declaration, only names that the
/// formats use make it markup.
fn known(name: &str, is_first: bool) -> Root<'_> {
    if is_first && !is_known(name) {
        return Root::None;
    }
    Root::Named(name)
}

fn is_known(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name);
    [
        "alto", "pcgts", "html", "head", "body", "div", "meta", "title",
    ]
    .contains(&local)
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
        ];
        for (text, format) in cases {
            assert_eq!(Format::detect(text), format, "{text}");
        }
    }
}
