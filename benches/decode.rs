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
        group.bench_with_input(id, &input.text, |b, text| {
            let mut worker = restorer.worker();
            b.iter(|| worker.restore_str(text).text().len());
        });
    }
    group.finish();
}

criterion_group!(benches, restore);
criterion_main!(benches);
