//! Trains the error model from folders of pages and measures it on others.
//!
//! `train_channel OUT PAGES FLAT [DEV_PAGES DEV_FLAT]` writes `OUT` and beside
//! it `OUT.tsv` for reading. `PAGES` holds pages with facts (`<id>.json`),
//! `FLAT` texts that belong together line by line.

use std::error::Error;
use std::path::Path;

use vidau::channel::train::{Options, Page, dump, fit, read_pages, train};

/// Real texts count this much more than typeset ones.
const FLAT_WEIGHT: f64 = 3.0;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (out, folders) = args
        .split_first()
        .ok_or("OUT PAGES FLAT [DEV_PAGES DEV_FLAT]")?;
    let read = |folders: &[String]| -> Result<Vec<Page>, vidau::Error> {
        let mut pages = Vec::new();
        for (i, folder) in folders.iter().enumerate() {
            let weight = if i == 0 { 1.0 } else { FLAT_WEIGHT };
            pages.extend(read_pages(Path::new(folder), "vie", weight)?);
        }
        Ok(pages)
    };
    let (train_folders, dev_folders) = folders.split_at(folders.len().min(2));
    let number = |name: &str, default: f64| -> f64 {
        std::env::var(name)
            .ok()
            .and_then(|v| v.parse().ok())
            .unwrap_or(default)
    };
    let default = Options::default();
    let options = Options {
        order: number("ORDER", default.order as f64) as usize,
        min_count: number("MIN_COUNT", default.min_count),
        min_gain: number("MIN_GAIN", default.min_gain),
        ..default
    };
    let model = train(&read(train_folders)?, &options)?;
    std::fs::write(out, model.to_bytes())?;
    std::fs::write(format!("{out}.tsv"), dump(&model))?;
    for profile in &model.profiles {
        let multiples = profile
            .segments
            .iter()
            .filter(|s| s.truth.chars().count() > 1)
            .count();
        println!(
            "{}: {} segments, {multiples} of several letters",
            profile.name,
            profile.segments.len()
        );
    }
    for folder in dev_folders {
        let pages = read_pages(Path::new(folder), "vie", 1.0)?;
        for profile in &model.profiles {
            let own: Vec<&Page> = pages
                .iter()
                .filter(|p| p.profile == *profile.name)
                .collect();
            if !own.is_empty() {
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
    }
    Ok(())
}
