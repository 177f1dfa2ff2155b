//! A small model for the fuzz targets, trained in a moment on the fixtures.

use std::path::PathBuf;

use vidau::channel::train as channel;
use vidau::lm::train as lm;
use vidau::model::container::{Container, write_container};
use vidau::model::{Manifest, assemble};

/// The model's file.
///
/// # Panics
/// When the fixtures cannot be trained on.
#[must_use]
pub fn model() -> Vec<u8> {
    let fixtures = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/fixtures"));
    let pages = channel::read_pages(&fixtures, "eng", 1.0).expect("fixtures");
    let errors = channel::train(&pages, &channel::Options::default()).expect("a channel");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&fixtures)
        .expect("fixtures")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.to_string_lossy().ends_with(".truth.txt"))
        .collect();
    files.sort();
    let source = lm::Source {
        name: "fixtures".to_owned(),
        weight: 1.0,
        files,
    };
    let options = lm::Options {
        least_count: 1.0,
        ..lm::Options::default()
    };
    let trained = lm::train(&[source], &options, &mut |_| {}).expect("a language model");
    let part = Container::open("part", write_container(&trained.sections).into());
    let part = part.expect("what was written opens");
    assemble(&part, &errors, &Manifest::default()).expect("a model")
}
