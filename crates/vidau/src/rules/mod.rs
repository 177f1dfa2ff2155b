//! What is known of administrative writing beyond words: rules add arcs to the
//! lattice at a price, nothing is rewritten after decoding.

mod codes;
mod labels;
mod phrases;

pub(crate) use codes::{ALL_TYPES, repair_code};
pub(crate) use labels::Labels;
pub(crate) use phrases::PHRASES;
