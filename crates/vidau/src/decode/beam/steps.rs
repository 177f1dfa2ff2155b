//! What each hypothesis at a node costs with each arc that leads on from it.

use std::ops::Range;

use super::pool::Pool;
use super::{BeamOptions, rank};
use crate::cost::Cost;
use crate::decode::lattice::Arc;
use crate::decode::log_add::log_add;
use crate::decode::trellis::{Hypothesis, NONE};
use crate::lm::{self, Findings, Following, LmState, NgramModel};

/// The arcs of one word at most that lead from one node to another, or those of
/// two words, and what they cost after each of the hypotheses at the first.
#[derive(Debug, Default)]
pub(super) struct Steps {
    following: Following,
    /// Whether some of the arcs priced last have two words.
    pub(super) has_pairs: bool,
    /// The cheapest first.
    steps: Vec<Step>,
    unordered: Vec<Step>,
    order: Vec<u64>,
    /// Arcs that share a step, and which of those not in order.
    alike: Vec<(u32, u32)>,
    /// For each of the language model's words the last step with it; plus one,
    /// 0 for none.
    by_place: Vec<u32>,
    /// Of each hypothesis that is near enough, the best first, a row of totals
    /// with the steps, and how many of them, the cheapest, count.
    totals: Vec<Total>,
    near: Vec<usize>,
}

/// What a hypothesis and a step cost together.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    cost: Cost,
    known: Findings,
}

/// Arcs that are alike to the language model, or the end of a paragraph at one.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// The cheapest, its number among the arcs at hand.
    arc: u32,
    /// What it costs, and all together.
    cost: Cost,
    together: Cost,
    /// What the cheapest costs with what its first word costs by itself, and all
    /// ones if there is one, which backing off makes dearer.
    by_itself: Cost,
    backs_off: Cost,
    /// The step before with the same first word; plus one, 0 for none.
    same_place: u32,
    /// The first word's place among those asked of the language model, and
    /// how many there are up to it and to those of cheaper steps.
    place: u16,
    words: u16,
    /// Where the way arrived that no context knows more of; `NONE` before.
    to: u32,
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

/// Of an arc the cheapest that is alike, and how much dearer than all of them
/// together it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Alike {
    pub(super) cheapest: u32,
    pub(super) share: Cost,
}

impl Alike {
    /// Of an arc that no other is alike to.
    pub(super) fn alone(arc: u32) -> Self {
        Self {
            cheapest: arc,
            share: 0,
        }
    }
}

impl Steps {
    /// Finds what `hypotheses`, the cheapest first, cost with the arcs of two
    /// words, or with the others, of `arcs`, which all lead from their node to
    /// the same one, and lowers `best`, the least cost of any way to there.
    /// What is above it by more than the margin is left out.
    pub(super) fn price(
        &mut self,
        arcs: &[Arc],
        has_two: bool,
        hypotheses: &[Hypothesis],
        options: BeamOptions,
        lm: &NgramModel,
        best: &mut Cost,
    ) {
        self.near.clear();
        self.alike.clear();
        self.has_pairs = false;
        let Some(nearest) = hypotheses.first() else {
            return;
        };
        // The language model only adds, the hypotheses are in order, and so are
        // the steps: what is out stays out.
        self.collect(arcs, has_two, *best + options.margin - nearest.cost, lm);
        let (width, margin) = (self.steps.len(), options.margin);
        let most = width * hypotheses.len();
        if self.totals.len() < most {
            self.totals.resize(most, Total::default());
        }
        lm.touch(hypotheses.iter().map(|h| &h.state));
        let mut near = width;
        for (hypothesis, row) in hypotheses.iter().zip((0..).step_by(width.max(1))) {
            let limit = *best + margin - hypothesis.cost;
            while near > 0 && self.steps[near - 1].cost > limit {
                near -= 1;
            }
            let Some(last) = self.steps[..near].last() else {
                break;
            };
            let known = lm.row_after(&mut self.following, &hypothesis.state, last.words.into());
            self.near.push(near);
            self.add_up(row..row + near, known, hypothesis.cost, lm);
            if has_two {
                self.add_second_words(row..row + near, arcs, *best + margin, lm);
            }
            let totals = self.totals[row..row + near].iter();
            *best = totals.fold(*best, |best, total| best.min(total.cost));
        }
    }

    /// Puts each way into the pool that costs no more than `limit`; `first` are the
    /// numbers of the first of the arcs and of the hypotheses.
    pub(super) fn pour(
        &mut self,
        limit: Cost,
        arcs: &[Arc],
        first: (u32, u32),
        hypotheses: &[Hypothesis],
        lm: &NgramModel,
        pool: &mut Pool,
    ) {
        let width = self.steps.len();
        let rows = self.totals.chunks(width.max(1)).zip(&self.near);
        for ((from, before), (row, &near)) in (first.1..).zip(hypotheses).zip(rows) {
            let totals = &row[..near];
            for (step, &Total { cost, known }) in self.steps.iter_mut().zip(totals) {
                if cost > limit {
                    continue;
                }
                let way = Way {
                    from,
                    arc: first.0 + step.arc,
                    cost,
                    together: cost - step.cost + step.together,
                };
                let following = &self.following;
                let to = match step.kind {
                    Kind::NoWord => pool.place(&before.state),
                    Kind::Paragraph => pool.place(&lm.begin()),
                    Kind::Word if known.is_nothing() => {
                        if step.to == NONE {
                            step.to = pool.place(&step.state_after(known, following, lm));
                        }
                        step.to
                    }
                    Kind::Word => pool.place(&step.state_after(known, following, lm)),
                    Kind::TwoWords => pool.place(&step.second_word(known, following, arcs, lm).1),
                };
                pool.arrive(to, before, way);
            }
        }
    }

    /// Tells the number of each arc that others are alike to, and what is known
    /// of them.
    pub(super) fn for_each_alike(&self, arcs: &[Arc], mut tell: impl FnMut(u32, Alike)) {
        for &(arc, number) in &self.alike {
            let step = &self.unordered[number as usize];
            tell(
                arc,
                Alike {
                    cheapest: step.arc,
                    share: arcs[arc as usize].cost - step.together,
                },
            );
        }
    }

    /// The steps over the arcs that cost no more than `limit`.
    fn collect(&mut self, arcs: &[Arc], has_two: bool, limit: Cost, lm: &NgramModel) {
        self.following.clear();
        self.by_place.clear();
        self.unordered.clear();
        for (arc, number) in arcs.iter().zip(0..) {
            self.has_pairs |= arc.lm_len > 1;
            if arc.cost <= limit && (arc.lm_len > 1) == has_two {
                let kind = match arc.lm_len {
                    0 => Kind::NoWord,
                    1 => Kind::Word,
                    _ => Kind::TwoWords,
                };
                self.add(number, kind, arc.cost, arc.lm[0], lm);
            }
            if let Some(price) = arc.paragraph.filter(|&price| price <= limit && !has_two) {
                self.add(number, Kind::Paragraph, price, lm::EOS, lm);
            }
        }
        self.put_in_order();
    }

    /// Adds an arc as a step, or to that of the same word.
    #[inline]
    fn add(&mut self, arc: u32, kind: Kind, cost: Cost, word: u16, lm: &NgramModel) {
        let mut step = Step {
            arc,
            cost,
            together: cost,
            by_itself: cost,
            backs_off: 0,
            same_place: 0,
            place: 0,
            words: 0,
            to: NONE,
            is_shared: false,
            kind,
        };
        if kind == Kind::NoWord {
            self.unordered.push(step);
            return;
        }
        let place = lm.add(&mut self.following, word);
        if place == self.by_place.len() {
            self.by_place.push(0);
        }
        if kind == Kind::Word
            && let Some(number) = self.by_place[place].checked_sub(1)
        {
            let known = &mut self.unordered[number as usize];
            if !known.is_shared {
                known.is_shared = true;
                self.alike.push((known.arc, number));
            }
            self.alike.push((arc, number));
            known.together = log_add(known.together, cost);
            if cost < known.cost {
                known.by_itself += cost - known.cost;
                (known.arc, known.cost) = (arc, cost);
            }
            return;
        }
        step.by_itself += lm.unigram(word);
        step.backs_off = -1;
        step.place = place as u16;
        self.unordered.push(step);
        self.by_place[place] = self.unordered.len() as u32;
    }

    /// Orders the steps by cost, then by arc.
    fn put_in_order(&mut self) {
        self.order.clear();
        let costs = self.unordered.iter().map(|step| step.cost);
        let ranks = costs.zip(0..).map(|(cost, number)| rank(cost, number));
        self.order.extend(ranks);
        self.order.sort_unstable();
        self.by_place.fill(0);
        self.steps.clear();
        let mut words = 0;
        let in_order = self.order.iter().zip(1..).map(|(&ranked, number)| {
            let mut step = self.unordered[ranked as u32 as usize];
            if step.kind != Kind::NoWord {
                words = words.max(step.place + 1);
                let last = &mut self.by_place[usize::from(step.place)];
                step.same_place = std::mem::replace(last, number);
            }
            step.words = words;
            step
        });
        self.steps.extend(in_order);
    }

    /// Finds the totals of a hypothesis of this cost, after which `known` is known.
    fn add_up(&mut self, row: Range<usize>, known: u32, cost: Cost, lm: &NgramModel) {
        let totals = &mut self.totals[row];
        let backoff = self.following.backoff(known);
        for (total, step) in totals.iter_mut().zip(&self.steps) {
            *total = Total {
                cost: cost + step.by_itself + (backoff & step.backs_off),
                known: Findings::default(),
            };
        }
        let (steps, by_place) = (&self.steps[..], &self.by_place[..]);
        lm.for_each_known(&self.following, known, |place, of_word, finding| {
            let mut next = by_place[place as usize];
            while let Some(number) = next.checked_sub(1) {
                let number = number as usize;
                let step = &steps[number];
                if let Some(total) = totals.get_mut(number) {
                    total.cost = cost + step.cost + of_word;
                    total.known.add(finding);
                }
                next = step.same_place;
            }
        });
    }

    /// Adds what the second word costs to the totals of a row, where they are not
    /// out without it.
    fn add_second_words(&mut self, row: Range<usize>, arcs: &[Arc], limit: Cost, lm: &NgramModel) {
        let following = &self.following;
        for (total, step) in self.totals[row].iter_mut().zip(&self.steps) {
            total.cost = match total.cost <= limit {
                true => total.cost + step.second_word(total.known, following, arcs, lm).0,
                false => Cost::MAX,
            };
        }
    }
}

impl Step {
    /// The state after the first word, of which this is known.
    #[inline]
    fn state_after(&self, known: Findings, following: &Following, lm: &NgramModel) -> LmState {
        let mut state = lm.state_after(following, self.place.into());
        lm.extend(following, &mut state, known);
        state
    }

    /// The cost of the second word, where this is known of the first, and the
    /// state after it.
    fn second_word(
        &self,
        known: Findings,
        following: &Following,
        arcs: &[Arc],
        lm: &NgramModel,
    ) -> (Cost, LmState) {
        let first = self.state_after(known, following, lm);
        lm.score(&first, arcs[self.arc as usize].lm[1])
    }
}
