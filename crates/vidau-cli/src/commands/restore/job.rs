//! One input of `vidau restore`.

use std::io::{self, IsTerminal, Seek, Stdout, Write};
use std::path::Path;

use anyhow::Context;
use tempfile::SpooledTempFile;
use vidau::Worker;

use super::plan::Sink;
use crate::args::{ColorChoice, RestoreArgs};
use crate::commands::diff::Diff;
use crate::commands::report::{Done, Report};
use crate::ledger::{self, Draft};
use crate::page::{PageOptions, PageOutcome};
use crate::source::Source;
use crate::spool::spool;
use crate::{atomic, output, signals};

/// What is to be done.
pub(super) struct Job<'j> {
    pub(super) path: &'j Path,
    /// What messages call it.
    pub(super) name: &'j str,
    pub(super) sink: &'j Sink,
    pub(super) args: &'j RestoreArgs,
    pub(super) model: &'j str,
}

impl Job<'_> {
    /// Does it; returns whether anything was changed, or would have been.
    pub(super) fn run(
        &self,
        worker: &mut Worker<'_>,
        mut report: Option<&mut Report>,
    ) -> anyhow::Result<bool> {
        let options = PageOptions {
            format: self.args.format.format(),
            encoding: self.args.format.encoding(),
            reflow: self.args.reflow,
            record: self.args.format.record(),
            provenance: self.args.format.provenance,
            max_size: self.args.format.max_size()?,
            ..PageOptions::default()
        };
        let source = Source::open(self.path, &options)?;
        let is_on_record = report.is_some() || self.args.ledger.is_some();
        let input = if is_on_record {
            source.hash()
        } else {
            String::new()
        };
        let mut draft = self.draft(&source, &input)?;
        let mut made = Made::new(self);
        source.restore(worker, self.name, &options, &mut |start, page| {
            self.tell_encoding(page);
            made.take(page)?;
            if let Some(draft) = &mut draft {
                draft.take(start, page)?;
            }
            match &mut report {
                Some(report) => report.take(&page.findings),
                None => Ok(()),
            }
        })?;
        let is_changed = made.is_changed;
        let hash = made.hasher.finalize().to_hex();
        let draft = draft.filter(|_| is_changed);
        let ledger = draft.map(|draft| draft.finish(&hash)).transpose()?;
        // The record comes first: a change without one could not be undone.
        let record = || match self.args.ledger.as_ref().zip(ledger) {
            Some((file, ledger)) => atomic::append(file, ledger),
            None => Ok(()),
        };
        self.publish(made.text, is_changed, record)?;
        match report {
            Some(report) => report.add(self.name, Done { input, ..made.done }),
            None => self.summarise(&made.done),
        }
        Ok(is_changed)
    }

    fn tell_encoding(&self, page: &PageOutcome) {
        let encoding = page.input.encoding;
        if !encoding.is_unicode() && !self.args.quiet {
            let (name, encoding) = (self.name, encoding.name());
            output::message(&format!("{name}: read as {encoding}, written as UTF-8"));
        }
    }

    fn draft<'d>(&'d self, source: &Source, input: &'d str) -> io::Result<Option<Draft<'d>>> {
        if self.args.ledger.is_none() {
            return Ok(None);
        }
        let form = self.args.ledger_form;
        let draft = match source {
            Source::Whole(_) => Draft::of_page(form, self.model),
            Source::Long(..) => {
                let file = ledger::File::plain(self.name, input, self.model);
                Draft::of_parts(form, file)?
            }
        };
        Ok(Some(draft))
    }

    fn publish(
        &self,
        text: Text,
        is_changed: bool,
        record: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match (self.sink, text) {
            (Sink::Stdout, Text::Aside(mut text)) => {
                let guard = signals::writing();
                record()?;
                // A reader that does not read must not keep the program alive.
                drop(guard);
                text.rewind()?;
                output::copy(text)?;
            }
            (Sink::File(target), Text::Aside(mut text)) => {
                let _guard = signals::writing();
                record()?;
                if let Some(folder) = target.parent() {
                    std::fs::create_dir_all(folder)
                        .with_context(|| folder.display().to_string())?;
                }
                text.rewind()?;
                atomic::write_from(target, text)?;
            }
            (Sink::InPlace, Text::Aside(mut text)) if is_changed => {
                let _guard = signals::writing();
                atomic::check_writable(self.path)?;
                record()?;
                text.rewind()?;
                atomic::write_from(self.path, text)?;
            }
            (_, Text::Diff(diff)) => diff.finish()?,
            (Sink::Check, _) if is_changed => {
                output::result(format!("{}\n", self.name).as_bytes())?;
            }
            _ => {}
        }
        Ok(())
    }

    fn summarise(&self, done: &Done) {
        let is_file = matches!(self.sink, Sink::File(_) | Sink::InPlace);
        if is_file && !self.args.quiet {
            output::message(&format!(
                "{}: changes: {}, to check: {}",
                self.name, done.changes, done.flags
            ));
        }
    }
}

/// What has come of the input so far.
struct Made {
    text: Text,
    /// Of the text.
    hasher: blake3::Hasher,
    is_changed: bool,
    done: Done,
}

/// Where the text is until all of it is there.
enum Text {
    /// Written.
    Stdout,
    Aside(SpooledTempFile),
    Diff(Box<Diff<Stdout>>),
    Nowhere,
}

impl Made {
    fn new(job: &Job<'_>) -> Self {
        let args = job.args;
        let beside = |path: &Path| Text::Aside(spool(atomic::folder_for(path).as_deref()));
        let text = match job.sink {
            // Without a record, nothing has to come before it.
            Sink::Stdout if args.ledger.is_none() => Text::Stdout,
            Sink::Stdout => Text::Aside(spool(None)),
            Sink::File(target) => beside(target),
            Sink::InPlace => beside(job.path),
            Sink::Diff => {
                let diff = Diff::new(io::stdout(), job.name, wants_color(args.color));
                Text::Diff(Box::new(diff))
            }
            Sink::Check => Text::Nowhere,
        };
        Self {
            text,
            hasher: blake3::Hasher::new(),
            is_changed: false,
            done: Done::default(),
        }
    }

    fn take(&mut self, page: &PageOutcome) -> anyhow::Result<()> {
        self.is_changed |= page.is_changed;
        self.done.add(page);
        self.hasher.update(&page.output);
        match &mut self.text {
            Text::Stdout => output::result(&page.output)?,
            Text::Aside(text) => text.write_all(&page.output)?,
            Text::Diff(diff) => diff.push(page.input.whole(), &page.edits)?,
            Text::Nowhere => {}
        }
        Ok(())
    }
}

fn wants_color(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let is_off = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
            !is_off && std::io::stdout().is_terminal()
        }
    }
}
