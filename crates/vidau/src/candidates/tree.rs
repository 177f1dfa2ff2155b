//! The lexicon laid out for search.
//!
//! The base letters stand as a tree, those after one node side by side, each
//! with the least that any word below it costs by itself. Below a base form
//! stand the ways to mark it, sorted, so that those with the same beginning
//! follow each other.

use super::limits::cost;
use super::rows::{ByCount, Cell, MANY_LETTERS, NEVER, cell};
use super::{Cost, base_code};
use crate::lexicon::{Lexicon, MARK0, MAX_LETTERS, SEPARATOR, WordId, read_value};
use crate::model::node::Node;

/// A base letter after those of the nodes above; the root is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreeNode {
    /// Its code.
    pub(super) letter: u8,
    /// Letters up to and with this one.
    pub(super) depth: u8,
    /// The most letters that words below have after this one.
    pub(super) height: u8,
    /// The first of the nodes after this one, and the letters of all as bits, the
    /// highest stands first.
    below: u32,
    pub(super) letters: u32,
    /// The least cost of a word here or below.
    pub(super) least: Least,
    /// The same of a word here or below by its letters to come.
    pub(super) by_count: LeastByCount,
    /// The words whose base form ends here.
    pub(super) words: (u32, u32),
}

/// The least that any of some words costs by itself; [`NEVER`] for no word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Least {
    any: Cell,
    syllable: Cell,
}

impl Least {
    const NONE: Self = Self {
        any: NEVER,
        syllable: NEVER,
    };

    fn of(words: &[Marked]) -> Self {
        words.iter().fold(Self::NONE, |least, word| {
            // More than a cell holds is no less than that.
            let any = cell(word.cost).min(NEVER - 1);
            let syllable = if word.foreign { NEVER } else { any };
            least.min(Self { any, syllable })
        })
    }

    fn min(self, other: Self) -> Self {
        Self {
            any: self.any.min(other.any),
            syllable: self.syllable.min(other.syllable),
        }
    }

    /// The least where a word that is no syllable costs `foreign` more, unless
    /// it `may_be_as_read`.
    #[inline]
    pub(super) fn with(self, foreign: Cost, may_be_as_read: bool) -> Cost {
        let foreign = if may_be_as_read { 0 } else { foreign };
        cost(self.syllable).min(cost(self.any) + foreign)
    }
}

/// The least by how many letters are to come, the last for [`MANY_LETTERS`] or
/// more.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeastByCount {
    any: ByCount,
    syllable: ByCount,
}

impl LeastByCount {
    const NONE: Self = Self {
        any: ByCount::NONE,
        syllable: ByCount::NONE,
    };

    #[inline]
    pub(super) fn get(&self, letters: usize) -> Least {
        Least {
            any: self.any.get(letters),
            syllable: self.syllable.get(letters),
        }
    }

    fn lower(&mut self, letters: usize, least: Least) {
        self.any.lower(letters, least.any);
        self.syllable.lower(letters, least.syllable);
    }

    /// As [`Least::with`], for all numbers of letters at once.
    #[inline]
    pub(super) fn with(&self, foreign: Cell, may_be_as_read: bool) -> ByCount {
        let foreign = if may_be_as_read { 0 } else { foreign };
        let mut least = self.syllable;
        least.lower_all(&self.any, foreign);
        least
    }
}

/// A word of a base form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marked {
    pub(super) id: WordId,
    pub(super) foreign: bool,
    pub(super) cost: Cost,
    /// Letters at the start that are marked as in the word before.
    pub(super) shared: u8,
    /// Where its marks stand.
    marks: u32,
}

#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<TreeNode>,
    words: Vec<Marked>,
    marks: Vec<u8>,
}

impl TreeNode {
    fn new(letter: u8, depth: usize) -> Self {
        Self {
            letter,
            depth: depth as u8,
            height: 0,
            below: 0,
            letters: 0,
            least: Least::NONE,
            by_count: LeastByCount::NONE,
            words: (0, 0),
        }
    }

    /// The number of the node after this one with `letter`, one of its letters.
    #[inline]
    pub(super) fn below(&self, letter: u8) -> u32 {
        self.below + (self.letters >> letter >> 1).count_ones()
    }
}

impl Tree {
    pub(super) fn new(lexicon: &Lexicon, cost: impl Fn(WordId) -> Cost) -> Self {
        let mut tree = Self::default();
        tree.nodes.push(TreeNode::new(0, 0));
        if let Some(root) = lexicon.root() {
            tree.add_below(0, root, 0, &cost);
        }
        tree.nodes.shrink_to_fit();
        tree.words.shrink_to_fit();
        tree.marks.shrink_to_fit();
        tree
    }

    /// Adds what is below node `at`, which is `node` in the lexicon.
    fn add_below(&mut self, at: usize, node: Node<'_>, value: u64, cost: &impl Fn(WordId) -> Cost) {
        let depth = usize::from(self.nodes[at].depth);
        let is_letter = |input: u8| depth < MAX_LETTERS && input.is_ascii_lowercase();
        let first = self.nodes.len();
        // The greatest come first.
        let mut letters = 0;
        for &input in node.inputs().iter().filter(|&&input| is_letter(input)) {
            let letter = base_code(input) as u8;
            letters |= 1 << letter;
            self.nodes.push(TreeNode::new(letter, depth + 1));
        }
        self.nodes[at].below = first as u32;
        self.nodes[at].letters = letters;
        let mut next = first;
        for (input, &letter) in node.inputs().iter().enumerate() {
            let (output, below) = node.transition(input);
            let value = value + u64::from(output);
            let number = next;
            next += usize::from(is_letter(letter));
            // Every key goes on with marks.
            let Some(below) = node.below(below) else {
                continue;
            };
            if letter == SEPARATOR {
                let first = self.words.len();
                self.add_words(below, value, &mut [0; MAX_LETTERS], 0, depth, cost);
                if let Some(word) = self.words.get_mut(first) {
                    word.shared = 0;
                }
                let own = Least::of(&self.words[first..]);
                let node = &mut self.nodes[at];
                node.words = (first as u32, self.words.len() as u32);
                node.least = node.least.min(own);
                node.by_count.lower(0, own);
            } else if next > number {
                self.add_below(number, below, value, cost);
                let below = self.nodes[number];
                let node = &mut self.nodes[at];
                node.least = node.least.min(below.least);
                node.height = node.height.max(below.height + 1);
                for letters in 0..=MANY_LETTERS {
                    let least = below.by_count.get(letters);
                    node.by_count.lower(letters + 1, least);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn add_words(
        &mut self,
        node: Node<'_>,
        value: u64,
        marks: &mut [u8; MAX_LETTERS],
        depth: usize,
        letters: usize,
        cost: &impl Fn(WordId) -> Cost,
    ) {
        for (at, &input) in node.inputs().iter().enumerate().rev() {
            marks[depth] = input.saturating_sub(MARK0);
            let (output, below) = node.transition(at);
            let value = value + u64::from(output);
            if depth + 1 < letters {
                if let Some(below) = node.below(below) {
                    self.add_words(below, value, marks, depth + 1, letters, cost);
                }
            } else if let Some(end) = node.end_below(below) {
                self.add_word(value + u64::from(end), &marks[..letters], cost);
            }
        }
    }

    fn add_word(&mut self, value: u64, marks: &[u8], cost: &impl Fn(WordId) -> Cost) {
        let (id, foreign) = read_value(value);
        let before = &self.marks[self.marks.len().saturating_sub(marks.len())..];
        let shared = marks.iter().zip(before).take_while(|(a, b)| a == b).count();
        self.words.push(Marked {
            id,
            foreign,
            cost: cost(id),
            shared: shared as u8,
            marks: self.marks.len() as u32,
        });
        self.marks.extend_from_slice(marks);
    }

    /// The words whose base form ends at `node`.
    #[inline]
    pub(super) fn words(&self, node: &TreeNode) -> &[Marked] {
        &self.words[node.words.0 as usize..node.words.1 as usize]
    }

    /// The marks of a word of `letters` letters.
    #[inline]
    pub(super) fn marks(&self, word: &Marked, letters: usize) -> &[u8] {
        &self.marks[word.marks as usize..][..letters]
    }
}
