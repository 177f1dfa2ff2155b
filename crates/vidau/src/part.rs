//! Parts of the engine that can be switched off, to measure what each brings.

use crate::decode::NEVER;
use crate::engine::{Engine, PROFILES};

/// A part of the engine. All are on; leaving one out shows what it is worth
/// ([`RestorerBuilder::without`](crate::RestorerBuilder::without)), and is no
/// setting to restore with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// Weighing how each line was read; without it every line has the model's
    /// prior.
    LineProfiles,
    /// Weighing the lines again by the damage that the first pass is sure of.
    Damage,
    /// Words that stand between the same two elsewhere, where the channel has none.
    Echoes,
    /// Blanks put in and taken out.
    Blanks,
    /// Words with punctuation that the engine saw inside or behind them.
    Specks,
    /// Words for signs and for digits that stand by themselves.
    SignWords,
    /// Rules for document codes and labels of lists; phrases of letterheads.
    Rules,
    /// Capitals as evidence.
    Case,
    /// Leaving alone what is in another language.
    ForeignLines,
    /// Signs out of place: their price, and their being flagged.
    StraySigns,
    /// The engine's own confidence, of formats that have it.
    EngineConfidence,
    /// What the words around a place say of it.
    WideContext,
    /// Decoding again with what the document says elsewhere.
    SecondPass,
    /// N-grams longer than this.
    NgramsAbove(usize),
}

impl Engine {
    pub(crate) fn switch_off(&mut self, part: Part) {
        let arcs = &mut self.arcs;
        match part {
            Part::LineProfiles => {
                self.weighs_lines = false;
                self.notes_damage = false;
            }
            Part::Damage => self.notes_damage = false,
            Part::Echoes => arcs.echo = None,
            Part::Blanks => {
                self.blank_lost = [NEVER; PROFILES];
                self.blank_inserted = [NEVER; PROFILES];
                self.blanks.clear();
            }
            Part::Specks => arcs.speck = NEVER,
            Part::SignWords => {
                arcs.sign = 0;
                arcs.sign_word = NEVER;
                arcs.digit_word = NEVER;
            }
            Part::Rules => {
                arcs.rule = None;
                self.knows_phrases = false;
            }
            Part::Case => {
                self.case_scale = 0;
                arcs.lone_capitals = 0;
                arcs.miscased = NEVER;
                arcs.abbreviation = 0;
            }
            Part::ForeignLines => arcs.foreign_line = None,
            Part::StraySigns => {
                arcs.stray_quote = 0;
                arcs.tight_comma = 0;
                self.flags_stray = false;
            }
            Part::EngineConfidence => self.trust.clear(),
            Part::WideContext => self.context = None,
            Part::SecondPass => self.recurrence = None,
            Part::NgramsAbove(order) => self.lm.lower_order(order),
        }
    }
}
