//! `vidau review`: a page for a person to decide on changes.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::args::{Language, ReviewArgs};
use crate::engine::Engine;
use crate::output::{self, shown};
use crate::page::{PageOptions, restore_bytes};
use crate::review::{Image, Images, Review, html};
use crate::{Outcome, atomic, input, signals};

pub(crate) fn run(args: &ReviewArgs) -> anyhow::Result<Outcome> {
    let real = |p: &Path| std::fs::canonicalize(p).unwrap_or_else(|_| p.to_owned());
    let target = real(&args.output);
    for path in args.files.iter().chain(&args.image) {
        ensure!(
            real(path) != target,
            "{}: is an input; give -o another file",
            args.output.display()
        );
    }
    let engine = Engine::open(&args.engine, &args.files)?;
    let mut worker = engine.restorer.worker();
    let lang = args.lang.map(Language::code);
    let mut review = Review::new(&engine.model_id()?, lang);
    let mut wanted = Images::new(&args.image);
    let mut images = Vec::new();
    let (mut failed, mut places) = (0, 0);
    let options = PageOptions {
        format: args.format.map(Into::into),
        ..PageOptions::default()
    };
    for path in &args.files {
        let restored = input::read(path)
            .and_then(|bytes| restore_bytes(&mut worker, &shown(path), bytes, &options));
        let added = restored.and_then(|page| {
            places += page.findings.changes.len();
            review.add(&page)
        });
        let pages = match added {
            Ok(pages) => pages,
            Err(error) => {
                failed += 1;
                output::message(&format!("{error:#}"));
                continue;
            }
        };
        let count = pages.len();
        for (i, page) in pages.enumerate() {
            if let Some(image) = wanted.next(path, i + 1, count) {
                images.push(Image::read(&image)?);
                review.set_image(page, images.len() - 1);
            }
        }
    }
    if failed == args.files.len() {
        return Ok(Outcome::Failed);
    }
    if wanted.left() > 0 && failed == 0 {
        output::message(&format!(
            "images that no page is left for: {}",
            wanted.left()
        ));
    }
    let page = html(&review, &images)?;
    let _guard = signals::writing();
    atomic::write(&args.output, page.as_bytes()).context("the review page")?;
    if !args.quiet {
        let (target, size) = (args.output.display(), page.len() / 1024);
        output::message(&format!(
            "{target}: changes: {places}, images: {}, {size} KB; open it in a browser",
            images.len()
        ));
    }
    Ok(match failed {
        0 => Outcome::Done,
        _ => Outcome::PartlyFailed,
    })
}
