//! Document codes: as they were read, and with their Đ put back.

use super::beam::Beam;
use super::block::Block;
use super::lattice::{Arc, Lattice, Output, Step};
use crate::cost::Cost;
use crate::engine::Engine;
use crate::lm;
use crate::rules::{ALL_TYPES, repair_code};
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
    let before = words_read(block, i);
    let certain = repair_code(code, before.in_order());
    let named = repair_code(code, &ALL_TYPES)
        .filter(|named| !certain.clone().is_some_and(|it| it.eq(named.clone())));
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
    steps: &mut Vec<Step>,
) -> bool {
    let mut is_changed = false;
    for (k, &a) in beam.path().iter().enumerate() {
        let arc = lattice.arcs()[a as usize];
        let (from, to) = (arc.from as usize, arc.to as usize);
        if block.tokens()[from].kind != TokenKind::Code
            || !matches!(arc.output, Output::AsRead | Output::Text(_))
        {
            continue;
        }
        let before = words_written(engine, block, lattice, &beam.path()[..k], steps);
        let named = repair_code(block.text_of(from, to), before.in_order());
        let named = named.and_then(|named| text_arc(lattice, from, to, named));
        if let Some(named) = named.filter(|&named| named != a as usize) {
            lattice.add_cost(a as usize, rule);
            lattice.add_cost(named, -rule);
            is_changed = true;
        }
    }
    is_changed
}

/// The words before a place, at most [`NAME_WORDS`].
#[derive(Default)]
pub(super) struct LastWords<'t> {
    words: [&'t str; NAME_WORDS],
    len: usize,
}

impl<'t> LastWords<'t> {
    /// Adds the word before those that are known.
    fn add(&mut self, word: &'t str) {
        if self.len < NAME_WORDS {
            self.len += 1;
            self.words[NAME_WORDS - self.len] = word;
        }
    }

    pub(super) fn in_order(&self) -> &[&'t str] {
        &self.words[NAME_WORDS - self.len..]
    }
}

/// The words before token `i`, as they were read.
pub(super) fn words_read(block: &Block, i: usize) -> LastWords<'_> {
    let mut last = LastWords::default();
    let words = (0..i).filter(|&t| block.tokens()[t].kind == TokenKind::Word);
    for t in words.rev().take(NAME_WORDS) {
        last.add(block.text_of(t, t + 1));
    }
    last
}

/// The last words of a way.
fn words_written<'t>(
    engine: &'t Engine,
    block: &'t Block,
    lattice: &'t Lattice,
    way: &[u32],
    steps: &mut Vec<Step>,
) -> LastWords<'t> {
    let mut last = LastWords::default();
    for &a in way.iter().rev() {
        lattice.steps(&lattice.arcs()[a as usize], steps);
        for step in steps.iter().rev() {
            match step.output {
                Output::Word(id, _) => last.add(engine.lexicon.word(id)),
                Output::Two([first, second], _) => {
                    last.add(engine.lexicon.word(second));
                    last.add(engine.lexicon.word(first));
                }
                Output::Known(number) => last.add(lattice.piece_text(number)),
                Output::AsRead if block.tokens()[step.from].kind == TokenKind::Word => {
                    last.add(block.text_of(step.from, step.to));
                }
                Output::AsRead | Output::Text(_) | Output::Blank => {}
            }
        }
        if last.len == NAME_WORDS {
            break;
        }
    }
    last
}

/// The arc over tokens `from..to` that writes `text`.
fn text_arc<'t>(
    lattice: &Lattice,
    from: usize,
    to: usize,
    text: impl Iterator<Item = &'t str> + Clone,
) -> Option<usize> {
    lattice.ending_at(to).find(|&a| {
        let arc = &lattice.arcs()[a];
        let written = match arc.output {
            Output::Text(number) => lattice.text(number),
            _ => return false,
        };
        arc.from as usize == from && text.clone().flat_map(str::chars).eq(written.chars())
    })
}
