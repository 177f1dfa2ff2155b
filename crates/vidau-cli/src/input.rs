//! Reading a file whole, and refusing what is no text.

use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, bail};
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
        Self::from_bytes(&shown(path), read(path)?)
    }

    /// A file that was read; `name` is what messages call it.
    pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>) -> anyhow::Result<Self> {
        let encoding = Encoding::detect(&bytes);
        let (whole, original) = if encoding == Encoding::Utf8 {
            match String::from_utf8(bytes) {
                Ok(whole) => (whole, None),
                Err(e) => {
                    let at = e.utf8_error().valid_up_to();
                    let line = e.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1;
                    bail!(
                        "{name}: not UTF-8 at byte {at} (line {line}); \
                         convert it first, for example: iconv -f WINDOWS-1258 -t UTF-8"
                    );
                }
            }
        } else {
            let whole = encoding.decode(&bytes).with_context(|| name.to_owned())?;
            (whole.into_owned(), Some(bytes))
        };
        Ok(Self {
            name: name.to_owned(),
            encoding,
            whole,
            original,
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
