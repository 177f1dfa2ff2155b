//! Lines in another language, which stay as they are.

use super::block::Block;
use crate::engine::Engine;
use crate::syllable::Casing;
use crate::text::TokenKind;

/// Which lines of a block are in another language.
#[derive(Debug, Default)]
pub(crate) struct ForeignLines {
    counts: Vec<Counts>,
    foreign: Vec<bool>,
}

/// Words of two letters and more on a line, those in capitals left out.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    words: u32,
    /// Those whose letters make no syllable, with or without marks.
    odd: u32,
    /// Those of the odd that the vocabulary has as they stand: foreign words.
    known: u32,
    /// Those with a character beyond a to z: marks, or what engines see there.
    marked: u32,
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            words: self.words + other.words,
            odd: self.odd + other.odd,
            known: self.known + other.known,
            marked: self.marked + other.marked,
        }
    }

    /// Damage makes odd words, too, up to half of a badly read line, but
    /// hardly ones that the vocabulary has.
    fn is_foreign(self) -> bool {
        self.words >= 4
            && 5 * self.odd >= 2 * self.words
            && 4 * self.known >= self.words
            && 6 * self.marked <= self.words
    }
}

impl ForeignLines {
    /// From now on no line is.
    pub(crate) fn clear(&mut self) {
        self.foreign.clear();
    }

    /// Judges every line of the block together with its neighbours.
    pub(crate) fn find(&mut self, engine: &Engine, block: &Block) {
        self.counts.clear();
        self.counts.resize(block.lines(), Counts::default());
        for token in block.tokens() {
            if token.kind != TokenKind::Word {
                continue;
            }
            let looks = block.looks(token.number);
            // Abbreviations in capitals belong to any language.
            if looks.chars < 2 || looks.casing == Casing::Upper {
                continue;
            }
            let counts = &mut self.counts[token.line as usize];
            counts.words += 1;
            counts.marked += u32::from(!looks.is_ascii);
            if !looks.is_legal_bare {
                counts.odd += 1;
                counts.known += u32::from(engine.known_id(looks.word).is_some());
            }
        }
        self.clear();
        for line in 0..self.counts.len() {
            let window = line.saturating_sub(1)..(line + 2).min(self.counts.len());
            let around = self.counts[window]
                .iter()
                .fold(Counts::default(), |sum, c| sum.plus(*c));
            let own = self.counts[line];
            let leans = 4 * own.odd >= own.words;
            self.foreign.push(
                (own.is_foreign() && !self.is_between_sound(line))
                    || (leans && around.is_foreign()),
            );
        }
    }

    /// Whether the lines with words next to `line` are Vietnamese and its own
    /// words not odd beyond doubt: a badly read line, rather than a foreign
    /// one.
    fn is_between_sound(&self, line: usize) -> bool {
        let has_words = |c: &&Counts| c.words > 0;
        let above = self.counts[..line].iter().rev().find(has_words);
        let below = self.counts[line + 1..].iter().find(has_words);
        let beside = [above, below]
            .into_iter()
            .flatten()
            .fold(Counts::default(), |sum, c| sum.plus(*c));
        let own = self.counts[line];
        beside.words >= 8 && 5 * beside.odd < beside.words && 4 * own.odd < 3 * own.words
    }

    /// Whether line `line` is in another language.
    pub(crate) fn contains(&self, line: u32) -> bool {
        self.foreign.get(line as usize).copied().unwrap_or(false)
    }
}
