//! Plain text of any length, part by part: as much as the engine decodes
//! together is all that is held.

use std::io::{self, Read};

use vidau::Worker;
use vidau::formats::{Format, Record};

use crate::input::{Input, not_utf8};
use crate::ledger::Findings;
use crate::page::{PageOptions, PageOutcome, restore_input};

/// Plain text above this, in bytes, is restored in parts.
pub(crate) const WHOLE: u64 = 1 << 17;
/// Lines that the engine decodes together.
const LINES: usize = 400;
/// Longer parts are cut before that, at a line end or else at a blank: what
/// the engine needs grows with the length of a part.
const BYTES: usize = 1 << 15;

/// Restores the text that `reader` gives and hands on each part with the
/// place where it starts; places of its findings are those in the whole, of
/// its edits those in the part. `name` is what messages call it.
///
/// All parts' changes take the same memory: where a piece as large is given
/// back, the C library's allocator takes such pieces from between the small
/// ones from then on, and gaps of megabytes come to be.
pub(crate) fn restore(
    worker: &mut Worker<'_>,
    name: &str,
    reader: impl Read,
    record: Record,
    hand_on: &mut dyn FnMut(u64, &mut PageOutcome) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut parts = Parts::new(name, reader);
    let mut place = Place::default();
    let mut emptied = Vec::new();
    while let Some((start, text)) = parts.next()? {
        let options = PageOptions {
            format: Some(Format::Text),
            record,
            goes_on: start > 0,
            ..PageOptions::default()
        };
        let input = Input::from_text(name, text);
        let mut page = restore_input(worker, input, &options, emptied)?;
        place.shift(&mut page.findings);
        place.pass(page.input.whole(), page.output.len());
        hand_on(start, &mut page)?;
        emptied = page.findings.changes;
        emptied.clear();
    }
    Ok(())
}

/// Where a part stands in the whole.
#[derive(Default)]
struct Place {
    start: usize,
    output_start: usize,
    lines: usize,
    columns: usize,
}

impl Place {
    /// Makes places in the part places in the whole.
    fn shift(&self, findings: &mut Findings) {
        for found in findings.changes.iter_mut().chain(&mut findings.flags) {
            found.span = found.span.map(|byte| byte + self.start);
            found.output_start += self.output_start;
            if found.line == 1 {
                found.column += self.columns;
            }
            found.line += self.lines;
        }
    }

    /// Goes past a part.
    fn pass(&mut self, text: &str, output: usize) {
        match text.rsplit_once('\n') {
            Some((_, last)) => self.columns = last.chars().count(),
            None => self.columns += text.trim_start_matches('\u{feff}').chars().count(),
        }
        self.start += text.len();
        self.output_start += output;
        self.lines += text.matches('\n').count();
    }
}

/// Reads, and hashes what was read.
pub(crate) struct Hashed<R> {
    reader: R,
    hasher: blake3::Hasher,
}

impl<R> Hashed<R> {
    pub(crate) fn new(reader: R) -> Self {
        let hasher = blake3::Hasher::new();
        Self { reader, hasher }
    }

    pub(crate) fn hash(&self) -> blake3::Hash {
        self.hasher.finalize()
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

/// A text in parts.
pub(crate) struct Parts<'n, R> {
    name: &'n str,
    reader: R,
    buffer: Vec<u8>,
    is_end: bool,
    /// Bytes and lines before the buffer.
    at: u64,
    line: u64,
}

impl<'n, R: Read> Parts<'n, R> {
    pub(crate) fn new(name: &'n str, reader: R) -> Self {
        Self {
            name,
            reader,
            buffer: Vec::new(),
            is_end: false,
            at: 0,
            line: 1,
        }
    }

    /// The next part and where it starts.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<(u64, String)>> {
        while !self.is_end && self.buffer.len() < BYTES {
            let wanted = (BYTES - self.buffer.len()) as u64;
            let read = (&mut self.reader)
                .take(wanted)
                .read_to_end(&mut self.buffer)?;
            self.is_end = read == 0;
        }
        if self.buffer.is_empty() {
            return Ok(None);
        }
        let mut end = cut(&self.buffer, self.is_end);
        if let Err(e) = std::str::from_utf8(&self.buffer[..end]) {
            let is_cut_character = e.error_len().is_none() && !self.is_end;
            if !is_cut_character || e.valid_up_to() == 0 {
                let lines = count_lines(&self.buffer[..e.valid_up_to()]);
                let byte = self.at + e.valid_up_to() as u64;
                return Err(not_utf8(self.name, byte, self.line + lines));
            }
            end = e.valid_up_to();
        }
        let rest = self.buffer.split_off(end);
        let part = std::mem::replace(&mut self.buffer, rest);
        let start = self.at;
        self.at += end as u64;
        self.line += count_lines(&part);
        Ok(Some((start, String::from_utf8(part)?)))
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}

/// Where the first part of `bytes` ends.
fn cut(bytes: &[u8], is_end: bool) -> usize {
    let is_line_end = |&(_, &b): &(usize, &u8)| b == b'\n';
    if let Some((i, _)) = bytes.iter().enumerate().filter(is_line_end).nth(LINES - 1) {
        return i + 1;
    }
    if is_end {
        return bytes.len();
    }
    let last = |wanted: fn(u8) -> bool| bytes.iter().rposition(|&b| wanted(b)).map(|i| i + 1);
    last(|b| b == b'\n')
        .or_else(|| last(|b| b == b' '))
        .unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &[u8]) -> anyhow::Result<Vec<String>> {
        let mut parts = Parts::new("t", text);
        let mut all: Vec<String> = Vec::new();
        while let Some((start, part)) = parts.next()? {
            assert_eq!(start, all.concat().len() as u64);
            all.push(part);
        }
        Ok(all)
    }

    #[test]
    fn parts_are_as_many_lines_as_are_decoded_together() {
        let text = "dòng\n".repeat(2 * LINES + 3);
        let all = parts(text.as_bytes()).unwrap();
        let lines: Vec<usize> = all.iter().map(|p| p.lines().count()).collect();
        assert_eq!(lines, [LINES, LINES, 3]);
        assert_eq!(all.concat(), text);
        assert_eq!(parts(b"").unwrap(), [""; 0]);
    }

    #[test]
    fn long_lines_are_cut_at_blanks_and_characters_never() {
        for text in ["một hai ".repeat(60_000), "ữ".repeat(200_000)] {
            let all = parts(text.as_bytes()).unwrap();
            assert!(all.len() > 3);
            assert!(all.iter().all(|p| p.len() <= BYTES));
            assert_eq!(all.concat(), text);
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        let mut text = "dòng\n".repeat(1000).into_bytes();
        text.extend(b"m\xe1t\n");
        let error = parts(&text).unwrap_err().to_string();
        assert!(error.contains("byte 6001 (line 1001)"), "{error}");
        assert!(parts(&"ữ".as_bytes()[..2]).is_err(), "a character cut off");
    }
}
