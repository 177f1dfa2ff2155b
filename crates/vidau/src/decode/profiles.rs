//! Which profile of the channel read which line.
//!
//! A hidden Markov chain over the lines of a block: a line's evidence is how
//! well each profile explains its words; neighbouring lines tend to have been
//! read alike. The weights are the posteriors by forward-backward, in integer
//! costs.

use super::log_add::log_add;
use crate::cost::{Cost, NAT};
use crate::engine::{PROFILES, likeliest};
use crate::knowledge::Profile;

/// Costs by profile.
pub(crate) type ByProfile = [Cost; PROFILES];

/// Staying with a profile from one line to the next: -ln 0.98.
const STAY: Cost = 5;
/// Going over to another one: -ln (0.02 / 5).
const SWITCH: Cost = 1413;
/// What a damaged word that the decoder is sure of counts against its line
/// being clean.
const DAMAGE: Cost = 6 * NAT;

/// Whether a line whose profiles cost `line` has nothing to speak of against
/// its being clean.
pub(crate) fn is_clean(line: &ByProfile) -> bool {
    line[0] <= NAT
}

/// Whether letters are lost on a line whose profiles cost `line`, not only marks.
pub(crate) fn loses_letters(line: &ByProfile) -> bool {
    let keeps = [Profile::Clean, Profile::Stripped].map(Profile::number);
    likeliest(line).is_some_and(|p| !keeps.contains(&Some(p)))
}

/// Scratch and result of weighing.
#[derive(Debug, Default)]
pub(crate) struct ProfileWeights {
    evidence: Vec<ByProfile>,
    forward: Vec<ByProfile>,
    weights: Vec<ByProfile>,
    /// Which lines were clean when weighed before.
    were_clean: Vec<bool>,
}

impl ProfileWeights {
    pub(crate) fn clear(&mut self) {
        self.evidence.clear();
    }

    /// Adds the next line's evidence: the cost of its words by profile.
    pub(crate) fn push_line(&mut self, evidence: ByProfile) {
        self.evidence.push(evidence);
    }

    /// Whether any line is clean.
    pub(crate) fn has_clean(&self) -> bool {
        self.weights.iter().any(is_clean)
    }

    /// Counts a word of `line` that is surely damaged.
    pub(crate) fn note_damage(&mut self, line: usize) {
        self.evidence[line][0] += DAMAGE;
    }

    /// Weighs the lines once more, with the damage noted. Returns what
    /// [`weigh`](Self::weigh) does, and whether other lines are clean now.
    pub(crate) fn weigh_again(&mut self, prior: ByProfile) -> (ByProfile, bool) {
        self.were_clean.clear();
        self.were_clean.extend(self.weights.iter().map(is_clean));
        let coming = self.weigh(prior);
        let are_other = !self
            .weights
            .iter()
            .map(is_clean)
            .eq(self.were_clean.iter().copied());
        (coming, are_other)
    }

    /// Weighs the lines pushed since [`clear`](Self::clear), given the first
    /// line's prior; returns the prior for the line after the last.
    pub(crate) fn weigh(&mut self, prior: ByProfile) -> ByProfile {
        self.forward.clear();
        let mut coming = prior;
        for evidence in &self.evidence {
            let mut now = coming;
            for p in 0..PROFILES {
                now[p] += evidence[p];
            }
            normalise(&mut now);
            self.forward.push(now);
            coming = step(&now);
        }
        self.weights.clear();
        self.weights.extend_from_slice(&self.forward);
        let mut back = [0; PROFILES];
        for l in (0..self.weights.len()).rev() {
            for (weight, later) in self.weights[l].iter_mut().zip(back) {
                *weight += later;
            }
            normalise(&mut self.weights[l]);
            for (later, evidence) in back.iter_mut().zip(self.evidence[l]) {
                *later += evidence;
            }
            back = step(&back);
            normalise(&mut back);
        }
        coming
    }

    /// All lines were read with profile `p`, whatever the evidence.
    pub(crate) fn force(&mut self, p: usize) {
        for weights in &mut self.weights {
            *weights = [40 * NAT; PROFILES];
            weights[p] = 0;
        }
    }

    /// The cost of each profile for line `line`; the likeliest costs nearly 0.
    pub(crate) fn line(&self, line: usize) -> &ByProfile {
        &self.weights[line]
    }
}

/// One step of the chain, which is the same in both directions.
fn step(now: &ByProfile) -> ByProfile {
    let mut next = [0; PROFILES];
    for (p, cost) in next.iter_mut().enumerate() {
        *cost = now[p] + STAY;
        for (q, &other) in now.iter().enumerate() {
            if q != p {
                *cost = log_add(*cost, other + SWITCH);
            }
        }
    }
    next
}

/// Makes the probabilities sum to one; none falls below e^-40.
fn normalise(costs: &mut ByProfile) {
    let total = costs.iter().copied().reduce(log_add).unwrap_or(0);
    for cost in costs {
        *cost = (*cost - total).clamp(0, 40 * NAT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclear_line_follows_its_neighbours() {
        let mut weights = ProfileWeights::default();
        let clear = [10 * NAT, 0, 10 * NAT, 10 * NAT, 10 * NAT, 10 * NAT];
        weights.push_line(clear);
        weights.push_line([0; PROFILES]);
        weights.push_line(clear);
        weights.weigh([0; PROFILES]);
        assert!(weights.line(1)[1] < NAT / 4, "{:?}", weights.line(1));
        assert!(weights.line(1)[0] > 3 * NAT);
    }

    #[test]
    fn a_clear_line_stands_against_its_neighbours() {
        let mut weights = ProfileWeights::default();
        weights.push_line([0, 30 * NAT, 30 * NAT, 30 * NAT, 30 * NAT, 30 * NAT]);
        weights.push_line([30 * NAT, 0, 30 * NAT, 30 * NAT, 30 * NAT, 30 * NAT]);
        weights.push_line([0, 30 * NAT, 30 * NAT, 30 * NAT, 30 * NAT, 30 * NAT]);
        weights.weigh([0; PROFILES]);
        assert!(weights.line(1)[1] < NAT / 4, "{:?}", weights.line(1));
    }

    #[test]
    fn sure_damage_nearby_makes_a_line_not_clean() {
        let clean = [0, 80, 80, 80, 80, 80];
        let mut weights = ProfileWeights::default();
        for _ in 0..60 {
            weights.push_line(clean);
        }
        weights.weigh([0; PROFILES]);
        assert!((0..60).all(|line| is_clean(weights.line(line))));
        weights.note_damage(30);
        weights.weigh_again([0; PROFILES]);
        assert!(
            is_clean(weights.line(29)),
            "one word may be a name: {:?}",
            weights.line(29)
        );
        weights.note_damage(32);
        let (_, are_other) = weights.weigh_again([0; PROFILES]);
        assert!(
            are_other && !is_clean(weights.line(31)),
            "{:?}",
            weights.line(31)
        );
    }
}
