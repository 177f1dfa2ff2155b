//! From the bytes of a file to its text and back.

use std::borrow::Cow;

use super::legacy;
use crate::error::{Error, Result};

/// How a file's bytes stand for its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with a byte order mark or without.
    #[default]
    Utf8,
    /// UTF-16, the lower byte first.
    Utf16Le,
    /// UTF-16, the upper byte first.
    Utf16Be,
    /// The set VN3 of TCVN 5712:1993, the code of the ABC fonts (`.VnTime`).
    Tcvn3,
    /// The code of the VNI fonts for Windows.
    Vni,
    /// VISCII, RFC 1456.
    Viscii,
    /// The code of the VPS fonts.
    Vps,
    /// Windows-1258, tones as marks only on letters that it does not have.
    Windows1258,
    /// Windows-1258, all tones as marks, as keyboards put them.
    Windows1258Marks,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 9] = [
        Self::Utf8,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Tcvn3,
        Self::Vni,
        Self::Viscii,
        Self::Vps,
        Self::Windows1258,
        Self::Windows1258Marks,
    ];

    /// Its name in options and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
            Self::Viscii => "viscii",
            Self::Vps => "vps",
            Self::Windows1258 => "windows-1258",
            Self::Windows1258Marks => "windows-1258-marks",
        }
    }

    /// The encoding of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }

    /// Whether it is one of Unicode. The others are read, not written.
    #[must_use]
    pub fn is_unicode(self) -> bool {
        matches!(self, Self::Utf8 | Self::Utf16Le | Self::Utf16Be)
    }

    /// In which a text that was read in this one is written.
    #[must_use]
    pub fn written(self) -> Self {
        if self.is_unicode() { self } else { Self::Utf8 }
    }

    /// UTF-16 begins with a byte order mark, or with a character of ASCII.
    #[must_use]
    pub fn detect(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            [1..=127, 0, 1..=127, 0, ..] => Self::Utf16Le,
            [0, 1..=127, 0, 1..=127, ..] => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    /// The encoding older than Unicode in which bytes that are no UTF-8 are
    /// Vietnamese text, and clearly so in no other.
    #[must_use]
    pub fn detect_legacy(bytes: &[u8]) -> Option<Self> {
        legacy::detect(bytes)
    }

    /// The text; a byte order mark is its first character. [`encode`](Self::encode)
    /// leads back to the same bytes.
    ///
    /// # Errors
    /// [`Error::Encoding`] at the first bytes that stand for no text.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>> {
        let to_unit: fn([u8; 2]) -> u16 = match self {
            Self::Utf8 => {
                return match std::str::from_utf8(bytes) {
                    Ok(text) => Ok(text.into()),
                    Err(e) => Err(self.error(e.valid_up_to() as u64)),
                };
            }
            Self::Utf16Le => u16::from_le_bytes,
            Self::Utf16Be => u16::from_be_bytes,
            _ => {
                let text = legacy::decode(self, bytes);
                return text.map(Into::into).map_err(|at| self.error(at as u64));
            }
        };
        let (pairs, rest) = bytes.as_chunks::<2>();
        let mut at = 0;
        let mut text = String::with_capacity(bytes.len());
        for c in char::decode_utf16(pairs.iter().map(|&pair| to_unit(pair))) {
            let c = c.map_err(|_| self.error(at))?;
            at += 2 * c.len_utf16() as u64;
            text.push(c);
        }
        if rest.is_empty() {
            Ok(text.into())
        } else {
            Err(self.error(at))
        }
    }

    /// The bytes that stand for the text.
    ///
    /// # Errors
    /// [`Error::Encoding`] at the first character that it does not have.
    pub fn encode(self, text: &str) -> Result<Vec<u8>> {
        Ok(match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => legacy::encode(self, text).map_err(|at| self.error(at as u64))?,
        })
    }

    fn error(self, offset: u64) -> Error {
        Error::Encoding {
            encoding: self.name(),
            offset,
        }
    }

    /// Refuses markup that says of itself that it is in another encoding: what
    /// is put in would be read as something else.
    ///
    /// # Errors
    /// [`Error::Markup`] at the declaration.
    pub fn check_declared(self, text: &str) -> Result<()> {
        let mut end = text.len().min(2048);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = text[..end].to_ascii_lowercase();
        let is_xml = head.trim_start_matches('\u{feff}').starts_with("<?xml");
        let from = if is_xml { "encoding" } else { "charset" };
        let Some(at) = head.find(from) else {
            return Ok(());
        };
        let value = head[at + from.len()..].trim_start();
        let Some(value) = value.strip_prefix('=') else {
            return Ok(());
        };
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.:".contains(c)));
        let declared = &value[..end.unwrap_or(value.len())];
        let is_declared = match self {
            Self::Utf8 => ["utf-8", "utf8", ""].contains(&declared),
            Self::Utf16Le | Self::Utf16Be => declared.starts_with("utf-16") || declared.is_empty(),
            _ => false,
        };
        if is_declared {
            return Ok(());
        }
        Err(super::xml::markup_error(
            text,
            at,
            format!(
                "declares the encoding {declared}, its bytes are {}; \
                 convert it and the declaration to UTF-8",
                self.name()
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_there_and_back() {
        let text = "\u{feff}Việt 😀\r\n";
        for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
            let bytes = encoding.encode(text).unwrap();
            assert_eq!(Encoding::detect(&bytes), encoding);
            assert_eq!(encoding.decode(&bytes).unwrap(), text);
        }
        assert_eq!(Encoding::detect(b"<\0a\0"), Encoding::Utf16Le);
        assert_eq!(Encoding::detect(b"ab"), Encoding::Utf8);
    }

    #[test]
    fn what_is_no_text_is_an_error_with_its_place() {
        for (encoding, bytes, at) in [
            (Encoding::Utf8, &b"ab\xff"[..], 2),
            (Encoding::Utf16Le, b"a\0b", 2),
            (Encoding::Utf16Le, b"a\0\0\xd8", 2),
        ] {
            match encoding.decode(bytes) {
                Err(Error::Encoding { offset, .. }) => assert_eq!(offset, at),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn declarations_have_to_fit() {
        let check = |encoding: Encoding, text| encoding.check_declared(text).is_ok();
        assert!(check(
            Encoding::Utf8,
            "<?xml version='1.0' encoding='UTF-8'?><a/>"
        ));
        assert!(check(Encoding::Utf8, "<alto/>"));
        assert!(check(
            Encoding::Utf8,
            "<meta content='text/html;charset=utf-8'>"
        ));
        assert!(check(Encoding::Utf16Le, "<?xml encoding=\"utf-16\"?>"));
        assert!(!check(Encoding::Utf8, "<?xml encoding=\"utf-16\"?>"));
        assert!(!check(Encoding::Utf8, "<?xml encoding = 'ISO-8859-1'?>"));
        assert!(!check(Encoding::Utf8, "<meta charset=windows-1258>"));
    }
}
