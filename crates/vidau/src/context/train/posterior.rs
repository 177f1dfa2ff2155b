//! How likely each word of a paragraph is, by forward-backward over a beam.

use std::collections::HashMap;

use crate::NAT;
use crate::lm::{EOS, LmState, NgramModel};

/// Hypotheses dearer than the best by more than this are dropped, in nats.
const MARGIN: f32 = 14.0;
/// Cost of what no hypothesis has.
const NEVER: f32 = 1e9;

struct Hypothesis {
    state: LmState,
    /// Of the best way here, and of all ways together.
    cost: f32,
    forward: f32,
    backward: f32,
}

struct Edge {
    from: usize,
    to: usize,
    /// The word's place among its stage's.
    word: usize,
    cost: f32,
}

/// For each stage of words to choose from, the cost in nats of the posterior
/// of each.
pub(super) fn posteriors<S>(
    lm: &NgramModel,
    stages: impl Iterator<Item = S>,
    beam: usize,
) -> Vec<Vec<f32>>
where
    S: Iterator<Item = u16>,
{
    let mut last = vec![Hypothesis {
        state: lm.begin(),
        cost: 0.0,
        forward: 0.0,
        backward: NEVER,
    }];
    let mut columns = Vec::new();
    for stage in stages {
        let (next, edges, words) = step(lm, &last, stage, beam);
        columns.push((std::mem::replace(&mut last, next), edges, words));
    }
    let mut total = NEVER;
    for h in &mut last {
        h.backward = nats(lm.score(&h.state, EOS).0);
        total = add(total, h.forward + h.backward);
    }
    let mut out = Vec::new();
    while let Some((mut hypotheses, edges, words)) = columns.pop() {
        let mut costs = vec![NEVER; words];
        for edge in &edges {
            let before = &mut hypotheses[edge.from];
            let rest = edge.cost + last[edge.to].backward;
            before.backward = add(before.backward, rest);
            costs[edge.word] = add(costs[edge.word], before.forward + rest - total);
        }
        out.push(costs);
        last = hypotheses;
    }
    out.reverse();
    out
}

/// All hypotheses by a word further, the best of them kept.
fn step(
    lm: &NgramModel,
    last: &[Hypothesis],
    words: impl Iterator<Item = u16>,
    beam: usize,
) -> (Vec<Hypothesis>, Vec<Edge>, usize) {
    let mut next: Vec<Hypothesis> = Vec::new();
    let mut edges = Vec::new();
    let mut places: HashMap<LmState, usize> = HashMap::new();
    let mut count = 0;
    for (word, id) in words.enumerate() {
        count += 1;
        for (from, before) in last.iter().enumerate() {
            let (cost, state) = lm.score(&before.state, id);
            let cost = nats(cost);
            let to = *places.entry(state).or_insert_with(|| {
                next.push(Hypothesis {
                    state,
                    cost: NEVER,
                    forward: NEVER,
                    backward: NEVER,
                });
                next.len() - 1
            });
            let after = &mut next[to];
            after.cost = after.cost.min(before.cost + cost);
            after.forward = add(after.forward, before.forward + cost);
            edges.push(Edge {
                from,
                to,
                word,
                cost,
            });
        }
    }
    let mut order: Vec<usize> = (0..next.len()).collect();
    order.sort_by(|&a, &b| next[a].cost.total_cmp(&next[b].cost));
    order.truncate(beam);
    let best = order.first().map_or(0.0, |&i| next[i].cost);
    order.retain(|&i| next[i].cost <= best + MARGIN);
    let mut kept = vec![None; next.len()];
    for (new, &old) in order.iter().enumerate() {
        kept[old] = Some(new);
    }
    edges.retain_mut(|edge| match kept[edge.to] {
        Some(to) => {
            edge.to = to;
            true
        }
        None => false,
    });
    let mut pool: Vec<Option<Hypothesis>> = next.into_iter().map(Some).collect();
    let next = order.iter().filter_map(|&i| pool[i].take()).collect();
    (next, edges, count)
}

fn nats(cost: crate::Cost) -> f32 {
    cost as f32 / NAT as f32
}

/// The cost of either of two things.
fn add(a: f32, b: f32) -> f32 {
    let (less, more) = if a < b { (a, b) } else { (b, a) };
    less - (less - more).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lm::train::{Options, Source, train};
    use crate::model::container::{Container, write_container};

    #[test]
    fn equals_the_sum_over_all_paths() {
        let path = std::env::temp_dir().join(format!("vidau-posterior-{}", std::process::id()));
        let text = "bán hàng ở chợ\nbạn hàng ở xa\nbạn ở chợ bán hàng\n";
        std::fs::write(&path, text.repeat(3)).unwrap();
        let source = Source {
            name: String::new(),
            weight: 1.0,
            files: vec![path.clone()],
        };
        let options = Options {
            least_count: 1.0,
            ..Options::default()
        };
        let trained = train(&[source], &options, &mut |_| {}).unwrap();
        std::fs::remove_file(path).unwrap();
        let file = write_container(&trained.sections);
        let lm = NgramModel::open(&Container::open("x", file.into()).unwrap()).unwrap();

        let ids = |words: &[&str]| words.iter().map(|w| lm.id(w)).collect::<Vec<_>>();
        let stages = [
            ids(&["bán", "bạn"]),
            ids(&["hàng"]),
            ids(&["chợ", "xa", "ở"]),
        ];
        let mut sums = stages.clone().map(|s| vec![0.0; s.len()]);
        let mut total = 0.0;
        for a in 0..2 {
            for c in 0..3 {
                let words = [stages[0][a], stages[1][0], stages[2][c], EOS];
                let mut state = lm.begin();
                let mut cost = 0;
                for word in words {
                    let (more, next) = lm.score(&state, word);
                    cost += more;
                    state = next;
                }
                let p = (-f64::from(cost) / f64::from(NAT)).exp();
                total += p;
                for (sums, at) in sums.iter_mut().zip([a, 0, c]) {
                    sums[at] += p;
                }
            }
        }
        let found = posteriors(&lm, stages.iter().map(|s| s.iter().copied()), 100);
        for (found, sums) in found.iter().zip(&sums) {
            for (cost, sum) in found.iter().zip(sums) {
                let p = f64::from(-cost).exp();
                assert!((p - sum / total).abs() < 1e-4, "{found:?} {sums:?}");
            }
        }
    }
}
