//! Which curves there are.

use super::plot::{Axis, Curve, Plot, nice};
use super::{Analysis, ModelRow, SetReport};

/// Sets with fewer changed tokens have no curve of reliability.
pub(super) const FEWEST_CHANGED: u64 = 200;

/// Name of the file and its content.
pub(super) fn all(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let mut all = vec![("found.svg", found(&analysis.sets))];
    if analysis.sets.iter().any(has_reliability) {
        all.push(("reliability.svg", reliability(&analysis.sets)));
    }
    if analysis.models.len() > 1 {
        all.push(("models.svg", models(&analysis.sets, &analysis.models)));
    }
    all
}

pub(super) fn has_reliability(set: &SetReport) -> bool {
    let confidence = set.figures.confidence;
    confidence.is_some_and(|c| c.changed >= FEWEST_CHANGED)
}

fn per_cent(label: &str, from: f64, to: f64) -> Axis<'_> {
    Axis {
        label,
        from,
        to,
        is_log: false,
    }
}

fn reliability(sets: &[SetReport]) -> String {
    let shown = sets.iter().filter(|s| has_reliability(s));
    let curves: Vec<Curve<'_>> = shown
        .map(|set| Curve {
            name: &set.figures.name,
            points: set
                .reliability
                .iter()
                .map(|b| (b.confidence, b.right))
                .collect(),
        })
        .collect();
    let points = curves.iter().flat_map(|c| &c.points);
    let least = points.fold(100f64, |least, (x, y)| least.min(*x).min(*y));
    let from = (least / 10.0).floor() * 10.0;
    let plot = Plot {
        title: "Changed tokens: is the engine right as often as it says?",
        x: per_cent("confidence, %", from, 100.0),
        y: per_cent("right, %", from, 100.0),
        has_diagonal: true,
        curves,
    };
    plot.to_svg()
}

fn found(sets: &[SetReport]) -> String {
    let curves = sets.iter().map(|set| Curve {
        name: &set.figures.name,
        points: [(0.0, 0.0)].iter().chain(&set.found).copied().collect(),
    });
    let plot = Plot {
        title: "Errors left that are seen when the least sure tokens are looked at",
        x: per_cent("tokens looked at, %", 0.0, 20.0),
        y: per_cent("errors seen, %", 0.0, 100.0),
        has_diagonal: true,
        curves: curves.collect(),
    };
    plot.to_svg()
}

fn models(sets: &[SetReport], models: &[ModelRow]) -> String {
    let mut order: Vec<&ModelRow> = models.iter().collect();
    order.sort_by_key(|m| m.ngrams);
    let millions = |m: &&ModelRow| m.ngrams as f64 / 1e6;
    let curve = |at: usize| {
        order
            .iter()
            .map(|m| (millions(m), m.sets[at].syl_err))
            .collect()
    };
    let curves = sets.iter().enumerate().map(|(at, set)| Curve {
        name: &set.figures.name,
        points: curve(at),
    });
    let curves: Vec<Curve<'_>> = curves.collect();
    let points = curves.iter().flat_map(|c| &c.points);
    let most = points.fold(0.1, |most: f64, (_, y)| most.max(*y));
    let step = nice(most / 6.0);
    let ends = [order.first(), order.last()].map(|m| m.map_or(1.0, millions).max(1e-6));
    let plot = Plot {
        title: "Syllables wrong by the number of n-grams",
        x: Axis {
            label: "n-grams, million",
            from: ends[0] / 1.2,
            to: ends[1] * 1.2,
            is_log: true,
        },
        y: per_cent("syllables wrong, %", 0.0, (most / step).ceil() * step),
        has_diagonal: false,
        curves,
    };
    plot.to_svg()
}
