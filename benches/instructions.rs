//! What valgrind counts: restoring texts that a worker has seen or not, or
//! opening the model, each in a function of its own.
//!
//! ```sh
//! cargo build --release -p vidau --example instructions
//! valgrind --tool=callgrind --toggle-collect='*instructions::measured*' \
//!     target/release/examples/instructions warm data/fixtures/ke-hoach.eng.ocr.txt
//! ```
//!
//! `warm`, `cold` or `open`; `stripped` before the files takes all marks off.

use std::error::Error;

use vidau::syllable::Letter;
use vidau::{Restorer, Worker};

#[inline(never)]
fn measured(worker: &mut Worker<'_>, text: &str) -> usize {
    worker.restore_str(text).text().len()
}

#[inline(never)]
fn measured_opening() -> vidau::Result<Restorer> {
    Restorer::embedded()
}

fn strip(text: &str) -> String {
    let bare = |c| Letter::from_char(c).map_or(c, |l| Letter { mark: 0, ..l }.to_char());
    text.chars().map(bare).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() {
        return Err("usage: instructions warm|cold|open [stripped] FILE...".into());
    }
    let mode = arguments.remove(0);
    let is_stripped = arguments.first().is_some_and(|a| a == "stripped");
    let mut text = String::new();
    for path in arguments.iter().skip(usize::from(is_stripped)) {
        text += &std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    }
    if is_stripped {
        text = strip(&text);
    }
    let restorer = if mode == "open" {
        measured_opening()?
    } else {
        Restorer::embedded()?
    };
    let mut worker = restorer.worker();
    // What is laid out once an engine is no part of a text.
    worker.restore_str("trong");
    match mode.as_str() {
        "open" => return Ok(()),
        "warm" => drop(worker.restore_str(&text)),
        "cold" => {}
        other => return Err(format!("{other}: one of warm, cold, open").into()),
    }
    let length = measured(&mut worker, &text);
    let words = text.split_whitespace().count();
    println!("{words} words, {length} bytes restored");
    Ok(())
}
