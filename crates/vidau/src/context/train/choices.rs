//! Reading text into choices among words with the same letters.

use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

use rayon::prelude::*;

use super::Options;
use super::posterior::posteriors;
use crate::lm::train::{bare, open};
use crate::lm::{FIRST_WORD, NgramModel, Piece, UNKNOWN, fold_word, piece};
use crate::text::{Normalizer, tokenize};
use crate::{Error, Result};

/// Lines that are taken or left together.
const STRETCH: usize = 40;
/// Lines decoded between two readings of the file.
const BATCH: usize = 4000;
/// The right word's probability above which there is no doubt.
const SURE: f32 = 0.9995;
/// Cost in nats of words that have no chance; dearer ones count as this.
const NO_CHANCE: f32 = 12.0;

/// Words and classes of the model to be.
pub(super) struct Vocabulary {
    ids: HashMap<String, u16>,
    /// By word.
    pub(super) classes: Vec<u16>,
    by_letters: HashMap<String, u16>,
}

impl Vocabulary {
    pub(super) fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut out = Self {
            ids: HashMap::new(),
            classes: Vec::new(),
            by_letters: HashMap::new(),
        };
        for (id, word) in words.enumerate() {
            let next = out.by_letters.len() as u16;
            let class = *out.by_letters.entry(bare(word)).or_insert(next);
            out.classes.push(class);
            out.ids.insert(word.to_owned(), id as u16);
        }
        out
    }
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// The class of each word, number and comma of the texts.
    pub(super) classes: Vec<u16>,
    /// The likeliest word of each.
    pub(super) words: Vec<u16>,
    pub(super) choices: Vec<Choice>,
    /// Words to choose from, and the cost of each in nats.
    pub(super) options: Vec<(u16, f32)>,
}

/// One place where the language model is in doubt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    /// Place in [`Choices::classes`].
    pub(super) place: u32,
    /// End of its options in [`Choices::options`].
    pub(super) end: u32,
    /// Which of its options is right.
    pub(super) right: u16,
}

impl Choices {
    /// The options of choice number `i`.
    pub(super) fn options_of(&self, i: usize) -> &[(u16, f32)] {
        let start = i.checked_sub(1).map_or(0, |i| self.choices[i].end);
        &self.options[start as usize..self.choices[i].end as usize]
    }

    fn append(&mut self, other: &Self) {
        let (place, end) = (self.classes.len() as u32, self.options.len() as u32);
        self.classes.extend(&other.classes);
        self.words.extend(&other.words);
        self.options.extend(&other.options);
        self.choices.extend(other.choices.iter().map(|c| Choice {
            place: c.place + place,
            end: c.end + end,
            right: c.right,
        }));
    }
}

/// A word of the model that reads, and its number in the vocabulary.
type Word = (u16, Option<u16>);

/// The words to choose from at one place.
struct Spot {
    words: Vec<Word>,
    /// Which is right, if both vocabularies have it.
    right: Option<usize>,
}

impl Spot {
    fn certain(id: u16) -> Self {
        Self {
            words: vec![(id, None)],
            right: None,
        }
    }

    /// In the vocabulary of the model to be.
    fn likeliest(&self, costs: &[f32]) -> u16 {
        let best = self
            .words
            .iter()
            .zip(costs)
            .min_by(|a, b| a.1.total_cmp(b.1));
        match best {
            // Numbers and commas are the same in all vocabularies.
            Some((&(id, None), _)) if id < FIRST_WORD => id,
            Some((&(_, known), _)) => known.unwrap_or(UNKNOWN),
            None => UNKNOWN,
        }
    }
}

/// Reads text with a language model of its own vocabulary.
pub(super) struct Reader<'v> {
    vocabulary: &'v Vocabulary,
    lm: &'v NgramModel,
    words: HashMap<String, Vec<Word>>,
    every: usize,
    beam: usize,
}

impl<'v> Reader<'v> {
    pub(super) fn new(vocabulary: &'v Vocabulary, lm: &'v NgramModel, options: &Options) -> Self {
        let mut words: HashMap<String, Vec<_>> = HashMap::new();
        for id in FIRST_WORD..lm.vocab_len() as u16 {
            let word = lm.word(id);
            let known = vocabulary.ids.get(word).copied();
            words.entry(bare(word)).or_default().push((id, known));
        }
        Self {
            vocabulary,
            lm,
            words,
            every: options.every,
            beam: options.beam,
        }
    }

    /// Appends what `path` holds to `out`.
    pub(super) fn read(&self, path: &Path, out: &mut Choices) -> Result<()> {
        let io = |source| Error::Io {
            path: path.to_owned(),
            source,
        };
        let lines = open(path)?.lines().enumerate();
        let mut taken = lines.filter(|(n, _)| (n / STRETCH).is_multiple_of(self.every));
        loop {
            let batch: Vec<String> = taken
                .by_ref()
                .take(BATCH)
                .map(|(_, line)| line)
                .collect::<std::io::Result<_>>()
                .map_err(io)?;
            if batch.is_empty() {
                return Ok(());
            }
            let read: Vec<Choices> = batch.par_iter().map(|line| self.paragraph(line)).collect();
            for paragraph in &read {
                out.append(paragraph);
            }
        }
    }

    fn paragraph(&self, line: &str) -> Choices {
        let mut normalizer = Normalizer::default();
        normalizer.normalize(line);
        let line = normalizer.text();
        let mut tokens = Vec::new();
        tokenize(line, &mut tokens);
        let mut out = Choices::default();
        let mut spots = Vec::new();
        for token in &tokens {
            let (class, spot) = match piece(token.kind, token.text(line)) {
                Piece::Nothing => continue,
                Piece::Id(id) => (id, Spot::certain(id)),
                Piece::Word => self.word(token.text(line)),
            };
            out.classes.push(class);
            spots.push(spot);
        }
        let stages = spots.iter().map(|s| s.words.iter().map(|w| w.0));
        let costs = posteriors(self.lm, stages, self.beam);
        for (place, (spot, costs)) in spots.iter().zip(costs).enumerate() {
            out.words.push(spot.likeliest(&costs));
            out.choose(place, spot, &costs);
        }
        out
    }

    /// The class of a word, and the words with the same letters.
    fn word(&self, text: &str) -> (u16, Spot) {
        let mut word = String::new();
        fold_word(text, &mut word);
        let letters = bare(&word);
        let class = self.vocabulary.by_letters.get(&letters);
        let class = class.copied().unwrap_or(UNKNOWN);
        let Some(words) = self.words.get(&letters) else {
            return (class, Spot::certain(UNKNOWN));
        };
        let is_right = |w: &Word| w.1.is_some() && self.lm.word(w.0) == word;
        let spot = Spot {
            right: words.iter().position(is_right),
            words: words.clone(),
        };
        (class, spot)
    }
}

impl Choices {
    /// Adds a choice if it is one.
    fn choose(&mut self, place: usize, spot: &Spot, costs: &[f32]) {
        let Some(right) = spot.right else { return };
        if costs[right] < -SURE.ln() {
            return;
        }
        let start = self.options.len();
        let mut at = 0;
        for (i, (&(_, known), &cost)) in spot.words.iter().zip(costs).enumerate() {
            let Some(word) = known else { continue };
            if i == right {
                at = self.options.len() - start;
            } else if cost >= NO_CHANCE {
                continue;
            }
            self.options.push((word, cost.clamp(0.0, NO_CHANCE)));
        }
        if self.options.len() - start < 2 {
            self.options.truncate(start);
            return;
        }
        self.choices.push(Choice {
            place: place as u32,
            end: self.options.len() as u32,
            right: at as u16,
        });
    }
}
