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
    /// Weights of (word, word that speaks for or against it), in rising order.
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
        matrix.look_around(read, choice.place as usize, &mut window);
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

/// Weights of all words for all words that one has to choose.
struct Matrix {
    /// By word.
    rows: Vec<u32>,
    words: usize,
    weights: Vec<f32>,
    /// FTRL's z and n.
    pull: Vec<f32>,
    squares: Vec<f32>,
    rate: f32,
    l1: f32,
    /// By word: the last place in whose window it was seen.
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
        let words = vocabulary.classes.len();
        let size = count as usize * words;
        Self {
            rows,
            words,
            weights: vec![0.0; size],
            pull: vec![0.0; size],
            squares: vec![0.0; size],
            rate: options.rate,
            l1: options.l1,
            seen: vec![usize::MAX; words],
        }
    }

    /// The words around `place`, each once, those of its own class left out.
    fn look_around(&mut self, read: &Choices, place: usize, window: &mut Vec<u16>) {
        window.clear();
        let around = place.saturating_sub(REACH)..(place + REACH + 1).min(read.words.len());
        let own = read.classes[place];
        let classes = &read.classes[around.clone()];
        for (&word, &class) in read.words[around].iter().zip(classes) {
            let seen = &mut self.seen[usize::from(word)];
            if word >= FIRST_WORD && class != own && *seen != place {
                *seen = place;
                window.push(word);
            }
        }
    }

    fn row(&self, word: u16) -> Option<usize> {
        let row = self.rows[usize::from(word)];
        (row != NONE).then_some(row as usize * self.words)
    }

    fn sum(&self, word: u16, window: &[u16]) -> f32 {
        let Some(row) = self.row(word) else {
            return 0.0;
        };
        let weights = &self.weights[row..row + self.words];
        window.iter().map(|&w| weights[usize::from(w)]).sum()
    }

    fn correct(&mut self, word: u16, window: &[u16], error: f32) {
        let Some(row) = self.row(word) else {
            return;
        };
        for &other in window {
            let at = row + usize::from(other);
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
            for other in 0..self.words {
                let weight = self.weights[row + other];
                let stored = (weight * (NAT / UNIT) as f32).round().clamp(-128.0, 127.0) as i8;
                if stored != 0 {
                    let worth = weight * weight * self.squares[row + other];
                    all.push((worth, (word, other as u16), stored));
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
    const RICE: u16 = 9;

    #[test]
    fn what_stands_around_settles_the_choice() {
        let vocabulary = Vocabulary::new(WORDS.into_iter());
        assert_eq!(vocabulary.classes, [0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9]);
        // By turns "lúa … trồng" and "tôn … trọng", far from each other.
        let mut read = Choices::default();
        for i in 0..200 {
            let right = i % 2;
            read.classes.extend([8 + right, 7]);
            read.classes.extend([0; REACH]);
            read.words.extend([RICE + right, PLANT]);
            read.words.extend([0; REACH]);
            read.options.extend([(PLANT, 0.7), (RESPECT, 0.7)]);
            read.choices.push(Choice {
                place: (read.classes.len() - REACH - 1) as u32,
                end: read.options.len() as u32,
                right,
            });
        }
        let learnt = learn(&vocabulary, &read, &Options::default());
        let keys: Vec<_> = learnt.weights.iter().map(|w| w.0).collect();
        let pairs = [PLANT, RESPECT].map(|word| [(word, RICE), (word, RICE + 1)]);
        assert_eq!(keys, pairs.concat());
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
