//! What a document says more than once.
//!
//! The language model does not know a document's own names and terms, nor the
//! channel its own damage. Where the first pass was sure of "thanh niên" in
//! most places, the few others are likely the same: a second pass weighs the
//! readings of each unsure place by what stands elsewhere in the block,
//!
//! - beside the same neighbour, left or right, and
//! - for what was read alike, against what was to be expected of it.
//!
//! Occurrences count by their posterior (a cache model, Kuhn and De Mori 1990,
//! over posteriors and both neighbours). Costs are integers throughout, so the
//! result is the same on every machine.

use super::block::Block;
use super::lattice::{Arc, Lattice, Output};
use super::log_add::log_add;
use super::texts;
use crate::candidates::WordCosts;
use crate::cost::{Cost, NAT};
use crate::lm::FIRST_WORD;
use crate::text::TokenKind;

/// Readings less likely than this are not counted.
const COUNTED: Cost = 5 * NAT;
/// Readings less likely than this are not brought back.
pub(crate) const RULED_OUT: Cost = 7 * NAT;
/// Places whose best reading is likelier than this stay as they are.
const SURE: Cost = NAT / 32;
/// The most that what was read alike can say for or against a reading.
const MOST: Cost = 4 * NAT;
/// Above every cost; sums of a few do not overflow.
pub(crate) const NEVER: Cost = Cost::MAX / 8;

/// How much occurrences elsewhere weigh.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecurrenceOptions {
    /// Cost of an occurrence beside the same neighbour, against the reading's
    /// own posterior.
    pub(crate) neighbour: Cost,
    /// Cost of what was to be expected, against one occurrence of what was
    /// read alike; negative: as much as several.
    pub(crate) expected: Cost,
    /// Weight of what was read alike, in 1/256.
    pub(crate) alike: Cost,
}

/// A word of the best way.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: u32,
    to: u32,
    posterior: Cost,
    word: u16,
    /// Hash of what was read, in lower case.
    read: u32,
    /// Words beside it, 0 where none is.
    left: u16,
    right: u16,
    /// Where its readings stand.
    readings: (u32, u32),
}

impl Place {
    fn is_unsure(&self) -> bool {
        self.posterior > SURE
    }

    /// Its readings, of those of all places.
    fn of<'r>(&self, readings: &'r [Reading]) -> &'r [Reading] {
        &readings[self.readings.0 as usize..self.readings.1 as usize]
    }
}

/// An arc of a place.
#[derive(Debug, Clone, Copy)]
struct Reading {
    arc: usize,
    word: u16,
    posterior: Cost,
    /// Before the words beside it are known.
    expected: Cost,
}

/// Costs by key, sorted and summed.
#[derive(Debug, Default)]
struct Counts {
    /// Key and cost as one number, which is soon sorted.
    all: Vec<u64>,
    sums: Vec<(u64, Cost)>,
}

/// Bits of a cost: none is above [`COUNTED`], and roundings may make those of
/// what is certain a little less than nothing.
const COST_BITS: u32 = 16;
/// Added to costs, which then are in order as unsigned numbers.
const BIAS: Cost = 1 << (COST_BITS - 1);

impl Counts {
    fn clear(&mut self) {
        self.all.clear();
    }

    fn add(&mut self, key: u64, cost: Cost) {
        let cost = cost + BIAS;
        debug_assert!((0..1 << COST_BITS).contains(&cost));
        self.all.push(key << COST_BITS | cost as u64);
    }

    /// Adds up what belongs together; before [`of`](Self::of) is asked.
    fn sum(&mut self) {
        self.all.sort_unstable();
        self.sums.clear();
        for &both in &self.all {
            let (key, cost) = (both >> COST_BITS, Cost::from(both as u16) - BIAS);
            match self.sums.last_mut() {
                Some((last, sum)) if *last == key => *sum = log_add(*sum, cost),
                _ => self.sums.push((key, cost)),
            }
        }
    }

    fn of(&self, key: u64) -> Cost {
        let found = self.sums.binary_search_by_key(&key, |&(k, _)| k);
        found.map_or(NEVER, |at| self.sums[at].1)
    }
}

/// Which numbers were marked, or others with the same low 16 bits.
#[derive(Debug)]
struct Marks(Box<[u64; 1 << 10]>);

impl Default for Marks {
    fn default() -> Self {
        Self(Box::new([0; 1 << 10]))
    }
}

impl Marks {
    fn clear(&mut self) {
        self.0.fill(0);
    }

    fn add(&mut self, number: u32) {
        self.0[usize::from(number as u16 >> 6)] |= 1 << (number & 63);
    }

    fn has(&self, number: u32) -> bool {
        self.0[usize::from(number as u16 >> 6)] >> (number & 63) & 1 != 0
    }
}

/// A key of two parts.
fn both(first: impl Into<u64>, word: u16) -> u64 {
    first.into() << 16 | u64::from(word)
}

/// Scratch of the second pass.
#[derive(Debug, Default)]
pub(crate) struct Recurrence {
    places: Vec<Place>,
    readings: Vec<Reading>,
    /// Of the unsure places the words that they may stand for, and what was read.
    in_doubt: Marks,
    read_in_doubt: Marks,
    after_left: Counts,
    before_right: Counts,
    read_as: Counts,
    read: Counts,
}

impl Recurrence {
    /// Adjusts the costs of unsure arcs by what stands elsewhere in the block;
    /// false where nothing has to be decoded again.
    pub(crate) fn adjust(
        &mut self,
        block: &Block,
        lattice: &mut Lattice,
        path: &[u32],
        posteriors: &[Cost],
        words: &WordCosts,
        options: RecurrenceOptions,
    ) -> bool {
        self.find_places(block, lattice, path, posteriors);
        if !self.places.iter().any(Place::is_unsure) {
            return false;
        }
        self.find_readings(lattice, posteriors, words);
        self.count();
        let mut is_changed = false;
        for place in self.places.iter().filter(|p| p.is_unsure()) {
            is_changed |= self.weigh(place, lattice, options);
        }
        is_changed
    }

    /// The words of the best way and what stands beside them, blanks and line
    /// ends aside.
    fn find_places(&mut self, block: &Block, lattice: &Lattice, path: &[u32], posteriors: &[Cost]) {
        self.places.clear();
        let mut is_next = false;
        for &a in path {
            let arc = lattice.arcs()[a as usize];
            if block.tokens()[arc.from as usize].kind == TokenKind::Blank {
                continue;
            }
            let word = arc.lm[0];
            if arc.lm_len != 1 || word < FIRST_WORD {
                is_next = false;
                continue;
            }
            let mut left = 0;
            if is_next && let Some(last) = self.places.last_mut() {
                last.right = word;
                left = last.word;
            }
            self.places.push(Place {
                from: arc.from,
                to: arc.to,
                posterior: posteriors[a as usize],
                word,
                read: caseless(block, arc.from as usize, arc.to as usize),
                left,
                right: 0,
                readings: (0, 0),
            });
            is_next = true;
        }
    }

    /// The arcs that stand for one word at each place.
    fn find_readings(&mut self, lattice: &Lattice, posteriors: &[Cost], words: &WordCosts) {
        self.readings.clear();
        for place in &mut self.places {
            let is_reading = |arc: &Arc| {
                arc.from == place.from
                    && arc.lm_len == 1
                    && matches!(arc.output, Output::Word(..) | Output::AsRead)
            };
            let first = self.readings.len() as u32;
            for (a, posterior) in lattice.likely_at(place.to as usize, posteriors, RULED_OUT) {
                let arc = &lattice.arcs()[a];
                if is_reading(arc) {
                    self.readings.push(Reading {
                        arc: a,
                        word: arc.lm[0],
                        posterior,
                        expected: arc.cost + words.of(arc.lm[0].into()),
                    });
                }
            }
            place.readings = (first, self.readings.len() as u32);
        }
    }

    /// Counts what is asked for at the unsure places.
    fn count(&mut self) {
        self.in_doubt.clear();
        self.read_in_doubt.clear();
        for place in self.places.iter().filter(|p| p.is_unsure()) {
            self.read_in_doubt.add(place.read);
            for r in place.of(&self.readings) {
                self.in_doubt.add(r.word.into());
            }
        }
        self.after_left.clear();
        self.before_right.clear();
        self.read_as.clear();
        self.read.clear();
        for place in &self.places {
            for r in place.of(&self.readings) {
                if r.posterior > COUNTED || r.word < FIRST_WORD {
                    continue;
                }
                if self.read_in_doubt.has(place.read) {
                    self.read_as.add(both(place.read, r.word), r.posterior);
                    self.read.add(place.read.into(), r.posterior);
                }
                if !self.in_doubt.has(r.word.into()) {
                    continue;
                }
                if place.left != 0 {
                    self.after_left.add(both(place.left, r.word), r.posterior);
                }
                if place.right != 0 {
                    self.before_right
                        .add(both(r.word, place.right), r.posterior);
                }
            }
        }
        self.after_left.sum();
        self.before_right.sum();
        self.read_as.sum();
        self.read.sum();
    }

    /// Moves the readings of one place towards what the counts say.
    fn weigh(&self, place: &Place, lattice: &mut Lattice, options: RecurrenceOptions) -> bool {
        let readings = place.of(&self.readings);
        let beside = |r: &Reading| {
            let mut cost = r.posterior;
            if r.word >= FIRST_WORD {
                let left = self.after_left.of(both(place.left, r.word));
                let right = self.before_right.of(both(r.word, place.right));
                cost = log_add(cost, left + options.neighbour);
                cost = log_add(cost, right + options.neighbour);
            }
            cost
        };
        let all_beside = readings.iter().map(beside).fold(NEVER, log_add);
        let all_expected = readings.iter().map(|r| r.expected);
        let all_expected = all_expected.fold(NEVER, log_add);
        let all_read = log_add(self.read.of(place.read.into()), options.expected);
        let mut is_changed = false;
        for r in readings {
            let mut change = beside(r) - all_beside - r.posterior;
            if r.word >= FIRST_WORD {
                // A word's casings stand and fall together.
                let casings = readings.iter().filter(|o| o.word == r.word);
                let expected = casings.map(|o| o.expected).fold(NEVER, log_add) - all_expected;
                let seen = self.read_as.of(both(place.read, r.word));
                let share = log_add(seen, expected + options.expected) - all_read;
                change += ((share - expected) * options.alike / 256).clamp(-MOST, MOST);
            }
            lattice.add_cost(r.arc, change);
            is_changed |= change != 0;
        }
        is_changed
    }
}

/// Hash of tokens `from..to` in lower case.
fn caseless(block: &Block, from: usize, to: usize) -> u32 {
    match block.token_number(from, to) {
        Some(number) => block.looks(number).caseless,
        None => texts::caseless(block.text_of(from, to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_as_probabilities() {
        let mut counts = Counts::default();
        let half = crate::cost::cost_of(0.5);
        counts.add(both(1u16, 2), half);
        counts.add(both(3u16, 4), -1);
        counts.add(both(3u16, 5), 0);
        counts.add(both(1u16, 2), half);
        counts.sum();
        assert!(counts.of(both(1u16, 2)).abs() <= 1);
        assert_eq!(counts.of(both(3u16, 4)), -1);
        assert_eq!(counts.of(both(2u16, 2)), NEVER);
    }
}
