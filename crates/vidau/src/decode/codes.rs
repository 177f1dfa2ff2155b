//! Document codes: as they were read, and with their Đ put back.

use super::beam::Beam;
use super::block::Block;
use super::lattice::{Arc, Lattice, Output, Step};
use crate::cost::Cost;
use crate::engine::Engine;
use crate::lm;
use crate::rules::{ALL_TYPES, repair_code};
use crate::syllable::Letter;
use crate::text::TokenKind;

/// Words before a code that may name its type.
const NAME_WORDS: usize = 3;

/// Adds the arcs of the code at token `i`: as read, and with its Đ where that
/// is certain. Where only the type's name before it could tell, its Đ has an
/// arc that does not win unless [`name_codes`] finds the name.
pub(super) fn code_arcs(engine: &Engine, block: &Block, i: usize, lattice: &mut Lattice) {
    let as_read = |cost| Arc::as_read(i, i + 1, cost, Some(lm::CODE));
    let Some(rule) = engine.arcs.rule else {
        lattice.push(as_read(0));
        return;
    };
    let code = block.text_of(i, i + 1);
    let words = (0..i).filter(|&t| block.tokens()[t].kind == TokenKind::Word);
    let before: Vec<String> = words
        .rev()
        .take(NAME_WORDS)
        .map(|t| bare(block.text_of(t, t + 1)))
        .collect();
    let certain = repair_code(code, &in_order(&before));
    let named = repair_code(code, &ALL_TYPES).filter(|named| certain.as_ref() != Some(named));
    lattice.push(as_read(if certain.is_some() { rule } else { 0 }));
    if let Some(text) = certain {
        lattice.push_text(as_read(0), text);
    }
    if let Some(text) = named {
        lattice.push_text(as_read(rule), text);
    }
}

/// Makes the Đ of a code sure where the words before it, as the best way has
/// them, name its type; false where there is none to be decoded again.
pub(crate) fn name_codes(
    engine: &Engine,
    block: &Block,
    lattice: &mut Lattice,
    beam: &Beam,
    rule: Cost,
) -> bool {
    let mut is_changed = false;
    // Latest first.
    let mut before: Vec<String> = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    for &a in beam.path() {
        let arc = lattice.arcs()[a as usize];
        let (from, to) = (arc.from as usize, arc.to as usize);
        if block.tokens()[from].kind == TokenKind::Code
            && matches!(arc.output, Output::AsRead | Output::Text(_))
            && let Some(named) = repair_code(block.text_of(from, to), &in_order(&before))
            && let Some(named) = text_arc(lattice, from, to, &named)
            && named != a as usize
        {
            lattice.add_cost(a as usize, rule);
            lattice.add_cost(named, -rule);
            is_changed = true;
        }
        lattice.steps(&arc, &mut steps);
        for step in &steps {
            let mut add = |word: &str| before.insert(0, bare(word));
            match step.output {
                Output::Word(id, _) => add(engine.lexicon.word(id)),
                Output::Two(ids, _) => {
                    for id in ids {
                        add(engine.lexicon.word(id));
                    }
                }
                Output::Known(number) => add(&lattice.piece(number).text),
                Output::AsRead if block.tokens()[step.from].kind == TokenKind::Word => {
                    add(block.text_of(step.from, step.to));
                }
                Output::AsRead | Output::Text(_) | Output::Blank => {}
            }
        }
        before.truncate(NAME_WORDS);
    }
    is_changed
}

/// The arc over tokens `from..to` that writes `text`.
fn text_arc(lattice: &Lattice, from: usize, to: usize, text: &str) -> Option<usize> {
    lattice.ending_at(to).find(|&a| {
        let arc = &lattice.arcs()[a];
        let written = match arc.output {
            Output::Text(number) => lattice.text(number),
            _ => return false,
        };
        arc.from as usize == from && written == text
    })
}

fn in_order(latest_first: &[String]) -> Vec<&str> {
    latest_first.iter().rev().map(String::as_str).collect()
}

/// A word in lower case without its marks.
fn bare(word: &str) -> String {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|c| Letter::from_char(c).map_or(c, |l| char::from(l.base)))
        .collect()
}
