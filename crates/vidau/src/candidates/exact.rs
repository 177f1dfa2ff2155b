//! The exact price of each marked word of a base form.
//!
//! What the letters to come cost at least is what the whole form costs without
//! its marks less what the letters so far do: with it most words are left at
//! the first mark that is too dear.

use super::CandidateCasing;
use super::index::{Entry, MAX_WRITTEN};
use super::limits::Limits;
use super::queue::Waiting;
use super::readings::{Link, Readings};
use super::rows::{Cell, Row, cell};
use super::search::{Step, Task};
use super::tree::Marked;
use crate::cost::Cost;
use crate::lexicon::MAX_LETTERS;

/// A group on the way to a base form, as far as readings with it can be
/// within the limits.
#[derive(Debug, Clone, Copy)]
struct Edge {
    start: u8,
    end: u8,
    /// Its letters.
    len: u8,
    /// The least and the most that its letters may cost, marked and cased.
    least: Cell,
    most: Cell,
    group: u32,
}

/// What one base form's words are priced with.
#[derive(Debug)]
pub(super) struct Spelling {
    /// By the letter they end with and how many they have; where those of each
    /// length begin and end.
    edges: Vec<Edge>,
    ends: [[usize; MAX_WRITTEN + 1]; MAX_LETTERS + 1],
    rows: [Row; MAX_LETTERS + 1],
    /// What the letters after so many cost at least.
    rests: [Row; MAX_LETTERS + 1],
    letters: usize,
    /// The least that a word of the form costs by itself.
    word: Cost,
    /// Letters whose rows are filled, and at how many the last word ended
    /// above the bound, as do all that begin like it.
    filled: usize,
    dead: usize,
}

impl Default for Spelling {
    fn default() -> Self {
        Self {
            edges: Vec::new(),
            ends: [[0; MAX_WRITTEN + 1]; MAX_LETTERS + 1],
            rows: [Row::default(); MAX_LETTERS + 1],
            rests: [Row::default(); MAX_LETTERS + 1],
            letters: 0,
            word: 0,
            filled: 0,
            dead: usize::MAX,
        }
    }
}

impl Spelling {
    /// Collects what the letters of a form may be read as. Rows of base
    /// letters bound what comes before a group and after it, so that for most
    /// places little but the likeliest readings is left.
    pub(super) fn begin<const W: usize>(
        &mut self,
        readings: &Readings,
        steps: &[Step],
        form: Waiting,
        letters: usize,
        limits: &Limits,
    ) {
        self.letters = letters;
        self.word = form.price - Cost::from(form.channel);
        self.edges.clear();
        let limit = limits.of_channel(self.word);
        let mut path = [form.step; MAX_LETTERS + 1];
        for k in (0..letters).rev() {
            path[k] = steps[path[k + 1] as usize].before;
        }
        for k in 1..=letters {
            let Step { row, trail, .. } = &steps[path[k] as usize];
            let rest = &mut self.rests[k];
            rest.set_rest::<W>(readings.exact_rest(letters - k), row, form.channel);
            self.ends[k][0] = self.edges.len();
            for len in 1..=MAX_WRITTEN {
                if len <= k {
                    let from = &steps[path[k - len] as usize].row;
                    let mut add = |link: &Link| {
                        let around =
                            (from.get(link.start.into())).saturating_add(rest.get(link.end.into()));
                        let most = limit.saturating_sub(around);
                        if link.least <= most {
                            self.edges.push(Edge {
                                start: link.start,
                                end: link.end,
                                len: len as u8,
                                least: link.least,
                                most,
                                group: link.group,
                            });
                        }
                    };
                    if len == 1 {
                        readings.single_links(*trail as u8).for_each(&mut add);
                    }
                    readings.other_links(*trail, len).for_each(&mut add);
                }
                self.ends[k][len] = self.edges.len();
            }
        }
        self.rows[0] = steps[path[0] as usize].row;
    }

    /// Begins with the form's first word.
    pub(super) fn restart(&mut self) {
        self.filled = 0;
        self.dead = usize::MAX;
    }

    /// Whether the next word is left out for how it begins.
    #[inline]
    pub(super) fn is_left_out(&mut self, word: &Marked) -> bool {
        let shared = usize::from(word.shared);
        self.filled = self.filled.min(shared);
        if shared >= self.dead {
            return true;
        }
        self.dead = usize::MAX;
        false
    }

    /// What a word costs the channel; none where it is above the limits.
    pub(super) fn price<const W: usize>(
        &mut self,
        task: &Task<'_>,
        readings: &Readings,
        limits: &mut Limits,
        casing: CandidateCasing,
        marks: &[u8],
    ) -> Option<Cost> {
        while self.filled < self.letters {
            self.filled += 1;
            let least = self.fill_row::<W>(task, readings, limits, casing, marks);
            // What begins alike may be cheaper by itself than this word.
            if limits.leave_out(least.into(), self.word) {
                self.dead = self.filled;
                return None;
            }
        }
        Some(self.rows[self.letters].get(readings.len()).into())
    }

    /// The row after the next letter; returns a bound on what follows.
    #[inline]
    fn fill_row<const W: usize>(
        &mut self,
        task: &Task<'_>,
        readings: &Readings,
        limits: &mut Limits,
        casing: CandidateCasing,
        marks: &[u8],
    ) -> Cell {
        let depth = self.filled;
        let (above, rows) = self.rows.split_at_mut(depth);
        let row = &mut rows[0];
        row.any_letter::<W>(&above[depth - 1], task.substitution, task.deletion);
        let mut spelt = [0; MAX_WRITTEN];
        let mut so_far = 0;
        for (len, spelt) in spelt.iter_mut().enumerate().take(depth) {
            let k = depth - len - 1;
            so_far |= Entry::letter(len, marks[k], casing.is_upper(k));
            *spelt = so_far;
        }
        let ends = &self.ends[depth];
        for edge in &self.edges[ends[0]..ends[MAX_WRITTEN]] {
            let len = usize::from(edge.len);
            let spelt = spelt[len - 1];
            let entries = task.channel.entries_of(edge.group).iter();
            let mut entries = entries.take_while(|e| e.cost <= edge.most.into());
            if let Some(e) = entries.find(|e| e.spelt == spelt) {
                let so_far = above[depth - len].get(edge.start.into());
                row.lower(edge.end.into(), so_far.saturating_add(cell(e.cost)));
            }
        }
        let rest = &self.rests[depth];
        let inserted = row.least_without_next::<W>(rest);
        let inserted = inserted.saturating_add(task.insertion);
        if !limits.leave_out(inserted.into(), self.word) {
            row.insert::<W>(task.insertion);
        }
        if depth == self.letters {
            return row.get(readings.len());
        }
        let mut least = row.least_with::<W>(rest);
        // Groups that begin with the last letters and end beyond.
        let last = (depth + MAX_WRITTEN - 1).min(self.letters);
        for end in depth + 1..=last {
            let rest = &self.rests[end];
            for edge in &self.edges[self.ends[end][end - depth]..self.ends[end][MAX_WRITTEN]] {
                let so_far = self.rows[end - usize::from(edge.len)].get(edge.start.into());
                let rest = rest.get(edge.end.into()).saturating_add(edge.least);
                least = least.min(so_far.saturating_add(rest));
            }
        }
        least
    }
}
