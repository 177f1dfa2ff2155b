//! What a decoding keeps at each node, and what of it the next one may take
//! over.

use std::ops::Range;

use super::lattice::{Arc, Lattice};
use crate::cost::Cost;
use crate::lm::LmState;

pub(super) const NONE: u32 = u32::MAX;
pub(super) const UNREACHED: Cost = Cost::MAX / 4;

/// A partial reading that ends at a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hypothesis {
    pub(super) state: LmState,
    /// Cost of the best way here.
    pub(super) cost: Cost,
    /// Cost of all ways here together.
    pub(super) forward: Cost,
    pub(super) backward: Cost,
    /// The best way's last arc and where it started from.
    pub(super) arc: u32,
    pub(super) previous: u32,
}

/// One step between hypotheses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) arc: u32,
    pub(super) cost: Cost,
}

/// Hypotheses and steps, node by node.
#[derive(Debug, Default)]
pub(super) struct Trellis {
    pub(super) hypotheses: Vec<Hypothesis>,
    pub(super) edges: Vec<Edge>,
    /// Where the hypotheses of each node begin, and the edges into it.
    starts: Vec<(u32, u32)>,
    /// What each arc cost.
    costs: Vec<Cost>,
}

/// By how much more than in an earlier decoding all hypotheses at a node cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    cost: Cost,
    forward: Cost,
}

impl Trellis {
    /// Forgets everything; `start` is at the first node of `lattice`.
    pub(super) fn begin(&mut self, lattice: &Lattice, start: LmState) {
        self.clear();
        self.costs.extend(lattice.arcs().iter().map(|a| a.cost));
        self.hypotheses.push(Hypothesis {
            state: start,
            cost: 0,
            forward: 0,
            backward: UNREACHED,
            arc: NONE,
            previous: NONE,
        });
        self.starts.push((0, 0));
        self.end_node();
    }

    pub(super) fn clear(&mut self) {
        self.hypotheses.clear();
        self.edges.clear();
        self.starts.clear();
        self.costs.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// What comes now belongs to the next node.
    pub(super) fn end_node(&mut self) {
        let ends = (self.hypotheses.len() as u32, self.edges.len() as u32);
        self.starts.push(ends);
    }

    /// The hypotheses at `node`.
    pub(super) fn at(&self, node: usize) -> Range<usize> {
        self.starts[node].0 as usize..self.starts[node + 1].0 as usize
    }

    /// The best hypothesis at the last node that was reached.
    pub(super) fn end(&self) -> usize {
        (0..self.starts.len() - 1)
            .rev()
            .map(|node| self.at(node))
            .find(|range| !range.is_empty())
            .map_or(0, |range| range.start)
    }

    /// How the hypotheses at `node` differ from those of `earlier`, where that
    /// is in nothing but what they cost, and by the same for all.
    pub(super) fn shift(&self, earlier: &Self, node: usize) -> Option<Shift> {
        let now = &self.hypotheses[self.at(node)];
        let then = &earlier.hypotheses[earlier.at(node)];
        let (first, first_then) = (now.first()?, then.first()?);
        let shift = Shift {
            cost: first.cost - first_then.cost,
            forward: first.forward - first_then.forward,
        };
        let is_shifted = |(now, then): (&Hypothesis, &Hypothesis)| {
            now.cost - then.cost == shift.cost
                && now.forward - then.forward == shift.forward
                && now.state == then.state
        };
        let is_same = now.len() == then.len() && now.iter().zip(then).all(is_shifted);
        is_same.then_some(shift)
    }

    /// The shift that all arcs into `node` start from, where they cost what
    /// they did in `earlier`; `shifts` are those of the nodes before.
    ///
    /// All that is decided on the way into a node is decided by differences of
    /// costs, and sums of probabilities are shifted as their parts are: what
    /// `earlier` has at this node is what would come out, shifted alike.
    pub(super) fn shift_into(
        earlier: &Self,
        shifts: &[Option<Shift>],
        lattice: &Lattice,
        node: usize,
    ) -> Option<Shift> {
        let range = lattice.ending_at(node);
        let arcs = &lattice.arcs()[range.clone()];
        let shift = shifts[arcs.first()?.from as usize]?;
        let costs = &earlier.costs[range];
        let is_same = |(arc, cost): (&Arc, &Cost)| {
            arc.cost == *cost && shifts[arc.from as usize] == Some(shift)
        };
        arcs.iter().zip(costs).all(is_same).then_some(shift)
    }

    /// Takes the hypotheses at `node`, the next, from `earlier`.
    pub(super) fn take_over(
        &mut self,
        earlier: &Self,
        shift: Shift,
        lattice: &Lattice,
        node: usize,
    ) {
        let to = self.hypotheses.len() as u32;
        let moved = |hypothesis: u32, arc: u32| {
            let node = lattice.arcs()[arc as usize].from as usize;
            hypothesis - earlier.starts[node].0 + self.starts[node].0
        };
        let taken = earlier.hypotheses[earlier.at(node)].iter();
        self.hypotheses.extend(taken.map(|h| Hypothesis {
            cost: h.cost + shift.cost,
            forward: h.forward + shift.forward,
            backward: UNREACHED,
            previous: moved(h.previous, h.arc),
            ..*h
        }));
        let edges = earlier.starts[node].1 as usize..earlier.starts[node + 1].1 as usize;
        self.edges.extend(earlier.edges[edges].iter().map(|e| Edge {
            from: moved(e.from, e.arc),
            to: e.to - earlier.starts[node].0 + to,
            ..*e
        }));
    }
}
