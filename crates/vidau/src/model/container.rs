//! The container: a header, a table of sections, the sections.
//!
//! ```text
//! 0   8  magic "vidau\0\r\n" (the line end shows a file mangled in transfer)
//! 8   4  format version, little-endian
//! 12  4  number of sections n
//! 16  4  CRC-32 of the section table
//! 20  4  zero
//! 24  24 per section: tag (4 bytes), CRC-32 (4), offset (8), length (8)
//! ```
//! Sections start at multiples of 8. Numbers are little-endian.

use super::{Bytes, automaton};
use crate::error::{Error, Result};

const MAGIC: [u8; 8] = *b"vidau\0\r\n";
const HEADER: usize = 24;
const ENTRY: usize = 24;
/// More sections than any version writes; a larger number is damage.
const MAX_SECTIONS: usize = 64;

/// Version of the model format.
///
/// When to bump: a section's layout or meaning changes, a section that the
/// reader needs is added, the coding of letters, tokens or costs changes, or
/// the `fst` crate (whose bytes are stored verbatim) changes its format.
///
/// History: 1, first version; 2, n-grams of 4.5 bytes instead of 6.2: words of
/// one or two bytes, a code per step, codes of their own for contexts.
pub const FORMAT_VERSION: u32 = 2;

/// Sections that hold an `fst`: the n-grams and the lexicon.
const AUTOMATA: [Tag; 2] = [*b"NGRM", *b"LEXI"];

/// Four ASCII letters that name a section.
pub type Tag = [u8; 4];

/// An opened container: its sections, used in place.
#[derive(Debug, Clone)]
pub struct Container {
    name: String,
    bytes: Bytes,
    sections: Vec<Section>,
}

#[derive(Debug, Clone)]
struct Section {
    tag: Tag,
    crc: u32,
    offset: usize,
    len: usize,
}

impl Container {
    /// Reads header and table. Cheap: the sections' checksums are left to
    /// [`verify`](Self::verify). `name` is what errors call the file.
    ///
    /// # Errors
    /// [`Error::NotAModel`], [`Error::ModelVersion`], [`Error::DamagedModel`].
    pub fn open(name: &str, bytes: Bytes) -> Result<Self> {
        let damaged = |offset: usize, problem: &str| Error::DamagedModel {
            name: name.to_owned(),
            section: "header".to_owned(),
            offset: offset as u64,
            problem: problem.to_owned(),
        };
        if bytes.len() < MAGIC.len() || bytes[..MAGIC.len()] != MAGIC {
            let found = if bytes.is_empty() {
                "an empty file".to_owned()
            } else {
                format!("starts with {:02x?}", &bytes[..bytes.len().min(8)])
            };
            return Err(Error::NotAModel {
                name: name.to_owned(),
                found,
            });
        }
        if bytes.len() < HEADER {
            return Err(damaged(bytes.len(), "the file ends within the header"));
        }
        let version = u32_at(&bytes, 8);
        if version != FORMAT_VERSION {
            return Err(Error::ModelVersion {
                name: name.to_owned(),
                found: version,
                expected: FORMAT_VERSION,
            });
        }
        let n = u32_at(&bytes, 12) as usize;
        if n > MAX_SECTIONS {
            return Err(damaged(12, "impossible number of sections"));
        }
        let table_end = HEADER + n * ENTRY;
        if bytes.len() < table_end {
            return Err(damaged(
                bytes.len(),
                "the file ends within the table of sections",
            ));
        }
        if crc32fast::hash(&bytes[HEADER..table_end]) != u32_at(&bytes, 16) {
            return Err(damaged(
                HEADER,
                "the checksum of the table of sections is wrong",
            ));
        }
        let mut sections = Vec::with_capacity(n);
        for i in 0..n {
            let at = HEADER + i * ENTRY;
            let mut tag = [0; 4];
            tag.copy_from_slice(&bytes[at..at + 4]);
            let offset = u64_at(&bytes, at + 8);
            let len = u64_at(&bytes, at + 16);
            let end = offset.checked_add(len).filter(|&e| e <= bytes.len() as u64);
            if end.is_none() || offset < table_end as u64 {
                return Err(Error::DamagedModel {
                    name: name.to_owned(),
                    section: tag_name(tag),
                    offset,
                    problem: format!(
                        "{len} bytes are expected there, the file has {}",
                        bytes.len()
                    ),
                });
            }
            sections.push(Section {
                tag,
                crc: u32_at(&bytes, at + 4),
                offset: offset as usize,
                len: len as usize,
            });
        }
        Ok(Self {
            name: name.to_owned(),
            bytes,
            sections,
        })
    }

    /// Compares every section with its checksum and checks that automata are
    /// well formed, since whoever can write a file can write its checksums.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] naming the first section that is not sound.
    pub fn verify(&self) -> Result<()> {
        for s in &self.sections {
            let bytes = &self.bytes[s.offset..s.offset + s.len];
            if crc32fast::hash(bytes) != s.crc {
                return Err(self.damaged(s.tag, "the checksum is wrong"));
            }
            if AUTOMATA.contains(&s.tag) {
                automaton::check(bytes).map_err(|problem| self.damaged(s.tag, problem))?;
            }
        }
        Ok(())
    }

    /// The section called `tag`.
    ///
    /// # Errors
    /// [`Error::DamagedModel`] when there is none.
    pub fn section(&self, tag: Tag) -> Result<Bytes> {
        let found = self.sections.iter().find(|s| s.tag == tag);
        found
            .and_then(|s| self.bytes.slice(s.offset..s.offset + s.len))
            .ok_or_else(|| self.damaged(tag, "the section is missing"))
    }

    /// Tags and lengths in bytes, in the file's order.
    pub fn sections(&self) -> impl Iterator<Item = (Tag, usize)> + '_ {
        self.sections.iter().map(|s| (s.tag, s.len))
    }

    /// The whole file's bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The file's name, or `<bytes>`.
    #[cfg(feature = "train")]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// An error about the contents of section `tag`.
    pub(crate) fn damaged(&self, tag: Tag, problem: impl Into<String>) -> Error {
        let offset = self.sections.iter().find(|s| s.tag == tag);
        Error::DamagedModel {
            name: self.name.clone(),
            section: tag_name(tag),
            offset: offset.map_or(0, |s| s.offset as u64),
            problem: problem.into(),
        }
    }
}

/// Writes a container from sections in the given order.
#[must_use]
pub fn write_container(sections: &[(Tag, Vec<u8>)]) -> Vec<u8> {
    let table_end = HEADER + sections.len() * ENTRY;
    let mut table = Vec::new();
    let mut body = Vec::new();
    for (tag, data) in sections {
        while !(table_end + body.len()).is_multiple_of(8) {
            body.push(0);
        }
        table.extend_from_slice(tag);
        table.extend_from_slice(&crc32fast::hash(data).to_le_bytes());
        table.extend_from_slice(&((table_end + body.len()) as u64).to_le_bytes());
        table.extend_from_slice(&(data.len() as u64).to_le_bytes());
        body.extend_from_slice(data);
    }
    let mut out = Vec::with_capacity(table_end + body.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    out.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(&table).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&table);
    out.extend_from_slice(&body);
    out
}

fn tag_name(tag: Tag) -> String {
    tag.escape_ascii().to_string()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut b = [0; 4];
    b.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(b)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut b = [0; 8];
    b.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        write_container(&[(*b"AAAA", vec![1, 2, 3]), (*b"BBBB", vec![9; 20])])
    }

    #[test]
    fn sections_come_back() {
        let c = Container::open("x", sample().into()).unwrap();
        c.verify().unwrap();
        assert_eq!(&c.section(*b"AAAA").unwrap()[..], &[1, 2, 3]);
        assert_eq!(&c.section(*b"BBBB").unwrap()[..], &[9; 20]);
        assert!(c.section(*b"CCCC").is_err());
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_an_error() {
        let whole = sample();
        let check = |bytes: Vec<u8>| Container::open("x", bytes.into()).and_then(|c| c.verify());
        for len in 0..whole.len() {
            assert!(check(whole[..len].to_vec()).is_err(), "cut at {len}");
        }
        let padding = [20, 21, 22, 23, HEADER + 2 * ENTRY + 3];
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            let is_padding = padding.contains(&at) || (75..80).contains(&at);
            assert!(is_padding || check(bytes).is_err(), "flipped {at}");
        }
    }
}
