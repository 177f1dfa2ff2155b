//! What the user wants to stand as it was read.

use std::collections::HashMap;

use crate::decode::{Arc, Block, Lattice, Output};
use crate::engine::Engine;
use crate::lm::{self, Piece};
use crate::text::{Normalizer, Token, TokenKind, tokenize};

/// Tokens, and runs of tokens, that stay; by the first one's text.
#[derive(Debug, Default)]
pub(super) struct Kept {
    by_first: HashMap<String, Vec<Vec<String>>>,
}

impl Kept {
    pub(super) fn new(entries: &[String]) -> Self {
        let mut kept = Self::default();
        let mut normalizer = Normalizer::default();
        let mut tokens: Vec<Token> = Vec::new();
        for entry in entries {
            let entry: Vec<&str> = entry.split_whitespace().collect();
            normalizer.normalize(&entry.join(" "));
            let text = normalizer.text();
            tokenize(text, &mut tokens);
            let mut texts = tokens.iter().map(|t| t.text(text).to_owned());
            if let Some(first) = texts.next() {
                let known = kept.by_first.entry(first).or_default();
                known.push(texts.collect());
            }
        }
        kept
    }

    /// Leaves what is to stay no other reading than itself.
    pub(super) fn hold(&self, engine: &Engine, block: &Block, lattice: &mut Lattice) {
        if self.by_first.is_empty() {
            return;
        }
        let tokens = block.tokens();
        let mut is_held = vec![false; tokens.len()];
        for i in 0..tokens.len() {
            let end = i + self.length_at(block, i);
            is_held[i..end].fill(true);
        }
        // Each arc is looked at once for each token it spans, which are few.
        lattice.retain(|arc| {
            let (from, to) = (arc.from as usize, arc.to as usize);
            let is_itself = to == from + 1
                && arc.output == Output::AsRead
                && tokens[from].kind != TokenKind::Word;
            is_itself || !is_held[from..to].contains(&true)
        });
        for (i, token) in tokens.iter().enumerate() {
            if is_held[i] && token.kind == TokenKind::Word {
                let text = block.text_of(i, i + 1);
                let word = match lm::piece(token.kind, text) {
                    Piece::Id(word) => word,
                    _ => engine.known_or_unknown(engine.lexicon.id(text)),
                };
                lattice.push(Arc::as_read(i, i + 1, 0, Some(word)));
            }
        }
    }

    /// How many tokens from the `i`-th on an entry speaks of; the longest
    /// entry counts.
    fn length_at(&self, block: &Block, i: usize) -> usize {
        let tokens = block.tokens();
        let Some(entries) = self.by_first.get(block.text_of(i, i + 1)) else {
            return 0;
        };
        let stands = |rest: &&Vec<String>| {
            rest.iter().enumerate().all(|(k, text)| {
                tokens.get(i + 1 + k).is_some() && {
                    let read = block.text_of(i + 1 + k, i + 2 + k);
                    read == text || tokens[i + 1 + k].line_end.is_some() && text == " "
                }
            })
        };
        let longest = entries
            .iter()
            .filter(stands)
            .map(|rest| 1 + rest.len())
            .max();
        longest.unwrap_or(0)
    }
}
