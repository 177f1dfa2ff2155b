//! What is known of the documents beforehand: phrases of official papers, and
//! the user's names and terms, what has to stay, how tones are placed, how the
//! lines were read.

mod finder;
mod kept;
mod lexicon;
mod settings;
mod spelling;

use crate::decode::{Block, ByProfile, Lattice};
use crate::engine::Engine;
use crate::error::Result;
use crate::rules::PHRASES;

pub(crate) use finder::Finder;
use kept::Kept;
use lexicon::UserLexicon;
pub use settings::{Profile, ToneStyle};

/// Phrases and the user's words, for any number of threads.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    phrases: UserLexicon,
    lexicon: UserLexicon,
    kept: Kept,
}

impl Knowledge {
    /// # Errors
    /// [`crate::Error::Option`] where an entry cannot be used.
    pub(crate) fn new(lexicon: &[String], keep: &[String]) -> Result<Self> {
        Ok(Self {
            phrases: UserLexicon::new(PHRASES, true)?,
            lexicon: UserLexicon::new(lexicon, false)?,
            kept: Kept::new(keep),
        })
    }

    /// Whether `text` stands in the lexicon as it is.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.lexicon.has(text)
    }

    /// Adds the arcs of what the user knows to a lattice not yet finished, and
    /// takes out those that would change what is to stay.
    pub(crate) fn apply<'w>(
        &self,
        engine: &Engine,
        block: &Block,
        line: impl Fn(usize) -> &'w ByProfile,
        [of_phrases, of_lexicon]: &mut [Finder; 2],
        lattice: &mut Lattice,
    ) {
        if engine.knows_phrases {
            of_phrases.push_arcs(engine, &self.phrases, block, &line, lattice);
        }
        of_lexicon.push_arcs(engine, &self.lexicon, block, &line, lattice);
        self.kept.hold(engine, block, lattice);
    }
}
