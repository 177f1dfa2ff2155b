//! The bounded walk of lexicon × channel.
//!
//! From base letter to base letter, cheapest first, with one [`Row`] of costs a
//! letter. A base letter costs the least over its marks and cases, a lower
//! bound; the words of a base form are priced exactly ([`exact`](super::exact)),
//! for each casing in question. Costs are never negative, so a node is left
//! where its whole row is above the bound, and with it whatever goes on from
//! the rows before by a segment of several letters.
//!
//! The best word is looked for first, within a bound on the price, channel and
//! word, that starts low and is raised until there is one (iterative
//! deepening, Korf 1985); what else is asked for is within a margin of it.

use std::collections::BinaryHeap;

use super::exact::Spelling;
use super::index::{MAX_WRITTEN, ProfileIndex};
use super::limits::{Limits, UNREACHED, cost};
use super::queue::{Queue, Waiting};
use super::readings::{MAX_TOKEN, Readings};
use super::rows::{ByCount, ByLetter, Cell, NEVER, Row, cell};
use super::tree::{Tree, TreeNode};
use super::{Candidate, CandidateCasing, WordCosts};
use crate::cost::{Cost, NAT};
use crate::lexicon::Lexicon;

/// By how much the bound is raised the first time, and twice as much
/// each time after.
const STEP: Cost = 9 * NAT;

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Candidates whose price (channel and word) is above the best by more
    /// than this are dropped.
    pub(crate) margin: Cost,
    /// Candidates whose channel cost is above the least by more than this are
    /// dropped.
    pub(crate) channel_margin: Cost,
    /// Channel costs above this, or above 127 nats, are never looked at.
    pub(crate) max_cost: Cost,
    /// Candidates whose price is above this are dropped.
    pub(crate) max_price: Cost,
    /// Price of another word than the one read where it is no syllable: names
    /// and foreign words are too many to tell one from another by spelling.
    pub(crate) foreign: Cost,
    /// At most so many candidates are kept.
    pub(crate) n_best: usize,
    /// Of them, only Vietnamese syllables are kept; the others still count in
    /// the margins.
    pub(crate) only_syllables: bool,
}

/// A base letter after those of the steps before it.
#[derive(Debug)]
pub(super) struct Step {
    /// The least at which the letters so far are read as so many characters.
    pub(super) row: Row,
    /// The codes of the last letters up to it, as groups have them.
    pub(super) trail: u16,
    /// The step before.
    pub(super) before: u32,
    /// Whether the token begins with its letters, marked somehow.
    is_as_read: bool,
    /// What it costs at least with the letters to come.
    whole: ByCount,
}

/// Scratch of the search; one a worker.
#[derive(Debug, Default)]
pub(crate) struct Searcher {
    readings: Readings,
    steps: Vec<Step>,
    queue: Queue,
    spelling: Spelling,
    found: Vec<Candidate>,
    /// How far above the best price a walk goes.
    margin: Cost,
    /// The best price found, and the least channel cost of what is within the
    /// margin of it.
    best: Cost,
    least: Cost,
    limits: Limits,
    /// The lowest prices of what is to be kept; when they are `enough`, the
    /// dearest of them bounds what is still of use. Some are of one word, with
    /// its tone here or there.
    prices: BinaryHeap<Cost>,
    enough: usize,
}

/// What stays the same during one search.
pub(super) struct Task<'a> {
    pub(super) tree: &'a Tree,
    pub(super) channel: &'a ProfileIndex,
    /// The channel's prices for any letter and any character.
    pub(super) substitution: Cell,
    pub(super) deletion: Cell,
    pub(super) insertion: Cell,
    /// The price of another word than the one read where it is no syllable.
    foreign: Cell,
    words: &'a WordCosts,
    casings: &'a [CandidateCasing],
    bounds: Bounds,
}

impl Searcher {
    /// The words that `token` may stand for under one profile, best first by
    /// channel cost plus `words`; ties by word number.
    pub(crate) fn search(
        &mut self,
        token: &str,
        lexicon: &Lexicon,
        channel: &ProfileIndex,
        words: &WordCosts,
        bounds: Bounds,
    ) -> &[Candidate] {
        self.found.clear();
        if self.readings.begin(token, channel) {
            self.collect(&Task {
                tree: words.tree(lexicon),
                channel,
                substitution: cell(channel.substitution),
                deletion: cell(channel.deletion),
                insertion: cell(channel.insertion),
                foreign: cell(bounds.foreign),
                words,
                casings: CandidateCasing::plausible(token),
                bounds,
            });
        }
        &self.found
    }

    fn collect(&mut self, task: &Task<'_>) {
        let bounds = &task.bounds;
        self.best = UNREACHED;
        self.least = UNREACHED;
        self.find_best(task);
        self.select(task);
        if bounds.margin == 0 || self.best == UNREACHED {
            return;
        }
        self.margin = bounds.margin;
        self.enough = bounds.n_best.saturating_add(bounds.n_best / 4);
        loop {
            self.found.clear();
            self.go_through(task, bounds.max_price, self.max_channel(bounds));
            let is_full = self.prices.len() >= self.enough;
            self.select(task);
            if !is_full || self.found.len() == bounds.n_best && self.settle(task) {
                return;
            }
            self.enough = self.enough.saturating_mul(2);
        }
    }

    /// Looks for the best, and what else costs as little.
    fn find_best(&mut self, task: &Task<'_>) {
        let bounds = &task.bounds;
        self.margin = 0;
        self.enough = usize::MAX;
        let mut step = STEP;
        let mut bound = self.readings.least() + task.words.least + step;
        loop {
            self.go_through(task, bound.min(bounds.max_price), self.max_channel(bounds));
            let most = bounds.max_price.min(UNREACHED - 1);
            if self.best < UNREACHED || self.limits.cut > most {
                return;
            }
            step += step;
            bound = self.limits.cut.max(bound + step);
        }
    }

    fn max_channel(&self, bounds: &Bounds) -> Cost {
        (self.least.saturating_add(bounds.channel_margin)).min(bounds.max_cost)
    }

    /// Looks whether dearer words are so cheap for the channel that, by its
    /// margin, some of what was found is out; whether all of it stays.
    fn settle(&mut self, task: &Task<'_>) -> bool {
        let bounds = &task.bounds;
        let dearest = self.found.iter().map(|c| c.cost).max().unwrap_or(0);
        let max_channel = dearest.saturating_sub(bounds.channel_margin) - 1;
        if max_channel < self.readings.least() {
            return true;
        }
        let kept = std::mem::take(&mut self.found);
        let enough = std::mem::replace(&mut self.enough, usize::MAX);
        self.go_through(task, bounds.max_price, max_channel);
        let least = self.found.iter().map(|c| c.cost).min();
        self.least = self.least.min(least.unwrap_or(UNREACHED));
        self.enough = enough;
        self.found = kept;
        let most = self.least.saturating_add(bounds.channel_margin);
        self.found.retain(|c| c.cost <= most);
        self.found.len() == bounds.n_best
    }

    /// Walks within the bounds; what is found comes to what was found before.
    fn go_through(&mut self, task: &Task<'_>, max_price: Cost, max_channel: Cost) {
        self.limits = Limits {
            highest: max_price.min(self.best.saturating_add(self.margin)),
            max_channel: max_channel.min(Cost::from(NEVER) - 1),
            cut: UNREACHED,
        };
        self.prices.clear();
        (self.readings).link(task.channel, &mut self.limits, task.words.least);
        // Rows of few widths, known when compiled.
        match self.readings.len() {
            0..=7 => self.walk::<8>(task),
            8..=15 => self.walk::<16>(task),
            _ => self.walk::<{ MAX_TOKEN + 8 }>(task),
        }
    }

    /// Goes through the lexicon within the bounds.
    fn walk<const W: usize>(&mut self, task: &Task<'_>) {
        let least = task.words.least;
        self.queue.begin(self.readings.least() + least);
        self.steps.clear();
        let mut row = Row::default();
        row.set(0, 0);
        row.insert::<W>(task.insertion);
        self.steps.push(Step {
            row,
            trail: 0,
            before: 0,
            is_as_read: true,
            whole: ByCount::least_sums(&row, self.readings.rests()),
        });
        let nodes = &task.tree.nodes;
        if let Some(root) = nodes.first() {
            self.go_on::<W>(task, 0, root, least);
        }
        while let Some(waiting) = self.queue.pop(self.limits.highest) {
            if self.limits.leave_out_at(waiting.channel, waiting.price) {
                continue;
            }
            let node = &nodes[waiting.node as usize];
            if waiting.is_form {
                self.price_words::<W>(task, node, waiting);
            } else {
                self.take_step::<W>(task, node, waiting);
            }
        }
    }

    /// Goes to a node.
    fn take_step<const W: usize>(&mut self, task: &Task<'_>, node: &TreeNode, waiting: Waiting) {
        let depth = usize::from(node.depth);
        let before = &self.steps[waiting.step as usize];
        let is_as_read = before.is_as_read && self.readings.letter(depth - 1) == node.letter;
        let foreign = task.bounds.foreign;
        let least = node.least.with(foreign, is_as_read);
        let trail = (before.trail << 5 | u16::from(node.letter)) & 0x7fff;
        let mut row = Row::default();
        let (read, lost) = self.readings.single(node.letter);
        row.one_letter::<W>(&before.row, read, lost);
        let mut from = before;
        for len in 1..=MAX_WRITTEN.min(depth) {
            for link in self.readings.other_links(trail, len) {
                let so_far = from.row.get(link.start.into());
                row.lower(link.end.into(), so_far.saturating_add(link.least));
            }
            from = &self.steps[from.before as usize];
        }
        let rest = self.readings.rest(node.height.into());
        let inserted = row.least_without_next::<W>(rest);
        let inserted = inserted.saturating_add(task.insertion);
        if !self.limits.leave_out(inserted.into(), least) {
            row.insert::<W>(task.insertion);
        }
        let step = self.steps.len() as u32;
        let whole = ByCount::least_sums(&row, self.readings.rests());
        self.steps.push(Step {
            row,
            trail,
            before: waiting.step,
            is_as_read,
            whole,
        });
        if node.words.0 < node.words.1 {
            let word = node.by_count.get(0).with(foreign, is_as_read);
            let channel = row.get(self.readings.len());
            if !self.limits.leave_out(channel.into(), word) {
                self.queue.push(Waiting {
                    node: waiting.node,
                    step,
                    is_form: true,
                    channel,
                    price: Cost::from(channel) + word,
                });
            }
        }
        if node.height > 0 && !self.is_too_far(task, step, node, least) {
            self.go_on::<W>(task, step, node, least);
        }
    }

    /// Whether all that goes on from a step is above the bound, with what words
    /// cost by their letters to come: few are both as long as what was read and
    /// as cheap as the cheapest.
    #[inline]
    fn is_too_far(&mut self, task: &Task<'_>, step: u32, node: &TreeNode, word: Cost) -> bool {
        let readings = &self.readings;
        let step = &self.steps[step as usize];
        let words = node.by_count.with(task.foreign, step.is_as_read);
        let limit = self.limits.of_channel(0);
        if self.limits.highest >= NEVER.into()
            || !(self.limits).leave_out_price(step.whole.least_price_with_letters(&words, limit))
        {
            return false;
        }
        // Segments begun before.
        let mut from = step.before;
        for len in 1..MAX_WRITTEN.min(usize::from(node.depth) + 1) {
            let Step { row, before, .. } = &self.steps[from as usize];
            for ahead in readings.aheads(step.trail, len) {
                let least = row.get(ahead.start.into()).saturating_add(ahead.least);
                if !self.limits.leave_out(least.into(), word) {
                    return false;
                }
            }
            from = *before;
        }
        true
    }

    /// Notes which nodes below one that was gone to may be gone to.
    fn go_on<const W: usize>(&mut self, task: &Task<'_>, step: u32, node: &TreeNode, word: Cost) {
        let limit = self.limits.of_channel(word);
        let (going_on, begun, mut left_out) = self.going_on::<W>(task, step, node, limit);
        let going_on = going_on.min(&begun);
        let begun = begun.at_most(limit);
        // Most are out whatever their words cost.
        let within = going_on.at_most(limit) & node.letters;
        // How much was left out for is asked until there is a best.
        if self.best == UNREACHED {
            for letter in bits(node.letters & !within) {
                left_out = left_out.min(going_on.get(letter));
            }
        }
        self.limits.leave_out(left_out.into(), word);
        let Step {
            is_as_read, whole, ..
        } = &self.steps[step as usize];
        let as_read = match is_as_read {
            true => self.readings.letter(node.depth.into()),
            false => 0,
        };
        let whole = whole.after_one();
        let limit = self.limits.of_channel(0);
        for letter in bits(within) {
            let number = node.below(letter);
            let below = &task.tree.nodes[number as usize];
            let is_as_read = letter == as_read;
            let is_begun = begun & 1 << letter != 0;
            let channel = going_on.get(letter);
            // What segments begun before cost does not go by the letters to come.
            let price = if is_begun || self.limits.highest >= NEVER.into() {
                Cost::from(channel) + below.least.with(task.bounds.foreign, is_as_read)
            } else {
                let words = below.by_count.with(task.foreign, is_as_read);
                cost(whole.at_least(channel).least_price(&words, limit))
            };
            if !self.limits.leave_out_at(channel, price) {
                self.queue.push(Waiting {
                    node: number,
                    step,
                    is_form: false,
                    channel,
                    price,
                });
            }
        }
    }

    /// What it costs at least to go on with each letter: by a segment that
    /// begins there, or misread at the price of any letter; and by a segment
    /// begun before. With it the least of what was left out for the limit.
    #[inline]
    fn going_on<const W: usize>(
        &self,
        task: &Task<'_>,
        step: u32,
        node: &TreeNode,
        limit: Cell,
    ) -> (ByLetter, ByLetter, Cell) {
        let readings = &self.readings;
        let rest = readings.rest(node.height.into());
        let Step {
            row, trail, before, ..
        } = &self.steps[step as usize];
        let substituted = row.least_without_next::<W>(rest);
        let least = row.least_with::<W>(rest);
        let any = (substituted.saturating_add(task.substitution))
            .min(least.saturating_add(task.deletion));
        let mut going_on = ByLetter::of(any);
        let mut left_out = NEVER;
        for (start, leads) in readings.leads().iter().enumerate() {
            let so_far = row.get(start);
            let floor = rest.get(start);
            let least = so_far.saturating_add(floor);
            if least > limit {
                left_out = left_out.min(least);
                continue;
            }
            going_on.lower_all(leads, floor, so_far);
        }
        let mut begun = ByLetter::of(NEVER);
        let mut from = *before;
        for len in 1..MAX_WRITTEN.min(usize::from(node.depth) + 1) {
            let Step { row, before, .. } = &self.steps[from as usize];
            for ahead in readings.aheads(*trail, len) {
                let least = row.get(ahead.start.into()).saturating_add(ahead.least);
                begun.lower(ahead.letter, least);
            }
            from = *before;
        }
        (going_on, begun, left_out)
    }

    /// Prices the words of one base form exactly.
    fn price_words<const W: usize>(&mut self, task: &Task<'_>, node: &TreeNode, form: Waiting) {
        let letters = usize::from(node.depth);
        let is_as_read = self.steps[form.step as usize].is_as_read;
        let (readings, steps) = (&self.readings, &self.steps);
        (self.spelling).begin::<W>(readings, steps, form, letters, &self.limits);
        for &casing in task.casings {
            self.spelling.restart();
            for word in task.tree.words(node) {
                if self.spelling.is_left_out(word) {
                    continue;
                }
                let marks = task.tree.marks(word, letters);
                let is_changed = word.foreign && !(is_as_read && self.readings.are_marks(marks));
                let foreign = if is_changed { task.bounds.foreign } else { 0 };
                let price = word.cost + foreign;
                if (self.limits).leave_out(form.channel.into(), price) {
                    continue;
                }
                let (readings, limits) = (&self.readings, &mut self.limits);
                let cost = (self.spelling).price::<W>(task, readings, limits, casing, marks);
                let Some(cost) = cost.filter(|&cost| !self.limits.leave_out(cost, price)) else {
                    continue;
                };
                let candidate = Candidate {
                    id: word.id,
                    casing,
                    foreign: word.foreign,
                    cost: cost + foreign,
                };
                self.find(task, candidate, cost + price);
            }
        }
    }

    /// Takes what was found, and lowers the bounds by it.
    fn find(&mut self, task: &Task<'_>, candidate: Candidate, price: Cost) {
        let limits = &mut self.limits;
        if price < self.best {
            self.best = price;
            limits.highest = limits.highest.min(price.saturating_add(self.margin));
        }
        // The best is known.
        if self.margin > 0 {
            self.least = self.least.min(candidate.cost);
            limits.max_channel =
                (limits.max_channel).min(self.least.saturating_add(task.bounds.channel_margin));
        }
        if !(task.bounds.only_syllables && candidate.foreign) {
            self.prices.push(price);
            if self.prices.len() > self.enough {
                self.prices.pop();
            }
            if self.prices.len() == self.enough
                && let Some(&dearest) = self.prices.peek()
            {
                limits.highest = limits.highest.min(dearest);
            }
        }
        self.found.push(candidate);
    }

    /// Orders what was found, one candidate a word, and keeps the best.
    fn select(&mut self, task: &Task<'_>) {
        let bounds = &task.bounds;
        let price = |c: &Candidate| c.cost + task.words.of(c.id);
        self.found
            .sort_unstable_by_key(|c| (c.id, c.casing, c.cost));
        self.found.dedup_by_key(|c| (c.id, c.casing));
        let most = self.best.saturating_add(bounds.margin);
        self.found.retain(|c| price(c) <= most);
        let least = self.found.iter().map(|c| c.cost).min();
        self.least = self.least.min(least.unwrap_or(UNREACHED));
        let most = self.least.saturating_add(bounds.channel_margin);
        self.found.retain(|c| c.cost <= most);
        self.found
            .sort_unstable_by_key(|c| (price(c), c.id, c.casing));
        if bounds.only_syllables {
            self.found.retain(|c| !c.foreign);
        }
        self.found.truncate(bounds.n_best);
    }
}

/// The numbers of the bits set.
#[inline]
fn bits(mut set: u32) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as u8)?;
        set &= set - 1;
        Some(lowest)
    })
}

#[cfg(all(test, feature = "embedded-model"))]
mod tests {
    use super::*;
    use crate::channel::{ChannelModel, Scorer};
    use crate::engine::{CHANNEL, Engine};
    use crate::model::Bytes;
    use crate::model::container::Container;
    use crate::syllable::{TonePlacement, place_tone};

    const PAGE: &str = include_str!("../../../../data/fixtures/ke-hoach.eng.ocr.txt");
    const EVERYTHING: Bounds = Bounds {
        margin: UNREACHED,
        channel_margin: UNREACHED,
        max_cost: UNREACHED,
        max_price: UNREACHED,
        foreign: 0,
        n_best: usize::MAX,
        only_syllables: false,
    };

    fn container() -> Container {
        Container::open("model", Bytes::from(vidau_model::MODEL)).unwrap()
    }

    /// What the bounds ask for, chosen from all words there are.
    fn chosen(mut all: Vec<Candidate>, words: &WordCosts, bounds: Bounds) -> Vec<Candidate> {
        let price = |c: &Candidate| c.cost + words.of(c.id);
        all.retain(|c| c.cost <= bounds.max_cost && price(c) <= bounds.max_price);
        let best = all.iter().map(price).min().unwrap_or(0);
        all.retain(|c| price(c) <= best + bounds.margin);
        let least = all.iter().map(|c| c.cost).min().unwrap_or(0);
        all.retain(|c| c.cost <= least + bounds.channel_margin);
        all.truncate(bounds.n_best);
        all
    }

    #[test]
    fn the_bounded_search_finds_what_an_unbounded_one_does() {
        let engine = Engine::open(&container()).unwrap();
        let mut searcher = Searcher::default();
        let mut found_any = 0;
        for token in PAGE.split_whitespace().step_by(23).take(12) {
            for channel in &engine.profiles {
                let mut search = |bounds| {
                    let (lexicon, words) = (&engine.lexicon, &engine.words);
                    searcher
                        .search(token, lexicon, channel, words, bounds)
                        .to_vec()
                };
                let all = search(EVERYTHING);
                // The price of being foreign comes after the channel's bound.
                let bounds = Bounds {
                    foreign: 0,
                    ..engine.arcs.bounds
                };
                let evidence = Bounds {
                    margin: 0,
                    max_price: 16 * NAT,
                    n_best: 1,
                    ..bounds
                };
                for bounds in [bounds, evidence] {
                    let expected = chosen(all.clone(), &engine.words, bounds);
                    assert_eq!(search(bounds), expected, "{token}");
                    found_any += expected.len();
                }
            }
        }
        assert!(found_any > 300);
    }

    /// Costs are those of the channel's definition.
    #[test]
    fn costs_are_exact() {
        let container = container();
        let engine = Engine::open(&container).unwrap();
        let channel = ChannelModel::from_bytes(&container.section(CHANNEL).unwrap()).unwrap();
        let mut searcher = Searcher::default();
        for token in ["ngwéi", "thuc", "hién", "dán", "cong"] {
            for (profile, index) in channel.profiles.iter().zip(&engine.profiles) {
                let (lexicon, words) = (&engine.lexicon, &engine.words);
                let found = searcher.search(token, lexicon, index, words, EVERYTHING);
                let scorer = Scorer::new(profile);
                let lower = found.iter().filter(|c| c.casing == CandidateCasing::Lower);
                for c in lower.step_by(97) {
                    let mut modern = String::new();
                    place_tone(lexicon.word(c.id), TonePlacement::New, &mut modern);
                    let old = scorer.cost(lexicon.word(c.id), token);
                    let new = scorer.cost(&modern, token);
                    assert_eq!(c.cost, old.min(new), "{} as {token}", lexicon.word(c.id));
                }
            }
        }
    }
}
