//! One file a subcommand.

pub(crate) mod assemble;
mod batch;
pub(crate) mod bench;
pub(crate) mod completions;
mod connection;
pub(crate) mod demo;
pub(crate) mod exchange;
pub(crate) mod inspect;
pub(crate) mod key;
pub(crate) mod mint;
mod playback;
#[cfg(feature = "local")]
mod serve;
pub(crate) mod verify;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::failure::Failure;

/// Does what the command line says.
pub(crate) fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Key(command) => key::run(command, cli.json),
        Command::Mint(args) => mint::run(args, cli.json),
        Command::Assemble(args) => assemble::run(args, cli.json),
        Command::Exchange(args) => exchange::run(args, cli.json),
        Command::Inspect(args) => inspect::run(args, cli.json),
        Command::Verify(args) => verify::run(args, cli.json),
        Command::Demo => demo::run(cli.json),
        Command::Bench(args) => bench::run(args, cli.json),
        #[cfg(feature = "local")]
        Command::Serve(options) => serve::run(options),
        Command::Completions(args) => completions::run(args, Cli::command()),
    }
}
