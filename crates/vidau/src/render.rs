//! From words of the lexicon back to text: casing, tone placement, and what
//! else the document's own habits decide.

use std::ops::Range;

use crate::candidates::CandidateCasing;
use crate::cost::{Cost, NAT};
use crate::decode::{Beam, Lattice, Output, probability};
use crate::engine::Engine;
use crate::lm::fold_word;
use crate::restore::Reason;
use crate::syllable::{Casing, Letter, TonePlacement, apply_casing, place_tone, tone_placement};

/// Alternatives less likely than e^-4.6 = 1 % are not worth a person's time.
const ALTERNATIVE_BELOW: Cost = 46 * NAT / 10;
const MOST_ALTERNATIVES: usize = 4;

/// Writes words the way the document writes them.
#[derive(Debug)]
pub(crate) struct Renderer {
    placement: TonePlacement,
    folded: String,
    placed: String,
    order: Vec<(Cost, usize)>,
}

impl Default for Renderer {
    fn default() -> Self {
        Self {
            placement: TonePlacement::Old,
            folded: String::new(),
            placed: String::new(),
            order: Vec::new(),
        }
    }
}

impl Renderer {
    /// Learns the document's habit: where it places the tones that the engine
    /// kept. Official prose mostly writes "hòa", so that wins a tie.
    pub(crate) fn begin(&mut self, source: &str) {
        let mut new = 0;
        let mut old = 0;
        for word in source.split(|c: char| !c.is_alphabetic()) {
            match tone_placement(word) {
                Some(TonePlacement::New) => new += 1,
                Some(TonePlacement::Old) => old += 1,
                None => {}
            }
        }
        self.placement = if new > old {
            TonePlacement::New
        } else {
            TonePlacement::Old
        };
    }

    /// Whether `output` is another word than the token read.
    pub(crate) fn differs(&mut self, engine: &Engine, read: &str, output: Output) -> bool {
        match output {
            Output::AsRead => false,
            Output::Two(..) | Output::Blank | Output::Text(_) => true,
            Output::Word(id, _) => {
                self.folded.clear();
                fold_word(read, &mut self.folded);
                self.folded != engine.lexicon.word(id)
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
            Output::Word(id, casing) => self.word(engine, id, casing, out),
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

    /// The probability that the span of the chosen arc stands as it was read.
    pub(crate) fn as_read_probability(
        &mut self,
        engine: &Engine,
        read: &str,
        lattice: &Lattice,
        beam: &Beam,
        chosen: usize,
    ) -> f32 {
        let arc = lattice.arcs()[chosen];
        let mut sum = 0.0;
        for a in lattice.ending_at(arc.to as usize) {
            let other = lattice.arcs()[a];
            if other.from == arc.from && !self.differs(engine, read, other.output) {
                sum += probability(beam.posteriors()[a]);
            }
        }
        sum
    }

    /// Collects the other readings of the chosen arc's span.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn alternatives(
        &mut self,
        engine: &Engine,
        read: &str,
        lattice: &Lattice,
        beam: &Beam,
        chosen: usize,
        strings: &mut String,
        found: &mut Vec<(Range<usize>, Cost)>,
    ) {
        let arc = lattice.arcs()[chosen];
        self.order.clear();
        for a in lattice.ending_at(arc.to as usize) {
            let cost = beam.posteriors()[a];
            if a != chosen && lattice.arcs()[a].from == arc.from && cost <= ALTERNATIVE_BELOW {
                self.order.push((cost, a));
            }
        }
        self.order.sort_unstable();
        self.order.truncate(MOST_ALTERNATIVES);
        let order = std::mem::take(&mut self.order);
        for &(cost, a) in &order {
            let start = strings.len();
            self.render(engine, lattice, read, lattice.arcs()[a].output, strings);
            found.push((start..strings.len(), cost));
        }
        self.order = order;
    }

    /// What kind of change `output` is.
    pub(crate) fn reason(engine: &Engine, read: &str, output: Output) -> Reason {
        let id = match output {
            Output::AsRead => return Reason::Unsure,
            Output::Text(_) => return Reason::Rule,
            Output::Two(..) | Output::Blank => return Reason::Blanks,
            Output::Word(id, _) => id,
        };
        let bases = |text: &str| -> Option<Vec<u8>> {
            text.chars()
                .map(|c| Letter::from_char(c).map(|l| l.base))
                .collect()
        };
        if read.contains(char::is_whitespace) {
            Reason::Blanks
        } else if bases(read).is_some_and(|b| Some(b) == bases(engine.lexicon.word(id))) {
            Reason::Marks
        } else {
            Reason::Letters
        }
    }
}
