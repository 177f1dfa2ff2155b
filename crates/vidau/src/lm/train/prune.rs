//! Choosing the n-grams that are worth their bytes.
//!
//! The loss of an n-gram is what the model's distribution changes when the
//! n-gram is left to back-off, weighted by how often its context occurs
//! (Stolcke 1998). Two distributions are looked at: that of the next word,
//! and that of the next word among those with the same letters under the
//! marks, which is the choice that restoring marks asks for.

use rayon::prelude::*;

use super::model::{BackoffModel, Level};

/// What the loss of an n-gram is measured by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Criterion<'a> {
    /// Class of each word: words that an unmarked reading cannot tell apart.
    pub(super) classes: &'a [u32],
    /// Share of the choice within the class in the loss, 0 to 1.
    pub(super) within_class: f64,
}

/// For each n-gram of two words and more the largest loss among itself and
/// those that it is the context of: keeping all above any threshold keeps the
/// contexts of all that are kept. `result[n - 2]` belongs to n words.
pub(super) fn losses(model: &BackoffModel, criterion: Criterion<'_>) -> Vec<Vec<f32>> {
    let mut all: Vec<Vec<f32>> = Vec::new();
    let mut class_sums = unigram_class_sums(&model.levels[0], criterion.classes);
    let total: f64 = model.levels[0].weight.iter().map(|&w| f64::from(w)).sum();
    for n in 1..model.levels.len() {
        let (lower, level) = (&model.levels[n - 1], &model.levels[n]);
        let starts = level.starts(lower.len());
        let parts: Vec<(Vec<f32>, Vec<f32>)> = (0..lower.len())
            .into_par_iter()
            .with_min_len(1024)
            .map(|c| {
                let context = Context {
                    lower,
                    level,
                    class_sums: &class_sums,
                    criterion,
                    index: c,
                    range: starts[c] as usize..starts[c + 1] as usize,
                };
                context.losses(f64::from(lower.weight[c]) / total)
            })
            .collect();
        let mut loss = Vec::with_capacity(level.len());
        let mut sums = Vec::with_capacity(level.len());
        for (l, s) in parts {
            loss.extend(l);
            sums.extend(s);
        }
        all.push(loss);
        class_sums = sums;
    }
    for n in (1..all.len()).rev() {
        let (lower, upper) = all.split_at_mut(n);
        for (i, &loss) in upper[0].iter().enumerate() {
            let context = &mut lower[n - 1][model.levels[n + 1].context[i] as usize];
            *context = context.max(loss);
        }
    }
    all
}

fn unigram_class_sums(unigrams: &Level, classes: &[u32]) -> Vec<f32> {
    let size = classes.iter().max().map_or(0, |&c| c as usize + 1);
    let mut sums = vec![0.0f32; size];
    for (&class, &p) in classes.iter().zip(&unigrams.p) {
        sums[class as usize] += p;
    }
    classes.iter().map(|&c| sums[c as usize]).collect()
}

/// One context with the n-grams that extend it.
struct Context<'a> {
    lower: &'a Level,
    level: &'a Level,
    /// For each n-gram of the level below, the probability of its last word's class.
    class_sums: &'a [f32],
    criterion: Criterion<'a>,
    index: usize,
    range: std::ops::Range<usize>,
}

impl Context<'_> {
    fn p(&self, i: usize) -> f64 {
        f64::from(self.level.p[i])
    }

    fn lower_p(&self, i: usize) -> f64 {
        f64::from(self.lower.p[self.level.suffix[i] as usize])
    }

    /// Losses and class sums of the n-grams of this context, which occurs
    /// with probability `share`.
    fn losses(&self, share: f64) -> (Vec<f32>, Vec<f32>) {
        let backoff = f64::from(self.lower.backoff[self.index]);
        let (mut sum, mut lower_sum) = (0.0, 0.0);
        for i in self.range.clone() {
            sum += self.p(i);
            lower_sum += self.lower_p(i);
        }
        let left = (1.0 - sum).max(1e-9);
        let lower_left = (1.0 - lower_sum).max(1e-9);
        let class_sums = self.class_sums(backoff);
        let loss = |i: usize| {
            let (p, lower_p) = (self.p(i), self.lower_p(i));
            let new_backoff = (left + p) / (lower_left + lower_p);
            let new_p = new_backoff * lower_p;
            let gain = p * (p / new_p).ln();
            let plain = gain + left * (left / lower_left / new_backoff).ln();
            let class = f64::from(class_sums[i - self.range.start]).max(p);
            let within = gain - class * (class / (class - p + new_p)).ln();
            let mix = self.criterion.within_class;
            (share * ((1.0 - mix) * plain + mix * within)) as f32
        };
        (self.range.clone().map(loss).collect(), class_sums)
    }

    /// For each n-gram the probability, in this context, of its last word's class.
    fn class_sums(&self, backoff: f64) -> Vec<f32> {
        let start = self.range.start;
        let class = |i: usize| self.criterion.classes[usize::from(self.level.word[i])];
        let mut by_class: Vec<usize> = self.range.clone().collect();
        by_class.sort_unstable_by_key(|&i| (class(i), i));
        let mut sums = vec![0.0f32; by_class.len()];
        for group in by_class.chunk_by(|&a, &b| class(a) == class(b)) {
            let below = self.level.suffix[group[0]] as usize;
            let whole = f64::from(self.class_sums[below]);
            let own: f64 = group.iter().map(|&i| self.p(i)).sum();
            let covered: f64 = group.iter().map(|&i| self.lower_p(i)).sum();
            let sum = own + backoff * (whole - covered).max(0.0);
            for &i in group {
                sums[i - start] = sum as f32;
            }
        }
        sums
    }
}

/// The smallest loss among the `n` largest of `losses`.
pub(super) fn threshold(losses: &[Vec<f32>], n: usize) -> f32 {
    let mut all: Vec<f32> = losses.iter().flatten().copied().collect();
    if n == 0 || all.is_empty() {
        return f32::INFINITY;
    }
    let at = n.min(all.len()) - 1;
    *all.select_nth_unstable_by(at, |a, b| b.total_cmp(a)).1
}

/// The model with only the n-grams whose loss is at least `threshold`, its
/// back-off factors such that every context's probabilities sum to one.
pub(super) fn prune(model: &BackoffModel, losses: &[Vec<f32>], threshold: f32) -> BackoffModel {
    let mut levels = vec![Level {
        word: model.levels[0].word.clone(),
        weight: model.levels[0].weight.clone(),
        p: model.levels[0].p.clone(),
        ..Level::default()
    }];
    // Probabilities of all n-grams of the level below, kept or not, under the
    // pruned model, and where the kept ones are now.
    let mut below = model.levels[0].p.clone();
    let mut places: Vec<u32> = (0..below.len() as u32).collect();
    for (level, losses) in model.levels[1..].iter().zip(losses) {
        let kept: Vec<u32> = (0..level.len() as u32)
            .filter(|&i| losses[i as usize] >= threshold)
            .collect();
        let contexts = below.len();
        let (mut sum, mut lower_sum) = (vec![0.0f64; contexts], vec![0.0f64; contexts]);
        for &i in &kept {
            let i = i as usize;
            sum[level.context[i] as usize] += f64::from(level.p[i]);
            lower_sum[level.context[i] as usize] += f64::from(below[level.suffix[i] as usize]);
        }
        let backoff: Vec<f32> = sum
            .iter()
            .zip(&lower_sum)
            .map(|(s, l)| ((1.0 - s).max(1e-6) / (1.0 - l).max(1e-6)) as f32)
            .collect();
        let here: Vec<f32> = (0..level.len())
            .into_par_iter()
            .map(|i| match losses[i] >= threshold {
                true => level.p[i],
                false => backoff[level.context[i] as usize] * below[level.suffix[i] as usize],
            })
            .collect();
        if let Some(last) = levels.last_mut() {
            last.backoff = (0..contexts)
                .filter(|&c| places[c] != u32::MAX)
                .map(|c| backoff[c])
                .collect();
        }
        let pick = |from: &[u32]| -> Vec<u32> { kept.iter().map(|&i| from[i as usize]).collect() };
        let context: Vec<u32> = pick(&level.context);
        let suffix: Vec<u32> = pick(&level.suffix);
        levels.push(Level {
            word: kept.iter().map(|&i| level.word[i as usize]).collect(),
            context: context.iter().map(|&c| places[c as usize]).collect(),
            suffix: suffix.iter().map(|&s| places[s as usize]).collect(),
            weight: kept.iter().map(|&i| level.weight[i as usize]).collect(),
            p: kept.iter().map(|&i| level.p[i as usize]).collect(),
            backoff: Vec::new(),
        });
        places = vec![u32::MAX; level.len()];
        for (new, &old) in kept.iter().enumerate() {
            places[old as usize] = new as u32;
        }
        below = here;
    }
    BackoffModel { levels }
}
