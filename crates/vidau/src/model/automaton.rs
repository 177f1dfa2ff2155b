//! Whether the bytes of an `fst` are well formed.
//!
//! The `fst` crate trusts its bytes: an address or a length that leads out of
//! them is a panic in the middle of a walk. So bytes from outside are gone
//! through once, before the first walk.
//!
//! Nodes stand one after the other, children before parents, the root last;
//! they are decoded from their last byte down. Every node is found by going
//! down from the root, and every transition has to lead to one of them.

/// Version, type; number of keys, root's address, checksum.
const HEADER: usize = 16;
const FOOTER: usize = 20;
/// The format this was written for.
const VERSION: u64 = 3;
/// Nodes with more transitions have an index of 256 bytes.
const INDEX_ABOVE: usize = 32;
/// Widest value; a sum along a path then cannot overflow.
const MAX_VALUE_BYTES: usize = 4;

type Check<T> = Result<T, &'static str>;

/// Checks that no walk can leave `bytes` or go in circles.
pub(crate) fn check(bytes: &[u8]) -> Check<()> {
    if bytes.len() < HEADER + FOOTER {
        return Err("it is too short for an automaton");
    }
    if number(&bytes[..8]) != VERSION {
        return Err("an automaton of another version");
    }
    let end = bytes.len() - FOOTER;
    let root = number(&bytes[end + 8..end + 16]);
    if root == 0 && end == HEADER {
        return Ok(());
    }
    if root != end as u64 - 1 {
        return Err("the automaton's root is not its last node");
    }
    let mut targets = BitSet::new(end);
    let mut above = end;
    while above > HEADER {
        targets.remove(above - 1);
        above = node(&bytes[..above], &mut targets)?;
    }
    match targets.is_empty() {
        true => Ok(()),
        false => Err("a transition leads to no node"),
    }
}

/// Decodes the node that ends where `bytes` end, adds the addresses it leads
/// to, and returns where it starts.
fn node(bytes: &[u8], targets: &mut BitSet) -> Check<usize> {
    let mut rest = Rest(bytes);
    let state = rest.byte()?;
    let low = usize::from(state & 0b11_1111);
    match state >> 6 {
        // One transition, to the node below.
        0b11 => {
            if low == 0 {
                rest.byte()?;
            }
            let start = rest.0.len();
            if start <= HEADER {
                return Err(OUT);
            }
            targets.insert(start - 1);
            Ok(start)
        }
        // One transition to any node.
        0b10 => {
            if low == 0 {
                rest.byte()?;
            }
            let (address, value) = widths(rest.byte()?, 1)?;
            let addresses = rest.bytes(address)?;
            rest.bytes(value)?;
            let start = rest.0.len();
            lead_to(addresses, address, start, targets)?;
            Ok(start)
        }
        kind => {
            let transitions = match low {
                // One transition never is a byte of its own, so 1 means 256.
                0 => match rest.byte()? {
                    1 => 256,
                    n => usize::from(n),
                },
                n => n,
            };
            let (address, value) = widths(rest.byte()?, transitions)?;
            if transitions > INDEX_ABOVE {
                rest.bytes(256)?;
            }
            rest.bytes(transitions)?;
            let addresses = rest.bytes(transitions * address)?;
            rest.bytes((transitions + usize::from(kind == 0b01)) * value)?;
            let start = rest.0.len();
            lead_to(addresses, address, start, targets)?;
            Ok(start)
        }
    }
}

const OUT: &str = "a node of the automaton reaches beyond its bytes";

/// Widths of addresses and values.
fn widths(sizes: u8, transitions: usize) -> Check<(usize, usize)> {
    let (address, value) = (usize::from(sizes >> 4), usize::from(sizes & 15));
    let possible = address <= 8 && (address > 0 || transitions == 0);
    if possible && value <= MAX_VALUE_BYTES {
        Ok((address, value))
    } else {
        Err("a node of the automaton has impossible sizes")
    }
}

/// Addresses count down from the node's start; 0 is the final empty node.
fn lead_to(addresses: &[u8], width: usize, start: usize, targets: &mut BitSet) -> Check<()> {
    if width == 0 {
        return Ok(());
    }
    for address in addresses.chunks_exact(width) {
        let down = number(address);
        if down == 0 {
            continue;
        }
        let target = (start as u64).checked_sub(down);
        match target.filter(|&t| t >= HEADER as u64) {
            Some(target) => targets.insert(target as usize),
            None => return Err(OUT),
        }
    }
    Ok(())
}

/// A little-endian number of at most eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |n, &byte| n << 8 | u64::from(byte))
}

/// What is left of the bytes, taken from the end; the header is not taken.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes(&mut self, n: usize) -> Check<&'a [u8]> {
        let at = self.0.len().checked_sub(n).filter(|&at| at >= HEADER);
        let (rest, taken) = self.0.split_at(at.ok_or(OUT)?);
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Check<u8> {
        Ok(self.bytes(1)?[0])
    }
}

struct BitSet(Vec<u64>);

impl BitSet {
    fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    fn insert(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }

    fn remove(&mut self, i: usize) {
        self.0[i / 64] &= !(1 << (i % 64));
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fst::{Map, Streamer};
    use proptest::prelude::*;

    /// Nodes of every kind: chains, shared ends, values, a node with more
    /// than 32 transitions, one with 256.
    fn sample() -> Vec<u8> {
        let mut keys: Vec<(Vec<u8>, u64)> = Vec::new();
        for a in 0..=255 {
            keys.push((vec![a], u64::from(a) * 3));
            keys.push((vec![a, b'x', a / 2], 70_000));
        }
        for a in 0..60 {
            keys.push((vec![b'n', b'n', a, b'e', b'n', b'd'], u64::from(a % 3)));
        }
        keys.sort();
        keys.dedup_by(|a, b| a.0 == b.0);
        Map::from_iter(keys).unwrap().into_fst().into_inner()
    }

    #[test]
    fn what_the_builder_writes_is_well_formed() {
        check(&sample()).unwrap();
        for keys in [&[][..], &[""], &["a"], &["a", "b"], &["", "longer"]] {
            let map = Map::from_iter(keys.iter().map(|k| (k, 7))).unwrap();
            check(map.as_fst().as_bytes()).unwrap();
        }
    }

    #[test]
    fn every_truncation_is_found() {
        let whole = sample();
        for len in 0..whole.len() {
            assert!(check(&whole[..len]).is_err(), "cut at {len}");
        }
    }

    #[test]
    fn circles_are_found() {
        // A node whose only transition leads down to itself or above it has no
        // encoding; one that leads into the middle of a node has.
        let mut bytes = vec![0; HEADER];
        bytes[0] = 3;
        // One transition on 'a' to the empty node, then one to address 17.
        bytes.extend([0, 0x10, b'a', 0b1000_0000]);
        let start = bytes.len() as u8;
        bytes.extend([start - 17, 0x10, b'a', 0b1000_0000]);
        let root = bytes.len() as u64 - 1;
        bytes.extend(1u64.to_le_bytes());
        bytes.extend(root.to_le_bytes());
        bytes.extend([0; 4]);
        assert_eq!(check(&bytes), Err("a transition leads to no node"));
        bytes[usize::from(start)] = start - 19;
        assert_eq!(check(&bytes), Ok(()));
    }

    proptest! {
        /// Whatever passes can be walked.
        #[test]
        fn what_passes_is_safe(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = sample();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if check(&bytes).is_ok() && let Ok(fst) = fst::raw::Fst::new(bytes) {
                let mut stream = fst.stream();
                for _ in 0..10_000 {
                    if stream.next().is_none() {
                        break;
                    }
                }
                for byte in 0..=255 {
                    let _ = fst.get([byte, b'x', byte / 2]);
                    let _ = fst.get([b'n', b'n', byte, b'e', b'n', b'd']);
                }
            }
        }
    }
}
