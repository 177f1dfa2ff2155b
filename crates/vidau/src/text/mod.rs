//! From the characters of a line to tokens.

mod address;
mod code;
mod normalize;
mod tokenize;

pub use normalize::Normalizer;
pub use tokenize::{Token, TokenKind, tokenize};
