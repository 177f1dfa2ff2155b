//! Weighing the readings of unsure places by the words around them.

use std::ops::Range;

use super::{ContextTable, REACH, UNIT};
use crate::cost::Cost;
use crate::decode::{Beam, Lattice, NEVER, RULED_OUT, log_add};
use crate::engine::Engine;
use crate::lm::FIRST_WORD;

/// Places whose word is surer than this are left as they are.
const SURE: Cost = crate::NAT / 64;

/// Scratch of weighing, and what the first pass looks like after it.
#[derive(Debug, Default)]
pub(crate) struct WideContext {
    places: Vec<Place>,
    window: Window,
    lists: Lists,
    readings: Vec<Reading>,
    path: Vec<u32>,
    posteriors: Vec<Cost>,
}

/// A word, number or comma of the best way.
#[derive(Debug, Clone, Copy)]
struct Place {
    word: u16,
    /// Where in the way its arc stands.
    step: u32,
}

/// An arc that stands for one word at a place.
#[derive(Debug, Clone, Copy)]
struct Reading {
    arc: usize,
    word: u16,
    class: u16,
    posterior: Cost,
    change: Cost,
}

impl WideContext {
    /// Adds to the arcs of unsure places what the words around say, as the
    /// first pass took them; false where nothing has changed.
    pub(crate) fn weigh(&mut self, engine: &Engine, lattice: &mut Lattice, beam: &Beam) -> bool {
        self.path.clear();
        self.path.extend_from_slice(beam.path());
        self.posteriors.clear();
        self.posteriors.extend_from_slice(beam.posteriors());
        let Some(table) = &engine.context else {
            return false;
        };
        self.find_places(lattice);
        for place in self.places.iter().take(REACH) {
            self.window.enter(place.word);
        }
        let mut is_changed = false;
        for i in 0..self.places.len() {
            if let Some(new) = self.places.get(i + REACH) {
                self.window.enter(new.word);
            }
            if let Some(gone) = i.checked_sub(REACH + 1) {
                self.window.leave(self.places[gone].word);
            }
            let Place { word, step } = self.places[i];
            let arc = self.path[step as usize] as usize;
            if word >= FIRST_WORD && self.posteriors[arc] > SURE {
                self.window.leave(word);
                self.score(table, lattice, arc, engine.context_scale);
                self.window.enter(word);
                is_changed |= self.apply(lattice, step as usize);
            }
        }
        let left = self.places.len().saturating_sub(REACH + 1);
        for place in &self.places[left..] {
            self.window.leave(place.word);
        }
        is_changed
    }

    /// The best way, with the readings that are likeliest now.
    pub(crate) fn path(&self) -> &[u32] {
        &self.path
    }

    /// What each arc's posterior costs now.
    pub(crate) fn posteriors(&self) -> &[Cost] {
        &self.posteriors
    }

    fn find_places(&mut self, lattice: &Lattice) {
        self.places.clear();
        for (&arc, step) in self.path.iter().zip(0..) {
            let arc = &lattice.arcs()[arc as usize];
            let words = &arc.lm[..usize::from(arc.lm_len)];
            self.places
                .extend(words.iter().map(|&word| Place { word, step }));
        }
    }

    /// Finds the readings beside `taken`, and how their words fit in.
    fn score(&mut self, table: &ContextTable, lattice: &Lattice, taken: usize, scale: Cost) {
        self.readings.clear();
        let taken = lattice.arcs()[taken];
        if taken.lm_len != 1 {
            return;
        }
        let likely = lattice.likely_at(taken.to as usize, &self.posteriors, RULED_OUT);
        for (a, posterior) in likely {
            let arc = &lattice.arcs()[a];
            if arc.from != taken.from || arc.lm_len != 1 || arc.lm[0] < FIRST_WORD {
                continue;
            }
            let word = arc.lm[0];
            self.readings.push(Reading {
                arc: a,
                word,
                class: table.class(word),
                posterior,
                change: 0,
            });
        }
        for i in 0..self.readings.len() {
            let Reading { word, class, .. } = self.readings[i];
            // A word alone in its class has no other to win from.
            let mut all = self.readings.iter();
            if !all.any(|r| r.class == class && r.word != word) {
                continue;
            }
            let casing = self.readings[..i].iter().find(|r| r.word == word);
            let change = casing.map(|r| r.change).unwrap_or_else(|| {
                let list = self.lists.get(table, word);
                let sum = self.window.sum(&self.lists, list);
                -(i64::from(sum * UNIT) * i64::from(scale) / 256) as Cost
            });
            self.readings[i].change = change;
        }
    }

    /// Changes the costs of the readings. The weights were learnt among words
    /// of one class: how likely a class is, its words together, stays.
    fn apply(&mut self, lattice: &mut Lattice, step: usize) -> bool {
        let mut is_changed = false;
        for i in 0..self.readings.len() {
            let reading = self.readings[i];
            let alike = self.readings.iter().filter(|r| r.class == reading.class);
            let (before, after) = alike.fold((NEVER, NEVER), |(before, after), r| {
                let now = r.posterior + r.change;
                (log_add(before, r.posterior), log_add(after, now))
            });
            let change = reading.change + before - after;
            if change != 0 {
                lattice.add_cost(reading.arc, change);
                self.posteriors[reading.arc] = (reading.posterior + change).max(0);
                is_changed = true;
            }
        }
        let arcs = self.readings.iter().map(|r| r.arc);
        if is_changed && let Some(best) = arcs.min_by_key(|&a| self.posteriors[a]) {
            self.path[step] = best as u32;
        }
        is_changed
    }
}

/// Which words stand in the window, and how often; a place for every number that a
/// word may have, so that none has to be checked.
#[derive(Debug)]
struct Window {
    counts: Box<[u16; 1 << 16]>,
    /// All bits of those that are in it, none of the others.
    masks: Box<[i8; 1 << 16]>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            counts: Box::new([0; 1 << 16]),
            masks: Box::new([0; 1 << 16]),
        }
    }
}

impl Window {
    fn enter(&mut self, word: u16) {
        let place = usize::from(word);
        self.counts[place] += 1;
        self.masks[place] = -1;
    }

    fn leave(&mut self, word: u16) {
        let place = usize::from(word);
        self.counts[place] -= 1;
        self.masks[place] = -i8::from(self.counts[place] > 0);
    }

    /// The weights of the words that are in it.
    fn sum(&self, lists: &Lists, list: Range<usize>) -> i32 {
        let words = &lists.words[list.clone()];
        let weights = &lists.weights[list];
        // No branch: which words are there is not to be foreseen.
        let weight =
            |(&word, &weight): (&u16, &i8)| i32::from(weight & self.masks[usize::from(word)]);
        words.iter().zip(weights).map(weight).sum()
    }
}

/// The lists of the words weighed so far, unpacked.
#[derive(Debug, Default)]
struct Lists {
    by_word: Vec<Option<Range<usize>>>,
    words: Vec<u16>,
    weights: Vec<i8>,
}

impl Lists {
    fn get(&mut self, table: &ContextTable, word: u16) -> Range<usize> {
        let place = usize::from(word);
        if self.by_word.len() <= place {
            self.by_word.resize(place + 1, None);
        }
        let (words, weights) = (&mut self.words, &mut self.weights);
        let list = self.by_word[place].get_or_insert_with(|| {
            let start = words.len();
            table.for_each(word, |word, weight, _| {
                words.push(word as u16);
                weights.push(weight);
            });
            start..words.len()
        });
        list.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NAT;
    use crate::context::table::section;
    use crate::decode::{Arc, probability};
    use crate::lm::FIRST_WORD as FIRST;
    use crate::model::container::{Container, write_container};

    /// Words, two of a class: the first is spoken for by the third and against
    /// by the fourth.
    fn table() -> ContextTable {
        let n = FIRST + 4;
        let mut classes: Vec<u16> = (0..n).collect();
        classes[usize::from(FIRST) + 1] = FIRST;
        let weights = [((FIRST, FIRST + 2), 64), ((FIRST, FIRST + 3), -32)];
        let file = write_container(&[section(&classes, &weights)]);
        let container = Container::open("x", file.into()).unwrap();
        ContextTable::open(&container, usize::from(n))
            .unwrap()
            .unwrap()
    }

    #[test]
    fn a_word_counts_once_as_long_as_it_is_in_the_window() {
        let (table, mut lists, mut window) = (table(), Lists::default(), Window::default());
        let mut sum = |window: &Window| {
            let list = lists.get(&table, FIRST);
            window.sum(&lists, list)
        };
        assert_eq!(sum(&window), 0);
        window.enter(FIRST + 2);
        window.enter(FIRST + 2);
        assert_eq!(sum(&window), 64);
        window.enter(FIRST + 3);
        window.leave(FIRST + 2);
        assert_eq!(sum(&window), 32);
        window.leave(FIRST + 2);
        assert_eq!(sum(&window), -32);
        window.leave(FIRST + 3);
        assert_eq!(sum(&window), 0);
    }

    #[test]
    fn how_likely_a_class_is_stays_as_it_is() {
        let cost = crate::cost::cost_of;
        let mut lattice = Lattice::default();
        let mut context = WideContext {
            path: vec![1],
            ..WideContext::default()
        };
        // Two words of one class, 0.2 and 0.3, and one of another.
        for (i, share) in [0.2, 0.3, 0.5].into_iter().enumerate() {
            lattice.push(Arc::as_read(0, 1, 0, Some(FIRST)));
            context.posteriors.push(cost(share));
            context.readings.push(Reading {
                arc: i,
                word: FIRST,
                class: u16::from(i == 2),
                posterior: cost(share),
                change: [-2 * NAT, 0, -5 * NAT][i],
            });
        }
        lattice.finish(1);
        assert!(context.apply(&mut lattice, 0));
        let now: Vec<f32> = context.posteriors.iter().map(|&c| probability(c)).collect();
        assert!((now[0] + now[1] - 0.5).abs() < 0.01, "{now:?}");
        assert!((now[0] / now[1] - 2.0 / 3.0 * 7.39).abs() < 0.1, "{now:?}");
        // A word alone in its class has nothing to gain.
        assert!((now[2] - 0.5).abs() < 0.01, "{now:?}");
        assert_eq!(lattice.arcs()[2].cost.abs(), 0);
        assert!(lattice.arcs()[0].cost < 0 && lattice.arcs()[1].cost > 0);
    }
}
