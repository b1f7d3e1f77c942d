use ivs_token::{ClaimError, MaximumResolution, Playback, PlaybackDuration, Timestamp, Uuid};
use serde::Deserialize;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input;
use crate::object::{self, Objects};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    channel_arn: String,
    duration_seconds: Option<f64>,
    origins: Option<Vec<String>>,
    strict_origin_enforcement: Option<bool>,
    #[serde(default)]
    single_use: bool,
    single_use_uuid: Option<String>,
    viewer_id: Option<String>,
    /// 64 bits, which a JavaScript number has no room for.
    viewer_session_version: Option<String>,
    maximum_resolution: Option<String>,
}

/// Mints a playback token: gives its text.
pub(crate) fn mint(objects: &Objects<'_>, now: Timestamp, json: &str) -> Result<Answer, Failure> {
    let options: Options = input::read(json)?;
    let mut playback = Playback::new(input::arn("channelArn", &options.channel_arn)?)
        .strict_origin_enforcement(options.strict_origin_enforcement.unwrap_or_default());
    if let Some(secs) = options.duration_seconds {
        playback = playback.duration(PlaybackDuration::try_from(input::seconds(secs))?);
    }
    for origin in options.origins.iter().flatten() {
        playback = playback.origin(origin.as_str());
    }
    if options.single_use {
        playback = playback.single_use();
    }
    if let Some(text) = options.single_use_uuid {
        let found = || ClaimError::Uuid { found: text.chars().take(40).collect() };
        playback = playback.single_use_uuid(Uuid::try_parse(&text).map_err(|_| found())?);
    }
    if let Some(viewer_id) = &options.viewer_id {
        playback = playback.viewer(viewer_id.as_str());
    }
    if let Some(version) = &options.viewer_session_version {
        playback = playback.viewer_session_version(int64("viewerSessionVersion", version)?);
    }
    if let Some(resolution) = &options.maximum_resolution {
        playback = playback.maximum_resolution(resolution.parse::<MaximumResolution>()?);
    }
    playback.check()?;
    Ok(playback.mint_at(object::signing_key(objects, 0)?, now)?.into_string().into())
}

/// A signed integer of 64 bits, in decimal.
pub(crate) fn int64(field: &str, text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| {
        let message = format!("the {field} does not fit in a signed integer of 64 bits");
        Failure::claim(field, "INVALID_SESSION_VERSION", message)
    })
}

#[derive(Deserialize)]
struct Url {
    base: String,
    token: String,
}

/// The URL to play.
pub(crate) fn url(json: &str) -> Result<Answer, Failure> {
    let Url { base, token } = input::read(json)?;
    Ok(ivs_token::playback_url(&base, &*token)?.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    channel_arn: String,
    origins: Vec<String>,
    strict_origin_enforcement: bool,
    origin: Option<String>,
}

/// Whether a browser may see the answer to a request with this header `Origin`: gives `true` or `false`.
pub(crate) fn allows_origin(json: &str) -> Result<Answer, Failure> {
    let asked: Asked = input::read(json)?;
    let playback = Playback::new(input::arn("channelArn", &asked.channel_arn)?)
        .origins(asked.origins.iter().map(String::as_str))
        .strict_origin_enforcement(asked.strict_origin_enforcement);
    // The token is never signed: its claims are what is asked.
    let unsigned = playback.unsigned_at(Timestamp::MIN)?;
    Ok(unsigned.claims().allows_origin(asked.origin.as_deref()).to_string().into())
}
