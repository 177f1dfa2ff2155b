//! Which profile of the channel read which line.
//!
//! A hidden Markov chain over the lines of a block: a line's evidence is how
//! well each profile explains its words; neighbouring lines tend to have been
//! read alike. The weights are the posteriors by forward-backward, in integer
//! costs.

use super::log_add::log_add;
use crate::cost::{Cost, NAT};
use crate::engine::PROFILES;

/// Costs by profile.
pub(crate) type ByProfile = [Cost; PROFILES];

/// Staying with a profile from one line to the next: -ln 0.95.
const STAY: Cost = 13;
/// Going over to another one: -ln (0.05 / 4).
const SWITCH: Cost = 1122;

/// Scratch and result of weighing.
#[derive(Debug, Default)]
pub(crate) struct ProfileWeights {
    evidence: Vec<ByProfile>,
    forward: Vec<ByProfile>,
    weights: Vec<ByProfile>,
}

impl ProfileWeights {
    pub(crate) fn clear(&mut self) {
        self.evidence.clear();
    }

    /// Adds the next line's evidence: the cost of its words by profile.
    pub(crate) fn push_line(&mut self, evidence: ByProfile) {
        self.evidence.push(evidence);
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
}
