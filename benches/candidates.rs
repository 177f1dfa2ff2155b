//! The search for candidates, seen through the public interface: a page given
//! to a fresh worker, beside the same page given once more. The difference is
//! the search. Opening the model is measured, too, as it is compiled in and
//! from bytes that have to be checked.

mod inputs;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use vidau::Restorer;

fn search(c: &mut Criterion) {
    let restorer = Restorer::embedded().expect("the embedded model");
    let mut group = c.benchmark_group("candidates");
    group.sample_size(20);
    for input in [inputs::stripped(), inputs::eng(), inputs::caps_table()] {
        let words = input.text.split_whitespace().count();
        group.throughput(Throughput::Elements(words as u64));
        group.bench_with_input(BenchmarkId::new("cold", input.name), &input, |b, input| {
            b.iter_batched_ref(
                || restorer.worker(),
                |worker| worker.restore_str(&input.text).text().len(),
                BatchSize::LargeInput,
            );
        });
        let mut worker = restorer.worker();
        group.bench_with_input(BenchmarkId::new("warm", input.name), &input, |b, input| {
            b.iter(|| worker.restore_str(&input.text).text().len());
        });
    }
    group.finish();
    c.bench_function("open", |b| b.iter(Restorer::embedded));
    c.bench_function("open and check", |b| {
        b.iter(|| Restorer::builder().open_bytes(vidau_model::MODEL));
    });
}

criterion_group!(benches, search);
criterion_main!(benches);
