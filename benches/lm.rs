//! The language model alone, word by word over a clean page: from a saved
//! state, as the decoder asks, from the start of the context each time, as a
//! model without states would have to, and words that no context has, so that
//! each is asked in vain before the word's own cost counts.

mod inputs;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use vidau::Cost;
use vidau::lm::NgramModel;
use vidau::model::Bytes;
use vidau::model::container::Container;
use vidau::syllable::fold_tone;

/// What most words cost beyond their own is the cost of backing off.
fn commonest(costs: impl Iterator<Item = Cost>) -> Cost {
    let mut costs: Vec<Cost> = costs.collect();
    costs.sort_unstable();
    let alike = costs.chunk_by(|a, b| a == b);
    alike.max_by_key(|alike| alike.len()).expect("a word")[0]
}

fn step(c: &mut Criterion) {
    let container = Container::open("embedded", Bytes::from(vidau_model::MODEL));
    let model = NgramModel::open(&container.expect("a model")).expect("a language model");
    let mut folded = String::new();
    let words: Vec<u16> = inputs::clean()
        .text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(|word| {
            folded.clear();
            fold_tone(&word.to_lowercase(), &mut folded);
            model.id(&folded)
        })
        .collect();
    let mut group = c.benchmark_group("lm");
    group.throughput(Throughput::Elements(words.len() as u64));
    group.bench_function("saved context", |b| {
        b.iter(|| {
            let mut state = model.begin();
            let mut sum = 0;
            for &word in &words {
                let (cost, next) = model.score(&state, word);
                sum += cost;
                state = next;
            }
            sum
        });
    });
    group.bench_function("from scratch", |b| {
        let before = model.order() - 1;
        b.iter(|| {
            let mut sum = 0;
            for end in 0..words.len() {
                let mut state = model.empty();
                for &word in &words[end.saturating_sub(before)..end] {
                    state = model.score(&state, word).1;
                }
                sum += model.score(&state, words[end]).0;
            }
            sum
        });
    });
    // After each state a word that costs what full back-off costs.
    let mut state = model.begin();
    let mut unseen = Vec::new();
    for &word in &words {
        state = model.score(&state, word).1;
        let beyond_own = |other| model.score(&state, other).0 - model.unigram(other);
        let backoff = commonest((0..model.vocab_len() as u16).map(beyond_own));
        let found = words.iter().find(|&&other| beyond_own(other) == backoff);
        unseen.extend(found.map(|&other| (state, other)));
    }
    group.throughput(Throughput::Elements(unseen.len() as u64));
    group.bench_function("full back-off", |b| {
        b.iter(|| {
            let costs = unseen
                .iter()
                .map(|(state, word)| model.score(state, *word).0);
            costs.sum::<Cost>()
        });
    });
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
