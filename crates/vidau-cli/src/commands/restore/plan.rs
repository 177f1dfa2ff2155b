//! What to read and where to write.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::args::RestoreArgs;
use crate::output::{self, shown};

/// Where the restored text goes.
pub(super) enum Sink {
    Stdout,
    File(PathBuf),
    /// The file that it came from.
    InPlace,
    Diff,
    Check,
}

/// What to read and where to write, checked before anything is done.
pub(super) struct Plan {
    pub(super) jobs: Vec<(PathBuf, Sink)>,
}

impl Plan {
    pub(super) fn new(args: &RestoreArgs) -> anyhow::Result<Self> {
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
