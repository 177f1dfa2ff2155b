//! Encodings of Vietnamese from before Unicode, of plain text only: they are
//! read, and what is written is UTF-8.

mod detect;
mod table;

use std::collections::HashMap;

use encoding_rs::{WINDOWS_1252, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;

use super::Encoding;
use table::LETTERS;

pub(super) use detect::detect;

/// Where a conversion ends that cannot be done: a byte of what was given.
type Offset = usize;

/// The text that the bytes stand for, in composed letters.
///
/// Only what [`encode`] leads back to the same bytes is read.
pub(super) fn decode(encoding: Encoding, bytes: &[u8]) -> Result<String, Offset> {
    let text = match Chart::of(encoding) {
        Some(chart) => chart.decode(bytes)?,
        None => decode_windows(bytes)?,
    };
    let back = encode(encoding, &text).map_err(|_| 0usize)?;
    match back.iter().zip(bytes).position(|(a, b)| a != b) {
        Some(at) => Err(at),
        None if back.len() == bytes.len() => Ok(text),
        None => Err(back.len().min(bytes.len())),
    }
}

/// The bytes that stand for the text.
pub(super) fn encode(encoding: Encoding, text: &str) -> Result<Vec<u8>, Offset> {
    match Chart::of(encoding) {
        Some(chart) => chart.encode(text),
        None => encode_windows(text, encoding == Encoding::Windows1258Marks),
    }
}

/// A font's chart: bytes that stand for a character, and the way back.
struct Chart {
    /// By the first byte; the second is 0 where there is none.
    characters: HashMap<[u8; 2], char>,
    bytes: HashMap<char, [u8; 2]>,
}

impl Chart {
    /// None for Windows-1258, which sets marks after letters.
    fn of(encoding: Encoding) -> Option<Self> {
        let of_row: fn(&table::Row) -> [u8; 2] = match encoding {
            Encoding::Tcvn3 => |row| [row.1, 0],
            Encoding::Vni => |row| match *row.2 {
                [one] => [one, 0],
                [letter, mark, ..] => [letter, mark],
                [] => [0, 0],
            },
            Encoding::Viscii => |row| [row.3, 0],
            Encoding::Vps => |row| [row.4, 0],
            _ => return None,
        };
        let mut chart = Self {
            characters: HashMap::new(),
            bytes: HashMap::new(),
        };
        let rows = LETTERS.iter().map(|row| (of_row(row), row.0));
        for (bytes, letter) in rows.filter(|(bytes, _)| *bytes != [0, 0]) {
            chart.put(bytes, letter);
        }
        // The fonts have the signs of Windows where they have no letter.
        for byte in 1..=u8::MAX {
            let (sign, _) = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte));
            let sign = sign.chars().next().unwrap_or('\0');
            let is_sign = byte.is_ascii() || !(sign.is_alphabetic() || sign.is_control());
            if is_sign && !chart.characters.contains_key(&[byte, 0]) {
                chart.put([byte, 0], sign);
            }
        }
        Some(chart)
    }

    fn put(&mut self, bytes: [u8; 2], character: char) {
        self.characters.insert(bytes, character);
        self.bytes.insert(character, bytes);
    }

    fn decode(&self, bytes: &[u8]) -> Result<String, Offset> {
        let mut text = String::with_capacity(bytes.len() * 3 / 2);
        let mut at = 0;
        while let Some(&first) = bytes.get(at) {
            let second = bytes.get(at + 1).copied().unwrap_or(0);
            let pair = self.characters.get(&[first, second]);
            if let Some(&letter) = pair.filter(|_| second != 0) {
                text.push(letter);
                at += 2;
            } else {
                text.push(*self.characters.get(&[first, 0]).ok_or(at)?);
                at += 1;
            }
        }
        Ok(text)
    }

    fn encode(&self, text: &str) -> Result<Vec<u8>, Offset> {
        let mut out = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let [first, second] = *self.bytes.get(&c).ok_or(at)?;
            out.push(first);
            if second != 0 {
                out.push(second);
            }
        }
        Ok(out)
    }
}

fn decode_windows(bytes: &[u8]) -> Result<String, Offset> {
    let (text, _) = WINDOWS_1258.decode_without_bom_handling(bytes);
    // It sets control characters where the code page has nothing.
    if let Some(at) = text.chars().position(|c| ('\u{80}'..'\u{a0}').contains(&c)) {
        return Err(at);
    }
    Ok(text.nfc().collect())
}

/// Tones are marks after the letter where the code page has no such letter, or
/// `always`: keyboards put a mark after every letter, converters where they must.
fn encode_windows(text: &str, always: bool) -> Result<Vec<u8>, Offset> {
    let mut out = Vec::with_capacity(text.len());
    let mut put = |part: &str| {
        let (bytes, _, is_lossy) = WINDOWS_1258.encode(part);
        let is_encoded = !is_lossy;
        if is_encoded {
            out.extend_from_slice(&bytes);
        }
        is_encoded
    };
    for (at, c) in text.char_indices() {
        let parts: String = std::iter::once(c).nfd().collect();
        let (tones, rest): (String, String) = parts.chars().partition(|&c| is_tone(c));
        let has_parts = !tones.is_empty() && !rest.is_empty();
        let done = (!(has_parts && always) && put(c.encode_utf8(&mut [0; 4])))
            || (has_parts && put(&rest.nfc().chain(tones.chars()).collect::<String>()));
        if !done {
            return Err(at);
        }
    }
    Ok(out)
}

fn is_tone(c: char) -> bool {
    "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syllable::legal_syllables;

    /// All encodings of this module.
    const ALL: [Encoding; 6] = [
        Encoding::Tcvn3,
        Encoding::Vni,
        Encoding::Viscii,
        Encoding::Vps,
        Encoding::Windows1258,
        Encoding::Windows1258Marks,
    ];

    #[test]
    fn charts_have_every_letter_once() {
        for encoding in ALL {
            for (letter, ..) in LETTERS {
                let is_there = encode(encoding, &letter.to_string()).is_ok();
                let has_tone = std::iter::once(letter).nfd().any(is_tone);
                let is_absent = encoding == Encoding::Tcvn3 && letter.is_uppercase() && has_tone;
                assert_eq!(is_there, !is_absent, "{letter}, {encoding:?}");
            }
            let all: String = LETTERS.iter().map(|row| row.0).collect();
            let all: String = all
                .chars()
                .filter(|c| encode(encoding, &c.to_string()).is_ok())
                .collect();
            let bytes = encode(encoding, &all).unwrap();
            assert_eq!(decode(encoding, &bytes).as_ref(), Ok(&all), "{encoding:?}");
        }
    }

    #[test]
    fn syllables_go_there_and_back() {
        let text: String = legal_syllables().map(|s| s + " ").collect();
        for encoding in ALL {
            let bytes = encode(encoding, &text).unwrap();
            assert_eq!(decode(encoding, &bytes).as_ref(), Ok(&text), "{encoding:?}");
        }
    }

    /// As they stand in old files.
    #[test]
    fn known_words_have_their_known_bytes() {
        let cases: [(Encoding, &str, &[u8]); 8] = [
            (
                Encoding::Tcvn3,
                "Cộng hoà xã hội",
                b"C\xe9ng ho\xb5 x\xb7 h\xe9i",
            ),
            (
                Encoding::Tcvn3,
                "Uỷ ban nhân dân “Đ”",
                b"U\xfb ban nh\xa9n d\xa9n \x93\xa7\x94",
            ),
            (Encoding::Vni, "Coäng", b"Co\xe4ng"),
            (
                Encoding::Vni,
                "Chí Minh, Độc lập – Tự do",
                b"Ch\xed Minh, \xd1o\xe4c la\xe4p \x96 T\xf6\xef do",
            ),
            (Encoding::Viscii, "Việt Nam", b"Vi\xaet Nam"),
            (Encoding::Vps, "Việt Nam", b"Vi\x8ct Nam"),
            (Encoding::Windows1258, "Việt Nám", b"Vi\xea\xf2t N\xe1m"),
            (
                Encoding::Windows1258Marks,
                "Việt Nám",
                b"Vi\xea\xf2t Na\xecm",
            ),
        ];
        for (encoding, text, bytes) in cases {
            let text = text.replace("Coäng", "Cộng");
            assert_eq!(encode(encoding, &text).unwrap(), bytes, "{encoding:?}");
            assert_eq!(decode(encoding, bytes).unwrap(), text, "{encoding:?}");
        }
    }

    #[test]
    fn what_would_not_lead_back_is_refused_with_its_place() {
        for (encoding, bytes, at) in [
            (Encoding::Tcvn3, &b"ab\xc0"[..], 2),
            // A mark without a letter.
            (Encoding::Vni, b"xa\xf8 b\xf8", 5),
            // Both ways of writing á.
            (Encoding::Windows1258, b"\xe1 a\xec", 2),
            (Encoding::Windows1258Marks, b"a\xec \xe1", 3),
            (Encoding::Windows1258, b"a\x8a", 1),
        ] {
            assert_eq!(decode(encoding, bytes), Err(at), "{encoding:?} {bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_read_leads_back(bytes in proptest::collection::vec(1..=u8::MAX, 0..60)) {
            for encoding in ALL {
                if let Ok(text) = decode(encoding, &bytes) {
                    proptest::prop_assert_eq!(encode(encoding, &text), Ok(bytes.clone()));
                }
            }
        }
    }
}
