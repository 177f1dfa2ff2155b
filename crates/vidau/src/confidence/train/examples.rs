//! Places of restored pages, right or wrong.

use rayon::prelude::*;

use super::super::evidence::Evidence;
use crate::channel::train::Page;
use crate::eval::{right_bytes, strip_marks};
use crate::restore::{Restorer, Worker};

/// What was known of a place, and what it turned out to be.
pub(super) struct Example {
    pub(super) evidence: Evidence,
    pub(super) is_right: bool,
}

pub(super) fn collect(restorer: &Restorer, pages: &[Page]) -> Vec<Example> {
    let of_page = |worker: &mut Worker<'_>, (number, page): (usize, &Page)| {
        let mut examples = Vec::new();
        read(worker, &page.observed, &page.truth, &mut examples);
        if number.is_multiple_of(2) {
            read(worker, &page.truth, &page.truth, &mut examples);
        } else {
            let stripped = strip_marks(&page.truth);
            read(worker, &stripped, &page.truth, &mut examples);
        }
        examples
    };
    let by_page: Vec<_> = pages
        .par_iter()
        .enumerate()
        .map_init(|| restorer.worker(), of_page)
        .collect();
    by_page.into_iter().flatten().collect()
}

fn read(worker: &mut Worker<'_>, observed: &str, truth: &str, examples: &mut Vec<Example>) {
    worker.observe();
    let restored = worker.restore_str(observed).text().to_owned();
    let is_right = right_bytes(truth, &restored);
    for (place, evidence) in worker.observed() {
        let bytes = restored.as_bytes()[place.clone()].iter();
        let mut right = bytes.zip(&is_right[place.clone()]);
        examples.push(Example {
            evidence: *evidence,
            is_right: right.all(|(byte, right)| *right || byte.is_ascii_whitespace()),
        });
    }
}
