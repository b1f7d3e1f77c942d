//! The `ivs-token` command as a library: for our own programs that are this command, and for nobody else. What it offers may
//! change with any version.
//!
//! ```no_run
//! let arguments = ["ivs-token", "inspect", "token.txt"].map(Into::into).to_vec();
//! std::process::exit(ivs_token_cli::run(arguments).into());
//! ```
// Many of them are help texts, which are printed as they stand.
#![allow(clippy::doc_markdown)]

mod args;
mod cli;
mod commands;
mod exit;
mod failure;
mod input;
mod key_ring;
mod keys;
mod minted;
mod output;
mod rows;
mod secret;
mod signers;
mod target;
mod values;

use std::ffi::OsString;

/// Does what the command line says, the name of the program first, and gives the exit code: 0 done, 1 refused or failed, 2
/// misuse. Reads standard input and writes standard output and standard error.
#[must_use]
pub fn run(command_line: Vec<OsString>) -> u8 {
    match cli::parse(command_line) {
        Ok(cli) => exit::code(commands::run(&cli), cli.json),
        Err(code) => code,
    }
}
