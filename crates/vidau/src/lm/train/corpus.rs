//! Reading text files into streams of ids.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::case::{CaseCounts, Casing};
use super::pieces::{self, Piece};
use crate::lm::{BOS, EOS, FIRST_WORD, STOP};
use crate::{Error, Result};

/// Window of the longest-range zstd archives that are read (`zstd --long=27`).
const ZSTD_WINDOW_LOG: u32 = 27;

/// One file's text, its words numbered as they came.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Ids below [`FIRST_WORD`], then the words of `words`; every paragraph
    /// between `<s>` and `</s>`.
    pub(super) stream: Vec<u32>,
    /// Words in the order they came: lower case, old tone placement.
    pub(super) words: Vec<Box<str>>,
    /// How each word was cased.
    pub(super) case: CaseCounts,
}

pub(super) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let io = |source| Error::Io {
        path: path.to_owned(),
        source,
    };
    let file = BufReader::new(File::open(path).map_err(io)?);
    if path.extension().is_none_or(|e| e != "zst") {
        return Ok(Box::new(file));
    }
    let mut decoder = zstd::Decoder::with_buffer(file).map_err(io)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(io)?;
    Ok(Box::new(BufReader::with_capacity(1 << 20, decoder)))
}

/// Reads a text file, a paragraph a line, plain or compressed by zstd.
pub(super) fn read(path: &Path) -> Result<Text> {
    let mut reader = open(path)?;
    let mut builder = Builder::default();
    let mut line = String::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        let n = reader.read_line(&mut line).map_err(|e| match e.kind() {
            std::io::ErrorKind::InvalidData => Error::TrainingData {
                name: path.display().to_string(),
                line: number,
                problem: "not UTF-8; convert the file first".to_owned(),
            },
            _ => Error::Io {
                path: path.to_owned(),
                source: e,
            },
        })?;
        if n == 0 {
            return Ok(builder.text);
        }
        builder.line(&line);
    }
}

#[derive(Debug, Default)]
struct Builder {
    text: Text,
    /// Spellings as written, so that each is folded once.
    seen: HashMap<Box<str>, (u32, Casing)>,
    ids: HashMap<Box<str>, u32>,
}

impl Builder {
    fn line(&mut self, line: &str) {
        let start = self.text.stream.len();
        self.text.stream.push(BOS.into());
        self.text.case.start_clause();
        pieces::pieces(line, |piece| match piece {
            Piece::Id(id) => {
                self.text.stream.push(id.into());
                match id {
                    STOP => self.text.case.start_clause(),
                    _ => self.text.case.other(),
                }
            }
            Piece::Word(written) => {
                let (id, casing) = match self.seen.get(written) {
                    Some(&known) => known,
                    None => Self::intern(&mut self.seen, &mut self.ids, &mut self.text, written),
                };
                self.text.stream.push(id);
                self.text.case.word(id - u32::from(FIRST_WORD), casing);
            }
        });
        if self.text.stream.len() == start + 1 {
            self.text.stream.pop();
        } else {
            self.text.stream.push(EOS.into());
        }
    }

    fn intern(
        seen: &mut HashMap<Box<str>, (u32, Casing)>,
        ids: &mut HashMap<Box<str>, u32>,
        text: &mut Text,
        written: &str,
    ) -> (u32, Casing) {
        let folded: Box<str> = pieces::fold(written).into();
        let id = *ids.entry(folded).or_insert_with_key(|word| {
            text.words.push(word.clone());
            text.words.len() as u32 - 1 + u32::from(FIRST_WORD)
        });
        let known = (id, Casing::of(written));
        seen.insert(written.into(), known);
        known
    }
}
