//! What signs and digits stand in a text.

/// What signs and digits stand in a text, as features.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Signs {
    /// 0 letters alone, 1 signs among them, 2 digits.
    pub(super) kind: u8,
    /// See [`oddness`] and [`number_shape`].
    pub(super) oddness: u8,
    pub(super) shape: u8,
}

impl Signs {
    pub(crate) fn of(text: &str) -> Self {
        let is_sign = |c: char| !c.is_alphabetic() && !c.is_whitespace();
        let kind = match () {
            () if text.contains(|c: char| c.is_ascii_digit()) => 2,
            () if text.contains(is_sign) => 1,
            () => 0,
        };
        Self {
            kind,
            oddness: oddness(text),
            shape: number_shape(text),
        }
    }
}

/// How seldom what begins with a sign is what was printed, by rank: 0 no sign,
/// up to what hardly any text has.
fn oddness(text: &str) -> u8 {
    match text.chars().next() {
        None => 0,
        Some(c) if c.is_alphanumeric() || c.is_whitespace() => 0,
        Some('.' | ',') => 1,
        Some(';' | ':') => 2,
        Some('(' | ')') => 3,
        Some('/' | '-' | '–' | '%' | '+') => 4,
        Some('“' | '”' | '"') => 5,
        Some('…' | '&' | '=' | '[' | ']') => 6,
        Some('!' | '?') => 7,
        Some('\'' | '’' | '‘') => 8,
        Some('*') => 9,
        Some(_) => 10,
    }
}

/// 0 no digit, 1 to 4 as many digits alone, 5 with a leading 0, 6 more digits,
/// 7 digits and signs, 8 digits and letters, 9 all three.
fn number_shape(text: &str) -> u8 {
    let count = |is: fn(char) -> bool| text.chars().filter(|&c| is(c)).count();
    let digits = count(|c| c.is_ascii_digit());
    let (letters, all) = (count(char::is_alphabetic), text.chars().count());
    match () {
        () if digits == 0 => 0,
        () if digits == all && digits > 1 && text.starts_with('0') => 5,
        () if digits == all && digits > 4 => 6,
        () if digits == all => digits as u8,
        () if letters == 0 => 7,
        () if digits + letters == all => 8,
        () => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_signs_by_their_looks() {
        let shapes = [
            "công",
            "5",
            "02",
            "2015",
            "30000",
            "27/4/2015",
            "12V",
            "43-KL/TW",
        ];
        assert_eq!(shapes.map(number_shape), [0, 1, 5, 4, 6, 7, 8, 9]);
        let signs = ["công", "", ".", "”", "*", "|"];
        assert_eq!(signs.map(oddness), [0, 0, 1, 5, 9, 10]);
    }
}
