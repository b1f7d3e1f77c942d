//! Participants that are copied from one stage to others: what the operations check, and what they want.

use ivs_model::{ApiError, Source};
use ivs_token::StageArn;
use serde_json::{Map, Value, json};

use super::place::{Place, is_replica, key};
use super::publishers;
use crate::call::{Answer, Call, Effect, invalid, not_found, quota};
use crate::kinds::{Record, text};
use crate::replication::Replication;
use crate::tokens::check_attributes;
use crate::view::View;

/// The kind of the records that `ListParticipantReplicas` shows.
const KIND: &str = "participant-replica";

/// `StartParticipantReplication`.
pub(crate) fn start(call: &mut Call<'_>) -> Answer {
    let [source, destination] = stages(call)?;
    let id = call.text("participantId");
    let session = text(&source, "activeSessionId");
    let place = Place { stage: text(&source, "arn"), session, participant: id };
    let participant = call.get(&key(call, place))?.ok_or_else(|| not_found(id))?;
    let is_publishing = participant.get("_publishing") == Some(&true.into());
    if !is_publishing || is_replica(&participant) {
        if call.assumes("replication-idle", "not-found") {
            return Err(not_found(id));
        }
        let message = format!("{id} does not publish on {}", place.stage);
        return Err(call.refuse("ConflictException", message, "replication-idle", Source::Assumed));
    }
    let mut attributes = Map::new();
    for given in [participant.get("attributes"), call.input.get("attributes")] {
        attributes.extend(given.and_then(Value::as_object).cloned().unwrap_or_default());
    }
    check_attributes(Some(&attributes.clone().into()))?;
    let active = active(call, place.stage, id)?;
    let there = text(&destination, "activeSessionId");
    let arn = text(&destination, "arn");
    let there = Place { stage: arn, session: there, participant: id };
    let is_there = call.get(&key(call, there))?.is_some_and(|one| text(&one, "state") == "CONNECTED");
    if is_there || active.iter().any(|replica| text(replica, "destinationStageArn") == arn) {
        if call.assumes("replication-again", "accept") {
            return Ok(json!({}));
        }
        let message = format!("{id} is on {arn} already");
        return Err(call.refuse("ConflictException", message, "replication-again", Source::Assumed));
    }
    let limit = call.environment.quota("replicationsPerParticipant", 5);
    if active.len() >= limit {
        return Err(quota("replicationsPerParticipant", limit));
    }
    let limit = call.environment.quota("publishersPerStage", 12);
    if publishers::count(call, there.stage, there.session)? >= limit {
        return Err(quota("publishersPerStage", limit));
    }
    let limit = call.environment.quota("concurrentPublishers", 1000);
    if publishers::count_all(call)? >= limit {
        return Err(quota("concurrentPublishers", limit));
    }
    let session = match there.session {
        "" => format!("st-{}", call.ids.alphanumeric(13)),
        session => session.to_owned(),
    };
    let seconds = call.input.get("reconnectWindowSeconds").and_then(Value::as_i64).unwrap_or(0);
    let replication = Replication {
        source: of_stage(place.stage)?,
        source_session: place.session.to_owned(),
        participant: id.to_owned(),
        destination: of_stage(arn)?,
        session,
        window_ms: seconds * 1000,
        attributes,
    };
    write(call, &replication, "ACTIVE");
    call.effects.push(Effect::Replicate(replication));
    Ok(json!({}))
}

/// `StopParticipantReplication`.
pub(crate) fn stop(call: &mut Call<'_>) -> Answer {
    let [source, destination] = stages(call)?;
    let id = call.text("participantId");
    let arn = text(&destination, "arn");
    let replicas = active(call, text(&source, "arn"), id)?;
    let replica = replicas.into_iter().find(|replica| text(replica, "destinationStageArn") == arn);
    let replica = replica.ok_or_else(|| not_found(id))?;
    let replication = Replication {
        source: of_stage(text(&source, "arn"))?,
        source_session: text(&replica, "sourceSessionId").to_owned(),
        participant: id.to_owned(),
        destination: of_stage(arn)?,
        session: text(&replica, "destinationSessionId").to_owned(),
        window_ms: 0,
        attributes: Map::new(),
    };
    write(call, &replication, "STOPPED");
    call.effects.push(Effect::EndReplication(replication));
    Ok(json!({}))
}

/// Keeps how it stands with a copy.
pub(crate) fn write(view: &mut View<'_>, replication: &Replication, state: &str) {
    let record = json!({
        "sourceStageArn": replication.source.as_str(),
        "participantId": replication.participant,
        "sourceSessionId": replication.source_session,
        "destinationStageArn": replication.destination.as_str(),
        "destinationSessionId": replication.session,
        "replicationState": state,
    });
    let key = key_of(view, replication);
    view.writes.push((key, Some(record)));
}

/// Whether the copy is kept that an operation wrote, and nobody has stopped it.
pub(crate) fn is_active(view: &View<'_>, replication: &Replication) -> Result<bool, ApiError> {
    let kept = view.get(&key_of(view, replication))?;
    Ok(kept.is_some_and(|kept| text(&kept, "replicationState") == "ACTIVE"))
}

/// Keeps that a copy has come, in these sessions. What the operation expected of them gives way.
pub(crate) fn come(view: &mut View<'_>, expected: &Replication, come: &Replication) {
    let key = key_of(view, expected);
    if key != key_of(view, come) {
        view.writes.push((key, None));
    }
    write(view, come, "ACTIVE");
}

fn key_of(view: &View<'_>, replication: &Replication) -> String {
    let Replication { source, source_session, participant, destination, session, .. } = replication;
    view.of_stage(KIND, source.as_str(), &[participant, source_session, destination.resource_id(), session])
}

/// The two stages of a call.
fn stages(call: &Call<'_>) -> Result<[Record; 2], ApiError> {
    let [source, destination] = [call.text("sourceStageArn"), call.text("destinationStageArn")];
    if source == destination && call.assumes("two-stages", "refuse") {
        let message = "sourceStageArn and destinationStageArn are the same";
        return Err(invalid(message, "two-stages", Source::Assumed));
    }
    Ok([call.existing("stage", source)?, call.existing("stage", destination)?])
}

/// The copies that there are of a participant.
fn active(view: &View<'_>, stage: &str, participant: &str) -> Result<Vec<Record>, ApiError> {
    let mut replicas = view.within(&view.of_stage(KIND, stage, &[participant]))?;
    replicas.retain(|replica| text(replica, "replicationState") == "ACTIVE");
    Ok(replicas)
}

fn of_stage(arn: &str) -> Result<StageArn, ApiError> {
    StageArn::try_from(arn).map_err(|error| invalid(error.to_string(), "stage-arn", Source::Model))
}
