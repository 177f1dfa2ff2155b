//! The words that get an id.

use std::collections::HashMap;

use super::Source;
use super::corpus::Text;
use crate::lm::FIRST_WORD;
use crate::lm::vocab::{RESERVED, UNKNOWN};

/// Spellings by id, the reserved ones included.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub(super) words: Vec<Box<str>>,
    /// For each word how it was cased, see [`super::case::CaseCounts`].
    pub(super) case: Vec<[u64; 4]>,
}

/// The words whose count, weighted by source, is at least `least`, at most
/// `most` of them; and the sources' texts in their ids.
pub(super) fn choose(
    sources: &[Source],
    texts: Vec<Vec<Text>>,
    least: f64,
    most: usize,
) -> (Vocabulary, Vec<Vec<u16>>) {
    let mut weights: HashMap<Box<str>, f64> = HashMap::new();
    for (source, texts) in sources.iter().zip(&texts) {
        for text in texts {
            let mut counts = vec![0u32; text.words.len()];
            for &id in &text.stream {
                if let Some(word) = id.checked_sub(FIRST_WORD.into()) {
                    counts[word as usize] += 1;
                }
            }
            for (word, count) in text.words.iter().zip(counts) {
                *weights.entry(word.clone()).or_default() += source.weight * f64::from(count);
            }
        }
    }
    let mut chosen: Vec<(f64, Box<str>)> = weights
        .into_iter()
        .filter(|(_, weight)| *weight >= least)
        .map(|(word, weight)| (weight, word))
        .collect();
    chosen.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    chosen.truncate(most.min(usize::from(u16::MAX)) - RESERVED.len());

    let reserved = RESERVED.iter().map(|&w| Box::from(w));
    let words: Vec<Box<str>> = reserved.chain(chosen.into_iter().map(|c| c.1)).collect();
    let ids: HashMap<&str, u16> = (0..)
        .zip(&words)
        .skip(RESERVED.len())
        .map(|(id, word)| (&**word, id))
        .collect();
    let mut case = vec![[0u64; 4]; words.len()];
    let mut streams = Vec::new();
    for texts in texts {
        let mut stream = Vec::with_capacity(texts.iter().map(|t| t.stream.len()).sum());
        for text in texts {
            let mut map: Vec<u16> = (0..FIRST_WORD).collect();
            for (i, word) in text.words.iter().enumerate() {
                let id = ids.get(&**word).copied().unwrap_or(UNKNOWN);
                map.push(id);
                for (sum, n) in case[usize::from(id)].iter_mut().zip(text.case.of(i)) {
                    *sum += u64::from(n);
                }
            }
            stream.extend(text.stream.iter().map(|&id| map[id as usize]));
        }
        streams.push(stream);
    }
    (Vocabulary { words, case }, streams)
}
