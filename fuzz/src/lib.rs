//! A small model for the fuzz targets: a language model trained in a moment on
//! the fixtures, with the embedded model's channel.

use std::path::PathBuf;

use vidau::channel::ChannelModel;
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
    let embedded = Container::open("embedded", vidau_model::MODEL.into()).expect("a model");
    let channel = embedded.section(*b"CHAN").expect("a channel");
    let channel = ChannelModel::from_bytes(&channel).expect("a channel");
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
    assemble(&part, &channel, None, None, &Manifest::default()).expect("a model")
}
