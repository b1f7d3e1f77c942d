//! The `ivs-token` command: mints, verifies and inspects Amazon IVS tokens, locally.
// Many of them are help texts, which are printed as they stand.
#![allow(clippy::doc_markdown)]

mod args;
mod cli;
mod commands;
mod exit;
mod input;
mod key_ring;
mod keys;
mod output;
mod rows;
mod target;
mod values;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse() {
        Ok(cli) => exit::code(commands::run(&cli), cli.json),
        Err(code) => code,
    }
}
