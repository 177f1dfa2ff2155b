//! The weights: a log-linear model learnt choice by choice.
//!
//! FTRL-proximal (McMahan et al. 2013), one pass: each weight has a rate of
//! its own, and stays exactly zero as long as what speaks for it is less than
//! `l1`, so that few weights are left in the end.

use super::Options;
use super::choices::{Choices, Vocabulary};
use crate::NAT;
use crate::context::{REACH, UNIT};
use crate::lm::FIRST_WORD;

/// Of a row, for words that have no others with the same letters.
const NONE: u32 = u32::MAX;
/// Smaller errors teach nothing.
const LEAST_ERROR: f32 = 2e-3;

/// What was learnt.
pub(super) struct Learnt {
    /// Weights of (class, word), in rising order.
    pub(super) weights: Vec<((u16, u16), i8)>,
    pub(super) loss: [f64; 2],
}

pub(super) fn learn(vocabulary: &Vocabulary, read: &Choices, options: &Options) -> Learnt {
    let mut matrix = Matrix::new(vocabulary, options);
    let mut window = Vec::new();
    let mut shares = Vec::new();
    let mut loss = [0.0; 2];
    for i in shuffled(read.choices.len()) {
        let choice = &read.choices[i];
        let words = read.options_of(i);
        let right = usize::from(choice.right);
        matrix.look_around(&read.classes, choice.place as usize, &mut window);
        shares.clear();
        shares.extend(
            words
                .iter()
                .map(|&(word, cost)| matrix.sum(word, &window) - cost),
        );
        soft_max(&mut shares);
        loss[0] += f64::from(-shares[right].max(1e-9).ln());
        loss[1] += f64::from(words[right].1);
        for (k, (&(word, _), &share)) in words.iter().zip(&shares).enumerate() {
            let error = share - f32::from(u8::from(k == right));
            if error.abs() >= LEAST_ERROR {
                matrix.correct(word, &window, error);
            }
        }
    }
    let n = read.choices.len().max(1) as f64;
    Learnt {
        weights: matrix.best(options.weights),
        loss: loss.map(|sum| sum / n),
    }
}

/// The numbers below `n` in an order that does not follow the texts.
fn shuffled(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut seed = 12345u64;
    for i in (1..n).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, (seed >> 33) as usize % (i + 1));
    }
    order
}

fn soft_max(values: &mut [f32]) {
    let most = values.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for value in &mut *values {
        *value = (*value - most).exp();
        sum += *value;
    }
    for value in values {
        *value /= sum;
    }
}

/// Weights of all classes for all words that one has to choose.
struct Matrix {
    /// By word.
    rows: Vec<u32>,
    classes: usize,
    weights: Vec<f32>,
    /// FTRL's z and n.
    pull: Vec<f32>,
    squares: Vec<f32>,
    rate: f32,
    l1: f32,
    /// By class: the last place in whose window it was seen.
    seen: Vec<usize>,
}

impl Matrix {
    fn new(vocabulary: &Vocabulary, options: &Options) -> Self {
        let most = vocabulary.classes.iter().copied().max().unwrap_or(0);
        let classes = usize::from(most) + 1;
        let mut members = vec![0; classes];
        for &class in &vocabulary.classes {
            members[usize::from(class)] += 1;
        }
        let mut count = 0;
        let row = |&class: &u16| {
            if members[usize::from(class)] < 2 {
                return NONE;
            }
            count += 1;
            count - 1
        };
        let rows = vocabulary.classes.iter().map(row).collect();
        let size = count as usize * classes;
        Self {
            rows,
            classes,
            weights: vec![0.0; size],
            pull: vec![0.0; size],
            squares: vec![0.0; size],
            rate: options.rate,
            l1: options.l1,
            seen: vec![usize::MAX; classes],
        }
    }

    /// The classes around `place`, each once, its own left out.
    fn look_around(&mut self, classes: &[u16], place: usize, window: &mut Vec<u16>) {
        window.clear();
        let end = (place + REACH + 1).min(classes.len());
        for &class in &classes[place.saturating_sub(REACH)..end] {
            let seen = &mut self.seen[usize::from(class)];
            if class >= FIRST_WORD && class != classes[place] && *seen != place {
                *seen = place;
                window.push(class);
            }
        }
    }

    fn row(&self, word: u16) -> Option<usize> {
        let row = self.rows[usize::from(word)];
        (row != NONE).then_some(row as usize * self.classes)
    }

    fn sum(&self, word: u16, window: &[u16]) -> f32 {
        let Some(row) = self.row(word) else {
            return 0.0;
        };
        let weights = &self.weights[row..row + self.classes];
        window.iter().map(|&c| weights[usize::from(c)]).sum()
    }

    fn correct(&mut self, word: u16, window: &[u16], error: f32) {
        let Some(row) = self.row(word) else {
            return;
        };
        for &class in window {
            let at = row + usize::from(class);
            let before = self.squares[at].sqrt();
            self.squares[at] += error * error;
            let after = self.squares[at].sqrt();
            self.pull[at] += error - (after - before) / self.rate * self.weights[at];
            let pull = self.pull[at];
            self.weights[at] = if pull.abs() <= self.l1 {
                0.0
            } else {
                (self.l1.copysign(pull) - pull) * self.rate / (1.0 + after)
            };
        }
    }

    /// The `most` weights that change most, as they are stored.
    fn best(&self, most: usize) -> Vec<((u16, u16), i8)> {
        let mut all = Vec::new();
        for word in 0..self.rows.len() as u16 {
            let Some(row) = self.row(word) else { continue };
            for class in 0..self.classes {
                let weight = self.weights[row + class];
                let stored = (weight * (NAT / UNIT) as f32).round().clamp(-128.0, 127.0) as i8;
                if stored != 0 {
                    let worth = weight * weight * self.squares[row + class];
                    all.push((worth, (class as u16, word), stored));
                }
            }
        }
        all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.truncate(most);
        let mut best: Vec<_> = all
            .into_iter()
            .map(|(_, key, stored)| (key, stored))
            .collect();
        best.sort_unstable();
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::train::choices::Choice;

    /// Classes of the words below: seven that are none, then 7 to 9.
    const WORDS: [&str; 11] = [
        "<unk>", "<s>", "</s>", "<num>", "<code>", ",", ".", "trồng", "trọng", "lúa", "tôn",
    ];
    const PLANT: u16 = 7;
    const RESPECT: u16 = 8;

    #[test]
    fn what_stands_around_settles_the_choice() {
        let vocabulary = Vocabulary::new(WORDS.into_iter());
        assert_eq!(vocabulary.classes, [0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9]);
        // By turns "lúa … trồng" and "tôn … trọng", far from each other.
        let mut read = Choices::default();
        for i in 0..200 {
            let right = i % 2;
            read.classes.push(8 + right);
            read.classes.push(7);
            read.classes.extend([0; REACH]);
            read.options.extend([(PLANT, 0.7), (RESPECT, 0.7)]);
            read.choices.push(Choice {
                place: (read.classes.len() - REACH - 1) as u32,
                end: read.options.len() as u32,
                right,
            });
        }
        let learnt = learn(&vocabulary, &read, &Options::default());
        let keys: Vec<_> = learnt.weights.iter().map(|w| w.0).collect();
        assert_eq!(keys, [(8, PLANT), (8, RESPECT), (9, PLANT), (9, RESPECT)]);
        let signs: Vec<_> = learnt.weights.iter().map(|w| w.1.signum()).collect();
        assert_eq!(signs, [1, -1, -1, 1]);
        assert!(learnt.loss[0] < learnt.loss[1], "{:?}", learnt.loss);

        let few = Options {
            weights: 2,
            ..Options::default()
        };
        assert_eq!(learn(&vocabulary, &read, &few).weights.len(), 2);
        let none = Options {
            l1: 1e6,
            ..Options::default()
        };
        assert_eq!(learn(&vocabulary, &read, &none).weights, []);
    }
}
