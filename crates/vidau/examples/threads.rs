//! Many files on all cores: the engine is shared, each thread has a worker,
//! the output keeps the order of the arguments.
//!
//! ```sh
//! cargo run --release --example threads -- data/fixtures/*.ocr.txt
//! ```

use std::error::Error;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use vidau::Restorer;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let texts = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}")))
        .collect::<Result<Vec<_>, _>>()?;
    let restorer = Restorer::embedded()?;
    let next = AtomicUsize::new(0);
    let changes = Mutex::new(vec![0; texts.len()]);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut worker = restorer.worker();
                while let Some(i) = claim(&next, texts.len()) {
                    let n = worker.restore_str(&texts[i]).corrections().count();
                    changes.lock().expect("no thread panics")[i] = n;
                }
            });
        }
    });
    for (path, n) in paths.iter().zip(changes.into_inner()?) {
        println!("{path}: {n} changes");
    }
    Ok(())
}

/// The next text that nobody has taken.
fn claim(next: &AtomicUsize, len: usize) -> Option<usize> {
    let i = next.fetch_add(1, Ordering::Relaxed);
    (i < len).then_some(i)
}
