//! What has been done, a line of JSON a file; only ever appended to. A run
//! that was killed goes on from here.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, OpenOptions};
use serde::{Deserialize, Serialize};

use super::stats::Stats;

/// Name and version of the journal's layout.
const SCHEMA: &str = "vidau.journal/1";
pub(crate) const NAME: &str = "journal.jsonl";

#[derive(Debug, Serialize, Deserialize)]
struct Line<E> {
    schema: String,
    #[serde(flatten)]
    event: E,
}

/// What the journal records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Event {
    /// A run begins.
    Start {
        /// Seconds since 1970.
        time: u64,
        version: String,
        model: String,
        config: String,
    },
    File(Box<Record>),
    /// A run has ended by itself; none is written by one that was killed.
    End {
        time: u64,
        outcome: Ending,
        done: u64,
        failed: u64,
        kept: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ending {
    Complete,
    Interrupted,
    /// The output could not be written to any more.
    Stopped,
}

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Below the input folder.
    #[serde(flatten)]
    pub(crate) name: Name,
    pub(crate) status: Status,
    /// BLAKE3 of the input; none where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    #[serde(default)]
    pub(crate) output_size: u64,
    /// Program, model and options.
    pub(crate) config: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stats: Option<Stats>,
    /// There is a review page of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) review: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

impl Record {
    /// Makes it the record of a failure.
    pub(crate) fn fail(&mut self, error: &anyhow::Error) {
        self.status = Status::Failed;
        self.output = None;
        self.output_size = 0;
        self.format = None;
        self.stats = None;
        self.review = false;
        self.error = Some(format!("{error:#}"));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Done,
    Failed,
}

/// A path as JSON can hold it: where it is not UTF-8, the other bytes stand
/// as `\xHH` and a backslash as `\\`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) path: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) escaped: bool,
}

impl Name {
    pub(crate) fn of(path: &Path) -> Self {
        if let Some(text) = path.to_str() {
            return Self {
                path: text.to_owned(),
                escaped: false,
            };
        }
        let mut text = String::new();
        for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
            text += &chunk.valid().replace('\\', "\\\\");
            for byte in chunk.invalid() {
                text += &format!("\\x{byte:02x}");
            }
        }
        Self {
            path: text,
            escaped: true,
        }
    }

    fn key(&self) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[u8::from(self.escaped)]);
        hasher.update(self.path.as_bytes());
        short(&hasher.finalize())
    }
}

type Key = [u8; 16];

fn short(hash: &blake3::Hash) -> Key {
    let mut key = [0; 16];
    key.copy_from_slice(&hash.as_bytes()[..16]);
    key
}

/// The latest of a file in the journal, as little of it as tells whether it
/// has to be done again: there may be millions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past {
    input: Option<Key>,
    config: Key,
    pub(crate) status: Status,
    pub(crate) output_size: u64,
    /// Where its line starts.
    offset: u64,
    /// Met in this run.
    met: bool,
}

impl Past {
    /// Whether the same program made it of the same bytes.
    pub(crate) fn is_of(&self, input: &blake3::Hash, config: &str) -> bool {
        self.input == Some(short(input)) && self.config == short(&blake3::hash(config.as_bytes()))
    }
}

/// The journal, open for appending.
pub(crate) struct Journal {
    file: File,
    index: Index,
}

/// Where the latest line of each file is.
#[derive(Default)]
pub(crate) struct Index {
    by_name: HashMap<Key, Past>,
    end: u64,
}

impl Index {
    pub(crate) fn get(&self, name: &Name) -> Option<Past> {
        self.by_name.get(&name.key()).copied()
    }

    /// Reads a journal; a last line that was not written to its end, or one
    /// that is damaged, counts as not written.
    pub(crate) fn read(file: &File) -> io::Result<Self> {
        let mut index = Self::default();
        for_each_line(file, |offset, end, event| {
            index.end = end;
            if let Some(Event::File(record)) = event {
                index.add(&record, offset, false);
            }
        })?;
        Ok(index)
    }

    fn add(&mut self, record: &Record, offset: u64, met: bool) {
        let input = record.input.as_deref();
        let past = Past {
            input: input
                .and_then(|hex| blake3::Hash::from_hex(hex).ok())
                .map(|hash| short(&hash)),
            config: short(&blake3::hash(record.config.as_bytes())),
            status: record.status,
            output_size: record.output_size,
            offset,
            met,
        };
        self.by_name.insert(record.name.key(), past);
    }
}

impl Journal {
    /// Opens the journal in `folder` or starts one, and reads what it says.
    pub(crate) fn open(folder: &Dir) -> anyhow::Result<Self> {
        let open = || -> io::Result<Self> {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true);
            options.follow(FollowSymlinks::No);
            let file = folder.open_with(NAME, &options)?.into_std();
            let index = Index::read(&file)?;
            // A torn line would swallow the next one.
            if file.metadata()?.len() > index.end {
                file.set_len(index.end)?;
            }
            Ok(Self { file, index })
        };
        open().context("the journal cannot be read")
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Appends the events and has them on the disk, all or none.
    pub(crate) fn append(&mut self, events: &[Event]) -> anyhow::Result<()> {
        let mut text = Vec::new();
        let mut starts = Vec::with_capacity(events.len());
        for event in events {
            starts.push(self.index.end + text.len() as u64);
            let schema = SCHEMA.to_owned();
            serde_json::to_writer(&mut text, &Line { schema, event })?;
            text.push(b'\n');
        }
        let mut write = || -> io::Result<()> {
            self.file.seek(SeekFrom::Start(self.index.end))?;
            self.file.write_all(&text)?;
            self.file.sync_data()
        };
        if let Err(e) = write() {
            // Part of it may be there; if this fails, too, the next run does it.
            let _ = self.file.set_len(self.index.end);
            return Err(e).context("the journal cannot be written");
        }
        self.index.end += text.len() as u64;
        for (event, start) in events.iter().zip(starts) {
            if let Event::File(record) = event {
                self.index.add(record, start, true);
            }
        }
        Ok(())
    }

    /// Notes that a file of an earlier run was met and stays as it is.
    pub(crate) fn keep(&mut self, name: &Name) {
        if let Some(past) = self.index.by_name.get_mut(&name.key()) {
            past.met = true;
        }
    }

    /// The latest record of each file met in this run, in the order of the
    /// journal.
    pub(crate) fn for_each_met(&self, mut visit: impl FnMut(Record)) -> anyhow::Result<()> {
        for_each_line(&self.file, |offset, _, event| {
            if let Some(Event::File(record)) = event
                && let Some(past) = self.index.get(&record.name)
                && past.met
                && past.offset == offset
            {
                visit(*record);
            }
        })
        .context("the journal cannot be read")
    }
}

/// The latest record of each file in the journal of another run.
pub(crate) fn for_each_latest(file: &File, mut visit: impl FnMut(Record)) -> io::Result<()> {
    let index = Index::read(file)?;
    for_each_line(file, |offset, _, event| {
        if let Some(Event::File(record)) = event
            && index.get(&record.name).is_some_and(|p| p.offset == offset)
        {
            visit(*record);
        }
    })
}

/// Each whole line with its start and end; a damaged one is `None`.
fn for_each_line(file: &File, mut visit: impl FnMut(u64, u64, Option<Event>)) -> io::Result<()> {
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut line, mut start) = (Vec::new(), 0);
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok(());
        }
        let end = start + line.len() as u64;
        let parsed = serde_json::from_slice::<Line<Event>>(&line).ok();
        let event = parsed.filter(|l| l.schema == SCHEMA).map(|l| l.event);
        visit(start, end, event);
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(path: &str, input: &[u8]) -> Record {
        Record {
            name: Name::of(Path::new(path)),
            status: Status::Done,
            input: Some(blake3::hash(input).to_hex().to_string()),
            output: None,
            output_size: 7,
            config: "c1".to_owned(),
            format: Some("text".to_owned()),
            stats: None,
            review: false,
            error: None,
        }
    }

    fn folder() -> (tempfile::TempDir, Dir) {
        let dir = tempfile::tempdir().unwrap();
        let opened = Dir::open_ambient_dir(dir.path(), cap_std::ambient_authority()).unwrap();
        (dir, opened)
    }

    fn met(journal: &Journal) -> Vec<Record> {
        let mut records = Vec::new();
        journal.for_each_met(|r| records.push(r)).unwrap();
        records
    }

    #[test]
    fn the_latest_line_of_a_file_counts() {
        let (_dir, folder) = folder();
        let mut journal = Journal::open(&folder).unwrap();
        let (old, new, other) = (record("a", b"1"), record("a", b"2"), record("b", b"1"));
        for r in [&old, &other, &new] {
            journal.append(&[Event::File(r.clone().into())]).unwrap();
        }
        assert_eq!(met(&journal), [other.clone(), new.clone()]);

        let mut journal = Journal::open(&folder).unwrap();
        let past = journal.index().get(&new.name).unwrap();
        assert!(past.is_of(&blake3::hash(b"2"), "c1"));
        assert!(!past.is_of(&blake3::hash(b"1"), "c1"));
        assert!(!past.is_of(&blake3::hash(b"2"), "c2"));
        assert_eq!(met(&journal), [], "nothing was met in this run");
        journal.keep(&new.name);
        assert_eq!(met(&journal), [new]);
    }

    #[test]
    fn a_torn_line_counts_as_not_written_and_goes() {
        let (dir, folder) = folder();
        let path = dir.path().join(NAME);
        let (a, b) = (record("a", b"1"), record("b", b"1"));
        let mut journal = Journal::open(&folder).unwrap();
        journal.append(&[Event::File(a.clone().into())]).unwrap();
        let one = std::fs::read(&path).unwrap();
        journal.append(&[Event::File(b.clone().into())]).unwrap();
        let two = std::fs::read(&path).unwrap();
        drop(journal);
        for cut in one.len()..two.len() {
            std::fs::write(&path, &two[..cut]).unwrap();
            let mut journal = Journal::open(&folder).unwrap();
            assert!(journal.index().get(&a.name).is_some());
            assert!(journal.index().get(&b.name).is_none());
            journal.append(&[Event::File(b.clone().into())]).unwrap();
            drop(journal);
            assert_eq!(std::fs::read(&path).unwrap(), two);
        }
    }

    #[test]
    fn a_damaged_line_costs_no_other() {
        let (dir, folder) = folder();
        let path = dir.path().join(NAME);
        let mut journal = Journal::open(&folder).unwrap();
        let records = ["a", "b", "c"].map(|p| record(p, b"1"));
        journal
            .append(&records.clone().map(|r| Event::File(r.into())))
            .unwrap();
        drop(journal);
        let mut bytes = std::fs::read(&path).unwrap();
        let second = bytes.iter().position(|&b| b == b'\n').unwrap() + 20;
        bytes[second] = 0xff;
        std::fs::write(&path, bytes).unwrap();
        let journal = Journal::open(&folder).unwrap();
        let is_known = records.map(|r| journal.index().get(&r.name).is_some());
        assert_eq!(is_known, [true, false, true]);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_utf8_stay_apart() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes: &[u8]| Name::of(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(name(b"a\xff\\b").path, "a\\xff\\\\b");
        assert_ne!(name(b"a\xff").key(), name(b"a\\xff").key());
    }
}
