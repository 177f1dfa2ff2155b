//! The bounded walk of lexicon × channel.
//!
//! Depth first over base letters, one row of costs a letter: `row[j]` is the
//! least cost at which the letters so far are read as the first `j` observed
//! characters. A base letter costs the least over its marks and cases, a lower
//! bound; below the separator each marked form is priced exactly, for each
//! casing in question. Costs are never negative, so a walk is left where its
//! whole row is above the bound, and with it whatever goes on from the rows
//! before by a segment of several letters.

use std::collections::BinaryHeap;

use super::index::{MAX_OBSERVED, MAX_WRITTEN, ProfileIndex, base_code, char_code, observed_key};
use super::tree::{Tree, TreeNode};
use super::{Candidate, CandidateCasing, WordCosts};
use crate::cost::{Cost, NAT};
use crate::lexicon::{Lexicon, MAX_LETTERS};
use crate::syllable::Letter;

/// Longest token that is looked up, in characters.
pub(crate) const MAX_TOKEN: usize = 32;
const ROW: usize = MAX_TOKEN + 1;
/// Above every cost; twice it does not overflow.
const UNREACHED: Cost = Cost::MAX / 4;

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Candidates whose price (channel and word) is above the best by more
    /// than this are dropped.
    pub(crate) margin: Cost,
    /// Candidates whose channel cost is above the least by more than this are
    /// dropped.
    pub(crate) channel_margin: Cost,
    /// Channel costs above this are never looked at.
    pub(crate) max_cost: Cost,
    /// Candidates whose price is above this are dropped.
    pub(crate) max_price: Cost,
    /// Price of another word than the one read where it is no syllable: names
    /// and foreign words are too many to tell one from another by spelling.
    pub(crate) foreign: Cost,
    /// At most so many candidates are kept.
    pub(crate) n_best: usize,
}

/// Entries for one group of base letters at one place of the token.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// Observed characters before it.
    start: u8,
    /// Observed characters it takes.
    len: u8,
    /// Least cost over marks and cases.
    least: Cost,
    entries: (u32, u32),
    next: u32,
}

/// A stretch of the token that the channel knows as a reading.
#[derive(Debug, Clone)]
struct Stretch {
    start: u8,
    len: u8,
    least: Cost,
    groups: std::ops::Range<u32>,
}

/// Scratch of the search; one a worker.
#[derive(Debug)]
pub(crate) struct Searcher {
    codes: Vec<u16>,
    /// The token's letters; `None` for other characters.
    read: Vec<Option<Letter>>,
    stretches: Vec<Stretch>,
    links: Vec<Link>,
    /// First link of each group of base letters, plus one; 0 for none.
    heads: Vec<u32>,
    touched: Vec<u16>,
    /// The same for the first letter, and the first two, of longer groups.
    ahead: Vec<u32>,
    touched_ahead: Vec<u16>,
    lower_rows: Vec<[Cost; ROW]>,
    exact_rows: Vec<[Cost; ROW]>,
    bases: [u8; MAX_LETTERS],
    /// The codes of the last letters up to each, as groups have them.
    trails: [u16; MAX_LETTERS + 1],
    marks: [u8; MAX_LETTERS],
    /// `rest[j]`: the least cost of the observed characters from `j` on,
    /// whatever the word; what a walk must still pay at least.
    rest: [Cost; ROW],
    /// The same for those before `j`.
    before: [Cost; ROW],
    found: Vec<Candidate>,
    /// The best price, and the least channel cost, of what was found.
    best: Cost,
    least: Cost,
    /// The lowest prices found, so many that those above cannot be among the
    /// best; and the highest price that is still of use.
    prices: BinaryHeap<Cost>,
    ceiling: Cost,
}

/// What stays the same during one search.
struct Task<'a> {
    tree: &'a Tree,
    channel: &'a ProfileIndex,
    words: &'a WordCosts,
    bounds: Bounds,
}

impl Default for Searcher {
    fn default() -> Self {
        Self {
            codes: Vec::new(),
            read: Vec::new(),
            stretches: Vec::new(),
            links: Vec::new(),
            heads: vec![0; 1 << 15],
            touched: Vec::new(),
            ahead: vec![0; 1 << 10],
            touched_ahead: Vec::new(),
            lower_rows: vec![[UNREACHED; ROW]; MAX_LETTERS + 1],
            exact_rows: vec![[UNREACHED; ROW]; MAX_LETTERS + 1],
            bases: [0; MAX_LETTERS],
            trails: [0; MAX_LETTERS + 1],
            marks: [0; MAX_LETTERS],
            rest: [0; ROW],
            before: [0; ROW],
            found: Vec::new(),
            best: UNREACHED,
            least: UNREACHED,
            prices: BinaryHeap::new(),
            ceiling: UNREACHED,
        }
    }
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
        self.codes.clear();
        self.codes
            .extend(token.chars().take(MAX_TOKEN + 1).map(char_code));
        self.read.clear();
        self.read
            .extend(token.chars().take(MAX_TOKEN + 1).map(Letter::from_char));
        if self.codes.is_empty() || self.codes.len() > MAX_TOKEN {
            return &self.found;
        }
        self.stretch(channel);
        let task = Task {
            tree: words.tree(lexicon),
            channel,
            words,
            bounds,
        };
        let casings = CandidateCasing::plausible(token);
        if !self.collect(
            &task,
            casings,
            bounds.n_best.saturating_add(bounds.n_best / 4),
        ) {
            self.collect(&task, casings, usize::MAX);
        }
        &self.found
    }

    /// Collects the candidates, leaving out what is dearer than the `enough`
    /// cheapest; false if something was left out that may belong to the best.
    fn collect(&mut self, task: &Task<'_>, casings: &[CandidateCasing], enough: usize) -> bool {
        let bounds = task.bounds;
        self.best = UNREACHED;
        self.least = UNREACHED;
        self.ceiling = bounds.max_price;
        // Widening searches: most tokens are cheap, and a good candidate found
        // early bounds the wider walk.
        let mut max = self.rest[0].saturating_add(4 * NAT).min(bounds.max_cost);
        loop {
            self.found.clear();
            self.prices.clear();
            self.link(task.channel, max);
            self.walk(task, casings, max, enough);
            let widest = self.limit(task, bounds.max_cost, task.words.least);
            if widest <= max {
                break;
            }
            max = (2 * max).min(widest);
        }
        let left_out_above = self.ceiling;
        self.select(task);
        let last = self.found.get(bounds.n_best.wrapping_sub(1));
        let last = last.map_or(bounds.max_price, |c| c.cost + task.words.of(c.id));
        left_out_above >= last.min(bounds.max_price)
    }

    /// Looks up every stretch of the token, and what must be paid at least
    /// before and after each character.
    fn stretch(&mut self, channel: &ProfileIndex) {
        let n = self.codes.len();
        self.stretches.clear();
        for start in 0..=n {
            for len in 0..=MAX_OBSERVED.min(n - start) {
                let key = observed_key(&self.codes[start..start + len]);
                let groups = channel.groups_of(key);
                if let Some(first) = channel.groups(groups.clone()).first() {
                    self.stretches.push(Stretch {
                        start: start as u8,
                        len: len as u8,
                        least: first.least,
                        groups,
                    });
                }
            }
        }
        let one = channel.insertion.min(channel.substitution);
        self.before[..=n].fill(UNREACHED);
        self.before[0] = 0;
        let mut stretches = self.stretches.iter().peekable();
        for j in 0..=n {
            if j > 0 {
                self.before[j] = self.before[j].min(self.before[j - 1] + one);
            }
            while let Some(s) = stretches.next_if(|s| usize::from(s.start) == j) {
                let end = usize::from(s.start + s.len);
                self.before[end] = self.before[end].min(self.before[j] + s.least);
            }
        }
        self.rest.fill(UNREACHED);
        self.rest[n] = 0;
        let mut stretches = self.stretches.iter().rev().peekable();
        for j in (0..=n).rev() {
            if j < n {
                self.rest[j] = self.rest[j + 1] + one;
            }
            while let Some(s) = stretches.next_if(|s| usize::from(s.start) == j) {
                let end = usize::from(s.start + s.len);
                self.rest[j] = self.rest[j].min(s.least + self.rest[end]);
            }
        }
    }

    /// Collects what the token's stretches may stand for, as far as a reading
    /// with it can cost no more than `max`.
    fn link(&mut self, channel: &ProfileIndex, max: Cost) {
        for group in self.touched.drain(..) {
            self.heads[usize::from(group)] = 0;
        }
        for start in self.touched_ahead.drain(..) {
            self.ahead[usize::from(start)] = 0;
        }
        self.links.clear();
        for s in &self.stretches {
            let around = self.before[s.start as usize] + self.rest[(s.start + s.len) as usize];
            for group in channel.groups(s.groups.clone()) {
                if around + group.least > max {
                    break;
                }
                let mut chain = |heads: &mut [u32], touched: &mut Vec<u16>, key: u16| {
                    let head = &mut heads[usize::from(key)];
                    if *head == 0 {
                        touched.push(key);
                    }
                    self.links.push(Link {
                        start: s.start,
                        len: s.len,
                        least: group.least,
                        entries: group.entries,
                        next: *head,
                    });
                    *head = self.links.len() as u32;
                };
                chain(&mut self.heads, &mut self.touched, group.base);
                let (first_two, first) = (group.base >> 5, group.base >> 10);
                for start in [first_two, first] {
                    if start > 0 {
                        chain(&mut self.ahead, &mut self.touched_ahead, start);
                    }
                }
            }
        }
    }

    /// Goes through the lexicon, leaving out what is above the bound `max`.
    fn walk(&mut self, task: &Task<'_>, casings: &[CandidateCasing], max: Cost, enough: usize) {
        let n = self.codes.len();
        self.lower_rows[0].fill(UNREACHED);
        for j in 0..=n {
            self.lower_rows[0][j] = j as Cost * task.channel.insertion;
            self.exact_rows[0][j] = j as Cost * task.channel.insertion;
        }
        let nodes = &task.tree.nodes;
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            let depth = usize::from(node.depth);
            self.bases[depth - 1] = node.base;
            let least = self.fill_lower_row(task.channel, depth);
            let limit = self.limit(task, max, node.least);
            if least > limit {
                at = node.skip as usize;
                continue;
            }
            if node.words.0 < node.words.1 && self.lower_rows[depth][n] <= limit {
                for &casing in casings {
                    self.price_words(task, casing, max, enough, node);
                }
            }
            at += 1;
        }
    }

    /// Prices the words of one base form exactly.
    fn price_words(
        &mut self,
        task: &Task<'_>,
        casing: CandidateCasing,
        max: Cost,
        enough: usize,
        node: &TreeNode,
    ) {
        let letters = usize::from(node.depth);
        // Letters whose rows are filled, and at how many the last word ended
        // above the bound, as do all that begin like it.
        let mut filled = 0;
        let mut dead = usize::MAX;
        for word in task.tree.words(node) {
            let shared = usize::from(word.shared);
            filled = filled.min(shared);
            if shared >= dead {
                continue;
            }
            dead = usize::MAX;
            self.marks[..letters].copy_from_slice(task.tree.marks(word, letters));
            while filled < letters {
                filled += 1;
                let least = self.fill_exact_row(task.channel, filled, casing);
                // What begins alike may be cheaper by itself than this word.
                if least > self.limit(task, max, node.least) {
                    dead = filled;
                    break;
                }
            }
            if dead != usize::MAX {
                continue;
            }
            let cost = self.exact_rows[letters][self.codes.len()];
            if cost > self.limit(task, max, word.cost) {
                continue;
            }
            let is_changed = word.foreign && !self.is_as_read(letters);
            let cost = cost + if is_changed { task.bounds.foreign } else { 0 };
            let price = cost + word.cost;
            if price <= self.highest(task) {
                self.prices.push(price);
                if self.prices.len() > enough {
                    self.prices.pop();
                    let highest = self.prices.peek().copied();
                    self.ceiling = self.ceiling.min(highest.unwrap_or(self.ceiling));
                }
                self.best = self.best.min(price);
                self.least = self.least.min(cost);
                self.found.push(Candidate {
                    id: word.id,
                    casing,
                    foreign: word.foreign,
                    cost,
                });
            }
        }
    }

    /// The highest price of use.
    #[inline]
    fn highest(&self, task: &Task<'_>) -> Cost {
        let highest = self.best.saturating_add(task.bounds.margin);
        highest.min(self.ceiling)
    }

    /// The bound on channel costs of words that by themselves cost at least
    /// `word`; it sinks with what is found.
    #[inline]
    fn limit(&self, task: &Task<'_>, max: Cost, word: Cost) -> Cost {
        let bounds = &task.bounds;
        max.min(self.highest(task).saturating_sub(word))
            .min(self.least.saturating_add(bounds.channel_margin))
    }

    /// The row after `depth` base letters; returns a bound on what follows.
    #[inline]
    fn fill_lower_row(&mut self, channel: &ProfileIndex, depth: usize) -> Cost {
        // Rows of few widths, known when compiled.
        match self.codes.len() {
            0..=7 => self.fill_lower::<8>(channel, depth),
            8..=15 => self.fill_lower::<16>(channel, depth),
            _ => self.fill_lower::<ROW>(channel, depth),
        }
    }

    #[inline]
    fn fill_lower<const W: usize>(&mut self, channel: &ProfileIndex, depth: usize) -> Cost {
        let (above, row) = self.lower_rows.split_at_mut(depth);
        let parts = (row[0].first_chunk_mut(), above[depth - 1].first_chunk());
        let (Some(row), Some(last), Some(rest)) = (parts.0, parts.1, self.rest.first_chunk())
        else {
            return UNREACHED;
        };
        let (row, last, rest): (&mut [Cost; W], &[Cost; W], &[Cost; W]) = (row, last, rest);
        floor_row(channel, last, row);
        let code = base_code(self.bases[depth - 1]);
        let trail = (self.trails[depth - 1] << 5 | code) & 0x7fff;
        self.trails[depth] = trail;
        for len in 1..=MAX_WRITTEN.min(depth) {
            let from = &above[depth - len];
            let mut at = self.heads[usize::from(trail & ((1 << (5 * len)) - 1))];
            while at > 0 {
                let link = &self.links[at as usize - 1];
                let end = (link.start + link.len) as usize;
                let cost = from[link.start as usize] + link.least;
                row[end] = row[end].min(cost);
                at = link.next;
            }
        }
        let least = insert_and_least(channel, row, rest);
        least.min(self.least_ahead(&self.lower_rows, depth))
    }

    /// A bound on what goes on from before the last row, by a segment that
    /// begins with the last letter or the last two and ends beyond.
    #[inline]
    fn least_ahead(&self, rows: &[[Cost; ROW]], depth: usize) -> Cost {
        let mut least = UNREACHED;
        for len in 1..MAX_WRITTEN.min(depth + 1) {
            let start = self.trails[depth] & ((1 << (5 * len)) - 1);
            let from = &rows[depth - len];
            let mut at = self.ahead[usize::from(start)];
            while at > 0 {
                let link = &self.links[at as usize - 1];
                let end = usize::from(link.start + link.len);
                let cost = from[usize::from(link.start)] + link.least + self.rest[end];
                least = least.min(cost);
                at = link.next;
            }
        }
        least
    }

    /// The row after `depth` marked letters; returns a bound on what follows.
    fn fill_exact_row(
        &mut self,
        channel: &ProfileIndex,
        depth: usize,
        casing: CandidateCasing,
    ) -> Cost {
        let n = self.codes.len();
        let (before, row) = self.exact_rows.split_at_mut(depth);
        let row = &mut row[0][..=n];
        floor_row(channel, &before[depth - 1][..=n], row);
        let mut group = 0;
        let mut upper = 0;
        let mut marks = [0; MAX_WRITTEN];
        for len in 1..=MAX_WRITTEN.min(depth) {
            let k = depth - len;
            group |= base_code(self.bases[k]) << (5 * (len - 1));
            upper |= u8::from(casing.is_upper(k)) << (len - 1);
            marks[len - 1] = self.marks[k];
            let from = &before[k];
            let mut at = self.heads[group as usize];
            while at > 0 {
                let link = &self.links[at as usize - 1];
                at = link.next;
                let so_far = from[link.start as usize];
                let end = (link.start + link.len) as usize;
                if so_far + link.least >= row[end] {
                    continue;
                }
                let entries = &channel.entries()[link.entries.0 as usize..link.entries.1 as usize];
                let exact = entries
                    .iter()
                    .find(|e| e.marks == marks && e.upper == upper);
                if let Some(e) = exact {
                    row[end] = row[end].min(so_far + e.cost);
                }
            }
        }
        let least = insert_and_least(channel, row, &self.rest[..=n]);
        least.min(self.least_ahead(&self.exact_rows, depth))
    }

    /// Whether the walk spells the token itself, in any case.
    fn is_as_read(&self, letters: usize) -> bool {
        self.read.len() == letters
            && self.read.iter().enumerate().all(|(k, letter)| {
                letter.is_some_and(|l| l.base == self.bases[k] && l.mark == self.marks[k])
            })
    }

    /// Orders what was found, one candidate a word, and keeps the best.
    fn select(&mut self, task: &Task<'_>) {
        let price = |c: &Candidate| c.cost + task.words.of(c.id);
        self.found
            .sort_unstable_by_key(|c| (c.id, c.casing, c.cost));
        self.found.dedup_by_key(|c| (c.id, c.casing));
        self.found
            .sort_unstable_by_key(|c| (price(c), c.id, c.casing));
        if let Some(best) = self.found.first().map(price) {
            let most = self.least + task.bounds.channel_margin;
            let margin = task.bounds.margin;
            self.found
                .retain(|c| c.cost <= most && price(c) <= best + margin);
        }
        self.found.truncate(task.bounds.n_best);
    }
}

/// What any letter can do: be read as any character, or not at all.
#[inline]
fn floor_row(channel: &ProfileIndex, before: &[Cost], row: &mut [Cost]) {
    row[0] = before[0] + channel.deletion;
    let pairs = before.iter().zip(&before[1..]);
    for (cell, (substituted, deleted)) in row[1..].iter_mut().zip(pairs) {
        *cell = (substituted + channel.substitution).min(deleted + channel.deletion);
    }
}

/// What any character can do: stand there for nothing. Returns a lower bound
/// on every whole word that goes on from this row.
#[inline]
fn insert_and_least(channel: &ProfileIndex, row: &mut [Cost], rest: &[Cost]) -> Cost {
    let mut left = UNREACHED;
    let mut least = UNREACHED;
    for (cell, rest) in row.iter_mut().zip(rest) {
        left = (*cell).min(left + channel.insertion);
        *cell = left;
        least = least.min(left + rest);
    }
    least
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
