use clap::{Args, Subcommand, ValueEnum};
use ivs_token::{
    Attributes, Capabilities, Capability, GLOBAL_WHIP_URL, Participant, ParticipantDuration, ParticipantId,
    Stage, Token, UserId,
};
use serde::Serialize;

use super::batch::{self, BatchArgs};
use super::{connection, playback};
use crate::args::{KidArgs, PrivateKeyArgs, StageArgs};
use crate::failure::Failure;
use crate::signers::{self, SignCommandArgs};
use crate::{input, minted, output, values};

/// Mints a participant token and prints it; with --batch, one for each row.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct MintArgs {
    #[command(subcommand)]
    other: Option<OtherToken>,

    #[command(flatten)]
    key: PrivateKeyArgs,

    #[command(flatten)]
    kid: KidArgs,

    #[command(flatten)]
    stage: StageArgs,

    #[command(flatten)]
    participant: ParticipantArgs,

    #[command(flatten)]
    batch: BatchArgs,

    /// Print the server and the bearer token for a program that joins with WHIP instead of the web client
    #[arg(long = "for", value_name = "PROGRAM", value_enum, conflicts_with_all = ["batch", "unsigned"])]
    program: Option<Program>,

    #[command(flatten)]
    elsewhere: SignCommandArgs,
}

/// A program that publishes with WHIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Program {
    /// OBS Studio: Settings, Stream, Service WHIP
    Obs,
}

/// The tokens that are not a participant's.
#[derive(Subcommand, Debug)]
enum OtherToken {
    /// Mint a connection token: one network connection for many stages
    Connection(connection::ConnectionArgs),
    /// Mint a playback token: one viewer of one private low-latency channel
    Playback(playback::PlaybackArgs),
}

/// What the token says of the participant. With `--batch`, what it says unless the row says otherwise.
#[derive(Args, Debug)]
#[command(next_help_heading = "Participant")]
struct ParticipantArgs {
    /// Your name for the participant: at most 128 characters, seen by everyone on the stage
    #[arg(long, value_name = "TEXT", value_parser = values::user_id)]
    user_id: Option<UserId>,

    /// An attribute, seen by everyone on the stage; repeat it for more, at most 1024 bytes together
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = values::attribute)]
    attributes: Vec<(String, String)>,

    /// What the participant may do: PUBLISH or SUBSCRIBE; repeat it for both, which is the default
    #[arg(long = "capability", value_name = "NAME", value_parser = values::capability, value_delimiter = ',')]
    capabilities: Vec<Capability>,

    /// How long the token lasts, from 1s to 14d
    #[arg(long, value_name = "DURATION", value_parser = values::token_duration, default_value = "12h")]
    duration: ParticipantDuration,

    /// The participant's ID, `jti`: 1 to 64 of A-Z, a-z, 0-9, `_`, `-`; by default a fresh random one
    #[arg(long, value_name = "ID", conflicts_with = "batch")]
    participant_id: Option<ParticipantId>,
}

const EXAMPLES: &str = "\
With --json, the output has the form of the CreateParticipantToken API: {\"participantToken\": {..}}, one per line. In a batch, each \
line also has \"row\". With --skip-bad, a bad row is {\"row\": .., \"line\": .., \"error\": {\"code\": .., \"message\": ..}}.

If the private key must not leave its vault, let it sign elsewhere. --sign-command runs a command for each token. --unsigned \
prints the signing input, and `ivs-token assemble` completes the token with the signature.

A batch is CSV with a header, or JSON lines; its columns or members are userId, attributes (a JSON object), \
capabilities (PUBLISH,SUBSCRIBE), duration (minutes, or with a unit such as 90s) and participantId, all optional. Values that \
a row leaves out come from the flags; the attributes of both are combined. The output has one line for each row, in order. A \
bad row stops the whole batch before anything is printed, unless --skip-bad is given. The exit code is 1 in both cases.

Examples:
  ivs-token mint --key private.pem --kid ARN --stage-arn ARN --whip-url URL \\
    --user-id ana --attribute displayName=Ana --duration 15m
  aws ivs-realtime get-stage --arn ARN |
    ivs-token mint --key private.pem --kid ARN --stage-json - --capability SUBSCRIBE
  ivs-token mint --key private.pem --kid ARN --stage-json stage.json \\
    --batch people.csv --json > tokens.jsonl
  ivs-token mint --kid ARN --stage-json stage.json --public-key public.pem \\
    --sign-command 'openssl dgst -sha384 -sign private.pem'
  ivs-token mint --key private.pem --kid ARN --stage-json stage.json --for obs";

pub(crate) fn run(args: &MintArgs, json: bool) -> Result<(), Failure> {
    match &args.other {
        None => {}
        Some(OtherToken::Connection(args)) => return connection::run(args, json),
        Some(OtherToken::Playback(args)) => return playback::run(args, json),
    }
    let [key, passphrase] = args.key.sources();
    let stage = ("--stage-json", args.stage.stage_json.as_ref());
    input::one_stdin(&[key, passphrase, stage, ("--batch", args.batch.source()), args.elsewhere.source()])?;
    let attributes = values::attributes(&args.participant.attributes)?;
    if args.elsewhere.is_given() {
        return run_elsewhere(args, attributes, json);
    }
    args.key.check()?;
    let key = args.key.read_named(&args.kid)?;
    let stage = args.stage.read()?;
    let participant = args.participant.begin(&stage, &attributes);
    if let Some(source) = args.batch.source() {
        return batch::run(source, &args.batch, &batch::Keys::Here(&key), participant, attributes, json);
    }
    let token = participant.mint(&key).map_err(|error| minted::failure(&error))?;
    print(&token, &stage, args.program, json)
}

/// With a key that signs elsewhere.
fn run_elsewhere(args: &MintArgs, attributes: Attributes, json: bool) -> Result<(), Failure> {
    let kid = args.kid.read()?;
    let stage = args.stage.read()?;
    let participant = args.participant.begin(&stage, &attributes);
    if args.elsewhere.unsigned {
        let unsigned = participant.unsigned(&kid).map_err(|error| minted::failure(&error))?;
        return signers::print_unsigned(unsigned.signing_input(), &unsigned.digest(), json);
    }
    let signer = args.elsewhere.signer(Some(kid))?;
    if let Some(source) = args.batch.source() {
        return batch::run(
            source,
            &args.batch,
            &batch::Keys::Elsewhere(&signer),
            participant,
            attributes,
            json,
        );
    }
    let token = participant.mint_with(&signer).map_err(|error| minted::failure(&error))?;
    print(&token, &stage, args.program, json)
}

fn print(token: &Token, stage: &Stage, program: Option<Program>, json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Settings<'a> {
        server: &'a str,
        bearer_token: &'a str,
    }
    if stage.whip_url() == GLOBAL_WHIP_URL && program.is_none() {
        output::word(
            "note: this WHIP URL is the address for OBS and its like; the web client wants the `endpoints.whip` that \
             `aws ivs-realtime get-stage` prints for the stage",
        );
    }
    let Some(Program::Obs) = program else {
        let mut line = Vec::new();
        minted::write(&mut line, token, json)?;
        return output::bytes(&line);
    };
    // A stage on this machine has no address but its own.
    let server = if stage.whip_url().starts_with("https:") { GLOBAL_WHIP_URL } else { stage.whip_url() };
    if json {
        return output::json(&Settings { server, bearer_token: token.as_str() });
    }
    output::line(&format!("Server:        {server}\nBearer Token:  {}", token.as_str()))
}

impl ParticipantArgs {
    fn begin(&self, stage: &Stage, attributes: &Attributes) -> Participant {
        let mut participant = stage.participant().attributes(attributes.clone()).duration(self.duration);
        if !self.capabilities.is_empty() {
            participant =
                participant.capabilities(self.capabilities.iter().copied().collect::<Capabilities>());
        }
        if let Some(user_id) = &self.user_id {
            participant = participant.user_id(user_id.clone());
        }
        if let Some(id) = &self.participant_id {
            participant = participant.participant_id(id.clone());
        }
        participant
    }
}
