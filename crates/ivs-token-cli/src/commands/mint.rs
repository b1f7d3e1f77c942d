use std::io::{self, Write};

use clap::{Args, Subcommand};
use ivs_token::{
    Attributes, Capabilities, Capability, MintError, Participant, ParticipantDuration, ParticipantId,
    SigningKey, Stage, Token, UserId,
};
use serde::Serialize;

use super::batch::{self, BatchArgs};
use super::{connection, playback};
use crate::args::{KidArgs, PrivateKeyArgs, StageArgs};
use crate::exit::Failure;
use crate::{input, output, values};

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

    /// The participant's ID, `jti`: 1 to 64 of A-Z, a-z, 0-9, `_`, `-`; a fresh random one unless given
    #[arg(long, value_name = "ID", conflicts_with = "batch")]
    participant_id: Option<ParticipantId>,
}

const EXAMPLES: &str = "\
With --json the answer is that of the CreateParticipantToken API: {\"participantToken\": {..}}, one a line.

A batch is CSV with a header, or JSON lines; its columns or members are userId, attributes (a JSON object), \
capabilities (PUBLISH,SUBSCRIBE), duration (minutes, or with a unit such as 90s) and participantId, all optional. What \
a row leaves out is taken from the flags; attributes of both are joined. One line is printed for each row, in order. A \
bad row stops all before anything is printed, unless --skip-bad says to leave it out; the exit code is 1 either way.

Examples:
  ivs-token mint --key private.pem --kid ARN --stage-arn ARN --whip-url URL \\
    --user-id ana --attribute displayName=Ana --duration 15m
  aws ivs-realtime get-stage --arn ARN |
    ivs-token mint --key private.pem --kid ARN --stage-json - --capability SUBSCRIBE
  ivs-token mint --key private.pem --kid ARN --stage-json stage.json \\
    --batch people.csv --json > tokens.jsonl";

pub(crate) fn run(args: &MintArgs, json: bool) -> Result<(), Failure> {
    match &args.other {
        None => {}
        Some(OtherToken::Connection(args)) => return connection::run(args, json),
        Some(OtherToken::Playback(args)) => return playback::run(args, json),
    }
    let [key, passphrase] = args.key.sources();
    let stage = ("--stage-json", args.stage.stage_json.as_ref());
    input::one_stdin(&[key, passphrase, stage, ("--batch", args.batch.source())])?;
    args.key.check()?;

    let kid = args.kid.read()?;
    let attributes = args.participant.attributes()?;
    let stage = args.stage.read()?;
    let key = SigningKey::from(args.key.read()?).with_id(kid);
    let participant = args.participant.begin(&stage, &attributes);
    if let Some(source) = args.batch.source() {
        return batch::run(source, &args.batch, &key, participant, attributes, json);
    }
    let token = participant.mint(&key).map_err(|error| failure(&error))?;
    let mut line = Vec::new();
    write(&mut line, &token, json)?;
    output::bytes(&line)
}

impl ParticipantArgs {
    fn attributes(&self) -> Result<Attributes, Failure> {
        Attributes::try_from_iter(self.attributes.iter().map(|(name, value)| (name, value)))
            .map_err(|error| Failure::misuse(format!("--attribute: {error}")))
    }

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

/// A token that could not be minted.
pub(super) fn failure(error: &MintError) -> Failure {
    Failure::coded(error.code(), error.to_string())
}

/// One line: the token, or what the API would answer.
pub(super) fn write(out: &mut impl Write, token: &Token, json: bool) -> io::Result<()> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a> {
        participant_token: &'a Token,
    }
    if json {
        output::write_json(out, &Answer { participant_token: token })
    } else {
        writeln!(out, "{}", token.as_str())
    }
}
