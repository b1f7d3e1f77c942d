use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use crate::cli::Cli;
use crate::exit::Failure;
use crate::output;

/// Prints a completion script for a shell.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  ivs-token completions bash > ~/.local/share/bash-completion/completions/ivs-token
  ivs-token completions zsh > ~/.zfunc/_ivs-token
  ivs-token completions fish > ~/.config/fish/completions/ivs-token.fish";

pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    // To memory first: clap panics when it can not write.
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "ivs-token", &mut script);
    output::bytes(&script)
}
