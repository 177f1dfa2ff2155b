//! Writing the automaton of the n-grams.
//!
//! The bytes are an `fst` map. The crate's own builder makes one a third
//! larger: it shares equal nodes however far apart they are, which widens the
//! address of every transition beside, gives nodes of more than 32 transitions
//! an index of 256 bytes, and moves outputs towards the root, so that equal
//! endings differ.

use std::collections::{BTreeMap, HashMap};

use crate::lm::spelling::{MOST_TRANSITIONS, Spelt, group};
use crate::lm::trie::HEADER;
use crate::model::node::PACKED;

/// Equal nodes are shared when this near: two bytes reach them from wherever
/// the transitions to them will stand.
const NEAR: usize = 56 << 10;
/// When more nodes than this are remembered, the far ones are forgotten.
const REMEMBERED: usize = 1 << 17;
/// The format of the `fst` crate's bytes.
const VERSION: u64 = 3;

/// An n-gram after its context.
#[derive(Debug, Clone, Copy)]
pub(super) struct Child {
    pub(super) word: Spelt,
    pub(super) code: u8,
    /// What extends it: a node, or 0.
    pub(super) node: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Transition {
    byte: u8,
    output: u8,
    /// 0: nothing follows.
    to: usize,
}

/// The automaton so far; nodes are written after those they lead to.
#[derive(Debug)]
pub(super) struct TrieWriter {
    bytes: Vec<u8>,
    near: HashMap<Vec<Transition>, usize>,
    last: usize,
    /// Ways from the root to an end, which are the map's keys.
    keys: u64,
}

impl TrieWriter {
    pub(super) fn new() -> Self {
        let mut bytes = VERSION.to_le_bytes().to_vec();
        bytes.resize(HEADER, 0);
        Self {
            bytes,
            near: HashMap::new(),
            last: 0,
            keys: 0,
        }
    }

    /// The node of a context with these n-grams; 0 when there are none.
    pub(super) fn context(&mut self, children: &[Child]) -> usize {
        let mut here = Vec::new();
        let mut longer: BTreeMap<u8, Vec<Transition>> = BTreeMap::new();
        for child in children {
            let transition = |byte| Transition {
                byte,
                output: child.code,
                to: child.node,
            };
            self.keys += u64::from(child.node == 0);
            match child.word.second() {
                None => here.push(transition(child.word.first())),
                Some(second) => {
                    let seconds = longer.entry(child.word.first()).or_default();
                    seconds.push(transition(second));
                }
            }
        }
        for (byte, seconds) in longer {
            here.push(self.below(byte, seconds));
        }
        match here.is_empty() {
            true => 0,
            false => self.node(here),
        }
    }

    /// A transition on `byte` to a node with these; it takes over the output
    /// that they share.
    fn below(&mut self, byte: u8, mut transitions: Vec<Transition>) -> Transition {
        let output = transitions.iter().map(|t| t.output).min().unwrap_or(0);
        for transition in &mut transitions {
            transition.output -= output;
        }
        let to = self.node(transitions);
        Transition { byte, output, to }
    }

    /// A node, in groups where it has too many transitions.
    fn node(&mut self, mut transitions: Vec<Transition>) -> usize {
        transitions.sort_unstable_by_key(|t| t.byte);
        if transitions.len() <= MOST_TRANSITIONS {
            return self.share(transitions);
        }
        let groups = transitions.chunk_by(|a, b| group(a.byte) == group(b.byte));
        let groups: Vec<Transition> = groups
            .map(|g| self.below(group(g[0].byte), g.to_vec()))
            .collect();
        self.share(groups)
    }

    /// The node, written unless an equal one is near.
    fn share(&mut self, transitions: Vec<Transition>) -> usize {
        let here = self.bytes.len();
        if let Some(&known) = self.near.get(&transitions)
            && here - known < NEAR
        {
            return known;
        }
        self.write(&transitions);
        self.last = self.bytes.len() - 1;
        if self.near.len() > REMEMBERED {
            self.near.retain(|_, &mut known| here - known < NEAR);
        }
        self.near.insert(transitions, self.last);
        self.last
    }

    fn write(&mut self, transitions: &[Transition]) {
        let start = self.bytes.len();
        let down = |t: &Transition| match t.to {
            0 => 0,
            to => start - to,
        };
        let output = usize::from(transitions.iter().any(|t| t.output > 0));
        let address = transitions.iter().map(|t| width(down(t))).max();
        let address = address.unwrap_or(0);
        let sizes = (address << 4 | output) as u8;
        let number = |bytes: &mut Vec<u8>, n: usize, width: usize| {
            bytes.extend_from_slice(&n.to_le_bytes()[..width]);
        };
        if let [t] = transitions {
            let packed = PACKED.iter().position(|&b| b == t.byte);
            let packed = packed.map_or(0, |at| at as u8 + 1);
            let is_next = t.to != 0 && t.to == self.last && t.output == 0;
            if !is_next {
                number(&mut self.bytes, t.output.into(), output);
                number(&mut self.bytes, down(t), address);
                self.bytes.push(sizes);
            }
            if packed == 0 {
                self.bytes.push(t.byte);
            }
            let kind = if is_next { 0b1100_0000 } else { 0b1000_0000 };
            self.bytes.push(kind | packed);
            return;
        }
        for t in transitions.iter().rev() {
            number(&mut self.bytes, t.output.into(), output);
        }
        for t in transitions.iter().rev() {
            number(&mut self.bytes, down(t), address);
        }
        self.bytes.extend(transitions.iter().rev().map(|t| t.byte));
        self.bytes.push(sizes);
        self.bytes.push(transitions.len() as u8);
    }

    /// The whole automaton, with the node of the empty context.
    pub(super) fn finish(mut self, words: &[Child]) -> Vec<u8> {
        // The root has to be the last node, so it must not be a shared one.
        self.near.clear();
        let root = self.context(words);
        self.bytes.extend_from_slice(&self.keys.to_le_bytes());
        self.bytes.extend_from_slice(&(root as u64).to_le_bytes());
        let sum = checksum(&self.bytes);
        self.bytes.extend_from_slice(&sum.to_le_bytes());
        self.bytes
    }
}

/// Bytes that a number takes, at least one.
fn width(n: usize) -> usize {
    (n.checked_ilog2().unwrap_or(0) as usize / 8) + 1
}

/// CRC-32C, masked as Snappy's frames have it, which `fst` ends with.
fn checksum(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let table: [u32; 256] = std::array::from_fn(|i| {
        (0..8).fold(i as u32, |crc, _| (crc >> 1) ^ (POLYNOMIAL * (crc & 1)))
    });
    let step = |crc: u32, &byte: &u8| table[(crc as u8 ^ byte) as usize] ^ (crc >> 8);
    let crc = !bytes.iter().fold(!0, step);
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lm::spelling::spell;
    use crate::lm::trie::{Step, Trie};
    use fst::Streamer;

    /// Contexts with one, few and many words after them, ends that are
    /// shared, and words of one and of two bytes.
    #[test]
    fn what_is_written_is_an_fst_and_is_found_again() {
        let spelt = spell(5_000);
        let ids = |n: usize, first: usize| (0..n).map(move |i| (first + i * 37) % 5_000);
        let code = |id: usize| (id % 200) as u8;
        let mut writer = TrieWriter::new();
        let leaf = |id: usize| Child {
            word: spelt[id],
            code: code(id),
            node: 0,
        };
        let contexts: Vec<(usize, Vec<usize>)> = (0..5_000)
            .step_by(3)
            .map(|id| (id, ids([1, 2, 40, 300][id % 4], id).collect()))
            .collect();
        let words: Vec<Child> = contexts
            .iter()
            .map(|(id, after)| {
                let after: Vec<Child> = after.iter().map(|&id| leaf(id)).collect();
                let node = writer.context(&after);
                Child { node, ..leaf(*id) }
            })
            .collect();
        let bytes = writer.finish(&words);
        crate::model::automaton::check(&bytes).unwrap();

        let map = fst::Map::new(bytes.clone()).unwrap();
        map.as_fst().verify().unwrap();
        let mut keys = 0;
        let mut stream = map.stream();
        while stream.next().is_some() {
            keys += 1;
        }
        assert_eq!(keys, map.len());
        assert_eq!(keys, contexts.iter().map(|c| c.1.len()).sum::<usize>());

        let trie = Trie::open(bytes.into()).unwrap();
        let mut at = contexts.iter().peekable();
        for (id, &word) in spelt.iter().enumerate() {
            let found = trie.step(trie.root(), word);
            let Some((_, after)) = at.next_if(|c| c.0 == id) else {
                assert_eq!(found, None);
                continue;
            };
            let found = found.unwrap();
            assert_eq!(found.code, code(id));
            for (id, &word) in spelt.iter().enumerate() {
                let expected = after.contains(&id).then(|| Step {
                    code: code(id),
                    address: 0,
                });
                assert_eq!(trie.step(found.address, word), expected);
            }
        }
    }

    /// The checksum of the Snappy frame format's example for CRC-32C:
    /// 32 zero bytes have 0x8a9136aa (RFC 3720, B.4).
    #[test]
    fn checksum_of_zeros() {
        let masked = 0x8a91_36aa_u32.rotate_right(15).wrapping_add(0xa282_ead8);
        assert_eq!(checksum(&[0; 32]), masked);
    }
}
