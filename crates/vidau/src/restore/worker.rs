//! What one thread needs, and the way of a document through it.

use std::convert::Infallible;
#[cfg(feature = "train")]
use std::ops::Range;

use super::Restored;
use super::restorer::Options;
use super::results::Results;
#[cfg(feature = "train")]
use crate::confidence::Evidence;
use crate::confidence::{Decision, Gatherer};
use crate::context::WideContext;
#[cfg(feature = "train")]
use crate::decode::export;
use crate::decode::{
    ArcBuilder, Beam, Block, ByProfile, Echoes, Lattice, ProfileWeights, Recurrence, Step,
    loses_letters, name_codes,
};
use crate::document::{Break, Document, Run};
use crate::engine::Engine;
use crate::knowledge::{Finder, Knowledge};
use crate::lm::LmState;
use crate::render::Renderer;

/// Most lines decoded together; statistics that adapt to the text and memory
/// are bounded by it.
const BLOCK_LINES: usize = 400;
/// No line is added to a block of so many tokens.
const BLOCK_TOKENS: usize = 6_000;
/// Nor to one of so many bytes, which only words without end come to.
const BLOCK_BYTES: usize = 1 << 18;
/// Longer lines are taken in parts, in bytes; none of a page is as long.
const LINE_PART: usize = 1 << 16;

/// Everything that one thread needs to restore text; its buffers are kept
/// from one document to the next.
#[derive(Debug)]
pub struct Worker<'r> {
    pub(super) engine: &'r Engine,
    pub(super) knowledge: &'r Knowledge,
    pub(super) options: Options,
    pub(super) finders: [Finder; 2],
    pub(super) steps: Vec<Step>,
    pub(super) decisions: Vec<Decision>,
    pub(super) gatherer: Gatherer,
    #[cfg(feature = "train")]
    pub(super) observed: Option<Vec<(Range<usize>, Evidence)>>,
    #[cfg(feature = "train")]
    exported: Option<String>,
    pub(super) block: Block,
    pub(super) weights: ProfileWeights,
    pub(super) arcs: ArcBuilder,
    pub(super) context: WideContext,
    pub(super) lattice: Lattice,
    pub(super) beam: Beam,
    echoes: Echoes,
    pub(super) recurrence: Recurrence,
    pub(super) renderer: Renderer,
    pub(super) pending: String,
    pub(super) runs: Vec<Run>,
    pub(super) results: Results,
    pub(super) carry: Carry,
}

/// What carries over from one block to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carry {
    state: LmState,
    prior: ByProfile,
    /// End of what was written, in the source.
    pub(super) written: usize,
}

impl Carry {
    fn new(engine: &Engine) -> Self {
        Self {
            state: engine.lm.begin(),
            prior: engine.priors,
            written: 0,
        }
    }
}

impl<'r> Worker<'r> {
    pub(super) fn new(engine: &'r Engine, knowledge: &'r Knowledge, options: Options) -> Self {
        Self {
            engine,
            knowledge,
            options,
            finders: <[Finder; 2]>::default(),
            steps: Vec::new(),
            decisions: Vec::new(),
            gatherer: Gatherer::default(),
            #[cfg(feature = "train")]
            observed: None,
            #[cfg(feature = "train")]
            exported: None,
            block: Block::default(),
            weights: ProfileWeights::default(),
            arcs: ArcBuilder::default(),
            context: WideContext::default(),
            lattice: Lattice::default(),
            beam: Beam::default(),
            echoes: Echoes::default(),
            recurrence: Recurrence::default(),
            renderer: Renderer::default(),
            pending: String::new(),
            runs: Vec::new(),
            results: Results::default(),
            carry: Carry::new(engine),
        }
    }
}

impl Worker<'_> {
    /// Restores a document.
    pub fn restore(&mut self, document: &Document<'_>) -> Restored<'_> {
        self.start();
        self.restore_next(document)
    }

    /// The same, unless `check` fails, which is called before every block of
    /// at most 400 lines: for what takes too long or is not wanted any more.
    ///
    /// # Errors
    /// That of `check`.
    pub fn restore_checked<E>(
        &mut self,
        document: &Document<'_>,
        check: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<Restored<'_>, E> {
        self.start();
        self.run(document, check)?;
        Ok(Restored::new(&self.results))
    }

    /// Restores what follows the document restored last, as the parts of a
    /// text that is too long to be held: the words before and how they were
    /// read go on to count. Parts of 400 lines fare as the whole would, but
    /// for the places of tone marks: the habit is that of the text so far.
    pub fn restore_next(&mut self, document: &Document<'_>) -> Restored<'_> {
        let Ok(()) = self.run::<Infallible>(document, &mut || Ok(()));
        Restored::new(&self.results)
    }

    fn start(&mut self) {
        self.renderer.begin();
        self.carry = Carry::new(self.engine);
    }

    fn run<E>(
        &mut self,
        document: &Document<'_>,
        check: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        self.results.clear();
        self.renderer
            .go_on(document.source(), self.options.tone_style);
        let mut carry = Carry {
            written: 0,
            ..self.carry
        };
        let mut runs = document.runs();
        self.block.clear();
        while let Some(first) = runs.first() {
            let is_last = |r: &Run| r.break_after != Break::Blank;
            let last = runs.iter().position(is_last).unwrap_or(runs.len() - 1);
            let mut range = first.range.start..runs[last].range.end;
            let line_end = runs[last].break_after;
            runs = &runs[last + 1..];
            while let Some(part) = part_of_line(&document.source()[range.clone()]) {
                let end = range.start + part;
                self.block
                    .push_line(document, range.start..end, Break::Blank);
                self.restore_if_full(document, &mut carry, check)?;
                range.start = end;
            }
            self.block.push_line(document, range, line_end);
            self.restore_if_full(document, &mut carry, check)?;
        }
        check()?;
        self.restore_block(document, &mut carry);
        self.results
            .text
            .push_str(&document.source()[carry.written..]);
        self.carry = carry;
        Ok(())
    }

    /// Restores a plain text.
    pub fn restore_str(&mut self, text: &str) -> Restored<'_> {
        self.restore(&Document::from_text(text))
    }

    /// Starts a text that comes line by line.
    pub fn begin(&mut self) {
        self.pending.clear();
    }

    /// Adds a line, without its line end, to the text begun.
    pub fn push_line(&mut self, line: &str) {
        self.pending.push_str(line);
        self.pending.push('\n');
    }

    /// Restores the lines pushed since [`begin`](Self::begin). Lines of words
    /// seen before take no new memory once the buffers have grown.
    pub fn finish(&mut self) -> Restored<'_> {
        let pending = std::mem::take(&mut self.pending);
        let runs = std::mem::take(&mut self.runs);
        let document = Document::from_text_in(&pending, runs);
        self.restore(&document);
        self.runs = document.into_runs();
        self.pending = pending;
        Restored::new(&self.results)
    }

    /// The lattices of a plain text with the best cost that the first pass
    /// finds in each, for another decoder: of each block a line `lattice NODES
    /// ARCS SCALE BEST`, then its arcs by end nodes, `FROM TO COST PARAGRAPH
    /// WORD...`. Costs are in 1/[`NAT`](crate::NAT) nat; those of the language
    /// model are to be added, times SCALE/256. Where PARAGRAPH is not -1 it is
    /// the arc's cost if a paragraph ends there.
    #[cfg(feature = "train")]
    pub fn lattices(&mut self, text: &str) -> String {
        self.exported = Some(String::new());
        self.restore_str(text);
        self.exported.take().unwrap_or_default()
    }

    fn restore_if_full<E>(
        &mut self,
        document: &Document<'_>,
        carry: &mut Carry,
        check: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        let block = &self.block;
        if block.lines() >= BLOCK_LINES
            || block.tokens().len() >= BLOCK_TOKENS
            || block.size() >= BLOCK_BYTES
        {
            check()?;
            self.restore_block(document, carry);
            self.block.clear();
        }
        Ok(())
    }

    /// Looks for words that the first pass had in other places only.
    fn find_echoes(&mut self) -> bool {
        let (block, lattice, beam) = (&self.block, &self.lattice, &self.beam);
        let wanted =
            |line| !self.arcs.is_foreign(line) && loses_letters(self.weights.line(line as usize));
        self.echoes.find(self.engine, block, lattice, beam, wanted)
    }

    /// Lays out all readings of the block.
    fn build(&mut self) {
        self.arcs
            .build(self.engine, &self.block, &self.weights, &mut self.lattice);
        self.echoes.push(&mut self.lattice);
        self.knowledge.apply(
            self.engine,
            &self.block,
            |line| self.weights.line(line),
            &mut self.finders,
            &mut self.lattice,
        );
        self.lattice.finish(self.block.tokens().len());
    }

    /// Decodes what is laid out, from the state `start`; returns that at the end.
    fn decode(&mut self, start: LmState) -> LmState {
        let engine = self.engine;
        self.beam
            .decode(&self.lattice, &engine.lm, start, engine.beam)
    }

    fn restore_block(&mut self, document: &Document<'_>, carry: &mut Carry) {
        if self.block.lines() == 0 {
            return;
        }
        self.block.number_texts(&self.engine.lexicon);
        self.arcs.begin(self.engine, &self.block);
        self.weights.clear();
        let tokens = self.block.tokens();
        let mut start = 0;
        for line in 0..self.block.lines() {
            let end = start + tokens[start..].partition_point(|t| t.line as usize <= line);
            let evidence = match self.engine.weighs_lines {
                true => self
                    .arcs
                    .evidence(self.engine, &self.block, line, start..end),
                false => ByProfile::default(),
            };
            self.weights.push_line(evidence);
            start = end;
        }
        let prior = carry.prior;
        carry.prior = self.weights.weigh(prior);
        if let Some(profile) = self.options.profile.number() {
            self.weights.force(profile);
        }
        self.echoes.clear();
        self.build();
        let engine = self.engine;
        let start = carry.state;
        carry.state = self.decode(start);
        let mut is_other = false;
        if self.note_damage() {
            (carry.prior, is_other) = self.weights.weigh_again(prior);
        }
        is_other |= self.find_echoes();
        if is_other {
            self.build();
            carry.state = self.decode(start);
        }
        #[cfg(feature = "train")]
        if let Some(out) = &mut self.exported {
            export(&self.lattice, &self.beam, &engine.lm, out);
        }
        let is_weighed = self.context.weigh(engine, &mut self.lattice, &self.beam);
        let is_adjusted = engine.recurrence.is_some_and(|options| {
            let words = &engine.words;
            let (block, lattice) = (&self.block, &mut self.lattice);
            let (path, posteriors) = (self.context.path(), self.context.posteriors());
            self.recurrence
                .adjust(block, lattice, path, posteriors, words, options)
        });
        let rule = engine.arcs.rule;
        let is_named = rule.is_some_and(|rule| {
            let (block, lattice, beam) = (&self.block, &mut self.lattice, &self.beam);
            name_codes(engine, block, lattice, beam, rule, &mut self.steps)
        });
        if is_named {
            // The first pass may not have kept the code's other reading.
            carry.state = self.decode(start);
        } else if is_weighed || is_adjusted {
            carry.state = self.beam.reweigh(&self.lattice);
        }
        self.write_block(document, carry);
    }
}

/// Where to cut a line that is too long: before a sign that is neither letter
/// nor digit.
fn part_of_line(line: &str) -> Option<usize> {
    let is_cut = |b: &u8| b.is_ascii() && !b.is_ascii_alphanumeric();
    let after = line.as_bytes().get(LINE_PART..)?;
    after.iter().position(is_cut).map(|at| LINE_PART + at)
}
