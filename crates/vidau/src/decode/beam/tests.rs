//! The beam on lattices of real pages, against a search that leaves nothing
//! out and takes none of its shortcuts.

use std::collections::HashMap;

use super::*;
use crate::decode::{Arc, ArcBuilder, Block, ProfileWeights};
use crate::document::Document;
use crate::engine::Engine;
use crate::lm;
use crate::model::Bytes;
use crate::model::container::Container;

const ENG: &str = include_str!("../../../../../data/fixtures/ke-hoach.eng.ocr.txt");
const VIE: &str = include_str!("../../../../../data/fixtures/bien-ban.vie.ocr.txt");

/// Nothing is left out.
const EVERYTHING: BeamOptions = BeamOptions {
    width: usize::MAX,
    margin: Cost::MAX / 8,
};

fn engine() -> Engine {
    let container = Container::open("model", Bytes::from(vidau_model::MODEL));
    Engine::open(&container.unwrap()).unwrap()
}

fn lattice(engine: &Engine, arcs: &mut ArcBuilder, text: &str) -> Lattice {
    let document = Document::from_text(text);
    let mut block = Block::default();
    for run in document.runs() {
        block.push_line(&document, run.range.clone(), run.break_after);
    }
    block.number_texts(&engine.lexicon);
    let mut weights = ProfileWeights::default();
    let tokens = block.tokens();
    arcs.begin(engine, &block);
    for line in 0..block.lines() {
        let start = tokens.partition_point(|t| (t.line as usize) < line);
        let end = tokens.partition_point(|t| t.line as usize <= line);
        weights.push_line(arcs.evidence(engine, &block, line, start..end));
    }
    weights.weigh(engine.priors);
    let mut lattice = Lattice::default();
    arcs.build(engine, &block, &weights, &mut lattice);
    lattice.finish(block.tokens().len());
    lattice
}

/// Stretches of a page of so many words.
fn stretches(page: &str, words: usize) -> Vec<String> {
    let all: Vec<&str> = page.split_whitespace().collect();
    all.chunks(words).map(|c| c.join(" ")).collect()
}

/// The least cost of any way through, state by state and step by step.
fn least(lattice: &Lattice, lm: &NgramModel, start: LmState) -> Cost {
    let mut at: Vec<HashMap<LmState, Cost>> = vec![HashMap::from([(start, 0)])];
    for node in 1..lattice.nodes() {
        let mut here: HashMap<LmState, Cost> = HashMap::new();
        let mut arrive = |state, cost: Cost| {
            let known = here.entry(state).or_insert(cost);
            *known = cost.min(*known);
        };
        for a in lattice.ending_at(node) {
            let arc = &lattice.arcs()[a];
            for (state, cost) in &at[arc.from as usize] {
                let words = &arc.lm[..usize::from(arc.lm_len)];
                let (lm_cost, after) = lm.score_all(state, words);
                arrive(after, cost + arc.cost + lm_cost);
                if let Some(price) = arc.paragraph {
                    let (end, _) = lm.score(state, lm::EOS);
                    arrive(lm.begin(), cost + price + end);
                }
            }
        }
        at.push(here);
    }
    let last = at.last().and_then(|here| here.values().min());
    *last.unwrap()
}

/// The cost of the best way that the beam kept.
fn decoded(beam: &mut Beam, lattice: &Lattice, lm: &NgramModel, options: BeamOptions) -> Cost {
    beam.decode(lattice, lm, lm.begin(), options);
    beam.trellis.hypotheses[beam.trellis.at(beam.trellis.last()).start].cost
}

#[test]
fn the_beam_finds_what_an_exhaustive_search_does() {
    let engine = engine();
    let (mut arcs, mut beam) = (ArcBuilder::default(), Beam::default());
    let mut missed = 0;
    let mut tried = 0;
    for text in [stretches(ENG, 3), stretches(VIE, 3)].concat() {
        let lattice = lattice(&engine, &mut arcs, &text);
        let expected = least(&lattice, &engine.lm, engine.lm.begin());
        let mut cost = |options| decoded(&mut beam, &lattice, &engine.lm, options);
        // Joint look-ups, their memo, and joined states lose nothing.
        assert_eq!(cost(EVERYTHING), expected, "{text}");
        // The margin alone.
        let margin = BeamOptions {
            width: usize::MAX,
            ..engine.beam
        };
        assert_eq!(cost(margin), expected, "{text}");
        // Margin and width.
        missed += usize::from(cost(engine.beam) != expected);
        tried += 1;
    }
    assert!(tried > 150, "{tried}");
    assert!(missed * 200 <= tried, "{missed} of {tried}");
}

/// Over a whole page the width decides on next to nothing.
#[test]
fn a_wide_beam_reads_a_page_alike() {
    let engine = engine();
    let (mut arcs, mut beam) = (ArcBuilder::default(), Beam::default());
    let (mut others, mut all) = (0, 0);
    for page in [ENG, VIE] {
        let lattice = lattice(&engine, &mut arcs, page);
        let mut path = |options| {
            beam.decode(&lattice, &engine.lm, engine.lm.begin(), options);
            beam.path().to_vec()
        };
        let wide = path(BeamOptions {
            width: 200,
            margin: 2 * engine.beam.margin,
        });
        let usual = path(engine.beam);
        others += usual.iter().filter(|a| !wide.contains(a)).count();
        all += usual.len();
    }
    assert!(all > 1000, "{all}");
    assert!(others * 200 <= all, "{others} of {all}");
}

/// Weighing the ways anew is decoding anew, where nothing is left out.
#[test]
fn reweighing_is_decoding_anew() {
    let engine = engine();
    let (lm, start) = (&engine.lm, engine.lm.begin());
    let (mut arcs, mut beam, mut fresh) = (ArcBuilder::default(), Beam::default(), Beam::default());
    let mut moved = 0;
    for text in [stretches(ENG, 3), stretches(VIE, 3)].concat() {
        let mut lattice = lattice(&engine, &mut arcs, &text);
        beam.decode(&lattice, lm, start, EVERYTHING);
        let first = beam.path().to_vec();
        for step in [40, 3, 1] {
            for (k, a) in (step / 2..lattice.arcs().len()).step_by(step).enumerate() {
                if lattice.arcs()[a].lm_len > 0 {
                    lattice.add_cost(a, [NAT, -NAT / 3, 5 * NAT, -3 * NAT][k % 4]);
                }
            }
            let end = beam.reweigh(&lattice);
            assert_eq!(end, fresh.decode(&lattice, lm, start, EVERYTHING));
            assert_eq!(beam.path(), fresh.path(), "{text}");
            assert_eq!(beam.path_costs(), fresh.path_costs());
            // Sums in another order are rounded otherwise.
            let both = beam.posteriors().iter().zip(fresh.posteriors());
            for (&again, &anew) in both.filter(|(_, anew)| **anew < 10 * NAT) {
                assert!((again - anew).abs() <= NAT / 16, "{text}: {again} {anew}");
            }
        }
        moved += usize::from(beam.path() != first);
    }
    assert!(moved > 50, "{moved}");
}

/// What has not changed comes out as it was, whatever the beam left out.
#[test]
fn reweighing_the_same_changes_nothing() {
    let engine = engine();
    let (mut arcs, mut beam) = (ArcBuilder::default(), Beam::default());
    for page in [ENG, VIE] {
        let lattice = lattice(&engine, &mut arcs, page);
        let end = beam.decode(&lattice, &engine.lm, engine.lm.begin(), engine.beam);
        let (path, costs) = (beam.path().to_vec(), beam.path_costs().to_vec());
        let posteriors = beam.posteriors().to_vec();
        assert_eq!(beam.reweigh(&lattice), end);
        assert_eq!((beam.path(), beam.path_costs()), (&path[..], &costs[..]));
        // Arcs that are alike are added up in another order.
        let both = beam.posteriors().iter().zip(&posteriors);
        let apart = both.map(|(a, b)| (a - b).abs()).max();
        assert!(apart <= Some(NAT / 64), "{apart:?}");
    }
}

/// However long the text is, one of the arcs into a node that all ways lead
/// over is taken: roundings do not add up.
#[test]
fn posteriors_into_a_node_are_one_together() {
    let engine = engine();
    let (mut arcs, mut beam) = (ArcBuilder::default(), Beam::default());
    let lattice = lattice(&engine, &mut arcs, &[ENG, VIE].concat().repeat(15));
    beam.decode(&lattice, &engine.lm, engine.lm.begin(), engine.beam);
    let (mut nodes, mut most) = (0, 0.0f32);
    for node in (1..lattice.nodes()).filter(|&node| lattice.is_on_all_ways(node)) {
        let into = lattice.ending_at(node);
        let sum: f32 = into.map(|a| probability(beam.posteriors()[a])).sum();
        most = most.max((sum - 1.0).abs());
        nodes += 1;
    }
    assert!(nodes > 10_000, "{nodes}");
    assert!(most < 0.02, "{most}");
}

/// A node that no way leads to is passed over, whatever stood before it.
#[test]
fn a_node_out_of_reach_leads_nowhere() {
    let engine = engine();
    let mut lattice = Lattice::default();
    for (from, to, cost) in [(0, 2, 0), (0, 2, NAT), (0, 2, NAT), (1, 3, 0), (2, 3, 0)] {
        lattice.push(Arc::as_read(from, to, cost, Some(lm::FIRST_WORD)));
    }
    lattice.finish(3);
    let mut beam = Beam::default();
    beam.decode(&lattice, &engine.lm, engine.lm.begin(), engine.beam);
    assert_eq!(beam.path(), [0, 4]);
    assert!(beam.posteriors()[3] >= UNREACHED);
}
