//! Walking the automaton of the n-grams.
//!
//! The bytes are an `fst` map; see `spelling.rs` for its keys.

use super::spelling::{Spelt, group, is_group};
use crate::model::Bytes;
use crate::model::node::Node;

/// Header and footer of an `fst`.
pub(super) const HEADER: usize = 16;
pub(super) const FOOTER: usize = 20;

/// Addresses are numbers of so many bits.
pub(super) const ADDRESS_BITS: u32 = 29;

/// The n-grams, used in place.
pub(super) struct Trie {
    bytes: Bytes,
    root: u32,
}

/// Where a word leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// The n-gram's code.
    pub(super) code: u8,
    /// The node of what extends the n-gram; 0 where nothing does.
    pub(super) address: u32,
}

impl Step {
    /// The context has no such word.
    pub(super) const NONE: Self = Self {
        code: 0,
        address: (1 << ADDRESS_BITS) - 1,
    };
}

impl Trie {
    /// `None` when the bytes do not end as an automaton does, or are too many
    /// for the addresses of a state.
    pub(super) fn open(bytes: Bytes) -> Option<Self> {
        let end = bytes.len().checked_sub(FOOTER)?;
        let root = u64::from_le_bytes(*bytes[end + 8..].first_chunk()?);
        let is_last = root + 1 == end as u64 || (root == 0 && end == HEADER);
        (is_last && root < u64::from(Step::NONE.address)).then_some(Self {
            bytes,
            root: root as u32,
        })
    }

    /// The automaton as a whole.
    #[cfg(feature = "train")]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The node of the empty context.
    pub(super) fn root(&self) -> u32 {
        self.root
    }

    /// From the node of a context over one word.
    #[inline]
    pub(super) fn step(&self, address: u32, word: Spelt) -> Option<Step> {
        if address == 0 {
            return None;
        }
        self.node(address).step(word)
    }

    /// The first byte that is read of the node at an address.
    #[inline]
    pub(super) fn head(&self, address: u32) -> u8 {
        self.bytes[address as usize]
    }

    /// The node at an address other than 0.
    #[inline]
    pub(super) fn node(&self, address: u32) -> Node<'_> {
        Node::new(&self.bytes, address as usize)
    }
}

/// Words are one or two bytes, and large nodes in groups.
impl Node<'_> {
    /// From here over one word.
    #[inline]
    pub(super) fn step(&self, word: Spelt) -> Option<Step> {
        let mut code = 0;
        let at = self.letter(word.first(), &mut code)?;
        self.finish(code, at, word)
    }

    /// The step over a word of which the first byte leads to `at`, with what
    /// was met on the way.
    #[inline]
    fn finish(&self, mut code: u32, mut at: usize, word: Spelt) -> Option<Step> {
        if let Some(second) = word.second() {
            if at == 0 {
                return None;
            }
            at = self.other(at).letter(second, &mut code)?;
        }
        Some(Step {
            code: code as u8,
            address: at as u32,
        })
    }

    /// The step over a word that begins with input number `input`, where there
    /// are no groups, with the `code` met before.
    #[inline]
    pub(super) fn step_over(&self, input: usize, code: u32, word: Spelt) -> Option<Step> {
        let (output, at) = self.transition(input);
        self.finish(code + output, at, word)
    }

    /// Whether its transitions are in groups.
    #[inline]
    pub(super) fn has_groups(&self) -> bool {
        self.greatest().is_some_and(is_group)
    }

    /// Goes over one byte of a word, through its group where there are
    /// groups; adds to `code` what is met on the way.
    #[inline]
    fn letter(&self, byte: u8, code: &mut u32) -> Option<usize> {
        let (output, next) = if self.has_groups() {
            let (output, inner) = self.find(group(byte))?;
            *code += output;
            if inner == 0 {
                return None;
            }
            self.other(inner).find(byte)?
        } else {
            self.find(byte)?
        };
        *code += output;
        Some(next)
    }
}
