//! `vidau batch`: a folder tree, restored by several threads into another
//! one. What is done is on record, so that a run can end at any moment and the
//! next goes on.

mod compare;
mod html;
mod job;
mod journal;
mod progress;
mod recorder;
mod report;
pub(crate) mod stats;
mod store;
mod walk;
pub(crate) mod whole;
mod written;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use crossbeam_channel::{Receiver, Sender, bounded};
use vidau::formats::{Encoding, Format};

use self::compare::Earlier;
use self::job::{Rules, Shop, Verdict};
use self::journal::{Journal, Name, Record};
use self::progress::Progress;
use self::recorder::{News, Recorder};
use self::store::Store;
use self::walk::{Found, Walk};
use self::written::Written;
use crate::Outcome;
use crate::args::BatchArgs;
use crate::engine::Engine;
use crate::page::PageOptions;
use crate::{output, signals};

/// What stands beside the outputs under a name of its own.
const REPORT_JSON: &str = "report.json";
const REPORT_HTML: &str = "report.html";

pub(crate) fn run(args: &BatchArgs) -> anyhow::Result<Outcome> {
    let walk = Walk::new(args)?;
    let engine = Engine::open(&args.engine, &[&args.input])?;
    let model = engine.model_id()?;
    let rules = Rules {
        config: config(args, &model, &engine.settings),
        force: args.force,
        retry_failed: args.retry_failed,
        max_size: args.format.max_size()? as u64,
        timeout: Duration::from_secs(args.timeout),
        review_below: args.review,
        options: PageOptions {
            format: args.format.format(),
            encoding: args.format.encoding(),
            record: args.format.record(),
            provenance: args.format.provenance,
            max_size: args.format.max_size()?,
            ..PageOptions::default()
        },
    };
    let input = Dir::open_ambient_dir(walk.root(), ambient_authority())
        .with_context(|| args.input.display().to_string())?;
    if args.dry_run {
        return dry_run(args, &walk, &input, &rules);
    }
    signals::note_the_first();
    let earlier = args.compare.as_deref().map(Earlier::open).transpose()?;
    let store = Store::open(&args.output)?;
    let journal = Mutex::new(Journal::open(store.own())?);
    let stop = Arc::new(AtomicBool::new(false));
    let shop = Shop {
        restorer: &engine.restorer,
        input,
        store: &store,
        model,
        rules,
        large: Mutex::new(()),
        stop: Arc::clone(&stop),
    };
    let threads = match args.jobs {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let total = AtomicU64::new(0);
    let progress = Progress::new(args, &total);
    let mut recorder = Recorder::new(&store, &journal, &shop, progress);
    recorder.begin()?;
    thread::scope(|scope| {
        let (jobs, jobs_taken) = bounded(4 * threads);
        let (ready, ready_taken) = bounded(NAMERS);
        let (news, news_taken) = bounded(64 + 4 * threads);
        let walk = &walk;
        if !args.quiet {
            let total = &total;
            let stop = &stop;
            scope.spawn(move || count(walk, total, stop));
        }
        let walk_news = news.clone();
        let shop = &shop;
        scope.spawn(move || find(walk, shop, &jobs, &walk_news));
        for _ in 0..threads {
            let (jobs, ready, news) = (jobs_taken.clone(), ready.clone(), news.clone());
            let journal = &journal;
            scope.spawn(move || work(shop, journal, &jobs, &ready, &news));
        }
        for _ in 0..NAMERS {
            let (ready, news) = (ready_taken.clone(), news.clone());
            scope.spawn(move || give_names(&ready, &news));
        }
        // Their ends are noticed only when nobody else holds the others.
        drop((news, jobs_taken, ready, ready_taken));
        recorder.run(&news_taken, &stop);
    });
    recorder.end(earlier)
}

/// Threads that only wait for the disk. File systems sync what several ask
/// for in one go, so that many wait hardly longer than one.
const NAMERS: usize = 16;

/// A restored file without its name.
struct Ready<'s> {
    path: PathBuf,
    record: Box<Record>,
    written: Box<Written<'s>>,
}

/// What the outputs depend on, besides the inputs.
fn config(args: &BatchArgs, model: &str, settings: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let format = args.format.format().map_or("detected", Format::name);
    let record = args.format.record().name();
    let encoding = args.format.encoding().map_or("detected", Encoding::name);
    let mut text = format!(
        "{version} {model} settings {settings} format {format} record {record} encoding {encoding}"
    );
    if args.format.provenance {
        text += " provenance";
    }
    if let Some(below) = args.review {
        text += &format!(" review {below}");
    }
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// Walks the folder and hands out the files.
fn find(walk: &Walk, shop: &Shop<'_>, jobs: &Sender<Found>, news: &Sender<News>) {
    let mut visit = |found: Found| {
        let is_sent = match found {
            Found::File { .. } => jobs.send(found).is_ok(),
            Found::Refused { path, reason } => {
                let record = job::refused(&path, &reason, &shop.rules.config);
                news.send(News::Made(record)).is_ok()
            }
            Found::Companion(path) => news.send(News::Companion(path)).is_ok(),
            Found::Link(path) => news.send(News::Link(path)).is_ok(),
        };
        is_sent && !shop.stop.load(Ordering::Relaxed)
    };
    if let Err(error) = walk.run(&mut visit) {
        let _ = news.send(News::Stopped(error));
    }
}

/// Counts the files ahead of the walk, so that the time left can be told.
fn count(walk: &Walk, total: &AtomicU64, stop: &AtomicBool) {
    let mut files = 0;
    let mut visit = |found: Found| {
        files += u64::from(matches!(found, Found::File { .. }));
        !stop.load(Ordering::Relaxed)
    };
    // What goes wrong here goes wrong in the walk itself, too, and is told there.
    if walk.run(&mut visit).is_ok() {
        total.store(files, Ordering::Relaxed);
    }
}

/// Does files until there are no more.
fn work<'s>(
    shop: &'s Shop<'s>,
    journal: &Mutex<Journal>,
    jobs: &Receiver<Found>,
    ready: &Sender<Ready<'s>>,
    news: &Sender<News>,
) {
    let mut worker = shop.restorer.worker();
    for found in jobs {
        if shop.stop.load(Ordering::Relaxed) {
            return;
        }
        let Found::File { path, target } = found else {
            continue;
        };
        let past = {
            let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.index().get(&Name::of(&path))
        };
        let is_sent = match job::process(shop, &mut worker, &path, &target, past) {
            Ok(Verdict::Ready(record, written)) => {
                let done = Ready {
                    path,
                    record,
                    written,
                };
                ready.send(done).is_ok()
            }
            Ok(Verdict::Failed(record)) => news.send(News::Made(record)).is_ok(),
            Ok(Verdict::Kept { is_failed }) => news.send(News::Kept { path, is_failed }).is_ok(),
            Ok(Verdict::Companion) => news.send(News::Companion(path)).is_ok(),
            Ok(Verdict::Dropped) => true,
            Err(error) => news.send(News::Stopped(error)).is_ok(),
        };
        if !is_sent {
            return;
        }
    }
}

/// Gives restored files their names until there are no more.
fn give_names(ready: &Receiver<Ready<'_>>, news: &Sender<News>) {
    for done in ready {
        let told = match job::name(done.record, *done.written, &done.path) {
            Ok(record) => News::Made(record),
            Err(error) => News::Stopped(error),
        };
        if news.send(told).is_err() {
            return;
        }
    }
}

/// What would be done, a line a file, to stdout.
fn dry_run(args: &BatchArgs, walk: &Walk, input: &Dir, rules: &Rules) -> anyhow::Result<Outcome> {
    let journal = args.output.join(store::FOLDER).join(journal::NAME);
    let index = match std::fs::File::open(&journal) {
        Ok(file) => journal::Index::read(&file)?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => journal::Index::default(),
        Err(e) => return Err(e).with_context(|| journal.display().to_string()),
    };
    let mut failed = 0;
    let mut result = Ok(());
    walk.run(&mut |found| {
        let line = match found {
            Found::File { path, target } => {
                match would_do(args, input, rules, &index, &path, &target) {
                    Ok(what) => {
                        failed += u64::from(what == FAILED_BEFORE);
                        format!("{what}\t{}\n", path.display())
                    }
                    Err(job::Failure::Companion) => format!("leave\t{}\n", path.display()),
                    Err(job::Failure::File(e) | job::Failure::Output(e)) => {
                        failed += 1;
                        format!("fail\t{}\t{e:#}\n", path.display())
                    }
                    Err(job::Failure::Stopped) => return false,
                }
            }
            Found::Refused { path, reason } => {
                failed += 1;
                format!("fail\t{}\t{reason}\n", path.display())
            }
            Found::Companion(path) | Found::Link(path) => format!("leave\t{}\n", path.display()),
        };
        result = output::result(line.as_bytes());
        result.is_ok()
    })?;
    result?;
    Ok(if failed > 0 {
        Outcome::PartlyFailed
    } else {
        Outcome::Done
    })
}

fn would_do(
    args: &BatchArgs,
    input: &Dir,
    rules: &Rules,
    index: &journal::Index,
    path: &Path,
    target: &Path,
) -> Result<&'static str, job::Failure> {
    let file = job::examine(input, path, target, rules)?.file;
    let past = index.get(&Name::of(path));
    if past.is_none() {
        return Ok("restore");
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    let output = std::fs::symlink_metadata(args.output.join(path)).ok();
    let size = output.filter(std::fs::Metadata::is_file).map(|m| m.len());
    if !rules.keeps(past, &hasher.finalize(), size) {
        return Ok("restore");
    }
    let is_failed = past.is_some_and(|p| p.status == journal::Status::Failed);
    Ok(if is_failed { FAILED_BEFORE } else { "keep" })
}

const FAILED_BEFORE: &str = "failed-before";
