//! What the texts of a block may stand for, under the profiles of their lines, and
//! how well each profile explains them.

use super::block::Block;
use super::profiles::ByProfile;
use crate::candidates::{Asked, Bounds, Candidate, CandidateCache, Searcher};
use crate::cost::{Cost, NAT};
use crate::engine::{Engine, PROFILES, is_exact};
use crate::knowledge::Profile;

/// `eng`, `stripped`, `worn`, `vie`, `latin`, `clean`.
const EVIDENCE_ORDER: [usize; PROFILES] = [2, 1, 5, 3, 4, 0];

/// What a profile explains for no less is a word of another language to it, or
/// none: it costs no more, so that such words, of which lists in clean texts have many,
/// tell nothing of their line.
const MOST_EXPLAINED: Cost = 17 * NAT;

/// Scratch of the searches, what was found before, and what was found last.
#[derive(Debug, Default)]
pub(super) struct Readings {
    searcher: Searcher,
    cache: CandidateCache,
    /// The cache's slots of the block's texts, once they are asked for.
    slots: Vec<Option<u32>>,
    /// Best first.
    pub(super) found: Vec<Candidate>,
}

/// A text to find candidates of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'t> {
    pub(super) text: &'t str,
    /// The cache's.
    slot: u32,
    /// Whether it is no damage; see [`is_exact`].
    is_exact: bool,
}

impl Readings {
    /// Starts a block: forgets old candidates when there are too many.
    pub(super) fn begin(&mut self, block: &Block) {
        self.cache.trim();
        self.slots.clear();
        self.slots.resize(block.numbers(), None);
    }

    /// Token `i`, to be asked for.
    pub(super) fn token<'t>(&mut self, block: &'t Block, i: usize) -> Wanted<'t> {
        let number = block.tokens()[i].number;
        let slot = &mut self.slots[number as usize];
        let text = block.text_of(i, i + 1);
        Wanted {
            text,
            slot: *slot.get_or_insert_with(|| self.cache.token(text)),
            is_exact: block.looks(number).is_exact,
        }
    }

    /// Another text, to be asked for.
    pub(super) fn text<'t>(&mut self, text: &'t str) -> Wanted<'t> {
        Wanted {
            text,
            slot: self.cache.token(text),
            is_exact: is_exact(text),
        }
    }

    /// The candidates of `text` under the profiles of its line, each at its
    /// least cost; best first.
    pub(super) fn find(
        &mut self,
        engine: &Engine,
        wanted: Wanted<'_>,
        line: &ByProfile,
        asked: Asked,
    ) {
        let mut merged = std::mem::take(&mut self.found);
        merged.clear();
        let scales = engine.scales_in(wanted.is_exact, line);
        let mut profiles = 0;
        for (p, &weight) in line.iter().enumerate() {
            if weight > engine.arcs.profile_margin {
                continue;
            }
            profiles += 1;
            let found = self.search(engine, wanted, p, asked);
            merged.extend(found.iter().map(|c| Candidate {
                cost: c.cost * scales[p] / 256 + weight,
                ..*c
            }));
        }
        // Those of a single profile are in order.
        if profiles > 1 {
            merged.sort_unstable_by_key(|c| (c.id, c.casing, c.cost));
            merged.dedup_by_key(|c| (c.id, c.casing));
            merged.sort_unstable_by_key(|c| (c.cost + engine.word_cost(c.id), c.id, c.casing));
        }
        merged.truncate(engine.arcs.bounds.n_best);
        self.found = merged;
    }

    /// What was searched for under one profile, or is.
    fn search(
        &mut self,
        engine: &Engine,
        wanted: Wanted<'_>,
        profile: usize,
        asked: Asked,
    ) -> &[Candidate] {
        let Wanted { text, slot, .. } = wanted;
        if self.cache.get(slot, profile, asked).is_none() {
            let bounds = engine.arcs.bounds;
            let max_cost = match asked {
                Asked::Near => engine.arcs.near,
                Asked::Few | Asked::FewSyllables => engine.arcs.part,
                _ => bounds.max_cost,
            };
            let found = self.searcher.search(
                text,
                &engine.lexicon,
                &engine.profiles[profile],
                &engine.words,
                Bounds {
                    // What costs more than the token as it stands is of no use.
                    max_cost: max_cost.min(engine.as_read_price(text)),
                    n_best: match asked {
                        Asked::Near => engine.arcs.near_best,
                        Asked::All => bounds.n_best,
                        Asked::Few | Asked::FewSyllables => engine.arcs.split_best,
                    },
                    only_syllables: asked == Asked::FewSyllables,
                    channel_margin: match Some(profile) == Profile::Clean.number() {
                        true => engine.arcs.clean_margin,
                        false => bounds.channel_margin,
                    },
                    ..bounds
                },
            );
            self.cache.put(slot, profile, asked, found);
        }
        self.cache.get(slot, profile, asked).unwrap_or(&[])
    }

    /// How much worse than the best each profile explains a token. One word,
    /// however odd, does not decide a line, so the difference is bounded, and
    /// with it the search.
    pub(super) fn evidence(&mut self, engine: &Engine, block: &Block, i: usize) -> ByProfile {
        const MOST: Cost = 6 * NAT;
        let Wanted { text, slot, .. } = self.token(block, i);
        if let Some(known) = self.cache.evidence(slot) {
            return known;
        }
        // No profile is charged more than the token costs as it stands.
        let unexplained = engine.as_read_price(text).min(MOST_EXPLAINED);
        let mut least = unexplained;
        let mut costs = [unexplained; PROFILES];
        // The widest profile first: what it explains bounds the others' search.
        for p in EVIDENCE_ORDER {
            let most = unexplained.min(least + MOST);
            let found = self.searcher.search(
                text,
                &engine.lexicon,
                &engine.profiles[p],
                &engine.words,
                Bounds {
                    margin: 0,
                    max_cost: most.min(engine.arcs.bounds.max_cost),
                    max_price: most,
                    n_best: 1,
                    ..engine.arcs.bounds
                },
            );
            if let Some(best) = found.first() {
                costs[p] = best.cost + engine.word_cost(best.id);
                least = least.min(costs[p]);
            }
        }
        for cost in &mut costs {
            *cost = (*cost - least).min(MOST);
        }
        self.cache.put_evidence(slot, costs);
        costs
    }
}
