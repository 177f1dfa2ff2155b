//! Writes the lattices that a text is decoded from, as `Worker::lattices`
//! says: `export_lattices TEXT > lattices.txt`. What restoring the text takes,
//! once its words have been seen, goes to stderr.

use std::time::{Duration, Instant};

use vidau::Restorer;

const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("a TEXT is wanted")?;
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
    let restorer = Restorer::embedded()?;
    let mut worker = restorer.worker();
    print!("{}", worker.lattices(&text));
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        worker.restore_str(&text);
        least = least.min(start.elapsed());
    }
    let words = text.split_whitespace().count();
    eprintln!("{words} {}", least.as_secs_f64());
    Ok(())
}
