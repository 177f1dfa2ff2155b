//! Capitals and small letters of a word.

use super::Letter;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Casing {
    /// All small: "nhân".
    Lower,
    /// The first letter is the only capital: "Nhân", also "Ở".
    Title,
    /// Two capitals or more and nothing small: "NHÂN".
    Upper,
    /// Any other mixture: "TTg".
    Mixed,
    /// No letter that has a case: "26", "¢".
    None,
}

/// The casing of `word`; characters without case do not count.
///
/// ```
/// use vidau::syllable::{Casing, casing};
/// assert_eq!(casing("Đảng"), Casing::Title);
/// assert_eq!(casing("S6"), Casing::Title);
/// assert_eq!(casing("THÔNG"), Casing::Upper);
/// ```
#[must_use]
pub fn casing(word: &str) -> Casing {
    let (mut upper, mut lower, mut first) = (0usize, 0usize, false);
    for c in word.chars() {
        let (is_upper, is_lower) = match Letter::from_char(c) {
            Some(letter) => (letter.upper, !letter.upper),
            None => (c.is_uppercase(), c.is_lowercase()),
        };
        if is_upper && upper + lower == 0 {
            first = true;
        }
        upper += usize::from(is_upper);
        lower += usize::from(is_lower);
    }
    match (upper, lower) {
        (0, 0) => Casing::None,
        (0, _) => Casing::Lower,
        (1, _) if first => Casing::Title,
        (_, 0) => Casing::Upper,
        _ => Casing::Mixed,
    }
}

/// Appends the lower-case word `lower` to `out` in the given casing;
/// [`Casing::Mixed`] and [`Casing::None`] leave it as it is.
pub fn apply_casing(lower: &str, casing: Casing, out: &mut String) {
    match casing {
        Casing::Lower | Casing::Mixed | Casing::None => out.push_str(lower),
        Casing::Upper => lower.chars().for_each(|c| push_upper(c, out)),
        Casing::Title => {
            let mut chars = lower.chars();
            for c in chars.by_ref() {
                push_upper(c, out);
                if c.is_alphabetic() {
                    break;
                }
            }
            out.push_str(chars.as_str());
        }
    }
}

fn push_upper(c: char, out: &mut String) {
    match Letter::from_char(c) {
        Some(letter) => out.push(
            Letter {
                upper: true,
                ..letter
            }
            .to_char(),
        ),
        None => out.extend(c.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cased(lower: &str, casing: Casing) -> String {
        let mut out = String::new();
        apply_casing(lower, casing, &mut out);
        out
    }

    #[test]
    fn tells_the_casings_apart() {
        for (word, expected) in [
            ("nhân", Casing::Lower),
            ("Nhân", Casing::Title),
            ("Ở", Casing::Title),
            ("ĐỀ", Casing::Upper),
            ("Q1Đ", Casing::Upper),
            ("TTg", Casing::Mixed),
            ("nHÂN", Casing::Mixed),
            ("gH", Casing::Mixed),
            ("6a", Casing::Lower),
            ("12¢", Casing::None),
            ("", Casing::None),
        ] {
            assert_eq!(casing(word), expected, "{word}");
        }
    }

    #[test]
    fn applies_casings() {
        assert_eq!(cased("đường", Casing::Title), "Đường");
        assert_eq!(cased("đường", Casing::Upper), "ĐƯỜNG");
        assert_eq!(cased("đường", Casing::Lower), "đường");
        assert_eq!(cased("đường", Casing::Mixed), "đường");
        assert_eq!(cased("ở", Casing::Title), "Ở");
        assert_eq!(cased("6ß", Casing::Upper), "6SS");
        assert_eq!(cased("", Casing::Title), "");
    }

    #[test]
    fn applying_a_word_s_own_casing_gives_it_back() {
        for word in ["thuyền", "Thuyền", "THUYỀN", "Ý", "ý"] {
            assert_eq!(cased(&word.to_lowercase(), casing(word)), word);
        }
    }
}
