//! Reading text files into streams of ids.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::case::CaseCounts;
use crate::lm::{BOS, EOS, FIRST_WORD, Piece, STOP, fold_word, piece};
use crate::syllable::{Casing, casing};
use crate::text::{Normalizer, Token, tokenize};
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

pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
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

#[derive(Default)]
struct Builder {
    text: Text,
    /// Spellings as written, so that each is folded once.
    seen: HashMap<Box<str>, (u32, Casing)>,
    ids: HashMap<Box<str>, u32>,
    normalizer: Normalizer,
    tokens: Vec<Token>,
}

impl Builder {
    fn line(&mut self, line: &str) {
        self.normalizer.normalize(line);
        let line = self.normalizer.text();
        self.tokens.clear();
        tokenize(line, &mut self.tokens);

        let start = self.text.stream.len();
        self.text.stream.push(BOS.into());
        self.text.case.start_clause();
        for token in &self.tokens {
            let written = token.text(line);
            match piece(token.kind, written) {
                Piece::Nothing => {}
                Piece::Id(id) => {
                    self.text.stream.push(id.into());
                    match id {
                        STOP => self.text.case.start_clause(),
                        _ => self.text.case.other(),
                    }
                }
                Piece::Word => {
                    let known = self.seen.get(written).copied();
                    let (id, casing) = known.unwrap_or_else(|| {
                        intern(&mut self.seen, &mut self.ids, &mut self.text.words, written)
                    });
                    self.text.stream.push(id);
                    self.text.case.word(id - u32::from(FIRST_WORD), casing);
                }
            }
        }
        if self.text.stream.len() == start + 1 {
            self.text.stream.pop();
        } else {
            self.text.stream.push(EOS.into());
        }
    }
}

fn intern(
    seen: &mut HashMap<Box<str>, (u32, Casing)>,
    ids: &mut HashMap<Box<str>, u32>,
    words: &mut Vec<Box<str>>,
    written: &str,
) -> (u32, Casing) {
    let mut folded = String::new();
    fold_word(written, &mut folded);
    let id = *ids.entry(folded.into()).or_insert_with_key(|word| {
        words.push(word.clone());
        words.len() as u32 - 1 + u32::from(FIRST_WORD)
    });
    let known = (id, casing(written));
    seen.insert(written.into(), known);
    known
}
