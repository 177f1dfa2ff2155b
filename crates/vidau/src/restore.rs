//! Engine, worker, results.

use std::convert::Infallible;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

#[cfg(feature = "train")]
use crate::confidence::Evidence;
use crate::confidence::{Decision, Gatherer};
use crate::context::WideContext;
use crate::cost::Cost;
use crate::decode::{
    ArcBuilder, Beam, Block, ByProfile, Lattice, Output, ProfileWeights, Recurrence, Step,
    is_impossible, is_stray, name_codes, probability,
};
use crate::document::{Break, Document, Run};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::knowledge::{Finder, Knowledge, Profile, ToneStyle};
use crate::lm::LmState;
use crate::model::Bytes;
use crate::model::container::Container;
use crate::part::Part;
use crate::render::Renderer;
use crate::syllable;
use crate::text::TokenKind;

/// The engine: immutable, cheap to clone, shared by threads. Each thread asks
/// it for a [`Worker`].
#[derive(Debug, Clone)]
pub struct Restorer {
    engine: Arc<Engine>,
    knowledge: Arc<Knowledge>,
    options: Options,
}

#[derive(Debug, Clone, Copy)]
struct Options {
    /// On every line; `None` asks for more on lines read as English.
    change_above: Option<f32>,
    flag_below: f32,
    /// On every line; `None` asks for little but on lines without damage.
    min_confidence: Option<f32>,
    tone_style: ToneStyle,
    profile: Profile,
}

/// Settings of a [`Restorer`], checked once when it is built.
#[derive(Debug, Clone)]
pub struct RestorerBuilder {
    options: Options,
    lexicon: Vec<String>,
    keep: Vec<String>,
    beam_width: Option<usize>,
    without: Vec<Part>,
}

impl Default for RestorerBuilder {
    fn default() -> Self {
        Self {
            options: Options {
                change_above: None,
                flag_below: 0.9,
                min_confidence: None,
                tone_style: ToneStyle::Keep,
                profile: Profile::Auto,
            },
            lexicon: Vec::new(),
            keep: Vec::new(),
            beam_width: None,
            without: Vec::new(),
        }
    }
}

impl RestorerBuilder {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is a word as it was read changes only when the other
    /// reading has at least this share of the probability of both (0 to 1;
    /// default: 0.7 on lines that an engine for English read, 0.5 on others).
    /// Otherwise it stays and is flagged.
    #[must_use]
    pub fn change_above(mut self, probability: f32) -> Self {
        self.options.change_above = Some(probability);
        self
    }

    /// Readings less probable than this are flagged (0 to 1; default 0.9).
    #[must_use]
    pub fn flag_below(mut self, probability: f32) -> Self {
        self.options.flag_below = probability;
        self
    }

    /// A change less probable than this is not made: the text stays as it was
    /// read and is flagged, with the change among its alternatives (0 to 1;
    /// default: 0.75 on lines without damage, 0 on others).
    #[must_use]
    pub fn min_confidence(mut self, probability: f32) -> Self {
        self.options.min_confidence = Some(probability);
        self
    }

    /// Words, names and phrases that the documents are known to have, written
    /// as they should be. They are found where they were misread, whether or
    /// not the model knows them, and preferred to what the model alone would
    /// take. Case counts: "Hòa" is no reading of "hoa", but of "Hoa". Adds to
    /// what was given before.
    ///
    /// An entry has at most 12 words of at most 32 characters. Numbers in it
    /// are found only where they were read right.
    ///
    #[cfg_attr(feature = "embedded-model", doc = "```")]
    #[cfg_attr(not(feature = "embedded-model"), doc = "```ignore")]
    /// # fn main() -> vidau::Result<()> {
    /// let names = ["Krông Pắc", "Ea Knuếc"];
    /// let restorer = vidau::Restorer::builder().lexicon(names).embedded()?;
    /// let mut worker = restorer.worker();
    /// let restored = worker.restore_str("dia ban huyen Kr6ng Pac va xa Ea Knuéc\n");
    /// assert_eq!(restored.text(), "địa bàn huyện Krông Pắc và xã Ea Knuếc\n");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn lexicon<E: Into<String>>(mut self, entries: impl IntoIterator<Item = E>) -> Self {
        self.lexicon.extend(entries.into_iter().map(Into::into));
        self
    }

    /// Words, or stretches of several, that stay wherever they were read in
    /// just these letters. Adds to what was given before.
    #[must_use]
    pub fn keep<E: Into<String>>(mut self, entries: impl IntoIterator<Item = E>) -> Self {
        self.keep.extend(entries.into_iter().map(Into::into));
        self
    }

    /// Where the tone stands in restored words (default: as the document has
    /// it). Words that are not changed keep theirs, and entries of the
    /// [lexicon](Self::lexicon) are written as they were given.
    #[must_use]
    pub fn tone_style(mut self, style: ToneStyle) -> Self {
        self.options.tone_style = style;
        self
    }

    /// How the lines were read (default: weighed line by line).
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.options.profile = profile;
        self
    }

    /// Hypotheses kept at each place (1 to 1000; default 16).
    #[must_use]
    pub fn beam_width(mut self, width: usize) -> Self {
        self.beam_width = Some(width);
        self
    }

    /// Switches a part of the engine off, to measure what it brings.
    #[must_use]
    pub fn without(mut self, part: Part) -> Self {
        self.without.push(part);
        self
    }

    /// An engine with the model compiled into the program.
    ///
    /// # Errors
    /// [`Error::Option`] when a setting is out of range; a damaged model.
    #[cfg(feature = "embedded-model")]
    pub fn embedded(self) -> Result<Restorer> {
        self.build("<embedded model>", Bytes::from(vidau_model::MODEL), false)
    }

    /// An engine with the model in the file `path`, read once and checksummed.
    ///
    /// # Errors
    /// [`Error::Option`], [`Error::Io`], or what is wrong with the model.
    pub fn open(self, path: &Path) -> Result<Restorer> {
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })?;
        self.build(&path.display().to_string(), bytes.into(), true)
    }

    /// An engine with a model in memory, checksummed.
    ///
    /// # Errors
    /// [`Error::Option`], or what is wrong with the model.
    pub fn open_bytes(self, bytes: impl Into<Bytes>) -> Result<Restorer> {
        self.build("<bytes>", bytes.into(), true)
    }

    fn build(self, name: &str, bytes: Bytes, verify: bool) -> Result<Restorer> {
        let in_range = |p: f32| (0.0..=1.0).contains(&p);
        for (option, value) in [
            ("change_above", self.options.change_above.unwrap_or(0.0)),
            ("flag_below", self.options.flag_below),
            ("min_confidence", self.options.min_confidence.unwrap_or(0.0)),
        ] {
            if !in_range(value) {
                return Err(Error::Option {
                    option,
                    problem: format!("{value} is no probability, give a number from 0 to 1"),
                });
            }
        }
        let knowledge = Knowledge::new(&self.lexicon, &self.keep)?;
        let container = Container::open(name, bytes)?;
        if verify {
            container.verify()?;
        }
        let mut engine = Engine::open(&container)?;
        if verify {
            engine.verify(&container)?;
        }
        if let Some(width) = self.beam_width {
            if !(1..=1000).contains(&width) {
                return Err(Error::Option {
                    option: "beam_width",
                    problem: format!("{width} is out of range, give 1 to 1000"),
                });
            }
            engine.beam.width = width;
        }
        for part in self.without {
            engine.switch_off(part);
        }
        Ok(Restorer {
            engine: Arc::new(engine),
            knowledge: Arc::new(knowledge),
            options: self.options,
        })
    }
}

impl Restorer {
    /// The engine with the model compiled into the program and the default
    /// settings.
    ///
    /// # Errors
    /// When the embedded model is damaged.
    #[cfg(feature = "embedded-model")]
    pub fn embedded() -> Result<Self> {
        RestorerBuilder::new().embedded()
    }

    /// The engine with the model in the file `path` and the default settings.
    ///
    /// # Errors
    /// When the file cannot be read or is no sound model.
    pub fn open(path: &Path) -> Result<Self> {
        RestorerBuilder::new().open(path)
    }

    /// Settings other than the default.
    #[must_use]
    pub fn builder() -> RestorerBuilder {
        RestorerBuilder::new()
    }

    /// A worker for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            engine: &self.engine,
            knowledge: &self.knowledge,
            options: self.options,
            finders: <[Finder; 2]>::default(),
            steps: Vec::new(),
            decisions: Vec::new(),
            gatherer: Gatherer::default(),
            #[cfg(feature = "train")]
            observed: None,
            block: Block::default(),
            weights: ProfileWeights::default(),
            arcs: ArcBuilder::default(),
            context: WideContext::default(),
            lattice: Lattice::default(),
            beam: Beam::default(),
            recurrence: Recurrence::default(),
            renderer: Renderer::default(),
            pending: String::new(),
            runs: Vec::new(),
            results: Results::default(),
            carry: Carry::new(&self.engine),
        }
    }
}

/// Most lines decoded together; statistics that adapt to the text and memory
/// are bounded by it.
const BLOCK_LINES: usize = 400;
/// No line is added to a block of so many tokens.
const BLOCK_TOKENS: usize = 20_000;
/// Nor to one of so many bytes, which only words without end come to.
const BLOCK_BYTES: usize = 1 << 18;
/// Longer lines are taken in parts, in bytes; none of a page is as long.
const LINE_PART: usize = 1 << 16;

/// Everything that one thread needs to restore text; its buffers are kept
/// from one document to the next.
#[derive(Debug)]
pub struct Worker<'r> {
    engine: &'r Engine,
    knowledge: &'r Knowledge,
    options: Options,
    finders: [Finder; 2],
    steps: Vec<Step>,
    decisions: Vec<Decision>,
    gatherer: Gatherer,
    #[cfg(feature = "train")]
    observed: Option<Vec<(Range<usize>, Evidence)>>,
    block: Block,
    weights: ProfileWeights,
    arcs: ArcBuilder,
    context: WideContext,
    lattice: Lattice,
    beam: Beam,
    recurrence: Recurrence,
    renderer: Renderer,
    pending: String,
    runs: Vec<Run>,
    results: Results,
    carry: Carry,
}

/// What carries over from one block to the next.
#[derive(Debug, Clone, Copy)]
struct Carry {
    state: LmState,
    prior: ByProfile,
    /// End of what was written, in the source.
    written: usize,
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
        Ok(Restored {
            results: &self.results,
        })
    }

    /// Restores what follows the document restored last, as the parts of a
    /// text that is too long to be held: the words before and how they were
    /// read go on to count. Parts of 400 lines fare as the whole would, but
    /// for the places of tone marks: the habit is that of the text so far.
    pub fn restore_next(&mut self, document: &Document<'_>) -> Restored<'_> {
        let Ok(()) = self.run::<Infallible>(document, &mut || Ok(()));
        Restored {
            results: &self.results,
        }
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
        Restored {
            results: &self.results,
        }
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

    fn restore_block(&mut self, document: &Document<'_>, carry: &mut Carry) {
        if self.block.lines() == 0 {
            return;
        }
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
        carry.prior = self.weights.weigh(carry.prior);
        if let Some(profile) = self.options.profile.number() {
            self.weights.force(profile);
        }
        self.arcs
            .build(self.engine, &self.block, &self.weights, &mut self.lattice);
        self.knowledge.apply(
            self.engine,
            &self.block,
            |line| self.weights.line(line),
            &mut self.finders,
            &mut self.lattice,
        );
        let engine = self.engine;
        self.context.price(engine, &mut self.lattice);
        let start = carry.state;
        carry.state = self
            .beam
            .decode(&self.lattice, &engine.lm, start, engine.beam);
        let is_adjusted = engine.recurrence.is_some_and(|options| {
            let words = &engine.words;
            let (block, lattice, beam) = (&self.block, &mut self.lattice, &self.beam);
            self.recurrence.adjust(block, lattice, beam, words, options)
        });
        let rule = engine.arcs.rule;
        let is_named = rule.is_some_and(|rule| {
            let (block, lattice, beam) = (&self.block, &mut self.lattice, &self.beam);
            name_codes(engine, block, lattice, beam, rule, &mut self.steps)
        });
        if is_adjusted || is_named {
            carry.state = self
                .beam
                .decode_again(&self.lattice, &engine.lm, start, engine.beam);
        }
        self.write_block(document, carry);
    }

    /// Writes the best way through the block's lattice.
    fn write_block(&mut self, document: &Document<'_>, carry: &mut Carry) {
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
                decisions.push(Decision {
                    step,
                    at,
                    output: self.trusted(step, at),
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
    fn trusted(&mut self, step: Step, at: usize) -> Output {
        let read = self.block.text_of(step.from, step.to);
        let output = step.output;
        if !self.is_word(read)
            || !self
                .renderer
                .differs(self.engine, &self.lattice, read, output)
        {
            return output;
        }
        let posterior = self.posterior(at);
        let as_read = self.as_read_probability(step);
        let line = self.block.tokens()[step.from].line as usize;
        if posterior < self.change_above(line) * (posterior + as_read) {
            Output::AsRead
        } else {
            output
        }
    }

    /// Which share of both readings' probability the other one of a word needs
    /// on `line` of the block.
    fn change_above(&self, line: usize) -> f32 {
        let by_line = || match self.was_read_by(Profile::Eng, line, PLAIN) {
            true => ON_ENG_LINES,
            false => ON_OTHER_LINES,
        };
        self.options.change_above.unwrap_or_else(by_line)
    }

    /// Whether `profile` has no more than `limit` against it on `line`.
    fn was_read_by(&self, profile: Profile, line: usize, limit: Cost) -> bool {
        let weights = self.weights.line(line);
        profile
            .number()
            .is_some_and(|number| weights[number] < limit)
    }

    fn is_word(&self, read: &str) -> bool {
        self.engine.known_word(read).is_some() || self.knowledge.has(read)
    }

    /// The decoder's probability of arc `at` of the best way.
    fn posterior(&self, at: usize) -> f32 {
        probability(self.beam.posteriors()[self.beam.path()[at] as usize])
    }

    fn as_read_probability(&mut self, step: Step) -> f32 {
        let read = self.block.text_of(step.from, step.to);
        self.renderer
            .as_read_probability(self.engine, read, &self.lattice, &self.beam, step)
    }

    /// How sure the decision is, given what was gathered of it.
    fn confidence(&mut self, decision: &Decision, number: usize) -> f32 {
        if let Some(&probability) = self.gatherer.probabilities().get(number) {
            return probability;
        }
        if decision.is_stray {
            STRAY
        } else if decision.output == decision.step.output {
            self.posterior(decision.at)
        } else {
            self.as_read_probability(decision.step)
        }
    }

    /// How sure a change of `read` into `output` on `line` of the block has to be.
    fn least_confidence(&self, line: usize, read: &str, output: Output) -> f32 {
        let is_clean = || self.was_read_by(Profile::Clean, line, EVIDENT);
        match (self.options.min_confidence, output) {
            (Some(least), _) => least,
            (None, _) if !is_clean() => 0.0,
            (None, Output::Known(_)) => ON_CLEAN_LINES,
            (None, Output::Word(id, _)) if is_foreign(self.engine.lexicon.word(id)) => {
                INTO_FOREIGN_ON_CLEAN_LINES
            }
            (None, _) if is_foreign(read) => FOREIGN_ON_CLEAN_LINES,
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
        let read = self.block.text_of(step.from, step.to);
        let mut output = decision.output;
        let mut changed = self
            .renderer
            .differs(self.engine, &self.lattice, read, output);
        let is_doubtful =
            changed && confidence < self.least_confidence(first.line as usize, read, output);
        if is_doubtful {
            output = Output::AsRead;
            confidence = self.as_read_probability(step);
            changed = false;
        }
        let read = self.block.text_of(step.from, step.to);
        // Ð, of the Icelandic alphabet, looks like Đ and is meant for it.
        let is_letter = !changed
            && matches!(first.kind, TokenKind::Word | TokenKind::Code)
            && original.contains('Ð')
            && !read.contains('Ð')
            && (first.kind == TokenKind::Code || self.is_word(read));
        changed |= is_letter;
        // A digit that is taken for a word, or a letter for a digit, is always
        // for a person to see.
        let is_number = match step.output {
            Output::AsRead => false,
            Output::Text(number) => {
                let digits = |text| str::chars(text).filter(char::is_ascii_digit);
                !digits(read).eq(digits(self.lattice.text(number)))
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
            results.strings.push_str(read);
        } else if changed {
            self.renderer.render(
                self.engine,
                &self.lattice,
                read,
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
            read,
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
                false => Renderer::reason(self.engine, &self.lattice, read, output),
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

/// How much likelier another reading of a word has to be. An engine for
/// English reads most words as none; those that are words were mostly without
/// marks and are right.
const ON_ENG_LINES: f32 = 0.7;
const ON_OTHER_LINES: f32 = 0.5;
/// A line with no more than this against its profile has no other to speak of.
const PLAIN: Cost = crate::NAT / 2;

/// How sure a change has to be on a line without damage: there most doubtful
/// ones are names and rare words taken for others.
const ON_CLEAN_LINES: f32 = 0.75;
/// There, too: how sure the change of a word that is no syllable has to be, and
/// the change into one ("Fernand" is no damaged "Fernando").
const FOREIGN_ON_CLEAN_LINES: f32 = 0.95;
const INTO_FOREIGN_ON_CLEAN_LINES: f32 = 0.98;
/// A line with no more than this against its being clean has no damage.
const EVIDENT: Cost = crate::NAT;

/// At most so sure is a sign that looks out of place: less than most words
/// that were put right, so that it is looked at first.
const STRAY: f32 = 0.3;

/// Where to cut a line that is too long: before a sign that is neither letter
/// nor digit.
fn part_of_line(line: &str) -> Option<usize> {
    let is_cut = |b: &u8| b.is_ascii() && !b.is_ascii_alphanumeric();
    let after = line.as_bytes().get(LINE_PART..)?;
    after.iter().position(is_cut).map(|at| LINE_PART + at)
}

fn run_at(document: &Document<'_>, byte: usize) -> usize {
    let after = document.runs().partition_point(|r| r.range.start <= byte);
    after.saturating_sub(1)
}

/// The worker's results; texts stand in one string.
#[derive(Debug, Default)]
struct Results {
    text: String,
    strings: String,
    places: Vec<Place>,
    alternatives: Vec<(Range<usize>, Cost)>,
}

#[derive(Debug)]
struct Place {
    span: Range<usize>,
    run: usize,
    original: Range<usize>,
    best: Range<usize>,
    confidence: f32,
    flagged: bool,
    changed: bool,
    reason: Reason,
    alternatives: Range<usize>,
}

impl Results {
    fn clear(&mut self) {
        self.text.clear();
        self.strings.clear();
        self.places.clear();
        self.alternatives.clear();
    }
}

/// A restored document, borrowed from the worker until its next call.
#[derive(Debug, Clone, Copy)]
pub struct Restored<'w> {
    results: &'w Results,
}

impl<'w> Restored<'w> {
    /// The whole text, with everything between the runs as it was.
    #[must_use]
    pub fn text(&self) -> &'w str {
        &self.results.text
    }

    /// The changes, in the order of the text.
    pub fn corrections(&self) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        self.places(|p| p.changed)
    }

    /// The places, changed or not, at which a person should look.
    pub fn flags(&self) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        self.places(|p| p.flagged)
    }

    fn places(&self, wanted: fn(&Place) -> bool) -> impl Iterator<Item = Correction<'w>> + use<'w> {
        let results = self.results;
        results
            .places
            .iter()
            .filter(move |p| wanted(p))
            .map(|place| Correction { results, place })
    }

    /// A copy that outlives the worker's next call.
    #[must_use]
    pub fn to_owned(&self) -> OwnedRestored {
        OwnedRestored {
            text: self.text().to_owned(),
            corrections: self.corrections().map(|c| c.to_owned()).collect(),
            flags: self.flags().map(|c| c.to_owned()).collect(),
        }
    }
}

/// What decided a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reason {
    /// Marks restored or changed; the base letters are as they were read.
    Marks,
    /// Letters that the engine misread.
    Letters,
    /// A blank put in or taken out.
    Blanks,
    /// A rule of administrative writing: document codes, labels of lists,
    /// phrases of letterheads.
    Rule,
    /// An entry of the user's [lexicon](RestorerBuilder::lexicon).
    Lexicon,
    /// Nothing was changed, the reading is unsure.
    Unsure,
    /// A line end taken out, or a line that only numbers a page.
    Layout,
}

/// One change, or one place that is unsure.
#[derive(Debug, Clone, Copy)]
pub struct Correction<'w> {
    results: &'w Results,
    place: &'w Place,
}

impl<'w> Correction<'w> {
    /// Where it stands in [`Document::source`], in bytes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.place.span.clone()
    }

    /// Index of the run in which it starts.
    #[must_use]
    pub fn run(&self) -> usize {
        self.place.run
    }

    /// What was read.
    #[must_use]
    pub fn original(&self) -> &'w str {
        &self.results.strings[self.place.original.clone()]
    }

    /// What it is taken for; equal to the original where only flagged.
    #[must_use]
    pub fn best(&self) -> &'w str {
        &self.results.strings[self.place.best.clone()]
    }

    /// Probability that `best` is right, 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        self.place.confidence
    }

    /// Whether a person should look.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        self.place.flagged
    }

    /// What kind of change it is.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.place.reason
    }

    /// Other readings of the same span, likeliest first.
    pub fn alternatives(&self) -> impl Iterator<Item = Alternative<'w>> + use<'w> {
        let results = self.results;
        let range = self.place.alternatives.clone();
        results.alternatives[range]
            .iter()
            .map(|(text, cost)| Alternative {
                text: &results.strings[text.clone()],
                probability: probability(*cost),
            })
    }

    /// A copy that outlives the worker's next call.
    #[must_use]
    pub fn to_owned(&self) -> OwnedCorrection {
        OwnedCorrection {
            span: self.span(),
            run: self.run(),
            original: self.original().to_owned(),
            best: self.best().to_owned(),
            confidence: self.confidence(),
            flagged: self.is_flagged(),
            reason: self.reason(),
            alternatives: self
                .alternatives()
                .map(|a| OwnedAlternative {
                    text: a.text.to_owned(),
                    probability: a.probability,
                })
                .collect(),
        }
    }
}

/// Another reading of a place in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternative<'w> {
    /// The reading.
    pub text: &'w str,
    /// Its probability, 0 to 1.
    pub probability: f32,
}

/// [`Restored`], owned.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnedRestored {
    /// The whole text.
    pub text: String,
    /// The changes, in the order of the text.
    pub corrections: Vec<OwnedCorrection>,
    /// The places at which a person should look.
    pub flags: Vec<OwnedCorrection>,
}

/// [`Correction`], owned.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnedCorrection {
    /// Where it stands in the document's source, in bytes.
    pub span: Range<usize>,
    /// Index of the run in which it starts.
    pub run: usize,
    /// What was read.
    pub original: String,
    /// What it is taken for.
    pub best: String,
    /// Probability that `best` is right, 0 to 1.
    pub confidence: f32,
    /// Whether a person should look.
    pub flagged: bool,
    /// What kind of change it is.
    pub reason: Reason,
    /// Other readings, likeliest first.
    pub alternatives: Vec<OwnedAlternative>,
}

/// [`Alternative`], owned.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnedAlternative {
    /// The reading.
    pub text: String,
    /// Its probability, 0 to 1.
    pub probability: f32,
}
