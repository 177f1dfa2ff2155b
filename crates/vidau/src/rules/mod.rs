//! What is known of administrative writing beyond words: rules add arcs to the
//! lattice at a price, nothing is rewritten after decoding.

mod codes;
mod dates;
mod labels;
mod phrases;
mod romans;

pub(crate) use codes::{ALL_TYPES, repair_code};
pub(crate) use dates::{DatePart, is_impossible_date, repair_date, repair_date_part};
pub(crate) use labels::Labels;
pub(crate) use phrases::PHRASES;
pub(crate) use romans::{Headings, is_roman};
