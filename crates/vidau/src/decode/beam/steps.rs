//! What each hypothesis at a node costs with each arc that leads on from it.

use std::iter::Enumerate;
use std::ops::Range;
use std::slice;

use wide::i32x8;

use super::pool::Pool;
use super::{BeamOptions, rank, ranked};
use crate::cost::Cost;
use crate::decode::lattice::Arc;
use crate::decode::log_add::log_add;
use crate::decode::trellis::{Column, NONE, UNREACHED};
use crate::lm::{self, Findings, Following, LmState, NgramModel, Starts};

/// Beside an arc's number: the end of a paragraph there.
const PARAGRAPH: u32 = 1 << 31;
/// Totals are added up, and compared, so many at a time.
const LANES: usize = 8;

/// The arcs of one word at most that lead from one node to another, or those of
/// two words, and what they cost after each of the hypotheses at the first.
#[derive(Debug, Default)]
pub(super) struct Steps {
    following: Following,
    /// Whether some of the arcs priced last have two words.
    pub(super) has_pairs: bool,
    /// Cost and number of each arc, to be ordered by.
    order: Vec<u64>,
    /// The cheapest first.
    steps: Vec<Step>,
    /// What each costs with what its first word costs by itself, which backing off
    /// makes dearer, up to a multiple of [`LANES`]; and those that have no word.
    by_itself: Vec<Cost>,
    wordless: Vec<u32>,
    /// Arcs that share a step, and which.
    alike: Vec<(u32, u32)>,
    /// For each of the language model's words the last step with it; plus one,
    /// 0 for none.
    by_place: Vec<u32>,
    /// Of each hypothesis that is near enough, the best first, a row of totals
    /// with the steps and of what is known of their words.
    totals: Vec<Cost>,
    known: Vec<Findings>,
    near: Vec<Near>,
}

/// Of a hypothesis' row how many are filled, a multiple of [`LANES`], and the language
/// model's row of what is known after it.
#[derive(Debug, Clone, Copy)]
struct Near {
    filled: usize,
    known: u32,
}

/// Arcs that are alike to the language model, or the end of a paragraph at one.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// The cheapest, its number among the arcs at hand.
    arc: u32,
    /// What it costs, and all together.
    cost: Cost,
    together: Cost,
    /// The step before with the same first word; plus one, 0 for none.
    same_place: u32,
    /// Where the way arrived that no context knows more of; `NONE` before.
    to: u32,
    /// The first word's place among those asked of the language model, and
    /// how many there are up to it and to those of cheaper steps.
    place: u16,
    words: u16,
    is_shared: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NoWord,
    Word,
    TwoWords,
    Paragraph,
}

/// A way into the node at the end of the arcs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The hypothesis that it comes from, and over which arc.
    pub(super) from: u32,
    pub(super) arc: u32,
    /// What all costs, and all arcs that are alike together.
    pub(super) cost: Cost,
    pub(super) together: Cost,
}

/// Of an arc the cheapest that is alike, what all of them cost together, and how much
/// dearer than that it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alike {
    pub(super) cheapest: u32,
    pub(super) together: Cost,
    pub(super) share: Cost,
}

impl Steps {
    /// Finds what the hypotheses of `before`, the cheapest first, cost with the arcs of two
    /// words, or with the others, of `arcs`, which all lead from their node to
    /// the same one, and lowers `best`, the least cost of any way to there.
    /// What is above it by more than the margin is left out.
    pub(super) fn price(
        &mut self,
        arcs: &[Arc],
        has_two: bool,
        before: Column<'_>,
        options: BeamOptions,
        lm: &NgramModel,
        best: &mut Cost,
    ) {
        self.near.clear();
        self.alike.clear();
        self.has_pairs = false;
        let Some(nearest) = before.hypotheses.first() else {
            return;
        };
        // The language model only adds, the hypotheses are in order, and so are
        // the steps: what is out stays out.
        self.collect(arcs, has_two, *best + options.margin - nearest.cost, lm);
        let (width, margin) = (self.by_itself.len(), options.margin);
        let most = width * before.hypotheses.len();
        if self.totals.len() < most {
            self.totals.resize(most, 0);
            self.known.resize(most, Findings::default());
        }
        lm.touch(before.states);
        let mut near = self.steps.len();
        let rows = (0..).step_by(width.max(1));
        for ((hypothesis, state), row) in before.hypotheses.iter().zip(before.states).zip(rows) {
            let limit = *best + margin - hypothesis.cost;
            while near > 0 && self.steps[near - 1].cost > limit {
                near -= 1;
            }
            let Some(last) = self.steps[..near].last() else {
                break;
            };
            let known = lm.row_after(&mut self.following, state, last.words.into());
            // Those filled beyond the near ones are out as well.
            let filled = near.next_multiple_of(LANES);
            self.near.push(Near { filled, known });
            self.add_up(row..row + filled, known, hypothesis.cost, lm);
            if has_two {
                self.add_second_words(row..row + filled, known, arcs, *best + margin, lm);
            }
            for totals in self.totals[row..row + filled].as_chunks().0 {
                // Seldom any of a hypothesis that is not the best.
                if at_most(totals, *best - 1) != 0 {
                    *best = totals.iter().fold(*best, |best, total| best.min(*total));
                }
            }
        }
    }

    /// Puts each way into the pool that costs no more than `limit`; `first` is the
    /// number of the first of the arcs.
    pub(super) fn pour(
        &mut self,
        limit: Cost,
        arcs: &[Arc],
        first: u32,
        before: Column<'_>,
        lm: &NgramModel,
        pool: &mut Pool,
    ) {
        let width = self.by_itself.len().max(1);
        let rows = self.totals.chunks(width).zip(self.known.chunks(width));
        let rows = rows.zip(&self.near);
        let hypotheses = before.hypotheses.iter().zip(before.states);
        let hypotheses = (before.first..).zip(hypotheses);
        for ((from, (hypothesis, state)), ((totals, known), near)) in hypotheses.zip(rows) {
            let following = &self.following;
            let starts = following.starts(near.known);
            for number in Within::new(&totals[..near.filled], limit) {
                let (cost, known) = (totals[number], known[number]);
                let Some(step) = self.steps.get_mut(number) else {
                    continue;
                };
                let way = Way {
                    from,
                    arc: first + step.arc,
                    cost,
                    together: cost - step.cost + step.together,
                };
                let state_after = || step.state_after(known, &starts, following, lm);
                let to = match step.kind {
                    Kind::NoWord => pool.place(state),
                    Kind::Paragraph => pool.place(&lm.begin()),
                    Kind::Word if known.is_nothing() => {
                        if step.to == NONE {
                            step.to = pool.place(&state_after());
                        }
                        step.to
                    }
                    Kind::Word => pool.place(&state_after()),
                    Kind::TwoWords => {
                        pool.place(&step.second_word(known, &starts, following, arcs, lm).1)
                    }
                };
                pool.arrive(to, hypothesis, way);
            }
        }
    }

    /// The number of each arc that others are alike to, and what is known of them, the
    /// cheapest before those it is alike to; `first` is that of the first of the arcs.
    pub(super) fn alike(&self, arcs: &[Arc], first: u32) -> impl Iterator<Item = (u32, Alike)> {
        self.alike.iter().map(move |&(arc, number)| {
            let step = &self.steps[number as usize];
            let alike = Alike {
                cheapest: first + step.arc,
                together: step.together,
                share: arcs[arc as usize].cost - step.together,
            };
            (first + arc, alike)
        })
    }

    /// The steps over the arcs that cost no more than `limit`, by cost, then by arc.
    fn collect(&mut self, arcs: &[Arc], has_two: bool, limit: Cost, lm: &NgramModel) {
        self.order.clear();
        for (arc, number) in arcs.iter().zip(0..) {
            self.has_pairs |= arc.lm_len > 1;
            if arc.cost <= limit && (arc.lm_len > 1) == has_two {
                self.order.push(rank(arc.cost, number));
            }
            if let Some(price) = arc.paragraph.filter(|&price| price <= limit && !has_two) {
                self.order.push(rank(price, number | PARAGRAPH));
            }
        }
        self.order.sort_unstable();
        self.following.clear();
        self.by_place.clear();
        self.steps.clear();
        self.by_itself.clear();
        self.wordless.clear();
        for at in 0..self.order.len() {
            let (cost, number) = ranked(self.order[at]);
            let arc = &arcs[(number & !PARAGRAPH) as usize];
            let (kind, word) = match arc.lm_len {
                _ if number & PARAGRAPH != 0 => (Kind::Paragraph, lm::EOS),
                0 => (Kind::NoWord, 0),
                1 => (Kind::Word, arc.lm[0]),
                _ => (Kind::TwoWords, arc.lm[0]),
            };
            self.add(number & !PARAGRAPH, kind, cost, word, lm);
        }
        let filled = self.by_itself.len().next_multiple_of(LANES);
        self.by_itself.resize(filled, UNREACHED);
    }

    /// Adds an arc, no cheaper than those before it, as a step, or to that of the
    /// same word.
    #[inline]
    fn add(&mut self, arc: u32, kind: Kind, cost: Cost, word: u16, lm: &NgramModel) {
        let mut step = Step {
            arc,
            cost,
            together: cost,
            same_place: 0,
            to: NONE,
            place: 0,
            words: self.by_place.len() as u16,
            is_shared: false,
            kind,
        };
        if kind == Kind::NoWord {
            self.wordless.push(self.steps.len() as u32);
            self.steps.push(step);
            self.by_itself.push(cost);
            return;
        }
        let place = lm.add(&mut self.following, word);
        if place == self.by_place.len() {
            self.by_place.push(0);
            step.words += 1;
        }
        let last = &mut self.by_place[place];
        if kind == Kind::Word
            && let Some(number) = last.checked_sub(1)
        {
            let known = &mut self.steps[number as usize];
            if !known.is_shared {
                known.is_shared = true;
                self.alike.push((known.arc, number));
            }
            self.alike.push((arc, number));
            known.together = log_add(known.together, cost);
            return;
        }
        step.place = place as u16;
        step.same_place = std::mem::replace(last, self.steps.len() as u32 + 1);
        self.steps.push(step);
        self.by_itself.push(cost + lm.unigram(word));
    }

    /// Finds the totals of a hypothesis of this cost, after which `known` is known.
    fn add_up(&mut self, row: Range<usize>, known: u32, cost: Cost, lm: &NgramModel) {
        let backoff = self.following.backoff(known);
        let totals = &mut self.totals[row.clone()];
        let findings = &mut self.known[row];
        let lanes = totals.as_chunks_mut::<LANES>().0.iter_mut();
        let lanes = lanes.zip(findings.as_chunks_mut::<LANES>().0);
        let by_itself = self.by_itself.as_chunks::<LANES>().0;
        for ((totals, findings), by_itself) in lanes.zip(by_itself) {
            *totals = by_itself.map(|by_itself| by_itself + cost + backoff);
            *findings = [Findings::default(); LANES];
        }
        for &number in &self.wordless {
            if let Some(total) = totals.get_mut(number as usize) {
                *total -= backoff;
            }
        }
        let (steps, by_place) = (&self.steps[..], &self.by_place[..]);
        lm.for_each_known(&self.following, known, |place, of_word, finding| {
            let mut next = by_place[place as usize];
            while let Some(number) = next.checked_sub(1) {
                let number = number as usize;
                let step = &steps[number];
                if let Some(total) = totals.get_mut(number) {
                    *total = cost + step.cost + of_word;
                    findings[number].add(finding);
                }
                next = step.same_place;
            }
        });
    }

    /// Adds what the second word costs to the totals of a row, where they are not
    /// out without it.
    fn add_second_words(
        &mut self,
        row: Range<usize>,
        known: u32,
        arcs: &[Arc],
        limit: Cost,
        lm: &NgramModel,
    ) {
        let following = &self.following;
        let starts = following.starts(known);
        let totals = self.totals[row.clone()].iter_mut().zip(&self.known[row]);
        for ((total, &known), step) in totals.zip(&self.steps) {
            *total = match *total <= limit {
                true => *total + step.second_word(known, &starts, following, arcs, lm).0,
                false => Cost::MAX,
            };
        }
    }
}

impl Step {
    /// The state after the first word, of which this is known.
    #[inline]
    fn state_after(
        &self,
        known: Findings,
        starts: &Starts,
        following: &Following,
        lm: &NgramModel,
    ) -> LmState {
        let mut state = lm.state_after(following, self.place.into());
        lm.extend(following, starts, &mut state, known);
        state
    }

    /// The cost of the second word, where this is known of the first, and the
    /// state after it.
    fn second_word(
        &self,
        known: Findings,
        starts: &Starts,
        following: &Following,
        arcs: &[Arc],
        lm: &NgramModel,
    ) -> (Cost, LmState) {
        let first = self.state_after(known, starts, following, lm);
        lm.score(&first, arcs[self.arc as usize].lm[1])
    }
}

/// Which of the totals are no more than `limit`, as bits.
#[inline]
fn at_most(totals: &[Cost; LANES], limit: Cost) -> u32 {
    let above = i32x8::new(*totals).simd_gt(i32x8::splat(limit));
    !above.to_bitmask() & 0xff
}

/// The numbers of those of a row's totals that are no more than a limit.
struct Within<'t> {
    lanes: Enumerate<slice::Iter<'t, [Cost; LANES]>>,
    limit: Cost,
    first: usize,
    /// Those of the lanes looked at last that are to come.
    bits: u32,
}

impl<'t> Within<'t> {
    #[inline]
    fn new(totals: &'t [Cost], limit: Cost) -> Self {
        Self {
            lanes: totals.as_chunks().0.iter().enumerate(),
            limit,
            first: 0,
            bits: 0,
        }
    }
}

impl Iterator for Within<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let (number, totals) = self.lanes.next()?;
            self.first = number * LANES;
            self.bits = at_most(totals, self.limit);
        }
        let lane = self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(self.first + lane)
    }
}
