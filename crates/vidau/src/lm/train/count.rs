//! Counting n-grams of id streams by sorting.

use rayon::prelude::*;

use super::key::Key;
use crate::lm::{BOS, EOS};

/// The n-grams of one length, sorted by their ids.
///
/// Levels form a trie both ways: an n-gram points to its context (all but the
/// last word) and to its suffix (all but the first word) one level below.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// Last word.
    pub(super) word: Vec<u16>,
    /// Index of the context in the level below.
    pub(super) context: Vec<u32>,
    /// Index of the suffix in the level below.
    pub(super) suffix: Vec<u32>,
    /// How often each source has the n-gram: `counts[source][n-gram]`.
    pub(super) counts: Vec<Vec<u32>>,
    /// The count that Kneser-Ney discounts: occurrences at the highest order
    /// and at the start of a paragraph, else distinct words to the left.
    pub(super) adjusted: Vec<u32>,
}

impl Level {
    pub(super) fn len(&self) -> usize {
        self.word.len()
    }

    /// Occurrences in all sources.
    pub(super) fn total(&self, i: usize) -> u32 {
        self.counts
            .iter()
            .fold(0, |sum, c| sum.saturating_add(c[i]))
    }
}

/// The n-grams of all lengths: `levels[n - 1]` holds those of n words. The
/// first level is indexed by id and has no contexts or suffixes.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) levels: Vec<Level>,
}

/// The n-grams of one source that end at a predicted word: those near the
/// start are filled up with `<s>` on the left.
fn sorted_keys<K: Key>(stream: &[u16], order: usize) -> Vec<K> {
    let mut keys = Vec::with_capacity(stream.len());
    let mut key = K::default();
    for &id in stream {
        if id == BOS {
            key = (0..order).fold(K::default(), |k, _| k.push(BOS, order));
        } else {
            key = key.push(id, order);
            keys.push(key);
        }
    }
    keys.par_sort_unstable();
    keys
}

/// Counts the n-grams up to `order` of the `streams`, one a source, in which
/// every paragraph starts with `<s>`; ids are below `vocabulary`.
pub(super) fn count<K: Key>(streams: &[Vec<u16>], order: usize, vocabulary: usize) -> Counts {
    let (keys, counts) = merge_sources::<K>(streams, order);
    let mut levels = Vec::new();

    // Padded n-grams are n-grams of lower order that start with <s>.
    let mut starts: Vec<Vec<(K, u32)>> = vec![Vec::new(); order];
    let mut top = Grams::<K>::new(streams.len());
    for (i, &key) in keys.iter().enumerate() {
        let length = order - key.leading(BOS, order).saturating_sub(1);
        if length == order {
            top.keys.push(key);
            for (to, from) in top.counts.iter_mut().zip(&counts) {
                to.push(from[i]);
            }
        } else {
            starts[length - 1].push((key.suffix(length), i as u32));
        }
    }
    top.adjusted = (0..top.keys.len())
        .map(|i| {
            top.counts
                .iter()
                .fold(0u32, |sum, c| sum.saturating_add(c[i]))
        })
        .collect();
    drop(keys);

    let mut upper = top;
    for length in (1..order).rev() {
        let (lower, suffix) = shorten(&upper, length, &starts[length - 1], &counts);
        levels.push((upper, suffix));
        upper = lower;
    }
    let unigrams = spread(upper, vocabulary);
    finish(unigrams, levels)
}

struct Grams<K> {
    keys: Vec<K>,
    counts: Vec<Vec<u32>>,
    adjusted: Vec<u32>,
}

impl<K> Grams<K> {
    fn new(sources: usize) -> Self {
        Self {
            keys: Vec::new(),
            counts: vec![Vec::new(); sources],
            adjusted: Vec::new(),
        }
    }
}

/// The distinct keys of all sources and how often each source has them.
fn merge_sources<K: Key>(streams: &[Vec<u16>], order: usize) -> (Vec<K>, Vec<Vec<u32>>) {
    let mut union: Vec<K> = Vec::new();
    let mut counts: Vec<Vec<u32>> = Vec::new();
    for stream in streams {
        let (keys, own) = run_lengths(sorted_keys::<K>(stream, order));
        let (mut i, mut j) = (0, 0);
        let mut merged = Vec::with_capacity(union.len() + keys.len() / 2);
        let mut columns = vec![Vec::with_capacity(merged.capacity()); counts.len() + 1];
        while i < union.len() || j < keys.len() {
            let from_union = i < union.len() && (j == keys.len() || union[i] <= keys[j]);
            let from_keys = j < keys.len() && (i == union.len() || keys[j] <= union[i]);
            merged.push(if from_union { union[i] } else { keys[j] });
            for (to, from) in columns.iter_mut().zip(&counts) {
                to.push(if from_union { from[i] } else { 0 });
            }
            columns[counts.len()].push(if from_keys { own[j] } else { 0 });
            i += usize::from(from_union);
            j += usize::from(from_keys);
        }
        union = merged;
        counts = columns;
    }
    (union, counts)
}

fn run_lengths<K: Key>(sorted: Vec<K>) -> (Vec<K>, Vec<u32>) {
    let mut keys = Vec::new();
    let mut counts: Vec<u32> = Vec::new();
    for key in sorted {
        if keys.last() == Some(&key) {
            if let Some(n) = counts.last_mut() {
                *n = n.saturating_add(1);
            }
        } else {
            keys.push(key);
            counts.push(1);
        }
    }
    (keys, counts)
}

/// The n-grams of `length` words that `upper` ends in, with those at paragraph
/// starts, and for each of `upper` the index of its suffix among them.
fn shorten<K: Key>(
    upper: &Grams<K>,
    length: usize,
    starts: &[(K, u32)],
    record_counts: &[Vec<u32>],
) -> (Grams<K>, Vec<u32>) {
    let mut order: Vec<(K, u32)> = upper
        .keys
        .iter()
        .enumerate()
        .map(|(i, key)| (key.suffix(length), i as u32))
        .collect();
    order.par_sort_unstable();

    let sources = record_counts.len();
    let mut lower = Grams::new(sources);
    let mut suffix = vec![0; upper.keys.len()];
    let push_start = |lower: &mut Grams<K>, &(key, record): &(K, u32)| {
        lower.keys.push(key);
        let mut total = 0u32;
        for (to, from) in lower.counts.iter_mut().zip(record_counts) {
            to.push(from[record as usize]);
            total = total.saturating_add(from[record as usize]);
        }
        lower.adjusted.push(total);
    };
    let mut starts = starts.iter().peekable();
    for (key, i) in order {
        while let Some(start) = starts.next_if(|s| s.0 < key) {
            push_start(&mut lower, start);
        }
        if lower.keys.last() != Some(&key) {
            lower.keys.push(key);
            lower.counts.iter_mut().for_each(|c| c.push(0));
            lower.adjusted.push(0);
        }
        let last = lower.keys.len() - 1;
        suffix[i as usize] = last as u32;
        lower.adjusted[last] += 1;
        for (to, from) in lower.counts.iter_mut().zip(&upper.counts) {
            to[last] = to[last].saturating_add(from[i as usize]);
        }
    }
    for start in starts {
        push_start(&mut lower, start);
    }
    (lower, suffix)
}

/// Unigrams indexed by id, unseen ids included.
fn spread<K: Key>(unigrams: Grams<K>, vocabulary: usize) -> (Vec<u32>, Level) {
    let mut place = Vec::with_capacity(unigrams.keys.len());
    let mut level = Level {
        word: (0..vocabulary).map(|id| id as u16).collect(),
        context: Vec::new(),
        suffix: Vec::new(),
        counts: vec![vec![0; vocabulary]; unigrams.counts.len()],
        adjusted: vec![0; vocabulary],
    };
    for (i, key) in unigrams.keys.iter().enumerate() {
        let id = key.last();
        place.push(u32::from(id));
        level.adjusted[usize::from(id)] = unigrams.adjusted[i];
        for (to, from) in level.counts.iter_mut().zip(&unigrams.counts) {
            to[usize::from(id)] = from[i];
        }
    }
    // As many paragraphs start as end.
    for counts in &mut level.counts {
        counts[usize::from(BOS)] = counts[usize::from(EOS)];
    }
    (place, level)
}

/// Links every n-gram to its context.
fn finish<K: Key>(
    (place, unigrams): (Vec<u32>, Level),
    mut uppers: Vec<(Grams<K>, Vec<u32>)>,
) -> Counts {
    let mut levels = vec![unigrams];
    let mut contexts: Vec<K> = Vec::new();
    while let Some((grams, mut suffix)) = uppers.pop() {
        let length = levels.len() + 1;
        if length == 2 {
            for s in &mut suffix {
                *s = place[*s as usize];
            }
        }
        let mut context = Vec::with_capacity(grams.keys.len());
        let mut at = 0;
        for key in &grams.keys {
            let wanted = key.context();
            context.push(if length == 2 {
                u32::from(wanted.last())
            } else {
                while contexts[at] < wanted {
                    at += 1;
                }
                debug_assert!(contexts[at] == wanted);
                at as u32
            });
        }
        levels.push(Level {
            word: grams.keys.iter().map(|k| k.last()).collect(),
            context,
            suffix,
            counts: grams.counts,
            adjusted: grams.adjusted,
        });
        contexts = grams.keys;
    }
    Counts { levels }
}
