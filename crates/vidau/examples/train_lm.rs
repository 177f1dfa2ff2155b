//! Trains language models: `train_lm OUT SIZE[,SIZE...] name=weight=file,file... ...`;
//! in OUT `{}` stands for the size.

use std::path::PathBuf;
use std::time::Instant;

use vidau::lm::train::{Options, Source, read};
use vidau::model::container::write_container;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("OUT is missing")?;
    let sizes = args.next().ok_or("SIZE is missing")?;
    let mut options = Options::default();
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
    let mut progress = |what: &str| {
        eprintln!("{:7.1} {what}", start.elapsed().as_secs_f64());
    };
    let counted = read(&sources, &options, &mut progress)?;
    let estimated = counted.estimate(&options, &mut progress);
    for size in sizes.split(',') {
        options.size = size.parse()?;
        let trained = estimated.finish(&options, &mut progress);
        eprintln!("{:#?}", trained.summary);
        if let Ok(path) = std::env::var("ARPA") {
            trained.write_arpa(&mut std::io::BufWriter::new(std::fs::File::create(path)?))?;
        }
        std::fs::write(out.replace("{}", size), write_container(&trained.sections))?;
    }
    progress("done");
    Ok(())
}
