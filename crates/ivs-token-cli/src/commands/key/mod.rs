//! `ivs-token key`: one file for each thing to do with a key.

mod description;
mod generate;
mod inspect;
mod public;

use clap::Subcommand;
pub(super) use description::fingerprint;

use crate::failure::Failure;

/// Make a key pair, print a public key, or inspect a key
#[derive(Subcommand, Debug)]
pub(crate) enum KeyCommand {
    /// Make a new key pair
    Generate(generate::GenerateArgs),
    /// Print the public half of a key
    Public(public::PublicArgs),
    /// Say what a key is, without showing anything private
    Inspect(inspect::InspectKeyArgs),
}

pub(crate) fn run(command: &KeyCommand, json: bool) -> Result<(), Failure> {
    match command {
        KeyCommand::Generate(args) => generate::run(args, json),
        KeyCommand::Public(args) => public::run(args, json),
        KeyCommand::Inspect(args) => inspect::run(args, json),
    }
}
