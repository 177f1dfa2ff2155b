//! Kneser-Ney written down as its definition reads, slowly.

use std::collections::{BTreeMap, BTreeSet};

type Ngram = Vec<u16>;

/// Probabilities and back-off factors by the book.
pub(super) struct Reference {
    counts: Vec<BTreeMap<Ngram, u32>>,
    discounts: Vec<[f64; 3]>,
    words: usize,
}

impl Reference {
    pub(super) fn new(lines: &[Vec<u16>], order: usize, words: usize) -> Self {
        let mut real: Vec<BTreeMap<Ngram, u32>> = vec![BTreeMap::new(); order];
        for line in lines {
            for n in 1..=order {
                for gram in line.windows(n) {
                    *real[n - 1].entry(gram.to_vec()).or_default() += 1;
                }
            }
        }
        let mut counts = real.clone();
        for n in 1..order {
            for (gram, count) in &mut counts[n - 1] {
                if gram[0] != 1 {
                    let left: BTreeSet<u16> = real[n]
                        .keys()
                        .filter(|longer| longer[1..] == gram[..])
                        .map(|longer| longer[0])
                        .collect();
                    *count = left.len() as u32;
                }
            }
        }
        counts[0].remove(&vec![1]);
        let discounts = counts.iter().map(discounts).collect();
        Self {
            counts,
            discounts,
            words,
        }
    }

    pub(super) fn ngrams(&self, n: usize) -> impl Iterator<Item = &Ngram> {
        self.counts[n - 1].keys()
    }

    fn extensions(&self, context: &[u16]) -> Vec<u32> {
        let counts = &self.counts[context.len()];
        let extends = |gram: &&Ngram| gram[..context.len()] == *context;
        counts.keys().filter(extends).map(|g| counts[g]).collect()
    }

    fn discount(&self, n: usize, count: u32) -> f64 {
        match count {
            0 => 0.0,
            c => self.discounts[n - 1][c.min(3) as usize - 1],
        }
    }

    pub(super) fn backoff(&self, context: &[u16]) -> f64 {
        let all = self.extensions(context);
        let total: u32 = all.iter().sum();
        if total == 0 {
            return 1.0;
        }
        let taken = all.iter().map(|&c| self.discount(context.len() + 1, c));
        taken.sum::<f64>() / f64::from(total)
    }

    pub(super) fn p(&self, gram: &[u16]) -> f64 {
        let n = gram.len();
        let context = &gram[..n - 1];
        let lower = match n {
            1 => 1.0 / (self.words - 1) as f64,
            _ => self.p(&gram[1..]),
        };
        let total: u32 = self.extensions(context).iter().sum();
        if total == 0 {
            return lower;
        }
        let count = self.counts[n - 1].get(gram).copied().unwrap_or(0);
        let own = f64::from(count) - self.discount(n, count);
        own / f64::from(total) + self.backoff(context) * lower
    }
}

fn discounts(counts: &BTreeMap<Ngram, u32>) -> [f64; 3] {
    let n = |k: u32| counts.values().filter(|&&c| c == k).count() as f64;
    let y = n(1) / (n(1) + 2.0 * n(2));
    let d = [1, 2, 3].map(|k: u32| f64::from(k) - f64::from(k + 1) * y * n(k + 1) / n(k));
    let usable = d
        .iter()
        .zip([1.0, 2.0, 3.0])
        .all(|(d, k)| (0.0..=k).contains(d));
    if usable { d } else { [0.5, 1.0, 1.5] }
}
