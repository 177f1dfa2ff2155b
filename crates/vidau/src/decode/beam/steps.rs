//! What each hypothesis at a node costs with each arc that leads on from it.

use super::{BeamOptions, rank};
use crate::cost::Cost;
use crate::decode::lattice::Arc;
use crate::decode::log_add::log_add;
use crate::decode::trellis::Hypothesis;
use crate::lm::{self, Following, LmState, NgramModel};

/// The arcs of one word at most that lead from one node to another, or those of
/// two words, and what they cost after each of the hypotheses at the first.
#[derive(Debug, Default)]
pub(super) struct Steps {
    following: Following,
    /// Whether some of the arcs priced last have two words.
    pub(super) has_pairs: bool,
    /// The cheapest first; what each costs with what its first word costs by
    /// itself, and all ones if there is one, which backing off makes dearer.
    steps: Vec<Step>,
    by_themselves: Vec<Cost>,
    backing_off: Vec<Cost>,
    unordered: Vec<Step>,
    order: Vec<u64>,
    /// Arcs that share a step, and which of those not in order.
    alike: Vec<(u32, u32)>,
    /// For each of the language model's words the last step with it; plus one,
    /// 0 for none.
    by_place: Vec<u32>,
    /// Where the totals of each hypothesis that is near enough begin, the best
    /// first: one for each of the cheapest steps.
    rows: Vec<usize>,
    totals: Vec<Total>,
    /// What is known of the words, with the one before of the same total.
    known: Vec<(u32, u32)>,
}

/// What a hypothesis and a step cost together.
#[derive(Debug, Clone, Copy)]
struct Total {
    cost: Cost,
    /// The last of what is known of the step's word; plus one, 0 for none.
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
    /// What the first word costs by itself.
    unigram: Cost,
    /// The first word's place among those asked of the language model, and
    /// how many there are up to it and to those of cheaper steps.
    place: u32,
    words: u32,
    /// The step before with the same first word; plus one, 0 for none.
    same_place: u32,
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
    /// Which of the hypotheses it comes from, over which arc.
    pub(super) from: usize,
    pub(super) arc: u32,
    pub(super) state: LmState,
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
        self.rows.clear();
        self.totals.clear();
        self.known.clear();
        self.alike.clear();
        self.has_pairs = false;
        let Some(nearest) = hypotheses.first() else {
            return;
        };
        // The language model only adds, the hypotheses are in order, and so are
        // the steps: what is out stays out.
        self.collect(arcs, has_two, *best + options.margin - nearest.cost, lm);
        let mut near = self.steps.len();
        for hypothesis in hypotheses {
            let limit = *best + options.margin - hypothesis.cost;
            while near > 0 && self.steps[near - 1].cost > limit {
                near -= 1;
            }
            let Some(last) = self.steps[..near].last() else {
                break;
            };
            let known = lm.row_after(&mut self.following, &hypothesis.state, last.words);
            let start = self.totals.len();
            self.rows.push(start);
            self.push_totals(near, known, hypothesis.cost);
            if has_two {
                self.add_second_words(start, arcs, *best + options.margin, lm);
            }
            let totals = self.totals[start..].iter();
            *best = totals.fold(*best, |best, total| best.min(total.cost));
        }
    }

    /// Tells of each way that costs no more than `limit`.
    pub(super) fn for_each_within(
        &self,
        limit: Cost,
        arcs: &[Arc],
        hypotheses: &[Hypothesis],
        lm: &NgramModel,
        mut tell: impl FnMut(Way),
    ) {
        let ends = self.rows.iter().skip(1).copied();
        let ends = ends.chain([self.totals.len()]);
        for ((from, &start), end) in self.rows.iter().enumerate().zip(ends) {
            for (number, total) in self.totals[start..end].iter().enumerate() {
                let cost = total.cost;
                if cost > limit {
                    continue;
                }
                let (step, at) = (&self.steps[number], start + number);
                let state = match step.kind {
                    Kind::NoWord => hypotheses[from].state,
                    Kind::Paragraph => lm.begin(),
                    Kind::Word => self.state_after(at, step, lm),
                    Kind::TwoWords => self.second_word(at, step, arcs, lm).1,
                };
                tell(Way {
                    from,
                    arc: step.arc,
                    state,
                    cost,
                    together: cost - step.cost + step.together,
                });
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
    fn add(&mut self, arc: u32, kind: Kind, cost: Cost, word: u16, lm: &NgramModel) {
        let mut step = Step {
            arc,
            cost,
            together: cost,
            unigram: 0,
            place: 0,
            words: 0,
            same_place: 0,
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
                (known.arc, known.cost) = (arc, cost);
            }
            return;
        }
        step.unigram = lm.unigram(word);
        step.place = place as u32;
        self.unordered.push(step);
        self.by_place[place] = self.unordered.len() as u32;
    }

    /// Orders the steps by cost, then by arc.
    fn put_in_order(&mut self) {
        self.order.clear();
        for (step, number) in self.unordered.iter().zip(0..) {
            self.order.push(rank(step.cost, number));
        }
        self.order.sort_unstable();
        self.by_place.fill(0);
        self.steps.clear();
        self.by_themselves.clear();
        self.backing_off.clear();
        let mut words = 0;
        for &ranked in &self.order {
            let mut step = self.unordered[ranked as u32 as usize];
            if step.kind != Kind::NoWord {
                words = words.max(step.place + 1);
                let last = &mut self.by_place[step.place as usize];
                step.same_place = std::mem::replace(last, self.steps.len() as u32 + 1);
            }
            step.words = words;
            self.by_themselves.push(step.cost + step.unigram);
            let backs_off = step.kind != Kind::NoWord;
            self.backing_off.push(-Cost::from(backs_off));
            self.steps.push(step);
        }
    }

    /// Adds the totals of a hypothesis of this cost with the first `near` steps,
    /// after which `known` is known.
    fn push_totals(&mut self, near: usize, known: u32, cost: Cost) {
        let start = self.totals.len();
        let backoff = self.following.backoff(known);
        let sums = self.by_themselves[..near].iter().zip(&self.backing_off);
        self.totals.extend(sums.map(|(sum, backs_off)| Total {
            cost: cost + sum + (backoff & backs_off),
            known: 0,
        }));
        let (steps, by_place, found) = (&self.steps[..], &self.by_place[..], &mut self.known);
        let totals = &mut self.totals[start..];
        self.following
            .for_each_known(known, |place, of_word, known| {
                let mut next = by_place[place as usize];
                while let Some(number) = next.checked_sub(1) {
                    let number = number as usize;
                    let step = &steps[number];
                    if let Some(total) = totals.get_mut(number) {
                        total.cost = cost + step.cost + of_word;
                        found.push((known, total.known));
                        total.known = found.len() as u32;
                    }
                    next = step.same_place;
                }
            });
    }

    /// The state after the first word of the step of total `at`.
    #[inline]
    fn state_after(&self, at: usize, step: &Step, lm: &NgramModel) -> LmState {
        let mut state = lm.state_after(&self.following, step.place);
        let mut next = self.totals[at].known;
        while let Some(number) = next.checked_sub(1) {
            let (known, before) = self.known[number as usize];
            self.following.extend(&mut state, known);
            next = before;
        }
        state
    }

    /// Adds what the second word costs to the totals from `start` on, where
    /// they are not out without it.
    fn add_second_words(&mut self, start: usize, arcs: &[Arc], limit: Cost, lm: &NgramModel) {
        for at in start..self.totals.len() {
            if self.totals[at].cost <= limit {
                let step = &self.steps[at - start];
                self.totals[at].cost += self.second_word(at, step, arcs, lm).0;
            } else {
                self.totals[at].cost = Cost::MAX;
            }
        }
    }

    /// The cost of the second word of the step of total `at`, and the state
    /// after it.
    fn second_word(
        &self,
        at: usize,
        step: &Step,
        arcs: &[Arc],
        lm: &NgramModel,
    ) -> (Cost, LmState) {
        let first = self.state_after(at, step, lm);
        lm.score(&first, arcs[step.arc as usize].lm[1])
    }
}
