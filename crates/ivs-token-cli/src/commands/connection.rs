use std::io::Write;

use clap::Args;
use ivs_token::{Connection, ConnectionDuration, SigningKey, TokenId};
use serde::Serialize;

use crate::args::{KidArgs, PrivateKeyArgs};
use crate::exit::Failure;
use crate::{input, output, values};

use super::mint;

/// Mints a connection token: one network connection for the stages of many participant tokens.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ConnectionArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,

    #[command(flatten)]
    kid: KidArgs,

    /// How long the token lasts, from 1s to 28d
    #[arg(long, value_name = "DURATION", value_parser = values::connection_duration, default_value = "12h")]
    duration: ConnectionDuration,

    /// The token's ID, `jti`: 1 to 64 of A-Z, a-z, 0-9, `_`, `-`; a fresh random one unless given
    #[arg(long, value_name = "ID")]
    token_id: Option<TokenId>,
}

const EXAMPLES: &str = "\
It is for the account and the region of the key, and replaces no participant token.
With --json: {\"connectionToken\": {\"token\": .., \"tokenId\": .., \"duration\": .., \"expirationTime\": ..}}.

Examples:
  ivs-token mint connection --key private.pem --kid ARN --duration 7d";

pub(crate) fn run(args: &ConnectionArgs, json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a, T> {
        connection_token: &'a T,
    }
    input::one_stdin(&args.key.sources())?;
    args.key.check()?;
    let kid = args.kid.read()?;
    let key = SigningKey::from(args.key.read()?).with_id(kid);
    let mut connection = Connection::new().duration(args.duration);
    if let Some(id) = &args.token_id {
        connection = connection.token_id(id.clone());
    }
    let token = connection.mint(&key).map_err(|error| mint::failure(&error))?;
    let mut line = Vec::new();
    if json {
        output::write_json(&mut line, &Answer { connection_token: &token })?;
    } else {
        writeln!(line, "{}", token.as_str())?;
    }
    output::bytes(&line)
}
