//! What the words beside one in capitals say of it.

use super::block::Block;
use crate::syllable::{Casing, Letter, casing, is_legal};
use crate::text::TokenKind;

/// The next word is looked for among so many tokens.
const REACH: usize = 12;

/// Whether the words on either side of token `i`, on its line, are not in
/// capitals; false where there is none. Small o, s, v and the like are often
/// read as capitals.
pub(super) fn is_among_small(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    let is_near = |t: &usize| tokens[*t].line == tokens[i].line;
    let word_casing = |t: usize| {
        let is_word = tokens[t].kind == TokenKind::Word;
        let casing = is_word.then(|| casing(block.text_of(t, t + 1)));
        casing.filter(|c| *c != Casing::None)
    };
    let before = (0..i).rev().take(REACH).take_while(is_near);
    let after = (i + 1..tokens.len()).take(REACH).take_while(is_near);
    let sides = [
        before.filter_map(word_casing).next(),
        after.filter_map(word_casing).next(),
    ];
    let mut found = sides.iter().flatten().peekable();
    found.peek().is_some() && found.all(|c| *c != Casing::Upper)
}

/// Whether token `i`, in capitals, is joined to another such word by a stroke
/// or a hyphen: NQ/TU, UBND-VX.
pub(super) fn is_in_abbreviation(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    let is_joined = |joint: Option<usize>, other: Option<usize>| {
        let (Some(joint), Some(other)) = (joint, other) else {
            return false;
        };
        joint.max(other) < tokens.len()
            && matches!(block.text_of(joint, joint + 1), "/" | "-")
            && tokens[other].kind == TokenKind::Word
            && casing(block.text_of(other, other + 1)) == Casing::Upper
    };
    is_joined(i.checked_sub(1), i.checked_sub(2)) || is_joined(Some(i + 1), Some(i + 2))
}

/// Whether small letters of a syllable were read as capitals: behind a small
/// one ("vỀ"), or, in a word among small ones (`is_lone`), all of them, where
/// they differ in size only ("CƠ sở"). Without a mark it may be a Roman number
/// or an abbreviation.
pub(crate) fn is_miscased(text: &str, casing: Casing, is_lone: bool) -> bool {
    let is_alike = |c| Letter::from_char(c).is_some_and(|l| b"cikopsuvwxyz".contains(&l.base));
    let has_mark = |c: char| !c.is_ascii();
    let is_read_so = match casing {
        Casing::Mixed => text.starts_with(char::is_lowercase),
        Casing::Upper => is_lone && text.chars().nth(1).is_some() && text.chars().all(is_alike),
        _ => false,
    };
    is_read_so && text.contains(has_mark) && is_legal(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    /// The words of `text` of which `question` is true.
    fn found(text: &str, question: fn(&Block, usize) -> bool) -> Vec<String> {
        let document = Document::from_text(text);
        let mut block = Block::default();
        for run in document.runs() {
            block.push_line(&document, run.range.clone(), run.break_after);
        }
        (0..block.tokens().len())
            .filter(|&i| block.tokens()[i].kind == TokenKind::Word && question(&block, i))
            .map(|i| block.text_of(i, i + 1).to_owned())
            .filter(|word| casing(word) == Casing::Upper)
            .collect()
    }

    #[test]
    fn capitals_among_small_letters() {
        let text = "Thanh pho HO Chi Minh\nKE HOACH cong tac\nBO\n";
        assert_eq!(found(text, is_among_small), ["HO"]);
    }

    #[test]
    fn small_letters_read_as_capitals() {
        for text in ["vỀ", "tỐ", "gIÚp"] {
            assert!(is_miscased(text, casing(text), false), "{text}");
        }
        for text in ["CƠ", "SỐ", "VỚI"] {
            assert!(is_miscased(text, casing(text), true), "{text}");
            assert!(!is_miscased(text, casing(text), false), "{text}");
        }
        for text in ["VI", "Ở", "BỘ", "Về", "về", "kV", "ĐTXD"] {
            assert!(!is_miscased(text, casing(text), true), "{text}");
        }
    }

    #[test]
    fn parts_of_abbreviations() {
        let text = "theo NQ/TU ngay 5, BAN TU\n";
        assert_eq!(found(text, is_in_abbreviation), ["NQ", "TU"]);
    }
}
