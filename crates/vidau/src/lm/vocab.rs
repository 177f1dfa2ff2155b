//! Which id of the model a piece of text has.

use crate::syllable::fold_tone;
use crate::text::TokenKind;

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

/// What a token is to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A token of this id.
    Id(u16),
    /// A word, to be looked up by its [folded](fold_word) spelling.
    Word,
    /// Nothing: quotes, brackets, dashes, blanks are passed over.
    Nothing,
}

/// What the token `text` of this kind is to the model.
///
/// ```
/// use vidau::lm::{COMMA, Piece, piece};
/// use vidau::text::TokenKind;
/// assert_eq!(piece(TokenKind::Punct, ","), Piece::Id(COMMA));
/// assert_eq!(piece(TokenKind::Punct, "("), Piece::Nothing);
/// ```
#[must_use]
pub fn piece(kind: TokenKind, text: &str) -> Piece {
    match kind {
        TokenKind::Word if text.chars().all(char::is_alphabetic) => Piece::Word,
        TokenKind::Word | TokenKind::Url => Piece::Id(UNKNOWN),
        TokenKind::Number => Piece::Id(NUMBER),
        TokenKind::Code => Piece::Id(CODE),
        TokenKind::Punct => match text.chars().next() {
            Some(',') => Piece::Id(COMMA),
            Some('.' | ';' | ':' | '!' | '?' | '…') => Piece::Id(STOP),
            _ => Piece::Nothing,
        },
        TokenKind::Blank | TokenKind::Other => Piece::Nothing,
    }
}

/// Appends `word` as the vocabulary spells it: lower case, tone mark where
/// the old custom puts it.
///
/// ```
/// let mut out = String::new();
/// vidau::lm::fold_word("HOÀ", &mut out);
/// assert_eq!(out, "hòa");
/// ```
pub fn fold_word(word: &str, out: &mut String) {
    // Without a copy on the heap for what is as short as words are; the lower
    // case of a sigma depends on what follows.
    let mut lower = [0; 64];
    let mut end = 0;
    for c in word.chars().flat_map(char::to_lowercase) {
        if end + c.len_utf8() > lower.len() || c == 'σ' {
            return fold_tone(&word.to_lowercase(), out);
        }
        end += c.encode_utf8(&mut lower[end..]).len();
    }
    fold_tone(str::from_utf8(&lower[..end]).unwrap_or(word), out);
}
