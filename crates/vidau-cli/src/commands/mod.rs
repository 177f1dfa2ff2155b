//! One file a command.

mod analyse;
mod apply;
mod diff;
mod eval;
mod jsonl;
mod measure;
mod model;
mod pairs;
mod report;
mod restore;
mod revert;
mod review;
mod table;
mod train;

use crate::Outcome;
use crate::args::Command;

pub(crate) fn run(command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Restore(args) => restore::run(&args),
        Command::Batch(args) => crate::batch::run(&args),
        Command::Jsonl(args) => jsonl::run(&args),
        Command::Apply(args) => apply::run(&args),
        Command::Revert(args) => revert::run(&args),
        Command::Review(args) => review::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Analyse(args) => analyse::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Model(args) => model::run(&args),
    }
}
