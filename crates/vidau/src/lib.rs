//! Restores what a scanned Vietnamese document says from the text that an OCR
//! engine made of it: misread letters, lost diacritics, blanks in the wrong
//! place.
//!
#![cfg_attr(feature = "embedded-model", doc = "```")]
#![cfg_attr(not(feature = "embedded-model"), doc = "```ignore")]
//! use vidau::Restorer;
//!
//! # fn main() -> vidau::Result<()> {
//! // The engine: immutable, shared by threads. A worker: one a thread.
//! let restorer = Restorer::embedded()?;
//! let mut worker = restorer.worker();
//!
//! let page = "Thuc hién cong tac dan van nam 2026\n";
//! let restored = worker.restore_str(page);
//! assert_eq!(restored.text(), "Thực hiện công tác dân vận năm 2026\n");
//!
//! for c in restored.corrections() {
//!     assert_eq!(&page[c.span()], c.original());
//!     let others: Vec<&str> = c.alternatives().map(|a| a.text).collect();
//!     println!("{:?} {} -> {} ({:.2}), or {others:?}", c.span(), c.original(), c.best(), c.confidence());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What was right stays, numbers stay, every line stays where it is. What the
//! engine is not sure of it leaves or marks: [`Restored::flags`] are the places
//! at which a person should look.
//!
//! # How it works
//!
//! A noisy channel: of all sentences, the one that is likely to be written
//! (language model) and likely to be read as what was read (channel).
//!
//! ```text
//! Document     runs of text and breaks
//!    |         text::Normalizer, text::tokenize
//! tokens       words, numbers, codes, punctuation, each with its source span
//!    |         lexicon x channel, bounded search, cached by token
//! candidates   readings of one token, of two joined, of one cut in two
//!    |         weighed by how each line was read
//! lattice      the token as it stands is always in it
//!    |         lm::NgramModel, beam, forward-backward
//! Restored     text, corrections with source span, alternatives, confidence
//! ```
//!
//! `docs/algorithm.md` in the repository tells the whole of it.
//!
//! # Documents
//!
//! [`Worker::restore_str`] takes plain text. A [`Document`] knows more: how its
//! runs are broken and how sure the engine was of each. Context goes across
//! line ends, so give a document as a whole, or line by line between
//! [`Worker::begin`] and [`Worker::finish`].
//!
//! # Models
//!
//! The model is data: [`Restorer::embedded`] has one compiled in,
//! [`Restorer::open`] reads a file and checks it, [`RestorerBuilder`] has the
//! settings. Damaged, truncated and foreign files are errors that say where.
//!
//! # Features
//!
//! - `embedded-model` (default): the trained model, about 30 MB of the program.
//! - `serde`: `Serialize` and `Deserialize` on [`OwnedRestored`] and its parts.
//! - `train`: estimation of language models and channels from text.
//!
//! The library does not print, start threads or walk folders (training uses
//! all cores), has no global state and no unsafe code. The same input, model
//! and settings give the same bytes on every machine.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod candidates;
mod cost;
mod decode;
mod document;
mod engine;
mod error;
mod knowledge;
mod part;
mod render;
mod restore;
mod rules;
mod words;

pub mod channel;
pub mod confidence;
pub mod context;
pub mod eval;
pub mod formats;
pub mod lexicon;
pub mod lm;
pub mod model;
mod numbers;
pub mod syllable;
pub mod text;

pub use cost::{Cost, NAT};
pub use document::{Break, Document, Run};
pub use error::{Error, Result};
pub use knowledge::{Profile, ToneStyle};
pub use part::Part;
pub use restore::{
    Alternative, Correction, OwnedAlternative, OwnedCorrection, OwnedRestored, Reason, Restored,
    Restorer, RestorerBuilder, Worker,
};

/// The README's examples are tests.
#[cfg(all(doctest, feature = "embedded-model"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
