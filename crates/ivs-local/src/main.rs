//! The command `ivs-local`.

use std::process::ExitCode;

use clap::Parser;
use ivs_local::program::Options;

fn main() -> ExitCode {
    Options::parse().run()
}
