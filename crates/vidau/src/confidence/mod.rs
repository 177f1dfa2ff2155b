//! How sure a place of the restored text is.
//!
//! The decoder's posterior knows the readings that it weighed, not how often
//! such a place turns out wrong: the right reading may be none of them, the
//! next words may be wrong, the whole page bad. Regression trees, boosted
//! (Friedman 2001), learn that from pages with their truth. They take what is
//! known of a place, the posterior among it, for the log odds of its being
//! right.
//!
//! Nothing here changes what is written, unless the user asks that unsure
//! changes stay out.

mod evidence;
mod signs;
#[cfg(feature = "train")]
pub mod train;
mod trees;

#[cfg(feature = "train")]
pub(crate) use evidence::Evidence;
pub(crate) use evidence::{Decision, Gatherer};
pub(crate) use signs::Signs;
#[cfg(feature = "train")]
pub(crate) use trees::SURE;
pub(crate) use trees::Trees;
