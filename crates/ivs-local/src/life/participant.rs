//! What participants do, told in both places from one source: `ListParticipantEvents`, and the events of `EventBridge`.

use ivs_model::ApiError;
use serde_json::{Map, Value, json};

use super::place::{Place, is_replica, key};
use super::{composition, ingest, publishers, recording};
use crate::happened::{Happened, Topic};
use crate::kinds::{Record, text};
use crate::time::{iso8601, precise};
use crate::view::View;

/// Something that a participant did, or that happened to them.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its number among the events of the session.
    pub(crate) number: u64,
    /// The name that `ListParticipantEvents` has for it.
    pub(crate) name: &'static str,
    /// What the list shows besides.
    pub(crate) more: Map<String, Value>,
}

/// Keeps a participant, and tells of an event of theirs if there is one.
pub(crate) fn put(
    view: &mut View<'_>,
    place: Place<'_>,
    participant: &Record,
    event: Option<&Event>,
) -> Result<(), ApiError> {
    if let Some(event) = event {
        announce(view, place, participant, event);
    }
    let name = event.map_or("", |event| event.name);
    let mut participant = participant.clone();
    recording::heed(view, place, &mut participant, name)?;
    ingest::heed(view, &participant, place.stage, name)?;
    publishers::heed(view, place, &participant)?;
    view.write(key(view, place), participant);
    composition::heed_stage(view, place.stage)
}

/// Tells of an event.
pub(crate) fn tell(view: &mut View<'_>, place: Place<'_>, event: &Event) -> Result<(), ApiError> {
    let record = view.get(&key(view, place))?.unwrap_or_default();
    announce(view, place, &record, event);
    Ok(())
}

fn announce(view: &mut View<'_>, place: Place<'_>, record: &Record, event: &Event) {
    let Event { number, name, more } = event;
    let mut shown = more.clone();
    shown.insert("name".into(), (*name).into());
    shown.insert("participantId".into(), place.participant.into());
    shown.insert("eventTime".into(), iso8601(view.now).into());
    if is_replica(record) {
        shown.insert("replica".into(), true.into());
    }
    let prefix = view.of_stage("participant-event", place.stage, &[place.session, place.participant]);
    view.write(format!("{prefix}{number:012}"), shown);
    if let Some((name, more)) = of_event_bridge(name, more, record) {
        let mut detail = json!({
            "session_id": place.session,
            "event_name": name,
            "event_time": iso8601(view.now),
            "user_id": text(record, "userId"),
            "participant_id": place.participant,
        });
        if matches!(name, "Participant Published" | "Participant Unpublished") {
            detail["event_time_precise"] = precise(view.now).into();
        }
        for (name, value) in more.as_object().into_iter().flatten() {
            detail[name] = value.clone();
        }
        view.happened(Happened::new(Topic::StageUpdate, place.stage, detail));
    }
}

/// What `EventBridge` is told of an event: its name there, and the members that not all events have.
fn of_event_bridge(name: &str, more: &Map<String, Value>, record: &Record) -> Option<(&'static str, Value)> {
    let published = || {
        let mut members = json!({ "replica": is_replica(record) });
        if is_replica(record) {
            members["source_stage_arn"] = text(record, "sourceStageArn").into();
            members["source_session_id"] = text(record, "sourceSessionId").into();
        }
        members
    };
    let replicated = || {
        json!({
            "destination_stage_arn": more.get("destinationStageArn"),
            "destination_session_id": more.get("destinationSessionId"),
        })
    };
    Some(match name {
        "PUBLISH_STARTED" => ("Participant Published", published()),
        "PUBLISH_STOPPED" => ("Participant Unpublished", published()),
        "PUBLISH_ERROR" => {
            let mut members = published();
            members["error_code"] = more.get("errorCode").cloned().unwrap_or_default();
            ("Participant Publish Error", members)
        }
        "REPLICATION_STARTED" => ("Participant Replication Start", replicated()),
        "REPLICATION_STOPPED" => ("Participant Replication End", replicated()),
        "TOKEN_EXCHANGED" => {
            let token = |name: &str| {
                let token = more.get(name).cloned().unwrap_or_default();
                json!({
                    "capabilities": token["capabilities"],
                    "attributes": token["attributes"],
                    "user_id": token["userId"],
                    "expiration_time": token["expirationTime"],
                })
            };
            let tokens = json!({ "previous_token": token("previousToken"), "new_token": token("newToken") });
            ("Token Exchanged", tokens)
        }
        _ => return None,
    })
}
