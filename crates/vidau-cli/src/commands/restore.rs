//! `vidau restore`: text in, the same text restored out.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use vidau::Worker;

use super::diff::unified;
use super::report::Report;
use crate::Outcome;
use crate::args::{ColorChoice, RestoreArgs};
use crate::engine::Engine;
use crate::ledger;
use crate::output::{self, shown};
use crate::page::{PageOptions, PageOutcome, restore_bytes};
use crate::{atomic, input, signals};

pub(crate) fn run(args: &RestoreArgs) -> anyhow::Result<Outcome> {
    let plan = Plan::new(args)?;
    let engine = Engine::open(&args.engine, &args.files)?;
    let mut worker = engine.restorer.worker();
    let model_id = match (&args.ledger, args.report) {
        (None, None) => String::new(),
        _ => engine.model_id()?,
    };
    let mut report = Report::new(&model_id);
    let (mut failed, mut changed) = (0, 0);
    for (path, sink) in &plan.jobs {
        match restore(path, sink, args, &model_id, &mut worker) {
            Ok(done) => {
                changed += usize::from(done.is_changed);
                report.add(done);
            }
            Err(error) if output::is_broken_pipe(&error) => return Err(error),
            Err(error) => {
                failed += 1;
                output::message(&format!("{error:#}"));
                report.add_failed(&shown(path), &error);
            }
        }
    }
    if let Some(format) = args.report {
        let text = report.render(format)?;
        match &args.report_file {
            Some(file) => atomic::write(file, text.as_bytes())?,
            None => output::report(&text),
        }
    }
    Ok(match failed {
        0 if changed > 0 && (args.check || args.diff) => Outcome::Found,
        0 => Outcome::Done,
        n if n == plan.jobs.len() => Outcome::Failed,
        _ => Outcome::PartlyFailed,
    })
}

/// Where the restored text goes.
enum Sink {
    Stdout,
    File(PathBuf),
    /// The file that it came from.
    InPlace,
    Diff,
    Check,
}

/// What to read and where to write, checked before anything is done.
struct Plan {
    jobs: Vec<(PathBuf, Sink)>,
}

impl Plan {
    fn new(args: &RestoreArgs) -> anyhow::Result<Self> {
        let mut inputs = args.files.clone();
        if inputs.is_empty() {
            inputs.push(PathBuf::from("-"));
        }
        let is_stdin = |p: &PathBuf| p.as_os_str() == "-";
        ensure!(
            inputs.iter().filter(|p| is_stdin(p)).count() < 2,
            "stdin (-) can be read only once"
        );
        ensure!(
            !(args.write && inputs.iter().any(is_stdin)),
            "-w changes files in place; stdin cannot be, give files or leave out -w"
        );
        if inputs.iter().any(is_stdin) && std::io::stdin().is_terminal() && !args.quiet {
            output::message("reading from the terminal; end with Ctrl-D");
        }
        let jobs = inputs
            .into_iter()
            .map(|input| Ok((input.clone(), sink_of(&input, args)?)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let plan = Self { jobs };
        plan.check_targets(args)?;
        Ok(plan)
    }

    /// No file is written twice, and no input is written to unless asked for.
    fn check_targets(&self, args: &RestoreArgs) -> anyhow::Result<()> {
        let real = |p: &Path| std::fs::canonicalize(p).unwrap_or_else(|_| p.to_owned());
        let mut taken: BTreeMap<PathBuf, &str> = BTreeMap::new();
        for (input, _) in &self.jobs {
            let is_repeated = taken.insert(real(input), "is an input").is_some();
            ensure!(
                !(is_repeated && args.write),
                "{}: given twice, with -w each file once",
                input.display()
            );
        }
        let outputs = self.jobs.iter().filter_map(|(_, sink)| match sink {
            Sink::File(path) => Some(path),
            _ => None,
        });
        for path in outputs.chain(&args.ledger).chain(&args.report_file) {
            let target = real(path);
            // Devices may be written to by several.
            if target.exists() && !target.is_file() {
                continue;
            }
            match taken.insert(target, "is written to twice") {
                None => {}
                Some(why) => bail!(
                    "{}: {why}; name another file, or use -w to change files in place",
                    path.display()
                ),
            }
        }
        Ok(())
    }
}

fn sink_of(input: &Path, args: &RestoreArgs) -> anyhow::Result<Sink> {
    if args.write {
        return Ok(Sink::InPlace);
    }
    if args.diff {
        return Ok(Sink::Diff);
    }
    if args.check {
        return Ok(Sink::Check);
    }
    let Some(output) = &args.output else {
        return Ok(Sink::Stdout);
    };
    let names_folder = output.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    if !output.is_dir() && !names_folder {
        ensure!(
            args.files.len() <= 1,
            "{}: several inputs need a folder; end its name with a slash to have it made",
            output.display()
        );
        return Ok(Sink::File(output.clone()));
    }
    let name = input.file_name().filter(|_| input.as_os_str() != "-");
    let name = name.with_context(|| {
        format!(
            "{}: {} has no file name to be written under, give -o a file",
            output.display(),
            shown(input)
        )
    })?;
    Ok(Sink::File(output.join(name)))
}

fn restore(
    path: &Path,
    sink: &Sink,
    args: &RestoreArgs,
    model: &str,
    worker: &mut Worker<'_>,
) -> anyhow::Result<PageOutcome> {
    let options = PageOptions {
        format: args.format.format(),
        encoding: args.format.encoding(),
        reflow: args.reflow,
        record: args.format.record(),
        max_size: args.format.max_size()?,
        ..PageOptions::default()
    };
    let page = restore_bytes(worker, &shown(path), input::read(path)?, &options)?;
    let encoding = page.input.encoding;
    if !encoding.is_unicode() && !args.quiet {
        let (name, encoding) = (&page.input.name, encoding.name());
        output::message(&format!("{name}: read as {encoding}, written as UTF-8"));
    }
    let entries = match args.ledger {
        Some(_) => ledger::entries(&page, args.ledger_form, model)?,
        None => String::new(),
    };

    // The record comes first: a change without one could not be undone.
    let record = || match args.ledger.as_ref().filter(|_| page.is_changed) {
        Some(file) => atomic::append(file, entries.as_bytes()),
        None => Ok(()),
    };
    match sink {
        Sink::Stdout => {
            let guard = signals::writing();
            record()?;
            // A reader that does not read must not keep the program alive.
            drop(guard);
            output::result(&page.output)?;
        }
        Sink::File(target) => {
            let _guard = signals::writing();
            record()?;
            if let Some(folder) = target.parent() {
                std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            }
            atomic::write(target, &page.output)?;
            summarise(args, &page);
        }
        Sink::InPlace => {
            let _guard = signals::writing();
            if page.is_changed {
                atomic::check_writable(path)?;
                record()?;
                atomic::write(path, &page.output)?;
            }
            summarise(args, &page);
        }
        Sink::Diff => {
            let diff = unified(
                &page.input.name,
                page.input.whole(),
                &page.edits,
                wants_color(args.color),
            );
            output::result(diff.as_bytes())?;
        }
        Sink::Check => {
            if page.is_changed {
                output::result(format!("{}\n", page.input.name).as_bytes())?;
            }
        }
    }
    Ok(page)
}

fn summarise(args: &RestoreArgs, page: &PageOutcome) {
    if !args.quiet && args.report.is_none() {
        let (changes, flags) = (page.findings.changes.len(), page.findings.flags.len());
        output::message(&format!(
            "{}: changes: {changes}, to check: {flags}",
            page.input.name
        ));
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
