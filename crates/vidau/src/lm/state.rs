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
///
/// Address and cost are one number of 48 bits, which is compared and hashed
/// as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Context(u64);

impl Context {
    #[inline]
    pub(super) fn new(address: u32, backoff: i16) -> Self {
        Self(u64::from(address) << 16 | u64::from(backoff as u16))
    }

    #[inline]
    pub(super) fn address(self) -> u32 {
        (self.0 >> 16) as u32
    }

    #[inline]
    pub(super) fn backoff(self) -> Cost {
        Cost::from(self.0 as i16)
    }

    #[inline]
    pub(super) fn to_bits(self) -> u64 {
        self.0
    }

    #[inline]
    pub(super) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:+}", self.address(), self.backoff())
    }
}

impl LmState {
    /// A number that equal states share.
    #[inline]
    pub(crate) fn hash64(&self) -> u64 {
        const ODD: [u64; MAX_ORDER - 1] = [
            0x9e37_79b9_7f4a_7c15,
            0xbf58_476d_1ce4_e5b9,
            0x94d0_49bb_1331_11eb,
            0xd6e8_feb8_6659_fd93,
        ];
        let parts = self.contexts.iter().zip(ODD);
        parts.fold(0, |sum: u64, (c, odd)| {
            sum.wrapping_add(c.to_bits().wrapping_mul(odd))
        }) >> 32
    }
}
