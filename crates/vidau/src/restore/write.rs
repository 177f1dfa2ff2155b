//! The decoder's best way, written: what changes, what is flagged, how sure.

#[cfg(feature = "train")]
use std::ops::Range;

use super::results::Place;
use super::worker::Carry;
use super::{Reason, Worker};
use crate::confidence::Decision;
#[cfg(feature = "train")]
use crate::confidence::Evidence;
use crate::decode::{Output, Read, Step, is_clean, is_impossible, is_stray, probability};
use crate::document::Document;
use crate::engine::{PROFILES, likeliest};
use crate::render::Renderer;
use crate::syllable;
use crate::text::TokenKind;

impl Worker<'_> {
    /// Writes the best way through the block's lattice.
    pub(super) fn write_block(&mut self, document: &Document<'_>, carry: &mut Carry) {
        let mut decisions = std::mem::take(&mut self.decisions);
        self.decide(&mut decisions);
        #[cfg(feature = "train")]
        let is_wanted = self.observed.is_some() || self.engine.confidence.is_some();
        #[cfg(not(feature = "train"))]
        let is_wanted = self.engine.confidence.is_some();
        if is_wanted {
            self.gatherer.gather(
                self.engine,
                &self.block,
                &self.weights,
                &self.lattice,
                &self.beam,
                &decisions,
            );
        }
        for (number, decision) in decisions.iter().enumerate() {
            #[cfg(feature = "train")]
            let written = carry.written;
            #[cfg(feature = "train")]
            let start = self.results.text.len();
            self.write_place(document, carry, decision, number);
            #[cfg(feature = "train")]
            self.note(decision.step, start, written, carry, number);
        }
        self.decisions = decisions;
    }

    /// Notes what is known of the place written last, before which the text
    /// had `start` bytes, up to `written` in the source.
    #[cfg(feature = "train")]
    fn note(&mut self, step: Step, start: usize, written: usize, carry: &Carry, number: usize) {
        let (Some(observed), Some(evidence)) =
            (&mut self.observed, self.gatherer.evidence().get(number))
        else {
            return;
        };
        let tokens = self.block.tokens();
        let place = |at: usize| start + at - written;
        let begin = place(tokens[step.from].source_start);
        let end = match carry.written == written {
            true => place(tokens[step.to - 1].source_end),
            false => self.results.text.len(),
        };
        observed.push((begin..end, *evidence));
    }

    /// From now on what is known of each place is kept for training.
    #[cfg(feature = "train")]
    pub(crate) fn observe(&mut self) {
        self.observed = Some(Vec::new());
    }

    /// What is known of the places of the text restored since
    /// [`observe`](Self::observe), with where they stand in it.
    #[cfg(feature = "train")]
    pub(crate) fn observed(&self) -> &[(Range<usize>, Evidence)] {
        self.observed.as_deref().unwrap_or_default()
    }

    /// What to write for each step of the best way; blanks that stay are left
    /// out.
    fn decide(&mut self, decisions: &mut Vec<Decision>) {
        decisions.clear();
        for at in 0..self.beam.path().len() {
            let arc = self.lattice.arcs()[self.beam.path()[at] as usize];
            self.lattice.steps(&arc, &mut self.steps);
            for number in 0..self.steps.len() {
                let step = self.steps[number];
                let first = self.block.tokens()[step.from];
                let is_kept = step.output == Output::AsRead;
                if first.kind == TokenKind::Blank && is_kept {
                    continue;
                }
                let is_one = step.to == step.from + 1;
                let lexicon = &self.engine.lexicon;
                let number = self.block.number_of(step.from, step.to, lexicon);
                let output = self.trusted(step, number, at);
                let read = self.block.read(number).text();
                decisions.push(Decision {
                    step,
                    number,
                    at,
                    output,
                    reason: Renderer::reason(self.engine, &self.lattice, read, output),
                    is_stray: is_kept
                        && is_one
                        && self.engine.flags_stray
                        && (is_stray(&self.block, step.from)
                            || is_impossible(&self.block, step.from)),
                });
            }
        }
    }

    /// The step's output, or the text as read where that is a word and the
    /// output not much likelier.
    fn trusted(&mut self, step: Step, number: u32, at: usize) -> Output {
        let read = self.block.read(number);
        let output = step.output;
        if !self.is_word(read)
            || !self
                .renderer
                .differs(self.engine, &self.lattice, read, output)
        {
            return output;
        }
        let posterior = self.posterior(at);
        let line = self.block.tokens()[step.from].line as usize;
        let share = self.change_above(line);
        if posterior >= share * ALL {
            return output;
        }
        let as_read = self.as_read_probability(step, number);
        if posterior < share * (posterior + as_read) {
            Output::AsRead
        } else {
            output
        }
    }

    /// Which share of both readings' probability the other one of a word needs
    /// on `line` of the block.
    fn change_above(&self, line: usize) -> f32 {
        let by_line = || likeliest(self.weights.line(line)).map_or(0.5, |p| CHANGE_ABOVE[p]);
        self.options.change_above.unwrap_or_else(by_line)
    }

    fn is_word(&self, read: Read<'_>) -> bool {
        self.engine.known_id(read.looks.word).is_some() || self.knowledge.has(read.text())
    }

    /// The decoder's probability of arc `at` of the best way.
    fn posterior(&self, at: usize) -> f32 {
        probability(self.beam.posteriors()[self.beam.path()[at] as usize])
    }

    fn as_read_probability(&mut self, step: Step, number: u32) -> f32 {
        let read = self.block.read(number);
        self.renderer
            .as_read_probability(self.engine, read, &self.lattice, &self.beam, step)
    }

    /// How sure the decision is, given what was gathered of it.
    fn confidence(&mut self, decision: &Decision, number: usize) -> f32 {
        let judged = self.gatherer.probabilities().get(number);
        // What the user's list says the trees were never told: the decoder knows.
        if let Some(&probability) = judged.filter(|_| !self.is_users(decision.output)) {
            return probability;
        }
        if decision.is_stray {
            STRAY
        } else if decision.output == decision.step.output {
            self.posterior(decision.at)
        } else {
            self.as_read_probability(decision.step, decision.number)
        }
    }

    /// Whether a place is written as the user's list has it.
    fn is_users(&self, output: Output) -> bool {
        matches!(output, Output::Known(number) if !self.lattice.piece(number).is_phrase)
    }

    /// How sure a change of `read` into `output` on `line` of the block has to be.
    fn least_confidence(&self, line: usize, read: Read<'_>, output: Output) -> f32 {
        let is_clean = || is_clean(self.weights.line(line));
        match (self.options.min_confidence, output) {
            (Some(least), _) => least,
            (None, _) if !is_clean() => 0.0,
            // No list has a sign for its label.
            (None, Output::Text(_)) if !read.text().contains(char::is_alphanumeric) => 0.0,
            (None, Output::Known(_)) => ON_CLEAN_LINES,
            (None, Output::Word(id, _)) if is_foreign(self.engine.lexicon.word(id)) => {
                INTO_FOREIGN_ON_CLEAN_LINES
            }
            (None, _) if is_foreign(read.text()) => FOREIGN_ON_CLEAN_LINES,
            (None, _) if self.is_word(read) => WORDS_ON_CLEAN_LINES,
            (None, _) => ON_CLEAN_LINES,
        }
    }

    fn write_place(
        &mut self,
        document: &Document<'_>,
        carry: &mut Carry,
        decision: &Decision,
        number: usize,
    ) {
        let mut confidence = self.confidence(decision, number);
        let step = decision.step;
        let source = document.source();
        let first = self.block.tokens()[step.from];
        let last = self.block.tokens()[step.to - 1];
        let span = first.source_start..last.source_end;
        let original = &source[span.clone()];
        let read = self.block.read(decision.number);
        let mut output = decision.output;
        let mut changed = self
            .renderer
            .differs(self.engine, &self.lattice, read, output);
        let is_doubtful =
            changed && confidence < self.least_confidence(first.line as usize, read, output);
        if is_doubtful {
            output = Output::AsRead;
            confidence = self.as_read_probability(step, decision.number);
            changed = false;
        }
        let read = self.block.read(decision.number);
        // Ð, of the Icelandic alphabet, looks like Đ and is meant for it.
        let is_letter = !changed
            && matches!(first.kind, TokenKind::Word | TokenKind::Code)
            && original.contains('Ð')
            && !read.text().contains('Ð')
            && (first.kind == TokenKind::Code || self.is_word(read));
        changed |= is_letter;
        // A digit that is taken for a word, or a letter for a digit, is always
        // for a person to see.
        let is_number = match step.output {
            Output::AsRead => false,
            Output::Text(number) => {
                let digits = |text| str::chars(text).filter(char::is_ascii_digit);
                !digits(read.text()).eq(digits(self.lattice.text(number)))
            }
            _ => first.kind == TokenKind::Number,
        };
        let is_low = confidence < self.options.flag_below;
        let unsure = is_low || is_doubtful || is_number || decision.is_stray;
        if !changed && !unsure {
            return;
        }
        let results = &mut self.results;
        let best_start = results.strings.len();
        if is_letter {
            results.strings.push_str(read.text());
        } else if changed {
            self.renderer.render(
                self.engine,
                &self.lattice,
                read.text(),
                output,
                &mut results.strings,
            );
        } else {
            results.strings.push_str(original);
        }
        let best = best_start..results.strings.len();
        if changed && results.strings[best.clone()] == *original {
            // Only the tone's place differed, or the like.
            results.strings.truncate(best_start);
            return;
        }
        if changed {
            results.text.push_str(&source[carry.written..span.start]);
            results.text.push_str(&results.strings[best.clone()]);
            carry.written = span.end;
        }
        let original_start = results.strings.len();
        results.strings.push_str(original);
        let original = original_start..results.strings.len();
        let alternatives_start = results.alternatives.len();
        self.renderer.alternatives(
            self.engine,
            read.text(),
            &self.lattice,
            &self.beam,
            step,
            &best,
            &mut results.strings,
            &mut results.alternatives,
        );
        results.places.push(Place {
            run: run_at(document, span.start),
            span,
            original,
            best,
            confidence,
            flagged: unsure,
            changed,
            reason: match is_letter {
                true => Reason::Letters,
                false if is_doubtful => Reason::Unsure,
                false => decision.reason,
            },
            alternatives: alternatives_start..results.alternatives.len(),
        });
    }
}

/// Whether `word` is of letters alone and too long and strange for a syllable:
/// where nothing else is damaged, a name or a word of another language.
fn is_foreign(word: &str) -> bool {
    const LEAST: usize = 4;
    let letters = word.chars().count();
    letters >= LEAST && word.chars().all(char::is_alphabetic) && !syllable::is_legal_bare(word)
}

/// All readings of a place together have no more than this, roundings included.
const ALL: f32 = 1.05;

/// How much likelier another reading of a word has to be, by the line's
/// profile: clean, stripped, eng, vie, latin, worn. An engine for English reads
/// most words as none; those that are words were mostly without marks and are
/// right.
const CHANGE_ABOVE: [f32; PROFILES] = [0.5, 0.5, 0.7, 0.6, 0.5, 0.6];

/// How sure a change has to be on a line without damage: there most doubtful
/// ones are names and rare words taken for others.
const ON_CLEAN_LINES: f32 = 0.75;
/// The same of what is a word as it was read.
const WORDS_ON_CLEAN_LINES: f32 = 0.9;
/// There, too: how sure the change of a word that is no syllable has to be, and
/// the change into one ("Fernand" is no damaged "Fernando").
const FOREIGN_ON_CLEAN_LINES: f32 = 0.95;
const INTO_FOREIGN_ON_CLEAN_LINES: f32 = 0.995;

/// At most so sure is a sign that looks out of place: less than most words
/// that were put right, so that it is looked at first.
const STRAY: f32 = 0.3;

fn run_at(document: &Document<'_>, byte: usize) -> usize {
    let after = document.runs().partition_point(|r| r.range.start <= byte);
    after.saturating_sub(1)
}
