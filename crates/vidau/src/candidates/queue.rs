//! Where a walk may still go on, by what it costs at least.

use super::rows::Cell;
use crate::cost::{Cost, NAT};

/// What is within a quarter of a nat is taken in any order.
const WIDTH: Cost = NAT / 4;
/// What is dearer than all others stands in the last.
const BUCKETS: usize = 128;

/// A node of the lexicon that may be gone to, or a base form whose words may be
/// priced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) node: u32,
    /// The step before the node, that of the form.
    pub(super) step: u32,
    pub(super) is_form: bool,
    /// The least that readings cost the channel, and with what words cost by
    /// themselves.
    pub(super) channel: Cell,
    pub(super) price: Cost,
}

/// A queue of buckets. Its order decides how soon a bound comes down, not what
/// is found.
#[derive(Debug)]
pub(super) struct Queue {
    buckets: Vec<Vec<Waiting>>,
    /// The first that may hold something, and the least price of what it holds.
    first: usize,
    price: Cost,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            buckets: vec![Vec::new(); BUCKETS],
            first: 0,
            price: 0,
        }
    }
}

impl Queue {
    /// Empties it for what costs `floor` or more.
    pub(super) fn begin(&mut self, floor: Cost) {
        for bucket in &mut self.buckets[self.first..] {
            bucket.clear();
        }
        self.first = 0;
        self.price = floor;
    }

    #[inline]
    pub(super) fn push(&mut self, waiting: Waiting) {
        let above = waiting.price - self.price;
        let bucket = self.first + (above.max(0) / WIDTH) as usize;
        self.buckets[bucket.min(BUCKETS - 1)].push(waiting);
    }

    /// One of the cheapest; none where all cost more than `highest`.
    #[inline]
    pub(super) fn pop(&mut self, highest: Cost) -> Option<Waiting> {
        while self.price <= highest {
            if let Some(waiting) = self.buckets[self.first].pop() {
                return Some(waiting);
            }
            if self.first == BUCKETS - 1 {
                return None;
            }
            self.first += 1;
            self.price += WIDTH;
        }
        None
    }
}
