//! The one thread that writes the journal and tells how it goes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::compare::Earlier;
use super::html;
use super::job::Shop;
use super::journal::{Ending, Event, Journal, Name, Record, Status};
use super::progress::Progress;
use super::report::{Builder, LeftAlone};
use super::store::Store;
use super::{REPORT_HTML, REPORT_JSON};
use crate::{Outcome, signals};

/// Files recorded at once: each time costs a sync.
const GROUP: usize = 256;

/// What the other threads have to tell.
pub(crate) enum News {
    /// A file is restored and has its name, or it has failed.
    Made(Box<Record>),
    Kept {
        path: PathBuf,
        is_failed: bool,
    },
    Companion(PathBuf),
    Link(PathBuf),
    /// Nothing can be done any more.
    Stopped(anyhow::Error),
}

/// Files of this run so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) done: u64,
    pub(crate) kept: u64,
    /// Of both this run and, where they were not tried again, earlier ones.
    pub(crate) failed: u64,
}

impl Counts {
    pub(crate) fn all(&self) -> u64 {
        self.done + self.kept + self.failed
    }
}

pub(crate) struct Recorder<'a> {
    store: &'a Store,
    journal: &'a Mutex<Journal>,
    shop: &'a Shop<'a>,
    progress: Progress<'a>,
    counts: Counts,
    left_alone: LeftAlone,
    fatal: Option<anyhow::Error>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(
        store: &'a Store,
        journal: &'a Mutex<Journal>,
        shop: &'a Shop<'a>,
        progress: Progress<'a>,
    ) -> Self {
        Self {
            store,
            journal,
            shop,
            progress,
            counts: Counts::default(),
            left_alone: LeftAlone::default(),
            fatal: None,
        }
    }

    fn journal(&self) -> MutexGuard<'a, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&mut self) -> anyhow::Result<()> {
        let start = Event::Start {
            time: now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: self.shop.model.clone(),
            config: self.shop.rules.config.clone(),
        };
        self.journal().append(&[start])?;
        self.progress.begin()
    }

    /// Takes what the others tell until they have ended.
    pub(crate) fn run(&mut self, news: &Receiver<News>, stop: &AtomicBool) {
        loop {
            let first = match news.recv_timeout(Duration::from_millis(100)) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if signals::received().is_some() {
                stop.store(true, Ordering::Relaxed);
            }
            let group: Vec<News> = first
                .into_iter()
                .chain(news.try_iter().take(GROUP))
                .collect();
            let result = self.take(group);
            let told = self.progress.tick(&self.counts);
            if let Err(error) = result.and(told) {
                stop.store(true, Ordering::Relaxed);
                self.fatal.get_or_insert(error);
            }
        }
    }

    fn take(&mut self, group: Vec<News>) -> anyhow::Result<()> {
        let mut result = Ok(());
        let mut events = Vec::new();
        for news in group {
            match news {
                News::Made(record) => events.push(Event::File(record)),
                News::Kept { path, is_failed } => {
                    let name = Name::of(&path);
                    self.journal().keep(&name);
                    self.counts.kept += u64::from(!is_failed);
                    self.counts.failed += u64::from(is_failed);
                    let what = if is_failed { "failed-before" } else { "kept" };
                    self.progress.file(&name, what, None)?;
                }
                News::Companion(path) => {
                    self.left_alone.companion(&path);
                    self.progress.file(&Name::of(&path), "companion", None)?;
                }
                News::Link(path) => {
                    self.left_alone.link(&path);
                    self.progress.file(&Name::of(&path), "link", None)?;
                }
                News::Stopped(error) => result = Err(error),
            }
        }
        // What was done is recorded even if nothing more can be.
        self.record(events).and(result)
    }

    fn record(&mut self, events: Vec<Event>) -> anyhow::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        self.journal().append(&events)?;
        for event in events {
            let Event::File(record) = event else {
                continue;
            };
            if record.status == Status::Done {
                self.counts.done += 1;
                self.progress.file(&record.name, "done", None)?;
            } else {
                self.counts.failed += 1;
                let error = record.error.as_deref();
                self.progress.file(&record.name, "failed", error)?;
            }
        }
        Ok(())
    }

    /// Closes the run's account.
    pub(crate) fn end(mut self, earlier: Option<Earlier>) -> anyhow::Result<Outcome> {
        let signal = signals::received();
        let outcome = match (&self.fatal, signal) {
            (Some(_), _) => Ending::Stopped,
            (None, Some(_)) => Ending::Interrupted,
            (None, None) => Ending::Complete,
        };
        let end = Event::End {
            time: now(),
            outcome,
            done: self.counts.done,
            failed: self.counts.failed,
            kept: self.counts.kept,
        };
        let ended = self.journal().append(&[end]);
        self.progress.end(&self.counts, &self.left_alone, outcome)?;
        if let Some(error) = self.fatal {
            return Err(error.context("stopped; what is done stays, run again to go on"));
        }
        ended?;
        if outcome == Ending::Complete {
            self.report(earlier)?;
        }
        Ok(match signal {
            Some(signal) => Outcome::Signalled(signal),
            None if self.counts.failed > 0 => Outcome::PartlyFailed,
            None => Outcome::Done,
        })
    }

    fn report(&mut self, mut earlier: Option<Earlier>) -> anyhow::Result<()> {
        let mut builder = Builder::new();
        self.journal().for_each_met(|record| {
            if let Some(earlier) = &mut earlier {
                earlier.compare(&record, self.store.outputs());
            }
            builder.add(record);
        })?;
        let report = builder.finish(
            &self.shop.model,
            &self.shop.rules.config,
            std::mem::take(&mut self.left_alone),
            earlier.map(Earlier::finish),
        );
        let json = serde_json::to_string_pretty(&report)? + "\n";
        let page = html::page(&report);
        for (name, text) in [(REPORT_JSON, json), (REPORT_HTML, page)] {
            let written = self.store.put(Path::new(name), text.as_bytes());
            written.with_context(|| format!("{name}: not written"))?;
        }
        Ok(())
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |d| d.as_secs())
}
