//! Walking the automaton of the n-grams.
//!
//! The bytes are an `fst` map, read here without going through that crate's
//! nodes: a step needs one transition of a node, not the node.

use super::spelling::{PACKED, Spelt, group, is_group};
use crate::model::Bytes;

/// Header and footer of an `fst`.
pub(super) const HEADER: usize = 16;
pub(super) const FOOTER: usize = 20;
/// Nodes with more transitions carry an index.
const INDEX_ABOVE: usize = 32;
const INDEX: usize = 256;

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
        address: u32::MAX,
    };
}

impl Trie {
    /// `None` when the bytes do not end as an automaton does, or are too many
    /// for the addresses of a state.
    pub(super) fn open(bytes: Bytes) -> Option<Self> {
        let end = bytes.len().checked_sub(FOOTER)?;
        let root = u64::from_le_bytes(*bytes[end + 8..].first_chunk()?);
        let is_last = root + 1 == end as u64 || (root == 0 && end == HEADER);
        (is_last && root < u64::from(u32::MAX)).then_some(Self {
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

    /// The node at an address other than 0.
    #[inline]
    pub(super) fn node(&self, address: u32) -> Node<'_> {
        Node::new(&self.bytes, address as usize)
    }
}

/// What is known of a node from its head: see [`super::super::model`]'s check
/// for the layout.
pub(super) struct Node<'a> {
    bytes: &'a [u8],
    head: Head,
}

enum Head {
    /// One transition, on `input`, to the node that ends at `next`.
    Next { input: u8, next: usize },
    /// One transition, on `input`; its widths stand at `sizes`.
    One { input: u8, sizes: usize },
    /// `count` transitions, whose inputs end at `sizes` or before an index.
    Any {
        count: usize,
        inputs: usize,
        sizes: u8,
        is_final: bool,
    },
}

impl<'a> Node<'a> {
    #[inline]
    fn new(bytes: &'a [u8], address: usize) -> Self {
        let state = bytes[address];
        let low = usize::from(state & 63);
        let head = if state >= 0b1000_0000 {
            let (input, below) = match low {
                0 => (bytes[address - 1], address - 2),
                n => (PACKED[n - 1], address - 1),
            };
            if state >= 0b1100_0000 {
                Head::Next { input, next: below }
            } else {
                Head::One {
                    input,
                    sizes: below,
                }
            }
        } else {
            let (count, sizes) = match low {
                0 => match bytes[address - 1] {
                    1 => (256, address - 2),
                    n => (usize::from(n), address - 2),
                },
                n => (n, address - 1),
            };
            let index = if count > INDEX_ABOVE { INDEX } else { 0 };
            Head::Any {
                count,
                inputs: sizes - index - count,
                sizes: bytes[sizes],
                is_final: state >= 0b0100_0000,
            }
        };
        Self { bytes, head }
    }

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
            at = Node::new(self.bytes, at).letter(second, &mut code)?;
        }
        Some(Step {
            code: code as u8,
            address: at as u32,
        })
    }

    /// The bytes of its transitions; of no use where they are in groups.
    #[inline]
    pub(super) fn inputs(&self) -> &[u8] {
        match &self.head {
            Head::Next { input, .. } | Head::One { input, .. } => std::slice::from_ref(input),
            Head::Any { inputs, count, .. } => &self.bytes[*inputs..inputs + count],
        }
    }

    /// The step over a word that begins with input number `input`, where there
    /// are no groups.
    #[inline]
    pub(super) fn step_over(&self, input: usize, word: Spelt) -> Option<Step> {
        let (code, at) = self.transition(input);
        self.finish(code, at, word)
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
            Node::new(self.bytes, inner).find(byte)?
        } else {
            self.find(byte)?
        };
        *code += output;
        Some(next)
    }

    /// The greatest input of a node with several transitions.
    #[inline]
    fn greatest(&self) -> Option<u8> {
        match self.head {
            Head::Any { inputs, count, .. } if count > 0 => Some(self.bytes[inputs]),
            _ => None,
        }
    }

    /// Output and target of the transition on `byte`.
    #[inline]
    fn find(&self, byte: u8) -> Option<(u32, usize)> {
        let at = match self.head {
            Head::Next { input, .. } | Head::One { input, .. } => (input == byte).then_some(0),
            Head::Any { inputs, count, .. } => position(self.bytes, inputs, count, byte),
        };
        Some(self.transition(at?))
    }

    /// Output and target of transition `at`.
    #[inline]
    fn transition(&self, at: usize) -> (u32, usize) {
        match self.head {
            Head::Next { next, .. } => (0, next),
            Head::One { sizes, .. } => {
                let (address, output) = widths(self.bytes[sizes]);
                let start = sizes - address - output;
                let down = number(self.bytes, sizes - address, address);
                let target = if down == 0 { 0 } else { start - down as usize };
                (number(self.bytes, start, output), target)
            }
            Head::Any {
                count,
                inputs,
                sizes,
                is_final,
            } => {
                let (address, output) = widths(sizes);
                let addresses = inputs - count * address;
                let outputs = addresses - count * output;
                let start = outputs - if is_final { output } else { 0 };
                let down = number(self.bytes, addresses + at * address, address);
                let target = if down == 0 { 0 } else { start - down as usize };
                (number(self.bytes, outputs + at * output, output), target)
            }
        }
    }
}

/// Where the first `byte` is among the `count` bytes from `start`, eight at a
/// time; as many follow in any automaton.
#[inline]
fn position(bytes: &[u8], start: usize, count: usize, byte: u8) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    let pattern = ONES * u64::from(byte);
    let mut at = 0;
    while at < count {
        let eight = u64::from_le_bytes(*bytes[start + at..].first_chunk()?);
        // Zero where the byte stands; the lowest bit set then is a zero's.
        let x = eight ^ pattern;
        let zeros = x.wrapping_sub(ONES) & !x & (ONES << 7);
        if zeros != 0 {
            let found = at + zeros.trailing_zeros() as usize / 8;
            return (found < count).then_some(found);
        }
        at += 8;
    }
    None
}

/// Widths of addresses and outputs.
#[inline]
fn widths(sizes: u8) -> (usize, usize) {
    (usize::from(sizes >> 4), usize::from(sizes & 15))
}

/// A number of at most four bytes; as many follow in any automaton.
#[inline]
fn number(bytes: &[u8], at: usize, width: usize) -> u32 {
    let whole = bytes[at..]
        .first_chunk()
        .map_or(0, |b| u32::from_le_bytes(*b));
    match width {
        0 => 0,
        1 => whole & 0xff,
        2 => whole & 0xffff,
        3 => whole & 0xff_ffff,
        _ => whole,
    }
}
