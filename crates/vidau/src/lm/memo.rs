//! Steps found before: texts take the same ones again and again.

use std::sync::atomic::{AtomicU64, Ordering};

use super::following::MIXER;
use super::trie::{ADDRESS_BITS, Step};

const WORD_BITS: u32 = 16;
/// An address and a word.
const KEY_BITS: u32 = ADDRESS_BITS + WORD_BITS;
/// 2 to this are the slots.
const SLOT_BITS: u32 = 18;
/// What of a key its slot's number does not tell.
const TAG_BITS: u32 = KEY_BITS - SLOT_BITS;
const CODE_BITS: u32 = 8;
const _: () = assert!(TAG_BITS + ADDRESS_BITS + CODE_BITS == u64::BITS);

/// Slots that are cleared together.
const PAGE: usize = 512;

/// For each slot the step asked for last: the rest of its key, where it leads,
/// and its code. They are one number, so that threads may share them, kept with
/// its bits turned over, so that 0 is none: no step leads nowhere by a code.
pub(super) struct Memo {
    slots: Vec<[AtomicU64; PAGE]>,
}

impl Default for Memo {
    fn default() -> Self {
        let page = |_| [const { AtomicU64::new(0) }; PAGE];
        Self {
            slots: (0..(1 << SLOT_BITS) / PAGE).map(page).collect(),
        }
    }
}

impl Memo {
    /// The step from `address` over `word`, by `find` where it is not known.
    #[inline]
    pub(super) fn get_or_find(
        &self,
        address: u32,
        word: u16,
        find: impl FnOnce() -> Option<Step>,
    ) -> Option<Step> {
        // Odd, so that different keys stay different.
        let key = u64::from(address) << WORD_BITS | u64::from(word);
        let mixed = key.wrapping_mul(MIXER) % (1 << KEY_BITS);
        let tag = mixed % (1 << TAG_BITS);
        let slot = (mixed >> TAG_BITS) as usize;
        let slot = &self.slots[slot / PAGE][slot % PAGE];
        let known = !slot.load(Ordering::Relaxed);
        let step = if known >> (u64::BITS - TAG_BITS) == tag && known != u64::MAX {
            Step {
                code: known as u8,
                address: (known >> CODE_BITS) as u32 % (1 << ADDRESS_BITS),
            }
        } else {
            let step = find().unwrap_or(Step::NONE);
            let found = u64::from(step.address) << CODE_BITS | u64::from(step.code);
            slot.store(!(tag << (u64::BITS - TAG_BITS) | found), Ordering::Relaxed);
            step
        };
        (step != Step::NONE).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_what_would_be_found() {
        let memo = Memo::default();
        let find = |address: u32, word: u16| {
            let sum = address.wrapping_mul(77).wrapping_add(u32::from(word));
            (sum % 3 != 0).then_some(Step {
                code: sum as u8,
                address: sum % Step::NONE.address,
            })
        };
        let mut asked = 0;
        for round in 0..3 {
            for address in (0..Step::NONE.address).step_by(1_234_567) {
                for word in (0..=u16::MAX).step_by(97) {
                    let known = memo.get_or_find(address, word, || {
                        asked += 1;
                        find(address, word)
                    });
                    assert_eq!(known, find(address, word), "{round} {address} {word}");
                }
            }
        }
        for _ in 0..9 {
            memo.get_or_find(1, 2, || {
                asked = 0;
                find(1, 2)
            });
        }
        assert_eq!(asked, 0);
    }
}
