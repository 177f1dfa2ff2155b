//! Which id of the model a piece of text has.

/// Any word that the model does not know.
pub const UNKNOWN: u16 = 0;
/// Start of a paragraph.
pub const BOS: u16 = 1;
/// End of a paragraph.
pub const EOS: u16 = 2;
/// A number: 61, 2.500, 26/02/2026, 8%.
pub const NUMBER: u16 = 3;
/// A code of letters, digits and separators: 61/KH-UBND.
pub const CODE: u16 = 4;
/// A comma.
pub const COMMA: u16 = 5;
/// A mark that ends a clause: . ; : ! ? …
pub const STOP: u16 = 6;
/// The first id of a word; words follow by falling frequency.
pub const FIRST_WORD: u16 = 7;

/// How the ids below [`FIRST_WORD`] are spelt in the vocabulary.
#[cfg(feature = "train")]
pub(crate) const RESERVED: [&str; FIRST_WORD as usize] =
    ["<unk>", "<s>", "</s>", "<num>", "<code>", ",", "."];
