//! `vidau restore`: text in, the same text restored out.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use vidau::{Document, Worker};

use super::diff::unified;
use super::report::Report;
use crate::Outcome;
use crate::args::{ColorChoice, RestoreArgs};
use crate::engine::Engine;
use crate::input::Input;
use crate::ledger::{self, Findings};
use crate::output::{self, shown};
use crate::{atomic, signals};

pub(crate) fn run(args: &RestoreArgs) -> anyhow::Result<Outcome> {
    let plan = Plan::new(args)?;
    let engine = Engine::open(args.model.as_deref())?;
    let mut worker = engine.restorer.worker();
    let mut report = Report::new(&engine.model_id);
    let (mut failed, mut changed) = (0, 0);
    for (path, sink) in &plan.jobs {
        match restore(path, sink, args, &engine.model_id, &mut worker) {
            Ok(done) => {
                changed += usize::from(done.is_changed);
                report.add(&done.input.name, done.input.bytes(), done.findings);
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
            None => eprint!("{text}"),
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

/// A restored input.
struct Done {
    input: Input,
    findings: Findings,
    is_changed: bool,
}

fn restore(
    path: &Path,
    sink: &Sink,
    args: &RestoreArgs,
    model: &str,
    worker: &mut Worker<'_>,
) -> anyhow::Result<Done> {
    let input = Input::read(path)?;
    let document = Document::from_text(input.text());
    let restored = worker.restore(&document);
    let lines = |text: &str| text.bytes().filter(|&b| b == b'\n').count();
    ensure!(
        lines(restored.text()) == lines(input.text()),
        "{}: the number of lines has changed; not written, please report this",
        input.name
    );
    let text = input.bom().to_owned() + restored.text();
    let findings = Findings::of(&input, &restored);
    let is_changed = text.as_bytes() != input.bytes();
    let entries = match args.ledger {
        Some(_) => ledger::entries(&input, &text, &findings.changes, model)?,
        None => String::new(),
    };

    let _uninterrupted = signals::writing();
    // The record comes first: a change without one could not be undone.
    if let Some(file) = args.ledger.as_ref().filter(|_| is_changed) {
        atomic::append(file, entries.as_bytes())?;
    }
    match sink {
        Sink::Stdout => {
            drop(_uninterrupted);
            output::result(text.as_bytes())?;
        }
        Sink::File(target) => {
            if let Some(folder) = target.parent() {
                std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            }
            atomic::write(target, text.as_bytes())?;
            summarise(args, &input.name, &findings);
        }
        Sink::InPlace => {
            if is_changed {
                atomic::write(path, text.as_bytes())?;
            }
            summarise(args, &input.name, &findings);
        }
        Sink::Diff => {
            let before = input.bom().to_owned() + input.text();
            let diff = unified(&input.name, &before, &text, wants_color(args.color));
            output::result(diff.as_bytes())?;
        }
        Sink::Check => {
            if is_changed {
                output::result(format!("{}\n", input.name).as_bytes())?;
            }
        }
    }
    Ok(Done {
        input,
        findings,
        is_changed,
    })
}

fn summarise(args: &RestoreArgs, name: &str, findings: &Findings) {
    if !args.quiet && args.report.is_none() {
        let (changes, flags) = (findings.changes.len(), findings.flags.len());
        output::message(&format!(
            "{name}: {changes} changes, {flags} places to check"
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
