//! Wide context: what the words around, far beyond an n-gram's reach, say for
//! one word among those with the same letters.
//!
//! In a text on farming "trong" is rather "trồng" than "trọng". For each class
//! of words alike but for their marks there is a list of other words that its
//! presence, anywhere in the window, speaks for or against, and how much. As
//! only letters without marks are asked for, the window is known before
//! anything is decoded: the sum is a price of the arc, and the search needs no
//! more state.

mod table;
#[cfg(feature = "train")]
pub mod train;
mod window;

pub(crate) use table::ContextTable;
#[cfg(feature = "train")]
pub(crate) use table::WIDE;
pub(crate) use window::WideContext;

/// Words to either side that are asked.
const REACH: usize = 50;

/// Weights are in units of 1/32 nat.
const UNIT: i32 = crate::NAT / 32;
