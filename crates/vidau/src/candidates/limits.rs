//! How far one walk goes.

use super::rows::{Cell, NEVER};
use crate::cost::Cost;

/// Above every cost; twice it does not overflow.
pub(super) const UNREACHED: Cost = Cost::MAX / 4;

/// What a cell says something costs.
#[inline]
pub(super) fn cost(cell: Cell) -> Cost {
    match cell {
        NEVER => UNREACHED,
        cell => cell.into(),
    }
}

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
        channel > self.max_channel || self.leave_out_above(channel + word)
    }

    /// The same where all costs at least `price`.
    #[inline]
    pub(super) fn leave_out_at(&mut self, channel: Cell, price: Cost) -> bool {
        Cost::from(channel) > self.max_channel || self.leave_out_above(price)
    }

    #[inline]
    fn leave_out_above(&mut self, price: Cost) -> bool {
        if price > self.highest {
            self.cut = self.cut.min(price);
            return true;
        }
        false
    }

    /// Whether what costs at least `price`, words included, is left out; what
    /// costs [`NEVER`] is not there.
    #[inline]
    pub(super) fn leave_out_price(&mut self, price: Cell) -> bool {
        price == NEVER || self.leave_out_above(price.into())
    }

    /// The channel cost above which readings of words that cost at least
    /// `word` are left out.
    #[inline]
    pub(super) fn of_channel(&self, word: Cost) -> Cell {
        let most = self.max_channel.min(self.highest - word);
        most.clamp(-1, Cost::from(NEVER) - 1) as Cell
    }
}
