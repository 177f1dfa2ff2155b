//! The contract of the command line, tested on the program itself.

mod analyse;
mod batch;
mod config;
mod encoding;
mod eval;
mod formats;
mod jsonl;
mod model;
mod reflow;
mod restore;
mod review;
mod support;
mod train;
