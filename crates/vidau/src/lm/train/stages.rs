//! The stages of a training, so that several models can be made of one count.

use std::path::PathBuf;

use rayon::prelude::*;

use super::count::{self, Counts};
use super::kneser_ney::{self, Estimate, Smoothing};
use super::model::{BackoffModel, Level};
use super::vocabulary::{self, Vocabulary};
use super::{Options, Source, Summary, Trained};
use super::{case, confusion_classes, corpus, join_lines, prune, write};
use crate::lm::spelling::MOST_WORDS;
use crate::lm::{BOS, MAX_ORDER, sections};
use crate::model::container::Tag;
use crate::{Error, Result};

/// How far below the wanted size a model may stay.
const SLACK: f64 = 0.005;
/// Bytes of an n-gram, to start the search for the size from.
const USUAL_BYTES: f64 = 4.5;
/// Most models that are tried to meet a size.
const TRIES: usize = 12;

fn check(sources: &[Source], options: &Options) -> Result<()> {
    let wrong = |option, problem: &str| {
        Err(Error::Option {
            option,
            problem: problem.to_owned(),
        })
    };
    if !(2..=MAX_ORDER).contains(&options.order) {
        return wrong("order", "2 to 5 are possible");
    }
    if !(0.0..=1.0).contains(&options.within_class) {
        return wrong("within_class", "a share between 0 and 1 is wanted");
    }
    if sources.iter().any(|s| !(s.weight > 0.0 && s.weight <= 1.0)) {
        return wrong("weight", "above 0 and at most 1 is wanted");
    }
    if options.most_words > MOST_WORDS {
        return wrong("most_words", "at most 61504 are possible");
    }
    if options.cutoffs.windows(2).any(|w| w[0] > w[1]) {
        return wrong("cutoffs", "they must not fall from order to order");
    }
    Ok(())
}

/// The counts of a corpus.
#[derive(Debug)]
pub struct Counted {
    vocabulary: Vocabulary,
    weights: Vec<f64>,
    tokens: Vec<(String, u64)>,
    counts: Counts,
}

/// Reads and counts.
///
/// # Errors
/// As [`train`](super::train).
pub fn read(
    sources: &[Source],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Counted> {
    check(sources, options)?;
    progress("reading");
    let files: Vec<&PathBuf> = sources.iter().flat_map(|s| &s.files).collect();
    let mut read = files
        .par_iter()
        .map(|path| corpus::read(path))
        .collect::<Result<Vec<_>>>()?
        .into_iter();
    let texts = sources
        .iter()
        .map(|s| read.by_ref().take(s.files.len()).collect())
        .collect();
    progress("choosing the vocabulary");
    let (vocabulary, streams) =
        vocabulary::choose(sources, texts, options.least_count, options.most_words);
    let starts = |s: &[u16]| s.iter().filter(|&&id| id == BOS).count();
    let tokens = sources
        .iter()
        .zip(&streams)
        .map(|(source, s)| (source.name.clone(), (s.len() - starts(s)) as u64))
        .collect();
    progress("counting");
    let words = vocabulary.words.len();
    let counts = match options.order {
        ..=4 => count::count::<u64>(&streams, options.order, words),
        _ => count::count::<u128>(&streams, options.order, words),
    };
    Ok(Counted {
        vocabulary,
        weights: sources.iter().map(|s| s.weight).collect(),
        tokens,
        counts,
    })
}

impl Counted {
    /// Smooths; of the options the cut-offs and the kind of smoothing matter.
    #[must_use]
    pub fn estimate(&self, options: &Options, progress: &mut dyn FnMut(&str)) -> Estimated<'_> {
        progress("smoothing");
        Estimated {
            counted: self,
            whole: self.smooth(options, None),
        }
    }

    fn smooth(&self, options: &Options, kept: Option<&[Vec<bool>]>) -> Estimate {
        let smoothing = Smoothing {
            weights: &self.weights,
            cutoffs: &options.cutoffs,
            continuation: options.continuation,
            kept,
        };
        kneser_ney::estimate(&self.counts, &smoothing)
    }
}

/// Estimated but not yet pruned.
#[derive(Debug)]
pub struct Estimated<'c> {
    counted: &'c Counted,
    whole: Estimate,
}

impl Estimated<'_> {
    /// Prunes to size, quantises and writes; the options are to be those of
    /// [`Counted::estimate`], but for size and pruning.
    #[must_use]
    pub fn finish(&self, options: &Options, progress: &mut dyn FnMut(&str)) -> Trained {
        progress("weighing n-grams");
        let vocabulary = &self.counted.vocabulary;
        let classes = confusion_classes(&vocabulary.words);
        let criterion = prune::Criterion {
            classes: &classes,
            within_class: options.within_class,
        };
        let losses = prune::losses(&self.whole.model, criterion);
        let mut sections = vec![
            (
                sections::VOCABULARY,
                join_lines(vocabulary.words.iter().map(|w| &**w)),
            ),
            (sections::CASE, case::costs(&vocabulary.case)),
        ];
        let room = options.size.saturating_sub(size(&sections));
        let (model, written) = self.fit(&losses, room, options, progress);
        sections.extend(written);
        Trained {
            sections,
            summary: Summary {
                tokens: self.counted.tokens.clone(),
                words: vocabulary.words.len(),
                seen: self
                    .counted
                    .counts
                    .levels
                    .iter()
                    .map(count::Level::len)
                    .collect(),
                kept: model.levels.iter().map(Level::len).collect(),
                discounts: self.whole.discounts.clone(),
            },
            vocabulary: vocabulary.clone(),
            model,
        }
    }

    /// The largest model found whose sections take at most `room` bytes (the
    /// smallest possible if none does).
    fn fit(
        &self,
        losses: &[Vec<f32>],
        room: usize,
        options: &Options,
        progress: &mut dyn FnMut(&str),
    ) -> (BackoffModel, Vec<(Tag, Vec<u8>)>) {
        let all: usize = losses.iter().map(Vec::len).sum();
        let mut n = ((room as f64 / USUAL_BYTES) as usize).min(all);
        let (mut fits, mut too_many) = (0, all + 1);
        let mut best = None;
        for _ in 0..TRIES {
            progress(&format!("pruning to {n} n-grams"));
            let model = self.pruned(losses, prune::threshold(losses, n), options);
            let written = write::sections(&model);
            let bytes = size(&written);
            progress(&format!("{bytes} bytes of n-grams"));
            let ratio = bytes as f64 / room.max(1) as f64;
            if bytes <= room || n == 0 {
                fits = n;
                best = Some((model, written));
                if ratio >= 1.0 - SLACK || n == all || n == 0 {
                    break;
                }
            } else {
                too_many = n;
            }
            if fits + 1 >= too_many && best.is_some() {
                break;
            }
            let aim = n as f64 / ratio.max(1e-9) * (1.0 - SLACK / 2.0);
            n = (aim as usize).clamp(fits, too_many - 1);
        }
        best.unwrap_or_else(|| {
            let model = self.pruned(losses, f32::INFINITY, options);
            let written = write::sections(&model);
            (model, written)
        })
    }

    /// Keeps the n-grams whose loss is at least `threshold`; the lower orders
    /// are estimated anew for what will back off to them.
    fn pruned(&self, losses: &[Vec<f32>], threshold: f32, options: &Options) -> BackoffModel {
        let levels = &self.counted.counts.levels;
        let mut kept: Vec<Vec<bool>> = levels.iter().map(|l| vec![false; l.len()]).collect();
        let orders = losses.iter().zip(&self.whole.origins[1..]);
        for (kept, (losses, origins)) in kept[1..].iter_mut().zip(orders) {
            for (&loss, &origin) in losses.iter().zip(origins) {
                kept[origin as usize] = loss >= threshold;
            }
        }
        let model = self.counted.smooth(options, Some(&kept)).model;
        prune::prune(&model, losses, threshold)
    }
}

fn size(sections: &[(Tag, Vec<u8>)]) -> usize {
    sections.iter().map(|s| s.1.len()).sum()
}
