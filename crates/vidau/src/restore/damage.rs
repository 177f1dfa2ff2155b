//! What the first pass says of the lines' damage.
//!
//! Words by themselves tell only damage that leaves no word. The decoder also
//! finds words taken for others; where it is sure of some, the lines around are
//! not as clean as they seem, and more may be wrong in them.

use super::Worker;
use crate::cost::Cost;
use crate::decode::Output;
use crate::text::TokenKind;

/// A changed word counts from this cost of its posterior on: 99 %.
const SURE: Cost = 2;

impl Worker<'_> {
    /// Notes the words that the decoder is sure were damaged. False where that
    /// cannot matter.
    pub(super) fn note_damage(&mut self) -> bool {
        let is_given = self.options.profile.number().is_some();
        if !self.engine.notes_damage || is_given || !self.weights.has_clean() {
            return false;
        }
        let mut is_any = false;
        for &number in self.beam.path() {
            if self.beam.posteriors()[number as usize] > SURE {
                continue;
            }
            let arc = self.lattice.arcs()[number as usize];
            self.lattice.steps(&arc, &mut self.steps);
            for step in &self.steps {
                let first = self.block.tokens()[step.from];
                if first.kind != TokenKind::Word || step.output == Output::AsRead {
                    continue;
                }
                let lexicon = &self.engine.lexicon;
                let number = self.block.number_of(step.from, step.to, lexicon);
                let read = self.block.read(number);
                let is_changed =
                    self.renderer
                        .differs(self.engine, &self.lattice, read, step.output);
                if is_changed {
                    self.weights.note_damage(first.line as usize);
                    is_any = true;
                }
            }
        }
        is_any
    }
}
