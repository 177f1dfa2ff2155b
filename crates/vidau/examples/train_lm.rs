//! Trains a language model: `train_lm OUT SIZE name=weight=file,file... ...`

use std::path::PathBuf;
use std::time::Instant;

use vidau::lm::train::{Options, Source, train};
use vidau::model::container::write_container;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("OUT is missing")?;
    let mut options = Options {
        size: args.next().ok_or("SIZE is missing")?.parse()?,
        ..Options::default()
    };
    let mut sources = Vec::new();
    for arg in args {
        let parts: Vec<&str> = arg.splitn(3, '=').collect();
        match parts[..] {
            ["order", n] => options.order = n.parse()?,
            ["within", x] => options.within_class = x.parse()?,
            ["continuation", x] => options.continuation = x.parse()?,
            ["words", n] => options.most_words = n.parse()?,
            ["least", n] => options.least_count = n.parse()?,
            ["cutoffs", list] => {
                options.cutoffs = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
            }
            [name, weight, files] => sources.push(Source {
                name: name.to_owned(),
                weight: weight.parse()?,
                files: files.split(',').map(PathBuf::from).collect(),
            }),
            _ => return Err(format!("{arg}?").into()),
        }
    }
    let start = Instant::now();
    let trained = train(&sources, &options, &mut |what| {
        eprintln!("{:7.1} {what}", start.elapsed().as_secs_f64());
    })?;
    eprintln!("{:#?}", trained.summary);
    if let Ok(path) = std::env::var("ARPA") {
        trained.write_arpa(&mut std::io::BufWriter::new(std::fs::File::create(path)?))?;
    }
    std::fs::write(out, write_container(&trained.sections))?;
    eprintln!("{:7.1} done", start.elapsed().as_secs_f64());
    Ok(())
}
