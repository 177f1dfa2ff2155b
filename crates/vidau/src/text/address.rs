//! Web and e-mail addresses.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What tells an address: a scheme, of whose slashes one may be lost; `@` and
/// a host, before which the mailbox stands; or a host under `www.` or under a
/// known last label, which may be that of a page cut off its address.
///
/// The last two labels of a host are not too short for a sentence end without
/// its blank ("x.vn"), and the last is of one case: in "a.org.vn.Theo" a
/// sentence begins behind it.
///
/// All matches of a line take linear time, since no match leaves anything
/// behind it through which it had to look. A pattern that began with the
/// mailbox would look for an `@` behind every host.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    let label = "[A-Za-z0-9_-]";
    let name = format!(r"(?:{label}+\.)*(?:{label}{{2,}}|{label}+\.{label})");
    let top = r"(?:[a-z]{2,6}|[A-Z]{2,6})";
    let known = "(?:vn|com|net|org|gov|edu|info|aspx|html?|php|jsp|pdf)";
    let pattern = format!(
        r"(?x-u) \b(?i:https?|ftp):/{{1,2}}[A-Za-z0-9]
        | @{name}\.{top}\b
        | \b(?i:www)\.{name}\.{top}\b
        | \b{name}\.{known}\b"
    );
    Regex::new(&pattern).expect("a sound pattern")
});

/// The first address in `line` that begins at `from` or later.
pub(super) fn next_address(line: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while let Some(found) = ADDRESS.find_at(line, at) {
        let (start, end) = (found.start(), found.end());
        let address = if found.as_str().starts_with('@') {
            mailbox_start(&line[from..start]).map(|mailbox| from + mailbox..end)
        } else if found.as_str().contains(":/") || line[end..].starts_with(['/', '?', ':']) {
            Some(start..tail_end(line, start))
        } else {
            Some(start..end).filter(|_| !is_mailbox(line, end))
        };
        match address {
            Some(address) if is_free(line, &address) => return Some(address),
            _ => at = end,
        }
    }
    None
}

/// Where the mailbox begins that `before` ends with.
fn mailbox_start(before: &str) -> Option<usize> {
    let inside = |c: char| c.is_ascii_alphanumeric() || ".-_+%".contains(c);
    let rest = before.trim_end_matches(inside);
    let mailbox = before[rest.len()..].trim_start_matches(['.', '-', '_', '+', '%']);
    // One letter is more likely half of a word: "x@".
    (mailbox.len() >= 2).then(|| before.len() - mailbox.len())
}

/// Whether what ends at `end` is the mailbox of an address.
fn is_mailbox(line: &str, end: usize) -> bool {
    line[end..].starts_with('@')
        && ADDRESS
            .find_at(line, end)
            .is_some_and(|next| next.start() == end)
}

/// Whether no letter or digit touches the range from outside.
fn is_free(line: &str, range: &Range<usize>) -> bool {
    !line[..range.start].ends_with(char::is_alphanumeric)
        && !line[range.end..].starts_with(char::is_alphanumeric)
}

/// The end of the address that begins at `start`, without the punctuation of
/// the sentence around it.
fn tail_end(line: &str, start: usize) -> usize {
    const SENTENCE: [char; 9] = ['.', ',', ';', ':', '!', '?', '\'', '*', ']'];
    let rest = &line[start..];
    let inside = |b: &u8| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(b);
    let length = rest.bytes().take_while(inside).count();
    let text = rest[..length].trim_end_matches(SENTENCE);
    let text = match text.contains('(') {
        true => text,
        false => text.split(')').next().unwrap_or(text),
    };
    start + text.trim_end_matches(SENTENCE).len()
}
