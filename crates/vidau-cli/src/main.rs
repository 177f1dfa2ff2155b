//! The `vidau` command.

mod args;
mod atomic;
mod batch;
mod commands;
mod config;
mod engine;
mod input;
mod ledger;
mod limit;
mod output;
mod page;
mod parts;
mod reflow;
mod review;
mod signals;
mod size;
mod source;
mod spool;

use std::process::ExitCode;

use clap::Parser;

/// How a run ended; see `vidau --help` for the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    /// `--check` or `--diff` found changes, or a threshold was exceeded.
    Found,
    Failed,
    /// Some of several inputs failed.
    PartlyFailed,
    /// Ended early by this signal.
    Signalled(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Found => 1,
            Outcome::Failed => 2,
            Outcome::PartlyFailed => 3,
            Outcome::Signalled(signal) => 128 + signal,
        })
    }
}

fn main() -> ExitCode {
    signals::exit_between_writes();
    let outcome = commands::run(args::Args::parse().command);
    outcome
        .unwrap_or_else(|error| {
            // The reader of a pipe has seen enough: that is no failure.
            if output::is_broken_pipe(&error) {
                return Outcome::Done;
            }
            output::message(&format!("{error:#}"));
            Outcome::Failed
        })
        .into()
}
