//! The language model: interpolated modified Kneser-Ney over syllables, held
//! in an `fst`.
//!
//! A sentence is scored token by token, state by state:
//!
//! ```no_run
//! use vidau::lm::{LmState, NgramModel};
//! # fn cost(model: &NgramModel) -> vidau::Cost {
//! let mut state = model.begin();
//! let mut sum = 0;
//! for word in ["thực", "hiện", "công", "tác"] {
//!     let (cost, next) = model.score(&state, model.id(word));
//!     sum += cost;
//!     state = next;
//! }
//! # sum }
//! ```

#[cfg(feature = "train")]
mod arpa;
mod following;
mod memo;
mod ngram;
mod sections;
mod spelling;
mod state;
#[cfg(feature = "train")]
pub mod train;
mod trie;
mod vocab;

pub(crate) use following::{Findings, Following, Starts};
pub use ngram::NgramModel;
#[cfg(feature = "train")]
pub(crate) use sections::VOCABULARY;
pub use state::LmState;
pub use vocab::{
    BOS, CODE, COMMA, EOS, FIRST_WORD, NUMBER, Piece, STOP, UNKNOWN, fold_word, piece,
};

/// The longest n-grams a model may have.
pub const MAX_ORDER: usize = 5;
