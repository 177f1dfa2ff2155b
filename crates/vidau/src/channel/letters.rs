//! Vietnamese letters taken apart: base letter, shape mark, tone.

use unicode_normalization::UnicodeNormalization;

/// The vowels by tone (level, grave, hook, tilde, acute, dot below), then đ.
const ROWS: [(char, u8, [char; 6]); 12] = [
    ('a', 0, ['a', 'à', 'ả', 'ã', 'á', 'ạ']),
    ('a', 1, ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ']),
    ('a', 2, ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ']),
    ('e', 0, ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ']),
    ('e', 1, ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ']),
    ('i', 0, ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị']),
    ('o', 0, ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ']),
    ('o', 1, ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ']),
    ('o', 3, ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ']),
    ('u', 0, ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ']),
    ('u', 3, ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự']),
    ('y', 0, ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ']),
];

/// A letter taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shape {
    /// ASCII letter, in the letter's case.
    pub(crate) base: char,
    /// 0 none, 1 circumflex, 2 breve, 3 horn, 4 stroke.
    pub(crate) mark: u8,
    /// 0 level, 1 grave, 2 hook, 3 tilde, 4 acute, 5 dot below.
    pub(crate) tone: u8,
}

/// Takes a letter of the Vietnamese alphabet (or f, j, w, z) apart.
pub(crate) fn shape(c: char) -> Option<Shape> {
    let lower = to_lower(c);
    let found = if lower == 'đ' {
        Shape {
            base: 'd',
            mark: 4,
            tone: 0,
        }
    } else if let Some((row, tone)) = ROWS.iter().find_map(|row| {
        let tone = row.2.iter().position(|&v| v == lower)?;
        Some((row, tone))
    }) {
        Shape {
            base: row.0,
            mark: row.1,
            tone: tone as u8,
        }
    } else if lower.is_ascii_lowercase() {
        Shape {
            base: lower,
            mark: 0,
            tone: 0,
        }
    } else {
        return None;
    };
    Some(if lower == c {
        found
    } else {
        Shape {
            base: found.base.to_ascii_uppercase(),
            ..found
        }
    })
}

/// Puts a letter together; `None` where Vietnamese has no such letter.
pub(crate) fn compose(s: Shape) -> Option<char> {
    let lower = s.base.to_ascii_lowercase();
    let c = match (s.mark, s.tone) {
        (4, 0) if lower == 'd' => 'đ',
        (0, 0) if lower.is_ascii_lowercase() => lower,
        (mark, tone) => {
            let row = ROWS.iter().find(|r| r.0 == lower && r.1 == mark)?;
            *row.2.get(usize::from(tone))?
        }
    };
    Some(if s.base.is_ascii_uppercase() {
        to_upper(c)
    } else {
        c
    })
}

/// All letters [`shape`] knows, lower case then upper case.
pub(crate) fn alphabet() -> Vec<char> {
    let vowels = ROWS.iter().flat_map(|row| row.2);
    let consonants = ('a'..='z').filter(|c| !"aeiouy".contains(*c));
    let mut all: Vec<char> = vowels.chain(consonants).chain(['đ']).collect();
    all.sort_unstable();
    let upper: Vec<char> = all.iter().map(|&c| to_upper(c)).collect();
    all.extend(upper);
    all
}

/// The letter without case and marks; other characters as they are.
pub(crate) fn fold(c: char) -> char {
    match to_lower(c) {
        'đ' | 'ð' => 'd',
        ascii if ascii.is_ascii() => ascii,
        other => std::iter::once(other).nfd().next().unwrap_or(other),
    }
}

/// One character's lower case, where that is one character.
pub(crate) fn to_lower(c: char) -> char {
    single(c, c.to_lowercase())
}

/// One character's upper case, where that is one character.
pub(crate) fn to_upper(c: char) -> char {
    single(c, c.to_uppercase())
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_comes_back() {
        let all = alphabet();
        assert_eq!(all.len(), 2 * (26 + 67));
        for c in all {
            assert_eq!(compose(shape(c).unwrap()), Some(c));
        }
    }

    #[test]
    fn folding_takes_marks_and_case() {
        let folded: String = "ĐƯỜNG Ngặt7,".chars().map(fold).collect();
        assert_eq!(folded, "duong ngat7,");
        assert_eq!(shape('7'), None);
        assert_eq!(shape('ø'), None);
    }
}
