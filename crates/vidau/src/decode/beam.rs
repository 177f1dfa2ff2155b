//! Beam search over the lattice with language model states, and the
//! posterior of every arc by forward-backward over what the beam kept.

use super::lattice::{Arc, Lattice};
use super::log_add::log_add;
use crate::cost::{Cost, NAT};
use crate::lm::{self, Following, LmState, NgramModel, Rows};

/// What the search may leave out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BeamOptions {
    /// Hypotheses kept at a node.
    pub(crate) width: usize,
    /// Hypotheses above the node's best by more than this are dropped.
    pub(crate) margin: Cost,
    /// Weight of the language model, in 1/256.
    pub(crate) lm_scale: Cost,
}

const NONE: u32 = u32::MAX;
const UNREACHED: Cost = Cost::MAX / 4;
/// Slots to begin with; their number doubles as the pool grows.
const FEW_SLOTS: usize = 64;

/// A partial reading that ends at a node.
#[derive(Debug, Clone, Copy)]
struct Hypothesis {
    state: LmState,
    /// Cost of the best way here.
    cost: Cost,
    /// Cost of all ways here together.
    forward: Cost,
    backward: Cost,
    /// The best way's last arc and where it started from.
    arc: u32,
    previous: u32,
}

/// One step between hypotheses.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    arc: u32,
    cost: Cost,
}

/// Scratch of the search, and its result.
#[derive(Debug, Default)]
pub(crate) struct Beam {
    hypotheses: Vec<Hypothesis>,
    /// `at[n]..at[n + 1]` are the hypotheses at node `n`.
    at: Vec<u32>,
    edges: Vec<Edge>,
    pool: Vec<Hypothesis>,
    pool_edges: Vec<Edge>,
    order: Vec<u32>,
    /// Where each of the pool went; `NONE` if dropped.
    kept: Vec<u32>,
    /// Hash of state -> place in the pool.
    slots: Vec<u32>,
    /// The words of the arcs at hand, and for each hypothesis at their start
    /// where its contexts stand in it.
    following: Following,
    /// The place among them of each arc's word.
    places: Vec<usize>,
    rows: Vec<Rows>,
    path: Vec<u32>,
    path_costs: Vec<Cost>,
    posteriors: Vec<Cost>,
}

impl Beam {
    /// Decodes `lattice` from `start`. Afterwards [`path`](Self::path) is the
    /// best way through and [`posteriors`](Self::posteriors) tells of each
    /// arc how likely it is; returns the state at the end of the best way.
    ///
    /// Of two ways of equal cost into one state the one found first wins: the
    /// arc that was put into the lattice first, from the better hypothesis.
    pub(crate) fn decode(
        &mut self,
        lattice: &Lattice,
        lm: &NgramModel,
        start: LmState,
        options: BeamOptions,
    ) -> LmState {
        self.hypotheses.clear();
        self.edges.clear();
        self.at.clear();
        self.path.clear();
        self.path_costs.clear();
        self.hypotheses.push(Hypothesis {
            state: start,
            cost: 0,
            forward: 0,
            backward: UNREACHED,
            arc: NONE,
            previous: NONE,
        });
        self.at.extend([0, 1]);
        for node in 1..lattice.nodes() {
            if !self.pass_on(node, lattice) {
                self.extend_to(node, lattice, lm, options);
                self.prune(options);
            }
            self.at.push(self.hypotheses.len() as u32);
        }
        self.trace_back();
        self.forward_backward(lattice);
        let last = self.path_end();
        self.hypotheses[last].state
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
        for from in self.at[from]..self.at[from + 1] {
            let before = self.hypotheses[from as usize];
            self.edges.push(Edge {
                from,
                to: self.hypotheses.len() as u32,
                arc,
                cost: only.cost,
            });
            self.hypotheses.push(Hypothesis {
                cost: before.cost + only.cost,
                forward: before.forward + only.cost,
                arc,
                previous: from,
                ..before
            });
        }
        true
    }

    /// Fills the pool with every step into `node`.
    fn extend_to(&mut self, node: usize, lattice: &Lattice, lm: &NgramModel, options: BeamOptions) {
        self.pool.clear();
        self.pool_edges.clear();
        self.slots.clear();
        self.slots.resize(FEW_SLOTS, NONE);
        let mut best = UNREACHED;
        let mut range = lattice.ending_at(node);
        while !range.is_empty() {
            let arcs = &lattice.arcs()[range.clone()];
            let from = arcs[0].from;
            let together = arcs.iter().take_while(|a| a.from == from).count();
            self.extend_from(&arcs[..together], range.start, lm, options, &mut best);
            range.start += together;
        }
    }

    /// Takes `arcs`, of which the first is number `first`, from each
    /// hypothesis at their common start.
    fn extend_from(
        &mut self,
        arcs: &[Arc],
        first: usize,
        lm: &NgramModel,
        options: BeamOptions,
        best: &mut Cost,
    ) {
        let from = arcs[0].from as usize;
        let hypotheses = self.at[from] as usize..self.at[from + 1] as usize;
        self.following.clear();
        self.places.clear();
        self.places.extend(arcs.iter().map(|arc| match arc.lm_len {
            1 => lm.add(&mut self.following, arc.lm[0]),
            _ => 0,
        }));
        self.rows.clear();
        let rows = self.hypotheses[hypotheses.clone()].iter();
        self.rows
            .extend(rows.map(|h| match self.following.is_empty() {
                true => Rows::default(),
                false => lm.look_up(&mut self.following, &h.state),
            }));
        for ((a, arc), k) in (first as u32..).zip(arcs).zip(0..) {
            let place = self.places[k];
            for (h, rows) in hypotheses.clone().zip(0..) {
                let before = &self.hypotheses[h];
                let cost = before.cost + arc.cost;
                // The language model only adds: what is out already stays out.
                if cost > *best + options.margin {
                    continue;
                }
                let rows = &self.rows[rows];
                let (lm_cost, state) = match arc.lm_len {
                    0 => (0, Some(before.state)),
                    1 => {
                        let cost = lm.cost_of(&self.following, &before.state, rows, place);
                        (cost, None)
                    }
                    _ => {
                        let words = &arc.lm[..usize::from(arc.lm_len)];
                        let (cost, state) = lm.score_all(&before.state, words);
                        (cost, Some(state))
                    }
                };
                let step = arc.cost + scaled(lm_cost, options.lm_scale);
                if before.cost + step <= *best + options.margin {
                    let state =
                        state.unwrap_or_else(|| lm.state_after(&self.following, rows, place));
                    *best = (*best).min(before.cost + step);
                    self.arrive(h as u32, a, state, step);
                }
                if let Some(price) = arc.paragraph {
                    let before = &self.hypotheses[h];
                    let (end, _) = lm.score(&before.state, lm::EOS);
                    let step = price + scaled(end, options.lm_scale);
                    *best = (*best).min(before.cost + step);
                    self.arrive(h as u32, a, lm.begin(), step);
                }
            }
        }
    }

    /// Puts one step into the pool, joining it with the same state.
    fn arrive(&mut self, from: u32, arc: u32, state: LmState, step: Cost) {
        let before = &self.hypotheses[from as usize];
        let cost = before.cost + step;
        let forward = before.forward + step;
        if self.pool.len() * 2 > self.slots.len() {
            let size = self.slots.len() * 2;
            self.slots.clear();
            self.slots.resize(size, NONE);
            for (i, h) in self.pool.iter().enumerate() {
                let slot = find_slot(&self.slots, &self.pool, &h.state);
                self.slots[slot] = i as u32;
            }
        }
        let slot = find_slot(&self.slots, &self.pool, &state);
        let mut to = self.slots[slot];
        if to == NONE {
            to = self.pool.len() as u32;
            self.slots[slot] = to;
            self.pool.push(Hypothesis {
                state,
                cost,
                forward,
                backward: UNREACHED,
                arc,
                previous: from,
            });
        } else {
            let known = &mut self.pool[to as usize];
            known.forward = log_add(known.forward, forward);
            if cost < known.cost {
                known.cost = cost;
                known.arc = arc;
                known.previous = from;
            }
        }
        self.pool_edges.push(Edge {
            from,
            to,
            arc,
            cost: step,
        });
    }

    /// Keeps the best of the pool as the node's hypotheses, with their edges.
    fn prune(&mut self, options: BeamOptions) {
        self.order.clear();
        self.order.extend(0..self.pool.len() as u32);
        let pool = &self.pool;
        let rank = |&i: &u32| (pool[i as usize].cost, i);
        if self.order.len() > options.width {
            self.order.select_nth_unstable_by_key(options.width, rank);
            self.order.truncate(options.width);
        }
        self.order.sort_unstable_by_key(rank);
        let best = self.order.first().map_or(0, |&i| pool[i as usize].cost);
        self.kept.clear();
        self.kept.resize(pool.len(), NONE);
        for &i in self.order.iter().take(options.width) {
            let h = pool[i as usize];
            if h.cost > best + options.margin {
                break;
            }
            self.kept[i as usize] = self.hypotheses.len() as u32;
            self.hypotheses.push(h);
        }
        for edge in &self.pool_edges {
            let to = self.kept[edge.to as usize];
            if to != NONE {
                self.edges.push(Edge { to, ..*edge });
            }
        }
    }

    /// The best hypothesis at the last node that was reached.
    fn path_end(&self) -> usize {
        let last = self.at.len() - 1;
        (0..last)
            .rev()
            .map(|n| self.at[n] as usize..self.at[n + 1] as usize)
            .find(|range| !range.is_empty())
            .map_or(0, |range| range.start)
    }

    fn trace_back(&mut self) {
        let mut h = self.path_end();
        loop {
            let hypothesis = &self.hypotheses[h];
            if hypothesis.arc == NONE {
                break;
            }
            let before = &self.hypotheses[hypothesis.previous as usize];
            self.path.push(hypothesis.arc);
            self.path_costs.push(hypothesis.cost - before.cost);
            h = hypothesis.previous as usize;
        }
        self.path.reverse();
        self.path_costs.reverse();
    }

    fn forward_backward(&mut self, lattice: &Lattice) {
        self.posteriors.clear();
        self.posteriors.resize(lattice.arcs().len(), UNREACHED);
        let end = self.path_end();
        let mut total = UNREACHED;
        for h in &mut self.hypotheses[end..] {
            h.backward = 0;
            total = log_add(total, h.forward);
        }
        for edge in self.edges.iter().rev() {
            let after = self.hypotheses[edge.to as usize].backward;
            if after >= UNREACHED {
                continue;
            }
            let from = &mut self.hypotheses[edge.from as usize];
            let through = from.forward + edge.cost + after - total;
            from.backward = log_add(from.backward, edge.cost + after);
            let posterior = &mut self.posteriors[edge.arc as usize];
            *posterior = log_add(*posterior, through.max(0));
        }
    }
}

/// A probability from its cost.
pub(crate) fn probability(cost: Cost) -> f32 {
    let nats = f64::from(cost) / f64::from(NAT);
    (-nats).exp().clamp(0.0, 1.0) as f32
}

fn scaled(cost: Cost, scale: Cost) -> Cost {
    (i64::from(cost) * i64::from(scale) / 256) as Cost
}

fn find_slot(slots: &[u32], pool: &[Hypothesis], state: &LmState) -> usize {
    let mut slot = state.hash64() as usize & (slots.len() - 1);
    while slots[slot] != NONE && pool[slots[slot] as usize].state != *state {
        slot = (slot + 1) & (slots.len() - 1);
    }
    slot
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests;
