//! From counts to probabilities for every letter, seen or not.
//!
//! A letter's own counts are interpolated with what its relatives suggest.
//! They are asked in two questions: is the base letter read right (then only
//! the marks matter, and those behave alike on all vowels), and if not, what
//! is read instead (that depends on the base letter's form).

use std::collections::{BTreeMap, BTreeSet};

use super::super::letters::{Shape, alphabet, compose, shape, to_lower, to_upper};

/// Letter -> reading -> count or probability.
pub(crate) type Readings = BTreeMap<char, BTreeMap<String, f64>>;

/// How many observations the relatives' opinion is worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strength {
    /// On a letter's own distribution.
    pub(crate) letter: f64,
    /// On the distribution of a base letter's misreadings.
    pub(crate) base: f64,
    /// On the distribution of marks.
    pub(crate) marks: f64,
    /// Of another profile on a letter's distribution, where one is given.
    pub(crate) prior: f64,
}

/// Readings rarer than this are left to the floor.
const RAREST: f64 = 2e-6;

/// Probabilities of readings for the whole alphabet and all characters seen.
pub(crate) fn smooth(counts: &Readings, strength: &Strength, prior: Option<&Readings>) -> Readings {
    let relatives = Relatives::new(counts, strength);
    let seen: BTreeSet<char> = counts.keys().copied().chain(alphabet()).collect();
    let empty = BTreeMap::new();
    let mut smoothed = Readings::new();
    for letter in seen {
        let own = counts.get(&letter).unwrap_or(&empty);
        let (mut parent, mut weight) = (relatives.suggest(letter), strength.letter);
        if let Some(prior) = prior.and_then(|p| p.get(&letter)) {
            parent = prior.clone();
            weight = strength.prior;
        }
        let total: f64 = own.values().sum::<f64>() + weight;
        for p in parent.values_mut() {
            *p *= weight / total;
        }
        for (reading, count) in own {
            *parent.entry(reading.clone()).or_default() += count / total;
        }
        parent.retain(|_, p| *p >= RAREST);
        smoothed.insert(letter, parent);
    }
    smoothed
}

/// Marks as (shape mark, tone).
type Marks = (u8, u8);

/// What letters say about each other.
struct Relatives {
    /// (base letter) -> (read right, all).
    right: BTreeMap<char, (f64, f64)>,
    right_overall: f64,
    /// Marks -> marks read -> count, of letters whose base was read right.
    marks: BTreeMap<Marks, BTreeMap<Marks, f64>>,
    /// Shape mark -> shape mark read; tone -> tone read.
    single_marks: [BTreeMap<u8, BTreeMap<u8, f64>>; 2],
    /// Base letter -> misreading -> count.
    wrong: BTreeMap<char, BTreeMap<String, f64>>,
    strength: Strength,
}

/// How the reading's base letter is the true one's, if it is.
fn marks_read(truth: Shape, reading: &str) -> Option<Marks> {
    let mut chars = reading.chars();
    let read = shape(chars.next()?).filter(|s| s.base == truth.base)?;
    chars.next().is_none().then_some((read.mark, read.tone))
}

/// Characters without a shape are their own base and have no marks.
fn shape_or_plain(c: char) -> Shape {
    shape(c).unwrap_or(Shape {
        base: c,
        mark: 0,
        tone: 0,
    })
}

fn is_right(truth: Shape, reading: &str) -> Option<Marks> {
    let mut own = [0; 4];
    if reading == truth.base.encode_utf8(&mut own) {
        return Some((0, 0));
    }
    marks_read(truth, reading)
}

impl Relatives {
    fn new(counts: &Readings, strength: &Strength) -> Self {
        let mut relatives = Self {
            right: BTreeMap::new(),
            right_overall: 0.0,
            marks: BTreeMap::new(),
            single_marks: [BTreeMap::new(), BTreeMap::new()],
            wrong: BTreeMap::new(),
            strength: *strength,
        };
        let (mut right, mut all) = (0.0, 0.0);
        for (&letter, readings) in counts {
            let truth = shape_or_plain(letter);
            let is_vowel = "aeiouydAEIOUYD".contains(truth.base);
            for (reading, &count) in readings {
                let of_base = relatives.right.entry(truth.base).or_default();
                of_base.1 += count;
                all += count;
                let Some(read) = is_right(truth, reading) else {
                    let wrong = relatives.wrong.entry(truth.base).or_default();
                    *wrong.entry(reading.clone()).or_default() += count;
                    continue;
                };
                of_base.0 += count;
                right += count;
                if is_vowel {
                    let pairs = relatives.marks.entry((truth.mark, truth.tone)).or_default();
                    *pairs.entry(read).or_default() += count;
                    let [marks, tones] = &mut relatives.single_marks;
                    *marks
                        .entry(truth.mark)
                        .or_default()
                        .entry(read.0)
                        .or_default() += count;
                    *tones
                        .entry(truth.tone)
                        .or_default()
                        .entry(read.1)
                        .or_default() += count;
                }
            }
        }
        relatives.right_overall = (right + 1.0) / (all + 2.0);
        relatives
    }

    /// The distribution a letter would have by its relatives alone.
    fn suggest(&self, letter: char) -> BTreeMap<String, f64> {
        let truth = shape_or_plain(letter);
        let (right, all) = self.right.get(&truth.base).copied().unwrap_or_default();
        let k = self.strength.base;
        let right = (right + k * self.right_overall) / (all + k);
        let mut suggested = BTreeMap::new();
        let variants = variants(truth);
        let shares: Vec<f64> = (variants.iter())
            .map(|&(_, read)| self.marks_share((truth.mark, truth.tone), read))
            .collect();
        let sum: f64 = shares.iter().sum();
        for (&(c, _), share) in variants.iter().zip(&shares) {
            suggested.insert(c.to_string(), right * share / sum);
        }
        let wrong = self.misreadings(truth.base);
        let sum: f64 = wrong.values().sum();
        for (reading, share) in wrong {
            *suggested.entry(reading).or_default() += (1.0 - right) * share / sum.max(1e-9);
        }
        suggested
    }

    /// How often marks are read as others, smoothed towards the product of
    /// what happens to shape mark and tone.
    fn marks_share(&self, truth: Marks, read: Marks) -> f64 {
        let share = |counts: Option<&BTreeMap<u8, f64>>, read: u8| {
            let empty = BTreeMap::new();
            let counts = counts.unwrap_or(&empty);
            let sum: f64 = counts.values().sum();
            (counts.get(&read).copied().unwrap_or(0.0) + 0.05) / (sum + 0.25)
        };
        let [marks, tones] = &self.single_marks;
        let product = share(marks.get(&truth.0), read.0) * share(tones.get(&truth.1), read.1);
        let pairs = self.marks.get(&truth);
        let sum: f64 = pairs.map_or(0.0, |p| p.values().sum());
        let count = pairs.and_then(|p| p.get(&read)).copied().unwrap_or(0.0);
        (count + self.strength.marks * product) / (sum + self.strength.marks)
    }

    /// What a base letter is misread as: its own history, then that of the
    /// other case.
    fn misreadings(&self, base: char) -> BTreeMap<String, f64> {
        let mut all = self.wrong.get(&base).cloned().unwrap_or_default();
        let is_upper = base.is_uppercase();
        let other = if is_upper {
            to_lower(base)
        } else {
            to_upper(base)
        };
        if let Some(wrong) = self.wrong.get(&other).filter(|_| other != base) {
            let sum: f64 = wrong.values().sum();
            for (reading, count) in wrong {
                let mapped = reading
                    .chars()
                    .map(|c| if is_upper { to_upper(c) } else { to_lower(c) });
                *all.entry(mapped.collect()).or_default() += self.strength.base * count / sum;
            }
        }
        all.retain(|reading, _| reading.chars().ne([base]));
        if all.is_empty() {
            all.insert(String::new(), 1.0);
        }
        all
    }
}

/// All letters of the same base and case, with their marks.
fn variants(truth: Shape) -> Vec<(char, Marks)> {
    let mut all = Vec::new();
    for mark in 0..=4 {
        for tone in 0..6 {
            if let Some(c) = compose(Shape {
                mark,
                tone,
                ..truth
            }) {
                all.push((c, (mark, tone)));
            }
        }
    }
    if all.is_empty() {
        all.push((truth.base, (0, 0)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRENGTH: Strength = Strength {
        letter: 4.0,
        base: 4.0,
        marks: 10.0,
        prior: 10.0,
    };

    fn counts(list: &[(char, &[(&str, f64)])]) -> Readings {
        let readings = |r: &[(&str, f64)]| r.iter().map(|&(o, c)| (o.to_owned(), c)).collect();
        list.iter().map(|&(c, r)| (c, readings(r))).collect()
    }

    #[test]
    fn probabilities_of_every_letter_sum_to_one() {
        let seen = counts(&[
            ('ấ', &[("a", 80.0), ("á", 10.0), ("d", 10.0)]),
            ('a', &[("a", 99.0), ("", 1.0)]),
        ]);
        let smoothed = smooth(&seen, &STRENGTH, None);
        assert!(alphabet().iter().all(|c| smoothed.contains_key(c)));
        for (letter, readings) in &smoothed {
            let sum: f64 = readings.values().sum();
            assert!((sum - 1.0).abs() < 1e-3, "{letter}: {sum}");
        }
    }

    /// "ẵ" was never seen; "ă" lost its breve and "ã" its tilde, so "a" is its
    /// likeliest reading.
    #[test]
    fn unseen_letters_follow_their_relatives() {
        let seen = counts(&[
            ('ă', &[("a", 90.0), ("ă", 10.0)]),
            ('ã', &[("a", 90.0), ("ã", 10.0)]),
            ('Đ', &[("D", 60.0), ("P", 40.0)]),
            ('a', &[("a", 100.0)]),
        ]);
        let smoothed = smooth(&seen, &STRENGTH, None);
        let best = |c: char| {
            let readings = &smoothed[&c];
            let best = readings.iter().max_by(|a, b| a.1.total_cmp(b.1));
            best.map(|(reading, _)| reading.as_str())
                .unwrap_or_default()
        };
        assert_eq!(best('ẵ'), "a");
        assert_eq!(best('Ẵ'), "A");
        assert!(smoothed[&'Đ']["P"] > 0.3);
        assert!(smoothed[&'đ']["p"] > smoothed[&'đ'].get("x").copied().unwrap_or(0.0));
    }
}
