//! Cleans the text that an OCR engine made of a scanned Vietnamese document
//! and restores its diacritics.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod candidates;
mod cost;
mod decode;
mod document;
mod engine;
mod error;
mod render;
mod restore;

pub mod channel;
pub mod eval;
pub mod lexicon;
pub mod lm;
pub mod model;
pub mod syllable;
pub mod text;

pub use cost::{Cost, NAT};
pub use document::{Break, Document, Run};
pub use error::{Error, Result};
pub use restore::{
    Alternative, Correction, OwnedAlternative, OwnedCorrection, OwnedRestored, Reason, Restored,
    Restorer, RestorerBuilder, Worker,
};
