//! Word pairs to learn from, and what happened to blanks and whole words.

use std::collections::BTreeMap;

use super::super::align::{Match, align};
use super::pages::Page;

/// A word that differs by more than this share of its letters was not read
/// but guessed, and teaches nothing.
const PLAUSIBLE: f32 = 0.55;
/// A word this alike vouches that its neighbours stand at the right place.
const SURE: f32 = 0.25;
/// One or two letters may be misread altogether between two sure neighbours.
const SHORT: usize = 2;
/// Longer words are no words, and cost too much.
const MAX_LETTERS: usize = 30;

/// What a profile learns from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observations {
    /// (truth, observed) -> weight. A truth of several words keeps its blanks;
    /// blanks read within a word are taken out of the observed text.
    pub(crate) pairs: BTreeMap<(String, String), f64>,
    /// Blanks between two words that were read as blanks.
    pub(crate) blanks_kept: f64,
    /// Blanks read within words.
    pub(crate) blanks_inserted: f64,
    /// Places within words where a blank could have been read.
    pub(crate) gaps: f64,
    /// Words read well enough to be found.
    pub(crate) words: f64,
    /// Words not read, between words that were.
    pub(crate) words_lost: f64,
    /// Words read where none stands, between words that were read.
    pub(crate) words_spurious: f64,
}

impl Observations {
    /// Adds a page's words.
    pub(crate) fn add(&mut self, page: &Page) {
        let w = page.weight;
        if page.is_line_by_line {
            for (truth, observed) in page.truth.lines().zip(page.observed.lines()) {
                self.add_text(truth, observed, w);
            }
        } else {
            self.add_text(&page.truth, &page.observed, w);
        }
    }

    fn add_text(&mut self, truth: &str, observed: &str, weight: f64) {
        let matches = align(truth, observed);
        let distance =
            |i: Option<usize>| i.and_then(|i| matches.get(i)).map_or(0.0, |m| m.distance);
        let is_sure = |i: Option<usize>| distance(i) <= SURE;
        for (i, m) in matches.iter().enumerate() {
            let neighbours = is_sure(i.checked_sub(1)) && is_sure(Some(i + 1));
            if m.truth.is_empty() || m.observed.is_empty() {
                if neighbours {
                    if m.truth.is_empty() {
                        self.words_spurious += weight;
                    } else {
                        self.words_lost += weight;
                    }
                }
                continue;
            }
            let t = &truth[m.truth.clone()];
            let o = &observed[m.observed.clone()];
            let is_short = t.chars().count() <= SHORT && o.chars().count() <= SHORT + 1;
            if m.distance <= PLAUSIBLE || (is_short && neighbours) {
                self.add_match(t, o, weight);
                let next = matches.get(i + 1);
                if next.is_some_and(|n| blank_between(truth, m, n)) {
                    self.blanks_kept += weight;
                }
            }
        }
    }

    fn add_match(&mut self, truth: &str, observed: &str, weight: f64) {
        if truth.contains('\n') || truth.chars().count() > MAX_LETTERS {
            return;
        }
        let words: Vec<&str> = truth.split_whitespace().collect();
        let read: Vec<&str> = observed.split_whitespace().collect();
        let letters: usize = words.iter().map(|w| w.chars().count()).sum();
        self.words += weight * words.len() as f64;
        self.gaps += weight * (letters - words.len()) as f64;
        // Of several words read as several, the blanks have moved.
        self.blanks_inserted += weight * (read.len() - 1) as f64;
        let key = (words.join(" "), read.concat());
        if key.1.chars().count() <= MAX_LETTERS {
            *self.pairs.entry(key).or_default() += weight;
        }
    }

    /// Scales all counts so that the average word counts once.
    pub(crate) fn normalise(&mut self, words: f64) {
        let factor = words / self.words.max(1.0);
        for weight in self.pairs.values_mut() {
            *weight *= factor;
        }
        for count in [
            &mut self.blanks_kept,
            &mut self.blanks_inserted,
            &mut self.gaps,
            &mut self.words,
            &mut self.words_lost,
            &mut self.words_spurious,
        ] {
            *count *= factor;
        }
    }
}

/// Both words were read, and stand on one line of the truth.
fn blank_between(truth: &str, a: &Match, b: &Match) -> bool {
    !b.truth.is_empty()
        && !b.observed.is_empty()
        && b.distance <= PLAUSIBLE
        && !truth[a.truth.end..b.truth.start].contains('\n')
}
