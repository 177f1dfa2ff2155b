//! What a token is made of, as the figures see it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Text as it is compared: NFC, no byte order marks, every line end and form
/// feed a `\n`.
pub(super) fn comparable(text: &str) -> String {
    let nfc: String = text.nfc().filter(|&c| c != '\u{feff}').collect();
    nfc.replace("\r\n", "\n").replace(['\r', '\x0c'], "\n")
}

/// The tokens between white space.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    // The information separators are blanks to most tools that count words,
    // but not by the Unicode property.
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\x1c'..='\x1f');
    text.split(is_blank).filter(|t| !t.is_empty()).collect()
}

/// Takes every diacritic off and turns đ into d; case stays.
#[must_use]
pub fn strip_marks(text: &str) -> String {
    text.nfd()
        .filter(|&c| canonical_combining_class(c) == 0)
        .map(|c| match c {
            'đ' => 'd',
            'Đ' => 'D',
            other => other,
        })
        .collect()
}

/// Base letters in lower case: two tokens that agree here differ in marks or
/// case only.
pub(super) fn bare(token: &str) -> String {
    strip_marks(token).to_lowercase()
}

/// A decimal digit.
fn is_decimal(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '０'..='９')
}

/// Decimal digits and their raised, lowered and circled forms (m², ①).
fn is_digit(c: char) -> bool {
    is_decimal(c)
        || matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉')
        || matches!(c, '①'..='⑨' | '⑴'..='⑼' | '⒈'..='⒐' | '⓵'..='⓽' | '❶'..='❾' | '➀'..='➈' | '➊'..='➒')
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_decimal(c)
}

pub(super) fn has_digit(token: &str) -> bool {
    token.chars().any(is_digit)
}

/// A number, date, amount or percentage, with punctuation around it or not.
pub(super) fn is_number(token: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let rest = token.trim_start_matches(|c| !is_word(c));
    let inner = |c: char| is_decimal(c) || matches!(c, '.' | ',' | '/' | ':' | '%' | '-');
    rest.starts_with(is_decimal) && !rest.trim_start_matches(inner).contains(is_word)
}

/// Letters that are no number but carry digits, or capitals joined by a
/// slash or hyphen: 43-KL/TW, NĐ-CP.
pub(super) fn is_code(token: &str) -> bool {
    let has_letter = token.chars().any(char::is_alphabetic);
    let inner = token.trim_matches(|c: char| !c.is_alphanumeric());
    let joined_capitals =
        inner.contains(['/', '-']) && inner.chars().filter(|c| c.is_uppercase()).count() >= 2;
    has_letter && (has_digit(token) || joined_capitals)
}

/// The syllables of a token, without case and tone placement; none when the
/// token carries a digit.
pub(super) fn syllables(token: &str) -> Vec<String> {
    if has_digit(token) {
        return Vec::new();
    }
    letter_runs(token)
        .map(|run| fold_run(run).to_lowercase())
        .collect()
}

/// The same with the tone where it stands.
pub(super) fn syllables_as_written(token: &str) -> Vec<String> {
    if has_digit(token) {
        return Vec::new();
    }
    letter_runs(token).map(str::to_lowercase).collect()
}

pub(super) fn letter_runs(token: &str) -> impl Iterator<Item = &str> {
    token.split(|c| !is_letter(c)).filter(|run| !run.is_empty())
}

/// The token with every tone mark in the old place: hoà and hòa are both hòa.
pub(super) fn fold(token: &str) -> String {
    let mut out = String::with_capacity(token.len());
    let mut rest = token;
    while let Some(start) = rest.find(is_letter) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        out.push_str(&fold_run(&rest[..end]));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Moves the tone of oa, oe and uy: onto the o or u where nothing follows
/// the pair, onto its second letter otherwise.
fn fold_run(run: &str) -> String {
    if run.is_ascii() {
        return run.to_owned();
    }
    let is_tone = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let Some(tone) = run.nfd().filter(is_tone).last() else {
        return run.to_owned();
    };
    let letters: Vec<char> = run.nfd().filter(|c| !is_tone(c)).nfc().collect();
    let lower = |i: usize| letters.get(i).map(char::to_ascii_lowercase);
    let pair = (0..letters.len()).find(|&i| match lower(i) {
        Some('u') => lower(i + 1) == Some('y') && (i == 0 || lower(i - 1) != Some('q')),
        Some('o') => matches!(lower(i + 1), Some('a' | 'e')),
        _ => false,
    });
    let Some(first) = pair else {
        return run.to_owned();
    };
    let after = if first + 2 < letters.len() {
        first + 2
    } else {
        first + 1
    };
    let (head, tail) = letters.split_at(after);
    let moved = head.iter().chain(Some(&tone)).chain(tail);
    moved.copied().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_placement_folds_to_the_old_place() {
        for (written, folded) in [
            ("hoà", "hòa"),
            ("hòa", "hòa"),
            ("HOÀ", "HÒA"),
            ("thuỷ,", "thủy,"),
            ("quý", "quý"),
            ("hòan", "hoàn"),
            ("khỏe/khoẻ", "khỏe/khỏe"),
            ("khuỷu", "khuỷu"),
            ("a", "a"),
            ("được", "được"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
    }

    #[test]
    fn numbers_and_codes_are_told_apart() {
        for t in [
            "12",
            "(1.234,5)",
            "27/4/2015",
            "50%",
            "-3",
            "8h".trim_end_matches('h'),
        ] {
            assert!(is_number(t), "{t}");
        }
        for t in ["43-KL/TW", "a1", "m2", "", "-", "3_"] {
            assert!(!is_number(t), "{t}");
        }
        for t in ["43-KL/TW", "NĐ-CP", "QH13", "(NĐ-CP)."] {
            assert!(is_code(t), "{t}");
        }
        for t in [
            "12",
            "27/4/2015",
            "và/hoặc",
            "Tây-Nguyên".to_lowercase().as_str(),
        ] {
            assert!(!is_code(t), "{t}");
        }
    }

    #[test]
    fn syllables_leave_tokens_with_digits_out() {
        assert_eq!(syllables("«Hoà-bình»"), ["hòa", "bình"]);
        assert_eq!(syllables_as_written("Hoà"), ["hoà"]);
        assert!(syllables("m²").is_empty());
        assert!(syllables("43-KL/TW").is_empty());
    }

    #[test]
    fn marks_come_off_and_case_stays() {
        assert_eq!(strip_marks("Đường ướt"), "Duong uot");
        assert_eq!(bare("ĐỒNG"), "dong");
    }

    #[test]
    fn blanks_of_every_kind_part_tokens() {
        assert_eq!(tokens(" a\u{a0}b\tc\x1fd "), ["a", "b", "c", "d"]);
        assert_eq!(comparable("\u{feff}a\r\nb\rc\x0cd"), "a\nb\nc\nd");
        assert_eq!(comparable("e\u{302}\u{301}"), "ế");
    }
}
