//! Nodes of an `fst`, read in place.
//!
//! The bytes are those that crate writes, read without its nodes: a step needs
//! one transition of a node, not the node. Address 0 is that of the node in
//! which keys end and from which nothing leads on; it has no bytes. See
//! [`check`](super::automaton::check) for the layout.

/// The bytes that `fst` packs into the head of a node with one transition, by
/// the numbers that it gives them, less one.
pub(crate) const PACKED: &[u8; 63] =
    b"te/oasripcnw.hlm-du012g=:bf3y5&_4v9678k%?xCDASFIBEjPTzRNM+LOqHG";

/// Nodes with more transitions carry an index.
const INDEX_ABOVE: usize = 32;
const INDEX: usize = 256;

/// What is known of a node from its head.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    bytes: &'a [u8],
    head: Head,
}

#[derive(Clone, Copy)]
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
    pub(crate) fn new(bytes: &'a [u8], address: usize) -> Self {
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

    /// Another node of the same automaton.
    #[inline]
    pub(crate) fn other(&self, address: usize) -> Self {
        Self::new(self.bytes, address)
    }

    /// The bytes of its transitions, the greatest first.
    #[inline]
    pub(crate) fn inputs(&self) -> &[u8] {
        match &self.head {
            Head::Next { input, .. } | Head::One { input, .. } => std::slice::from_ref(input),
            Head::Any { inputs, count, .. } => &self.bytes[*inputs..inputs + count],
        }
    }

    /// The greatest input of a node with several transitions.
    #[inline]
    pub(crate) fn greatest(&self) -> Option<u8> {
        match self.head {
            Head::Any { inputs, count, .. } if count > 0 => Some(self.bytes[inputs]),
            _ => None,
        }
    }

    /// Output and target of the transition on `byte`.
    #[inline]
    pub(crate) fn find(&self, byte: u8) -> Option<(u32, usize)> {
        let at = match self.head {
            Head::Next { input, .. } | Head::One { input, .. } => (input == byte).then_some(0),
            Head::Any { inputs, count, .. } => position(self.bytes, inputs, count, byte),
        };
        Some(self.transition(at?))
    }

    /// The node that a transition leads to; `None` where nothing leads on.
    #[inline]
    pub(crate) fn below(&self, address: usize) -> Option<Self> {
        (address != 0).then(|| self.other(address))
    }

    /// What is added to a key's value where it ends at the node that a
    /// transition leads to; `None` where no key does.
    #[inline]
    pub(crate) fn end_below(&self, address: usize) -> Option<u32> {
        self.below(address).map_or(Some(0), |node| node.end())
    }

    fn end(&self) -> Option<u32> {
        match self.head {
            Head::Any {
                count,
                inputs,
                sizes,
                is_final: true,
            } => {
                let (address, output) = widths(sizes);
                let outputs = inputs - count * (address + output);
                Some(number(self.bytes, outputs - output, output))
            }
            _ => None,
        }
    }

    /// Output and target of transition `at`.
    #[inline]
    pub(crate) fn transition(&self, at: usize) -> (u32, usize) {
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
    // Without a branch, which widths that change would make a guess of.
    whole & (u64::from(u32::MAX) >> (32 - 8 * width.min(4))) as u32
}
