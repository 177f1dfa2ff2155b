//! What a worker allocates once it has seen a text. In a file of its own: the
//! counting allocator is that of the whole program.

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use vidau::{Restorer, Worker};

/// Restores the lines and goes over all that was found.
fn restore(worker: &mut Worker<'_>, text: &str) {
    worker.begin();
    for line in text.lines() {
        worker.push_line(line);
    }
    let restored = worker.finish();
    black_box(restored.text());
    for c in restored.corrections().chain(restored.flags()) {
        black_box((c.span(), c.original(), c.best(), c.confidence()));
        c.alternatives().for_each(|a| {
            black_box(a);
        });
    }
}

fn second_time(restorer: &Restorer, text: &str) -> AllocationInfo {
    let mut worker = restorer.worker();
    restore(&mut worker, text);
    measure(|| restore(&mut worker, text))
}

#[test]
fn what_was_seen_before_takes_no_memory() {
    let restorer = Restorer::embedded().expect("the model");
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/fixtures");
    let mut pages = 0;
    for entry in std::fs::read_dir(fixtures).expect("the fixtures") {
        let path = entry.expect("a file").path();
        if !path.to_string_lossy().ends_with(".ocr.txt") {
            continue;
        }
        let page = std::fs::read_to_string(&path).expect("a page");
        let info = second_time(&restorer, &page);
        assert_eq!(info.count_total, 0, "{info:?} for {}", path.display());
        pages += 1;
    }
    assert!(pages > 10);
}

#[test]
fn nor_does_a_line_alone() {
    let restorer = Restorer::embedded().expect("the model");
    let page = include_str!("../data/fixtures/ke-hoach.eng.ocr.txt");
    for line in page.lines() {
        let info = second_time(&restorer, line);
        assert_eq!(info.count_total, 0, "{info:?} for {line}");
    }
}
