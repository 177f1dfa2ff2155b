//! What a token may stand for: words of the lexicon at the channel's price.

mod cache;
mod exact;
mod index;
mod limits;
mod queue;
mod readings;
mod rows;
mod search;
mod tree;

use crate::cost::Cost;
use crate::lexicon::{Lexicon, WordId};
use std::sync::OnceLock;
use tree::Tree;

pub(crate) use cache::CandidateCache;
pub(crate) use index::{
    Entry, IndexBuilder, MAX_OBSERVED, MAX_WRITTEN, ProfileIndex, base_code, char_code,
    observed_key,
};
pub(crate) use search::{Bounds, Searcher};

/// A word that a token may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) id: WordId,
    /// How the word is written where it was read so.
    pub(crate) casing: CandidateCasing,
    /// No Vietnamese syllable: a foreign word or an abbreviation.
    pub(crate) foreign: bool,
    /// Channel cost.
    pub(crate) cost: Cost,
}

/// Which of a token's candidates are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    All,
    /// The best few.
    Few,
    /// The best few Vietnamese syllables.
    FewSyllables,
    /// Those that are cheap.
    Near,
}

/// What each word costs by itself.
#[derive(Debug, Default)]
pub(crate) struct WordCosts {
    costs: Vec<Cost>,
    least: Cost,
    /// The lexicon with these costs, laid out by the first search.
    tree: OnceLock<Tree>,
}

impl WordCosts {
    pub(crate) fn new(costs: Vec<Cost>) -> Self {
        Self {
            least: costs.iter().copied().min().unwrap_or(0),
            costs,
            tree: OnceLock::new(),
        }
    }

    fn tree(&self, lexicon: &Lexicon) -> &Tree {
        self.tree
            .get_or_init(|| Tree::new(lexicon, |id| self.of(id)))
    }

    #[inline]
    pub(crate) fn of(&self, id: WordId) -> Cost {
        self.costs.get(id as usize).copied().unwrap_or(0)
    }
}

/// How a candidate is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CandidateCasing {
    Lower,
    Title,
    Upper,
}

impl CandidateCasing {
    /// The casings that may have been read as `token`.
    pub(crate) fn plausible(token: &str) -> &'static [Self] {
        use CandidateCasing::{Lower, Title, Upper};
        let mut upper = 0;
        let mut lower = 0;
        for c in token.chars() {
            upper += u32::from(c.is_uppercase());
            lower += u32::from(c.is_lowercase());
        }
        let first = token.chars().next();
        let first_upper = first.is_some_and(char::is_uppercase);
        let first_letter = first.is_some_and(char::is_alphabetic);
        match (upper, lower) {
            (0, _) if first_letter => &[Lower],
            (0, _) => &[Lower, Title],
            (1, 0) => &[Lower, Title, Upper],
            (2, 0) => &[Title, Upper],
            (_, 0) => &[Upper],
            (1, _) if first_upper => &[Lower, Title],
            (1, _) => &[Lower, Title],
            _ => &[Lower, Title, Upper],
        }
    }

    #[inline]
    fn is_upper(self, letter: usize) -> bool {
        match self {
            Self::Lower => false,
            Self::Title => letter == 0,
            Self::Upper => true,
        }
    }
}
