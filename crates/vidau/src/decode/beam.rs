//! Beam search over the lattice with language model states, and the
//! posterior of every arc by forward-backward over what the beam kept.

mod pool;
mod reweigh;
mod steps;

use super::lattice::Lattice;
use super::log_add::log_add;
use super::trellis::{Edge, Hypothesis, NONE, Trellis, UNREACHED};
use crate::cost::{Cost, NAT};
use crate::lm::{LmState, NgramModel};
use pool::Pool;
use reweigh::Price;
use steps::{Alike, Steps};

/// What the search may leave out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BeamOptions {
    /// Hypotheses kept at a node.
    pub(crate) width: usize,
    /// Hypotheses above the node's best by more than this are dropped.
    pub(crate) margin: Cost,
}

/// Scratch of the search, and its result.
#[derive(Debug, Default)]
pub(crate) struct Beam {
    trellis: Trellis,
    steps: Steps,
    pool: Pool,
    /// Arcs that are alike to the language model, of each kind the cheapest first.
    shared: Vec<(u32, Alike)>,
    /// What arcs cost more since they were decoded, while that is added up, and how
    /// many of the lattice's changes are in what was.
    prices: Vec<Price>,
    counted: usize,
    path: Vec<u32>,
    path_costs: Vec<Cost>,
    posteriors: Vec<Cost>,
}

impl Beam {
    /// Decodes `lattice` from `start`. Afterwards [`path`](Self::path) is the
    /// best way through and [`posteriors`](Self::posteriors) tells of each
    /// arc how likely it is; returns the state at the end of the best way.
    ///
    /// Of two ways of equal cost into one state that from the better hypothesis
    /// wins, of those from one the cheaper arc, then the one that was put into
    /// the lattice first.
    pub(crate) fn decode(
        &mut self,
        lattice: &Lattice,
        lm: &NgramModel,
        start: LmState,
        options: BeamOptions,
    ) -> LmState {
        self.trellis.begin(start);
        self.shared.clear();
        self.counted = lattice.changes().len();
        for node in 1..lattice.nodes() {
            if is_free_passage(lattice, node) {
                self.trellis.share();
                continue;
            }
            let open = self.trellis.open();
            if !self.pass_on(node, lattice) {
                self.extend_to(node, lattice, lm, options);
                self.pool.keep_best(options, &mut self.trellis);
            }
            self.trellis.close(open);
        }
        self.find_best(lattice)
    }

    /// Finds the best way and the posteriors; returns the state at the end of
    /// the best.
    fn find_best(&mut self, lattice: &Lattice) -> LmState {
        let last = self.trellis.at(self.trellis.last());
        let hypotheses = &self.trellis.hypotheses;
        let best = last.clone().min_by_key(|&h| hypotheses[h].cost);
        let best = best.unwrap_or(last.start);
        let state = self.trellis.states[best];
        self.trace_back(lattice, best);
        self.forward_backward(lattice);
        state
    }

    /// The arcs of the best way, in order.
    pub(crate) fn path(&self) -> &[u32] {
        &self.path
    }

    /// What each arc of the best way costs, the language model included.
    pub(crate) fn path_costs(&self) -> &[Cost] {
        &self.path_costs
    }

    /// The cost (negative log) of each arc's posterior probability.
    pub(crate) fn posteriors(&self) -> &[Cost] {
        &self.posteriors
    }

    /// Where a single arc leads into `node` and leaves all states as they are,
    /// as over a blank, takes the hypotheses there; false elsewhere.
    fn pass_on(&mut self, node: usize, lattice: &Lattice) -> bool {
        let range = lattice.ending_at(node);
        let [only] = &lattice.arcs()[range.clone()] else {
            return false;
        };
        if only.lm_len > 0 || only.paragraph.is_some() {
            return false;
        }
        let (from, arc) = (only.from as usize, range.start as u32);
        let trellis = &mut self.trellis;
        for h in trellis.at(from) {
            let (before, state) = (trellis.hypotheses[h], trellis.states[h]);
            trellis.edges.push(Edge {
                from: h as u32,
                to: trellis.hypotheses.len() as u32,
                arc,
                cost: only.cost,
            });
            let hypothesis = Hypothesis {
                cost: before.cost + only.cost,
                forward: before.forward + only.cost,
                arc,
                previous: h as u32,
                ..before
            };
            trellis.push(hypothesis, state);
        }
        true
    }

    /// Fills the pool with every step into `node`.
    fn extend_to(&mut self, node: usize, lattice: &Lattice, lm: &NgramModel, options: BeamOptions) {
        self.pool.clear();
        let mut best = UNREACHED;
        let mut range = lattice.ending_at(node);
        while !range.is_empty() {
            let arcs = &lattice.arcs()[range.clone()];
            let start = arcs[0].from;
            let together = arcs.iter().take_while(|a| a.from == start).count();
            let (arcs, first) = (&arcs[..together], range.start as u32);
            let before = self.trellis.column(start as usize);
            for has_two in [false, true] {
                if has_two && !self.steps.has_pairs {
                    break;
                }
                let steps = &mut self.steps;
                steps.price(arcs, has_two, before, options, lm, &mut best);
                self.shared.extend(steps.alike(arcs, first));
                let limit = best + options.margin;
                steps.pour(limit, arcs, first, before, lm, &mut self.pool);
            }
            range.start += together;
        }
    }

    /// Follows the way to the hypothesis `best` at the end.
    fn trace_back(&mut self, lattice: &Lattice, best: usize) {
        self.path.clear();
        self.path_costs.clear();
        let trellis = &self.trellis;
        let mut node = trellis.last();
        let mut hypothesis = &trellis.hypotheses[best];
        loop {
            while trellis.is_shared(node) {
                self.path.push(lattice.ending_at(node).start as u32);
                self.path_costs.push(0);
                node -= 1;
            }
            if hypothesis.arc == NONE {
                break;
            }
            node = lattice.arcs()[hypothesis.arc as usize].from as usize;
            let before = &trellis.hypotheses[hypothesis.previous as usize];
            self.path.push(hypothesis.arc);
            self.path_costs.push(hypothesis.cost - before.cost);
            hypothesis = before;
        }
        self.path.reverse();
        self.path_costs.reverse();
    }

    fn forward_backward(&mut self, lattice: &Lattice) {
        self.posteriors.clear();
        self.posteriors.resize(lattice.arcs().len(), UNREACHED);
        let trellis = &mut self.trellis;
        let mut total = UNREACHED;
        for h in trellis.at(trellis.last()) {
            let h = &mut trellis.hypotheses[h];
            h.backward = 0;
            total = log_add(total, h.forward);
        }
        for node in (1..lattice.nodes()).rev() {
            if trellis.is_shared(node) {
                let through = match lattice.is_on_all_ways(node) {
                    true => 0,
                    false => trellis.through(node) - total,
                };
                self.posteriors[lattice.ending_at(node).start] = through.max(0);
                continue;
            }
            // Over a long text the roundings of all sums before and behind add
            // up to more than a word's doubt: each node has a total of its own.
            if lattice.is_on_all_ways(node) && !trellis.at(node).is_empty() {
                total = trellis.through(node);
            }
            for edge in trellis.edges_into(node).rev() {
                let edge = trellis.edges[edge];
                let after = trellis.hypotheses[edge.to as usize].backward;
                if after >= UNREACHED {
                    continue;
                }
                let from = &mut trellis.hypotheses[edge.from as usize];
                let through = from.forward + edge.cost + after - total;
                from.backward = log_add(from.backward, edge.cost + after);
                let posterior = &mut self.posteriors[edge.arc as usize];
                *posterior = log_add(*posterior, through.max(0));
            }
        }
        // The cheapest, which has that of all together so far, comes last.
        for &(arc, alike) in self.shared.iter().rev() {
            let together = self.posteriors[alike.cheapest as usize];
            self.posteriors[arc as usize] = (together + alike.share).min(UNREACHED);
        }
    }
}

/// Whether a single arc leads into `node` that costs nothing and changes no
/// state, as over a blank.
fn is_free_passage(lattice: &Lattice, node: usize) -> bool {
    lattice.is_passage(node) && {
        let arc = &lattice.arcs()[lattice.ending_at(node).start];
        arc.lm_len == 0 && arc.paragraph.is_none() && arc.cost == 0
    }
}

/// A number that orders by cost, then by `number`, which its low half is.
fn rank(cost: Cost, number: u32) -> u64 {
    // The sign turned, unsigned numbers are in the order of signed ones.
    let cost = cost as u32 ^ 1 << 31;
    u64::from(cost) << 32 | u64::from(number)
}

/// Cost and number of a [`rank`].
fn ranked(both: u64) -> (Cost, u32) {
    (((both >> 32) as u32 ^ 1 << 31) as Cost, both as u32)
}

/// A probability from its cost.
pub(crate) fn probability(cost: Cost) -> f32 {
    let nats = f64::from(cost) / f64::from(NAT);
    (-nats).exp().clamp(0.0, 1.0) as f32
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests;
