//! How well a profile predicts pages it has not seen.

use std::collections::HashMap;

use super::super::{Profile, Scorer};
use super::pages::Page;
use super::pairs::Observations;
use crate::cost::{Cost, NAT};

/// How well a profile predicts pages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Words found in both texts.
    pub words: f64,
    /// Letters of those words.
    pub letters: f64,
    /// Cost of the cheapest reading of each word, in nats a letter.
    pub nats_per_letter: f64,
    /// Share of the words that need an event without a segment of its own.
    pub at_floor: f64,
}

/// Measures `profile` on pages, word by word, by the cheapest cut.
///
/// A place where a segment of several letters could have stood charges single
/// letters for what that segment takes of the probability. A search leaves
/// that out, but without it longer segments would look better than they are.
#[must_use]
pub fn fit(profile: &Profile, pages: &[&Page]) -> Fit {
    let mut observations = Observations::default();
    for page in pages {
        observations.add(page);
    }
    let scorer = Scorer::new(profile);
    let taken = taken(profile);
    let nats = |cost: Cost| f64::from(cost) / f64::from(NAT);
    let (mut words, mut letters, mut cost, mut at_floor) = (0.0, 0.0, 0.0, 0.0);
    for ((truth, observed), weight) in &observations.pairs {
        if truth.contains(' ') {
            continue;
        }
        let mut own = nats(scorer.cost(truth, observed));
        let mut rest = truth.as_str();
        let mut is_listed = true;
        for (t, o) in scorer.segments(truth, observed) {
            is_listed &= scorer.segment(t, o).is_some();
            let length = t.chars().count();
            if length > 0 {
                own -= (length + 1..=super::super::MAX_TRUTH)
                    .filter_map(|k| taken.get(first(rest, k)?))
                    .map(|share| (1.0 - share.min(0.99)).ln())
                    .sum::<f64>();
            }
            rest = &rest[t.len()..];
        }
        words += weight;
        letters += weight * truth.chars().count() as f64;
        cost += weight * own;
        at_floor += if is_listed { 0.0 } else { *weight };
    }
    Fit {
        words,
        letters,
        nats_per_letter: cost / letters.max(1.0),
        at_floor: at_floor / words.max(1.0),
    }
}

/// Segment of several letters -> how often it is chosen where it could be.
fn taken(profile: &Profile) -> HashMap<&str, f64> {
    let mut taken = HashMap::new();
    for segment in profile
        .segments
        .iter()
        .filter(|s| s.truth.chars().count() > 1)
    {
        let p = (-f64::from(segment.cost) / f64::from(NAT)).exp();
        *taken.entry(&*segment.truth).or_default() += p;
    }
    taken
}

/// The first `n` letters, if there are so many.
fn first(text: &str, n: usize) -> Option<&str> {
    let mut ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.nth(n - 1).map(|end| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::super::super::Segment;
    use super::*;

    /// "ab" is read as "x" half of the time. The other half pays ln 2 for it:
    /// over "ab" -> "x" and "ab" -> "ab" that is ln 2 each, over 4 letters.
    #[test]
    fn single_letters_pay_for_longer_segments() {
        let segment = |truth: &str, observed: &str, cost| Segment {
            truth: truth.into(),
            observed: observed.into(),
            cost,
        };
        let half = crate::cost::cost_of(0.5);
        let profile = Profile {
            segments: vec![
                segment("a", "a", 0),
                segment("ab", "x", half),
                segment("b", "b", 0),
            ],
            ..Profile::empty("toy")
        };
        let page = |truth: &str, observed: &str| Page {
            profile: "toy".to_owned(),
            weight: 1.0,
            is_line_by_line: true,
            truth: truth.to_owned(),
            observed: observed.to_owned(),
            words: None,
        };
        let pages = [page("b ab b", "b x b"), page("b ab b", "b ab b")];
        let fit = fit(&profile, &pages.iter().collect::<Vec<_>>());
        assert_eq!(fit.words, 6.0);
        let expected = 2.0 * std::f64::consts::LN_2 / 8.0;
        assert!((fit.nats_per_letter - expected).abs() < 0.002, "{fit:?}");
        assert_eq!(fit.at_floor, 0.0);
    }
}
