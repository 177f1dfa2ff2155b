//! What an engine's confidence in a word says.

use super::super::align::align;
use super::super::{TRUST_BINS, Trust, trust_bin};
use super::pages::Page;
use crate::cost::{Cost, NAT};
use crate::lm::fold_word;
use crate::syllable::is_legal;

/// Words more unlike than this were not read but guessed.
const PLAUSIBLE: f32 = 0.55;
/// Observations that the ratio of all bins together is worth in each.
const STRENGTH: f64 = 20.0;
/// The most that a confidence says.
const MOST: f64 = 4.0;

/// Words read right and wrong by bin of confidence, legal syllables apart.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TrustCounts {
    counts: [[[f64; TRUST_BINS]; 2]; 2],
}

impl TrustCounts {
    /// Adds the words of a page with confidences.
    pub(crate) fn add(&mut self, page: &Page) {
        let Some(words) = &page.words else { return };
        let mut observed = String::new();
        let mut starts = Vec::with_capacity(words.len());
        for (word, _) in words {
            starts.push(observed.len());
            observed.push_str(word);
            observed.push(' ');
        }
        let core = |text: &str| {
            let mut folded = String::new();
            fold_word(text.trim_matches(|c: char| !c.is_alphabetic()), &mut folded);
            folded
        };
        for m in align(&page.truth, &observed) {
            if m.truth.is_empty() || m.distance > PLAUSIBLE {
                continue;
            }
            let Ok(at) = starts.binary_search(&m.observed.start) else {
                continue;
            };
            let (word, confidence) = &words[at];
            let read = core(word);
            if m.observed.end > starts[at] + word.len() || read.is_empty() {
                continue;
            }
            let is_wrong = core(&page.truth[m.truth.clone()]) != read;
            self.counts[usize::from(is_legal(&read))][usize::from(is_wrong)]
                [trust_bin(*confidence)] += page.weight;
        }
    }

    /// The log-likelihood ratios, bins with few words leaning on all.
    pub(crate) fn ratios(&self) -> Trust {
        let mut trust = Trust::default();
        for (ratios, [right, wrong]) in [&mut trust.illegal, &mut trust.legal]
            .into_iter()
            .zip(&self.counts)
        {
            let (all_right, all_wrong) = (right.iter().sum::<f64>(), wrong.iter().sum::<f64>());
            if all_right < STRENGTH || all_wrong < STRENGTH {
                continue;
            }
            let right_share = all_right / (all_right + all_wrong);
            for (ratio, (r, w)) in ratios.iter_mut().zip(right.iter().zip(wrong)) {
                let r = (r + STRENGTH * right_share) / (all_right + STRENGTH);
                let w = (w + STRENGTH * (1.0 - right_share)) / (all_wrong + STRENGTH);
                let nats = (r / w).ln().clamp(-MOST, MOST);
                *ratio = (nats * f64::from(NAT)).round() as Cost;
            }
        }
        trust
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 40 words read right at 0.95, 40 read wrong at 0.35.
    #[test]
    fn sure_words_are_right() {
        let mut truth = String::new();
        let mut words = Vec::new();
        for i in 0..40 {
            truth += "công tác\n";
            words.push(("công".to_owned(), 0.95));
            words.push((if i % 2 == 0 { "tắc" } else { "tạc" }.to_owned(), 0.35));
        }
        let mut counts = TrustCounts::default();
        counts.add(&Page {
            profile: "vie".to_owned(),
            weight: 1.0,
            is_line_by_line: false,
            observed: String::new(),
            truth,
            words: Some(words),
        });
        let trust = counts.ratios();
        assert!(trust.legal[9] > NAT, "{trust:?}");
        assert!(trust.legal[3] < -NAT, "{trust:?}");
        assert_eq!(trust.illegal, [0; TRUST_BINS]);
    }
}
