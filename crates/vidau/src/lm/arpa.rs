//! A model written in ARPA's text format, for other programs.

use std::collections::HashMap;
use std::io::{self, Write};

use fst::raw::Fst;

use super::NgramModel;
use super::sections::Entry;
use super::spelling::{self, is_group};
use super::trie::Step;
use super::vocab::BOS;
use crate::{Cost, NAT};

/// Writes the model as it stands in the file, quantised.
pub(super) fn write(model: &NgramModel, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\\data\\\nngram 1={}", model.vocab_len())?;
    for (length, book) in (2..).zip(&model.codebooks) {
        writeln!(out, "ngram {length}={}", book.ngrams)?;
    }
    let fst = Fst::new(model.ngrams.bytes()).map_err(io::Error::other)?;
    let spelt = spelling::spell(model.vocab_len());
    let by_spelling = (0..)
        .zip(spelt)
        .map(|(id, s)| ((s.first(), s.second()), id));
    let mut walk = Walk {
        model,
        fst,
        by_spelling: by_spelling.collect(),
        words: Vec::new(),
        length: 1,
        out,
    };
    writeln!(walk.out, "\n\\1-grams:")?;
    for id in 0..model.vocab_len() as u16 {
        walk.words.push(id);
        walk.line(model.unigram_entry(id))?;
        walk.words.pop();
    }
    for length in 2..=model.order() {
        writeln!(walk.out, "\n\\{length}-grams:")?;
        walk.length = length;
        walk.context(model.ngrams.root())?;
    }
    writeln!(walk.out, "\n\\end\\")
}

/// On the way through the automaton.
struct Walk<'a> {
    model: &'a NgramModel,
    fst: Fst<&'a [u8]>,
    by_spelling: HashMap<(u8, Option<u8>), u16>,
    /// From the root to here.
    words: Vec<u16>,
    /// N-grams of this length are written.
    length: usize,
    out: &'a mut dyn Write,
}

impl Walk<'_> {
    /// All that follows the context at this address.
    fn context(&mut self, address: u32) -> io::Result<()> {
        self.letters(address as usize, 0, None)
    }

    /// The words that begin with `first`, of which `code` was met on the way.
    fn letters(&mut self, address: usize, code: u64, first: Option<u8>) -> io::Result<()> {
        let fst = &self.fst;
        let transitions: Vec<_> = fst.node(address).transitions().collect();
        for t in transitions {
            let code = code + t.out.value();
            let spelt = match first {
                Some(first) => (first, Some(t.inp)),
                None => (t.inp, None),
            };
            match self.by_spelling.get(&spelt) {
                Some(&word) => {
                    let step = Step {
                        code: code as u8,
                        address: t.addr as u32,
                    };
                    self.ngram(word, step)?;
                }
                None if is_group(t.inp) => self.letters(t.addr, code, first)?,
                None => self.letters(t.addr, code, Some(t.inp))?,
            }
        }
        Ok(())
    }

    fn ngram(&mut self, word: u16, step: Step) -> io::Result<()> {
        self.words.push(word);
        match self.words.len() {
            length if length == self.length => self.line(self.model.entry(length - 1, step))?,
            _ if step.address != 0 => self.context(step.address)?,
            _ => {}
        }
        self.words.pop();
        Ok(())
    }

    fn line(&mut self, entry: Entry) -> io::Result<()> {
        // What is never predicted has no probability of its own.
        match self.words[..] {
            [BOS] => write!(self.out, "-99")?,
            _ => write!(self.out, "{}", log10(entry.cost))?,
        }
        for (k, &id) in self.words.iter().enumerate() {
            let blank = if k > 0 { ' ' } else { '\t' };
            write!(self.out, "{blank}{}", self.model.word(id))?;
        }
        match self.words.len() < self.model.order() {
            true => writeln!(self.out, "\t{}", log10(entry.backoff.into())),
            false => writeln!(self.out),
        }
    }
}

fn log10(cost: Cost) -> f64 {
    f64::from(-cost) / f64::from(NAT) / std::f64::consts::LN_10
}
