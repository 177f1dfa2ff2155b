//! Which arcs a block's lattice has.

use super::block::Block;
use super::capitals::{is_among_small, is_in_abbreviation, is_miscased};
use super::codes::code_arcs;
use super::foreign::ForeignLines;
use super::lattice::{Arc, Lattice, Output};
use super::profiles::{ByProfile, ProfileWeights};
use super::readings::Readings;
use super::rule_arcs::RuleArcs;
use super::stray::is_stray_quote;
use crate::candidates::{Asked, Bounds, Candidate, CandidateCasing};
use crate::cost::Cost;
use crate::document::Break;
use crate::engine::{Engine, PROFILES};
use crate::lexicon::Lexicon;
use crate::lm::{self, Piece};
use crate::rules::is_roman;
use crate::syllable::{self, Casing, casing};
use crate::text::TokenKind;

/// Prices and bounds of the lattice; see `docs/algorithm.md` for how each was
/// chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArcOptions {
    pub(crate) bounds: Bounds,
    /// The channel's margin under the profile `clean`, where few words are
    /// damaged and none much.
    pub(crate) clean_margin: Cost,
    /// A word kept though the lexicon does not have it: once, and a character.
    pub(crate) foreign_word: Cost,
    pub(crate) foreign_char: Cost,
    /// A change on a line in another language; none: such lines are like others.
    pub(crate) foreign_line: Option<Cost>,
    /// On such lines, what candidates may cost the channel, and how many are
    /// kept.
    pub(crate) near: Cost,
    pub(crate) near_best: usize,
    /// A character that is no letter in a word that is kept.
    pub(crate) foreign_odd: Cost,
    /// Profiles less likely than this are left out.
    pub(crate) profile_margin: Cost,
    /// Words cheaper than this in their channel are not cut or joined.
    pub(crate) sound_word: Cost,
    /// What a part of a word, joined words and a sign may cost the channel, and
    /// how many of their candidates are kept.
    pub(crate) part: Cost,
    pub(crate) split_best: usize,
    /// A word with punctuation in or behind it, beyond its channel's cost.
    pub(crate) speck: Cost,
    /// A line end taken for the end of a paragraph, and not.
    pub(crate) paragraph: Cost,
    pub(crate) no_paragraph: Cost,
    /// By how much a rule's reading is preferred to the token as read; none: no
    /// rules.
    pub(crate) rule: Option<Cost>,
    /// A sign that stands for a letter ("¢" for "ở") kept as it was read.
    pub(crate) sign: Cost,
    /// A word for such a sign, beyond its channel's cost.
    pub(crate) sign_word: Cost,
    /// A number of one or two digits that is a word, beyond its channel's cost.
    pub(crate) digit_word: Cost,
    /// Punctuation taken for dirt.
    pub(crate) dirt: Cost,
    /// An apostrophe behind or in a word, where no quotation is open: it may
    /// be the horn of ơ and ư.
    pub(crate) stray_quote: Cost,
    /// A comma between words without a blank, where it may be one: what is
    /// rarer in writing than a blank that was read as a comma.
    pub(crate) tight_comma: Cost,
    /// A syllable in capitals among words that are not.
    pub(crate) lone_capitals: Cost,
    /// A syllable in small letters that were read as capitals.
    pub(crate) miscased: Cost,
    /// A syllable put for a part of an abbreviation: NQ/TƯ for NQ/TU.
    pub(crate) abbreviation: Cost,
    /// A letter that differs from the word that stands between the same two
    /// elsewhere; none: those are not looked for.
    pub(crate) echo: Option<Cost>,
}

/// Most tokens that one word may span.
const MAX_SPAN: usize = 5;
/// Longest word made by taking out a blank, in bytes.
const MAX_JOINED: usize = 12;

/// Scratch of the lattice's building.
#[derive(Debug, Default)]
pub(crate) struct ArcBuilder {
    readings: Readings,
    left: Vec<Candidate>,
    rules: RuleArcs,
    foreign: ForeignLines,
    joined: String,
    /// The token whose candidates were found for the one before it, and they.
    next: Option<usize>,
    next_found: Vec<Candidate>,
}

/// Where in a sentence a word stands, as far as capitals go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// A sentence, a heading or a list item may start here.
    Start,
    LowerWord,
    TitleWord,
    /// After a word in capitals: case tells nothing.
    UpperWord,
}

impl ArcBuilder {
    /// Starts a block: forgets old candidates when there are too many, and
    /// looks which lines are in another language.
    pub(crate) fn begin(&mut self, engine: &Engine, block: &Block) {
        self.readings.begin(block);
        self.next = None;
        self.foreign.clear();
        if engine.arcs.foreign_line.is_some() {
            self.foreign.find(engine, block);
        }
    }

    /// Whether a line of the block begun is in another language.
    pub(crate) fn is_foreign(&self, line: u32) -> bool {
        self.foreign.contains(line)
    }

    /// The cost of a line's words under each profile. Words of another
    /// language, which are far from all words, tell nothing.
    pub(crate) fn evidence(
        &mut self,
        engine: &Engine,
        block: &Block,
        line: usize,
        tokens: std::ops::Range<usize>,
    ) -> ByProfile {
        let mut sum = [0; PROFILES];
        if self.foreign.contains(line as u32) {
            return sum;
        }
        for i in tokens {
            if block.tokens()[i].kind != TokenKind::Word {
                continue;
            }
            let evidence = self.readings.evidence(engine, block, i);
            for (sum, cost) in sum.iter_mut().zip(evidence) {
                *sum += cost / 2;
            }
        }
        sum
    }

    /// Fills `lattice`, to be finished, with every arc of the block begun.
    pub(crate) fn build(
        &mut self,
        engine: &Engine,
        block: &Block,
        weights: &ProfileWeights,
        lattice: &mut Lattice,
    ) {
        lattice.clear();
        self.rules.begin(block);
        let tokens = block.tokens();
        let mut before = Before::Start;
        for (i, token) in tokens.iter().enumerate() {
            let line = weights.line(token.line as usize);
            if let Some(rule) = engine.arcs.rule {
                self.rules.push(engine, block, i, rule, lattice);
            }
            match token.kind {
                TokenKind::Word => {
                    before = self.word_arcs(engine, block, i, line, before, lattice);
                }
                TokenKind::Number => {
                    lattice.push(Arc::as_read(i, i + 1, 0, Some(lm::NUMBER)));
                    if is_in_prose(block, i) {
                        let price = engine.arcs.digit_word;
                        self.sign_arcs(engine, block, i, line, before, price, lattice);
                    }
                    before = Before::LowerWord;
                }
                TokenKind::Code => {
                    code_arcs(engine, block, i, lattice);
                    before = Before::LowerWord;
                }
                TokenKind::Url => lattice.push(Arc::as_read(i, i + 1, 0, Some(lm::UNKNOWN))),
                TokenKind::Punct => {
                    let text = block.text_of(i, i + 1);
                    let word = match lm::piece(TokenKind::Punct, text) {
                        Piece::Id(word) => Some(word),
                        Piece::Word | Piece::Nothing => None,
                    };
                    let is_sign = is_letter_sign(text);
                    let price = if is_sign {
                        engine.arcs.sign
                    } else if is_stray_quote(block, i) {
                        engine.arcs.stray_quote
                    } else {
                        0
                    };
                    let blank = self.read_blank(engine, block, i, line);
                    let tight = if blank.is_some() && word == Some(lm::COMMA) {
                        engine.arcs.tight_comma
                    } else {
                        0
                    };
                    lattice.push(Arc::as_read(i, i + 1, price + tight, word));
                    if word.is_some() {
                        let price = engine.arcs.dirt + tight;
                        lattice.push(Arc::as_read(i, i + 1, price, None));
                    }
                    if let Some(price) = blank {
                        let mut arc = Arc::as_read(i, i + 1, price, None);
                        arc.output = Output::Blank;
                        lattice.push(arc);
                    }
                    if is_sign {
                        let price = engine.arcs.sign_word;
                        self.sign_arcs(engine, block, i, line, before, price, lattice);
                        before = Before::LowerWord;
                    } else if word != Some(lm::COMMA) {
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
        let wanted = self.readings.token(block, i);
        let read = block.read(block.tokens()[i].number);
        let text = wanted.text;
        let read_casing = read.looks.casing;
        let foreign_line = engine.arcs.foreign_line;
        let foreign_line = foreign_line.filter(|_| self.foreign.contains(block.tokens()[i].line));
        let asked = match foreign_line {
            Some(_) => Asked::Near,
            None => Asked::All,
        };
        if self.next == Some(i) {
            self.readings.found.clone_from(&self.next_found);
        } else {
            self.readings.find(engine, wanted, line, asked);
        }
        let mut best = Cost::MAX;
        let mut known = false;
        let confidence = block.tokens()[i].confidence;
        let trust = confidence.map_or(0, |c| engine.trust(read.folded(), c, line));
        let is_lone = read_casing == Casing::Upper && is_among_small(block, i);
        let is_part = read_casing == Casing::Upper && is_in_abbreviation(block, i);
        let is_number = text.bytes().all(|b| b.is_ascii_uppercase()) && is_roman(text);
        for c in &self.readings.found {
            best = best.min(c.cost);
            let is_as_read = read.looks.folded_word == Some(c.id);
            known |= is_as_read && engine.unseen_price(c.id) == 0;
            // "khoá XI" is no "khoá XII", however often that is written.
            if is_number && !is_as_read && is_roman(engine.lexicon.word(c.id)) {
                continue;
            }
            let mut arc = word_arc(engine, i, i + 1, c, before);
            if is_as_read {
                arc.cost -= trust;
            }
            if is_lone && c.casing == CandidateCasing::Upper && is_legal(&engine.lexicon, c) {
                arc.cost += engine.arcs.lone_capitals;
            }
            if is_part && !is_as_read && is_legal(&engine.lexicon, c) {
                arc.cost += engine.arcs.abbreviation;
            }
            arc.cost += foreign_line.unwrap_or(0);
            lattice.push(arc);
        }
        if is_miscased(text, read_casing, is_lone)
            && let Some(id) = read.looks.word
        {
            let small = Candidate {
                id,
                casing: CandidateCasing::Lower,
                foreign: false,
                cost: engine.arcs.miscased,
            };
            lattice.push(word_arc(engine, i, i + 1, &small, before));
        }
        if foreign_line.is_some() {
            let word = engine.known_or_unknown(read.looks.word);
            lattice.push(Arc::as_read(i, i + 1, 0, Some(word)));
            return Before::LowerWord;
        }
        // The token as it stands is always among the readings.
        if !known {
            let cost = engine.foreign_cost_in(read.looks, line) - trust;
            let word = engine.known_or_unknown(read.looks.word);
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

    /// Words for a sign or a digit that stands by itself: engines without
    /// Vietnamese read "ở" as 6, & or ¢.
    #[allow(clippy::too_many_arguments)]
    fn sign_arcs(
        &mut self,
        engine: &Engine,
        block: &Block,
        i: usize,
        line: &ByProfile,
        before: Before,
        price: Cost,
        lattice: &mut Lattice,
    ) {
        let wanted = self.readings.token(block, i);
        self.readings.find(engine, wanted, line, Asked::Few);
        self.push_best(engine, i, i + 1, before, price, lattice);
    }

    /// The price of punctuation between two words being a blank.
    fn read_blank(
        &self,
        engine: &Engine,
        block: &Block,
        i: usize,
        line: &ByProfile,
    ) -> Option<Cost> {
        let tokens = block.tokens();
        let is_word = |t: &super::block::BlockToken| t.kind == TokenKind::Word;
        let between = i > 0 && is_word(&tokens[i - 1]) && tokens.get(i + 1).is_some_and(is_word);
        if !between {
            return None;
        }
        engine.read_blank(block.text_of(i, i + 1), line)
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
                TokenKind::Punct => is_speck(block.text_of(j, j + 1)),
                _ => false,
            };
            if !can_join {
                break;
            }
            let wanted = self.readings.text(block.text_of(i, j + 1));
            self.readings.find(engine, wanted, line, Asked::Few);
            self.push_best(engine, i, j + 1, before, engine.arcs.speck, lattice);
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
        // A form feed or a tab is a gap of its own and is never lost.
        let is_gap = blank.line_end.is_none() && block.text_of(i + 1, i + 2) == " ";
        let length = (next.end - tokens[i].start) as usize;
        if !is_gap || next.kind != TokenKind::Word || length > MAX_JOINED {
            return;
        }
        if best <= engine.arcs.sound_word && self.is_sound(engine, block, i + 2, line) {
            return;
        }
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        joined.push_str(block.text_of(i, i + 1));
        joined.push_str(block.text_of(i + 2, i + 3));
        let wanted = self.readings.text(&joined);
        self.readings.find(engine, wanted, line, Asked::Few);
        self.joined = joined;
        let price = engine.blank_inserted(line);
        self.push_best(engine, i, i + 3, before, price, lattice);
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
        if !(4..=14).contains(&chars) || casing(text) == Casing::Mixed {
            return;
        }
        let price = engine.blank_lost(line);
        for (at, _) in text.char_indices().skip(2) {
            let (left, right) = text.split_at(at);
            if right.chars().nth(1).is_none() {
                break;
            }
            let left = self.readings.text(left);
            self.readings.find(engine, left, line, Asked::FewSyllables);
            self.left.clear();
            let n = engine.arcs.split_best;
            self.left.extend(self.readings.found.iter().take(n));
            if self.left.is_empty() {
                continue;
            }
            let right = self.readings.text(right);
            self.readings.find(engine, right, line, Asked::FewSyllables);
            for l in &self.left {
                for r in self.readings.found.iter().take(n) {
                    let mut arc = word_arc(engine, i, i + 1, l, before);
                    arc.cost += price + r.cost + engine.unseen_price(r.id);
                    arc.lm[1] = engine.known_or_unknown(Some(r.id));
                    arc.lm_len = 2;
                    arc.output = Output::Two([l.id, r.id], l.casing);
                    lattice.push(arc);
                }
            }
        }
    }

    /// Adds arcs over tokens `from..to` for the best few of what was merged
    /// last, each at `price` more.
    fn push_best(
        &self,
        engine: &Engine,
        from: usize,
        to: usize,
        before: Before,
        price: Cost,
        lattice: &mut Lattice,
    ) {
        for c in self.readings.found.iter().take(engine.arcs.split_best) {
            let mut arc = word_arc(engine, from, to, c, before);
            arc.cost += price;
            lattice.push(arc);
        }
    }

    /// Whether the word at token `i`, the next one that is asked for, has a
    /// cheap reading.
    fn is_sound(&mut self, engine: &Engine, block: &Block, i: usize, line: &ByProfile) -> bool {
        let wanted = self.readings.token(block, i);
        self.readings.find(engine, wanted, line, Asked::All);
        // Copied, not swapped: so the second time of a text takes no memory.
        self.next_found.clone_from(&self.readings.found);
        self.next = Some(i);
        let best = self.readings.found.iter().map(|c| c.cost).min();
        best.is_some_and(|b| b <= engine.arcs.sound_word)
    }
}

fn is_legal(lexicon: &Lexicon, candidate: &Candidate) -> bool {
    syllable::is_legal(lexicon.word(candidate.id))
}

/// An arc for one candidate.
pub(super) fn word_arc(
    engine: &Engine,
    from: usize,
    to: usize,
    c: &Candidate,
    before: Before,
) -> Arc {
    let case = match (before, c.casing) {
        (Before::LowerWord, CandidateCasing::Lower) => Some(0),
        (Before::LowerWord, CandidateCasing::Title) => Some(1),
        (Before::TitleWord, CandidateCasing::Lower) => Some(2),
        (Before::TitleWord, CandidateCasing::Title) => Some(3),
        _ => None,
    };
    let (word, price) = match engine.known_id(Some(c.id)) {
        Some(word) => (word, case.map_or(0, |which| engine.case_cost(word, which))),
        None => (lm::UNKNOWN, engine.unseen_price(c.id)),
    };
    Arc {
        from: from as u32,
        to: to as u32,
        cost: c.cost + price,
        lm: [word, 0],
        lm_len: 1,
        paragraph: None,
        output: Output::Word(c.id, c.casing),
    }
}

/// Signs that engines without Vietnamese put for letters.
fn is_letter_sign(text: &str) -> bool {
    matches!(
        text,
        "¢" | "€" | "£" | "&" | "@" | "¥" | "§" | "©" | "®" | "$" | "°"
    )
}

/// Whether a number of at most two digits stands between words of a sentence:
/// on one line, or at its start or end where the sentence goes on.
fn is_in_prose(block: &Block, i: usize) -> bool {
    let tokens = block.tokens();
    let text = block.text_of(i, i + 1);
    let is_word = |at: usize| tokens[at].kind == TokenKind::Word;
    // A blank on the line, or the line end of running text and blanks beside it.
    let is_gap =
        |at: usize| tokens[at].kind == TokenKind::Blank || tokens[at].line_end == Some(Break::Line);
    let begins_low = |at: usize| {
        let word = block.text_of(at, at + 1);
        word.chars().next().is_some_and(char::is_lowercase)
    };
    let Some(before) = i.checked_sub(2).filter(|_| i + 2 < tokens.len()) else {
        return false;
    };
    text.len() <= 2
        && text.bytes().all(|b| b.is_ascii_digit())
        && is_gap(i - 1)
        && is_word(before)
        && is_gap(i + 1)
        && is_word(i + 2)
        && (tokens[i - 1].line_end.is_none() && tokens[i + 1].line_end.is_none()
            || begins_low(before) && begins_low(i + 2))
}

/// Punctuation that engines see where there are marks, dots or dirt.
fn is_speck(text: &str) -> bool {
    matches!(
        text,
        "'" | "’"
            | "‘"
            | "`"
            | "´"
            | "\""
            | "“"
            | "”"
            | "."
            | ","
            | "-"
            | "~"
            | "^"
            | "*"
            | ":"
            | ";"
            | "!"
            | "?"
            | "°"
            | "®"
            | "›"
            | "‹"
            | "„"
            | "/"
            | "\\"
            | "("
            | ")"
            | "["
            | "]"
            | "{"
            | "}"
            | "<"
            | ">"
            | "_"
            | "¬"
            | "¨"
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
