//! What the user knows of the documents: names and terms, what has to stay,
//! how tones are placed, how the lines were read.

mod finder;
mod kept;
mod lexicon;
mod settings;
mod spelling;

use crate::decode::{Block, ByProfile, Lattice};
use crate::engine::Engine;
use crate::error::Result;

pub(crate) use finder::Finder;
use kept::Kept;
use lexicon::UserLexicon;
pub use settings::{Profile, ToneStyle};

/// The user's words, for any number of threads.
#[derive(Debug, Default)]
pub(crate) struct Knowledge {
    lexicon: UserLexicon,
    kept: Kept,
}

impl Knowledge {
    /// # Errors
    /// [`crate::Error::Option`] where an entry cannot be used.
    pub(crate) fn new(lexicon: &[String], keep: &[String]) -> Result<Self> {
        Ok(Self {
            lexicon: UserLexicon::new(lexicon)?,
            kept: Kept::new(keep),
        })
    }

    /// Whether `text` stands in the lexicon as it is.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.lexicon.has(text)
    }

    /// Adds the arcs of what the user knows to a finished lattice, and takes
    /// out those that would change what is to stay.
    pub(crate) fn apply<'w>(
        &self,
        engine: &Engine,
        block: &Block,
        line: impl Fn(usize) -> &'w ByProfile,
        finder: &mut Finder,
        lattice: &mut Lattice,
    ) {
        if self.lexicon.is_empty() && self.kept.is_empty() {
            return;
        }
        finder.push_arcs(engine, &self.lexicon, block, line, lattice);
        self.kept.hold(engine, block, lattice);
        lattice.finish(block.tokens().len());
    }
}
