//! Which arcs a block's lattice has.

use super::block::Block;
use super::lattice::{Arc, Lattice, Output};
use super::profiles::{ByProfile, ProfileWeights};
use crate::candidates::{Bounds, Candidate, CandidateCache, CandidateCasing, Searcher};
use crate::engine::PROFILES;
use crate::cost::{Cost, NAT};
use crate::document::Break;
use crate::engine::Engine;
use crate::lm;
use crate::syllable::{Casing, casing};
use crate::text::TokenKind;

/// Prices and bounds of the lattice; see `docs/algorithm.md` for how each was
/// chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArcOptions {
    pub(crate) bounds: Bounds,
    /// A word kept though the lexicon does not have it: once, and a character.
    pub(crate) foreign_word: Cost,
    pub(crate) foreign_char: Cost,
    /// A character in such a word that is no letter.
    pub(crate) foreign_odd: Cost,
    /// Profiles less likely than this are left out.
    pub(crate) profile_margin: Cost,
    /// Words cheaper than this in their channel are not cut or joined.
    pub(crate) sound_word: Cost,
    /// Candidates of either part of a word cut in two.
    pub(crate) split_best: usize,
    /// A line end taken for the end of a paragraph, and not.
    pub(crate) paragraph: Cost,
    pub(crate) no_paragraph: Cost,
    /// Punctuation taken for dirt.
    pub(crate) dirt: Cost,
}

/// Most tokens that one word may span.
const MAX_SPAN: usize = 5;
/// Longest word made by taking out a blank, in bytes.
const MAX_JOINED: usize = 12;

/// Scratch of the lattice's building.
#[derive(Debug, Default)]
pub(crate) struct ArcBuilder {
    searcher: Searcher,
    cache: CandidateCache,
    merged: Vec<Candidate>,
    left: Vec<Candidate>,
    joined: String,
    folded: String,
}

/// Where in a sentence a word stands, as far as capitals go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A sentence, a heading or a list item may start here.
    Start,
    LowerWord,
    TitleWord,
    /// After a word in capitals: case tells nothing.
    UpperWord,
}

impl ArcBuilder {
    /// Forgets old candidates when there are too many; between blocks.
    pub(crate) fn trim(&mut self) {
        self.cache.trim();
    }

    /// The cost of a line's words under each profile.
    pub(crate) fn evidence(
        &mut self,
        engine: &Engine,
        block: &Block,
        tokens: std::ops::Range<usize>,
    ) -> ByProfile {
        let mut sum = [0; PROFILES];
        for i in tokens {
            if block.tokens()[i].kind != TokenKind::Word {
                continue;
            }
            let text = block.text_of(i, i + 1);
            let foreign = engine.foreign_cost(text) + engine.word_cost(u32::from(lm::UNKNOWN));
            let mut costs = [0; PROFILES];
            for (p, cost) in costs.iter_mut().enumerate() {
                let found = self.find(engine, text, p);
                let best = found.iter().map(|c| c.cost + engine.word_cost(c.id)).min();
                *cost = best.unwrap_or(foreign).min(foreign);
            }
            // One word, however odd, does not decide a line.
            let least = costs.into_iter().min().unwrap_or(0);
            for (sum, cost) in sum.iter_mut().zip(costs) {
                *sum += (cost - least).min(6 * NAT) / 2;
            }
        }
        sum
    }

    /// Fills `lattice` with every arc of the block.
    pub(crate) fn build(
        &mut self,
        engine: &Engine,
        block: &Block,
        weights: &ProfileWeights,
        lattice: &mut Lattice,
    ) {
        lattice.clear();
        let tokens = block.tokens();
        let mut before = Before::Start;
        for i in 0..tokens.len() {
            let token = tokens[i];
            let line = weights.line(token.line as usize);
            match token.kind {
                TokenKind::Word => {
                    before = self.word_arcs(engine, block, i, line, before, lattice);
                }
                TokenKind::Number => {
                    lattice.push(Arc::as_read(i, i + 1, 0, Some(lm::NUMBER)));
                    before = Before::LowerWord;
                }
                TokenKind::Code => {
                    lattice.push(Arc::as_read(i, i + 1, 0, Some(lm::CODE)));
                    before = Before::LowerWord;
                }
                TokenKind::Url => lattice.push(Arc::as_read(i, i + 1, 0, Some(lm::UNKNOWN))),
                TokenKind::Punct => {
                    let text = block.text_of(i, i + 1);
                    let word = punctuation(text);
                    lattice.push(Arc::as_read(i, i + 1, 0, word));
                    if word.is_some() {
                        lattice.push(Arc::as_read(i, i + 1, engine.arcs.dirt, None));
                    }
                    if word != Some(lm::COMMA) {
                        before = Before::Start;
                    }
                }
                _ => {
                    let mut arc = Arc::as_read(i, i + 1, 0, None);
                    if let Some(kind) = token.line_end {
                        let (end, on) = paragraph_prices(kind, engine);
                        arc.cost = on;
                        arc.paragraph = Some(end);
                        if kind != Break::Line && kind != Break::Blank {
                            before = Before::Start;
                        }
                    }
                    lattice.push(arc);
                }
            }
        }
        lattice.finish(tokens.len());
    }

    /// All readings of spans that begin with the word at token `i`.
    fn word_arcs(
        &mut self,
        engine: &Engine,
        block: &Block,
        i: usize,
        line: &ByProfile,
        before: Before,
        lattice: &mut Lattice,
    ) -> Before {
        let text = block.text_of(i, i + 1);
        let read_casing = casing(text);
        self.merge(engine, text, line);
        let mut best = Cost::MAX;
        let mut known = false;
        for c in &self.merged {
            best = best.min(c.cost);
            known |= is_as_read(engine, c, text, &mut self.folded);
            lattice.push(word_arc(engine, i, i + 1, c, before));
        }
        // The token as it stands is always among the readings.
        if !known {
            let cost = engine.foreign_cost(text);
            let word = engine.known_word(text).unwrap_or(lm::UNKNOWN);
            lattice.push(Arc::as_read(i, i + 1, cost, Some(word)));
        }
        if best > engine.arcs.sound_word {
            self.split_arcs(engine, text, i, line, before, lattice);
        }
        self.span_arcs(engine, block, i, line, before, lattice);
        self.join_arcs(engine, block, i, best, line, before, lattice);
        match read_casing {
            Casing::Upper => Before::UpperWord,
            Casing::Title => Before::TitleWord,
            _ => Before::LowerWord,
        }
    }

    /// A word with punctuation that the engine saw within or behind it.
    fn span_arcs(
        &mut self,
        engine: &Engine,
        block: &Block,
        i: usize,
        line: &ByProfile,
        before: Before,
        lattice: &mut Lattice,
    ) {
        let tokens = block.tokens();
        for j in i + 1..(i + MAX_SPAN).min(tokens.len()) {
            let can_join = match tokens[j].kind {
                TokenKind::Word => tokens[j - 1].kind == TokenKind::Punct,
                TokenKind::Punct => is_stray(block.text_of(j, j + 1)),
                _ => false,
            };
            if !can_join {
                break;
            }
            self.merge(engine, block.text_of(i, j + 1), line);
            for c in self.merged.iter().take(engine.arcs.split_best) {
                lattice.push(word_arc(engine, i, j + 1, c, before));
            }
        }
    }

    /// A word in which the engine saw a blank.
    #[allow(clippy::too_many_arguments)]
    fn join_arcs(
        &mut self,
        engine: &Engine,
        block: &Block,
        i: usize,
        best: Cost,
        line: &ByProfile,
        before: Before,
        lattice: &mut Lattice,
    ) {
        let tokens = block.tokens();
        let Some([blank, next]) = tokens.get(i + 1..i + 3) else {
            return;
        };
        let is_gap = blank.kind == TokenKind::Blank && blank.line_end.is_none();
        let length = (next.end - tokens[i].start) as usize;
        if !is_gap || next.kind != TokenKind::Word || length > MAX_JOINED {
            return;
        }
        if best <= engine.arcs.sound_word && self.is_sound(engine, block.text_of(i + 2, i + 3), line)
        {
            return;
        }
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        joined.push_str(block.text_of(i, i + 1));
        joined.push_str(block.text_of(i + 2, i + 3));
        self.merge(engine, &joined, line);
        self.joined = joined;
        let price = engine.blank_inserted(line);
        for c in self.merged.iter().take(engine.arcs.split_best) {
            let mut arc = word_arc(engine, i, i + 3, c, before);
            arc.cost += price;
            lattice.push(arc);
        }
    }

    /// Two words between which the engine lost the blank.
    fn split_arcs(
        &mut self,
        engine: &Engine,
        text: &str,
        i: usize,
        line: &ByProfile,
        before: Before,
        lattice: &mut Lattice,
    ) {
        let chars = text.chars().count();
        if !(4..=14).contains(&chars) {
            return;
        }
        let price = engine.blank_lost(line);
        for (at, _) in text.char_indices().skip(2) {
            let (left, right) = text.split_at(at);
            if right.chars().nth(1).is_none() {
                break;
            }
            self.merge(engine, left, line);
            self.left.clear();
            let n = engine.arcs.split_best;
            self.left.extend(self.merged.iter().take(n).copied());
            if self.left.is_empty() {
                continue;
            }
            self.merge(engine, right, line);
            for l in &self.left {
                for r in self.merged.iter().take(n) {
                    let mut arc = word_arc(engine, i, i + 1, l, before);
                    arc.cost += price + r.cost + engine.unseen_price(r.id);
                    arc.lm[1] = engine.lm_word(r.id);
                    arc.lm_len = 2;
                    arc.output = Output::Two([l.id, r.id], l.casing);
                    lattice.push(arc);
                }
            }
        }
    }

    /// Whether a word has a cheap reading.
    fn is_sound(&mut self, engine: &Engine, text: &str, line: &ByProfile) -> bool {
        self.merge(engine, text, line);
        let best = self.merged.iter().map(|c| c.cost).min();
        best.is_some_and(|b| b <= engine.arcs.sound_word)
    }

    /// The candidates of `text` under the profiles of its line, each at its
    /// least cost; best first.
    fn merge(&mut self, engine: &Engine, text: &str, line: &ByProfile) {
        self.merged.clear();
        let mut merged = std::mem::take(&mut self.merged);
        for (p, &weight) in line.iter().enumerate() {
            if weight > engine.arcs.profile_margin {
                continue;
            }
            let found = self.find(engine, text, p);
            merged.extend(found.iter().map(|c| Candidate {
                cost: c.cost + weight,
                ..*c
            }));
        }
        merged.sort_unstable_by_key(|c| (c.id, c.cost, c.casing));
        merged.dedup_by_key(|c| c.id);
        merged.sort_unstable_by_key(|c| (c.cost + engine.word_cost(c.id), c.id));
        merged.truncate(engine.arcs.bounds.n_best);
        self.merged = merged;
    }

    fn find(&mut self, engine: &Engine, text: &str, profile: usize) -> &[Candidate] {
        let token = self.cache.token(text);
        if self.cache.get(token, profile).is_none() {
            let found = self.searcher.search(
                text,
                &engine.lexicon,
                &engine.profiles[profile],
                &engine.word_costs,
                engine.arcs.bounds,
            );
            self.cache.put(token, profile, found);
        }
        self.cache.get(token, profile).unwrap_or(&[])
    }
}

/// An arc for one candidate.
fn word_arc(engine: &Engine, from: usize, to: usize, c: &Candidate, before: Before) -> Arc {
    let case = match (before, c.casing) {
        (Before::LowerWord, CandidateCasing::Lower) => engine.case_cost(c.id, 0),
        (Before::LowerWord, CandidateCasing::Title) => engine.case_cost(c.id, 1),
        (Before::TitleWord, CandidateCasing::Lower) => engine.case_cost(c.id, 2),
        (Before::TitleWord, CandidateCasing::Title) => engine.case_cost(c.id, 3),
        _ => 0,
    };
    Arc {
        from: from as u32,
        to: to as u32,
        cost: c.cost + engine.unseen_price(c.id) + case,
        lm: [engine.lm_word(c.id), 0],
        lm_len: 1,
        paragraph: None,
        output: Output::Word(c.id, c.casing),
    }
}

/// Whether a candidate is the token itself.
fn is_as_read(engine: &Engine, c: &Candidate, text: &str, folded: &mut String) -> bool {
    engine.fold(text, folded);
    engine.lexicon.word(c.id) == folded
}

/// The language model's word for a punctuation token; `None` for what it
/// does not see.
fn punctuation(text: &str) -> Option<u16> {
    match text.chars().next()? {
        ',' => Some(lm::COMMA),
        '.' | ';' | ':' | '!' | '?' | '…' => Some(lm::STOP),
        _ => None,
    }
}

/// Punctuation that engines see where there are marks, dots or dirt.
fn is_stray(text: &str) -> bool {
    matches!(
        text,
        "'" | "’" | "‘" | "`" | "´" | "\"" | "“" | "”" | "." | "," | "-" | "~" | "^" | "*" | ":" | ";"
            | "!" | "/" | "\\" | "(" | ")" | "[" | "]" | "{" | "}" | "<" | ">" | "_" | "¬" | "¨"
    )
}

/// Prices of ending a paragraph at a break and of going on.
fn paragraph_prices(kind: Break, engine: &Engine) -> (Cost, Cost) {
    let (end, on) = (engine.arcs.paragraph, engine.arcs.no_paragraph);
    match kind {
        Break::Blank | Break::Line => (end, on),
        // The other way round: it may still go on, over a page or a gap.
        Break::Paragraph | Break::Column | Break::Page => (on, end),
    }
}

