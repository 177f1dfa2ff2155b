//! `vidau restore`: text in, the same text restored out.

mod job;
mod plan;

use job::Job;
use plan::Plan;

use super::report::Report;
use crate::args::RestoreArgs;
use crate::engine::Engine;
use crate::output::{self, shown};
use crate::{Outcome, atomic, spool};

pub(crate) fn run(args: &RestoreArgs) -> anyhow::Result<Outcome> {
    let plan = Plan::new(args)?;
    let engine = Engine::open(&args.engine, &args.files)?;
    let mut worker = engine.restorer.worker();
    let model_id = match (&args.ledger, args.report) {
        (None, None) => String::new(),
        _ => engine.model_id()?,
    };
    let mut report = args.report.map(|_| Report::new(&model_id));
    let (mut failed, mut changed) = (0, 0);
    for (path, sink) in &plan.jobs {
        let job = Job {
            path,
            name: &shown(path),
            sink,
            args,
            model: &model_id,
        };
        match job.run(&mut worker, report.as_mut()) {
            Ok(is_changed) => changed += usize::from(is_changed),
            Err(error) if output::is_broken_pipe(&error) => return Err(error),
            Err(error) => {
                failed += 1;
                output::message(&format!("{error:#}"));
                if let Some(report) = &mut report {
                    report.add_failed(job.name, &error);
                }
            }
        }
    }
    if let Some(report) = &report {
        publish(report, args)?;
    }
    Ok(match failed {
        0 if changed > 0 && (args.check || args.diff) => Outcome::Found,
        0 => Outcome::Done,
        n if n == plan.jobs.len() => Outcome::Failed,
        _ => Outcome::PartlyFailed,
    })
}

/// Writes the report to its file or to stderr.
fn publish(report: &Report, args: &RestoreArgs) -> anyhow::Result<()> {
    let Some(format) = args.report else {
        return Ok(());
    };
    let folder = args.report_file.as_deref().and_then(atomic::folder_for);
    let text = spool::written(folder.as_deref(), |out| report.write(format, out))?;
    match &args.report_file {
        Some(file) => atomic::write_from(file, text),
        None => {
            output::report(text);
            Ok(())
        }
    }
}
