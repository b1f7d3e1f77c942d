//! Encoders that publish with an ingest configuration, and those that can not.

use serde_json::{Value, json};

use super::{Control, not_an_arn, of_error, refused};
use crate::arn::Arn;
use crate::life::ingest::{self, Encoder};
use crate::server::Server;

/// What a request to publish with an ingest configuration can say.
const MEMBERS: [&str; 2] = ["streamKey", "protocol"];

/// Why somebody can not publish (`EventErrorCode` of the service model).
pub(crate) const CODES: [&str; 14] = [
    "INSUFFICIENT_CAPABILITIES",
    "QUOTA_EXCEEDED",
    "PUBLISHER_NOT_FOUND",
    "BITRATE_EXCEEDED",
    "RESOLUTION_EXCEEDED",
    "STREAM_DURATION_EXCEEDED",
    "INVALID_AUDIO_CODEC",
    "INVALID_VIDEO_CODEC",
    "INVALID_PROTOCOL",
    "INVALID_STREAM_KEY",
    "REUSE_OF_STREAM_KEY",
    "B_FRAME_PRESENT",
    "INVALID_INPUT",
    "INTERNAL_SERVER_EXCEPTION",
];

/// Lets an encoder publish with an ingest configuration, or cease to.
pub(super) fn publish(
    server: &Server,
    arn: &str,
    body: &Value,
    is_publishing: bool,
) -> Result<Value, Control> {
    if is_publishing {
        let encoder = of(server, arn, body)?;
        let id = encoder.participant.clone();
        server.live().encode(encoder).map_err(|refusal| refused(&refusal))?;
        return Ok(json!({ "participantId": id }));
    }
    let ([key, _], parsed) = asked(arn, body)?;
    let publishers = server
        .change(parsed.account, parsed.region, |view| ingest::publishers(view, arn, key))
        .map_err(|error| of_error(&error))?;
    for (stage, participant) in publishers {
        server.live().end_encoding(&stage, &participant);
    }
    Ok(json!({}))
}

/// The encoder that a request means.
pub(super) fn of(server: &Server, arn: &str, body: &Value) -> Result<Encoder, Control> {
    let ([key, protocol], parsed) = asked(arn, body)?;
    server
        .change(parsed.account, parsed.region, |view| ingest::encoder(view, arn, key, protocol))
        .map_err(|error| of_error(&error))
}

/// The members of a request, and the ARN that it is about.
fn asked<'r>(arn: &'r str, body: &'r Value) -> Result<([Option<&'r str>; 2], Arn<'r>), Control> {
    let wrong = |message: String| (400, json!({ "message": message }));
    let unknown = |name: &&String| !MEMBERS.contains(&name.as_str());
    if let Some(name) = body.as_object().and_then(|members| members.keys().find(unknown)) {
        return Err(wrong(format!(
            "`{name}` is not a member of this request; the members are {}",
            MEMBERS.join(", ")
        )));
    }
    let given = MEMBERS.map(|name| body.get(name).map(|value| value.as_str().unwrap_or_default()));
    Ok((given, Arn::parse(arn).ok_or_else(|| not_an_arn(arn))?))
}

/// The error that somebody is to have who wants to publish, if there is to be one.
pub(super) fn publish_error(body: &Value) -> Result<Option<&'static str>, String> {
    let Some(error) = body.get("error") else { return Ok(None) };
    CODES
        .into_iter()
        .find(|code| error == code)
        .map(Some)
        .ok_or_else(|| format!("error must be one of these: {}; not {error}", CODES.join(", ")))
}
