//! What the model remembers of the words before.

use super::MAX_ORDER;
use crate::Cost;

/// The contexts of the next word, from one word to the model's order less one.
///
/// Equal states give equal costs for all that follows: contexts that no
/// n-gram extends are not kept, so that hypotheses recombine early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LmState {
    pub(super) contexts: [Context; MAX_ORDER - 1],
}

/// A node of the automaton and the cost of backing off from it. At address 0
/// (the empty node) there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Context {
    pub(super) address: u32,
    pub(super) backoff: i16,
}

impl Context {
    pub(super) fn backoff(&self) -> Cost {
        Cost::from(self.backoff)
    }
}

impl LmState {
    /// A number that equal states share.
    pub(crate) fn hash64(&self) -> u64 {
        self.contexts.iter().fold(0, |hash: u64, c| {
            let bits = u64::from(c.address) << 16 | u64::from(c.backoff as u16);
            (hash.rotate_left(23) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        }) >> 32
    }
}
