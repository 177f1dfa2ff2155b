//! Interpolated modified Kneser-Ney smoothing (Chen & Goodman 1998).
//!
//! Sources may weigh less than one. Discounts and count classes come from the
//! plain counts; each n-gram then carries as mass its expected count, were
//! every occurrence of a source kept with the probability of its weight
//! (after Zhang & Chiang 2014). With all weights one this is plain
//! Kneser-Ney.

use rayon::prelude::*;

use super::count::{Counts, Level};
use super::model::{self, BackoffModel};
use crate::lm::BOS;

/// What is taken off the counts 1, 2, and 3 and more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discounts(pub [f64; 3]);

impl Discounts {
    /// Where the counts of counts are too odd to estimate from.
    const FALLBACK: Self = Self([0.5, 1.0, 1.5]);

    fn estimate(counts: impl Iterator<Item = u32>) -> Self {
        let mut n = [0u64; 5];
        for c in counts.filter(|c| (1..=4).contains(c)) {
            n[c as usize] += 1;
        }
        if n[1..=3].contains(&0) {
            return Self::FALLBACK;
        }
        let n = n.map(|x| x as f64);
        let y = n[1] / (n[1] + 2.0 * n[2]);
        let d = |k: usize| k as f64 - (k as f64 + 1.0) * y * n[k + 1] / n[k];
        let estimated = [d(1), d(2), d(3)];
        if (1..=3).all(|k| (0.0..=k as f64).contains(&estimated[k - 1])) {
            Self(estimated)
        } else {
            Self::FALLBACK
        }
    }

    fn of(&self, count: u32) -> f64 {
        match count {
            0 => 0.0,
            1..=3 => self.0[count as usize - 1],
            _ => self.0[2],
        }
    }
}

/// How to smooth.
#[derive(Debug, Clone)]
pub(super) struct Smoothing<'a> {
    /// Weight of each source, 0 to 1.
    pub(super) weights: &'a [f64],
    /// N-grams of n words seen less often than `cutoffs[n - 1]` are left out.
    pub(super) cutoffs: &'a [u32],
    /// Lower orders from continuation counts (Kneser-Ney) or from
    /// occurrences (absolute discounting).
    pub(super) continuation: bool,
    /// For each length which n-grams of the counts the model is to keep, if
    /// that is known. Kneser-Ney's lower orders count the words to the left
    /// because what repeats is told by the n-gram one longer; where that one
    /// goes they must tell all of it (after Siivola et al. 2007).
    pub(super) kept: Option<&'a [Vec<bool>]>,
}

/// What estimation gives.
#[derive(Debug)]
pub(super) struct Estimate {
    pub(super) model: BackoffModel,
    /// Discounts of each order.
    pub(super) discounts: Vec<Discounts>,
    /// For each length the places of the model's n-grams in the counts.
    pub(super) origins: Vec<Vec<u32>>,
}

/// Estimates a model.
pub(super) fn estimate(counts: &Counts, smoothing: &Smoothing<'_>) -> Estimate {
    let order = counts.levels.len();
    let tallies = tallies(counts, smoothing);
    let mut origins: Vec<Vec<u32>> = Vec::new();
    let mut discounts = Vec::new();
    let mut levels: Vec<model::Level> = Vec::new();
    // Where the n-grams of the level below went; u32::MAX: left out.
    let mut places: Vec<u32> = Vec::new();
    for (n, level) in counts.levels.iter().enumerate() {
        let count = |i: usize| match smoothing.continuation {
            true => level.adjusted[i],
            false => level.total(i),
        };
        // <s> is never predicted.
        let predicted = (0..level.len()).filter(|&i| n > 0 || i != usize::from(BOS));
        let d = Discounts::estimate(predicted.map(count));
        discounts.push(d);
        let weight = |i: usize| weighted(level, i, smoothing.weights) as f32;
        let Tally { count, mass } = &tallies[n];
        let kept_mass = |i: usize| {
            let c = count[i];
            let share = if c == 0 {
                0.0
            } else {
                1.0 - d.of(c) / f64::from(c)
            };
            f64::from(mass[i]) * share
        };
        if n == 0 {
            origins.push((0..level.len() as u32).collect());
            levels.push(unigrams(level, mass, kept_mass, weight));
            places = (0..level.len() as u32).collect();
            continue;
        }
        let below = &mut levels[n - 1];
        let cutoff = smoothing.cutoffs.get(n).copied().unwrap_or(1);
        let kept: Vec<usize> = (0..level.len())
            .filter(|&i| level.total(i) >= cutoff && places[level.context[i] as usize] != u32::MAX)
            .collect();
        let contexts = below.len();
        let mut total = vec![0.0f64; contexts];
        for i in 0..level.len() {
            let place = places[level.context[i] as usize];
            if place != u32::MAX {
                total[place as usize] += f64::from(mass[i]);
            }
        }
        let mut kept_share = vec![0.0f64; contexts];
        for &i in &kept {
            kept_share[places[level.context[i] as usize] as usize] += kept_mass(i);
        }
        below.backoff = total
            .par_iter()
            .zip(&kept_share)
            .map(|(&all, &kept)| {
                if all > 0.0 {
                    (1.0 - kept / all).max(0.0) as f32
                } else {
                    1.0
                }
            })
            .collect();
        let p = kept
            .par_iter()
            .map(|&i| {
                let context = places[level.context[i] as usize] as usize;
                let suffix = places[level.suffix[i] as usize] as usize;
                let own = kept_mass(i) / total[context].max(f64::MIN_POSITIVE);
                (own + f64::from(below.backoff[context]) * f64::from(below.p[suffix])) as f32
            })
            .collect();
        let upper = model::Level {
            word: kept.iter().map(|&i| level.word[i]).collect(),
            context: kept
                .iter()
                .map(|&i| places[level.context[i] as usize])
                .collect(),
            suffix: kept
                .iter()
                .map(|&i| places[level.suffix[i] as usize])
                .collect(),
            weight: kept.iter().map(|&i| weight(i)).collect(),
            p,
            backoff: Vec::new(),
        };
        if n + 1 < order {
            places = vec![u32::MAX; level.len()];
            for (new, &old) in kept.iter().enumerate() {
                places[old] = new as u32;
            }
        }
        levels.push(upper);
        origins.push(kept.iter().map(|&i| i as u32).collect());
    }
    Estimate {
        model: BackoffModel { levels },
        discounts,
        origins,
    }
}

/// Unigrams, interpolated with the uniform distribution over all but `<s>`.
fn unigrams(
    level: &Level,
    mass: &[f32],
    kept_mass: impl Fn(usize) -> f64,
    weight: impl Fn(usize) -> f32,
) -> model::Level {
    let is_bos = |i: usize| i == usize::from(BOS);
    let total: f64 = (0..level.len())
        .filter(|&i| !is_bos(i))
        .map(|i| f64::from(mass[i]))
        .sum();
    let kept: f64 = (0..level.len())
        .filter(|&i| !is_bos(i))
        .map(&kept_mass)
        .sum();
    let uniform = (1.0 - kept / total) / (level.len() - 1) as f64;
    let p = (0..level.len())
        .map(|i| match i {
            _ if is_bos(i) => 1.0,
            _ => (kept_mass(i) / total + uniform) as f32,
        })
        .collect();
    model::Level {
        word: level.word.clone(),
        weight: (0..level.len()).map(weight).collect(),
        p,
        ..Default::default()
    }
}

fn weighted(level: &Level, i: usize, weights: &[f64]) -> f64 {
    let of = |(w, c): (&f64, &Vec<u32>)| w * f64::from(c[i]);
    weights.iter().zip(&level.counts).map(of).sum()
}

/// What is discounted at one order: for each n-gram a count and, sources
/// weighted, its expectation.
struct Tally {
    count: Vec<u32>,
    mass: Vec<f32>,
}

fn tallies(counts: &Counts, smoothing: &Smoothing<'_>) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    for n in (0..counts.levels.len()).rev() {
        let tally = match tallies.last() {
            Some(upper) if smoothing.continuation => continuations(counts, n, upper, smoothing),
            _ => occurrences(&counts.levels[n], smoothing.weights),
        };
        tallies.push(tally);
    }
    tallies.reverse();
    tallies
}

fn occurrences(level: &Level, weights: &[f64]) -> Tally {
    let all = || (0..level.len()).into_par_iter();
    Tally {
        count: all().map(|i| level.total(i)).collect(),
        mass: all().map(|i| weighted(level, i, weights) as f32).collect(),
    }
}

/// Distinct words to the left, but occurrences at the start of a paragraph
/// and where the longer n-gram is not kept.
fn continuations(counts: &Counts, n: usize, longer: &Tally, smoothing: &Smoothing<'_>) -> Tally {
    let (level, upper) = (&counts.levels[n], &counts.levels[n + 1]);
    let exists: Vec<f32> = (0..upper.len())
        .into_par_iter()
        .map(|i| {
            let of = |(w, c): (&f64, &Vec<u32>)| (1.0 - w).powf(f64::from(c[i]));
            let absent: f64 = smoothing
                .weights
                .iter()
                .zip(&upper.counts)
                .map(of)
                .product();
            (1.0 - absent) as f32
        })
        .collect();
    let mut count = vec![0u32; level.len()];
    let mut mass = vec![0.0f64; level.len()];
    for (i, &suffix) in upper.suffix.iter().enumerate() {
        let (c, m) = match smoothing.kept {
            Some(kept) if !kept[n + 1][i] => (longer.count[i], longer.mass[i]),
            _ => (1, exists[i]),
        };
        let suffix = suffix as usize;
        count[suffix] = count[suffix].saturating_add(c);
        mass[suffix] += f64::from(m);
    }
    let starts = starts_paragraph(counts, n);
    for i in (0..level.len()).filter(|&i| starts(i)) {
        count[i] = level.total(i);
        mass[i] = weighted(level, i, smoothing.weights);
    }
    Tally {
        count,
        mass: mass.into_iter().map(|m| m as f32).collect(),
    }
}

/// Whether an n-gram of `n + 1` words starts with `<s>`.
fn starts_paragraph(counts: &Counts, n: usize) -> impl Fn(usize) -> bool {
    move |mut i| {
        for level in counts.levels[1..=n].iter().rev() {
            i = level.context[i] as usize;
        }
        i == usize::from(BOS)
    }
}
