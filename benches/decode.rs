//! Whole pages through a worker that has seen them before, so that candidates
//! come from its cache: lattice, language model, posteriors, rendering.

mod inputs;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use vidau::Restorer;

fn restore(c: &mut Criterion) {
    let restorer = Restorer::embedded().expect("the embedded model");
    let mut group = c.benchmark_group("restore");
    for input in inputs::all() {
        group.throughput(Throughput::Bytes(input.text.len() as u64));
        let id = BenchmarkId::from_parameter(input.name);
        // What is measured is called anew for each sample: a worker made in there
        // would have seen nothing.
        let mut worker = restorer.worker();
        group.bench_with_input(id, &input.text, |b, text| {
            b.iter(|| worker.restore_str(text).text().len());
        });
    }
    group.finish();
}

/// Pages one after the other, in words a second.
fn restore_in_turns(c: &mut Criterion) {
    let restorer = Restorer::embedded().expect("the embedded model");
    let pages = inputs::eng_pages();
    let words: usize = pages.iter().map(|p| p.split_whitespace().count()).sum();
    let mut group = c.benchmark_group("restore_in_turns");
    group.throughput(Throughput::Elements(words as u64));
    let mut worker = restorer.worker();
    group.bench_function("eng pages", |b| {
        b.iter(|| {
            let lengths = pages.iter().map(|p| worker.restore_str(p).text().len());
            lengths.sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, restore, restore_in_turns);
criterion_main!(benches);
