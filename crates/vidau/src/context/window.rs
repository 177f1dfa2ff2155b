//! The window that slides over a block's lattice.

use std::ops::Range;

use super::{ContextTable, REACH, UNIT};
use crate::cost::Cost;
use crate::decode::Lattice;
use crate::engine::Engine;

/// Scratch of pricing arcs by their wide context.
#[derive(Debug, Default)]
pub(crate) struct WideContext {
    /// The nodes at which words, numbers and commas end, and their classes.
    nodes: Vec<u32>,
    classes: Vec<u16>,
    window: Window,
}

impl WideContext {
    /// Adds to each arc of `lattice` what its surroundings say of its words.
    pub(crate) fn price(&mut self, engine: &Engine, lattice: &mut Lattice) {
        let Some(table) = &engine.context else {
            return;
        };
        self.find_places(engine, table, lattice);
        self.window.slide(table, &self.classes, |place, window| {
            for arc in lattice.ending_at_mut(self.nodes[place] as usize) {
                for &word in &arc.lm[..usize::from(arc.lm_len)] {
                    let score = i64::from(window.score(word) * UNIT);
                    arc.cost -= (score * i64::from(engine.context_scale) / 256) as Cost;
                }
            }
        });
    }

    /// A token counts as the word that is likeliest without context.
    fn find_places(&mut self, engine: &Engine, table: &ContextTable, lattice: &Lattice) {
        self.nodes.clear();
        self.classes.clear();
        for node in 1..lattice.nodes() {
            let likeliest = lattice
                .ending_at(node)
                .map(|a| &lattice.arcs()[a])
                .filter(|arc| arc.from as usize + 1 == node && arc.lm_len > 0)
                .min_by_key(|arc| arc.cost + engine.word_cost(arc.lm[0].into()));
            if let Some(arc) = likeliest {
                self.nodes.push(node as u32);
                self.classes.push(table.class(arc.lm[0]));
            }
        }
    }
}

/// One for every number that a word may have, so that none has to be checked.
type Scores = Box<[i32; 1 << 16]>;

/// The classes in the window, and what they say together.
#[derive(Debug)]
struct Window {
    counts: Vec<u16>,
    scores: Scores,
    /// The list of the class at hand, where it is nowhere else in the window.
    alone: Option<Range<usize>>,
    lists: Lists,
}

impl Default for Window {
    fn default() -> Self {
        let scores = vec![0; 1 << 16].into_boxed_slice();
        Self {
            counts: Vec::new(),
            scores: scores.try_into().unwrap_or_else(|_| Box::new([0; 1 << 16])),
            alone: None,
            lists: Lists::default(),
        }
    }
}

impl Window {
    /// Goes from place to place; `stop` is told what the classes around it,
    /// without its own, say.
    fn slide(&mut self, table: &ContextTable, classes: &[u16], mut stop: impl FnMut(usize, &Self)) {
        self.clear(table);
        for &class in classes.iter().take(1 + REACH) {
            self.enter(table, class);
        }
        for (place, &class) in classes.iter().enumerate() {
            let is_alone = self.counts.get(usize::from(class)) == Some(&1);
            self.alone = is_alone.then(|| self.lists.get(table, class));
            stop(place, self);
            if let Some(&new) = classes.get(place + 1 + REACH) {
                self.enter(table, new);
            }
            if let Some(gone) = place.checked_sub(REACH) {
                self.leave(table, classes[gone]);
            }
        }
    }

    fn clear(&mut self, table: &ContextTable) {
        self.counts.clear();
        self.counts.resize(table.class_count(), 0);
        self.scores.fill(0);
    }

    fn score(&self, word: u16) -> i32 {
        let all = self.scores[usize::from(word)];
        let own = self.alone.clone().map(|own| self.lists.weight(own, word));
        all - own.unwrap_or(0)
    }

    fn enter(&mut self, table: &ContextTable, class: u16) {
        if let Some(count) = self.counts.get_mut(usize::from(class)) {
            *count += 1;
            if *count == 1 {
                self.add::<1>(table, class);
            }
        }
    }

    fn leave(&mut self, table: &ContextTable, class: u16) {
        if let Some(count) = self.counts.get_mut(usize::from(class)) {
            *count -= 1;
            if *count == 0 {
                self.add::<-1>(table, class);
            }
        }
    }

    fn add<const SIGN: i32>(&mut self, table: &ContextTable, class: u16) {
        let list = self.lists.get(table, class);
        let words = &self.lists.words[list.clone()];
        for (&word, &weight) in words.iter().zip(&self.lists.weights[list]) {
            self.scores[usize::from(word)] += SIGN * i32::from(weight);
        }
    }
}

/// The lists of the classes met so far, unpacked.
#[derive(Debug, Default)]
struct Lists {
    by_class: Vec<Option<Range<usize>>>,
    words: Vec<u16>,
    weights: Vec<i8>,
}

impl Lists {
    fn get(&mut self, table: &ContextTable, class: u16) -> Range<usize> {
        let class = usize::from(class);
        if self.by_class.len() <= class {
            self.by_class.resize(class + 1, None);
        }
        let (words, weights) = (&mut self.words, &mut self.weights);
        let list = self.by_class[class].get_or_insert_with(|| {
            let start = words.len();
            table.for_each(class as u16, |word, weight, _| {
                words.push(word as u16);
                weights.push(weight);
            });
            start..words.len()
        });
        list.clone()
    }

    fn weight(&self, list: Range<usize>, word: u16) -> i32 {
        let weights = &self.weights[list.clone()];
        let found = self.words[list].binary_search(&word);
        found.map_or(0, |at| weights[at].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::table::{WIDE, section};
    use crate::model::container::{Container, write_container};

    #[test]
    fn a_class_counts_once_within_reach_and_not_for_itself() {
        // Two words; class 0 speaks for word 0, class 1 against it.
        let weights = [((0, 0), 5), ((0, 1), 1), ((1, 0), -7)];
        let file = write_container(&[section(&[0, 1, 2], &weights)]);
        let container = Container::open("x", file.into()).unwrap();
        assert!(container.section(WIDE).is_ok());
        let table = ContextTable::open(&container, 3).unwrap().unwrap();

        // A long text with classes 0 and 1 here and there.
        let classes: Vec<u16> = (0..400u32)
            .map(|i| match i * i % 137 {
                0..4 => 0,
                4 => 1,
                _ => 2,
            })
            .collect();
        let mut places = 0;
        Window::default().slide(&table, &classes, |place, window| {
            assert_eq!(place, places);
            places += 1;
            let around = place.saturating_sub(REACH)..(place + REACH + 1).min(classes.len());
            let has = |class| around.clone().any(|p| p != place && classes[p] == class);
            let expected = 5 * i32::from(has(0)) - 7 * i32::from(has(1));
            assert_eq!(window.score(0), expected, "at {place}");
            assert_eq!(window.score(1), i32::from(has(0)));
            assert_eq!((window.score(2), window.score(9)), (0, 0));
        });
        assert_eq!(places, classes.len());
    }
}
