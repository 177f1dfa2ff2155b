//! Reading a file whole, and refusing what is no text.

use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow};
use vidau::formats::Encoding;

use crate::output::shown;

/// The bytes of a file, or of stdin for `-`.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    bytes.with_context(|| shown(path))
}

/// The complaint that a file is in an encoding that cannot be told.
pub(crate) fn not_utf8(name: &str, byte: u64, line: u64) -> anyhow::Error {
    anyhow!(
        "{name}: not UTF-8 at byte {byte} (line {line}), and for sure in no older encoding \
         of Vietnamese; name it with --encoding, or convert it first"
    )
}

/// Which of its kind the bytes are in: UTF-16 has two orders, Windows-1258 two
/// customs.
pub(crate) fn of_kind(encoding: Encoding, bytes: &[u8]) -> Encoding {
    match encoding {
        Encoding::Utf16Le if Encoding::detect(bytes) == Encoding::Utf16Be => Encoding::Utf16Be,
        Encoding::Windows1258 if encoding.decode(bytes).is_err() => {
            let marks = Encoding::Windows1258Marks;
            marks.decode(bytes).map_or(encoding, |_| marks)
        }
        _ => encoding,
    }
}

const BOM: &str = "\u{feff}";

/// A file as it was read.
pub(crate) struct Input {
    /// What messages and ledgers call it.
    pub(crate) name: String,
    pub(crate) encoding: Encoding,
    whole: String,
    /// What was read, where that is not the text in UTF-8.
    original: Option<Vec<u8>>,
}

impl Input {
    /// Reads the file, or stdin for `-`.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        Self::from_bytes(&shown(path), read(path)?, None)
    }

    /// A file that was read; `name` is what messages call it. The encoding is
    /// the one asked for, or the one that the bytes tell.
    pub(crate) fn from_bytes(
        name: &str,
        bytes: Vec<u8>,
        asked: Option<Encoding>,
    ) -> anyhow::Result<Self> {
        let mut encoding = asked.map_or_else(|| Encoding::detect(&bytes), |e| of_kind(e, &bytes));
        let mut original = bytes;
        if encoding == Encoding::Utf8 {
            match String::from_utf8(original) {
                Ok(whole) => {
                    return Ok(Self {
                        name: name.to_owned(),
                        encoding,
                        whole,
                        original: None,
                    });
                }
                Err(e) => {
                    let at = e.utf8_error().valid_up_to();
                    original = e.into_bytes();
                    let legacy = Encoding::detect_legacy(&original);
                    encoding = legacy.filter(|_| asked.is_none()).ok_or_else(|| {
                        let line = original[..at].iter().filter(|&&b| b == b'\n').count() + 1;
                        not_utf8(name, at as u64, line as u64)
                    })?;
                }
            }
        }
        let whole = encoding.decode(&original);
        let whole = whole.with_context(|| name.to_owned())?.into_owned();
        Ok(Self {
            name: name.to_owned(),
            encoding,
            whole,
            original: Some(original),
        })
    }

    /// A text in UTF-8, or a part of one.
    pub(crate) fn from_text(name: &str, text: String) -> Self {
        Self {
            name: name.to_owned(),
            encoding: Encoding::Utf8,
            whole: text,
            original: None,
        }
    }

    /// The bytes as they were read.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.original.as_deref().unwrap_or(self.whole.as_bytes())
    }

    /// The text after the byte order mark.
    pub(crate) fn text(&self) -> &str {
        self.whole.strip_prefix(BOM).unwrap_or(&self.whole)
    }

    /// The text with the byte order mark; places in reports and ledgers are
    /// bytes of it.
    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }
}
