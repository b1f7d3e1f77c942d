//! The `ivs-token` command: mints, verifies and inspects Amazon IVS tokens, locally.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(ivs_token_cli::run(std::env::args_os().collect()))
}
