//! How it goes: a line that is written over on a terminal, now and then a
//! line elsewhere, or JSON for programs.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::journal::{Ending, Name};
use super::recorder::Counts;
use super::report::LeftAlone;
use crate::args::BatchArgs;
use crate::output::{self, thousands};

/// Name and version of the events' layout.
const SCHEMA: &str = "vidau.batch-event/1";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Terminal,
    Lines,
    Silent,
}

pub(crate) struct Progress<'a> {
    style: Style,
    is_json: bool,
    /// Files there are; 0 until they are counted.
    total: &'a AtomicU64,
    started: Instant,
    pace: Pace,
    shown: Instant,
    is_line_open: bool,
}

#[derive(Serialize)]
struct EventLine<'a, E> {
    schema: &'static str,
    event: &'static str,
    #[serde(flatten)]
    rest: &'a E,
}

#[derive(Serialize)]
struct FileEvent<'a> {
    #[serde(flatten)]
    name: &'a Name,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct CountsEvent {
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Ending>,
    done: u64,
    kept: u64,
    failed: u64,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(args: &BatchArgs, total: &'a AtomicU64) -> Self {
        let style = match args.quiet {
            true => Style::Silent,
            false if args.json => Style::Silent,
            false if io::stderr().is_terminal() => Style::Terminal,
            false => Style::Lines,
        };
        Self {
            style,
            is_json: args.json,
            total,
            started: Instant::now(),
            pace: Pace::default(),
            shown: Instant::now(),
            is_line_open: false,
        }
    }

    pub(crate) fn begin(&mut self) -> anyhow::Result<()> {
        self.event("start", &serde_json::Map::new())
    }

    /// A file has been dealt with.
    pub(crate) fn file(
        &mut self,
        name: &Name,
        status: &'static str,
        error: Option<&str>,
    ) -> anyhow::Result<()> {
        if let Some(error) = error {
            self.message(&format!("{}: {error}", name.path));
        }
        self.event(
            "file",
            &FileEvent {
                name,
                status,
                error,
            },
        )
    }

    /// Shows how far it is, when it is time to.
    pub(crate) fn tick(&mut self, counts: &Counts) -> anyhow::Result<()> {
        let pause = match self.style {
            Style::Terminal => Duration::from_millis(200),
            Style::Lines | Style::Silent => Duration::from_secs(10),
        };
        if self.shown.elapsed() < pause {
            return Ok(());
        }
        self.shown = Instant::now();
        let rate = self.pace.note(self.started.elapsed(), counts.all());
        let line = state(counts, self.total.load(Ordering::Relaxed), rate);
        match self.style {
            Style::Silent => {}
            Style::Lines => output::message(&line),
            Style::Terminal => {
                self.is_line_open = true;
                // Cut off by the terminal rather than broken: one line is cleared.
                output::report(format!("\r\x1b[K{line}").as_bytes());
            }
        }
        self.event("progress", &of(counts, None))
    }

    pub(crate) fn end(
        &mut self,
        counts: &Counts,
        left: &LeftAlone,
        outcome: Ending,
    ) -> anyhow::Result<()> {
        if self.style != Style::Silent {
            let mut line = format!(
                "restored: {}, kept: {}, failed: {}",
                thousands(counts.done),
                thousands(counts.kept),
                thousands(counts.failed)
            );
            for (n, what) in [
                (left.files, "other files left alone"),
                (left.links, "links not followed (--follow)"),
            ] {
                if n > 0 {
                    line += &format!(", {what}: {}", thousands(n));
                }
            }
            if outcome == Ending::Interrupted {
                line += "; interrupted, run again to go on";
            }
            self.message(&line);
        }
        self.event("end", &of(counts, Some(outcome)))
    }

    fn message(&mut self, line: &str) {
        if self.is_line_open {
            output::report(&b"\r\x1b[K"[..]);
            self.is_line_open = false;
        }
        output::message(line);
    }

    fn event(&self, event: &'static str, rest: &impl Serialize) -> anyhow::Result<()> {
        if !self.is_json {
            return Ok(());
        }
        let line = EventLine {
            schema: SCHEMA,
            event,
            rest,
        };
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(())
    }
}

fn of(counts: &Counts, outcome: Option<Ending>) -> CountsEvent {
    CountsEvent {
        outcome,
        done: counts.done,
        kept: counts.kept,
        failed: counts.failed,
    }
}

/// As far back as the pace is measured, or to the last file.
const LATELY: Duration = Duration::from_secs(60);

/// Files a second of late: what an earlier run has done goes by at once, and
/// says nothing of the time that the others take.
#[derive(Default)]
struct Pace {
    /// Files so far at some times.
    past: VecDeque<(Duration, u64)>,
}

impl Pace {
    fn note(&mut self, now: Duration, files: u64) -> f64 {
        if self.past.back().is_none_or(|last| last.1 < files) {
            self.past.push_back((now, files));
        }
        while let Some(second) = self.past.get(1)
            && second.0 + LATELY < now
            && second.1 < files
        {
            self.past.pop_front();
        }
        let (since, before) = match self.past.front() {
            Some(&first) if first.0 < now => first,
            _ => (Duration::ZERO, 0),
        };
        (files - before) as f64 / (now - since).as_secs_f64().max(0.001)
    }
}

fn state(counts: &Counts, total: u64, rate: f64) -> String {
    let files = counts.all();
    let digits = usize::from(rate < 10.0);
    let mut line = thousands(files);
    if total > 0 {
        line += &format!(" of {}", thousands(total.max(files)));
    }
    line += &format!(" files, {rate:.digits$} a second");
    if total > 0 && rate > 0.0 {
        let left = total.saturating_sub(files) as f64 / rate;
        line += &format!(", {} left", duration(left));
    }
    line
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 90.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s if s < 48.0 * 3600.0 => format!("{:.0} h", s / 3600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left() {
        let counts = Counts {
            done: 900,
            kept: 90,
            failed: 10,
        };
        assert_eq!(state(&counts, 0, 100.0), "1,000 files, 100 a second");
        assert_eq!(
            state(&counts, 31_000, 100.0),
            "1,000 of 31,000 files, 100 a second, 5 min left"
        );
        assert_eq!(
            state(&counts, 1_010, 0.25),
            "1,000 of 1,010 files, 0.2 a second, 40 s left"
        );
        let none = Counts::default();
        assert_eq!(state(&none, 7, 0.0), "0 of 7 files, 0.0 a second");
    }

    #[test]
    fn the_pace_is_that_of_late() {
        let at = Duration::from_secs;
        let mut pace = Pace::default();
        assert_eq!(pace.note(at(0), 0), 0.0);
        assert_eq!(pace.note(at(10), 100_000), 10_000.0, "done earlier");
        for second in 11..200 {
            pace.note(at(second), 100_000 + 5 * (second - 10));
        }
        assert_eq!(pace.note(at(200), 100_950), 5.0);
        // One that takes long: as long as nothing else is known.
        let slow = pace.note(at(1200), 100_950);
        assert!(slow > 0.0 && slow < 5.0, "{slow}");
        assert_eq!(pace.note(at(1300), 100_951), 1.0 / 1100.0);
    }
}
