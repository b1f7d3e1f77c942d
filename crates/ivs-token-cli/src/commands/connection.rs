use std::io::Write;

use clap::Args;
use ivs_token::{Connection, ConnectionDuration, TokenId};
use serde::Serialize;

use crate::args::{KidArgs, PrivateKeyArgs, StageArgs};
use crate::failure::Failure;
use crate::signers::{self, SignCommandArgs};
use crate::{input, minted, output, values};

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

    /// The token's ID, `jti`: 1 to 64 of A-Z, a-z, 0-9, `_`, `-`; by default a fresh random one
    #[arg(long, value_name = "ID")]
    token_id: Option<TokenId>,

    #[command(flatten)]
    stage: StageArgs,

    #[command(flatten)]
    elsewhere: SignCommandArgs,
}

const EXAMPLES: &str = "\
A connection token is for the account and the region of the key, and does not replace a participant token. Give a stage only if its server is on \
this machine, such as `ivs-local`. The connection then goes to that server; otherwise it goes to the service.
With --json: {\"connectionToken\": {\"token\": .., \"tokenId\": .., \"duration\": .., \"expirationTime\": ..}}.

Examples:
  ivs-token mint connection --key private.pem --kid ARN --duration 7d
  ivs-token mint connection --key private.pem --kid ARN --stage-json stage.json";

pub(crate) fn run(args: &ConnectionArgs, json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a, T> {
        connection_token: &'a T,
    }
    let [key, passphrase] = args.key.sources();
    let stage = ("--stage-json", args.stage.stage_json.as_ref());
    input::one_stdin(&[key, passphrase, stage, args.elsewhere.source()])?;
    let mut connection = Connection::new().duration(args.duration);
    if let Some(id) = &args.token_id {
        connection = connection.token_id(id.clone());
    }
    if let Some(stage) = args.stage.read_given()? {
        connection = connection.server_of(&stage);
    }
    let minted = if args.elsewhere.unsigned {
        let unsigned = connection.unsigned(&args.kid.read()?).map_err(|error| minted::failure(&error))?;
        return signers::print_unsigned(unsigned.signing_input(), &unsigned.digest(), json);
    } else if args.elsewhere.is_given() {
        connection.mint_with(&args.elsewhere.signer(Some(args.kid.read()?))?)
    } else {
        args.key.check()?;
        connection.mint(&args.key.read_named(&args.kid)?)
    };
    let token = minted.map_err(|error| minted::failure(&error))?;
    let mut line = Vec::new();
    if json {
        output::write_json(&mut line, &Answer { connection_token: &token })?;
    } else {
        writeln!(line, "{}", token.as_str())?;
    }
    output::bytes(&line)
}
