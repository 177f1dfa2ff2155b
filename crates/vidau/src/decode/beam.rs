//! Beam search over the lattice with language model states, and the
//! posterior of every arc by forward-backward over what the beam kept.

use super::lattice::{Arc, Lattice};
use super::log_add::log_add;
use super::trellis::{Edge, Hypothesis, NONE, Trellis, UNREACHED};
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

/// Slots to begin with; their number doubles as the pool grows.
const FEW_SLOTS: usize = 64;

/// Scratch of the search, and its result.
#[derive(Debug, Default)]
pub(crate) struct Beam {
    trellis: Trellis,
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
        self.trellis.begin(start);
        self.run(lattice, lm, options)
    }

    /// Decodes the lattice that was decoded last, of which some arcs have got
    /// other costs. The result is [`decode`](Self::decode)'s; where nothing has
    /// changed it is taken over.
    pub(crate) fn decode_again(
        &mut self,
        lattice: &Lattice,
        lm: &NgramModel,
        start: LmState,
        options: BeamOptions,
    ) -> LmState {
        self.trellis.begin_again(start);
        self.run(lattice, lm, options)
    }

    fn run(&mut self, lattice: &Lattice, lm: &NgramModel, options: BeamOptions) -> LmState {
        for node in 1..lattice.nodes() {
            if self.trellis.take_over(lattice) {
                continue;
            }
            let open = self.trellis.open();
            if !self.pass_on(node, lattice) {
                self.extend_to(node, lattice, lm, options);
                self.prune(options);
            }
            self.trellis.close(open);
        }
        self.trellis.finish(lattice);
        self.trace_back(lattice);
        self.forward_backward(lattice);
        self.trellis.hypotheses[self.trellis.last().start].state
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
        for (h, from) in trellis.at(from).zip(0..) {
            let before = trellis.hypotheses[h];
            trellis.edges.push(Edge {
                from,
                to: from,
                arc,
                cost: only.cost,
            });
            trellis.hypotheses.push(Hypothesis {
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
        let hypotheses = self.trellis.at(from);
        self.following.clear();
        self.places.clear();
        self.places.extend(arcs.iter().map(|arc| match arc.lm_len {
            1 => lm.add(&mut self.following, arc.lm[0]),
            _ => 0,
        }));
        self.rows.clear();
        let rows = self.trellis.hypotheses[hypotheses.clone()].iter();
        self.rows
            .extend(rows.map(|h| match self.following.is_empty() {
                true => Rows::default(),
                false => lm.look_up(&mut self.following, &h.state),
            }));
        for ((a, arc), k) in (first as u32..).zip(arcs).zip(0..) {
            let place = self.places[k];
            for (h, from) in hypotheses.clone().zip(0..) {
                let before = &self.trellis.hypotheses[h];
                let cost = before.cost + arc.cost;
                // The language model only adds: what is out already stays out,
                // and the hypotheses that follow are dearer.
                if cost > *best + options.margin {
                    break;
                }
                let rows = &self.rows[from as usize];
                let (lm_cost, state) = match arc.lm_len {
                    0 => (0, Some(before.state)),
                    1 => {
                        let cost = lm.cost_of(&mut self.following, rows, place);
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
                        state.unwrap_or_else(|| lm.state_after(&mut self.following, rows, place));
                    *best = (*best).min(before.cost + step);
                    self.arrive(h, from, a, state, step);
                }
                if let Some(price) = arc.paragraph {
                    let before = &self.trellis.hypotheses[h];
                    let (end, _) = lm.score(&before.state, lm::EOS);
                    let step = price + scaled(end, options.lm_scale);
                    *best = (*best).min(before.cost + step);
                    self.arrive(h, from, a, lm.begin(), step);
                }
            }
        }
    }

    /// Puts one step from hypothesis `h`, number `from` at its node, into the
    /// pool, joining it with the same state.
    fn arrive(&mut self, h: usize, from: u32, arc: u32, state: LmState, step: Cost) {
        let before = &self.trellis.hypotheses[h];
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
        for (&i, to) in self.order.iter().take(options.width).zip(0..) {
            let h = pool[i as usize];
            if h.cost > best + options.margin {
                break;
            }
            self.kept[i as usize] = to;
            self.trellis.hypotheses.push(h);
        }
        for edge in &self.pool_edges {
            let to = self.kept[edge.to as usize];
            if to != NONE {
                self.trellis.edges.push(Edge { to, ..*edge });
            }
        }
    }

    fn trace_back(&mut self, lattice: &Lattice) {
        self.path.clear();
        self.path_costs.clear();
        let trellis = &self.trellis;
        let mut hypothesis = &trellis.hypotheses[trellis.last().start];
        while hypothesis.arc != NONE {
            let from = lattice.arcs()[hypothesis.arc as usize].from as usize;
            let before = trellis.at(from).start + hypothesis.previous as usize;
            let before = &trellis.hypotheses[before];
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
        for h in trellis.last() {
            let h = &mut trellis.hypotheses[h];
            h.backward = 0;
            total = log_add(total, h.forward);
        }
        for node in (1..lattice.nodes()).rev() {
            let here = trellis.at(node).start;
            for edge in trellis.edges_into(node).rev() {
                let edge = trellis.edges[edge];
                let after = trellis.hypotheses[here + edge.to as usize].backward;
                if after >= UNREACHED {
                    continue;
                }
                let start = lattice.arcs()[edge.arc as usize].from as usize;
                let from = trellis.at(start).start + edge.from as usize;
                let from = &mut trellis.hypotheses[from];
                let through = from.forward + edge.cost + after - total;
                from.backward = log_add(from.backward, edge.cost + after);
                let posterior = &mut self.posteriors[edge.arc as usize];
                *posterior = log_add(*posterior, through.max(0));
            }
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
