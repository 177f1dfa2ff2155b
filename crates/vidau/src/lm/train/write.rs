//! Quantising a model and writing its sections.

use std::collections::BTreeMap;

use super::model::{BackoffModel, Level};
use super::quantize::{self, Pair};
use super::trie::{Child, TrieWriter};
use crate::cost::cost_of;
use crate::lm::BOS;
use crate::lm::sections::{self, Entry, write, write::Book};
use crate::lm::spelling::{Spelt, spell};
use crate::model::container::Tag;
use crate::{Cost, NAT};

/// Larger back-off costs would be of contexts that nothing backs off from.
const MOST_BACKOFF: Cost = 12 * NAT;
/// Codes of n-grams that are no context. With fewer more nodes are equal.
const END_CODES: usize = 32;

fn pair(level: &Level, i: usize) -> Pair {
    let backoff = level.backoff.get(i).map_or(0, |&b| {
        let cost = (-f64::from(b).ln() * f64::from(NAT)).round() as Cost;
        cost.clamp(-MOST_BACKOFF, MOST_BACKOFF)
    });
    (cost_of(level.p[i].into()), backoff)
}

/// The sections `UNIG`, `CODE` and `NGRM` of `model`.
pub(super) fn sections(model: &BackoffModel) -> Vec<(Tag, Vec<u8>)> {
    let unigrams: Vec<Entry> = (0..model.levels[0].len())
        .map(|i| {
            let (cost, backoff) = pair(&model.levels[0], i);
            let cost = if i == usize::from(BOS) {
                Cost::from(u16::MAX)
            } else {
                cost
            };
            Entry {
                cost,
                backoff: backoff as i16,
            }
        })
        .collect();
    let mut books = Vec::new();
    let mut codes = Vec::new();
    for (n, level) in model.levels.iter().enumerate().skip(1) {
        let (book, code) = codebooks(level, model.levels.get(n + 1));
        books.push(book);
        codes.push(code);
    }
    vec![
        (sections::UNIGRAMS, write::unigrams(&unigrams)),
        (sections::CODEBOOKS, write::codebooks(&books)),
        (sections::NGRAMS, ngrams(model, &codes)),
    ]
}

/// The codes of the n-grams of one length: of contexts, and of the others,
/// which need none for backing off.
struct Codes {
    contexts: BTreeMap<Pair, u8>,
    ends: BTreeMap<Pair, u8>,
}

fn codebooks(level: &Level, upper: Option<&Level>) -> (Book, Codes) {
    let left = backoff_share(level, upper);
    let pairs = |is_context: bool| {
        (0..level.len())
            .filter(|&i| (left[i] > 0.0) == is_context)
            .map(|i| {
                let weight = f64::from(level.weight[i]).sqrt();
                (pair(level, i), [weight, weight * left[i]])
            })
            .collect::<Vec<_>>()
    };
    let (contexts, context_codes) = quantize::codebook(pairs(true), 256);
    let ends = pairs(false).into_iter();
    let ends = ends.map(|((cost, _), weight)| ((cost, 0), weight));
    let (ends, end_codes) = quantize::codebook(ends, END_CODES);
    let book = Book {
        ngrams: level.len() as u32,
        contexts,
        ends: ends.into_iter().map(|e| e.0).collect(),
    };
    let codes = Codes {
        contexts: context_codes,
        ends: end_codes,
    };
    (book, codes)
}

/// How often, of all times that an n-gram is the context, it backs off.
fn backoff_share(level: &Level, upper: Option<&Level>) -> Vec<f64> {
    let Some(upper) = upper else {
        return vec![0.0; level.len()];
    };
    let mut left = vec![1.0; level.len()];
    let mut extended = vec![false; level.len()];
    for (&context, &p) in upper.context.iter().zip(&upper.p) {
        left[context as usize] -= f64::from(p);
        extended[context as usize] = true;
    }
    for (share, extended) in left.iter_mut().zip(extended) {
        *share = if extended {
            share.clamp(0.01, 1.0)
        } else {
            0.0
        };
    }
    left
}

/// The automaton, what extends an n-gram before the n-gram.
fn ngrams(model: &BackoffModel, codes: &[Codes]) -> Vec<u8> {
    struct Walk<'a> {
        model: &'a BackoffModel,
        codes: &'a [Codes],
        spelt: Vec<Spelt>,
        next: Vec<usize>,
        writer: TrieWriter,
    }
    impl Walk<'_> {
        /// The n-grams that extend n-gram `i` of `n` words.
        fn extend(&mut self, n: usize, i: usize) -> Vec<Child> {
            let mut children = Vec::new();
            let Some(level) = self.model.levels.get(n) else {
                return children;
            };
            while let Some(&context) = level.context.get(self.next[n])
                && context as usize == i
            {
                let at = self.next[n];
                self.next[n] += 1;
                let after = self.extend(n + 1, at);
                let (cost, backoff) = pair(level, at);
                let codes = &self.codes[n - 1];
                children.push(Child {
                    word: self.spelt[usize::from(level.word[at])],
                    code: match after.is_empty() {
                        true => codes.ends[&(cost, 0)],
                        false => codes.contexts[&(cost, backoff)],
                    },
                    node: self.writer.context(&after),
                });
            }
            children
        }
    }
    let words = model.levels[0].len();
    let mut walk = Walk {
        model,
        codes,
        spelt: spell(words),
        next: vec![0; model.levels.len()],
        writer: TrieWriter::new(),
    };
    let mut roots = Vec::new();
    for id in 0..words {
        let after = walk.extend(1, id);
        if !after.is_empty() {
            roots.push(Child {
                word: walk.spelt[id],
                code: 0,
                node: walk.writer.context(&after),
            });
        }
    }
    walk.writer.finish(&roots)
}
