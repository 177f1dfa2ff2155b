//! The contract of the command line, tested on the program itself.

mod batch;
mod eval;
mod formats;
mod jsonl;
mod model;
mod restore;
mod support;
mod train;
