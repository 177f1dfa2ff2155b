//! The lattice: what each stretch of tokens may stand for.
//!
//! Node `i` stands before token `i`; an arc spans one or more tokens and
//! carries up to two words of the language model. Arcs are kept flat, in the
//! order of their end nodes.

use std::ops::Range;

use crate::candidates::CandidateCasing;
use crate::cost::Cost;
use crate::lexicon::WordId;

/// What an arc writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// The tokens as they were read.
    AsRead,
    /// A word.
    Word(WordId, CandidateCasing),
    /// What a rule wrote: one of the lattice's texts.
    Text(u32),
    /// Words of the user's: the first of a chain of the lattice's pieces.
    Known(u32),
    /// A blank.
    Blank,
    /// Two words, of which the engine lost the blank between.
    Two([WordId; 2], CandidateCasing),
}

/// One reading of a stretch of tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arc {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Everything but the language model.
    pub(crate) cost: Cost,
    /// Language model words, `lm_len` of them.
    pub(crate) lm: [u16; 2],
    pub(crate) lm_len: u8,
    /// A line end that may end a paragraph at this price; the arc's own cost
    /// is the price of going on.
    pub(crate) paragraph: Option<Cost>,
    pub(crate) output: Output,
}

impl Arc {
    /// An arc over tokens `from..to` that keeps them as read.
    pub(crate) fn as_read(from: usize, to: usize, cost: Cost, lm: Option<u16>) -> Self {
        Self {
            from: from as u32,
            to: to as u32,
            cost,
            lm: [lm.unwrap_or(0), 0],
            lm_len: u8::from(lm.is_some()),
            paragraph: None,
            output: Output::AsRead,
        }
    }
}

/// A word of an entry of the user's, or of a phrase of official papers, and the
/// tokens that it stands for.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Of the lattice's words.
    text: Range<u32>,
    is_last: bool,
    /// A phrase of official papers, not the user's.
    pub(crate) is_phrase: bool,
}

/// What is written for a stretch of tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) output: Output,
}

/// All arcs of a block.
#[derive(Debug, Default)]
pub(crate) struct Lattice {
    arcs: Vec<Arc>,
    /// Arcs to be put between the others, each with how many there were before
    /// it; and their order.
    late: Vec<(Arc, u32)>,
    order: Vec<u64>,
    texts: Vec<Range<u32>>,
    pieces: Vec<Piece>,
    /// What texts and pieces write, one after the other.
    words: String,
    /// `ends[n]..ends[n + 1]` are the arcs that end at node `n`; up to the last
    /// one's end until the lattice is finished.
    ends: Vec<u32>,
    /// How many arcs of several tokens begin at each node, and how many pass over it.
    long: Vec<u32>,
    over: Vec<i32>,
    /// Where arcs of several pieces end, and the pieces, each with its arc's
    /// index, by their first token.
    known_ends: Vec<u32>,
    by_token: Vec<(u32, u32, u32)>,
    /// What was added to arcs' costs since the lattice was finished.
    changes: Vec<(u32, Cost)>,
}

impl Lattice {
    /// Starts a new block.
    pub(crate) fn clear(&mut self) {
        self.arcs.clear();
        self.late.clear();
        self.texts.clear();
        self.pieces.clear();
        self.words.clear();
        self.ends.clear();
        self.known_ends.clear();
        self.by_token.clear();
        self.changes.clear();
    }

    /// Adds an arc, in any order, before [`finish`](Self::finish).
    pub(crate) fn push(&mut self, arc: Arc) {
        debug_assert!(arc.from < arc.to);
        let (first, to) = (self.arcs.len() as u32, arc.to as usize);
        // Nearly all arcs span one token and come in order.
        if arc.from + 1 == arc.to && to + 1 >= self.ends.len() {
            if to >= self.ends.len() {
                self.ends.resize(to + 1, first);
            }
            self.arcs.push(arc);
        } else {
            self.late.push((arc, self.arcs.len() as u32));
        }
    }

    /// Adds an arc over tokens `from..to` that writes `text`, given in parts.
    pub(crate) fn push_text<P>(&mut self, mut arc: Arc, text: impl Iterator<Item = P>)
    where
        String: Extend<P>,
    {
        arc.output = Output::Text(self.texts.len() as u32);
        let start = self.words.len() as u32;
        self.words.extend(text);
        self.texts.push(start..self.words.len() as u32);
        self.push(arc);
    }

    /// Adds an arc that writes words over tokens `from..to` each; what stands
    /// between them stays.
    pub(crate) fn push_known<'t>(
        &mut self,
        mut arc: Arc,
        is_phrase: bool,
        words: impl Iterator<Item = (usize, usize, &'t str)>,
    ) {
        arc.output = Output::Known(self.pieces.len() as u32);
        self.known_ends.push(arc.to);
        for (from, to, text) in words {
            let start = self.words.len() as u32;
            self.words.push_str(text);
            self.pieces.push(Piece {
                from: from as u32,
                to: to as u32,
                text: start..self.words.len() as u32,
                is_last: false,
                is_phrase,
            });
        }
        if let Some(last) = self.pieces.last_mut() {
            last.is_last = true;
        }
        self.push(arc);
    }

    /// The piece of an [`Output::Known`].
    pub(crate) fn piece(&self, number: u32) -> &Piece {
        &self.pieces[number as usize]
    }

    /// What a piece writes.
    pub(crate) fn piece_text(&self, number: u32) -> &str {
        let text = &self.piece(number).text;
        &self.words[text.start as usize..text.end as usize]
    }

    /// The readings of the tokens of `step` as one that cost no more than `most` by
    /// their arcs' `posteriors`: indices of arcs, with what each of them writes there.
    pub(crate) fn readings(
        &self,
        step: Step,
        posteriors: &[Cost],
        most: Cost,
    ) -> impl Iterator<Item = (usize, Output)> {
        let of_arc = move |a: usize| {
            let arc = &self.arcs[a];
            let is_one = arc.from as usize == step.from && !matches!(arc.output, Output::Known(_));
            is_one.then_some((a, arc.output))
        };
        let first = |&(token, ..): &(u32, u32, u32)| (token as usize) < step.from;
        let pieces = &self.by_token[self.by_token.partition_point(first)..];
        let pieces = pieces
            .iter()
            .take_while(move |&&(token, ..)| token as usize == step.from)
            .filter(move |&&(_, a, number)| {
                posteriors[a as usize] <= most && self.piece(number).to as usize == step.to
            })
            .map(|&(_, a, number)| (a as usize, Output::Known(number)));
        let likely = self.likely_at(step.to, posteriors, most);
        likely.filter_map(move |(a, _)| of_arc(a)).chain(pieces)
    }

    /// The arcs that end at `node` and cost no more than `most` by their `posteriors`,
    /// with what they do: most are on no way that was kept.
    pub(crate) fn likely_at(
        &self,
        node: usize,
        posteriors: &[Cost],
        most: Cost,
    ) -> impl Iterator<Item = (usize, Cost)> {
        let ending = self.ending_at(node);
        let all = ending.clone().zip(posteriors[ending].iter().copied());
        all.filter(move |&(_, cost)| cost <= most)
    }

    /// What an arc writes, word by word, with the tokens of each: one step
    /// for most arcs, several for several words of the user's.
    pub(crate) fn steps(&self, arc: &Arc, steps: &mut Vec<Step>) {
        steps.clear();
        let Output::Known(first) = arc.output else {
            steps.push(Step {
                from: arc.from as usize,
                to: arc.to as usize,
                output: arc.output,
            });
            return;
        };
        steps.extend(chain(&self.pieces, first).map(|(number, piece)| Step {
            from: piece.from as usize,
            to: piece.to as usize,
            output: Output::Known(number),
        }));
    }

    /// The text of an [`Output::Text`].
    pub(crate) fn text(&self, number: u32) -> &str {
        let text = &self.texts[number as usize];
        &self.words[text.start as usize..text.end as usize]
    }

    /// Orders the arcs of a block of `tokens` tokens by their end nodes; arcs
    /// of one end keep the order in which they came.
    pub(crate) fn finish(&mut self, tokens: usize) {
        self.ends.resize(tokens + 2, self.arcs.len() as u32);
        self.long.clear();
        self.long.resize(tokens + 2, 0);
        self.over.clear();
        self.over.resize(tokens + 2, 0);
        for (arc, _) in &self.late {
            let (from, to) = (arc.from as usize, arc.to as usize);
            if from + 1 < to {
                self.long[from] += 1;
                self.over[from + 1] += 1;
                self.over[to] -= 1;
            }
        }
        for n in 1..self.over.len() {
            self.over[n] += self.over[n - 1];
        }
        self.insert_late();
        self.note_pieces();
    }

    /// Notes where the pieces stand.
    fn note_pieces(&mut self) {
        self.by_token.clear();
        self.known_ends.sort_unstable();
        self.known_ends.dedup();
        for &end in &self.known_ends {
            for a in self.ending_at(end as usize) {
                if let Output::Known(first) = self.arcs[a].output {
                    let pieces = chain(&self.pieces, first);
                    self.by_token
                        .extend(pieces.map(|(number, piece)| (piece.from, a as u32, number)));
                }
            }
        }
        self.by_token.sort_unstable();
    }

    /// Puts the late arcs where they belong, the last ones first: before those of
    /// the same end that came after them.
    fn insert_late(&mut self) {
        let by_end = |((arc, _), number): (&(Arc, u32), u64)| u64::from(arc.to) << 32 | number;
        self.order.clear();
        self.order.extend(self.late.iter().zip(0..).map(by_end));
        self.order.sort_unstable();
        let Some(&(any, _)) = self.late.first() else {
            return;
        };
        let mut end = self.arcs.len();
        self.arcs.resize(end + self.late.len(), any);
        let mut node = self.ends.len();
        for (before, &place) in self.order.iter().enumerate().rev() {
            let (arc, came) = self.late[place as u32 as usize];
            // Where those of its end stand, less any that are in their place.
            let to = arc.to as usize;
            let at = came.clamp(self.ends[to], self.ends[to + 1]) as usize;
            let at = at.min(end);
            for n in to + 1..node {
                self.ends[n] += before as u32 + 1;
            }
            node = to + 1;
            self.arcs.copy_within(at..end, at + before + 1);
            self.arcs[at + before] = arc;
            end = at;
        }
        self.late.clear();
    }

    /// Drops all arcs of a lattice not yet finished that are not `wanted`.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&Arc) -> bool) {
        let mut arcs = std::mem::take(&mut self.arcs).into_iter();
        let mut late = std::mem::take(&mut self.late).into_iter().peekable();
        self.ends.clear();
        let mut before = 0;
        let in_order = std::iter::from_fn(|| match late.next_if(|&(_, came)| came <= before) {
            Some((late, _)) => Some(late),
            None => {
                before += 1;
                arcs.next()
            }
        });
        for arc in in_order.filter(wanted) {
            self.push(arc);
        }
    }

    pub(crate) fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// Makes an arc of a finished lattice dearer, or cheaper.
    pub(crate) fn add_cost(&mut self, arc: usize, change: Cost) {
        self.arcs[arc].cost += change;
        self.changes.push((arc as u32, change));
    }

    /// All that was added to the cost of an arc since the lattice was finished, in order.
    pub(crate) fn changes(&self) -> &[(u32, Cost)] {
        &self.changes
    }

    /// Number of nodes.
    pub(crate) fn nodes(&self) -> usize {
        self.ends.len() - 1
    }

    /// Whether one arc leads into `node`, from the node before it, and no other
    /// from there: what comes to the one comes to the other.
    pub(crate) fn is_passage(&self, node: usize) -> bool {
        let range = self.ending_at(node);
        range.len() == 1
            && self.arcs[range.start].from as usize + 1 == node
            && self.long[node - 1] == 0
    }

    /// Whether every way leads over `node`.
    pub(crate) fn is_on_all_ways(&self, node: usize) -> bool {
        self.over[node] == 0
    }

    /// Indices of the arcs that end at `node`.
    pub(crate) fn ending_at(&self, node: usize) -> std::ops::Range<usize> {
        self.ends[node] as usize..self.ends[node + 1] as usize
    }
}

/// The pieces of a chain that begins with number `first`, with their numbers.
fn chain(pieces: &[Piece], first: u32) -> impl Iterator<Item = (u32, &Piece)> {
    let pieces = &pieces[first as usize..];
    let last = pieces.iter().position(|piece| piece.is_last);
    (first..).zip(&pieces[..last.map_or(pieces.len(), |last| last + 1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_stand_by_their_ends_in_the_order_in_which_they_came() {
        let spans = [
            (0, 2),
            (0, 1),
            (0, 1),
            (1, 3),
            (1, 2),
            (0, 3),
            (2, 3),
            (3, 4),
            (2, 4),
            (1, 2),
            (0, 1),
            (1, 4),
            (0, 2),
            (0, 3),
            (3, 4),
        ];
        let mut lattice = Lattice::default();
        for (number, (from, to)) in (0..).zip(spans) {
            lattice.push(Arc::as_read(from, to, number, None));
        }
        lattice.finish(4);
        let found: Vec<(usize, Cost)> = (0..=4)
            .flat_map(|node| lattice.ending_at(node).map(move |a| (node, a)))
            .map(|(node, a)| (node, lattice.arcs()[a].cost))
            .collect();
        let mut expected: Vec<(usize, Cost)> =
            (0..).zip(spans).map(|(n, (_, to))| (to, n)).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(
            lattice
                .arcs()
                .iter()
                .zip(&found)
                .all(|(arc, &(node, _))| arc.to as usize == node)
        );
        let on_all_ways: Vec<bool> = (0..=4).map(|node| lattice.is_on_all_ways(node)).collect();
        assert_eq!(on_all_ways, [true, false, false, false, true]);
    }
}
