//! A channel profile arranged for search: by what was observed, then by the
//! base letters it may stand for.

use std::ops::Range;

use super::rows::{Cell, NEVER, cell};
use crate::channel::Profile;
use crate::cost::Cost;
use crate::syllable::Letter;

/// Longest observed segment, in characters.
pub(crate) const MAX_OBSERVED: usize = 4;
/// Longest written segment, in letters.
pub(crate) const MAX_WRITTEN: usize = 3;

/// One way in which a segment of written letters comes to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Base letters, 5 bits each, the last written lowest.
    pub(crate) base: u16,
    /// Marks and cases of all letters; see [`letter`](Self::letter).
    pub(crate) spelt: u32,
    pub(crate) cost: Cost,
}

impl Entry {
    /// What letter `k`, counted from the end, adds to `spelt`.
    #[inline]
    pub(crate) fn letter(k: usize, mark: u8, is_upper: bool) -> u32 {
        (u32::from(mark) << 1 | u32::from(is_upper)) << (10 * k)
    }
}

/// Entries that differ in nothing but marks and cases, cheapest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub(crate) base: u16,
    pub(crate) least: Cost,
    /// Positions in [`ProfileIndex::entries`].
    pub(crate) entries: (u32, u32),
}

impl Group {
    /// How many letters it has.
    #[inline]
    pub(crate) fn letters(self) -> usize {
        1 + usize::from(self.base > 0x1f) + usize::from(self.base > 0x3ff)
    }
}

/// Where the groups of an observed segment stand.
#[derive(Debug, Clone, Copy)]
struct Slot {
    key: u64,
    start: u32,
    end: u32,
    /// The least cost by the number of letters, less one.
    least: [Cell; MAX_WRITTEN],
}

const FREE: Slot = Slot {
    key: u64::MAX,
    start: 0,
    end: 0,
    least: [NEVER; MAX_WRITTEN],
};

/// A profile's segments: for each observed segment a run of groups, cheapest
/// first.
#[derive(Debug)]
pub(crate) struct ProfileIndex {
    slots: Vec<Slot>,
    groups: Vec<Group>,
    entries: Vec<Entry>,
    /// Any letter read as any one character.
    pub(crate) substitution: Cost,
    /// A character read where nothing is written.
    pub(crate) insertion: Cost,
    /// A letter not read at all.
    pub(crate) deletion: Cost,
}

/// The code of an observed character; never 0.
pub(crate) fn char_code(c: char) -> u16 {
    u16::try_from(u32::from(c)).unwrap_or(u16::MAX).max(1)
}

/// Observed characters as one number, the last lowest.
pub(crate) fn observed_key(codes: impl Iterator<Item = u16>) -> u64 {
    codes.fold(0, |key, c| key << 16 | u64::from(c))
}

/// 1 for `a` to 26 for `z`.
pub(crate) fn base_code(base: u8) -> u16 {
    u16::from(base - b'a') + 1
}

/// Takes a profile's segments one by one.
#[derive(Debug, Default)]
pub(crate) struct IndexBuilder {
    keyed: Vec<(u64, Entry)>,
}

impl IndexBuilder {
    /// Adds a segment, unless search has no use for it.
    pub(crate) fn add(&mut self, truth: &str, observed: &str, cost: Cost) {
        let Some((base, spelt)) = written(truth) else {
            return;
        };
        let codes = || observed.chars().map(char_code);
        if codes().count() <= MAX_OBSERVED {
            let cost = cost.max(0);
            let entry = Entry { base, spelt, cost };
            self.keyed.push((observed_key(codes()), entry));
        }
    }

    /// The index of the segments added, of `profile`.
    pub(crate) fn finish(self, profile: &Profile) -> ProfileIndex {
        let mut keyed = self.keyed;
        keyed.sort_unstable_by_key(|(key, e)| (*key, e.base, e.cost, e.spelt));
        let mut slots = vec![FREE; (2 * keyed.len()).next_power_of_two().max(16)];
        let mut groups: Vec<Group> = Vec::new();
        let mut end = 0;
        for same_key in keyed.chunk_by(|a, b| a.0 == b.0) {
            let first = groups.len();
            let mut least = FREE.least;
            for same_base in same_key.chunk_by(|a, b| a.1.base == b.1.base) {
                let start = end;
                end += same_base.len() as u32;
                let group = Group {
                    base: same_base[0].1.base,
                    least: same_base[0].1.cost,
                    entries: (start, end),
                };
                let known = &mut least[group.letters() - 1];
                *known = cell(group.least).min(*known);
                groups.push(group);
            }
            groups[first..].sort_by_key(|g| (g.least, g.base));
            let key = same_key[0].0;
            let mut at = slot_of(key, slots.len());
            while slots[at].key != FREE.key {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = Slot {
                key,
                start: first as u32,
                end: groups.len() as u32,
                least,
            };
        }
        ProfileIndex {
            slots,
            groups,
            entries: keyed.into_iter().map(|(_, e)| e).collect(),
            substitution: profile.unseen,
            insertion: profile.insertion,
            deletion: profile.deletion,
        }
    }
}

impl ProfileIndex {
    #[cfg(test)]
    pub(crate) fn new(profile: &Profile) -> Self {
        let mut builder = IndexBuilder::default();
        for s in &profile.segments {
            builder.add(&s.truth, &s.observed, s.cost);
        }
        builder.finish(profile)
    }

    /// What `key` may stand for, cheapest first, and the least cost by the
    /// number of letters, less one.
    #[inline]
    pub(crate) fn groups_of(&self, key: u64) -> (Range<u32>, [Cell; MAX_WRITTEN]) {
        let slot = self.slot(key);
        (slot.start..slot.end, slot.least)
    }

    #[inline]
    pub(crate) fn groups(&self, range: Range<u32>) -> &[Group] {
        &self.groups[range.start as usize..range.end as usize]
    }

    #[inline]
    fn slot(&self, key: u64) -> Slot {
        let mut at = slot_of(key, self.slots.len());
        loop {
            let slot = self.slots[at];
            if slot.key == key || slot.key == FREE.key {
                return slot;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The entries of a group, by its number.
    #[inline]
    pub(crate) fn entries_of(&self, group: u32) -> &[Entry] {
        let (start, end) = self.groups[group as usize].entries;
        &self.entries[start as usize..end as usize]
    }
}

fn slot_of(key: u64, slots: usize) -> usize {
    let mixed = (key ^ key >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize & (slots - 1)
}

/// The base letters and the spelling of an entry; `None` when a character is
/// no letter or there are too many.
fn written(truth: &str) -> Option<(u16, u32)> {
    let mut base = 0;
    let mut spelt = 0;
    let mut len = 0;
    for c in truth.chars().rev() {
        let letter = Letter::from_char(c)?;
        if len == MAX_WRITTEN {
            return None;
        }
        base |= base_code(letter.base) << (5 * len);
        spelt |= Entry::letter(len, letter.mark, letter.upper);
        len += 1;
    }
    (len > 0).then_some((base, spelt))
}
