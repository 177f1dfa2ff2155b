//! Boosting regression trees for the logistic loss: Friedman, "Greedy function
//! approximation: a gradient boosting machine", 2001, with second derivatives
//! (Chen and Guestrin, "XGBoost", 2016) and values in bins.

use rayon::prelude::*;

use super::super::evidence::FEATURES;
use super::super::trees::{DEPTH, LEAVES, SPLITS, Tree, Trees};
use super::Options;
use super::examples::Example;
use crate::cost::NAT;

/// Most bins of a feature.
const BINS: usize = 128;
/// Examples in a row that a tree takes or leaves together: those of a page are
/// alike.
const STRETCH: usize = 256;
/// Share of the stretches, and of the features, that each tree learns from:
/// trees that know different things err in different ways (Friedman,
/// "Stochastic gradient boosting", 2002).
const ROWS: f64 = 0.5;
const COLUMNS: f64 = 0.3;
/// Tells draws of features from those of stretches: above every tree's number.
const OF_COLUMNS: usize = 100_000;

/// A feature's values of all examples.
struct Column {
    /// Values above `cuts[k]` are in a bin above `k`.
    cuts: Vec<i16>,
    bins: Vec<u8>,
}

impl Column {
    fn new(feature: usize, examples: &[Example]) -> Self {
        let value = |e: &Example| e.evidence.value(feature);
        // Few places are wrong: half of the cuts part those evenly, or all of
        // them would lie in one or two bins.
        let wrong = examples.iter().filter(|e| !e.is_right);
        let mut cuts = quantiles(wrong.map(value).collect());
        cuts.extend(quantiles(examples.iter().map(value).collect()));
        cuts.sort_unstable();
        cuts.dedup();
        let bin = |e: &Example| cuts.partition_point(|&cut| cut < value(e)) as u8;
        let bins = examples.iter().map(bin).collect();
        Self { cuts, bins }
    }
}

/// Values that part `values` into half of the bins, evenly.
fn quantiles(mut values: Vec<i16>) -> Vec<i16> {
    values.sort_unstable();
    let at = |k: usize| values.get(k * values.len() * 2 / BINS).copied();
    (1..BINS / 2).filter_map(at).collect()
}

/// Sums over examples: first and second derivatives of the loss, and their
/// number.
#[derive(Clone, Copy, Default)]
struct Sums {
    first: f64,
    second: f64,
    count: u32,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.first += other.first;
        self.second += other.second;
        self.count += other.count;
    }

    fn without(self, other: Self) -> Self {
        Self {
            first: self.first - other.first,
            second: self.second - other.second,
            count: self.count - other.count,
        }
    }

    fn gain(self, l2: f64) -> f64 {
        self.first * self.first / (self.second + l2)
    }
}

/// Where to split a node.
#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    cut: usize,
}

/// The trees, and the mean loss with and without them.
pub(super) fn boost(examples: &[Example], options: &Options) -> (Trees, [f64; 2]) {
    let columns: Vec<Column> = (0..FEATURES)
        .into_par_iter()
        .map(|feature| Column::new(feature, examples))
        .collect();
    let right = examples.iter().filter(|e| e.is_right).count() as f64;
    let share = (right / examples.len().max(1) as f64).clamp(1e-6, 1.0 - 1e-6);
    let start = as_units((share / (1.0 - share)).ln());
    let mut log_odds = vec![i32::from(start); examples.len()];
    let without = loss(examples, &log_odds);
    let mut trees = Vec::with_capacity(options.trees);
    for number in 0..options.trees {
        let derivatives: Vec<Sums> = examples
            .iter()
            .zip(&log_odds)
            .enumerate()
            .map(|(row, (example, &units))| {
                if draw(number, row / STRETCH) >= ROWS {
                    return Sums::default();
                }
                let p = probability(units);
                Sums {
                    first: f64::from(u8::from(example.is_right)) - p,
                    second: p * (1.0 - p),
                    count: 1,
                }
            })
            .collect();
        let is_asked = |feature| draw(number + OF_COLUMNS, feature) < COLUMNS;
        let (tree, leaves) = grow(&columns, &derivatives, options, is_asked);
        for (units, leaf) in log_odds.iter_mut().zip(leaves) {
            *units += i32::from(tree.leaves[usize::from(leaf)]);
        }
        trees.push(tree);
    }
    let with = loss(examples, &log_odds);
    (Trees::new(start, trees), [with, without])
}

/// A number in 0..1 that looks random, always the same for `a` and `b`.
fn draw(a: usize, b: usize) -> f64 {
    let a = (a as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let b = (b as u64 + 7).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    let mut mixed = a ^ b;
    mixed ^= mixed >> 31;
    mixed = mixed.wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^= mixed >> 32;
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// One tree, and the leaf of each example.
fn grow(
    columns: &[Column],
    derivatives: &[Sums],
    options: &Options,
    is_asked: impl Fn(usize) -> bool + Sync,
) -> (Tree, Vec<u8>) {
    let mut tree = Tree {
        splits: [(0, i16::MAX); SPLITS],
        leaves: [0; LEAVES],
    };
    let mut nodes = vec![0_u8; derivatives.len()];
    for level in 0..DEPTH {
        let width = 1 << level;
        let best: Vec<Vec<Option<Split>>> = columns
            .par_iter()
            .enumerate()
            .map(|(feature, column)| {
                if !is_asked(feature) {
                    return vec![None; width];
                }
                let sums = by_bin(column, &nodes, derivatives, width);
                let nodes = sums.chunks_exact(BINS);
                nodes
                    .map(|bins| best_split(bins, feature, column, options))
                    .collect()
            })
            .collect();
        let mut chosen: Vec<Option<Split>> = vec![None; width];
        for of_feature in best {
            for (chosen, split) in chosen.iter_mut().zip(of_feature) {
                // Of equal gains the first feature's.
                if split.map_or(0.0, |s| s.gain) > chosen.map_or(0.0, |s| s.gain) {
                    *chosen = split;
                }
            }
        }
        for (node, split) in chosen.iter().enumerate() {
            if let Some(split) = split {
                let threshold = columns[split.feature].cuts[split.cut];
                tree.splits[width - 1 + node] = (split.feature as u8, threshold);
            }
        }
        for (row, node) in nodes.iter_mut().enumerate() {
            let is_above = chosen[usize::from(*node)]
                .is_some_and(|s| usize::from(columns[s.feature].bins[row]) > s.cut);
            *node = 2 * *node + u8::from(is_above);
        }
    }
    let mut sums = [Sums::default(); LEAVES];
    for (leaf, own) in nodes.iter().zip(derivatives) {
        sums[usize::from(*leaf)].add(*own);
    }
    for (leaf, sums) in tree.leaves.iter_mut().zip(sums) {
        *leaf = as_units(options.rate * sums.first / (sums.second + options.l2));
    }
    (tree, nodes)
}

/// Sums by node and bin.
fn by_bin(column: &Column, nodes: &[u8], derivatives: &[Sums], width: usize) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); width * BINS];
    for ((&node, &bin), own) in nodes.iter().zip(&column.bins).zip(derivatives) {
        sums[usize::from(node) * BINS + usize::from(bin)].add(*own);
    }
    sums
}

/// The split of most gain, if any gains something.
fn best_split(bins: &[Sums], feature: usize, column: &Column, options: &Options) -> Option<Split> {
    let mut all = Sums::default();
    bins.iter().for_each(|&bin| all.add(bin));
    let mut left = Sums::default();
    let mut best: Option<Split> = None;
    for (cut, &bin) in bins.iter().enumerate().take(column.cuts.len()) {
        left.add(bin);
        let right = all.without(left);
        if left.count < options.least || right.count < options.least {
            continue;
        }
        let gain = left.gain(options.l2) + right.gain(options.l2) - all.gain(options.l2);
        if gain > best.map_or(1e-6, |b| b.gain) {
            best = Some(Split { gain, feature, cut });
        }
    }
    best
}

fn as_units(nats: f64) -> i16 {
    (nats * f64::from(NAT)).round() as i16
}

fn probability(units: i32) -> f64 {
    1.0 / (1.0 + (-f64::from(units) / f64::from(NAT)).exp())
}

fn loss(examples: &[Example], log_odds: &[i32]) -> f64 {
    let of = |(example, &units): (&Example, &i32)| {
        let p = probability(units).clamp(1e-9, 1.0 - 1e-9);
        -(if example.is_right { p } else { 1.0 - p }).ln()
    };
    let sum: f64 = examples.iter().zip(log_odds).map(of).sum();
    sum / examples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::Evidence;
    use super::*;

    /// Right where feature 2 is above 10 unless feature 5 is above 3, but for
    /// every tenth round of all their values.
    fn examples() -> Vec<Example> {
        let example = |i: usize| {
            let mut evidence = Evidence::default();
            let (a, b) = ((i % 21) as i32, (i / 21 % 8) as i32);
            evidence.set(2, a);
            evidence.set(5, b);
            Example {
                evidence,
                is_right: (a > 10 && b <= 3) != (i / (21 * 8)).is_multiple_of(10),
            }
        };
        (0..21 * 8 * 200).map(example).collect()
    }

    #[test]
    fn learns_what_two_features_say_together() {
        let examples = examples();
        let (trees, [with, without]) = boost(&examples, &Options::default());
        // A tenth that nothing tells: 0.325 nats cannot be explained.
        assert!((0.3..0.35).contains(&with), "{with}");
        assert!(without > 0.6, "{without}");
        let of = |a, b| {
            let mut evidence = Evidence::default();
            evidence.set(2, a);
            evidence.set(5, b);
            trees.probability(&evidence)
        };
        for (a, b, expected) in [(11, 0, 0.9), (10, 0, 0.1), (20, 3, 0.9), (20, 4, 0.1)] {
            let p = of(a, b);
            assert!((p - expected).abs() < 0.04, "{a} {b}: {p}");
        }
    }

    #[test]
    fn no_examples_no_opinion() {
        let (trees, _) = boost(&[], &Options::default());
        assert!(trees.probability(&Evidence::default()) > 0.0);
    }
}
