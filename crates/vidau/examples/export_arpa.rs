//! Writes a model's n-grams in ARPA's format: `export_arpa MODEL > model.arpa`.

use std::io::{BufWriter, Write, stdout};

use vidau::lm::NgramModel;
use vidau::model::container::Container;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("a MODEL is wanted")?;
    let container = Container::open(&path, std::fs::read(&path)?.into())?;
    container.verify()?;
    let mut out = BufWriter::new(stdout().lock());
    NgramModel::open(&container)?.write_arpa(&mut out)?;
    Ok(out.flush()?)
}
