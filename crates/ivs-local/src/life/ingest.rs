//! Ingest configurations that somebody publishes with.

use ivs_model::{ApiError, Source};
use ivs_token::StageArn;
use serde_json::{Value, json};

use super::place::is_replica;
use crate::arn::Arn;
use crate::call::invalid;
use crate::kinds::{Record, text};
use crate::view::View;

const KIND: &str = "ingest-configuration";

/// The IDs of the participants who publish with a configuration.
const ACTIVE: &str = "_publishing";

/// Somebody who publishes with a stream key.
#[derive(Clone, Debug)]
pub(crate) struct Encoder {
    pub(crate) stage: StageArn,
    pub(crate) participant: String,
    pub(crate) user_id: String,
    pub(crate) attributes: Value,
    /// What the participant shows of it.
    pub(crate) members: Record,
    /// Why it can not publish, if it can not.
    pub(crate) error: Option<&'static str>,
}

/// The encoder that has this key of a configuration: any of them, if there is none.
pub(crate) fn encoder(
    view: &View<'_>,
    arn: &str,
    key: Option<&str>,
    protocol: Option<&str>,
) -> Result<Encoder, ApiError> {
    let record = view.existing(KIND, arn)?;
    let credentials = record.get("_credentials").and_then(Value::as_array).into_iter().flatten();
    let is_redundant = record.get("redundantIngest") == Some(&true.into());
    let mut credentials = credentials.take(if is_redundant { 2 } else { 1 });
    let found = credentials.find(|one| key.is_none_or(|key| one["streamKey"] == key));
    let refuse = |code, message: String, rule| ApiError::new(code, message, rule, Source::Model);
    let found = found.ok_or_else(|| {
        refuse("ValidationException", format!("That is no stream key of {arn}"), "stream-key")
    })?;
    let participant = found["participantId"].as_str().unwrap_or_default().to_owned();
    let stage = text(&record, "stageArn");
    if stage.is_empty() {
        let message = format!("{arn} has no stage to publish to: update its stageArn");
        return Err(refuse("ConflictException", message, "ingest-stage"));
    }
    let stage =
        StageArn::try_from(stage).map_err(|error| invalid(error.to_string(), "stage-arn", Source::Model))?;
    let revoked = view.key("revocation", &format!("participant:{}:{participant}", stage.resource_id()));
    if view.get(&revoked)?.is_some() {
        let message = format!("{participant} was disconnected from {stage} for good");
        return Err(refuse("ConflictException", message, "disconnected"));
    }
    view.existing("stage", stage.as_str())?;
    let own = text(&record, "ingestProtocol");
    let error = if protocol.is_some_and(|protocol| protocol != own) {
        Some("INVALID_PROTOCOL")
    } else if active(&record).contains(&participant) {
        Some("REUSE_OF_STREAM_KEY")
    } else {
        None
    };
    let members = json!({
        "protocol": own,
        "ingestConfigurationArn": arn,
        "redundantIngest": is_redundant,
    });
    Ok(Encoder {
        stage,
        participant,
        user_id: text(&record, "userId").to_owned(),
        attributes: record.get("attributes").cloned().unwrap_or_else(|| json!({})),
        members: members.as_object().cloned().unwrap_or_default(),
        error,
    })
}

/// Those who publish with a configuration, on its stage: with this key, or with any.
pub(crate) fn publishers(
    view: &View<'_>,
    arn: &str,
    key: Option<&str>,
) -> Result<Vec<(StageArn, String)>, ApiError> {
    let record = view.existing(KIND, arn)?;
    let Ok(stage) = StageArn::try_from(text(&record, "_stage")) else { return Ok(Vec::new()) };
    let credentials = record.get("_credentials").and_then(Value::as_array).into_iter().flatten();
    let meant: Vec<&Value> = credentials
        .filter(|one| key.is_none_or(|key| one["streamKey"] == key))
        .map(|one| &one["participantId"])
        .collect();
    let active = active(&record).into_iter().filter(|id| meant.iter().any(|meant| *meant == id));
    Ok(active.map(|id| (stage.clone(), id)).collect())
}

/// Somebody began or ceased to publish: the configuration that they use is active or not.
pub(crate) fn heed(
    view: &mut View<'_>,
    participant: &Record,
    stage: &str,
    event: &str,
) -> Result<(), ApiError> {
    let is_publishing = match event {
        "PUBLISH_STARTED" => true,
        "PUBLISH_STOPPED" | "LEFT" => false,
        _ => return Ok(()),
    };
    // A replica publishes with the configuration of its source.
    let arn = text(participant, "ingestConfigurationArn");
    if is_replica(participant) || Arn::parse(arn).is_none() {
        return Ok(());
    }
    let Some(mut record) = view.resource(KIND, arn)? else { return Ok(()) };
    let id = text(participant, "participantId");
    let mut active = active(&record);
    active.retain(|one| one != id);
    if is_publishing {
        active.push(id.to_owned());
    }
    record.insert("state".into(), if active.is_empty() { "INACTIVE" } else { "ACTIVE" }.into());
    record.insert("_stage".into(), stage.into());
    record.insert(ACTIVE.into(), active.into());
    view.put(KIND, &record);
    Ok(())
}

fn active(record: &Record) -> Vec<String> {
    let ids = record.get(ACTIVE).and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).map(str::to_owned).collect()
}
