//! Where in a block the user's words may stand.

use std::collections::HashMap;

use super::lexicon::{Form, MAX_WORDS, UserLexicon};
use super::spelling::Observed;
use crate::cost::{Cost, NAT};
use crate::decode::{Arc, Block, ByProfile, Lattice};
use crate::document::Break;
use crate::engine::{Engine, PROFILES, is_exact};
use crate::text::TokenKind;

/// Most tokens that one word may have been read as: "M", "'", "gar".
const MAX_TOKENS: usize = 5;
/// A word that costs more than this, and this much a character, was not read
/// as the token.
const WORD: Cost = 3 * NAT;
const CHAR: Cost = 2 * NAT;
/// Distinct tokens that are remembered.
const MAX_CACHED: usize = 1 << 14;

/// A word of the user's that a stretch of text may stand for.
#[derive(Debug, Clone, Copy)]
struct Match {
    word: u32,
    form: Form,
    cost: Cost,
}

/// A word of a phrase on its way through the block.
#[derive(Debug, Clone, Copy)]
struct Step {
    from: usize,
    to: usize,
    word: u32,
}

/// Scratch of the search; one a worker.
#[derive(Debug, Default)]
pub(crate) struct Finder {
    observed: Observed,
    cache: HashMap<String, [Option<Vec<Match>>; PROFILES]>,
    steps: Vec<Step>,
    /// What the words of the walk may stand for, one stretch after the other.
    found: Vec<Match>,
    numbers: Vec<u32>,
}

/// What stays the same within a block.
struct Task<'a> {
    engine: &'a Engine,
    lexicon: &'a UserLexicon,
    block: &'a Block,
}

impl Finder {
    /// Adds an arc for each place at which an entry may stand.
    pub(super) fn push_arcs<'w>(
        &mut self,
        engine: &Engine,
        lexicon: &UserLexicon,
        block: &Block,
        line: impl Fn(usize) -> &'w ByProfile,
        lattice: &mut Lattice,
    ) {
        if lexicon.is_empty() {
            return;
        }
        if self.cache.len() > MAX_CACHED {
            self.cache.clear();
        }
        let task = Task {
            engine,
            lexicon,
            block,
        };
        let tokens = block.tokens();
        for i in 0..tokens.len() {
            let is_inside = i > 0 && is_part(tokens[i - 1].kind);
            let is_possible =
                || !lexicon.is_phrases || block.looks(tokens[i].number).is_mostly_upper;
            if is_part(tokens[i].kind) && !is_inside && is_possible() {
                let profiles = line(tokens[i].line as usize);
                self.extend(&task, i, None, 0, profiles, lattice);
            }
        }
    }

    /// Goes on with the word that begins at token `from`, `form` being that of
    /// the words before it, if they show one, and `cost` what they cost.
    fn extend(
        &mut self,
        task: &Task<'_>,
        from: usize,
        form: Option<Form>,
        cost: Cost,
        line: &ByProfile,
        lattice: &mut Lattice,
    ) {
        let tokens = task.block.tokens();
        let rest = tokens[from..].iter().take(MAX_TOKENS + 1);
        let chunk = from + rest.take_while(|t| t.kind != TokenKind::Blank).count();
        for to in from + 1..=chunk.min(from + MAX_TOKENS) {
            if !is_part(tokens[to - 1].kind) {
                continue;
            }
            let (first, last) = self.matches(task, from, to, line);
            for m in first..last {
                let found = self.found[m];
                let is_caseless = task.is_caseless(found.word);
                let fits = match form {
                    Some(form) => form.later() == found.form,
                    None => self.steps.is_empty() || found.form != Form::Title,
                };
                if !fits && !is_caseless {
                    continue;
                }
                self.numbers.push(found.word);
                self.steps.push(Step {
                    from,
                    to,
                    word: found.word,
                });
                let entries = task.lexicon.beginning_with(&self.numbers);
                let cost = cost + found.cost;
                let form = form.or((!is_caseless).then_some(found.form));
                if entries
                    .first()
                    .is_some_and(|e| e.len() == self.numbers.len())
                {
                    self.push(task, form.unwrap_or(Form::Entered), cost, lattice);
                }
                let goes_on = entries.last().is_some_and(|e| e.len() > self.numbers.len());
                if goes_on
                    && to == chunk
                    && self.steps.len() < MAX_WORDS
                    && let Some(next) = next_word(task.block, to)
                {
                    self.extend(task, next, form, cost, line, lattice);
                }
                self.numbers.pop();
                self.steps.pop();
            }
            self.found.truncate(first);
        }
    }

    /// The arc of the entry that was walked through.
    fn push(&self, task: &Task<'_>, form: Form, cost: Cost, lattice: &mut Lattice) {
        let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) else {
            return;
        };
        let engine = task.engine;
        let mut arc = Arc::as_read(first.from, last.to, cost + task.lexicon.price(), None);
        // The language model goes on from the entry's last words; what it asks
        // for them is given back, since the entry has its own price.
        for step in self.steps.iter().rev().take(2).rev() {
            let text = task.lexicon.words()[step.word as usize].text(Form::Entered);
            let word = engine.known_or_unknown(engine.lexicon.id(text));
            arc.lm[usize::from(arc.lm_len)] = word;
            arc.lm_len += 1;
            arc.cost -= engine.word_cost(u32::from(word));
        }
        let pieces = self.steps.iter().enumerate().map(|(n, step)| {
            let form = if n > 0 { form.later() } else { form };
            let word = &task.lexicon.words()[step.word as usize];
            (step.from, step.to, word.text(form))
        });
        lattice.push_known(arc, task.lexicon.is_phrases, pieces);
    }

    /// The words that tokens `from..to` may stand for, each at its least cost
    /// under the profiles of its line.
    /// They stand in `found` from the first number to before the second.
    fn matches(
        &mut self,
        task: &Task<'_>,
        from: usize,
        to: usize,
        line: &ByProfile,
    ) -> (usize, usize) {
        let first = self.found.len();
        let tokens = &task.block.tokens()[from..to];
        let text = task.block.text_of(from, to);
        let is_number = |kind| matches!(kind, TokenKind::Number | TokenKind::Code);
        let has_number = tokens.iter().any(|t| is_number(t.kind));
        let scales = task.engine.scales_in(is_exact(text), line);
        for (p, &weight) in line.iter().enumerate() {
            if weight > task.engine.arcs.profile_margin {
                continue;
            }
            self.look_up(task, text, has_number, p);
            let found = self.cache.get(text).and_then(|known| known[p].as_ref());
            let found = found.into_iter().flatten();
            self.found.extend(found.map(|found| Match {
                cost: found.cost * scales[p] / 256 + weight,
                ..*found
            }));
        }
        self.found[first..].sort_unstable_by_key(|m| (m.word, m.form, m.cost));
        let mut last = first;
        for m in first..self.found.len() {
            let found = self.found[m];
            let is_new = last == first || {
                let before = self.found[last - 1];
                (before.word, before.form) != (found.word, found.form)
            };
            if is_new {
                self.found[last] = found;
                last += 1;
            }
        }
        self.found.truncate(last);
        (first, last)
    }

    fn look_up(&mut self, task: &Task<'_>, text: &str, has_number: bool, profile: usize) {
        // The same text always has the same kinds of token, so `has_number`
        // need not be part of the key.
        if !self.cache.contains_key(text) {
            self.cache.insert(text.to_owned(), Default::default());
        }
        let Some(known) = self.cache.get_mut(text) else {
            return;
        };
        let observed = &mut self.observed;
        known[profile].get_or_insert_with(|| {
            let mut found = Vec::new();
            if observed.set(text, has_number) {
                let channel = &task.engine.profiles[profile];
                for (word, known) in task.lexicon.words().iter().enumerate() {
                    for (form, spelling) in known.forms() {
                        let most = WORD + CHAR * spelling.len() as Cost;
                        if let Some(cost) = spelling.cost(observed, channel, most) {
                            let word = word as u32;
                            found.push(Match { word, form, cost });
                        }
                    }
                }
            }
            found
        });
    }
}

impl Task<'_> {
    /// Whether a word looks the same in every form: numbers, abbreviations.
    fn is_caseless(&self, word: u32) -> bool {
        self.lexicon.words()[word as usize].forms().nth(1).is_none()
    }
}

/// Tokens that words are made of.
fn is_part(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Code)
}

/// The token after the gap at `gap`: a blank or the end of a line in running
/// text.
fn next_word(block: &Block, gap: usize) -> Option<usize> {
    let tokens = block.tokens();
    let mut next = gap;
    let mut lines = 0;
    while let Some(token) = tokens.get(next).filter(|t| t.kind == TokenKind::Blank) {
        match token.line_end {
            None => {}
            Some(Break::Line | Break::Blank) => lines += 1,
            Some(_) => return None,
        }
        next += 1;
    }
    let is_word = tokens.get(next).is_some_and(|t| is_part(t.kind));
    (is_word && lines <= 1).then_some(next)
}
