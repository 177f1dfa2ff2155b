//! Labels of lists in a block.

use super::block::Block;
use super::lattice::{Arc, Lattice};
use crate::cost::Cost;
use crate::lm;
use crate::rules::Labels;
use crate::text::TokenKind;

/// Finds the block's labels: what stands before a bracket at the start of a
/// line.
pub(super) fn find_labels(block: &Block, labels: &mut Labels) {
    labels.clear();
    for (i, pair) in block.tokens().windows(2).enumerate() {
        let is_bracket = pair[1].kind == TokenKind::Punct && block.text_of(i + 1, i + 2) == ")";
        if is_bracket && starts_line(block, i) {
            labels.push(i, block.text_of(i, i + 1));
        }
    }
    labels.decide();
}

/// An arc for the label at token `i` where the list's order proves another.
pub(super) fn label_arc(
    block: &Block,
    i: usize,
    labels: &Labels,
    rule: Cost,
    lattice: &mut Lattice,
) {
    if let Some(label) = labels.at(i)
        && label != block.text_of(i, i + 1)
    {
        let arc = Arc::as_read(i, i + 1, -rule, Some(lm::UNKNOWN));
        lattice.push_text(arc, label.to_owned());
    }
}

fn starts_line(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    let ends_line = |t: Option<usize>| t.is_none_or(|t| tokens[t].line_end.is_some());
    let before = i.checked_sub(1);
    let is_blank = before.is_some_and(|t| tokens[t].kind == TokenKind::Blank);
    ends_line(before) || is_blank && ends_line(i.checked_sub(2))
}
