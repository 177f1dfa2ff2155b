//! What is to be restored: held whole, or a plain text too long for that.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use anyhow::{Context, ensure};
use vidau::Worker;
use vidau::formats::{Encoding, Format};

use crate::output::shown;
use crate::page::{PageOptions, PageOutcome, restore_bytes, too_large};
use crate::parts::{self, Hashed, Parts, WHOLE};
use crate::spool;

pub(crate) enum Source {
    Whole(Vec<u8>),
    /// Read once, so that it is known to be sound, and to be read once more.
    Long(File, blake3::Hash),
}

impl Source {
    /// Reads a file, or stdin for `-`.
    pub(crate) fn open(path: &Path, options: &PageOptions) -> anyhow::Result<Self> {
        let name = shown(path);
        if path.as_os_str() == "-" {
            let mut stdin = io::stdin().lock();
            return Self::of(&name, &mut stdin, None, options);
        }
        let file = File::open(path).with_context(|| name.clone())?;
        let is_regular = file.metadata().is_ok_and(|m| m.is_file());
        Self::of(&name, &mut &file, is_regular.then_some(&file), options)
    }

    /// Of what comes from `reader`; `file` is the same, where it can be read again.
    fn of(
        name: &str,
        reader: &mut impl Read,
        file: Option<&File>,
        options: &PageOptions,
    ) -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        let read = reader.take(WHOLE + 1).read_to_end(&mut bytes);
        read.with_context(|| name.to_owned())?;
        if bytes.len() as u64 <= WHOLE {
            return Ok(Self::Whole(bytes));
        }
        let format = options.format.or_else(|| detect(&bytes));
        if !(format == Some(Format::Text) && is_in_parts(&bytes, options)) {
            let most = match format {
                Some(Format::Text) => u64::MAX,
                _ => options.max_size as u64,
            };
            // A byte more tells that it is too large, however large it is.
            let rest = (most - most.min(bytes.len() as u64)).saturating_add(1);
            let read = reader.take(rest).read_to_end(&mut bytes);
            read.with_context(|| name.to_owned())?;
            if bytes.len() as u64 > most {
                return Err(too_large(most).context(name.to_owned()));
            }
            return Ok(Self::Whole(bytes));
        }
        let again = match file {
            Some(file) => file.try_clone(),
            None => spool::file_of(&bytes, reader),
        };
        let mut file = again.with_context(|| name.to_owned())?;
        drop(bytes);
        file.rewind()?;
        let mut hashed = Hashed::new(&mut file);
        let mut parts = Parts::new(name, &mut hashed);
        while parts.next()?.is_some() {}
        let hash = hashed.hash();
        file.rewind()?;
        Ok(Self::Long(file, hash))
    }

    /// BLAKE3 in hexadecimal.
    pub(crate) fn hash(&self) -> String {
        let hash = match self {
            Self::Whole(bytes) => blake3::hash(bytes),
            Self::Long(_, hash) => *hash,
        };
        hash.to_hex().to_string()
    }

    /// Restores it and hands on each part with its start; most are one part.
    pub(crate) fn restore(
        self,
        worker: &mut Worker<'_>,
        name: &str,
        options: &PageOptions,
        hand_on: &mut dyn FnMut(u64, &mut PageOutcome) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self {
            Self::Whole(bytes) => hand_on(0, &mut restore_bytes(worker, name, bytes, options)?),
            Self::Long(file, hash) => {
                let mut reader = Hashed::new(file);
                parts::restore(worker, name, &mut reader, options.record, hand_on)?;
                ensure!(
                    reader.hash() == hash,
                    "{name}: changed while it was read; run again"
                );
                Ok(())
            }
        }
    }
}

/// The format of what begins so.
fn detect(head: &[u8]) -> Option<Format> {
    Format::detect(&String::from_utf8_lossy(head))
}

/// Whether plain text that begins so is in UTF-8, and no line of it depends on
/// those far away.
fn is_in_parts(head: &[u8], options: &PageOptions) -> bool {
    let encoding = options.encoding.unwrap_or_else(|| Encoding::detect(head));
    // A character may be cut off at the end.
    let is_utf8 = !std::str::from_utf8(head).is_err_and(|e| e.error_len().is_some());
    !options.reflow && encoding == Encoding::Utf8 && (is_utf8 || options.encoding.is_some())
}
