//! Boosted trees, in the model's section `SURE`.
//!
//! ```text
//! u8 depth, u8 number of features, i16 log odds to begin with
//! for each tree: 2^depth - 1 splits (u8 feature, i16 threshold), level by level;
//!                2^depth leaves (i16), from left to right
//! ```
//! Numbers are little-endian, log odds in units of 1/256 nat. A value above
//! the threshold leads to the right. Trees that know fewer features than there
//! are ask for the first of them.

use super::evidence::{Evidence, FEATURES};
use crate::Result;
use crate::cost::NAT;
use crate::model::container::{Container, Tag};

/// Section with the trees.
pub(crate) const SURE: Tag = *b"SURE";

pub(super) const DEPTH: usize = 4;
pub(super) const SPLITS: usize = (1 << DEPTH) - 1;
pub(super) const LEAVES: usize = 1 << DEPTH;

const HEADER: usize = 4;
const TREE: usize = SPLITS * 3 + LEAVES * 2;

/// Places that are judged together, so that a comparison is one instruction
/// for several of them.
const LANES: usize = 16;
/// So many times as many places come to each tree in turn, whose numbers are
/// spread over the lanes but once for them.
const GROUPS: usize = 16;

/// A value for each of the places; aligned, so that it is taken from memory
/// where it is needed.
#[derive(Clone, Copy)]
#[repr(align(16))]
struct Lanes([i16; LANES]);

/// The features' values, so many that no feature's number has to be checked.
type Values = [Lanes; FEATURES.next_power_of_two()];

/// One of the trees.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    /// Feature and threshold, level by level.
    pub(super) splits: [(u8, i16); SPLITS],
    pub(super) leaves: [i16; LEAVES],
}

impl Tree {
    fn spread(&self) -> Spread {
        let of_pairs = |number: fn(i16, i16) -> i16| {
            let mut spread = [Lanes([0; LANES]); LEAVES / 2];
            for (lanes, pair) in spread.iter_mut().zip(self.leaves.chunks_exact(2)) {
                *lanes = Lanes([number(pair[0], pair[1]); LANES]);
            }
            spread
        };
        Spread {
            features: self.splits.map(|(feature, _)| feature),
            thresholds: self.splits.map(|(_, threshold)| Lanes([threshold; LANES])),
            left: of_pairs(|left, _| left),
            either: of_pairs(|left, right| left ^ right),
        }
    }
}

/// A tree's numbers, each once a lane.
struct Spread {
    features: [u8; SPLITS],
    thresholds: [Lanes; SPLITS],
    /// Of each pair of leaves the left one, and its bits that the right one has
    /// otherwise.
    left: [Lanes; LEAVES / 2],
    either: [Lanes; LEAVES / 2],
}

impl Spread {
    /// The leaf that each of the places comes to: from the leaves up, at each
    /// split one of the two below.
    #[inline(always)]
    fn leaves(&self, values: &Values) -> Lanes {
        let (left, right) = (self.half(1, values), self.half(2, values));
        self.choose(0, values, left, right)
    }

    /// The same below split `at` of the second level; written out, so that no
    /// lane goes through memory.
    #[inline(always)]
    fn half(&self, at: usize, values: &Values) -> Lanes {
        let pair = |at: usize| {
            let pair = at + 1 - LEAVES / 2;
            self.turn(at, values, self.left[pair], self.either[pair])
        };
        let (first, second) = (2 * at + 1, 2 * at + 2);
        let left = (pair(2 * first + 1), pair(2 * first + 2));
        let right = (pair(2 * second + 1), pair(2 * second + 2));
        let left = self.choose(first, values, left.0, left.1);
        let right = self.choose(second, values, right.0, right.1);
        self.choose(at, values, left, right)
    }

    /// For each place the left or the right, by split `at`.
    #[inline(always)]
    fn choose(&self, at: usize, values: &Values, left: Lanes, right: Lanes) -> Lanes {
        let mut either = left;
        for lane in 0..LANES {
            either.0[lane] ^= right.0[lane];
        }
        self.turn(at, values, left, either)
    }

    /// For each place the left, with the bits of `either` turned where split
    /// `at` leads to the right.
    #[inline(always)]
    fn turn(&self, at: usize, values: &Values, left: Lanes, either: Lanes) -> Lanes {
        let values = &values[usize::from(self.features[at]) % values.len()];
        let thresholds = &self.thresholds[at];
        let mut chosen = left;
        for lane in 0..LANES {
            let is_above = -i16::from(values.0[lane] > thresholds.0[lane]);
            chosen.0[lane] ^= either.0[lane] & is_above;
        }
        chosen
    }
}

/// What takes evidence for log odds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trees {
    start: i16,
    trees: Vec<Tree>,
    /// The sum of so many leaves has 16 bits.
    summed: usize,
}

impl Trees {
    pub(super) fn new(start: i16, trees: Vec<Tree>) -> Self {
        let leaves = trees.iter().flat_map(|tree| tree.leaves);
        let most = leaves.map(i16::unsigned_abs).max().unwrap_or(0);
        Self {
            start,
            trees,
            summed: usize::from((i16::MAX as u16 / most.max(1)).max(1)),
        }
    }

    /// The trees of a model that has some.
    pub(crate) fn open(container: &Container) -> Result<Option<Self>> {
        if !container.sections().any(|(tag, _)| tag == SURE) {
            return Ok(None);
        }
        let trees = Self::parse(&container.section(SURE)?);
        trees.map(Some).map_err(|p| container.damaged(SURE, p))
    }

    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or("it has no header")?;
        let features = usize::from(header[1]);
        if header[0] != DEPTH as u8 || features > FEATURES {
            return Err("it is for other features");
        }
        if rest.len() % TREE != 0 {
            return Err("it ends within a tree");
        }
        let number = |b: &[u8]| i16::from_le_bytes([b[0], b[1]]);
        let mut trees = Vec::with_capacity(rest.len() / TREE);
        for bytes in rest.chunks_exact(TREE) {
            let (splits, leaves) = bytes.split_at(SPLITS * 3);
            let mut tree = Tree {
                splits: [(0, 0); SPLITS],
                leaves: [0; LEAVES],
            };
            for (split, b) in tree.splits.iter_mut().zip(splits.chunks_exact(3)) {
                if usize::from(b[0]) >= features {
                    return Err("a split asks for a feature that there is not");
                }
                *split = (b[0], number(&b[1..]));
            }
            for (leaf, b) in tree.leaves.iter_mut().zip(leaves.chunks_exact(2)) {
                *leaf = number(b);
            }
            trees.push(tree);
        }
        Ok(Self::new(number(&header[2..]), trees))
    }

    /// The section's bytes.
    #[cfg(feature = "train")]
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![DEPTH as u8, FEATURES as u8];
        bytes.extend(self.start.to_le_bytes());
        for tree in &self.trees {
            for (feature, threshold) in tree.splits {
                bytes.push(feature);
                bytes.extend(threshold.to_le_bytes());
            }
            for leaf in tree.leaves {
                bytes.extend(leaf.to_le_bytes());
            }
        }
        bytes
    }

    /// The probability, 0 to 1, that each of the places of which this is known
    /// is right; added to `probabilities` in their order.
    pub(crate) fn judge(&self, evidence: &[Evidence], probabilities: &mut Vec<f32>) {
        let mut values: [Values; GROUPS] =
            [[Lanes([0; LANES]); FEATURES.next_power_of_two()]; GROUPS];
        for places in evidence.chunks(GROUPS * LANES) {
            let groups = places.chunks(LANES);
            for (places, values) in groups.clone().zip(&mut values) {
                for (lane, place) in places.iter().enumerate() {
                    for (feature, values) in values.iter_mut().take(FEATURES).enumerate() {
                        values.0[lane] = place.value(feature);
                    }
                }
            }
            let mut log_odds = [[i32::from(self.start); LANES]; GROUPS];
            for trees in self.trees.chunks(self.summed) {
                let mut sums = [Lanes([0; LANES]); GROUPS];
                for tree in trees {
                    let tree = tree.spread();
                    for (sums, values) in sums.iter_mut().zip(&values).take(groups.len()) {
                        let leaves = tree.leaves(values);
                        for (sum, leaf) in sums.0.iter_mut().zip(leaves.0) {
                            *sum += leaf;
                        }
                    }
                }
                let sums = sums.iter().flat_map(|lanes| lanes.0);
                for (log_odds, sum) in log_odds.as_flattened_mut().iter_mut().zip(sums) {
                    *log_odds += i32::from(sum);
                }
            }
            let places = log_odds.as_flattened().iter().take(places.len());
            probabilities.extend(places.map(|&log_odds| {
                let odds = (f64::from(log_odds) / f64::from(NAT)).exp();
                (odds / (1.0 + odds)).clamp(0.0, 1.0) as f32
            }));
        }
    }

    #[cfg(test)]
    pub(super) fn probability(&self, evidence: &Evidence) -> f32 {
        let mut probabilities = Vec::new();
        self.judge(&[*evidence], &mut probabilities);
        probabilities[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree that asks for `feature` only.
    fn stump(feature: u8, threshold: i16, [left, right]: [i16; 2]) -> Tree {
        let mut tree = Tree {
            splits: [(feature, i16::MAX); SPLITS],
            leaves: [left; LEAVES],
        };
        tree.splits[0] = (feature, threshold);
        tree.leaves[LEAVES / 2..].fill(right);
        tree
    }

    #[test]
    fn values_above_the_threshold_go_right() {
        let trees = vec![stump(3, 7, [-512, 512]), stump(3, 100, [-512, 0])];
        let trees = Trees::new(0, trees);
        let with = |value| {
            let mut evidence = Evidence::default();
            evidence.set(3, value);
            trees.probability(&evidence)
        };
        // Log odds of -4, 0 and 2 nats.
        assert!((with(7) - 0.018).abs() < 0.001);
        assert!((with(8) - 0.5).abs() < 0.001);
        assert!((with(101) - 0.881).abs() < 0.001);
    }

    #[cfg(feature = "train")]
    #[test]
    fn bytes_are_read_as_written() {
        let trees = vec![stump(1, -7, [3, -4]), stump(2, 70, [300, -400])];
        let trees = Trees::new(-300, trees);
        let bytes = trees.to_bytes();
        assert_eq!(Trees::parse(&bytes), Ok(trees));
        let mut odd = bytes.clone();
        odd[HEADER] = FEATURES as u8;
        // Trees that ask for more than they say there is.
        let mut fewer = bytes.clone();
        fewer[1] = 2;
        assert!(Trees::parse(&fewer).is_err());
        fewer[1] = 3;
        assert!(Trees::parse(&fewer).is_ok());
        for damaged in [&bytes[..1], &bytes[..bytes.len() - 1], &odd] {
            assert!(Trees::parse(damaged).is_err());
        }
    }
}
