//! What a decoding keeps at each node, and what of it the next one may take
//! over.

use std::ops::Range;

use super::lattice::{Arc, Lattice};
use super::log_add::log_add;
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
    /// The best way's last arc, and which of the hypotheses at its start it
    /// came from.
    pub(super) arc: u32,
    pub(super) previous: u32,
}

/// One step between hypotheses: one of those at the arc's start, one of those
/// at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) arc: u32,
    pub(super) cost: Cost,
}

/// What stands where of a node: its hypotheses, and the edges into it.
#[derive(Debug, Clone, Copy)]
struct Node {
    hypotheses: (u32, u32),
    edges: (u32, u32),
}

/// By how much more than in an earlier decoding all hypotheses at a node cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    cost: Cost,
    forward: Cost,
}

/// Hypotheses and edges, node by node.
///
/// When the lattice is decoded again, nodes that come out as before stay where
/// they are, and the others are added behind.
#[derive(Debug, Default)]
pub(super) struct Trellis {
    pub(super) hypotheses: Vec<Hypothesis>,
    pub(super) edges: Vec<Edge>,
    nodes: Vec<Node>,
    /// The nodes of the decoding before, what each arc cost in it, and how the
    /// nodes so far differ from it.
    earlier: Vec<Node>,
    costs: Vec<Cost>,
    pub(super) shifts: Vec<Option<Shift>>,
}

impl Trellis {
    /// Forgets everything; `start` is at the first node.
    pub(super) fn begin(&mut self, start: LmState) {
        self.hypotheses.clear();
        self.edges.clear();
        self.earlier.clear();
        self.begin_at(start);
    }

    /// Starts once more.
    pub(super) fn begin_again(&mut self, start: LmState) {
        std::mem::swap(&mut self.nodes, &mut self.earlier);
        self.begin_at(start);
    }

    fn begin_at(&mut self, start: LmState) {
        self.nodes.clear();
        self.shifts.clear();
        let open = self.open();
        self.hypotheses.push(Hypothesis {
            state: start,
            cost: 0,
            forward: 0,
            backward: UNREACHED,
            arc: NONE,
            previous: NONE,
        });
        self.close(open);
    }

    /// Notes what the arcs cost in the decoding that is finished.
    pub(super) fn finish(&mut self, lattice: &Lattice) {
        self.costs.clear();
        self.costs.extend(lattice.arcs().iter().map(|a| a.cost));
    }

    /// Where what is added from now on begins.
    pub(super) fn open(&self) -> (usize, usize) {
        (self.hypotheses.len(), self.edges.len())
    }

    /// What was added since `open` is the next node.
    pub(super) fn close(&mut self, open: (usize, usize)) {
        let node = self.nodes.len();
        self.nodes.push(Node {
            hypotheses: (open.0 as u32, self.hypotheses.len() as u32),
            edges: (open.1 as u32, self.edges.len() as u32),
        });
        if !self.earlier.is_empty() {
            self.shifts.push(self.shift(node));
        }
    }

    /// The hypotheses at `node`.
    pub(super) fn at(&self, node: usize) -> Range<usize> {
        let (start, end) = self.nodes[node].hypotheses;
        start as usize..end as usize
    }

    /// Whether `node` shares the hypotheses of the one before it.
    pub(super) fn is_shared(&self, node: usize) -> bool {
        node > 0
            && self.nodes[node].hypotheses == self.nodes[node - 1].hypotheses
            && !self.at(node).is_empty()
    }

    /// The hypotheses of the last node are those of the next one, too.
    pub(super) fn share(&mut self) {
        let node = self.nodes.len();
        let Some(last) = self.nodes.last() else {
            return;
        };
        let end = self.edges.len() as u32;
        self.nodes.push(Node {
            hypotheses: last.hypotheses,
            edges: (end, end),
        });
        if let Some(earlier) = self.earlier.get(node) {
            // Taken over, they are where the earlier ones were.
            let was_shared = earlier.hypotheses == self.earlier[node - 1].hypotheses;
            self.shifts.push(match was_shared {
                true => self.shifts[node - 1],
                false => self.shift(node),
            });
        }
    }

    /// The cost of all ways over `node` together.
    pub(super) fn through(&self, node: usize) -> Cost {
        let all = self.hypotheses[self.at(node)].iter();
        all.map(|h| h.forward + h.backward.min(UNREACHED))
            .fold(UNREACHED, log_add)
    }

    /// The edges into `node`.
    pub(super) fn edges_into(&self, node: usize) -> Range<usize> {
        let (start, end) = self.nodes[node].edges;
        start as usize..end as usize
    }

    /// The last node that was reached.
    pub(super) fn last(&self) -> usize {
        let mut nodes = (0..self.nodes.len()).rev();
        nodes.find(|&node| !self.at(node).is_empty()).unwrap_or(0)
    }

    /// How the hypotheses at `node` differ from the earlier ones, where that is
    /// in nothing but what they cost, and by the same for all.
    fn shift(&self, node: usize) -> Option<Shift> {
        let (start, end) = self.earlier.get(node)?.hypotheses;
        // Those that it shared with the node before may have been taken over
        // for that one, and cost something else now.
        if node > 0 && self.earlier[node - 1].hypotheses == (start, end) {
            return None;
        }
        let now = &self.hypotheses[self.at(node)];
        let then = &self.hypotheses[start as usize..end as usize];
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

    /// Takes the next node as it was, where all arcs into it cost what they
    /// did and start from nodes of the same shift; false elsewhere.
    ///
    /// All that is decided on the way into a node is decided by differences of
    /// costs, and sums of probabilities are shifted as their parts are: what
    /// was there is what would come out, shifted alike.
    pub(super) fn take_over(&mut self, lattice: &Lattice) -> bool {
        let node = self.nodes.len();
        let Some(shift) = self.shift_into(lattice, node) else {
            return false;
        };
        let kept = self.earlier[node];
        let (start, end) = kept.hypotheses;
        for h in &mut self.hypotheses[start as usize..end as usize] {
            h.cost += shift.cost;
            h.forward += shift.forward;
            h.backward = UNREACHED;
        }
        self.nodes.push(kept);
        self.shifts.push(Some(shift));
        true
    }

    fn shift_into(&self, lattice: &Lattice, node: usize) -> Option<Shift> {
        let range = lattice.ending_at(node);
        let arcs = &lattice.arcs()[range.clone()];
        let shift = (*self.shifts.get(arcs.first()?.from as usize)?)?;
        let is_same = |(arc, cost): (&Arc, &Cost)| {
            arc.cost == *cost && self.shifts[arc.from as usize] == Some(shift)
        };
        let costs = &self.costs[range];
        arcs.iter().zip(costs).all(is_same).then_some(shift)
    }
}
