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

    /// 48 bits.
    #[inline]
    pub(super) fn to_bits(self) -> u64 {
        u64::from(self.address) << 16 | u64::from(self.backoff as u16)
    }

    #[inline]
    pub(super) fn from_bits(bits: u64) -> Self {
        Self {
            address: (bits >> 16) as u32,
            backoff: bits as u16 as i16,
        }
    }
}

impl LmState {
    /// A number that equal states share.
    pub(crate) fn hash64(&self) -> u64 {
        self.contexts.iter().fold(0, |hash: u64, c| {
            (hash.rotate_left(23) ^ c.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        }) >> 32
    }
}
