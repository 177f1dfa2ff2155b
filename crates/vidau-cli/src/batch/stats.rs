//! How well a file was read, and what would help.

use serde::{Deserialize, Serialize};

use crate::ledger::{Change, Findings};

/// Classes of confidence in the histogram.
pub(crate) const BINS: usize = 10;

/// Figures of one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stats {
    pub(crate) words: u64,
    pub(crate) changes: u64,
    /// Places to look at.
    pub(crate) flags: u64,
    /// Words that are expected to be still wrong, in thousandths.
    pub(crate) doubt: u64,
    /// Changes by confidence: below 0.1, 0.2 ... 1.
    pub(crate) bins: [u64; BINS],
    /// A folder's advice is its files'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<Advice>,
}

/// What would help more than restoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Advice {
    /// Most words had lost their marks.
    ReadWithVietnamese,
    /// Many words stay unsure.
    LookAtImage,
}

impl Advice {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::ReadWithVietnamese => "read without Vietnamese: read again with -l vie",
            Self::LookAtImage => "much is unsure: look at the image, scan or read again",
        }
    }
}

/// A text too short for its shares to mean anything gets no advice.
const ENOUGH_WORDS: u64 = 20;

impl Stats {
    /// Adds what was found in a part of the file.
    pub(crate) fn add(&mut self, words: usize, findings: &Findings) {
        self.words += words as u64;
        self.changes += findings.changes.len() as u64;
        self.flags += findings.flags.len() as u64;
        for change in &findings.changes {
            let bin = (change.confidence * BINS as f32) as usize;
            self.bins[bin.min(BINS - 1)] += 1;
            self.doubt += doubt(change);
        }
        let unchanged = findings.flags.iter().filter(|f| f.before == f.after);
        self.doubt += unchanged.map(doubt).sum::<u64>();
    }

    /// Decides on the advice once the whole file was added.
    pub(crate) fn advise(&mut self) {
        self.advice = if self.words < ENOUGH_WORDS {
            None
        } else if self.changes * 5 > self.words * 2 {
            Some(Advice::ReadWithVietnamese)
        } else if self.flags * 5 > self.words {
            Some(Advice::LookAtImage)
        } else {
            None
        };
    }

    /// Share of the words that are expected to be right now.
    pub(crate) fn confidence(&self) -> f64 {
        share(self.words * 1000, self.doubt)
    }

    /// Share of the words that were left as they were read.
    pub(crate) fn quality(&self) -> f64 {
        share(self.words, self.changes)
    }

    /// Adds another file's figures.
    pub(crate) fn sum(&mut self, other: &Self) {
        self.words += other.words;
        self.changes += other.changes;
        self.flags += other.flags;
        self.doubt += other.doubt;
        for (bin, more) in self.bins.iter_mut().zip(other.bins) {
            *bin += more;
        }
    }
}

fn doubt(change: &Change) -> u64 {
    ((1.0 - change.confidence) * 1000.0).round() as u64
}

/// One less the part, to four places; 1 of nothing.
fn share(whole: u64, part: u64) -> f64 {
    if whole == 0 {
        return 1.0;
    }
    let share = 1.0 - part.min(whole) as f64 / whole as f64;
    (share * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: u64, changes: u64, flags: u64) -> Option<Advice> {
        let mut stats = Stats {
            words,
            changes,
            flags,
            ..Stats::default()
        };
        stats.advise();
        stats.advice
    }

    #[test]
    fn advice_goes_by_shares() {
        assert_eq!(of(400, 300, 40), Some(Advice::ReadWithVietnamese));
        assert_eq!(of(400, 20, 100), Some(Advice::LookAtImage));
        assert_eq!(of(400, 20, 10), None);
        assert_eq!(of(10, 10, 10), None, "too short to tell");
    }

    #[test]
    fn confidence_is_the_share_expected_to_be_right() {
        let stats = Stats {
            words: 200,
            changes: 50,
            doubt: 3_000,
            ..Stats::default()
        };
        assert_eq!(stats.confidence(), 0.985);
        assert_eq!(stats.quality(), 0.75);
        assert_eq!(Stats::default().confidence(), 1.0);
    }
}
