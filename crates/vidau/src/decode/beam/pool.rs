//! The ways into a node: those of equal states are joined, the best are kept.

use super::steps::Way;
use super::{BeamOptions, rank};
use crate::cost::Cost;
use crate::decode::log_add::log_add;
use crate::decode::trellis::{Edge, Hypothesis, NONE, Trellis, UNREACHED};
use crate::lm::LmState;

/// Slots to begin with; their number doubles as the pool grows.
const FEW_SLOTS: usize = 64;

/// What arrived at a node.
#[derive(Debug, Default)]
pub(super) struct Pool {
    states: Vec<LmState>,
    hypotheses: Vec<Hypothesis>,
    edges: Vec<Edge>,
    /// Cost and number of each, to be ordered by.
    order: Vec<u64>,
    /// Where each went; `NONE` if dropped.
    kept: Vec<u32>,
    /// Hash of state -> place in the pool.
    slots: Vec<u32>,
}

impl Pool {
    pub(super) fn clear(&mut self) {
        self.states.clear();
        self.hypotheses.clear();
        self.edges.clear();
        self.slots.clear();
        self.slots.resize(FEW_SLOTS, NONE);
    }

    /// The place of the ways into `state`, a new one if it has none; there a way
    /// has to [`arrive`](Self::arrive) then.
    #[inline]
    pub(super) fn place(&mut self, state: &LmState) -> u32 {
        if self.states.len() * 2 > self.slots.len() {
            self.grow();
        }
        let slot = find_slot(&self.slots, &self.states, state);
        let place = &mut self.slots[slot];
        if *place == NONE {
            *place = self.states.len() as u32;
            self.states.push(*state);
            self.hypotheses.push(Hypothesis {
                cost: Cost::MAX,
                forward: UNREACHED,
                backward: UNREACHED,
                arc: NONE,
                previous: NONE,
            });
        }
        *place
    }

    /// Puts in a way from the hypothesis `before`, and joins it with the others
    /// at its place.
    #[inline]
    pub(super) fn arrive(&mut self, to: u32, before: &Hypothesis, way: Way) {
        let step = way.together - before.cost;
        let known = &mut self.hypotheses[to as usize];
        known.forward = log_add(known.forward, before.forward + step);
        if way.cost < known.cost {
            known.cost = way.cost;
            known.arc = way.arc;
            known.previous = way.from;
        }
        self.edges.push(Edge {
            from: way.from,
            to,
            arc: way.arc,
            cost: step,
        });
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.slots.len() * 2;
        self.slots.clear();
        self.slots.resize(size, NONE);
        for (i, state) in self.states.iter().enumerate() {
            let slot = find_slot(&self.slots, &self.states, state);
            self.slots[slot] = i as u32;
        }
    }

    /// Gives the best, with their edges, to the trellis' next node. Of equal
    /// cost are those better that came first.
    pub(super) fn keep_best(&mut self, options: BeamOptions, trellis: &mut Trellis) {
        let best = self.hypotheses.iter().map(|h| h.cost).min();
        let limit = best.map_or(0, |best| best + options.margin);
        let rank = |(h, i): (&Hypothesis, u32)| (h.cost <= limit).then_some(rank(h.cost, i));
        self.order.clear();
        self.order
            .extend(self.hypotheses.iter().zip(0..).filter_map(rank));
        if self.order.len() > options.width {
            self.order.select_nth_unstable(options.width);
            self.order.truncate(options.width);
        }
        self.order.sort_unstable();
        self.kept.clear();
        self.kept.resize(self.hypotheses.len(), NONE);
        let first = trellis.hypotheses.len() as u32;
        let best = self.order.iter().map(|&ranked| ranked as u32 as usize);
        for (i, to) in best.clone().zip(first..) {
            self.kept[i] = to;
        }
        let hypotheses = best.clone().map(|i| self.hypotheses[i]);
        trellis.hypotheses.extend(hypotheses);
        trellis.states.extend(best.map(|i| self.states[i]));
        for edge in &self.edges {
            let to = self.kept[edge.to as usize];
            if to != NONE {
                trellis.edges.push(Edge { to, ..*edge });
            }
        }
    }
}

#[inline]
fn find_slot(slots: &[u32], states: &[LmState], state: &LmState) -> usize {
    let mut slot = state.hash64() as usize & (slots.len() - 1);
    while slots[slot] != NONE && states[slots[slot] as usize] != *state {
        slot = (slot + 1) & (slots.len() - 1);
    }
    slot
}
