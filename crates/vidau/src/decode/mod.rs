//! From candidates to the likeliest reading: line profiles, lattice, beam.

mod arcs;
mod beam;
mod block;
mod capitals;
mod codes;
mod echo;
#[cfg(feature = "train")]
mod export;
mod foreign;
mod lattice;
mod log_add;
mod profiles;
mod readings;
mod recurrence;
mod rule_arcs;
mod stray;
mod texts;
mod trellis;

pub(crate) use arcs::{ArcBuilder, ArcOptions};
pub(crate) use beam::{Beam, BeamOptions, probability};
pub(crate) use block::Block;
pub(crate) use capitals::is_miscased;
pub(crate) use codes::name_codes;
pub(crate) use echo::Echoes;
#[cfg(feature = "train")]
pub(crate) use export::export;
pub(crate) use lattice::{Arc, Lattice, Output, Step};
pub(crate) use log_add::log_add;
pub(crate) use profiles::{ByProfile, ProfileWeights, is_clean, loses_letters};
pub(crate) use recurrence::{NEVER, RULED_OUT, Recurrence, RecurrenceOptions};
pub(crate) use rule_arcs::is_impossible;
pub(crate) use stray::is_stray;
pub(crate) use texts::{Looks, Read};
