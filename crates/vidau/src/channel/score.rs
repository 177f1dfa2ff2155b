//! The exact cost of reading one word as another: the reference that a
//! bounded search has to agree with.

use std::collections::HashMap;

use super::{MAX_OBSERVED, MAX_TRUTH, Profile};
use crate::cost::Cost;

/// Prices pairs of words under one profile, exactly and without bounds.
#[derive(Debug)]
pub struct Scorer<'p> {
    profile: &'p Profile,
    index: HashMap<(&'p str, &'p str), Cost>,
}

impl<'p> Scorer<'p> {
    /// Indexes a profile's segments.
    #[must_use]
    pub fn new(profile: &'p Profile) -> Self {
        let segments = profile.segments.iter();
        Self {
            profile,
            index: segments
                .map(|s| ((&*s.truth, &*s.observed), s.cost))
                .collect(),
        }
    }

    /// The cost of the cheapest way to read `truth` as `observed`; both
    /// composed (NFC) and without blanks.
    #[must_use]
    pub fn cost(&self, truth: &str, observed: &str) -> Cost {
        self.search(truth, observed, |_, _, _| {})
    }

    /// The segments of the cheapest way to read `truth` as `observed`, in
    /// order; at equal cost the longer segments.
    #[must_use]
    pub fn segments<'w>(&self, truth: &'w str, observed: &'w str) -> Vec<(&'w str, &'w str)> {
        let mut from = HashMap::new();
        self.search(truth, observed, |to, t, o| {
            from.insert(to, (t, o));
        });
        let mut at = (truth.len(), observed.len());
        let mut segments = Vec::new();
        while at != (0, 0) {
            let Some(&(t, o)) = from.get(&at) else { break };
            segments.push((&truth[t..at.0], &observed[o..at.1]));
            at = (t, o);
        }
        segments.reverse();
        segments
    }

    /// The cost of one segment, where the profile lists it.
    #[must_use]
    pub fn segment(&self, truth: &str, observed: &str) -> Option<Cost> {
        self.index.get(&(truth, observed)).copied()
    }

    /// Fills the grid row by row; `step(to, t, o)` is told of each better way
    /// to reach the byte positions `to`, from `(t, o)`.
    fn search(
        &self,
        truth: &str,
        observed: &str,
        mut step: impl FnMut((usize, usize), usize, usize),
    ) -> Cost {
        let ends = |s: &str| -> Vec<usize> {
            let starts = s.char_indices().map(|(at, _)| at);
            starts.chain([s.len()]).collect()
        };
        let (t, o) = (ends(truth), ends(observed));
        let width = o.len();
        let mut best = vec![Cost::MAX; t.len() * width];
        best[0] = 0;
        for i in 0..t.len() {
            for j in 0..width {
                let here = best[i * width + j];
                if here == Cost::MAX {
                    continue;
                }
                let mut reach = |to_i: usize, to_j: usize, cost: Cost| {
                    let total = here.saturating_add(cost);
                    let cell = &mut best[to_i * width + to_j];
                    if total < *cell {
                        *cell = total;
                        step((t[to_i], o[to_j]), t[i], o[j]);
                    }
                };
                for to_i in i + 1..=(i + MAX_TRUTH).min(t.len() - 1) {
                    for to_j in j..=(j + MAX_OBSERVED).min(width - 1) {
                        let key = (&truth[t[i]..t[to_i]], &observed[o[j]..o[to_j]]);
                        if let Some(&cost) = self.index.get(&key) {
                            reach(to_i, to_j, cost);
                        }
                    }
                }
                if i + 1 < t.len() {
                    reach(i + 1, j, self.profile.deletion);
                    if j + 1 < width {
                        reach(i + 1, j + 1, self.profile.unseen);
                    }
                }
                if j + 1 < width {
                    reach(i, j + 1, self.profile.insertion);
                }
            }
        }
        best[best.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, Segment};
    use super::*;

    /// "tri" -> "tn": t->t 10, then "ri"->"n" 300, against r->r 10 ... which
    /// leaves "i" -> "n" unseen: 10 + 2000 is dearer.
    #[test]
    fn the_cheapest_cut_wins() {
        let segment = |truth: &str, observed: &str, cost| Segment {
            truth: truth.into(),
            observed: observed.into(),
            cost,
        };
        let profile = Profile {
            unseen: 2000,
            insertion: 2500,
            deletion: 2200,
            segments: vec![
                segment("r", "r", 10),
                segment("ri", "n", 300),
                segment("t", "t", 10),
            ],
            ..Profile::empty("toy")
        };
        let scorer = Scorer::new(&profile);
        assert_eq!(scorer.cost("tri", "tn"), 310);
        assert_eq!(scorer.segments("tri", "tn"), [("t", "t"), ("ri", "n")]);
        assert_eq!(scorer.cost("t", "tt"), 2510);
        assert_eq!(scorer.cost("", ""), 0);
        assert_eq!(scorer.cost("rr", "r"), 2210);
    }
}
