use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::failure::Failure;
use crate::output;

/// Prints a completion script for a shell.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  ivs-token completions bash > ~/.local/share/bash-completion/completions/ivs-token
  ivs-token completions zsh > ~/.zfunc/_ivs-token
  ivs-token completions fish > ~/.config/fish/completions/ivs-token.fish";

/// `command` is the whole command line.
pub(crate) fn run(args: &CompletionsArgs, mut command: Command) -> Result<(), Failure> {
    // To memory first: clap panics when it cannot write.
    let mut script = Vec::new();
    generate(args.shell, &mut command, "ivs-token", &mut script);
    if args.shell == Shell::Bash {
        // clap_complete 4.6 names the states of a command with a hyphen in its name in two ways, so that none is ever
        // found (clap issue 6421).
        script = String::from_utf8_lossy(&script).replace("ivs__subcmd__token", "ivs__token").into_bytes();
    }
    output::bytes(&script)
}
