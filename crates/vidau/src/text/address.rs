//! Web and e-mail addresses.

use std::ops::Range;

const SCHEMES: [&str; 3] = ["http", "https", "ftp"];
/// Last labels that make an address of a name without a scheme.
const DOMAINS: [&str; 7] = ["vn", "com", "net", "org", "gov", "edu", "info"];
/// The same of a page's name, the rest of an address that was cut before it.
const PAGES: [&str; 6] = ["aspx", "html", "htm", "php", "jsp", "pdf"];

/// The first address in `line` that begins at `from` or later.
pub(super) fn next_address(line: &str, from: usize) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        let end = at + name_length(&bytes[at..]);
        if end == at {
            at += 1;
            continue;
        }
        if let Some(found) = address_in(line, at..end) {
            return Some(found);
        }
        at = end;
    }
    None
}

/// How many characters of names and mailboxes stand at the beginning.
fn name_length(bytes: &[u8]) -> usize {
    let inside = |b: &&u8| b.is_ascii_alphanumeric() || b"@.-_+%".contains(b);
    bytes.iter().take_while(inside).count()
}

/// The first address that begins in `name`, a longest stretch of name characters.
fn address_in(line: &str, name: Range<usize>) -> Option<Range<usize>> {
    let (start, end) = (name.start, name.end);
    let text = &line[name];
    if line[end..].starts_with("://") {
        let scheme = text.rfind(|c: char| !c.is_ascii_alphabetic());
        let begin = start + scheme.map_or(0, |i| i + 1);
        let known = |scheme: &&str| scheme.eq_ignore_ascii_case(&line[begin..end]);
        let named = |c: char| c.is_ascii_alphanumeric();
        if SCHEMES.iter().any(known)
            && line[end + 3..].starts_with(named)
            && is_free(line, begin..end)
        {
            return Some(begin..tail_end(line, begin));
        }
    }
    if let Some(found) = mail_in(line, text, start) {
        return Some(found);
    }
    let host_end = start + text.trim_end_matches(['.', '-', '_', '+', '%', '@']).len();
    let host = &line[start..host_end];
    let web = host
        .get(..4)
        .is_some_and(|w| w.eq_ignore_ascii_case("www."));
    if (web || has_known_end(host)) && is_free(line, start..end) && is_host(host) {
        let path = host_end == end && line[end..].starts_with(['/', '?', ':']);
        return Some(
            start..if path {
                tail_end(line, start)
            } else {
                host_end
            },
        );
    }
    None
}

/// An e-mail address in `text`, which begins at `start`.
fn mail_in(line: &str, text: &str, start: usize) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|i| from + i) {
        let mailbox = text[from..at].trim_start_matches(['.', '-', '_', '+', '%']);
        let rest = &text[at + 1..];
        let host = &rest[..rest.find('@').unwrap_or(rest.len())];
        let host = host.trim_end_matches(['.', '-', '_', '+', '%']);
        let range = start + at - mailbox.len()..start + at + 1 + host.len();
        if mailbox.len() >= 2 && is_host(host) && is_free(line, range.clone()) {
            return Some(range);
        }
        from = at + 1;
    }
    None
}

/// Whether no letter or digit touches the range from outside.
fn is_free(line: &str, range: Range<usize>) -> bool {
    !line[..range.start].ends_with(char::is_alphanumeric)
        && !line[range.end..].starts_with(char::is_alphanumeric)
}

/// Labels with dots between, the last two not too short to be a sentence end
/// without its blank.
fn is_host(host: &str) -> bool {
    let part = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let labelled = host
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(part));
    let mut labels = host.rsplit('.');
    let (top, name) = (labels.next(), labels.next());
    labelled
        && top.is_some_and(|t| {
            (2..=6).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphabetic())
        })
        && name.is_some_and(|n| n.len() >= 2 || host.len() > 4 + n.len() && labels.next().is_some())
}

fn has_known_end(host: &str) -> bool {
    host.rsplit_once('.')
        .is_some_and(|(_, top)| DOMAINS.contains(&top) || PAGES.contains(&top))
}

/// The end of the address that begins at `start`, without the punctuation of
/// the sentence around it.
fn tail_end(line: &str, start: usize) -> usize {
    let rest = &line[start..];
    let inside = |b: &u8| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(b);
    let length = rest.bytes().take_while(inside).count();
    let text = rest[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', ']']);
    let open = text.contains('(');
    let text = if open {
        text
    } else {
        text.split(')').next().unwrap_or(text)
    };
    start
        + text
            .trim_end_matches(['.', ',', ';', ':', '!', '?', '\''])
            .len()
}
