//! The bounded walk of lexicon × channel.
//!
//! Depth first over base letters, one [`Row`] of costs a letter. A base letter
//! costs the least over its marks and cases, a lower bound; below the
//! separator each marked form is priced exactly, for each casing in question.
//! Costs are never negative, so a walk is left where its whole row is above
//! the bound, and with it whatever goes on from the rows before by a segment
//! of several letters.
//!
//! The bound is on the price, channel and word. It starts low and is raised
//! until it holds what is asked for (iterative deepening, Korf 1985): of the
//! words of a lexicon few are near a token, and a walk within a low bound
//! costs a small part of the next.

use std::collections::BinaryHeap;

use super::index::{
    Entry, MAX_OBSERVED, MAX_WRITTEN, ProfileIndex, base_code, char_code, observed_key,
};
use super::rows::{Cell, NEVER, Row, cell};
use super::tree::{Tree, TreeNode};
use super::{Candidate, CandidateCasing, WordCosts};
use crate::cost::{Cost, NAT};
use crate::lexicon::{Lexicon, MAX_LETTERS};
use crate::syllable::Letter;

/// Longest token that is looked up, in characters.
pub(crate) const MAX_TOKEN: usize = 32;
/// Above every cost; twice it does not overflow.
const UNREACHED: Cost = Cost::MAX / 4;
/// By how much the bound is raised the first time, and half as much again
/// each time after.
const STEP: Cost = 9 * NAT;
/// Words with as many letters to come, or more, are taken to have any number.
/// Syllables have fewer.
const MANY_LETTERS: usize = 8;

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

/// A group of base letters at one place of the token.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// Observed characters before it, and before what follows it.
    start: u8,
    end: u8,
    /// Least cost over marks and cases.
    least: Cell,
    /// Its number in the profile.
    group: u32,
    next: u32,
}

/// A longer group of which the first letters are there.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    start: u8,
    /// The code of the letter that must come next.
    letter: u8,
    /// The group's own cost and that of the characters after it.
    least: Cell,
    next: u32,
}

/// The least by the code of a letter.
type ByLetter = [Cell; 32];

/// A stretch of the token that the channel knows as a reading.
#[derive(Debug, Clone)]
struct Stretch {
    start: u8,
    end: u8,
    /// The least cost by the number of letters, less one.
    least: [Cell; MAX_WRITTEN],
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
    aheads: Vec<Ahead>,
    ahead_heads: Vec<u32>,
    touched_ahead: Vec<u16>,
    /// For each start the least cost of a group that begins with a letter, and
    /// of the characters after the group.
    leads: Vec<ByLetter>,
    lower_rows: Vec<Row>,
    exact_rows: Vec<Row>,
    /// After so many letters, the least cost of going on with each letter.
    going_on: Vec<ByLetter>,
    /// The codes of the last letters up to each, as groups have them.
    trails: [u16; MAX_LETTERS + 1],
    marks: [u8; MAX_LETTERS],
    /// For each number of characters the least cost of those after them,
    /// whatever the word; what a walk must still pay at least. By how many
    /// letters are to come at most, [`MANY_LETTERS`] standing for any number.
    rests: [Row; MANY_LETTERS + 1],
    /// The same for those before.
    before: Row,
    found: Vec<Candidate>,
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

/// How far one walk goes.
#[derive(Debug, Default)]
struct Limits {
    max_channel: Cost,
    /// The highest price.
    highest: Cost,
    /// The lowest price that was left out for being higher.
    cut: Cost,
}

impl Limits {
    /// Whether readings that cost at least `channel`, of words that cost at
    /// least `word`, are left out.
    #[inline]
    fn leave_out(&mut self, channel: Cost, word: Cost) -> bool {
        if channel > self.max_channel {
            return true;
        }
        let price = channel + word;
        if price > self.highest {
            self.cut = self.cut.min(price);
            return true;
        }
        false
    }

    /// The channel cost above which readings of words that cost at least
    /// `word` are left out.
    #[inline]
    fn of_channel(&self, word: Cost) -> Cell {
        let most = self.max_channel.min(self.highest - word);
        most.clamp(-1, Cost::from(NEVER) - 1) as Cell
    }
}

/// What stays the same during one search.
struct Task<'a> {
    tree: &'a Tree,
    channel: &'a ProfileIndex,
    /// The channel's prices for any letter and any character.
    substitution: Cell,
    deletion: Cell,
    insertion: Cell,
    words: &'a WordCosts,
    casings: &'a [CandidateCasing],
    bounds: Bounds,
}

impl Default for Searcher {
    fn default() -> Self {
        Self {
            codes: Vec::new(),
            read: Vec::new(),
            stretches: Vec::new(),
            links: Vec::new(),
            heads: vec![0; 1 << (5 * MAX_WRITTEN)],
            touched: Vec::new(),
            aheads: Vec::new(),
            ahead_heads: vec![0; 1 << (5 * (MAX_WRITTEN - 1))],
            touched_ahead: Vec::new(),
            leads: vec![[NEVER; 32]; MAX_TOKEN + 1],
            lower_rows: vec![Row::default(); MAX_LETTERS + 1],
            going_on: vec![[NEVER; 32]; MAX_LETTERS + 1],
            exact_rows: vec![Row::default(); MAX_LETTERS + 1],
            trails: [0; MAX_LETTERS + 1],
            marks: [0; MAX_LETTERS],
            rests: [Row::default(); MANY_LETTERS + 1],
            before: Row::default(),
            found: Vec::new(),
            best: UNREACHED,
            least: UNREACHED,
            limits: Limits::default(),
            prices: BinaryHeap::new(),
            enough: 0,
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
        self.collect(&Task {
            tree: words.tree(lexicon),
            channel,
            substitution: cell(channel.substitution),
            deletion: cell(channel.deletion),
            insertion: cell(channel.insertion),
            words,
            casings: CandidateCasing::plausible(token),
            bounds,
        });
        &self.found
    }

    /// Collects the candidates within a bound that is raised until they are
    /// enough.
    fn collect(&mut self, task: &Task<'_>) {
        let bounds = &task.bounds;
        self.best = UNREACHED;
        self.least = UNREACHED;
        self.enough = bounds.n_best.saturating_add(bounds.n_best / 4);
        let mut step = STEP;
        let mut bound = Cost::from(self.any_rest().get(0)) + task.words.least + step;
        loop {
            let most = self.best.saturating_add(bounds.margin);
            self.limits.highest = bound.min(bounds.max_price).min(most);
            self.limits.max_channel = (self.least.saturating_add(bounds.channel_margin))
                .min(bounds.max_cost)
                .min(Cost::from(NEVER) - 1);
            self.limits.cut = UNREACHED;
            self.found.clear();
            self.go_through(task);
            let is_full = self.prices.len() >= self.enough;
            self.select(task);
            let is_enough = self.found.len() == bounds.n_best && self.settle(task);
            let most = self.best.saturating_add(bounds.margin);
            let most = most.min(bounds.max_price).min(UNREACHED - 1);
            if is_enough || self.limits.cut > most {
                return;
            }
            if is_full {
                self.enough = self.enough.saturating_mul(2);
            }
            step += step / 2;
            bound = self.limits.cut.max(bound + step);
        }
    }

    /// Looks whether dearer words are so cheap for the channel that, by its
    /// margin, some of what was found is out; whether all of it stays.
    fn settle(&mut self, task: &Task<'_>) -> bool {
        let bounds = &task.bounds;
        let dearest = self.found.iter().map(|c| c.cost).max().unwrap_or(0);
        let max_channel = dearest.saturating_sub(bounds.channel_margin) - 1;
        if max_channel < Cost::from(self.any_rest().get(0)) {
            return true;
        }
        let before = (self.limits.cut, self.enough);
        let kept = std::mem::take(&mut self.found);
        self.limits.highest = (self.best.saturating_add(bounds.margin)).min(bounds.max_price);
        self.limits.max_channel = max_channel;
        self.enough = usize::MAX;
        self.go_through(task);
        let least = self.found.iter().map(|c| c.cost).min();
        self.least = self.least.min(least.unwrap_or(UNREACHED));
        (self.limits.cut, self.enough) = before;
        self.found = kept;
        let most = self.least.saturating_add(bounds.channel_margin);
        self.found.retain(|c| c.cost <= most);
        self.found.len() == bounds.n_best
    }

    /// Walks within the bounds; what is found comes to what was found before.
    fn go_through(&mut self, task: &Task<'_>) {
        self.prices.clear();
        self.link(task);
        // Rows of few widths, known when compiled.
        match self.codes.len() {
            0..=7 => self.walk::<8>(task),
            8..=15 => self.walk::<16>(task),
            _ => self.walk::<{ MAX_TOKEN + 8 }>(task),
        }
    }

    /// Looks up every stretch of the token, and what must be paid at least
    /// before and after each character.
    fn stretch(&mut self, channel: &ProfileIndex) {
        let n = self.codes.len();
        self.stretches.clear();
        for start in 0..=n {
            for len in 0..=MAX_OBSERVED.min(n - start) {
                let key = observed_key(self.codes[start..start + len].iter().copied());
                let groups = channel.groups_of(key);
                if groups.is_empty() {
                    continue;
                }
                let mut least = [NEVER; MAX_WRITTEN];
                for group in channel.groups(groups.clone()) {
                    let least = &mut least[group.letters() - 1];
                    *least = cell(group.least).min(*least);
                }
                self.stretches.push(Stretch {
                    start: start as u8,
                    end: (start + len) as u8,
                    least,
                    groups,
                });
            }
        }
        let one = cell(channel.insertion.min(channel.substitution));
        self.before = Row::default();
        self.before.set(0, 0);
        let mut stretches = self.stretches.iter().peekable();
        for j in 0..=n {
            if j > 0 {
                let inserted = self.before.get(j - 1).saturating_add(one);
                self.before.lower(j, inserted);
            }
            let here = self.before.get(j);
            while let Some(s) = stretches.next_if(|s| usize::from(s.start) == j) {
                for least in s.least {
                    self.before.lower(s.end.into(), here.saturating_add(least));
                }
            }
        }
        for letters in 0..=MANY_LETTERS {
            self.rests[letters] = self.rest_of(letters, channel);
        }
    }

    /// The least cost of the characters after each when so many letters are
    /// to come at most.
    fn rest_of(&self, letters: usize, channel: &ProfileIndex) -> Row {
        let n = self.codes.len();
        let mut rest = Row::default();
        rest.set(n, 0);
        // With any number of letters there are as many after some are read.
        let after = |rest: &Row, read: usize, end: usize| match letters {
            MANY_LETTERS => rest.get(end),
            _ if letters < read => NEVER,
            _ => self.rests[letters - read].get(end),
        };
        let mut stretches = self.stretches.iter().rev().peekable();
        for j in (0..=n).rev() {
            let mut least = rest.get(j);
            if j < n {
                let inserted = rest.get(j + 1).saturating_add(cell(channel.insertion));
                let substituted = after(&rest, 1, j + 1).saturating_add(cell(channel.substitution));
                least = least.min(inserted).min(substituted);
            }
            rest.set(j, least);
            while let Some(s) = stretches.next_if(|s| usize::from(s.start) == j) {
                for (read, least) in (1..).zip(s.least) {
                    let so_far = after(&rest, read, s.end.into());
                    rest.lower(j, so_far.saturating_add(least));
                }
            }
        }
        rest
    }

    /// What is to be paid at least with any number of letters.
    #[inline]
    fn any_rest(&self) -> &Row {
        &self.rests[MANY_LETTERS]
    }

    /// Collects what the token's stretches may stand for, as far as a reading
    /// with it can be within the bounds.
    fn link(&mut self, task: &Task<'_>) {
        for group in self.touched.drain(..) {
            self.heads[usize::from(group)] = 0;
        }
        for start in self.touched_ahead.drain(..) {
            self.ahead_heads[usize::from(start)] = 0;
        }
        self.links.clear();
        self.aheads.clear();
        self.leads[..=self.codes.len()].fill([NEVER; 32]);
        for i in 0..self.stretches.len() {
            let Stretch {
                start,
                end,
                ref groups,
                ..
            } = self.stretches[i];
            let numbers = groups.clone();
            let rest = self.any_rest().get(end.into());
            let around = Cost::from(self.before.get(start.into())) + Cost::from(rest);
            let groups = task.channel.groups(numbers.clone());
            for (number, group) in numbers.zip(groups) {
                if self
                    .limits
                    .leave_out(around + group.least, task.words.least)
                {
                    break;
                }
                let head = &mut self.heads[usize::from(group.base)];
                if *head == 0 {
                    self.touched.push(group.base);
                }
                self.links.push(Link {
                    start,
                    end,
                    least: cell(group.least),
                    group: number,
                    next: *head,
                });
                *head = self.links.len() as u32;
                let least = cell(group.least).saturating_add(rest);
                let mut first = group.base;
                while first > 31 {
                    let letter = (first & 31) as u8;
                    first >>= 5;
                    self.link_ahead(first, letter, start, least);
                }
                let lead = &mut self.leads[usize::from(start)][usize::from(first)];
                *lead = least.min(*lead);
            }
        }
    }

    /// Notes that a group of the letters `first`, and then `letter`, may
    /// follow `start` characters.
    fn link_ahead(&mut self, first: u16, letter: u8, start: u8, least: Cell) {
        let head = &mut self.ahead_heads[usize::from(first)];
        if *head == 0 {
            self.touched_ahead.push(first);
        }
        let mut at = *head;
        while at > 0 {
            let known = &mut self.aheads[at as usize - 1];
            if (known.start, known.letter) == (start, letter) {
                known.least = known.least.min(least);
                return;
            }
            at = known.next;
        }
        self.aheads.push(Ahead {
            start,
            letter,
            least,
            next: *head,
        });
        *head = self.aheads.len() as u32;
    }

    /// Goes through the lexicon within the bounds.
    fn walk<const W: usize>(&mut self, task: &Task<'_>) {
        let n = self.codes.len();
        let mut first = Row::default();
        first.set(0, 0);
        first.insert::<W>(task.insertion);
        self.lower_rows[0] = first;
        self.exact_rows[0] = first;
        self.go_on::<W>(task, 0, MANY_LETTERS, task.words.least);
        let nodes = &task.tree.nodes;
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            let depth = usize::from(node.depth);
            let least = self.going_on[depth - 1][usize::from(node.letter & 31)];
            if self.limits.leave_out(least.into(), node.least) {
                at = node.skip as usize;
                continue;
            }
            self.fill_lower_row::<W>(task, node);
            let whole = Cost::from(self.lower_rows[depth].get(n));
            if node.words.0 < node.words.1 && !self.limits.leave_out(whole, node.own) {
                for &casing in task.casings {
                    self.price_words::<W>(task, casing, node, whole);
                }
            }
            let goes_on = self.go_on::<W>(task, depth, node.height.into(), node.least);
            at = if goes_on { at + 1 } else { node.skip as usize };
        }
    }

    /// Finds what it costs at least to go on with each letter after the
    /// `depth` there are, for words that have at most `letters` more and cost
    /// at least `word`; false where none may be.
    #[inline]
    fn go_on<const W: usize>(
        &mut self,
        task: &Task<'_>,
        depth: usize,
        letters: usize,
        word: Cost,
    ) -> bool {
        if letters == 0 {
            return false;
        }
        let rest = &self.rests[letters.min(MANY_LETTERS)];
        let row = &self.lower_rows[depth];
        let going_on = &mut self.going_on[depth];
        let limit = self.limits.of_channel(word);
        let mut left_out = NEVER;
        let substituted = row.least_without_next::<W>(rest);
        let least = row.least_with::<W>(rest);
        let any = (substituted.saturating_add(task.substitution))
            .min(least.saturating_add(task.deletion));
        let mut goes_on = any <= limit;
        if goes_on {
            *going_on = [any; 32];
        } else {
            *going_on = [NEVER; 32];
            left_out = any;
        }
        if least <= limit {
            for (start, leads) in self.leads[..=self.codes.len()].iter().enumerate() {
                let so_far = row.get(start);
                let floor = rest.get(start);
                let least = so_far.saturating_add(floor);
                if least > limit {
                    left_out = left_out.min(least);
                    continue;
                }
                goes_on = true;
                for (least, lead) in going_on.iter_mut().zip(leads) {
                    *least = so_far.saturating_add(floor.max(*lead)).min(*least);
                }
            }
        } else {
            left_out = left_out.min(least);
        }
        for len in 1..MAX_WRITTEN.min(depth + 1) {
            let first = self.trails[depth] & ((1 << (5 * len)) - 1);
            let from = &self.lower_rows[depth - len];
            let mut at = self.ahead_heads[usize::from(first)];
            while at > 0 {
                let ahead = &self.aheads[at as usize - 1];
                at = ahead.next;
                let least = from.get(ahead.start.into()).saturating_add(ahead.least);
                if least > limit {
                    left_out = left_out.min(least);
                    continue;
                }
                goes_on = true;
                let known = &mut going_on[usize::from(ahead.letter & 31)];
                *known = least.min(*known);
            }
        }
        self.limits.leave_out(left_out.into(), word);
        goes_on
    }

    /// Prices the words of one base form exactly; none costs less than `least`.
    fn price_words<const W: usize>(
        &mut self,
        task: &Task<'_>,
        casing: CandidateCasing,
        node: &TreeNode,
        least: Cost,
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
            if self.limits.leave_out(least, word.cost) {
                continue;
            }
            self.marks[..letters].copy_from_slice(task.tree.marks(word, letters));
            while filled < letters {
                filled += 1;
                let least = self.fill_exact_row::<W>(task, filled, casing, node);
                // What begins alike may be cheaper by itself than this word.
                if self.limits.leave_out(least, node.own) {
                    dead = filled;
                    break;
                }
            }
            if dead != usize::MAX {
                continue;
            }
            let cost = Cost::from(self.exact_rows[letters].get(self.codes.len()));
            if self.limits.leave_out(cost, word.cost) {
                continue;
            }
            let is_changed = word.foreign && !self.is_as_read(letters);
            let cost = cost + if is_changed { task.bounds.foreign } else { 0 };
            let price = cost + word.cost;
            if price > self.limits.highest {
                self.limits.cut = self.limits.cut.min(price);
                continue;
            }
            self.best = self.best.min(price);
            self.limits.highest =
                (self.best.saturating_add(task.bounds.margin)).min(self.limits.highest);
            if !(task.bounds.only_syllables && word.foreign) {
                self.prices.push(price);
                if self.prices.len() > self.enough {
                    self.prices.pop();
                }
                if self.prices.len() == self.enough
                    && let Some(&dearest) = self.prices.peek()
                {
                    self.limits.highest = self.limits.highest.min(dearest);
                }
            }
            self.found.push(Candidate {
                id: word.id,
                casing,
                foreign: word.foreign,
                cost,
            });
        }
    }

    /// The row after the base letters down to `node`.
    #[inline]
    fn fill_lower_row<const W: usize>(&mut self, task: &Task<'_>, node: &TreeNode) {
        let depth = usize::from(node.depth);
        let trail = (self.trails[depth - 1] << 5 | u16::from(node.letter)) & 0x7fff;
        self.trails[depth] = trail;
        let (above, rows) = self.lower_rows.split_at_mut(depth);
        let row = &mut rows[0];
        row.one_letter::<W>(&above[depth - 1], task.substitution, task.deletion);
        for len in 1..=MAX_WRITTEN.min(depth) {
            let from = &above[depth - len];
            let mut at = self.heads[usize::from(trail & ((1 << (5 * len)) - 1))];
            while at > 0 {
                let link = &self.links[at as usize - 1];
                let so_far = from.get(link.start.into());
                row.lower(link.end.into(), so_far.saturating_add(link.least));
                at = link.next;
            }
        }
        let rest = &self.rests[usize::from(node.height).min(MANY_LETTERS)];
        let inserted = row.least_without_next::<W>(rest);
        let inserted = inserted.saturating_add(task.insertion);
        if !self.limits.leave_out(inserted.into(), node.least) {
            self.lower_rows[depth].insert::<W>(task.insertion);
        }
    }

    /// A bound on what goes on from before the last row, by a segment that
    /// begins with the last letter or the last two and ends beyond.
    #[inline]
    fn least_ahead(&self, rows: &[Row], depth: usize) -> Cell {
        let mut least = NEVER;
        for len in 1..MAX_WRITTEN.min(depth + 1) {
            let key = self.trails[depth] & ((1 << (5 * len)) - 1);
            let from = &rows[depth - len];
            let mut at = self.ahead_heads[usize::from(key)];
            while at > 0 {
                let ahead = &self.aheads[at as usize - 1];
                let so_far = from.get(ahead.start.into());
                least = least.min(so_far.saturating_add(ahead.least));
                at = ahead.next;
            }
        }
        least
    }

    /// The row after `depth` marked letters on the way to `node`; returns a
    /// bound on what follows.
    fn fill_exact_row<const W: usize>(
        &mut self,
        task: &Task<'_>,
        depth: usize,
        casing: CandidateCasing,
        node: &TreeNode,
    ) -> Cost {
        let channel = task.channel;
        let (above, rows) = self.exact_rows.split_at_mut(depth);
        let row = &mut rows[0];
        row.one_letter::<W>(&above[depth - 1], task.substitution, task.deletion);
        let trail = self.trails[depth];
        let mut spelt = 0;
        for len in 1..=MAX_WRITTEN.min(depth) {
            let k = depth - len;
            spelt |= Entry::letter(len - 1, self.marks[k], casing.is_upper(k));
            let from = &above[k];
            let mut at = self.heads[usize::from(trail & ((1 << (5 * len)) - 1))];
            while at > 0 {
                let link = &self.links[at as usize - 1];
                at = link.next;
                let so_far = from.get(link.start.into());
                let end = usize::from(link.end);
                if so_far.saturating_add(link.least) >= row.get(end) {
                    continue;
                }
                let entries = channel.entries_of(link.group);
                if let Some(e) = entries.iter().find(|e| e.spelt == spelt) {
                    row.lower(end, so_far.saturating_add(cell(e.cost)));
                }
            }
        }
        let rest = &self.rests[(usize::from(node.depth) - depth).min(MANY_LETTERS)];
        let inserted = row.least_without_next::<W>(rest);
        let inserted = inserted.saturating_add(task.insertion);
        if !self.limits.leave_out(inserted.into(), node.own) {
            self.exact_rows[depth].insert::<W>(task.insertion);
        }
        let least = self.exact_rows[depth].least_with::<W>(rest);
        least.min(self.least_ahead(&self.exact_rows, depth)).into()
    }

    /// Whether the walk spells the token itself, in any case.
    fn is_as_read(&self, letters: usize) -> bool {
        self.read.len() == letters
            && self.read.iter().enumerate().all(|(k, letter)| {
                let letter = letter.map(|l| (base_code(l.base), l.mark));
                letter == Some((self.trails[k + 1] & 31, self.marks[k]))
            })
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
        self.least = least.unwrap_or(UNREACHED);
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
