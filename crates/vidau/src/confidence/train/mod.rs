//! Training: pages with their truth in, the section of trees out.

mod boost;
mod examples;

use super::trees::SURE;
use crate::channel::train::Page;
use crate::model::container::Tag;
use crate::restore::Restorer;

/// How to train.
#[derive(Debug, Clone)]
pub struct Options {
    /// Number of trees.
    pub trees: usize,
    /// How far each tree goes towards what it found.
    pub rate: f64,
    /// Places that a leaf has at least.
    pub least: u32,
    /// Added to every sum of second derivatives.
    pub l2: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            trees: 300,
            rate: 0.06,
            least: 200,
            l2: 5.0,
        }
    }
}

/// The section and how it came about.
#[derive(Debug)]
pub struct Trained {
    /// The section of the model file.
    pub section: (Tag, Vec<u8>),
    /// Places that were learnt from, and the wrong ones of them.
    pub places: usize,
    /// Of these, how many are wrong.
    pub wrong: usize,
    /// Mean cost of what a place turned out to be, in nats: with the trees,
    /// and with the share of right places for all.
    pub loss: [f64; 2],
}

/// Pages and what restores them.
#[derive(Debug)]
pub struct Fold {
    /// Has to write every likeliest reading
    /// ([`min_confidence`](crate::RestorerBuilder::min_confidence) 0), and best
    /// has not learnt from these pages: of those, it is surer than of others.
    pub restorer: Restorer,
    /// With their truth.
    pub pages: Vec<Page>,
}

/// Learns how sure of its places the engine may be. Besides as they were read,
/// half of the pages are restored from the truth itself, half from the truth
/// without marks.
#[must_use]
pub fn train(folds: &[Fold], options: &Options) -> Trained {
    let of_fold = |fold: &Fold| examples::collect(&fold.restorer, &fold.pages);
    let examples: Vec<_> = folds.iter().flat_map(of_fold).collect();
    let (trees, loss) = boost::boost(&examples, options);
    Trained {
        section: (SURE, trees.to_bytes()),
        places: examples.len(),
        wrong: examples.iter().filter(|e| !e.is_right).count(),
        loss,
    }
}
