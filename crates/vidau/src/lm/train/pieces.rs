//! Interim splitting of a line into what the model has ids for.

use crate::lm::vocab::{CODE, COMMA, NUMBER, STOP, UNKNOWN};

/// What a stretch of a line is to the model.
pub(super) enum Piece<'a> {
    /// A reserved id.
    Id(u16),
    /// A word, as written.
    Word(&'a str),
}

pub(super) fn pieces<'a>(line: &'a str, mut f: impl FnMut(Piece<'a>)) {
    for chunk in line.split_whitespace() {
        let core = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        let digits = core.bytes().any(|b| b.is_ascii_digit());
        let start = core.as_ptr() as usize - chunk.as_ptr() as usize;
        let whole = if core.is_empty() {
            None
        } else if chunk.contains("://") || chunk.contains("www.") || chunk.contains('@') {
            Some(UNKNOWN)
        } else if digits
            && core
                .bytes()
                .all(|b| b.is_ascii_digit() || b".,:/-%".contains(&b))
        {
            Some(NUMBER)
        } else if digits && core.contains(['/', '-']) {
            Some(CODE)
        } else if digits && core.chars().all(char::is_alphanumeric) {
            Some(UNKNOWN)
        } else {
            None
        };
        match whole {
            Some(id) => {
                runs(&chunk[..start], &mut f);
                f(Piece::Id(id));
                runs(&chunk[start + core.len()..], &mut f);
            }
            None => runs(chunk, &mut f),
        }
    }
}

fn runs<'a>(text: &'a str, f: &mut impl FnMut(Piece<'a>)) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_alphanumeric() {
            let end = rest
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len());
            let run = &rest[..end];
            rest = &rest[end..];
            if run.bytes().all(|b| b.is_ascii_digit()) {
                f(Piece::Id(NUMBER));
            } else if run.bytes().any(|b| b.is_ascii_digit()) {
                f(Piece::Id(UNKNOWN));
            } else {
                f(Piece::Word(run));
            }
        } else {
            match c {
                ',' => f(Piece::Id(COMMA)),
                '.' | ';' | ':' | '!' | '?' | '…' => f(Piece::Id(STOP)),
                _ => {}
            }
            rest = &rest[c.len_utf8()..];
        }
    }
}

/// Lower case with the tone mark of oa, oe, uy on the first vowel.
pub(super) fn fold(word: &str) -> String {
    let lower = word.to_lowercase();
    const PAIRS: [(&str, &str); 15] = [
        ("oà", "òa"),
        ("oá", "óa"),
        ("oả", "ỏa"),
        ("oã", "õa"),
        ("oạ", "ọa"),
        ("oè", "òe"),
        ("oé", "óe"),
        ("oẻ", "ỏe"),
        ("oẽ", "õe"),
        ("oẹ", "ọe"),
        ("uỳ", "ùy"),
        ("uý", "úy"),
        ("uỷ", "ủy"),
        ("uỹ", "ũy"),
        ("uỵ", "ụy"),
    ];
    for (new, old) in PAIRS {
        if let Some(stem) = lower.strip_suffix(new) {
            if !(new.starts_with('u') && stem.ends_with('q')) {
                return format!("{stem}{old}");
            }
        }
    }
    lower
}
