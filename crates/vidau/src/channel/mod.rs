//! The error model: what an OCR engine makes of what stands on the paper.
//!
//! After Brill and Moore (2000): a true word is cut into segments of one to
//! three letters, each is read as zero to four characters, and the word's
//! cost is the sum over the cheapest way to cut it. Single letters have a
//! reading for everything likely; longer segments stand only for what single
//! letters do not explain ("ri" read as "n"). Letters are composed (NFC) and
//! keep their case.

pub mod align;
mod score;
mod table;
#[cfg(feature = "train")]
pub mod train;

use crate::cost::{Cost, cost_of};

pub use score::Scorer;
pub(crate) use table::read_profiles;
pub use table::{MAX_OBSERVED, MAX_TRUTH};

/// The error models of several regimes of OCR.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChannelModel {
    /// The regimes, the first one winning ties.
    pub profiles: Vec<Profile>,
}

impl ChannelModel {
    /// The profile called `name`.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|p| &*p.name == name)
    }
}

/// How one kind of engine reads: the model of one regime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// `clean`, `stripped`, `eng`, `vie` or `latin`, or a user's own.
    pub name: Box<str>,
    /// How rare the regime is among lines.
    pub prior: Cost,
    /// A blank between two words is not read at all. Its entry in
    /// [`blanks`](Self::blanks) for the empty reading says the same.
    pub lost_blank: Cost,
    /// A blank between two words is read as a blank.
    pub kept_blank: Cost,
    /// A blank is read at one given place within a word.
    pub inserted_blank: Cost,
    /// A letter is read as one character that no segment lists for it.
    pub unseen: Cost,
    /// A given character is read where nothing stands, beyond what segments
    /// with longer readings list.
    pub insertion: Cost,
    /// A letter is not read, where no segment lists that.
    pub deletion: Cost,
    /// A word is read where none stands, its characters not counted.
    pub spurious_word: Cost,
    /// A word is not read at all.
    pub lost_word: Cost,
    /// What a blank between two words is read as, other than a blank, sorted.
    pub blanks: Vec<Reading>,
    /// Sorted by truth, then by reading.
    pub segments: Vec<Segment>,
    /// What the engine's own confidence in a word says.
    pub trust: Trust,
}

/// Number of bins of an engine's confidence.
pub const TRUST_BINS: usize = 10;

/// Log-likelihood ratio of a word being read right against being read wrong,
/// by the engine's confidence in it; all 0 where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trust {
    /// Of words that are no Vietnamese syllables as read.
    pub illegal: [Cost; TRUST_BINS],
    /// Of words that are syllables as read.
    pub legal: [Cost; TRUST_BINS],
}

/// The bin of a confidence from 0 to 1.
pub(crate) fn trust_bin(confidence: f32) -> usize {
    ((confidence * TRUST_BINS as f32) as usize).min(TRUST_BINS - 1)
}

impl Profile {
    /// A profile that has read nothing yet: every event is at its floor.
    #[must_use]
    pub fn empty(name: &str) -> Self {
        let floor = cost_of(1e-6);
        Self {
            name: name.into(),
            prior: 0,
            lost_blank: floor,
            kept_blank: 0,
            inserted_blank: floor,
            unseen: floor,
            insertion: floor,
            deletion: floor,
            spurious_word: floor,
            lost_word: floor,
            blanks: Vec::new(),
            segments: Vec::new(),
            trust: Trust::default(),
        }
    }
}

/// What one segment of a true word is read as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// One to [`MAX_TRUTH`] letters.
    pub truth: Box<str>,
    /// Zero to [`MAX_OBSERVED`] characters.
    pub observed: Box<str>,
    /// Negative log probability of this reading.
    pub cost: Cost,
}

/// A reading and its cost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reading {
    /// Zero to [`MAX_OBSERVED`] characters.
    pub observed: Box<str>,
    /// Negative log probability of this reading.
    pub cost: Cost,
}
