//! Vietnamese letters and syllables: marks, tones, tone placement, legality, case.

mod case;
mod inventory;
mod letter;
mod parse;
mod tone;

pub use case::{Casing, apply_casing, casing};
pub use letter::{BREVE, CIRCUMFLEX, HORN, Letter, MARKS, STROKE};
pub(crate) use letter::{bare, is_bare};
pub use parse::{Syllable, is_legal, is_legal_bare, legal_syllables};
pub(crate) use tone::tone_of;
pub use tone::{TonePlacement, fold_tone, place_tone, tone_placement};
