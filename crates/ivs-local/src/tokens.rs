//! The tokens that `CreateParticipantToken` and `CreateStage` hand out.

use std::time::Duration;

use ivs_model::{ApiError, Source};
use ivs_token::{Attributes, Capabilities, Capability, Stage, StageArn, Timestamp};
use serde_json::{Map, Value, json};

use crate::call::{Call, invalid};
use crate::time::iso8601;

/// Minutes that a token lasts unless the caller says (service model).
const DEFAULT_MINUTES: u64 = 720;

/// Mints a token for a participant as `configuration` has it.
pub(crate) fn mint(
    call: &mut Call<'_>,
    stage: &str,
    configuration: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let broken = |error: &dyn std::fmt::Display| invalid(error.to_string(), "token", Source::Guide);
    let arn = StageArn::try_from(stage).map_err(|error| broken(&error))?;
    let endpoints = call.environment.endpoints();
    let stage =
        Stage::with_endpoints(arn, &endpoints.whip, &endpoints.events).map_err(|error| broken(&error))?;
    let minutes = configuration.get("duration").and_then(Value::as_u64).unwrap_or(DEFAULT_MINUTES);
    let user_id = configuration.get("userId").and_then(Value::as_str).unwrap_or_default();
    let given = configuration.get("capabilities").and_then(Value::as_array);
    let names: Vec<&str> = given.into_iter().flatten().filter_map(Value::as_str).collect();
    let participant_id = call.ids.alphanumeric(12);
    let mut participant = stage
        .participant()
        .participant_id(participant_id.as_str())
        .attributes(attributes(configuration.get("attributes"))?)
        .duration(Duration::from_secs(minutes * 60));
    if !user_id.is_empty() {
        participant = participant.user_id(user_id);
    }
    let capabilities: Capabilities = match (names.contains(&"PUBLISH"), names.contains(&"SUBSCRIBE")) {
        (true, false) => Capability::Publish.into(),
        (false, true) => Capability::Subscribe.into(),
        // None given is both.
        _ => Capabilities::default(),
    };
    let now = Timestamp::from(std::time::UNIX_EPOCH + Duration::from_millis(call.now.unsigned_abs()));
    let token = call.environment.token_key.mint(participant.capabilities(capabilities), now);
    let token = token.map_err(|error| broken(&error))?;
    let expires = call.now + i64::try_from(minutes).unwrap_or(0) * 60_000;
    Ok(json!({
        "participantId": participant_id,
        "token": token.as_str(),
        "userId": user_id,
        "attributes": configuration.get("attributes").cloned().unwrap_or_else(|| json!({})),
        "duration": minutes,
        "capabilities": if names.is_empty() { json!(["PUBLISH", "SUBSCRIBE"]) } else { json!(names) },
        "expirationTime": iso8601(expires),
    }))
}

/// Whether attributes keep their limit: 1 KB of names and values (texts of the service model).
pub(crate) fn check_attributes(value: Option<&Value>) -> Result<(), ApiError> {
    attributes(value).map(drop)
}

fn attributes(value: Option<&Value>) -> Result<Attributes, ApiError> {
    let pairs = value.and_then(Value::as_object).into_iter().flatten();
    Attributes::try_from_iter(pairs.map(|(name, value)| (name, value.as_str().unwrap_or_default())))
        .map_err(|error| invalid(error.to_string(), "attributes", Source::Model))
}
