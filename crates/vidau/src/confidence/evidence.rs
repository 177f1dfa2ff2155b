//! What is known of each place that the best way writes.

use super::trees::Plane;
use crate::cost::{Cost, NAT};
use crate::decode::{Beam, Block, Lattice, Output, ProfileWeights, Step, log_add};
use crate::engine::{Engine, PROFILES};
use crate::restore::Reason;
use crate::syllable::Casing;
use crate::text::TokenKind;

/// Costs are negative logarithms of probabilities, in 1/256 nat.
#[derive(Clone, Copy)]
enum Feature {
    /// Posterior of the reading, and of its word in any casing.
    Posterior,
    Word,
    /// Posterior of all other words together, and of the text as it was read.
    Others,
    AsRead,
    /// What the reading costs, the language model's part of it less what the
    /// word costs by itself, the channel's part, and that by letter.
    Cost,
    Surprise,
    Channel,
    ChannelByLetter,
    /// What the word costs by itself.
    Unigram,
    /// Characters read.
    Letters,
    /// The [`Reason`](crate::Reason) of the change, and whether what was read
    /// is a word: 1 of the lexicon, 2 of the language model.
    Reason,
    IsWord,
    /// 0 letters alone, 1 signs among them, 2 digits.
    Signs,
    /// Kind of the first token; one above all kinds for a sign out of place.
    Kind,
    Casing,
    /// Signs pasted to it: 1 before, 2 behind.
    Pasted,
    /// The words before and behind: the posterior of all others there, and
    /// the surprise.
    OthersBefore,
    OthersBehind,
    SurpriseBefore,
    SurpriseBehind,
    /// Means over the words of the line and of the block: the posterior, the
    /// channel's part by letter.
    Line,
    Block,
    ChannelOfLine,
    ChannelOfBlock,
    /// Costs of the line's profiles.
    Profiles,
    /// How odd the place's own sign is, the one pasted before and the one
    /// behind it; see [`Signs`](super::Signs).
    Sign = 24 + PROFILES as isize,
    SignBefore,
    SignBehind,
    /// What a number looks like; see [`Signs`](super::Signs).
    Number,
    /// Words and numbers before it on its line and behind it, at most 8 of each.
    FromStart,
    ToEnd,
    /// In how many places of the block, at most 8, the same was read, and in
    /// how many of them something else was written.
    Alike,
    AlikeOtherwise,
}

/// Number of features. New ones come last, so that trees which do not ask for
/// them stay what they were.
pub(super) const FEATURES: usize = Feature::AlikeOtherwise as usize + 1;

const _: () = assert!(Feature::Sign as usize == Feature::Profiles as usize + PROFILES);

/// Words are not called less sure than this in means.
const UNSURE: Cost = 5 * NAT;
/// Words and places are counted up to this.
const MOST: Cost = 8;
/// Places of the same reading that are looked at; the rest would take long
/// and tell no more.
const LOOKED_AT: usize = 32;
/// The cost of what is impossible, or not there.
const NEVER: Cost = 40 * NAT;

/// What is known of a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence([i16; FEATURES]);

impl Default for Evidence {
    fn default() -> Self {
        Self([0; FEATURES])
    }
}

impl Evidence {
    pub(super) fn value(&self, feature: usize) -> i16 {
        self.0[feature]
    }

    pub(super) fn set(&mut self, feature: usize, value: Cost) {
        self.0[feature] = value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    }

    fn put(&mut self, feature: Feature, value: Cost) {
        self.set(feature as usize, value);
    }

    fn get(&self, feature: Feature) -> Cost {
        self.0[feature as usize].into()
    }
}

/// A step of the best way, and what is to be written for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision {
    pub(crate) step: Step,
    /// Number of the text read.
    pub(crate) number: u32,
    /// Its arc's number in the best way.
    pub(crate) at: usize,
    /// What is written; as read where the step's reading is not trusted.
    pub(crate) output: Output,
    /// What kind of change that is.
    pub(crate) reason: Reason,
    /// A sign that looks out of place.
    pub(crate) is_stray: bool,
}

/// Sums over the words of a line.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    posterior: i64,
    channel: i64,
    words: i64,
}

impl Sums {
    fn add(&mut self, evidence: &Evidence) {
        self.posterior += i64::from(evidence.get(Feature::Word).min(UNSURE));
        self.channel += i64::from(evidence.get(Feature::ChannelByLetter).min(UNSURE));
        self.words += 1;
    }

    fn means(&self) -> [Cost; 2] {
        let mean = |sum: i64| (sum / self.words.max(1)) as Cost;
        [mean(self.posterior), mean(self.channel)]
    }
}

/// Scratch of gathering, and its result.
#[derive(Debug, Default)]
pub(crate) struct Gatherer {
    evidence: Vec<Evidence>,
    planes: Vec<Plane>,
    probabilities: Vec<f32>,
    lines: Vec<Sums>,
    /// Number of what was read and the decision's, as one number.
    alike: Vec<u64>,
}

impl Gatherer {
    /// Gathers what is known of `decisions`, the block's, and how likely each is
    /// right.
    pub(crate) fn gather(
        &mut self,
        engine: &Engine,
        block: &Block,
        weights: &ProfileWeights,
        lattice: &Lattice,
        beam: &Beam,
        decisions: &[Decision],
    ) {
        self.evidence.clear();
        self.lines.clear();
        self.lines.resize(block.lines(), Sums::default());
        let mut all = Sums::default();
        for decision in decisions {
            let mut evidence = Evidence::default();
            weigh_readings(&mut evidence, engine, block, lattice, beam, decision);
            look_at_tokens(&mut evidence, block, decision);
            let first = &block.tokens()[decision.step.from];
            if first.kind == TokenKind::Word {
                self.lines[first.line as usize].add(&evidence);
                all.add(&evidence);
            }
            let profiles = weights.line(first.line as usize);
            for (feature, &cost) in (Feature::Profiles as usize..).zip(profiles) {
                evidence.set(feature, cost);
            }
            self.evidence.push(evidence);
        }
        let of_block = all.means();
        for (evidence, decision) in self.evidence.iter_mut().zip(decisions) {
            let line = block.tokens()[decision.step.from].line as usize;
            let of_line = self.lines[line].means();
            evidence.put(Feature::Line, of_line[0]);
            evidence.put(Feature::ChannelOfLine, of_line[1]);
            evidence.put(Feature::Block, of_block[0]);
            evidence.put(Feature::ChannelOfBlock, of_block[1]);
        }
        self.look_around(block, decisions);
        self.look_along_lines(block, decisions);
        self.look_for_others(decisions);
        self.probabilities.clear();
        if let Some(trees) = &engine.confidence {
            trees.judge(&self.evidence, &mut self.planes, &mut self.probabilities);
        }
    }

    /// The probability that each place is right, in their order; none without
    /// trees.
    pub(crate) fn probabilities(&self) -> &[f32] {
        &self.probabilities
    }

    /// What is known of the places, in their order.
    #[cfg(feature = "train")]
    pub(crate) fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// Where on its line each place stands.
    fn look_along_lines(&mut self, block: &Block, decisions: &[Decision]) {
        let line = |i: usize| block.tokens()[decisions[i].step.from].line;
        let counts = |i: usize| {
            let kind = block.tokens()[decisions[i].step.from].kind;
            Cost::from(kind != TokenKind::Punct)
        };
        let mut before = 0;
        for i in 0..decisions.len() {
            if i > 0 && line(i - 1) != line(i) {
                before = 0;
            }
            self.evidence[i].put(Feature::FromStart, before);
            before = (before + counts(i)).min(MOST);
        }
        let mut behind = 0;
        for i in (0..decisions.len()).rev() {
            if i + 1 < decisions.len() && line(i + 1) != line(i) {
                behind = 0;
            }
            self.evidence[i].put(Feature::ToEnd, behind);
            behind = (behind + counts(i)).min(MOST);
        }
    }

    /// What became of the same elsewhere: what is read again and again in the
    /// same letters is seldom damage.
    fn look_for_others(&mut self, decisions: &[Decision]) {
        self.alike.clear();
        let read = decisions.iter().zip(0..);
        let read = read.map(|(decision, i)| u64::from(decision.number) << 32 | i);
        self.alike.extend(read);
        self.alike.sort_unstable();
        let output = |place: &u64| decisions[*place as u32 as usize].output;
        for group in self.alike.chunk_by(|a, b| a >> 32 == b >> 32) {
            let looked_at = &group[..group.len().min(LOOKED_AT)];
            let others_than = |written| looked_at.iter().filter(|o| output(o) != written).count();
            let mut last = output(&group[0]);
            let mut others = others_than(last);
            for place in group {
                if output(place) != last {
                    last = output(place);
                    others = others_than(last);
                }
                let evidence = &mut self.evidence[*place as u32 as usize];
                evidence.put(Feature::Alike, (group.len() as Cost - 1).min(MOST));
                evidence.put(Feature::AlikeOtherwise, (others as Cost).min(MOST));
            }
        }
    }

    fn look_around(&mut self, block: &Block, decisions: &[Decision]) {
        let is_word = |i: usize| block.tokens()[decisions[i].step.from].kind == TokenKind::Word;
        let nothing = [NEVER, 0];
        let told = |e: &Evidence| [e.get(Feature::Others), e.get(Feature::Surprise)];
        let mut before = nothing;
        for i in 0..decisions.len() {
            self.evidence[i].put(Feature::OthersBefore, before[0]);
            self.evidence[i].put(Feature::SurpriseBefore, before[1]);
            if is_word(i) {
                before = told(&self.evidence[i]);
            }
        }
        let mut behind = nothing;
        for i in (0..decisions.len()).rev() {
            self.evidence[i].put(Feature::OthersBehind, behind[0]);
            self.evidence[i].put(Feature::SurpriseBehind, behind[1]);
            if is_word(i) {
                behind = told(&self.evidence[i]);
            }
        }
    }
}

/// What the decoder made of the place.
fn weigh_readings(
    evidence: &mut Evidence,
    engine: &Engine,
    block: &Block,
    lattice: &Lattice,
    beam: &Beam,
    decision: &Decision,
) {
    let step = decision.step;
    let best = beam.path()[decision.at];
    let arc = &lattice.arcs()[best as usize];
    let posterior = beam.posteriors()[best as usize];
    let read = block.read(decision.number);
    let known = read.looks.word;
    let word_of = |output: Output| match output {
        Output::AsRead => known,
        Output::Word(id, _) => Some(id),
        Output::Known(number) => engine.lexicon.id(lattice.piece_text(number)),
        _ => None,
    };
    let written = word_of(step.output);
    let is_as_read =
        |output: Output| output == Output::AsRead || (known.is_some() && word_of(output) == known);
    let is_same =
        |output: Output| output == step.output || (written.is_some() && word_of(output) == written);
    let (mut word, mut others, mut as_read) = (posterior, NEVER, NEVER);
    for (a, output) in lattice.readings(step, beam.posteriors(), NEVER - 1) {
        let cost = beam.posteriors()[a];
        if is_as_read(output) {
            as_read = log_add(as_read, cost);
        }
        if a == best as usize {
            continue;
        }
        let sum = if is_same(output) {
            &mut word
        } else {
            &mut others
        };
        *sum = log_add(*sum, cost);
    }
    let letters = read.looks.chars as Cost;
    let cost = beam.path_costs()[decision.at];
    let unigram = word_of(decision.output).map_or(0, |id| engine.word_cost(id));
    evidence.put(Feature::Posterior, posterior);
    evidence.put(Feature::Word, word);
    evidence.put(Feature::Others, others);
    evidence.put(Feature::AsRead, as_read);
    evidence.put(Feature::Cost, cost);
    evidence.put(Feature::Surprise, cost - arc.cost - unigram);
    evidence.put(Feature::Channel, arc.cost);
    evidence.put(Feature::ChannelByLetter, arc.cost / letters.max(1));
    evidence.put(Feature::Unigram, unigram);
    evidence.put(Feature::Letters, letters);
    evidence.put(Feature::Reason, decision.reason as Cost);
    let is_common = engine.known_id(known).is_some();
    evidence.put(
        Feature::IsWord,
        Cost::from(known.is_some()) + Cost::from(is_common),
    );
}

/// What the place looks like.
fn look_at_tokens(evidence: &mut Evidence, block: &Block, decision: &Decision) {
    let step = decision.step;
    let looks = block.looks(decision.number);
    let tokens = block.tokens();
    let is_pasted = |token: Option<usize>| {
        let kind = token.and_then(|t| tokens.get(t)).map(|t| t.kind);
        kind.is_some_and(|kind| kind != TokenKind::Blank)
    };
    let kind = match decision.is_stray {
        true => TokenKind::Other as Cost + 1,
        false => tokens[step.from].kind as Cost,
    };
    let casing = match decision.output {
        Output::Word(_, casing) => casing as Cost,
        _ => match looks.casing {
            Casing::None => 4,
            Casing::Lower => 0,
            Casing::Title => 1,
            Casing::Upper => 2,
            Casing::Mixed => 3,
        },
    };
    let before = Cost::from(is_pasted(step.from.checked_sub(1)));
    let behind = Cost::from(is_pasted(Some(step.to)));
    let sign_of = |token: Option<usize>| {
        let number = token.and_then(|t| block.token_number(t, t + 1));
        number.map_or(0, |number| block.looks(number).signs.oddness.into())
    };
    evidence.put(Feature::Sign, looks.signs.oddness.into());
    evidence.put(Feature::SignBefore, sign_of(step.from.checked_sub(1)));
    evidence.put(Feature::SignBehind, sign_of(Some(step.to)));
    evidence.put(Feature::Number, looks.signs.shape.into());
    evidence.put(Feature::Signs, looks.signs.kind.into());
    evidence.put(Feature::Kind, kind);
    evidence.put(Feature::Casing, casing);
    evidence.put(Feature::Pasted, before + 2 * behind);
}
