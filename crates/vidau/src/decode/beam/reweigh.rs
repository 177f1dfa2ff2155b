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

/// What an arc and those alike to it cost now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    cheapest: u32,
    cost: Cost,
    together: Cost,
    /// What all together cost when they were decoded.
    before: Cost,
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
        for h in &mut trellis.hypotheses[1..] {
            (h.cost, h.forward) = (UNREACHED, UNREACHED);
        }
        for h in &mut trellis.hypotheses {
            h.backward = UNREACHED;
        }
        for node in 1..lattice.nodes() {
            for number in trellis.edges_into(node) {
                let edge = &mut trellis.edges[number];
                let price = prices[edge.arc as usize];
                let lm = edge.cost - price.before;
                edge.cost = lm + price.together;
                let edge = *edge;
                let before = &trellis.hypotheses[edge.from as usize];
                let (cost, forward) = (before.cost, before.forward);
                let to = &mut trellis.hypotheses[edge.to as usize];
                to.forward = log_add(to.forward, forward + edge.cost);
                let cost = cost + lm + price.cost;
                if cost < to.cost {
                    to.cost = cost;
                    to.arc = price.cheapest;
                    to.previous = edge.from;
                }
            }
        }
        self.find_best(lattice)
    }

    /// Finds what arcs cost now, those that are alike together.
    fn price_again(&mut self, lattice: &Lattice) {
        let arcs = lattice.arcs();
        let before = self.costs.iter().zip(0..).zip(arcs);
        self.prices.clear();
        self.prices
            .extend(before.map(|((&before, number), arc)| Price {
                cheapest: number,
                cost: arc.cost,
                together: arc.cost,
                before,
            }));
        for &number in &self.shared {
            let alike = &self.alike[number as usize];
            let before = self.costs[number as usize] - alike.share;
            let price = &mut self.prices[alike.cheapest as usize];
            (price.cost, price.together) = (UNREACHED, UNREACHED);
            price.before = before;
        }
        for &number in &self.shared {
            let cost = arcs[number as usize].cost;
            let price = &mut self.prices[self.alike[number as usize].cheapest as usize];
            price.together = log_add(price.together, cost);
            if cost < price.cost {
                (price.cost, price.cheapest) = (cost, number);
            }
        }
        for &number in &self.shared {
            let alike = &mut self.alike[number as usize];
            let together = self.prices[alike.cheapest as usize].together;
            alike.share = arcs[number as usize].cost - together;
        }
        self.note_costs(lattice);
    }
}
