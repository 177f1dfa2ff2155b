//! A back-off model in memory, between estimation and writing.

/// The n-grams of one length, sorted; see [`super::count::Level`].
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    /// Last word.
    pub(super) word: Vec<u16>,
    /// Index of the context in the level below.
    pub(super) context: Vec<u32>,
    /// Index of the suffix in the level below.
    pub(super) suffix: Vec<u32>,
    /// Weighted number of occurrences.
    pub(super) weight: Vec<f32>,
    /// Probability of the last word in its context.
    pub(super) p: Vec<f32>,
    /// Factor of the shorter context's probabilities where this n-gram is the
    /// context; empty at the highest order.
    pub(super) backoff: Vec<f32>,
}

impl Level {
    pub(super) fn len(&self) -> usize {
        self.word.len()
    }

    /// Where the n-grams of each context start: those of context `c` are
    /// `starts[c]..starts[c + 1]`.
    pub(super) fn starts(&self, contexts: usize) -> Vec<u32> {
        let mut starts = vec![0u32; contexts + 1];
        for &c in &self.context {
            starts[c as usize + 1] += 1;
        }
        for c in 0..contexts {
            starts[c + 1] += starts[c];
        }
        starts
    }
}

/// Probabilities and back-off factors of all n-grams; `levels[n - 1]` holds
/// those of n words, the first indexed by id.
#[derive(Debug, Clone)]
pub(super) struct BackoffModel {
    pub(super) levels: Vec<Level>,
}

impl BackoffModel {
    /// The words of n-gram `i` of `length` words.
    pub(super) fn words(&self, length: usize, mut i: usize) -> Vec<u16> {
        let mut words = vec![0; length];
        for n in (0..length).rev() {
            words[n] = self.levels[n].word[i];
            if n > 0 {
                i = self.levels[n].context[i] as usize;
            }
        }
        words
    }
}
