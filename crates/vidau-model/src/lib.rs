//! The bytes of vidau's default model, nothing else.
//!
//! The crate `vidau` opens them in place; `vidau model info` tells what they
//! hold and what they were trained on.

/// The model file, as `vidau train model` wrote it.
pub static MODEL: &[u8] = include_bytes!("../default.vidau");
