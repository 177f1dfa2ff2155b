//! Wide context: what the words around, far beyond an n-gram's reach, say for
//! one word among those with the same letters.
//!
//! In a text on farming "trong" is rather "trồng" than "trọng". For each word
//! there is a list of others that speak for or against it when they stand
//! anywhere in the window. The words of the window are those that the first
//! pass took: only places of which it was not sure are weighed, and what is
//! asked of their surroundings costs no state of the search.

mod table;
#[cfg(feature = "train")]
pub mod train;
mod weigh;

#[cfg(feature = "train")]
pub(crate) use table::AFAR;
pub(crate) use table::ContextTable;
pub(crate) use weigh::WideContext;

/// Words to either side that are asked.
const REACH: usize = 50;

/// Weights are in units of 1/32 nat.
const UNIT: i32 = crate::NAT / 32;
