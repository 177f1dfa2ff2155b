//! A channel profile arranged for search: by what was observed, then by the
//! base letters it may stand for.

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
    /// Bit k: the k-th letter from the end is a capital.
    pub(crate) upper: u8,
    /// Marks, the last written letter's first.
    pub(crate) marks: [u8; MAX_WRITTEN],
    pub(crate) cost: Cost,
}

/// Entries that differ in nothing but marks and cases, cheapest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub(crate) base: u16,
    pub(crate) least: Cost,
    /// Positions in [`ProfileIndex::entries`].
    pub(crate) entries: (u32, u32),
}

/// Where the groups of an observed segment stand.
#[derive(Debug, Clone, Copy)]
struct Slot {
    key: u64,
    start: u32,
    end: u32,
}

const FREE: Slot = Slot {
    key: u64::MAX,
    start: 0,
    end: 0,
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
pub(crate) fn observed_key(codes: &[u16]) -> u64 {
    codes.iter().fold(0, |key, &c| key << 16 | u64::from(c))
}

/// 1 for `a` to 26 for `z`.
pub(crate) fn base_code(base: u8) -> u16 {
    u16::from(base - b'a') + 1
}

impl ProfileIndex {
    pub(crate) fn new(profile: &Profile) -> Self {
        let mut keyed: Vec<(u64, Entry)> = profile
            .segments
            .iter()
            .filter_map(|s| {
                let (base, upper, marks) = written(&s.truth)?;
                let codes: Vec<u16> = s.observed.chars().map(char_code).collect();
                let entry = Entry {
                    base,
                    upper,
                    marks,
                    cost: s.cost.max(0),
                };
                (codes.len() <= MAX_OBSERVED).then(|| (observed_key(&codes), entry))
            })
            .collect();
        keyed.sort_by_key(|(key, e)| (*key, e.base, e.cost, e.marks, e.upper));
        let mut slots = vec![FREE; (2 * keyed.len()).next_power_of_two().max(16)];
        let mut groups: Vec<Group> = Vec::new();
        let mut end = 0;
        for same_key in keyed.chunk_by(|a, b| a.0 == b.0) {
            let first = groups.len();
            for same_base in same_key.chunk_by(|a, b| a.1.base == b.1.base) {
                let start = end;
                end += same_base.len() as u32;
                groups.push(Group {
                    base: same_base[0].1.base,
                    least: same_base[0].1.cost,
                    entries: (start, end),
                });
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
            };
        }
        Self {
            slots,
            groups,
            entries: keyed.into_iter().map(|(_, e)| e).collect(),
            substitution: profile.unseen,
            insertion: profile.insertion,
            deletion: profile.deletion,
        }
    }

    /// What `key` may stand for, cheapest first.
    #[inline]
    pub(crate) fn groups_of(&self, key: u64) -> std::ops::Range<u32> {
        let slot = self.slot(key);
        slot.start..slot.end
    }

    #[inline]
    pub(crate) fn groups(&self, range: std::ops::Range<u32>) -> &[Group] {
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

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn slot_of(key: u64, slots: usize) -> usize {
    let mixed = (key ^ key >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize & (slots - 1)
}

/// `None` when a character is no letter or there are too many.
fn written(truth: &str) -> Option<(u16, u8, [u8; MAX_WRITTEN])> {
    let mut base = 0;
    let mut upper = 0;
    let mut len = 0;
    let mut marks = [0; MAX_WRITTEN];
    for c in truth.chars() {
        let letter = Letter::from_char(c)?;
        if len == MAX_WRITTEN {
            return None;
        }
        base = base << 5 | base_code(letter.base);
        upper = upper << 1 | u8::from(letter.upper);
        marks.rotate_right(1);
        marks[0] = letter.mark;
        len += 1;
    }
    (len > 0).then_some((base, upper, marks))
}
