//! Measuring a model: perplexity, and how well it puts the marks back.

use std::collections::HashMap;

use crate::lm::{BOS, EOS, FIRST_WORD, LmState, NgramModel, Piece, UNKNOWN, fold_word, piece};
use crate::text::{Normalizer, tokenize};
use crate::{Cost, NAT};

/// What was measured on a text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evaluation {
    /// Tokens predicted, paragraph ends included.
    pub tokens: u64,
    /// Of them unknown words.
    pub unknown: u64,
    /// Sum of the known tokens' costs in nats.
    pub nats: f64,
    /// Words whose marks were taken off.
    pub words: u64,
    /// Words that came back as they were, tone placement aside.
    pub right: u64,
}

impl Evaluation {
    /// Perplexity over known tokens.
    #[must_use]
    pub fn perplexity(&self) -> f64 {
        (self.nats / (self.tokens - self.unknown).max(1) as f64).exp()
    }

    /// Share of words right, 0 to 1.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.words.max(1) as f64
    }
}

/// A token of the text: its id, and the folded word where it is one.
type Token = (u16, Option<String>);

/// Measures `model` on `text`, a paragraph a line; with `wrapped`, lines that
/// follow each other are one paragraph.
#[must_use]
pub fn evaluate(model: &NgramModel, text: &str, wrapped: bool, beam: usize) -> Evaluation {
    let candidates = Candidates::new(model);
    let mut result = Evaluation::default();
    let mut paragraph = Vec::new();
    let (mut normalizer, mut tokens) = (Normalizer::default(), Vec::new());
    for line in text.lines() {
        normalizer.normalize(line);
        let line = normalizer.text();
        tokens.clear();
        tokenize(line, &mut tokens);
        for token in &tokens {
            match piece(token.kind, token.text(line)) {
                Piece::Nothing => {}
                Piece::Id(id) => paragraph.push((id, None)),
                Piece::Word => {
                    let mut word = String::new();
                    fold_word(token.text(line), &mut word);
                    paragraph.push((model.id(&word), Some(word)));
                }
            }
        }
        if !wrapped || line.trim().is_empty() {
            candidates.paragraph(&paragraph, beam, &mut result);
            paragraph.clear();
        }
    }
    candidates.paragraph(&paragraph, beam, &mut result);
    result
}

struct Candidates<'m> {
    model: &'m NgramModel,
    by_letters: HashMap<String, Vec<u16>>,
}

#[derive(Clone, Copy)]
struct Hypothesis {
    cost: Cost,
    state: LmState,
    word: u16,
    from: usize,
}

impl<'m> Candidates<'m> {
    fn new(model: &'m NgramModel) -> Self {
        let mut by_letters: HashMap<String, Vec<u16>> = HashMap::new();
        for id in FIRST_WORD..model.vocab_len() as u16 {
            by_letters
                .entry(super::bare(model.word(id)))
                .or_default()
                .push(id);
        }
        Self { model, by_letters }
    }

    fn paragraph(&self, tokens: &[Token], beam: usize, result: &mut Evaluation) {
        if tokens.is_empty() {
            return;
        }
        let mut state = self.model.begin();
        for id in tokens.iter().map(|t| t.0).chain([EOS]) {
            let (cost, next) = self.model.score(&state, id);
            state = next;
            result.tokens += 1;
            if id == UNKNOWN {
                result.unknown += 1;
            } else {
                result.nats += f64::from(cost) / f64::from(NAT);
            }
        }
        let best = self.restore(tokens, beam);
        for ((_, word), id) in tokens.iter().zip(best) {
            if let Some(word) = word {
                result.words += 1;
                let same = match id {
                    // Nothing to choose from: the word stays as it stands.
                    UNKNOWN => super::bare(word) == *word,
                    id => self.model.word(id) == word,
                };
                result.right += u64::from(same);
            }
        }
    }

    /// The likeliest words with the same letters, by beam search.
    fn restore(&self, tokens: &[Token], beam: usize) -> Vec<u16> {
        let start = Hypothesis {
            cost: 0,
            state: self.model.begin(),
            word: BOS,
            from: 0,
        };
        let mut stages = vec![vec![start]];
        for (id, word) in tokens {
            let own = [*id];
            let ids = word
                .as_ref()
                .and_then(|w| self.by_letters.get(&super::bare(w)))
                .map_or(&own[..], |ids| ids);
            let last = &stages[stages.len() - 1];
            let mut places: HashMap<LmState, usize> = HashMap::new();
            let mut stage: Vec<Hypothesis> = Vec::new();
            for (from, hypothesis) in last.iter().enumerate() {
                for &word in ids {
                    let (cost, state) = self.model.score(&hypothesis.state, word);
                    let new = Hypothesis {
                        cost: hypothesis.cost + cost,
                        state,
                        word,
                        from,
                    };
                    match places.entry(state) {
                        std::collections::hash_map::Entry::Occupied(place) => {
                            let old = &mut stage[*place.get()];
                            if new.cost < old.cost {
                                *old = new;
                            }
                        }
                        std::collections::hash_map::Entry::Vacant(place) => {
                            place.insert(stage.len());
                            stage.push(new);
                        }
                    }
                }
            }
            stage.sort_by_key(|h| (h.cost, h.word, h.from));
            stage.truncate(beam);
            stages.push(stage);
        }
        let end = |h: &Hypothesis| h.cost + self.model.score(&h.state, EOS).0;
        let last = &stages[stages.len() - 1];
        let mut at = (0..last.len()).min_by_key(|&i| end(&last[i])).unwrap_or(0);
        let mut words = Vec::new();
        for stage in stages[1..].iter().rev() {
            words.push(stage[at].word);
            at = stage[at].from;
        }
        words.reverse();
        words
    }
}
