//! How a minted token is printed, and what is said when none was.

use std::io::{self, Write};

use ivs_token::{MintError, Token};
use serde::Serialize;

use crate::failure::Failure;
use crate::output;

/// A token that could not be minted.
pub(crate) fn failure(error: &MintError) -> Failure {
    Failure::coded(error.code(), error.to_string())
}

/// One line: the token, or what the API would answer.
pub(crate) fn write(out: &mut impl Write, token: &Token, json: bool) -> io::Result<()> {
    if json {
        output::write_json(out, &Answer { participant_token: token, row: None })
    } else {
        plain(out, token)
    }
}

/// One line of a batch; with JSON, the number of the row stands in it.
pub(crate) fn write_row(out: &mut impl Write, token: &Token, json: bool, row: u64) -> io::Result<()> {
    if json {
        output::write_json(out, &Answer { participant_token: token, row: Some(row) })
    } else {
        plain(out, token)
    }
}

fn plain(out: &mut impl Write, token: &Token) -> io::Result<()> {
    writeln!(out, "{}", token.as_str())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    participant_token: &'a Token,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
}
