use std::io::Write;

use clap::Args;
use ivs_token::{
    ChannelArn, MaximumResolution, Origin, Playback, PlaybackClaims, PlaybackDuration, SigningKey, Token,
    Uuid, ViewerId, playback_url,
};
use serde::Serialize;

use crate::args::PrivateKeyArgs;
use crate::failure::Failure;
use crate::signers::{self, SignCommandArgs};
use crate::{input, minted, output, values};

/// Mints a playback token: it lets one viewer watch one private low-latency channel.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct PlaybackArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,

    /// The channel that may be watched
    #[arg(long, value_name = "ARN", help_heading = "Playback")]
    channel_arn: ChannelArn,

    /// How long the token can start playback, such as 90s; at most 10m with a viewer ID or for a single use
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = values::playback_duration,
        default_value = "10m",
        help_heading = "Playback"
    )]
    duration: PlaybackDuration,

    /// An origin that browsers may play from, such as https://example.com or https://*.example.com; repeat it for more
    #[arg(long = "origin", value_name = "ORIGIN", value_delimiter = ',', help_heading = "Playback")]
    origins: Vec<Origin>,

    /// Enforce the origins, at most 5, for every request of every program
    #[arg(long, help_heading = "Playback")]
    strict_origin: bool,

    /// Make a single-use token, under a fresh random UUID
    #[arg(long, conflicts_with = "single_use_uuid", help_heading = "Playback")]
    single_use: bool,

    /// Make a single-use token, under this UUID
    #[arg(long, value_name = "UUID", value_parser = values::uuid, help_heading = "Playback")]
    single_use_uuid: Option<Uuid>,

    /// Your name for the viewer, 1 to 40 characters: without it the viewer cannot be revoked
    #[arg(long, value_name = "TEXT", help_heading = "Playback")]
    viewer_id: Option<ViewerId>,

    /// The version of the viewer's session; a revocation ends all sessions up to a version
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, help_heading = "Playback")]
    viewer_session_version: Option<i64>,

    /// The highest resolution that the viewer may see: SD, HD or FULL_HD
    #[arg(long, value_name = "NAME", value_parser = values::maximum_resolution, help_heading = "Playback")]
    maximum_resolution: Option<MaximumResolution>,

    /// Print this URL, the channel's `playbackUrl`, with the token in it
    #[arg(long, value_name = "URL", help_heading = "Playback")]
    url: Option<String>,

    #[command(flatten)]
    elsewhere: SignCommandArgs,
}

const EXAMPLES: &str = "\
The key is the private half of a playback key pair of the channel's account and region; the token does not name it.
With --json: {\"playbackToken\": {\"token\": .., \"channelArn\": .., \"expirationTime\": .., ..}}. With --url, the object also has \
\"playbackUrl\".

Examples:
  ivs-token mint playback --key playback.pem --channel-arn ARN --viewer-id ana
  ivs-token mint playback --key playback.pem --channel-arn ARN --single-use --url \"$PLAYBACK_URL\"
  ivs-token mint playback --key playback.pem --channel-arn ARN --duration 1h \\
    --origin 'https://example.com,https://*.example.com' --strict-origin";

pub(crate) fn run(args: &PlaybackArgs, json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a> {
        playback_token: &'a Token<PlaybackClaims>,
        #[serde(skip_serializing_if = "Option::is_none")]
        playback_url: Option<&'a str>,
    }
    let [key, passphrase] = args.key.sources();
    input::one_stdin(&[key, passphrase, args.elsewhere.source()])?;
    let playback = args.playback();
    playback.check().map_err(|error| Failure::misuse(error.to_string()))?;
    let minted = if args.elsewhere.unsigned {
        let unsigned = playback.unsigned().map_err(|error| minted::failure(&error))?;
        return signers::print_unsigned(unsigned.signing_input(), &unsigned.digest(), json);
    } else if args.elsewhere.is_given() {
        playback.mint_with(&args.elsewhere.signer(None)?)
    } else {
        args.key.check()?;
        playback.mint(&SigningKey::from(args.key.read()?))
    };
    let token = minted.map_err(|error| minted::failure(&error))?;
    let url = args.url.as_ref().map(|base| playback_url(base, &token)).transpose();
    let url = url.map_err(|error| Failure::misuse(format!("--url: {error}")))?;
    let mut line = Vec::new();
    if json {
        output::write_json(&mut line, &Answer { playback_token: &token, playback_url: url.as_deref() })?;
    } else {
        writeln!(line, "{}", url.as_deref().unwrap_or(token.as_str()))?;
    }
    output::bytes(&line)
}

impl PlaybackArgs {
    fn playback(&self) -> Playback {
        let mut playback = Playback::new(self.channel_arn.clone())
            .duration(self.duration)
            .origins(self.origins.iter().cloned())
            .strict_origin_enforcement(self.strict_origin);
        if self.single_use {
            playback = playback.single_use();
        }
        if let Some(uuid) = self.single_use_uuid {
            playback = playback.single_use_uuid(uuid);
        }
        if let Some(viewer_id) = &self.viewer_id {
            playback = playback.viewer(viewer_id.clone());
        }
        if let Some(version) = self.viewer_session_version {
            playback = playback.viewer_session_version(version);
        }
        if let Some(resolution) = self.maximum_resolution {
            playback = playback.maximum_resolution(resolution);
        }
        playback
    }
}
