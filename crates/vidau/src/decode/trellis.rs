//! What a decoding keeps at each node.

use std::ops::Range;

use super::log_add::log_add;
use crate::cost::Cost;
use crate::lm::LmState;

pub(super) const NONE: u32 = u32::MAX;
pub(super) const UNREACHED: Cost = Cost::MAX / 4;

/// A partial reading that ends at a node, without its state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hypothesis {
    /// Cost of the best way here.
    pub(super) cost: Cost,
    /// Cost of all ways here together.
    pub(super) forward: Cost,
    pub(super) backward: Cost,
    /// The best way's last arc, and the hypothesis at its start.
    pub(super) arc: u32,
    pub(super) previous: u32,
}

/// One step between hypotheses: one of those at the arc's start, one of those
/// at its end, by their numbers in the trellis.
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

/// The hypotheses at a node and their states.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<'t> {
    /// The number of the first.
    pub(super) first: u32,
    pub(super) hypotheses: &'t [Hypothesis],
    pub(super) states: &'t [LmState],
}

/// Hypotheses and edges, node by node.
#[derive(Debug, Default)]
pub(super) struct Trellis {
    pub(super) hypotheses: Vec<Hypothesis>,
    /// Of each hypothesis, which are gone through more often without it.
    pub(super) states: Vec<LmState>,
    pub(super) edges: Vec<Edge>,
    nodes: Vec<Node>,
}

impl Trellis {
    /// Forgets everything; `start` is at the first node.
    pub(super) fn begin(&mut self, start: LmState) {
        self.hypotheses.clear();
        self.states.clear();
        self.edges.clear();
        self.nodes.clear();
        let open = self.open();
        let nothing_read = Hypothesis {
            cost: 0,
            forward: 0,
            backward: UNREACHED,
            arc: NONE,
            previous: NONE,
        };
        self.push(nothing_read, start);
        self.close(open);
    }

    /// Adds a hypothesis to the node that comes next.
    pub(super) fn push(&mut self, hypothesis: Hypothesis, state: LmState) {
        self.hypotheses.push(hypothesis);
        self.states.push(state);
    }

    /// Where what is added from now on begins.
    pub(super) fn open(&self) -> (usize, usize) {
        (self.hypotheses.len(), self.edges.len())
    }

    /// What was added since `open` is the next node.
    pub(super) fn close(&mut self, open: (usize, usize)) {
        self.nodes.push(Node {
            hypotheses: (open.0 as u32, self.hypotheses.len() as u32),
            edges: (open.1 as u32, self.edges.len() as u32),
        });
    }

    /// The hypotheses at `node`.
    pub(super) fn at(&self, node: usize) -> Range<usize> {
        let (start, end) = self.nodes[node].hypotheses;
        start as usize..end as usize
    }

    /// The hypotheses at `node` with their states.
    pub(super) fn column(&self, node: usize) -> Column<'_> {
        let at = self.at(node);
        Column {
            first: at.start as u32,
            hypotheses: &self.hypotheses[at.clone()],
            states: &self.states[at],
        }
    }

    /// Whether `node` shares the hypotheses of the one before it.
    pub(super) fn is_shared(&self, node: usize) -> bool {
        node > 0
            && self.nodes[node].hypotheses == self.nodes[node - 1].hypotheses
            && !self.at(node).is_empty()
    }

    /// The hypotheses of the last node are those of the next one, too.
    pub(super) fn share(&mut self) {
        let end = self.edges.len() as u32;
        if let Some(last) = self.nodes.last() {
            self.nodes.push(Node {
                hypotheses: last.hypotheses,
                edges: (end, end),
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
}
