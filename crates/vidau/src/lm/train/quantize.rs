//! Codebooks: a few pairs of costs that stand for many.

use std::collections::BTreeMap;

use crate::Cost;

/// Rounds of moving the codes to the means of what they stand for.
const ROUNDS: usize = 12;

/// A pair of a word's cost and the cost of backing off from it as context.
pub(super) type Pair = (Cost, Cost);

/// A codebook of at most `codes` (256 or less) for pairs, each given with how much an error in its first and
/// in its second part matters; and the code of each distinct pair.
pub(super) fn codebook(
    pairs: impl IntoIterator<Item = (Pair, [f64; 2])>,
    codes: usize,
) -> (Vec<Pair>, BTreeMap<Pair, u8>) {
    let mut histogram: BTreeMap<Pair, [f64; 2]> = BTreeMap::new();
    for (pair, weight) in pairs {
        let sum = histogram.entry(pair).or_default();
        sum[0] += weight[0];
        sum[1] += weight[1];
    }
    let points: Vec<Point> = histogram
        .iter()
        .map(|(&(a, b), &weight)| Point {
            at: [f64::from(a), f64::from(b)],
            weight: weight.map(|w| w.max(f64::MIN_POSITIVE)),
        })
        .collect();
    let mut centres = split(&points, codes);
    let mut nearest = vec![0; points.len()];
    for _ in 0..ROUNDS {
        assign(&points, &centres, &mut nearest);
        centres = means(&points, &nearest, &centres);
    }
    let mut book: Vec<Pair> = centres
        .iter()
        .map(|c| (c[0].round() as Cost, c[1].round() as Cost))
        .collect();
    book.sort_unstable();
    book.dedup();
    let rounded: Vec<[f64; 2]> = book
        .iter()
        .map(|&(a, b)| [f64::from(a), f64::from(b)])
        .collect();
    assign(&points, &rounded, &mut nearest);
    let codes = histogram
        .keys()
        .copied()
        .zip(nearest.iter().map(|&k| k as u8));
    (book, codes.collect())
}

#[derive(Debug, Clone, Copy)]
struct Point {
    at: [f64; 2],
    weight: [f64; 2],
}

impl Point {
    fn distance(&self, centre: &[f64; 2]) -> f64 {
        (0..2)
            .map(|k| self.weight[k] * (self.at[k] - centre[k]).powi(2))
            .sum()
    }
}

/// Starting centres: the cell with the largest error is cut in two at its
/// mean until there are enough.
fn split(points: &[Point], codes: usize) -> Vec<[f64; 2]> {
    let mut cells = vec![Cell::new(points.to_vec())];
    while cells.len() < codes {
        let worst = (0..cells.len()).max_by(|&a, &b| {
            let error = |i: usize| cells[i].error[cells[i].axis()];
            error(a).total_cmp(&error(b)).then(b.cmp(&a))
        });
        let Some(worst) = worst else { break };
        let cell = &cells[worst];
        let axis = cell.axis();
        if cell.error[axis] <= 0.0 {
            break;
        }
        let at = cell.mean[axis];
        let (low, high): (Vec<Point>, Vec<Point>) =
            cell.points.iter().partition(|p| p.at[axis] <= at);
        if low.is_empty() || high.is_empty() {
            break;
        }
        cells[worst] = Cell::new(low);
        cells.push(Cell::new(high));
    }
    cells.iter().map(|c| c.mean).collect()
}

struct Cell {
    points: Vec<Point>,
    mean: [f64; 2],
    error: [f64; 2],
}

impl Cell {
    fn new(points: Vec<Point>) -> Self {
        let mut mean = [0.0; 2];
        let mut error = [0.0; 2];
        for k in 0..2 {
            let weight: f64 = points.iter().map(|p| p.weight[k]).sum();
            let sum: f64 = points.iter().map(|p| p.weight[k] * p.at[k]).sum();
            mean[k] = sum / weight.max(f64::MIN_POSITIVE);
            error[k] = points
                .iter()
                .map(|p| p.weight[k] * (p.at[k] - mean[k]).powi(2))
                .sum();
        }
        Self {
            points,
            mean,
            error,
        }
    }

    fn axis(&self) -> usize {
        usize::from(self.error[1] > self.error[0])
    }
}

fn assign(points: &[Point], centres: &[[f64; 2]], nearest: &mut [usize]) {
    use rayon::prelude::*;
    points
        .par_iter()
        .with_min_len(256)
        .zip(nearest)
        .for_each(|(point, place)| {
            let mut best = (f64::INFINITY, 0);
            for (k, centre) in centres.iter().enumerate() {
                let d = point.distance(centre);
                if d < best.0 {
                    best = (d, k);
                }
            }
            *place = best.1;
        });
}

fn means(points: &[Point], nearest: &[usize], old: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut sums = vec![([0.0; 2], [0.0; 2]); old.len()];
    for (point, &k) in points.iter().zip(nearest) {
        for axis in 0..2 {
            sums[k].0[axis] += point.weight[axis] * point.at[axis];
            sums[k].1[axis] += point.weight[axis];
        }
    }
    sums.iter()
        .zip(old)
        .map(|((sum, weight), old)| {
            std::array::from_fn(|k| match weight[k] > 0.0 {
                true => sum[k] / weight[k],
                false => old[k],
            })
        })
        .collect()
}
