//! The `ivs-token` command as a library: for our own programs that are this command, and for nobody else. What it offers may
//! change with any version.
//!
//! ```
//! let ivs_token = |line: &str| ivs_token_cli::run(line.split_whitespace().map(Into::into).collect());
//!
//! # let folder = std::env::temp_dir().join(format!("ivs-token-cli-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # std::env::set_current_dir(&folder)?;
//! assert_eq!(ivs_token("ivs-token key generate --out private.pem --public-out public.pem"), 0);
//! assert_eq!(ivs_token("ivs-token key inspect public.pem"), 0);
//!
//! // A token that is none, and a flag that is none: refused is 1, misuse is 2.
//! std::fs::write("token.txt", "nonsense")?;
//! assert_eq!(ivs_token("ivs-token inspect token.txt"), 1);
//! assert_eq!(ivs_token("ivs-token inspect --nonsense"), 2);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), std::io::Error>(())
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
