//! The model file: container, manifest, and the parts opened from it.

mod bytes;
pub mod container;

pub use bytes::Bytes;
