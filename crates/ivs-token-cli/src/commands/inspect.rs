use std::io::Write;

use clap::Args;
use ivs_token::Inspection;

use crate::failure::Failure;
use crate::input::Source;
use crate::output::{self, ALARM};

/// Says what a token is, when it expires and what is wrong with it. Nothing of it is verified.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct InspectArgs {
    /// The token; `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    token: Source,
}

const EXAMPLES: &str = "\
Paste a token in any form: whole or broken, in quotes, in a URL or in the API's response. The exit code is 0 if no problem was \
found, and 1 if there was one. `inspect` does not check the signature; `ivs-token verify` does.

Examples:
  ivs-token inspect < token
  ivs-token inspect token.txt --json | jq '.checks[] | select(.outcome == \"broken\")'";

/// Enough for any token and what may stand around it.
const MAX_PASTE: usize = 1 << 20;

pub(crate) fn run(args: &InspectArgs, json: bool) -> Result<(), Failure> {
    let text = args.token.read("a token", MAX_PASTE)?;
    let inspection = ivs_token::inspect(&String::from_utf8_lossy(&text));
    let said = if json { output::json(&inspection) } else { print(&inspection) };
    if inspection.problems().next().is_some() { Err(Failure::Told.after(said)) } else { said }
}

/// The inspection's own words, with the problems in red: they stand at the end, one a line, under a line that counts them.
fn print(inspection: &Inspection) -> Result<(), Failure> {
    let text = inspection.to_string();
    let lines: Vec<&str> = text.lines().collect();
    let (calm, alarming) = match inspection.problems().count() {
        0 => lines.split_at(lines.len()),
        problems => lines.split_at(lines.len().saturating_sub(problems + 1)),
    };
    let mut out = output::results();
    for line in calm {
        writeln!(out, "{line}")?;
    }
    for line in alarming {
        writeln!(out, "{ALARM}{line}{ALARM:#}")?;
    }
    Ok(out.flush()?)
}
