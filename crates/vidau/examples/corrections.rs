//! What was changed in a file, where, how surely, and what else it may be: a
//! line of JSON a change.
//!
//! ```sh
//! cargo run --release --example corrections -- data/fixtures/ke-hoach.eng.ocr.txt
//! ```

use std::error::Error;
use std::io::{self, Write};

use vidau::Restorer;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a text file")?;
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
    let restorer = Restorer::embedded()?;
    let mut worker = restorer.worker();
    let restored = worker.restore_str(&text);
    let mut out = io::stdout().lock();
    for c in restored.corrections() {
        let span = c.span();
        let alternatives: Vec<_> = c
            .alternatives()
            .map(|a| serde_json::json!([a.text, rounded(a.probability)]))
            .collect();
        let record = serde_json::json!({
            "span": [span.start, span.end],
            "original": c.original(),
            "best": c.best(),
            "confidence": rounded(c.confidence()),
            "alternatives": alternatives,
        });
        writeln!(out, "{record}")?;
    }
    Ok(())
}

fn rounded(probability: f32) -> f64 {
    (f64::from(probability) * 1000.0).round() / 1000.0
}
