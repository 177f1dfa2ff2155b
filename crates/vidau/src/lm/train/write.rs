//! Quantising a model and writing its sections.

use std::collections::BTreeMap;

use fst::MapBuilder;

use super::model::{BackoffModel, Level};
use super::quantize::{self, Pair};
use crate::cost::cost_of;
use crate::lm::BOS;
use crate::lm::sections::{self, Entry, write};
use crate::model::container::Tag;
use crate::{Cost, NAT};

/// Larger back-off costs would be of contexts that nothing backs off from.
const MOST_BACKOFF: Cost = 12 * NAT;

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
        let left = backoff_share(level, model.levels.get(n + 1));
        let pairs = (0..level.len()).map(|i| {
            let weight = f64::from(level.weight[i]).sqrt();
            (pair(level, i), [weight, weight * left[i]])
        });
        let (book, code) = quantize::codebook(pairs);
        books.push(book);
        codes.push(code);
    }
    vec![
        (sections::UNIGRAMS, write::unigrams(&unigrams)),
        (sections::CODEBOOKS, write::codebooks(&books)),
        (sections::NGRAMS, ngrams(model, &codes)),
    ]
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

/// The automaton: contexts before what extends them, which is the order of
/// their keys.
fn ngrams(model: &BackoffModel, codes: &[BTreeMap<Pair, u8>]) -> Vec<u8> {
    struct Walk<'a> {
        model: &'a BackoffModel,
        codes: &'a [BTreeMap<Pair, u8>],
        next: Vec<usize>,
        key: Vec<u8>,
        builder: MapBuilder<Vec<u8>>,
    }
    impl Walk<'_> {
        /// Writes what extends n-gram `i` of `n` words.
        fn extend(&mut self, n: usize, i: usize) -> Result<(), fst::Error> {
            let Some(level) = self.model.levels.get(n) else {
                return Ok(());
            };
            while let Some(&context) = level.context.get(self.next[n])
                && context as usize == i
            {
                let at = self.next[n];
                self.next[n] += 1;
                self.key.extend(level.word[at].to_be_bytes());
                let code = self.codes[n - 1][&pair(level, at)];
                self.builder.insert(&self.key, code.into())?;
                self.extend(n + 1, at)?;
                self.key.truncate(n * 2);
            }
            Ok(())
        }
    }
    let mut walk = Walk {
        model,
        codes,
        next: vec![0; model.levels.len()],
        key: Vec::new(),
        builder: MapBuilder::memory(),
    };
    let written = (0..model.levels[0].len()).try_for_each(|id| {
        walk.key = (id as u16).to_be_bytes().to_vec();
        walk.extend(1, id)
    });
    // Keys ascend by construction and memory does not fail.
    written
        .and_then(|()| walk.builder.into_inner())
        .unwrap_or_default()
}
