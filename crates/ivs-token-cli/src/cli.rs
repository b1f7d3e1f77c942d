//! The command line as a whole.

use std::ffi::OsString;
use std::sync::LazyLock;

use clap::{Parser, Subcommand};
use ivs_token::es384;

use crate::commands::{assemble, bench, completions, exchange, inspect, key, mint, verify};
use crate::exit;
use crate::failure::Failure;
use crate::{keys, output, secret};

/// Mints, verifies and inspects Amazon IVS tokens locally, without an API call.
#[derive(Parser, Debug)]
#[command(
    name = "ivs-token",
    version = VERSION.as_str(),
    arg_required_else_help = true,
    max_term_width = 100,
    after_long_help = CONVENTIONS,
)]
pub(crate) struct Cli {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Make a key pair, print a public key, or inspect a key
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Mint a participant token, or one for each row of a file, or a connection or playback token
    Mint(Box<mint::MintArgs>),
    /// Complete a token with a signature that was made elsewhere
    Assemble(assemble::AssembleArgs),
    /// Mint a token in exchange for an old one, for a participant who stays on the stage
    Exchange(Box<exchange::ExchangeArgs>),
    /// Say what a token is and what is wrong with it, without trusting it
    Inspect(inspect::InspectArgs),
    /// Verify a token, and say whose it is
    Verify(Box<verify::VerifyArgs>),
    /// Show it all at work: a key, a token, three refusals, and how long it takes
    Demo,
    /// Measure how many tokens a second this machine mints and verifies
    Bench(bench::BenchArgs),
    /// Run a local Amazon IVS, as the program ivs-local does
    #[cfg(feature = "local")]
    Serve(Box<ivs_local::program::Options>),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}

/// Reads the command line. What is wrong with it, and what `--help` and `--version` print, is printed here.
pub(crate) fn parse(command_line: Vec<OsString>) -> Result<Cli, u8> {
    // Before clap sees it, which would quote it in an error.
    if command_line.iter().any(|argument| secret::is_private_key(&argument.to_string_lossy())) {
        return Err(exit::code(
            Err(Failure::misuse(format!(
                "there is a private key on the command line, where other users and the shell's history can see it: give it \
             with --key FILE, --key - or {}",
                keys::PRIVATE_KEY
            ))),
            false,
        ));
    }
    let json = command_line.iter().any(|argument| argument == "--json");
    Cli::try_parse_from(command_line).map_err(|error| {
        if error.use_stderr() && json {
            let message = error.render().to_string();
            let message =
                message.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default().to_owned();
            let _ = output::json(&Failure::Misuse(message).json());
        }
        let _ = error.print();
        if error.use_stderr() { exit::MISUSE } else { exit::DONE }
    })
}

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} ({})", env!("CARGO_PKG_VERSION"), es384::BACKEND));

const CONVENTIONS: &str = "\
Results go to standard output; messages go to standard error; `-` is standard input or output. A private key or a passphrase \
is given in a file, on standard input or in an environment variable, never on the command line. A flag wins over \
its variable. NO_COLOR turns colours off. With --json a failure is {\"error\": {\"code\": .., \"message\": ..}}.

Exit codes:
  0  done; for `inspect`: no problem found
  1  a token was refused or has problems, or something failed: a file, a key, a row
  2  misuse: flags or variables that make no sense

Examples:
  ivs-token key generate --out private.pem --public-out public.pem
  ivs-token mint --key private.pem --kid ARN --stage-json stage.json --user-id ana
  ivs-token verify --public-key public.pem --kid ARN --stage-arn ARN < token
  ivs-token inspect < token";
