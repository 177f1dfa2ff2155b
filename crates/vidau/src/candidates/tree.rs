//! The lexicon laid out for search.
//!
//! The base letters stand as a tree in the order of a depth-first walk, each
//! node with the number of the node to go on at when what is below it is left
//! out, and with the least that any word below it costs by itself. Below a
//! base form stand the ways to mark it, sorted, so that those with the same
//! beginning follow each other.

use super::{Cost, base_code};
use crate::lexicon::{Lexicon, MARK0, MAX_LETTERS, SEPARATOR, WordId, read_value};
use crate::model::node::Node;

/// A base letter after those of the nodes above.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreeNode {
    /// Its code.
    pub(super) letter: u8,
    /// Letters up to and with this one.
    pub(super) depth: u8,
    /// The most letters that words below have after this one.
    pub(super) height: u8,
    /// The node after all below this one.
    pub(super) skip: u32,
    /// The least cost of a word below.
    pub(super) least: Cost,
    /// The same of the words whose base form ends here.
    pub(super) own: Cost,
    /// The words whose base form ends here.
    pub(super) words: (u32, u32),
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

impl Tree {
    pub(super) fn new(lexicon: &Lexicon, cost: impl Fn(WordId) -> Cost) -> Self {
        let mut tree = Self::default();
        if let Some(root) = lexicon.root() {
            tree.add_bases(root, 0, 0, &cost);
        }
        tree
    }

    /// Adds what is below `node`; returns the least cost of a word there, and
    /// the letters of the longest.
    fn add_bases(
        &mut self,
        node: Node<'_>,
        value: u64,
        depth: usize,
        cost: &impl Fn(WordId) -> Cost,
    ) -> (Cost, usize) {
        let (mut least, mut longest) = (Cost::MAX / 4, depth);
        // The greatest input comes first.
        for (at, &input) in node.inputs().iter().enumerate().rev() {
            let (output, below) = node.transition(at);
            // Every key goes on with marks.
            let Some(below) = node.below(below) else {
                continue;
            };
            let value = value + u64::from(output);
            if input == SEPARATOR {
                let first = self.words.len();
                self.add_words(below, value, &mut [0; MAX_LETTERS], 0, depth, cost);
                if let Some(word) = self.words.get_mut(first) {
                    word.shared = 0;
                }
                let own = self.words[first..].iter().map(|w| w.cost).min();
                let own = own.unwrap_or(least);
                if let Some(node) = self.nodes.last_mut() {
                    node.words = (first as u32, self.words.len() as u32);
                    node.own = own;
                }
                least = least.min(own);
            } else if depth < MAX_LETTERS && input.is_ascii_lowercase() {
                let at = self.nodes.len();
                self.nodes.push(TreeNode {
                    letter: base_code(input) as u8,
                    depth: depth as u8 + 1,
                    height: 0,
                    skip: 0,
                    least: 0,
                    own: 0,
                    words: (0, 0),
                });
                let (below, letters) = self.add_bases(below, value, depth + 1, cost);
                self.nodes[at].skip = self.nodes.len() as u32;
                self.nodes[at].least = below;
                self.nodes[at].height = (letters - depth - 1) as u8;
                least = least.min(below);
                longest = longest.max(letters);
            }
        }
        (least, longest)
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
