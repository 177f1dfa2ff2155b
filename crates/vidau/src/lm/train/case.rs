//! How words are cased inside sentences.

use crate::syllable::Casing;

/// For each word how often it was lower case and capitalised after a word in
/// lower case, then the same after a capitalised word.
#[derive(Debug, Default)]
pub(super) struct CaseCounts {
    counts: Vec<[u32; 4]>,
    previous: [Option<Casing>; 2],
}

/// Of the pseudo-counts that draw a word's rates towards those of all words.
const PRIOR: f64 = 4.0;
/// Costs are in units of 1/16 nat.
const UNITS: f64 = 16.0;

impl CaseCounts {
    /// The next word starts a clause: its casing says nothing.
    pub(super) fn start_clause(&mut self) {
        self.previous = [None; 2];
    }

    /// A number, comma or the like came.
    pub(super) fn other(&mut self) {
        self.previous = [self.previous[1], Some(Casing::Lower)];
    }

    pub(super) fn word(&mut self, word: u32, casing: Casing) {
        let [before, last] = self.previous;
        self.previous = [last, Some(casing)];
        let word = word as usize;
        if self.counts.len() <= word {
            self.counts.resize(word + 1, [0; 4]);
        }
        let capitals = last == Some(Casing::Upper) && before == Some(Casing::Upper);
        let column = match (last, casing) {
            _ if capitals => return,
            (None, _) | (_, Casing::Upper | Casing::Mixed | Casing::None) => return,
            (Some(Casing::Title), Casing::Lower) => 2,
            (Some(Casing::Title), Casing::Title) => 3,
            (_, Casing::Lower) => 0,
            (_, Casing::Title) => 1,
        };
        self.counts[word][column] += 1;
    }

    pub(super) fn of(&self, word: usize) -> [u32; 4] {
        self.counts.get(word).copied().unwrap_or_default()
    }
}

/// The section of costs made of each word's counts.
pub(super) fn costs(counts: &[[u64; 4]]) -> Vec<u8> {
    let mut sum = [1u64; 4];
    for c in counts {
        for k in 0..4 {
            sum[k] += c[k];
        }
    }
    let mut out = Vec::with_capacity(counts.len() * 4);
    for c in counts {
        for pair in [0, 2] {
            let seen = (c[pair] + c[pair + 1]) as f64;
            let all = (sum[pair] + sum[pair + 1]) as f64;
            for k in [pair, pair + 1] {
                let p = (c[k] as f64 + PRIOR * sum[k] as f64 / all) / (seen + PRIOR);
                out.push((-p.ln() * UNITS).round().clamp(0.0, 255.0) as u8);
            }
        }
    }
    out
}
