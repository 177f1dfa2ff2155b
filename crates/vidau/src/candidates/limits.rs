//! How far one walk goes.

use super::rows::{Cell, NEVER};
use crate::cost::Cost;

/// Above every cost; twice it does not overflow.
pub(super) const UNREACHED: Cost = Cost::MAX / 4;

#[derive(Debug, Default)]
pub(super) struct Limits {
    pub(super) max_channel: Cost,
    /// The highest price.
    pub(super) highest: Cost,
    /// The lowest price that was left out for being higher.
    pub(super) cut: Cost,
}

impl Limits {
    /// Whether readings that cost at least `channel`, of words that cost at
    /// least `word`, are left out.
    #[inline]
    pub(super) fn leave_out(&mut self, channel: Cost, word: Cost) -> bool {
        if channel > self.max_channel {
            return true;
        }
        let price = channel + word;
        if price > self.highest {
            self.cut = self.cut.min(price);
            return true;
        }
        false
    }

    /// The channel cost above which readings of words that cost at least
    /// `word` are left out.
    #[inline]
    pub(super) fn of_channel(&self, word: Cost) -> Cell {
        let most = self.max_channel.min(self.highest - word);
        most.clamp(-1, Cost::from(NEVER) - 1) as Cell
    }
}
