//! What is to be restored: held whole, or a plain text too long for that.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use anyhow::{Context, ensure};
use vidau::Worker;
use vidau::formats::{Encoding, Format};

use crate::output::shown;
use crate::page::{PageOptions, PageOutcome, restore_bytes};
use crate::parts::{self, Hashed, Parts, WHOLE};
use crate::spool;

pub(crate) enum Source {
    Whole(Vec<u8>),
    /// Read once, so that it is known to be sound, and to be read once more.
    Long(File, blake3::Hash),
}

impl Source {
    /// Reads a file, or stdin for `-`; `format` is the one asked for.
    pub(crate) fn open(path: &Path, format: Option<Format>) -> anyhow::Result<Self> {
        let name = shown(path);
        if path.as_os_str() == "-" {
            let mut stdin = io::stdin().lock();
            return Self::of(&name, &mut stdin, None, format);
        }
        let file = File::open(path).with_context(|| name.clone())?;
        let is_regular = file.metadata().is_ok_and(|m| m.is_file());
        Self::of(&name, &mut &file, is_regular.then_some(&file), format)
    }

    /// Of what comes from `reader`; `file` is the same, where it can be read again.
    fn of(
        name: &str,
        reader: &mut impl Read,
        file: Option<&File>,
        format: Option<Format>,
    ) -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        let read = reader.take(WHOLE + 1).read_to_end(&mut bytes);
        read.with_context(|| name.to_owned())?;
        if bytes.len() as u64 <= WHOLE || !is_text(&bytes, format) {
            let read = reader.read_to_end(&mut bytes);
            read.with_context(|| name.to_owned())?;
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
        hand_on: &mut dyn FnMut(u64, PageOutcome) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self {
            Self::Whole(bytes) => hand_on(0, restore_bytes(worker, name, bytes, options)?),
            Self::Long(file, hash) => {
                let mut reader = Hashed::new(file);
                parts::restore(worker, name, &mut reader, hand_on)?;
                ensure!(
                    reader.hash() == hash,
                    "{name}: changed while it was read; run again"
                );
                Ok(())
            }
        }
    }
}

/// Whether what begins so is plain text in UTF-8.
fn is_text(head: &[u8], format: Option<Format>) -> bool {
    let detect = || Format::detect(&String::from_utf8_lossy(head));
    Encoding::detect(head) == Encoding::Utf8 && format.or_else(detect) == Some(Format::Text)
}
