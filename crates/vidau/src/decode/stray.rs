//! Punctuation that is probably something else: what engines see for footnote
//! marks, dots and dirt. It stays as it was read, for a person to see.

use super::block::Block;
use crate::document::Break;
use crate::text::TokenKind;

/// Quotation marks are looked for so many lines back.
const QUOTE_LINES: u32 = 6;

/// Whether token `i` is such a sign.
pub(crate) fn is_stray(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    if tokens[i].kind != TokenKind::Punct {
        return false;
    }
    let text = block.text_of(i, i + 1);
    let is_gap = |t: Option<usize>| {
        t.and_then(|t| tokens.get(t))
            .is_none_or(|t| t.kind == TokenKind::Blank)
    };
    let follows_word = i > 0 && tokens[i - 1].kind == TokenKind::Word;
    let is_alone = is_gap(i.checked_sub(1)) && is_gap(Some(i + 1));
    match text {
        "'" | "’" | "‘" | "`" | "´" | "”" | "“" | "\"" | "»" if follows_word => {
            is_gap(Some(i + 1)) && !has_opening(block, i)
        }
        "'" | "’" | "‘" | "`" | "´" | "!" | "?" | "^" | "~" if is_alone => true,
        "!" | "?" if follows_word => goes_on(block, i),
        "*" | "°" | "®" | "©" | "^" | "~" | "\\" | ">" | "<" => follows_word,
        _ => false,
    }
}

/// Whether token `i` is an apostrophe between two words, or behind one where no
/// quotation is open.
pub(crate) fn is_stray_quote(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    let is_word = |t: &super::block::BlockToken| t.kind == TokenKind::Word;
    matches!(block.text_of(i, i + 1), "'" | "’" | "‘" | "`" | "´")
        && i > 0
        && is_word(&tokens[i - 1])
        && (tokens.get(i + 1).is_some_and(is_word) || is_stray(block, i))
}

/// Whether a quotation was opened on this line or shortly before, and is still
/// open.
fn has_opening(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    let line = tokens[i].line;
    for t in (0..i).rev() {
        if tokens[t].line + QUOTE_LINES < line {
            return false;
        }
        let is_quote = matches!(
            block.text_of(t, t + 1),
            "'" | "’" | "‘" | "`" | "“" | "”" | "\"" | "„" | "«"
        );
        if is_quote {
            // One after a blank opens, one after a word closes.
            return t == 0 || tokens[t - 1].kind != TokenKind::Word;
        }
    }
    false
}

/// Whether the sentence goes on after token `i`: a small letter follows.
fn goes_on(block: &Block, i: usize) -> bool {
    let rest = &block.tokens()[i + 1..];
    let next = rest
        .iter()
        .position(|t| t.kind != TokenKind::Blank || t.line_end.is_some_and(|b| b != Break::Line));
    next.is_some_and(|n| {
        let at = i + 1 + n;
        let text = block.text_of(at, at + 1);
        text.chars().next().is_some_and(char::is_lowercase)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    /// The signs of `text` that are found stray, in order.
    fn strays(text: &str) -> Vec<String> {
        let document = Document::from_text(text);
        let mut block = Block::default();
        for run in document.runs() {
            block.push_line(&document, run.range.clone(), run.break_after);
        }
        (0..block.tokens().len())
            .filter(|&i| is_stray(&block, i))
            .map(|i| block.text_of(i, i + 1).to_owned())
            .collect()
    }

    #[test]
    fn marks_of_footnotes_are_stray() {
        assert_eq!(strays("trong’ khuôn khổ\n"), ["’"]);
        assert_eq!(strays("các hạt* nhân\n"), ["*"]);
        assert_eq!(strays("in? trên giấy\n"), ["?"]);
        assert_eq!(strays("' Điện sản xuất\n"), ["'"]);
    }

    #[test]
    fn quotations_and_questions_are_not() {
        assert!(strays("từ “dân vận khéo” là gì? Trả lời: hay!\n").is_empty());
        assert!(strays("phong trào \"dân vận\nkhéo\" năm 2026\n").is_empty());
    }
}
