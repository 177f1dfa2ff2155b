//! The decoding done last, with other costs of arcs.
//!
//! What the second pass moves against each other are readings that the first one
//! kept, and what the language model says of them is in its steps. So nothing is
//! decoded anew: the same ways are added up once more.

use super::Beam;
use crate::cost::Cost;
use crate::decode::lattice::Lattice;
use crate::decode::log_add::log_add;
use crate::decode::trellis::UNREACHED;
use crate::lm::LmState;

/// How an arc, together with those alike to it, fares now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    /// What all together cost more than when they were decoded.
    more: Cost,
    /// The cheapest, and how much dearer it is than all together.
    cheapest: u32,
    share: Cost,
}

impl Price {
    /// Of an arc that costs what it did, and has none alike to it.
    fn as_before(arc: u32) -> Self {
        Self {
            more: 0,
            cheapest: arc,
            share: 0,
        }
    }
}

impl Beam {
    /// Finds the best way and the posteriors where some words' arcs of the lattice
    /// that was decoded last have got other costs, among the ways that the beam kept
    /// then; returns the state at the end of the best.
    ///
    /// Of two ways of equal cost into one state that from the hypothesis wins
    /// that was better when they were decoded.
    pub(crate) fn reweigh(&mut self, lattice: &Lattice) -> LmState {
        self.price_again(lattice);
        let (trellis, prices) = (&mut self.trellis, &self.prices);
        trellis.hypotheses[0].backward = UNREACHED;
        for node in 1..lattice.nodes() {
            if trellis.is_shared(node) {
                continue;
            }
            for number in trellis.at(node) {
                let h = &mut trellis.hypotheses[number];
                (h.cost, h.forward, h.backward) = (UNREACHED, UNREACHED, UNREACHED);
            }
            for number in trellis.edges_into(node) {
                let edge = &mut trellis.edges[number];
                let price = prices[edge.arc as usize];
                edge.cost += price.more;
                let edge = *edge;
                let before = &trellis.hypotheses[edge.from as usize];
                let (cost, forward) = (before.cost, before.forward);
                let to = &mut trellis.hypotheses[edge.to as usize];
                to.forward = log_add(to.forward, forward + edge.cost);
                let cost = cost + edge.cost + price.share;
                if cost < to.cost {
                    to.cost = cost;
                    to.arc = price.cheapest;
                    to.previous = edge.from;
                }
            }
        }
        self.forget_prices(lattice);
        self.find_best(lattice)
    }

    /// Finds what arcs cost now, those that are alike together.
    fn price_again(&mut self, lattice: &Lattice) {
        let arcs = lattice.arcs();
        let new = self.prices.len() as u32..arcs.len() as u32;
        self.prices.extend(new.map(Price::as_before));
        for &(arc, change) in &lattice.changes()[self.counted..] {
            self.prices[arc as usize].more += change;
        }
        // The arc that was the cheapest stands for all that are alike, and comes before them.
        for &(arc, alike) in &self.shared {
            let cost = arcs[arc as usize].cost;
            let all = &mut self.prices[alike.cheapest as usize];
            if arc == alike.cheapest {
                (all.more, all.share) = (cost, cost);
                continue;
            }
            all.more = log_add(all.more, cost);
            if cost < all.share {
                (all.share, all.cheapest) = (cost, arc);
            }
        }
        for (arc, alike) in self.shared.iter_mut().rev() {
            let all = &mut self.prices[alike.cheapest as usize];
            let together = all.more;
            alike.share = arcs[*arc as usize].cost - together;
            if *arc == alike.cheapest {
                all.more -= alike.together;
                all.share -= together;
                alike.together = together;
            }
        }
    }

    /// Sets the prices back, which are few, for the next time.
    fn forget_prices(&mut self, lattice: &Lattice) {
        let changes = lattice.changes();
        let changed = changes[self.counted..].iter().map(|&(arc, _)| arc);
        let shared = self.shared.iter().map(|&(arc, _)| arc);
        for arc in changed.chain(shared) {
            self.prices[arc as usize] = Price::as_before(arc);
        }
        self.counted = changes.len();
    }
}
