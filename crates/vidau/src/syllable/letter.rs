//! One letter of the Vietnamese alphabet as base, mark and case.

/// The number of mark codes: five modifiers times six tones, see [`Letter::mark`].
pub const MARKS: usize = 30;

/// The circumflex of â, ê, ô.
pub const CIRCUMFLEX: u8 = 1;
/// The breve of ă.
pub const BREVE: u8 = 2;
/// The horn of ơ, ư.
pub const HORN: u8 = 3;
/// The stroke of đ.
pub const STROKE: u8 = 4;

/// A Latin letter with the marks Vietnamese knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Letter {
    /// The letter without marks and case, `b'a'..=b'z'`.
    pub base: u8,
    /// `modifier * 6 + tone`, below [`MARKS`].
    ///
    /// Modifiers: 0 none, [`CIRCUMFLEX`], [`BREVE`], [`HORN`], [`STROKE`].
    /// Tones: 0 ngang (no mark), 1 huyền (grave), 2 hỏi (hook), 3 ngã (tilde),
    /// 4 sắc (acute), 5 nặng (dot below).
    pub mark: u8,
    /// Whether it is a capital.
    pub upper: bool,
}

/// The vowels with a modifier or without: base, modifier, the six tones.
const VOWELS: [(u8, u8, [char; 6]); 12] = [
    (b'a', 0, ['a', 'à', 'ả', 'ã', 'á', 'ạ']),
    (b'a', CIRCUMFLEX, ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ']),
    (b'a', BREVE, ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ']),
    (b'e', 0, ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ']),
    (b'e', CIRCUMFLEX, ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ']),
    (b'i', 0, ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị']),
    (b'o', 0, ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ']),
    (b'o', CIRCUMFLEX, ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ']),
    (b'o', HORN, ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ']),
    (b'u', 0, ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ']),
    (b'u', HORN, ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự']),
    (b'y', 0, ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ']),
];

/// The capital of a lower-case Vietnamese letter. Unicode puts it 32 places
/// earlier in Latin-1, one place earlier in the later blocks.
const fn capital(lower: char) -> char {
    let code = lower as u32;
    let code = if code < 0x100 { code - 0x20 } else { code - 1 };
    match char::from_u32(code) {
        Some(c) => c,
        None => lower,
    }
}

/// Characters by `[base - b'a'][mark]`; `'\0'` where Vietnamese has no letter.
type Chars = [[char; MARKS]; 26];

const fn chars(upper: bool) -> Chars {
    let mut table = [['\0'; MARKS]; 26];
    let mut base = 0;
    while base < 26 {
        let lower = (b'a' + base as u8) as char;
        table[base][0] = if upper { capital(lower) } else { lower };
        base += 1;
    }
    let mut row = 0;
    while row < VOWELS.len() {
        let (base, modifier, tones) = VOWELS[row];
        let mut tone = 0;
        while tone < 6 {
            let c = tones[tone];
            table[(base - b'a') as usize][modifier as usize * 6 + tone] =
                if upper { capital(c) } else { c };
            tone += 1;
        }
        row += 1;
    }
    let stroke = STROKE as usize * 6;
    table[3][stroke] = if upper { 'Đ' } else { 'đ' };
    table
}

static LOWER: Chars = chars(false);
static UPPER: Chars = chars(true);

/// Precomposed letters lie in U+00C0..U+01B1 and U+1EA0..U+1EFA.
const LATIN: usize = 0xC0;
const LATIN_END: usize = 0x1B1;
const EXTENDED: usize = 0x1EA0;
const EXTENDED_END: usize = 0x1EFA;
const SLOTS: usize = LATIN_END - LATIN + EXTENDED_END - EXTENDED;

const fn slot(code: usize) -> Option<usize> {
    if code >= LATIN && code < LATIN_END {
        Some(code - LATIN)
    } else if code >= EXTENDED && code < EXTENDED_END {
        Some(code - EXTENDED + LATIN_END - LATIN)
    } else {
        None
    }
}

/// The inverse of [`LOWER`] and [`UPPER`] for what is not ASCII; base 0 for no letter.
static LETTERS: [Letter; SLOTS] = {
    let none = Letter {
        base: 0,
        mark: 0,
        upper: false,
    };
    let mut table = [none; SLOTS];
    let cases = [chars(false), chars(true)];
    let mut case = 0;
    while case < 2 {
        let mut base = 0;
        while base < 26 {
            let mut mark = 1;
            while mark < MARKS {
                if let Some(slot) = slot(cases[case][base][mark] as usize) {
                    table[slot] = Letter {
                        base: b'a' + base as u8,
                        mark: mark as u8,
                        upper: case == 1,
                    };
                }
                mark += 1;
            }
            base += 1;
        }
        case += 1;
    }
    table
};

impl Letter {
    /// The letter `c`, if it is an ASCII letter or a precomposed Vietnamese one.
    ///
    /// ```
    /// use vidau::syllable::Letter;
    /// let letter = Letter::from_char('Ệ').unwrap();
    /// assert_eq!((letter.base, letter.mark, letter.upper), (b'e', 6 + 5, true));
    /// assert_eq!(Letter::from_char('ñ'), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn from_char(c: char) -> Option<Letter> {
        if c.is_ascii() {
            let upper = c.is_ascii_uppercase();
            return c.is_ascii_alphabetic().then(|| Letter {
                base: c.to_ascii_lowercase() as u8,
                mark: 0,
                upper,
            });
        }
        let letter = LETTERS[slot(c as usize)?];
        (letter.base != 0).then_some(letter)
    }

    /// The character; the base letter where Vietnamese has no such letter.
    #[inline]
    #[must_use]
    pub fn to_char(self) -> char {
        let table = if self.upper { &UPPER } else { &LOWER };
        let row = table.get(usize::from(self.base.wrapping_sub(b'a')));
        match row.and_then(|row| row.get(usize::from(self.mark))) {
            Some('\0') | None => match row {
                Some(row) => row[0],
                None => char::from(self.base),
            },
            Some(&c) => c,
        }
    }

    /// Whether Vietnamese has this letter, so that [`Letter::to_char`] keeps its mark.
    #[inline]
    #[must_use]
    pub fn exists(self) -> bool {
        LOWER
            .get(usize::from(self.base.wrapping_sub(b'a')))
            .and_then(|row| row.get(usize::from(self.mark)))
            .is_some_and(|&c| c != '\0')
    }

    /// The tone, 0 to 5.
    #[inline]
    #[must_use]
    pub fn tone(self) -> u8 {
        self.mark % 6
    }

    /// The modifier, 0 to 4.
    #[inline]
    #[must_use]
    pub fn modifier(self) -> u8 {
        self.mark / 6
    }

    /// The same letter with another tone.
    #[inline]
    #[must_use]
    pub fn with_tone(self, tone: u8) -> Letter {
        Letter {
            mark: self.modifier() * 6 + tone,
            ..self
        }
    }
}

/// A word's letters in lower case without marks.
pub(crate) fn bare(word: &str) -> impl Iterator<Item = char> {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|c| Letter::from_char(c).map_or(c, |l| char::from(l.base)))
}

/// Whether `word` is `letters` without its marks, in any case.
pub(crate) fn is_bare(word: &str, letters: &str) -> bool {
    bare(word).eq(letters.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_survives_the_way_there_and_back() {
        let mut count = 0;
        for upper in [false, true] {
            for base in b'a'..=b'z' {
                for mark in 0..MARKS as u8 {
                    let letter = Letter { base, mark, upper };
                    if letter.exists() {
                        assert_eq!(Letter::from_char(letter.to_char()), Some(letter));
                        count += 1;
                    } else {
                        assert_eq!(letter.to_char(), Letter { mark: 0, ..letter }.to_char());
                    }
                }
            }
        }
        // 26 letters, 5 more tones on 12 vowels, 6 modified vowels, đ; two cases.
        assert_eq!(count, 2 * (26 + 12 * 5 + 6 + 1));
    }

    #[test]
    fn every_character_agrees_with_the_standard_library() {
        for c in '\0'..=char::MAX {
            let Some(letter) = Letter::from_char(c) else {
                continue;
            };
            assert_eq!(letter.to_char(), c);
            assert_eq!(letter.upper, c.is_uppercase());
            let lower = Letter {
                upper: false,
                ..letter
            };
            assert!(c.to_lowercase().eq([lower.to_char()]));
        }
    }

    #[test]
    fn reads_marks() {
        let of = |c| Letter::from_char(c).map(|l| (l.base, l.modifier(), l.tone()));
        assert_eq!(of('ợ'), Some((b'o', HORN, 5)));
        assert_eq!(of('Ẵ'), Some((b'a', BREVE, 3)));
        assert_eq!(of('đ'), Some((b'd', STROKE, 0)));
        assert_eq!(of('ĩ'), Some((b'i', 0, 3)));
        assert_eq!(of('ç'), None);
        assert_eq!(of('Ð'), None, "eth is another letter");
        assert_eq!(of('7'), None);
    }

    #[test]
    fn a_base_out_of_range_is_harmless() {
        let letter = Letter {
            base: 7,
            mark: 200,
            upper: true,
        };
        assert_eq!(letter.to_char(), '\u{7}');
        assert!(!letter.exists());
    }
}
