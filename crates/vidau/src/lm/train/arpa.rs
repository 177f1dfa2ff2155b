//! Export in ARPA's text format.

use std::io::{self, Write};

use super::model::BackoffModel;
use crate::lm::BOS;

/// Writes `model` with the words' spellings `word`; base-10 logarithms.
pub(super) fn write(
    model: &BackoffModel,
    word: impl Fn(u16) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names: Vec<String> = model.levels[0].word.iter().map(|&w| word(w)).collect();
    writeln!(out, "\\data\\")?;
    for (n, level) in model.levels.iter().enumerate() {
        writeln!(out, "ngram {}={}", n + 1, level.len())?;
    }
    for (n, level) in model.levels.iter().enumerate() {
        writeln!(out, "\n\\{}-grams:", n + 1)?;
        for i in 0..level.len() {
            let words = model.words(n + 1, i);
            // What is never predicted has no probability of its own.
            let p = match words[..] {
                [BOS] => 0.0,
                _ => level.p[i].log10(),
            };
            write!(out, "{p}\t")?;
            for (k, &id) in words.iter().enumerate() {
                let blank = if k > 0 { " " } else { "" };
                write!(out, "{blank}{}", names[usize::from(id)])?;
            }
            match level.backoff.get(i) {
                Some(backoff) => writeln!(out, "\t{}", backoff.log10())?,
                None => writeln!(out)?,
            }
        }
    }
    writeln!(out, "\n\\end\\")
}
