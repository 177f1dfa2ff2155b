//! Trains the error model from folders of pages and measures it on others.
//!
//! `train_channel OUT PROFILE=FOLDER.. [--dev PROFILE=FOLDER..]` writes `OUT`
//! and beside it `OUT.tsv` for reading. `PROFILE` is what pages without facts
//! (`<id>.json`) teach.

use std::error::Error;
use std::path::Path;

use vidau::channel::train::{Options, Page, dump, fit, read_pages, train};

/// Texts without facts are real ones and count this much more.
const REAL_WEIGHT: f64 = 3.0;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (out, folders) =
        (args.split_first()).ok_or("OUT PROFILE=FOLDER.. [--dev PROFILE=FOLDER..]")?;
    let dev_at = folders
        .iter()
        .position(|a| a == "--dev")
        .unwrap_or(folders.len());
    let mut pages = Vec::new();
    for folder in &folders[..dev_at] {
        pages.extend(read(folder)?);
    }
    for page in pages.iter_mut().filter(|p| p.is_line_by_line) {
        page.weight *= REAL_WEIGHT;
    }
    let model = train(&pages, &Options::default())?;
    std::fs::write(out, model.to_bytes())?;
    std::fs::write(format!("{out}.tsv"), dump(&model))?;
    for profile in &model.profiles {
        let is_long = |truth: &str| truth.chars().count() > 1;
        let long = profile
            .segments
            .iter()
            .filter(|s| is_long(&s.truth))
            .count();
        let all = profile.segments.len();
        println!(
            "{}: {all} segments, {long} of several letters",
            profile.name
        );
    }
    for folder in folders.iter().skip(dev_at + 1) {
        let pages = read(folder)?;
        for profile in &model.profiles {
            let own: Vec<&Page> = pages
                .iter()
                .filter(|p| p.profile == *profile.name)
                .collect();
            if own.is_empty() {
                continue;
            }
            let fit = fit(profile, &own);
            println!(
                "{folder} {}: {} pages, {:.0} words, {:.4} nats/letter, {:.2} % of words at the floor",
                profile.name,
                own.len(),
                fit.words,
                fit.nats_per_letter,
                100.0 * fit.at_floor
            );
        }
    }
    Ok(())
}

fn read(folder: &str) -> Result<Vec<Page>, Box<dyn Error>> {
    let (profile, folder) = folder.split_once('=').ok_or("PROFILE=FOLDER is expected")?;
    Ok(read_pages(Path::new(folder), profile, 1.0)?)
}
