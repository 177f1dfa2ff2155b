//! Expectation maximisation over all ways to cut word pairs into segments.
//!
//! The generative story, so that probabilities sum to one: at each place of
//! the true word a three-letter segment is chosen with probability μ(abc),
//! else a two-letter one with μ(ab), else one letter; the segment is then read
//! as P(reading | segment).

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::super::letters::fold;
use super::super::{MAX_OBSERVED, MAX_TRUTH};

/// A word pair as letter numbers, with its weight.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    truth: Vec<u16>,
    observed: Vec<u16>,
    weight: f64,
}

/// A segment and its reading: seven letter numbers, the first one highest; 0
/// is none. Ascending keys are grouped by truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u128);

const TRUTH_SHIFT: u32 = 16 * MAX_OBSERVED as u32;

impl Key {
    fn new(truth: &[u16], observed: &[u16]) -> Self {
        let put = |size: usize, letters: &[u16]| {
            let number = letters.iter().fold(0u128, |n, &l| n << 16 | u128::from(l));
            number << (16 * (size - letters.len()))
        };
        Self(put(MAX_TRUTH, truth) << TRUTH_SHIFT | put(MAX_OBSERVED, observed))
    }

    /// The key of the segment alone, whatever its reading.
    fn truth(self) -> u64 {
        (self.0 >> TRUTH_SHIFT) as u64
    }

    fn letters(self) -> (Vec<u16>, Vec<u16>) {
        let all: Vec<u16> = (0..MAX_TRUTH + MAX_OBSERVED)
            .rev()
            .map(|at| (self.0 >> (16 * at)) as u16)
            .collect();
        let cut = |part: &[u16]| part.iter().copied().filter(|&l| l != 0).collect();
        (cut(&all[..MAX_TRUTH]), cut(&all[MAX_TRUTH..]))
    }

    fn truth_len(self) -> usize {
        let t = self.truth();
        1 + usize::from(t & 0xffff_ffff != 0) + usize::from(t & 0xffff != 0)
    }
}

/// Multiplies and folds; keys are small numbers and no one attacks a trainer.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_u64(u64::from(b));
        }
    }
    fn write_u64(&mut self, n: u64) {
        let mixed = u128::from(self.0 ^ n) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (mixed >> 64) as u64 ^ mixed as u64;
    }
    fn write_u128(&mut self, n: u128) {
        self.write_u64(n as u64);
        self.write_u64((n >> 64) as u64);
    }
}

type Table<K> = HashMap<K, f64, BuildHasherDefault<KeyHasher>>;

/// Numbers for characters, from 1.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    chars: Vec<char>,
    numbers: BTreeMap<char, u16>,
}

impl Letters {
    fn number(&mut self, c: char) -> u16 {
        let next = self.chars.len() as u16 + 1;
        let number = *self.numbers.entry(c).or_insert(next);
        if number == next {
            self.chars.push(c);
        }
        number
    }

    fn char(&self, number: u16) -> char {
        self.chars[usize::from(number) - 1]
    }

    fn text(&self, numbers: &[u16]) -> String {
        numbers.iter().map(|&n| self.char(n)).collect()
    }

    fn pairs(&mut self, pairs: &BTreeMap<(String, String), f64>) -> Vec<Pair> {
        let mut pair = |((truth, observed), &weight): (&(String, String), &f64)| Pair {
            truth: truth.chars().map(|c| self.number(c)).collect(),
            observed: observed.chars().map(|c| self.number(c)).collect(),
            weight,
        };
        pairs.iter().map(&mut pair).collect()
    }
}

/// How the estimation is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// Longest truth of a segment.
    pub(crate) order: usize,
    /// Taken from the expected count of every segment of several letters.
    pub(crate) discount: f64,
    /// Segments of several letters with a smaller expected count go.
    pub(crate) min_count: f64,
    /// Segments of several letters must be this many nats likelier than the
    /// best way to explain their reading by shorter ones ...
    pub(crate) min_gain: f64,
    /// ... and save the training data this many nats in all.
    pub(crate) min_saving: f64,
    /// Rounds with single letters, and with segments of several letters.
    pub(crate) rounds: usize,
}

/// Expected counts.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    segments: Table<Key>,
    /// How often a place was reached where a segment of several letters could
    /// have been chosen.
    reached: Table<u64>,
    /// Log likelihood of the pairs, in nats.
    pub(crate) likelihood: f64,
}

/// Probabilities of segments and readings.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    /// P(reading | segment).
    readings: Table<Key>,
    /// μ of segments of several letters.
    chosen: Table<u64>,
}

struct Arc {
    from: usize,
    to: usize,
    p: f64,
    key: Key,
}

/// Goes through all cuts of all pairs; `weigh(place's letters, key)` is the
/// probability of a segment where the word goes on as given, 0 for never.
fn expect(
    pairs: &[Pair],
    order: usize,
    mut weigh: impl FnMut(&[u16], &[u16], Key) -> f64,
) -> Counts {
    let mut counts = Counts::default();
    let mut arcs: Vec<Arc> = Vec::new();
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    for pair in pairs {
        let (n, m) = (pair.truth.len(), pair.observed.len());
        let width = m + 1;
        let cells = (n + 1) * width;
        arcs.clear();
        forward.clear();
        forward.resize(cells, 0.0);
        forward[0] = 1.0;
        for i in 0..n {
            for j in 0..=m {
                let from = i * width + j;
                if forward[from] == 0.0 {
                    continue;
                }
                for k in 1..=order.min(n - i) {
                    let most = if k == 1 {
                        MAX_OBSERVED - 1
                    } else {
                        MAX_OBSERVED
                    };
                    for l in 0..=most.min(m - j) {
                        let observed = &pair.observed[j..j + l];
                        let key = Key::new(&pair.truth[i..i + k], observed);
                        let p = weigh(&pair.truth[i..], observed, key);
                        if p > 0.0 {
                            let to = (i + k) * width + j + l;
                            forward[to] += forward[from] * p;
                            arcs.push(Arc { from, to, p, key });
                        }
                    }
                }
            }
        }
        let total = forward[cells - 1];
        if total <= 0.0 {
            continue;
        }
        counts.likelihood += pair.weight * total.ln();
        backward.clear();
        backward.resize(cells, 0.0);
        backward[cells - 1] = 1.0;
        for arc in arcs.iter().rev() {
            backward[arc.from] += arc.p * backward[arc.to];
        }
        let scale = pair.weight / total;
        let mut triples = vec![0.0; n + 1];
        for arc in &arcs {
            let count = scale * forward[arc.from] * arc.p * backward[arc.to];
            if count > 0.0 {
                *counts.segments.entry(arc.key).or_default() += count;
                if arc.key.truth_len() == 3 {
                    triples[arc.from / width] += count;
                }
            }
        }
        if order > 1 {
            for i in 0..n {
                let cells = i * width..(i + 1) * width;
                let passed: f64 = cells.map(|c| forward[c] * backward[c]).sum();
                for k in 2..=order.min(n - i) {
                    let key = Key::new(&pair.truth[i..i + k], &[]).truth();
                    let longer = if k == 2 { triples[i] } else { 0.0 };
                    *counts.reached.entry(key).or_default() += scale * passed - longer;
                }
            }
        }
    }
    counts
}

impl Counts {
    fn sorted(&self) -> Vec<(Key, f64)> {
        let mut all: Vec<(Key, f64)> = self.segments.iter().map(|(&k, &c)| (k, c)).collect();
        all.sort_unstable_by_key(|entry| entry.0);
        all
    }

    /// The likeliest probabilities; segments of several letters at a discount.
    fn maximise(&self, settings: &Settings) -> Segments {
        let mut segments = Segments::default();
        let kept: Vec<(Key, f64)> = self
            .sorted()
            .into_iter()
            .filter_map(|(key, count)| {
                if key.truth_len() == 1 {
                    Some((key, count))
                } else {
                    let rest = count - settings.discount;
                    (rest > 0.0 && count >= settings.min_count).then_some((key, rest))
                }
            })
            .collect();
        for group in kept.chunk_by(|a, b| a.0.truth() == b.0.truth()) {
            let truth = group[0].0.truth();
            let sum: f64 = group.iter().map(|(_, c)| c).sum();
            for &(key, count) in group {
                segments.readings.insert(key, count / sum);
            }
            if group[0].0.truth_len() > 1 {
                let reached = self.reached.get(&truth).copied().unwrap_or(0.0);
                let share = sum / reached.max(sum);
                // Never certain, or single letters could never win again.
                segments.chosen.insert(truth, share.min(1.0 - 1e-6));
            }
        }
        segments
    }
}

impl Segments {
    /// The probability of a segment where the word goes on with `rest`.
    fn weigh(&self, rest: &[u16], key: Key) -> f64 {
        let Some(&reading) = self.readings.get(&key) else {
            return 0.0;
        };
        let chosen = |k: usize| {
            if rest.len() < k {
                return 0.0;
            }
            let truth = Key::new(&rest[..k], &[]).truth();
            self.chosen.get(&truth).copied().unwrap_or(0.0)
        };
        reading
            * match key.truth_len() {
                3 => chosen(3),
                2 => (1.0 - chosen(3)) * chosen(2),
                _ => (1.0 - chosen(3)) * (1.0 - chosen(2)),
            }
    }

    /// A segment's probability whatever follows.
    fn alone(&self, key: Key) -> f64 {
        let reading = self.readings.get(&key).copied().unwrap_or(0.0);
        if key.truth_len() == 1 {
            reading
        } else {
            reading * self.chosen.get(&key.truth()).copied().unwrap_or(0.0)
        }
    }

    /// The best way to read `truth` as `observed` by segments shorter than
    /// `truth`.
    fn by_parts(&self, truth: &[u16], observed: &[u16]) -> f64 {
        let mut best: f64 = 0.0;
        for k in 1..truth.len() {
            for l in 0..=observed.len() {
                let head = self.alone(Key::new(&truth[..k], &observed[..l]));
                if head > 0.0 {
                    let (t, o) = (&truth[k..], &observed[l..]);
                    let tail = self.alone(Key::new(t, o)).max(self.by_parts(t, o));
                    best = best.max(head * tail);
                }
            }
        }
        best
    }
}

/// What the estimation found.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Letter -> reading -> expected count.
    pub(crate) singles: BTreeMap<char, BTreeMap<String, f64>>,
    /// Segment of several letters -> reading -> (probability, expected count).
    pub(crate) multiples: BTreeMap<String, BTreeMap<String, (f64, f64)>>,
}

/// Learns segments from word pairs.
pub(crate) fn learn(pairs: &BTreeMap<(String, String), f64>, settings: &Settings) -> Learnt {
    let mut letters = Letters::default();
    let pairs = letters.pairs(pairs);
    let blank = letters.number(' ');
    let start = |rest: &[u16], observed: &[u16], _: Key| {
        let truth = letters.char(rest[0]);
        first_guess(truth, observed.iter().map(|&l| letters.char(l)))
    };
    let mut counts = expect(&pairs, 1, start);
    let mut segments = counts.maximise(settings);
    for _ in 0..settings.rounds {
        counts = expect(&pairs, 1, |rest, _, key| segments.weigh(rest, key));
        segments = counts.maximise(settings);
    }
    for order in 2..=settings.order {
        // Longer segments start as what shorter ones make of them.
        let mut cache: Table<Key> = Table::default();
        counts = expect(&pairs, order, |rest, observed, key| {
            if key.truth_len() < order {
                return segments.weigh(rest, key);
            }
            let truth = &rest[..order];
            if truth.contains(&blank) {
                return 0.0;
            }
            *cache.entry(key).or_insert_with(|| {
                let identity = usize::from(truth == observed);
                (1 - identity) as f64 * segments.by_parts(truth, observed)
            })
        });
        segments = counts.maximise(settings);
        for round in 0..settings.rounds {
            counts = expect(&pairs, order, |rest, _, key| segments.weigh(rest, key));
            segments = counts.maximise(settings);
            if round % 3 == 2 {
                prune(&mut segments, &counts, settings, order);
            }
        }
        prune(&mut segments, &counts, settings, order);
    }
    for _ in 0..2 {
        counts = expect(&pairs, settings.order, |rest, _, key| {
            segments.weigh(rest, key)
        });
        segments = counts.maximise(settings);
    }
    let mut learnt = Learnt::default();
    for (key, count) in counts.sorted() {
        let (truth, observed) = key.letters();
        let (truth, observed) = (letters.text(&truth), letters.text(&observed));
        if key.truth_len() == 1 {
            for c in truth.chars() {
                let readings = learnt.singles.entry(c).or_default();
                readings.insert(observed.clone(), count);
            }
        } else if segments.readings.contains_key(&key) {
            let readings = learnt.multiples.entry(truth).or_default();
            readings.insert(observed, (segments.alone(key), count));
        }
    }
    learnt
}

/// Removes segments of several letters that shorter ones explain as well.
fn prune(segments: &mut Segments, counts: &Counts, settings: &Settings, order: usize) {
    for (key, count) in counts.sorted() {
        if key.truth_len() != order || !segments.readings.contains_key(&key) {
            continue;
        }
        let (truth, observed) = key.letters();
        let parts = segments.by_parts(&truth, &observed).max(1e-12);
        let gain = (segments.alone(key) / parts).ln();
        if gain < settings.min_gain || gain * count < settings.min_saving {
            segments.readings.remove(&key);
        }
    }
}

/// Where the estimation starts: letters are mostly read as themselves, or as
/// one of the same base letter, or as another character.
fn first_guess(truth: char, observed: impl Iterator<Item = char>) -> f64 {
    let observed: Vec<char> = observed.collect();
    if truth == ' ' {
        return [0.1, 0.02, 0.001, 0.0][observed.len().min(3)];
    }
    let likeness = observed.iter().map(|&c| {
        if c == truth {
            1.0
        } else if fold(c) == fold(truth) {
            0.4
        } else {
            0.02
        }
    });
    let best = likeness.fold(0.0, f64::max);
    match observed.len() {
        0 => 0.002,
        1 => best,
        2 => 0.02 * best,
        _ => 0.0005 * best,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(order: usize) -> Settings {
        Settings {
            order,
            discount: 0.5,
            min_count: 1.5,
            min_gain: 0.3,
            min_saving: 2.0,
            rounds: 8,
        }
    }

    fn pairs(list: &[(&str, &str, f64)]) -> BTreeMap<(String, String), f64> {
        let pair = |&(t, o, w): &(&str, &str, f64)| ((t.to_owned(), o.to_owned()), w);
        list.iter().map(pair).collect()
    }

    #[test]
    fn keys_give_their_letters_back() {
        let key = Key::new(&[7, 300], &[9]);
        assert_eq!(key.letters(), (vec![7, 300], vec![9]));
        assert_eq!(key.truth_len(), 2);
        assert_eq!(Key::new(&[7], &[]).truth_len(), 1);
        assert_eq!(Key::new(&[7, 8, 9], &[1, 2, 3, 4]).truth_len(), 3);
    }

    /// Nothing but substitutions: the counts are those of the letters. "a" is
    /// read 6 + 2 times, of which 2 times as "o".
    #[test]
    fn plain_substitutions_are_counted() {
        let learnt = learn(
            &pairs(&[("ba", "ba", 6.0), ("ba", "bo", 2.0)]),
            &settings(1),
        );
        let a = &learnt.singles[&'a'];
        assert!((a["a"] - 6.0).abs() < 1e-6, "{a:?}");
        assert!((a["o"] - 2.0).abs() < 1e-6, "{a:?}");
    }

    /// "ri" is read as "n" in half of all cases, while "r" and "i" alone are
    /// never lost: only a segment of two letters explains that.
    #[test]
    fn a_joint_confusion_becomes_a_segment() {
        let data = pairs(&[
            ("tri", "tn", 20.0),
            ("tri", "tri", 20.0),
            ("ra", "ra", 40.0),
            ("ti", "ti", 40.0),
            ("an", "an", 40.0),
        ]);
        let learnt = learn(&data, &settings(2));
        let (p, count) = learnt.multiples["ri"]["n"];
        assert!((p - 0.5).abs() < 0.03, "{p}");
        assert!((count - 20.0).abs() < 1.0, "{count}");
        assert_eq!(learnt.multiples.len(), 1, "{:?}", learnt.multiples);
    }

    /// Independent losses of marks need no segments of two letters.
    #[test]
    fn what_single_letters_explain_stays_single() {
        let data = pairs(&[
            ("ươ", "ươ", 10.0),
            ("ươ", "uơ", 10.0),
            ("ươ", "ươ", 10.0),
            ("ươ", "uo", 10.0),
            ("ươ", "ưo", 10.0),
        ]);
        assert!(learn(&data, &settings(2)).multiples.is_empty());
    }

    #[test]
    fn likelihood_never_decreases() {
        let mut letters = Letters::default();
        let data = letters.pairs(&pairs(&[
            ("trình", "tnnh", 3.0),
            ("trình", "trinh", 9.0),
            ("tin", "tin", 4.0),
            ("mình", "rninh", 2.0),
            ("mình", "minh", 5.0),
            ("rình", "nnh", 1.0),
            ("nhìn", "nhln", 1.5),
        ]));
        // Without discount and dropping, that is the plain EM of a proper model.
        let plain = Settings {
            discount: 0.0,
            min_count: 0.0,
            ..settings(3)
        };
        let mut segments = expect(&data, 3, |rest, observed, key| {
            let guess = first_guess(
                letters.char(rest[0]),
                observed.iter().map(|&l| letters.char(l)),
            );
            guess * [1.0, 0.1, 0.01][key.truth_len() - 1]
        })
        .maximise(&plain);
        let mut last = f64::NEG_INFINITY;
        for _ in 0..30 {
            let counts = expect(&data, 3, |rest, _, key| segments.weigh(rest, key));
            assert!(
                counts.likelihood >= last - 1e-9,
                "{} after {last}",
                counts.likelihood
            );
            last = counts.likelihood;
            segments = counts.maximise(&plain);
        }
        assert!(last < 0.0);
    }
}
