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

/// Places are judged so many at a time, a bit of a plane for each.
const PLACES: usize = LANES * GROUPS;
const LANES: usize = 16;
const GROUPS: usize = u16::BITS as usize;

/// Yes or no of each place: of place `l` of group `g` in bit `g` of number `l`.
pub(super) type Plane = [u16; LANES];

/// One of the trees.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    /// Feature and threshold, level by level.
    pub(super) splits: [(u8, i16); SPLITS],
    pub(super) leaves: [i16; LEAVES],
}

/// What takes evidence for log odds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trees {
    start: i16,
    trees: Vec<Tree>,
    /// All splits; trees have many in common.
    splits: Vec<(u8, i16)>,
    pairs: Vec<Pair>,
}

/// Two trees that are looked up together.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    /// Numbers of their splits.
    splits: [[u32; SPLITS]; 2],
    /// The sum of their leaves; the second one's number is the high half.
    sums: [i32; LEAVES * LEAVES],
}

impl Trees {
    pub(super) fn new(start: i16, trees: Vec<Tree>) -> Self {
        let of_trees = trees.iter().flat_map(|tree| tree.splits);
        let mut splits: Vec<(u8, i16)> = of_trees.collect();
        splits.sort_unstable();
        splits.dedup();
        let number = |split| splits.partition_point(|s| *s < split) as u32;
        let pair = |pair: &[Tree]| {
            // Where the second is missing it adds nothing.
            let pair = [pair.first(), pair.get(1)];
            let leaves =
                |tree: Option<&Tree>| tree.map_or([0; LEAVES], |t| t.leaves.map(i32::from));
            let [low, high] = pair.map(leaves);
            let numbers = |tree: Option<&Tree>| tree.map_or([0; SPLITS], |t| t.splits.map(number));
            Pair {
                splits: pair.map(numbers),
                sums: std::array::from_fn(|both: usize| low[both % LEAVES] + high[both / LEAVES]),
            }
        };
        let pairs = trees.chunks(2).map(pair).collect();
        Self {
            start,
            trees,
            splits,
            pairs,
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
    /// is right; added to `probabilities` in their order. `planes` is scratch.
    pub(crate) fn judge(
        &self,
        evidence: &[Evidence],
        planes: &mut Vec<Plane>,
        probabilities: &mut Vec<f32>,
    ) {
        let mut values = [[[0; LANES]; GROUPS]; FEATURES];
        for places in evidence.chunks(PLACES) {
            for (at, place) in places.iter().enumerate() {
                for (feature, values) in values.iter_mut().enumerate() {
                    values[at / LANES][at % LANES] = place.value(feature);
                }
            }
            let groups = places.len().div_ceil(LANES);
            let is_above = |&(feature, threshold): &(u8, i16)| {
                is_above(&values[usize::from(feature)][..groups], threshold)
            };
            planes.clear();
            planes.extend(self.splits.iter().map(is_above));
            let mut log_odds = [[i32::from(self.start); LANES]; GROUPS];
            for pair in &self.pairs {
                pair.add(planes, &mut log_odds[..groups]);
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
        self.judge(&[*evidence], &mut Vec::new(), &mut probabilities);
        probabilities[0]
    }
}

impl Pair {
    /// Adds the leaves that each of the places comes to.
    fn add(&self, planes: &[Plane], sums: &mut [[i32; LANES]]) {
        let [first, second] = &self.splits;
        let [a, b, c, d] = leaf(first, planes);
        let [e, f, g, h] = leaf(second, planes);
        let both = transposed([a, b, c, d, e, f, g, h]);
        let (low, high) = sums.split_at_mut(sums.len().min(GROUPS / 2));
        let add = |sums: &mut [[i32; LANES]], byte: usize| {
            for (sums, both) in sums.iter_mut().zip(&both) {
                for (sum, both) in sums.iter_mut().zip(both) {
                    *sum += self.sums[usize::from(both.to_le_bytes()[byte])];
                }
            }
        };
        add(low, 0);
        add(high, 1);
    }
}

/// Which of the values, of each group, are above the threshold.
fn is_above(groups: &[[i16; LANES]], threshold: i16) -> Plane {
    let mut plane = [0; LANES];
    for values in groups.iter().rev() {
        for (bits, &value) in plane.iter_mut().zip(values) {
            *bits = *bits << 1 | u16::from(value > threshold);
        }
    }
    plane
}

/// The bits of the leaf's number, the lowest first, that each place comes to
/// from these splits.
#[inline(always)]
fn leaf(splits: &[u32; SPLITS], planes: &[Plane]) -> [Plane; DEPTH] {
    let split = |at: usize| planes[splits[at] as usize];
    let top = split(0);
    let second = choose(&top, split(1), split(2));
    let third = |at: usize| choose(&second, split(at), split(at + 1));
    let third = choose(&top, third(3), third(5));
    let fourth = |at: usize| choose(&third, split(at), split(at + 1));
    let fourth = |at: usize| choose(&second, fourth(at), fourth(at + 2));
    let fourth = choose(&top, fourth(7), fourth(11));
    [fourth, third, second, top]
}

/// For each place the left, or the right where it `turns` there.
#[inline(always)]
fn choose(turns: &Plane, left: Plane, right: Plane) -> Plane {
    std::array::from_fn(|l| left[l] ^ (left[l] ^ right[l]) & turns[l])
}

/// Of 8 planes the bits of each place side by side: those of group `g` in the
/// low bytes of plane `g`, of group `g + 8` in the high ones (Warren 2012, 7-3).
#[inline(always)]
fn transposed(mut planes: [Plane; 8]) -> [Plane; 8] {
    swap::<4>(&mut planes, 0x0f0f);
    swap::<2>(&mut planes, 0x3333);
    swap::<1>(&mut planes, 0x5555);
    planes
}

/// Exchanges the bits of `mask` of one plane and the others of that before it
/// by `BY`.
#[inline(always)]
fn swap<const BY: usize>(planes: &mut [Plane; 8], mask: u16) {
    for at in (0..8).filter(|at| at & BY == 0) {
        let (before, after) = planes.split_at_mut(at + BY);
        for (first, second) in before[at].iter_mut().zip(&mut after[0]) {
            let swapped = (*first >> BY ^ *second) & mask;
            *first ^= swapped << BY;
            *second ^= swapped;
        }
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
