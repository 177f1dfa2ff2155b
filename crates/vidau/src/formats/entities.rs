//! Entities: `&amp;`, `&#7879;`, `&nbsp;`.

use std::ops::Range;

/// Letters of text with entities expanded, each with the bytes it stands in.
/// What is no known entity stays as it is. White space of the markup never
/// breaks a line of the document: it is a blank.
pub(super) fn chars(text: &str, range: Range<usize>) -> impl Iterator<Item = (char, Range<usize>)> {
    let mut at = range.start;
    let raw = &text[..range.end];
    std::iter::from_fn(move || {
        let rest = &raw[at..];
        let first = rest.chars().next()?;
        let start = at;
        let (c, length) = match first {
            '&' => entity(rest).unwrap_or((first, 1)),
            _ => (first, first.len_utf8()),
        };
        at += length;
        let c = if is_break(c) { ' ' } else { c };
        Some((c, start..at))
    })
}

fn is_break(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\x0b' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The entity at the start of the text, and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    // None is longer.
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
        None => named(name)?,
    };
    Some((c, end + 1))
}

fn named(name: &str) -> Option<char> {
    let at = NAMED.binary_search_by_key(&name, |n| n.0).ok()?;
    Some(NAMED[at].1)
}

/// The five of XML, and those of HTML that stand in Vietnamese text.
#[rustfmt::skip]
const NAMED: &[(&str, char)] = &[
    ("Aacute", 'Á'), ("Acirc", 'Â'), ("Agrave", 'À'), ("Atilde", 'Ã'), ("ETH", 'Ð'),
    ("Eacute", 'É'), ("Ecirc", 'Ê'), ("Egrave", 'È'), ("Iacute", 'Í'), ("Igrave", 'Ì'),
    ("Oacute", 'Ó'), ("Ocirc", 'Ô'), ("Ograve", 'Ò'), ("Otilde", 'Õ'), ("Uacute", 'Ú'),
    ("Ugrave", 'Ù'), ("Yacute", 'Ý'), ("aacute", 'á'), ("acirc", 'â'), ("agrave", 'à'),
    ("amp", '&'), ("apos", '\''), ("atilde", 'ã'), ("bull", '•'), ("copy", '©'), ("deg", '°'),
    ("eacute", 'é'), ("ecirc", 'ê'), ("egrave", 'è'), ("gt", '>'), ("hellip", '…'),
    ("iacute", 'í'), ("igrave", 'ì'), ("laquo", '«'), ("ldquo", '“'), ("lsquo", '‘'), ("lt", '<'),
    ("mdash", '—'), ("middot", '·'), ("nbsp", '\u{a0}'), ("ndash", '–'), ("oacute", 'ó'),
    ("ocirc", 'ô'), ("ograve", 'ò'), ("otilde", 'õ'), ("quot", '"'), ("raquo", '»'),
    ("rdquo", '”'), ("reg", '®'), ("rsquo", '’'), ("sect", '§'), ("shy", '\u{ad}'),
    ("times", '×'), ("uacute", 'ú'), ("ugrave", 'ù'), ("yacute", 'ý'),
];

/// Escapes text so that it may stand in an element or an attribute, whatever
/// the quotes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            // The only control characters that XML knows are white space.
            c if c.is_control() && !c.is_whitespace() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_searched() {
        assert!(NAMED.windows(2).all(|w| w[0].0 < w[1].0));
    }

    #[test]
    fn entities_expand_once_and_unknown_ones_stay() {
        let text = "a&amp;lt;&#7879;&#x1EC7;&x;& &#0;&#xD800;";
        let all: String = chars(text, 0..text.len()).map(|(c, _)| c).collect();
        assert_eq!(all, "a&lt;ệệ&x;& \0&#xD800;");
        let places: Vec<_> = chars("&lt;é", 0..6).map(|(_, r)| r).collect();
        assert_eq!(places, [0..4, 4..6]);
    }
}
