//! Reading a text whole, and refusing what is none.

use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, bail};

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

/// A text file as it was read.
pub(crate) struct Input {
    /// What messages and ledgers call it.
    pub(crate) name: String,
    whole: String,
}

impl Input {
    /// Reads the file, or stdin for `-`.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        Self::from_bytes(&shown(path), read(path)?)
    }

    /// A file that was read; `name` is what messages call it.
    pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>) -> anyhow::Result<Self> {
        let whole = match String::from_utf8(bytes) {
            Ok(whole) => whole,
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                let line = e.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1;
                bail!(
                    "{name}: not UTF-8 at byte {at} (line {line}); \
                     convert it first, for example: iconv -f WINDOWS-1258 -t UTF-8"
                );
            }
        };
        Ok(Self {
            name: name.to_owned(),
            whole,
        })
    }

    /// The bytes as they were read.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.whole.as_bytes()
    }

    /// The byte order mark, or nothing.
    pub(crate) fn bom(&self) -> &'static str {
        if self.whole.starts_with(BOM) { BOM } else { "" }
    }

    /// The text after the byte order mark.
    pub(crate) fn text(&self) -> &str {
        self.whole.strip_prefix(BOM).unwrap_or(&self.whole)
    }
}
