//! From words of the lexicon back to text: casing, tone placement, and what
//! else the document's own habits decide.

use std::ops::Range;

use crate::candidates::CandidateCasing;
use crate::cost::{Cost, NAT};
use crate::decode::{Beam, Lattice, NEVER, Output, Read, Step, is_miscased, probability};
use crate::engine::Engine;
use crate::knowledge::ToneStyle;
use crate::lm::fold_word;
use crate::restore::Reason;
use crate::syllable::{
    Casing, Letter, TonePlacement, apply_casing, casing, place_tone, tone_placement,
};

/// Alternatives less likely than e^-4.6 = 1 % are not worth a person's time.
const ALTERNATIVE_BELOW: Cost = 46 * NAT / 10;
const MOST_ALTERNATIVES: usize = 4;

/// Writes words the way the document writes them.
#[derive(Debug)]
pub(crate) struct Renderer {
    placement: TonePlacement,
    /// Words of the document so far with either placement.
    new: u64,
    old: u64,
    placed: String,
    order: Vec<(Cost, usize, Output)>,
}

impl Default for Renderer {
    fn default() -> Self {
        Self {
            placement: TonePlacement::Old,
            new: 0,
            old: 0,
            placed: String::new(),
            order: Vec::new(),
        }
    }
}

impl Renderer {
    /// Starts a document.
    pub(crate) fn begin(&mut self) {
        (self.new, self.old) = (0, 0);
    }

    /// Where tones are placed in what follows: as `style` says, or as the
    /// document has had them up to its end.
    pub(crate) fn go_on(&mut self, source: &str, style: ToneStyle) {
        match style {
            ToneStyle::Keep => self.learn_habit(source),
            ToneStyle::Old => self.placement = TonePlacement::Old,
            ToneStyle::New => self.placement = TonePlacement::New,
        }
    }

    /// Learns the document's habit: where it places the tones that the engine
    /// kept. Official prose mostly writes "hòa", so that wins a tie.
    fn learn_habit(&mut self, source: &str) {
        for word in source.split(|c: char| !c.is_alphabetic()) {
            match tone_placement(word) {
                Some(TonePlacement::New) => self.new += 1,
                Some(TonePlacement::Old) => self.old += 1,
                None => {}
            }
        }
        self.placement = if self.new > self.old {
            TonePlacement::New
        } else {
            TonePlacement::Old
        };
    }

    /// Whether `output` is another word than the token read.
    pub(crate) fn differs(
        &mut self,
        engine: &Engine,
        lattice: &Lattice,
        read: Read<'_>,
        output: Output,
    ) -> bool {
        match output {
            Output::Known(number) => {
                let word = lattice.piece_text(number);
                self.placed.clear();
                fold_word(word, &mut self.placed);
                // Capitals count only where the user means them: "TTg".
                read.folded() != self.placed
                    || (casing(word) == Casing::Mixed && read.text() != word)
            }
            Output::AsRead => false,
            Output::Two(..) | Output::Blank | Output::Text(_) => true,
            Output::Word(id, written) => {
                let is_word = read.looks.folded_word == Some(id) || {
                    let word = engine.lexicon.word(id);
                    read.looks.ends_with_digit
                        && footnote(read.folded(), word).is_some_and(|(stem, _)| stem == word)
                };
                let is_small = written == CandidateCasing::Lower;
                !is_word || is_small && is_miscased(read.text(), read.looks.casing, true)
            }
        }
    }

    /// Appends what `output` writes.
    pub(crate) fn render(
        &mut self,
        engine: &Engine,
        lattice: &Lattice,
        read: &str,
        output: Output,
        out: &mut String,
    ) {
        match output {
            Output::AsRead => out.push_str(read),
            Output::Blank => out.push(' '),
            Output::Text(number) => out.push_str(lattice.text(number)),
            Output::Known(number) if lattice.piece(number).is_phrase => {
                place_tone(lattice.piece_text(number), self.placement, out);
            }
            Output::Known(number) => out.push_str(lattice.piece_text(number)),
            Output::Word(id, casing) => {
                self.word(engine, id, casing, out);
                out.extend(footnote(read, engine.lexicon.word(id)).map(|(_, digit)| digit));
            }
            Output::Two([left, right], casing) => {
                self.word(engine, left, casing, out);
                out.push(' ');
                let casing = match casing {
                    CandidateCasing::Upper => CandidateCasing::Upper,
                    _ => CandidateCasing::Lower,
                };
                self.word(engine, right, casing, out);
            }
        }
    }

    fn word(&mut self, engine: &Engine, id: u32, casing: CandidateCasing, out: &mut String) {
        self.placed.clear();
        place_tone(engine.lexicon.word(id), self.placement, &mut self.placed);
        let casing = match casing {
            CandidateCasing::Lower => Casing::Lower,
            CandidateCasing::Title => Casing::Title,
            CandidateCasing::Upper => Casing::Upper,
        };
        apply_casing(&self.placed, casing, out);
    }

    /// The probability that the tokens of `step` stand as they were read.
    pub(crate) fn as_read_probability(
        &mut self,
        engine: &Engine,
        read: Read<'_>,
        lattice: &Lattice,
        beam: &Beam,
        step: Step,
    ) -> f32 {
        let mut sum = 0.0;
        for (a, output) in lattice.readings(step, beam.posteriors(), NEVER) {
            if !self.differs(engine, lattice, read, output) {
                sum += probability(beam.posteriors()[a]);
            }
        }
        sum
    }

    /// Collects the readings of the step's tokens other than `best`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn alternatives(
        &mut self,
        engine: &Engine,
        read: &str,
        lattice: &Lattice,
        beam: &Beam,
        step: Step,
        best: &Range<usize>,
        strings: &mut String,
        found: &mut Vec<(Range<usize>, Cost)>,
    ) {
        self.order.clear();
        let posteriors = beam.posteriors();
        let likely = lattice.readings(step, posteriors, ALTERNATIVE_BELOW);
        self.order
            .extend(likely.map(|(a, output)| (posteriors[a], a, output)));
        self.order.sort_unstable_by_key(|&(cost, a, _)| (cost, a));
        let order = std::mem::take(&mut self.order);
        let first = found.len();
        for &(cost, _, output) in &order {
            let start = strings.len();
            self.render(engine, lattice, read, output, strings);
            let text = &strings[start..];
            let is_known = *text == strings[best.clone()]
                || found[first..]
                    .iter()
                    .any(|(f, _)| strings[f.clone()] == *text);
            if is_known {
                strings.truncate(start);
            } else {
                found.push((start..strings.len(), cost));
            }
            if found.len() - first == MOST_ALTERNATIVES {
                break;
            }
        }
        self.order = order;
    }

    /// What kind of change `output` is.
    pub(crate) fn reason(engine: &Engine, lattice: &Lattice, read: &str, output: Output) -> Reason {
        let id = match output {
            Output::AsRead => return Reason::Unsure,
            Output::Text(_) => return Reason::Rule,
            Output::Known(number) if lattice.piece(number).is_phrase => return Reason::Rule,
            Output::Known(_) => return Reason::Lexicon,
            Output::Two(..) | Output::Blank => return Reason::Blanks,
            Output::Word(id, _) => id,
        };
        let word = engine.lexicon.word(id);
        let letters = footnote(read, word).map_or(read, |(stem, _)| stem);
        let base = |c| Letter::from_char(c).map(|l| l.base);
        // The letters of words all have a base.
        let bases = |text| str::chars(text).map(base);
        if read.contains(char::is_whitespace) {
            Reason::Blanks
        } else if bases(letters).eq(bases(word)) {
            Reason::Marks
        } else {
            Reason::Letters
        }
    }
}

/// What stands before a footnote's digit and the digit, if `read` ends with one
/// that no letter of `word` needs to have been read as: a number is not lost
/// with the marks put right ("vién3"). A 6 or 0 may be a mark ("So6") where one is
/// missing, what comes behind a single letter a vowel ("c4").
fn footnote<'a>(read: &'a str, word: &str) -> Option<(&'a str, char)> {
    let digit = read.chars().next_back().filter(char::is_ascii_digit)?;
    let stem = read.strip_suffix(digit)?;
    let letters = stem.chars().count();
    let is_footnote = letters >= 2
        && letters == word.chars().count()
        && stem.chars().all(char::is_alphabetic)
        && (stem == word || !matches!(digit, '0' | '6'));
    is_footnote.then_some((stem, digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footnote_is_a_digit_that_no_letter_needs() {
        assert_eq!(footnote("vién3", "viện"), Some(("vién", '3')));
        assert_eq!(footnote("có6", "có"), Some(("có", '6')));
        for (read, word) in [("so6", "số"), ("c4", "cá"), ("kha1", "khai"), ("có", "có")] {
            assert_eq!(footnote(read, word), None, "{read}");
        }
    }
}
