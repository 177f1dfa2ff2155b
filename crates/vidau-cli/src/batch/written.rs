//! An output, its ledger and its review page on their way to the disk.

use std::io::{self, Write};
use std::path::Path;

use super::job::Failure;
use super::store::{Store, Temporary, ledger_path, review_path};
use crate::ledger;
use crate::ledger::rows::{SureEdit, Writer};

/// Of the ledgers' compression; more gains little on so little.
const LEVEL: i32 = 3;

/// All of them, being written.
pub(crate) struct Output<'s> {
    store: &'s Store,
    text: Temporary<'s>,
    hasher: blake3::Hasher,
    size: u64,
    is_converted: bool,
    review: Option<Temporary<'s>>,
    ledger: Writer<zstd::Encoder<'static, Temporary<'s>>>,
}

impl<'s> Output<'s> {
    pub(crate) fn new(store: &'s Store, file: &ledger::File<'_>) -> Result<Self, Failure> {
        let open = || -> io::Result<Self> {
            let ledger = zstd::Encoder::new(store.temporary()?, LEVEL)?;
            Ok(Self {
                store,
                text: store.temporary()?,
                hasher: blake3::Hasher::new(),
                size: 0,
                is_converted: file.is_converted(),
                review: None,
                ledger: Writer::new(ledger, file)?,
            })
        };
        open().map_err(failure)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.text.write_all(bytes).map_err(failure)
    }

    pub(crate) fn edits(
        &mut self,
        mut edits: impl Iterator<Item = SureEdit>,
    ) -> Result<(), Failure> {
        let push = |edit: SureEdit| self.ledger.push(&edit);
        edits.try_for_each(push).map_err(failure)
    }

    /// Adds the page on which a person decides on the changes.
    pub(crate) fn review(&mut self, page: &str) -> Result<(), Failure> {
        let mut write = || -> io::Result<()> {
            let mut file = self.store.temporary()?;
            file.write_all(page.as_bytes())?;
            self.review = Some(file);
            Ok(())
        };
        write().map_err(failure)
    }

    pub(crate) fn finish(self) -> Result<Written<'s>, Failure> {
        let hash = self.hasher.finalize();
        let is_changed = self.is_converted || self.ledger.rows() > 0;
        let ledger = self.ledger.finish(&hash.to_hex()).map_err(failure)?;
        let ledger = ledger.finish().map_err(failure)?;
        Ok(Written {
            store: self.store,
            text: self.text,
            ledger: is_changed.then_some(ledger),
            hash,
            size: self.size,
            review: self.review,
        })
    }
}

/// All of them, written, but not yet synced and without their names.
pub(crate) struct Written<'s> {
    store: &'s Store,
    text: Temporary<'s>,
    /// None where nothing was changed.
    ledger: Option<Temporary<'s>>,
    review: Option<Temporary<'s>>,
    hash: blake3::Hash,
    size: u64,
}

impl Written<'_> {
    /// Hash of the output.
    pub(crate) fn hash(&self) -> blake3::Hash {
        self.hash
    }

    /// Bytes of the output.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Whether there is a review page.
    pub(crate) fn has_review(&self) -> bool {
        self.review.is_some()
    }

    /// Has all on the disk under their names. The ledger comes first: a
    /// change without one could not be undone.
    pub(crate) fn name(self, path: &Path) -> Result<(), Failure> {
        let (ledger_path, review_path) = (ledger_path(path), review_path(path));
        let name = || -> io::Result<()> {
            match self.ledger {
                Some(ledger) => self.store.commit_own(ledger, &ledger_path)?,
                None => self.store.remove_own(&ledger_path)?,
            }
            match self.review {
                Some(review) => self.store.commit_own(review, &review_path)?,
                None => self.store.remove_own(&review_path)?,
            }
            self.store.commit(self.text, path)?;
            self.store.sync_own_folder(&ledger_path)?;
            self.store.sync_own_folder(&review_path)?;
            self.store.sync_folder(path)
        };
        name().map_err(failure)
    }
}

/// What an error of writing means: for this file, or for all.
fn failure(error: io::Error) -> Failure {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let is_for_all = matches!(
        error.kind(),
        StorageFull | QuotaExceeded | ReadOnlyFilesystem
    );
    let error = anyhow::Error::new(error).context("the output cannot be written");
    if is_for_all {
        Failure::Output(error)
    } else {
        Failure::File(error)
    }
}
