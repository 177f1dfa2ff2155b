//! The bounded walk of lexicon × channel.
//!
//! Depth first over base letters, one row of costs a letter: `row[j]` is the
//! least cost at which the letters so far are read as the first `j` observed
//! characters. A base letter costs the least over its marks and cases, a lower
//! bound; below the separator each marked form is priced exactly, for each
//! casing in question. Costs are never negative, so a walk whose whole row is
//! above the bound cannot come back below it.

use fst::raw::{CompiledAddr, Fst, Node, Output};

use super::index::{Entry, MAX_OBSERVED, MAX_WRITTEN, ProfileIndex, base_code, char_code, observed_key};
use super::{Candidate, CandidateCasing};
use crate::cost::{Cost, NAT};
use crate::lexicon::{Lexicon, MARK0, MAX_LETTERS, SEPARATOR, WordId};
use crate::model::Bytes;

/// Longest token that is looked up, in characters.
pub(crate) const MAX_TOKEN: usize = 32;
const ROW: usize = MAX_TOKEN + 1;
/// Above every cost; twice it does not overflow.
const UNREACHED: Cost = Cost::MAX / 4;

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Candidates above the best by more than this are dropped.
    pub(crate) margin: Cost,
    /// Channel costs above this are never looked at.
    pub(crate) max_cost: Cost,
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

/// Scratch of the search; one a worker.
#[derive(Debug)]
pub(crate) struct Searcher {
    codes: Vec<u16>,
    links: Vec<Link>,
    /// First link of each group of base letters, plus one; 0 for none.
    heads: Vec<u32>,
    touched: Vec<u16>,
    lower_rows: Vec<[Cost; ROW]>,
    exact_rows: Vec<[Cost; ROW]>,
    bases: [u8; MAX_LETTERS],
    marks: [u8; MAX_LETTERS],
    found: Vec<Candidate>,
    best: Cost,
}

/// What stays the same during one search.
struct Task<'a> {
    fst: &'a Fst<Bytes>,
    channel: &'a ProfileIndex,
    word_costs: &'a [Cost],
    bounds: Bounds,
}

impl Default for Searcher {
    fn default() -> Self {
        Self {
            codes: Vec::new(),
            links: Vec::new(),
            heads: vec![0; 1 << 15],
            touched: Vec::new(),
            lower_rows: vec![[UNREACHED; ROW]; MAX_LETTERS + 1],
            exact_rows: vec![[UNREACHED; ROW]; MAX_LETTERS + 1],
            bases: [0; MAX_LETTERS],
            marks: [0; MAX_LETTERS],
            found: Vec::new(),
            best: UNREACHED,
        }
    }
}

impl Searcher {
    /// The words that `token` may stand for under one profile, best first by
    /// channel cost plus `word_costs`; ties by word number.
    pub(crate) fn search(
        &mut self,
        token: &str,
        lexicon: &Lexicon,
        channel: &ProfileIndex,
        word_costs: &[Cost],
        bounds: Bounds,
    ) -> &[Candidate] {
        self.found.clear();
        self.codes.clear();
        self.codes.extend(token.chars().take(MAX_TOKEN + 1).map(char_code));
        if self.codes.is_empty() || self.codes.len() > MAX_TOKEN {
            return &self.found;
        }
        self.link(channel);
        let task = Task {
            fst: lexicon.fst(),
            channel,
            word_costs,
            bounds,
        };
        let casings = CandidateCasing::plausible(token);
        // A narrow search first: most tokens are cheap, and a good candidate
        // found early bounds the wide search.
        self.best = UNREACHED;
        let narrow = 5 * NAT;
        let wide = bounds.max_cost;
        self.walk_from_root(&task, casings, narrow.min(wide));
        if narrow < wide {
            self.found.clear();
            self.walk_from_root(&task, casings, wide);
        }
        self.select(&task);
        &self.found
    }

    /// Collects the channel's entries for every stretch of the token.
    fn link(&mut self, channel: &ProfileIndex) {
        for &group in &self.touched {
            self.heads[group as usize] = 0;
        }
        self.touched.clear();
        self.links.clear();
        let n = self.codes.len();
        for start in 0..=n {
            for len in 0..=MAX_OBSERVED.min(n - start) {
                let key = observed_key(&self.codes[start..start + len]);
                let range = channel.entries_of(key);
                let mut at = range.start;
                while at < range.end {
                    // Entries of a group stand together, cheapest first.
                    let first: &Entry = &channel.entries()[at];
                    let group = first.base;
                    let mut end = at + 1;
                    while end < range.end && channel.entries()[end].base == group {
                        end += 1;
                    }
                    let head = &mut self.heads[group as usize];
                    if *head == 0 {
                        self.touched.push(group);
                    }
                    self.links.push(Link {
                        start: start as u8,
                        len: len as u8,
                        least: first.cost,
                        entries: (at as u32, end as u32),
                        next: *head,
                    });
                    *head = self.links.len() as u32;
                    at = end;
                }
            }
        }
    }

    fn walk_from_root(&mut self, task: &Task<'_>, casings: &[CandidateCasing], max: Cost) {
        let mut limit = Limit { max };
        let n = self.codes.len();
        for j in 0..=n {
            self.lower_rows[0][j] = j as Cost * task.channel.insertion;
            self.exact_rows[0][j] = j as Cost * task.channel.insertion;
        }
        let root = task.fst.root();
        self.walk_bases(task, casings, &mut limit, &root, Output::zero(), 0);
    }

    fn walk_bases(
        &mut self,
        task: &Task<'_>,
        casings: &[CandidateCasing],
        limit: &mut Limit,
        node: &Node<'_>,
        output: Output,
        depth: usize,
    ) {
        for t in node.transitions() {
            let next = task.fst.node(t.addr);
            let output = output.cat(t.out);
            if t.inp == SEPARATOR {
                if self.lower_rows[depth][self.codes.len()] > limit.now(task, self.best) {
                    continue;
                }
                for &casing in casings {
                    self.walk_marks(task, casing, limit, t.addr, output, 0, depth);
                }
            } else if depth < MAX_LETTERS && t.inp.is_ascii_lowercase() {
                self.bases[depth] = t.inp;
                let least = self.fill_lower_row(task.channel, depth + 1);
                if least <= limit.now(task, self.best) {
                    self.walk_bases(task, casings, limit, &next, output, depth + 1);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn walk_marks(
        &mut self,
        task: &Task<'_>,
        casing: CandidateCasing,
        limit: &mut Limit,
        addr: CompiledAddr,
        output: Output,
        depth: usize,
        letters: usize,
    ) {
        let node = task.fst.node(addr);
        if depth == letters {
            let cost = self.exact_rows[depth][self.codes.len()];
            if node.is_final() && cost <= limit.now(task, self.best) {
                let id = output.cat(node.final_output()).value() as WordId;
                let word = task.word_costs.get(id as usize).copied().unwrap_or(0);
                self.best = self.best.min(cost + word);
                self.found.push(Candidate { id, casing, cost });
            }
            return;
        }
        for t in node.transitions() {
            self.marks[depth] = t.inp.saturating_sub(MARK0);
            let least = self.fill_exact_row(task.channel, depth + 1, casing);
            if least <= limit.now(task, self.best) {
                self.walk_marks(task, casing, limit, t.addr, output.cat(t.out), depth + 1, letters);
            }
        }
    }

    /// The row after `depth` base letters; returns its least cost.
    fn fill_lower_row(&mut self, channel: &ProfileIndex, depth: usize) -> Cost {
        let n = self.codes.len();
        let (before, row) = self.lower_rows.split_at_mut(depth);
        let row = &mut row[0][..=n];
        floor_row(channel, &before[depth - 1], row);
        let mut group = 0;
        for len in 1..=MAX_WRITTEN.min(depth) {
            group |= base_code(self.bases[depth - len]) << (5 * (len - 1));
            let from = &before[depth - len];
            let mut at = self.heads[group as usize];
            while at > 0 {
                let link = &self.links[at as usize - 1];
                let end = (link.start + link.len) as usize;
                let cost = from[link.start as usize] + link.least;
                row[end] = row[end].min(cost);
                at = link.next;
            }
        }
        insert_and_min(channel, row)
    }

    /// The row after `depth` marked letters; returns its least cost.
    fn fill_exact_row(
        &mut self,
        channel: &ProfileIndex,
        depth: usize,
        casing: CandidateCasing,
    ) -> Cost {
        let n = self.codes.len();
        let (before, row) = self.exact_rows.split_at_mut(depth);
        let row = &mut row[0][..=n];
        floor_row(channel, &before[depth - 1], row);
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
        insert_and_min(channel, row)
    }

    /// Orders what was found, one candidate a word, and keeps the best.
    fn select(&mut self, task: &Task<'_>) {
        let price = |c: &Candidate| c.cost + task.word_costs.get(c.id as usize).copied().unwrap_or(0);
        self.found.sort_unstable_by_key(|c| (c.id, c.cost, c.casing));
        self.found.dedup_by_key(|c| c.id);
        self.found.sort_unstable_by_key(|c| (price(c), c.id));
        if let Some(best) = self.found.first().map(price) {
            self.found.retain(|c| price(c) <= best + task.bounds.margin);
        }
        self.found.truncate(task.bounds.n_best);
    }
}

/// The bound on channel costs, which sinks with the best candidate found.
struct Limit {
    max: Cost,
}

impl Limit {
    #[inline]
    fn now(&self, task: &Task<'_>, best: Cost) -> Cost {
        // Word costs are not negative, so a channel cost alone above the best
        // price and the margin is out.
        self.max.min(best.saturating_add(task.bounds.margin))
    }
}

/// What any letter can do: be read as any character, or not at all.
#[inline]
fn floor_row(channel: &ProfileIndex, before: &[Cost; ROW], row: &mut [Cost]) {
    row[0] = before[0] + channel.deletion;
    for j in 1..row.len() {
        let substituted = before[j - 1] + channel.substitution;
        row[j] = substituted.min(before[j] + channel.deletion);
    }
}

/// What any character can do: stand there for nothing.
#[inline]
fn insert_and_min(channel: &ProfileIndex, row: &mut [Cost]) -> Cost {
    let mut least = row[0];
    for j in 1..row.len() {
        row[j] = row[j].min(row[j - 1] + channel.insertion);
        least = least.min(row[j]);
    }
    least
}
