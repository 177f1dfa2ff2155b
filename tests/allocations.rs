//! What a worker allocates once it has seen a text. In a file of its own: the
//! counting allocator is that of the whole program.

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use vidau::{Restorer, Worker};

const PAGES: [&str; 3] = [
    include_str!("../data/fixtures/ke-hoach.eng.ocr.txt"),
    include_str!("../data/fixtures/ke-hoach.vie.ocr.txt"),
    include_str!("../data/fixtures/quyet-dinh.eng.ocr.txt"),
];

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
fn lines_of_words_seen_before_take_no_memory() {
    let restorer = Restorer::embedded().expect("the model");
    for page in PAGES {
        let has_number = |line: &&str| line.contains(|c: char| c.is_ascii_digit());
        let lines: Vec<&str> = page.lines().filter(|l| !has_number(l)).collect();
        assert!(lines.len() > 10);
        let info = second_time(&restorer, &lines.join("\n"));
        assert_eq!(info.count_total, 0, "{info:?}");
    }
}

#[test]
fn other_lines_take_next_to_none() {
    // Codes are compared with the words before them, and written anew.
    let restorer = Restorer::embedded().expect("the model");
    for page in PAGES {
        let info = second_time(&restorer, page);
        let lines = page.lines().count() as u64;
        assert!(info.count_total < lines, "{info:?} for {lines} lines");
    }
}
