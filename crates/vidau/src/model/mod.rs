//! The model file: container, manifest, and how it is put together.

#[cfg(feature = "train")]
mod assemble;
pub(crate) mod automaton;
mod bytes;
pub mod container;
mod manifest;
pub(crate) mod node;

#[cfg(feature = "train")]
pub use assemble::assemble;
pub use bytes::Bytes;
pub use manifest::{Manifest, Source};
