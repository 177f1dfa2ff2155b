//! What is put aside until the end of a text, without being held: a temporary
//! file without a name, which goes with the process however that ends.

use std::cell::{Cell, RefCell, RefMut};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::{SpooledTempFile, spooled_tempfile, spooled_tempfile_in};

/// As much is held; most texts never see the disk.
const HELD: usize = 1 << 20;

/// A file for what comes, in `folder` where one is named.
pub(crate) fn spool(folder: Option<&Path>) -> SpooledTempFile {
    match folder {
        Some(folder) => spooled_tempfile_in(HELD, folder),
        None => spooled_tempfile(HELD),
    }
}

/// What `write` writes, to be read.
pub(crate) fn written(
    folder: Option<&Path>,
    write: impl FnOnce(&mut BufWriter<SpooledTempFile>) -> anyhow::Result<()>,
) -> anyhow::Result<SpooledTempFile> {
    let mut out = BufWriter::new(spool(folder));
    write(&mut out)?;
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// All that comes from `reader`, and before that `head`.
pub(crate) fn file_of(head: &[u8], reader: &mut impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(head)?;
    io::copy(reader, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// Values put aside, to be read again from any place.
pub(crate) struct List<T> {
    file: RefCell<BufWriter<SpooledTempFile>>,
    end: u64,
    /// It was read, and the file is no longer at its end.
    is_read: Cell<bool>,
    values: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> List<T> {
    pub(crate) fn new() -> Self {
        Self {
            file: RefCell::new(BufWriter::new(spool(None))),
            end: 0,
            is_read: Cell::new(false),
            values: PhantomData,
        }
    }

    pub(crate) fn push(&mut self, value: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.end += line.len() as u64;
        let file = self.file.get_mut();
        if self.is_read.replace(false) {
            file.seek(SeekFrom::End(0))?;
        }
        file.write_all(&line)
    }

    /// The place of what will be pushed next.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// The values between two places; one such reader at a time.
    pub(crate) fn read(&self, places: Range<u64>) -> io::Result<Values<'_, T>> {
        let mut file = self.file.borrow_mut();
        file.flush()?;
        file.get_mut().seek(SeekFrom::Start(places.start))?;
        self.is_read.set(true);
        Ok(Values {
            lines: BufReader::new(Shared(file)).take(places.end - places.start),
            line: Vec::new(),
            values: PhantomData,
        })
    }
}

struct Shared<'l>(RefMut<'l, BufWriter<SpooledTempFile>>);

impl Read for Shared<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.get_mut().read(buffer)
    }
}

/// Values as they are read.
pub(crate) struct Values<'l, T> {
    lines: io::Take<BufReader<Shared<'l>>>,
    line: Vec<u8>,
    values: PhantomData<T>,
}

impl<T: DeserializeOwned> Iterator for Values<'_, T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.line.clear();
        match self.lines.read_until(b'\n', &mut self.line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_slice(&self.line).map_err(io::Error::from)),
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_from_any_place_also_from_the_disk() {
        let mut list: List<String> = List::new();
        let value = |i: usize| format!("{i}\n\"{}", "ữ".repeat(i % 50));
        let mut places = Vec::new();
        for i in 0..20_000 {
            places.push(list.end());
            list.push(&value(i)).expect("pushed");
        }
        assert!(list.end() > HELD as u64);
        for range in [0..20_000, 19_990..20_000, 7..9, 5..5] {
            let end = places.get(range.end).copied().unwrap_or(list.end());
            let read = list.read(places[range.start]..end).expect("read");
            let read: io::Result<Vec<String>> = read.collect();
            assert_eq!(read.expect("values"), range.map(value).collect::<Vec<_>>());
        }
        list.push(&"more".to_owned()).expect("pushed after reading");
        let all = list.read(0..list.end()).expect("read");
        assert_eq!(all.last().expect("one").expect("a value"), "more");
    }
}
