//! A model from a file, with settings of one's own. The program needs no
//! embedded model for this, so it also builds with `--no-default-features`.
//!
//! ```sh
//! cargo run --release --no-default-features --example own_model -- mine.vidau page.txt
//! ```

use std::error::Error;
use std::path::Path;

use vidau::RestorerBuilder;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, page] = &args[..] else {
        return Err("give a model and a text file".into());
    };
    let restorer = RestorerBuilder::new()
        .change_above(0.8)
        .flag_below(0.9)
        .open(Path::new(model))?;
    let text = std::fs::read_to_string(page)?;
    let mut worker = restorer.worker();
    let restored = worker.restore_str(&text);
    print!("{}", restored.text());
    for flag in restored.flags() {
        eprintln!("unsure of {:?} at byte {}", flag.best(), flag.span().start);
    }
    Ok(())
}
