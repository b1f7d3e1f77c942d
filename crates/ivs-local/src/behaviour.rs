//! The operations that are more than create, get, list, update, delete and tags.

use ivs_model::{ApiError, ServiceName, Source};
use ivs_token::{ChannelArn, ParticipantId, Revocation, StageArn, TokenId, ViewerId};
use serde_json::{Map, Value, json};

use crate::call::{Answer, Call, invalid, not_found};
use crate::http::hash::hex;
use crate::kinds::{self, Stage, create, shown, text};
use crate::life::{ad_break, replication, stream, viewers};
use crate::page::{page, page_of_sessions};
use crate::tokens::mint;

/// What an operation does.
pub(crate) type Behaviour = fn(&mut Call<'_>) -> Answer;

/// The operation of this name, if it is none of the generic ones.
pub(crate) fn find(service: ServiceName, operation: &str) -> Option<Behaviour> {
    Some(match (service, operation) {
        (ServiceName::RealTime, name) => match name {
            "CreateStage" => create_stage,
            "CreateParticipantToken" => create_participant_token,
            "DisconnectParticipant" => disconnect_participant,
            "RevokeConnectionToken" => revoke_connection_token,
            "GetParticipant" => get_participant,
            "GetStageSession" => get_stage_session,
            "ListParticipants" => list_participants,
            "ListParticipantEvents" => list_participant_events,
            "ListParticipantReplicas" => list_participant_replicas,
            "ListStageSessions" => list_stage_sessions,
            "StartComposition" => kinds::start_composition,
            "StopComposition" => kinds::stop_composition,
            "StartParticipantReplication" => replication::start,
            "StopParticipantReplication" => replication::stop,
            _ => return None,
        },
        (ServiceName::LowLatency, name) => match name {
            "CreateChannel" => kinds::create_channel,
            "ListChannels" => list_channels,
            "UpdateChannel" => update_channel,
            "GetStream" => get_stream,
            "StopStream" => stop_stream,
            "InsertAdBreak" => ad_break::insert,
            "PutMetadata" => put_metadata,
            "GetStreamSession" => get_stream_session,
            "ListStreamSessions" => list_stream_sessions,
            "ListStreams" => list_streams,
            "StartViewerSessionRevocation" => start_viewer_session_revocation,
            "BatchStartViewerSessionRevocation" => batch_start_viewer_session_revocation,
            _ => return None,
        },
    })
}

fn create_stage(call: &mut Call<'_>) -> Answer {
    let record = create(&Stage, call, call.input.all().clone())?;
    let arn = text(&record, "arn").to_owned();
    let configurations = call.input.get("participantTokenConfigurations").and_then(Value::as_array);
    let mut tokens = Vec::new();
    for configuration in configurations.into_iter().flatten() {
        let configuration = configuration.as_object().cloned().unwrap_or_default();
        tokens.push(mint(call, &arn, &configuration)?);
    }
    Ok(json!({ "stage": shown(&Stage, call, record), "participantTokens": tokens }))
}

fn create_participant_token(call: &mut Call<'_>) -> Answer {
    let stage = call.text("stageArn");
    call.existing("stage", stage)?;
    Ok(json!({ "participantToken": mint(call, stage, call.input.all())? }))
}

fn disconnect_participant(call: &mut Call<'_>) -> Answer {
    let (arn, id) = (call.text("stageArn"), call.text("participantId"));
    call.existing("stage", arn)?;
    let broken = |error: &dyn std::fmt::Display| invalid(error.to_string(), "participant-id", Source::Model);
    let stage = StageArn::try_from(arn).map_err(|error| broken(&error))?;
    let participant_id = ParticipantId::try_from(id).map_err(|error| broken(&error))?;
    if call.assumes("disconnect-unknown", "refuse") {
        let known = call.within(&call.of_stage("participant", arn, &[]))?;
        if !known.iter().any(|one| text(one, "participantId") == id) {
            let message = format!("Resource: {id} not found");
            let code = "ResourceNotFoundException";
            return Err(call.refuse(code, message, "disconnect-unknown", Source::Assumed));
        }
    }
    for mut ingest in call.all("ingest-configuration")? {
        let credentials = ingest.get("_credentials").and_then(Value::as_array);
        let is_of = credentials.into_iter().flatten().any(|one| one["participantId"] == id);
        if text(&ingest, "stageArn") == arn && is_of {
            ingest.insert("stageArn".into(), "".into());
            call.put("ingest-configuration", &ingest);
        }
    }
    let record = json!({ "stageArn": arn, "participantId": id, "at": call.now });
    let key = format!("participant:{}:{id}", stage.resource_id());
    call.revoke(&key, Revocation::Participant { stage, participant_id, reason: None }, record);
    Ok(json!({}))
}

fn revoke_connection_token(call: &mut Call<'_>) -> Answer {
    let id = call.text("tokenId");
    let token_id =
        TokenId::try_from(id).map_err(|error| invalid(error.to_string(), "token-id", Source::Model))?;
    let record = json!({ "tokenId": id, "at": call.now });
    call.revoke(&format!("connection:{id}"), Revocation::ConnectionToken { token_id }, record);
    Ok(json!({}))
}

fn get_stage_session(call: &mut Call<'_>) -> Answer {
    let key = call.of_stage("stage-session", call.text("stageArn"), &[call.text("sessionId")]);
    let session = call.get(&key)?.ok_or_else(|| not_found(call.text("sessionId")))?;
    Ok(json!({ "stageSession": session }))
}

fn get_participant(call: &mut Call<'_>) -> Answer {
    let ids = [call.text("sessionId"), call.text("participantId")];
    let key = call.of_stage("participant", call.text("stageArn"), &ids);
    let participant = call.get(&key)?.ok_or_else(|| not_found(call.text("participantId")))?;
    Ok(json!({ "participant": participant }))
}

fn list_stage_sessions(call: &mut Call<'_>) -> Answer {
    let prefix = call.of_stage("stage-session", call.text("stageArn"), &[]);
    page_of_sessions(call, &prefix, "stageSessions", |record| Some(record.into()))
}

fn list_participants(call: &mut Call<'_>) -> Answer {
    let filters = ["filterByUserId", "filterByPublished", "filterByState", "filterByRecordingState"];
    let given = filters.into_iter().filter(|name| call.input.get(name).is_some_and(|value| !value.is_null()));
    if given.count() > 1 {
        let message = "Only one of the filters can be used in a call";
        return Err(call.refuse("ConflictException", message, "one-filter", Source::Model));
    }
    let prefix = call.of_stage("participant", call.text("stageArn"), &[call.text("sessionId")]);
    page(call, &prefix, "participants", |record| {
        let is = |filter: &str, member: &str| {
            call.input.get(filter).is_none_or(|wanted| wanted.is_null() || record.get(member) == Some(wanted))
        };
        let is_wanted = is("filterByUserId", "userId")
            && is("filterByPublished", "published")
            && is("filterByState", "state")
            && is("filterByRecordingState", "recordingState");
        is_wanted.then(|| record.clone().into())
    })
}

fn list_participant_events(call: &mut Call<'_>) -> Answer {
    let ids = [call.text("sessionId"), call.text("participantId")];
    let prefix = call.of_stage("participant-event", call.text("stageArn"), &ids);
    page(call, &prefix, "events", |record| Some(record.into()))
}

fn list_participant_replicas(call: &mut Call<'_>) -> Answer {
    let prefix =
        call.of_stage("participant-replica", call.text("sourceStageArn"), &[call.text("participantId")]);
    page(call, &prefix, "replicas", |record| Some(record.into()))
}

fn list_channels(call: &mut Call<'_>) -> Answer {
    let filters =
        call.input.all().iter().filter(|(name, value)| name.starts_with("filterBy") && !value.is_null());
    if filters.count() > 1 {
        let message = "Only one of the filters can be used in a call";
        return Err(call.refuse("ConflictException", message, "one-filter", Source::Model));
    }
    generic(call)
}

fn update_channel(call: &mut Call<'_>) -> Answer {
    if let Some(key) = stream::of_channel(call, call.text("arn"))? {
        let message = format!("{} is live as {}", call.text("arn"), text(&key, "streamId"));
        return Err(call.refuse("ConflictException", message, "live-channel", Source::Model));
    }
    generic(call)
}

fn generic(call: &mut Call<'_>) -> Answer {
    match kinds::find_generic(call.service.name(), call.operation.name()) {
        Some(generic) => kinds::run(generic, call),
        None => {
            Err(ApiError::new("InternalServerException", "No such operation", "operations", Source::Model))
        }
    }
}

fn get_stream(call: &mut Call<'_>) -> Answer {
    let stream = stream::existing(call, call.text("channelArn"))?;
    Ok(json!({ "stream": viewers::shown(call, stream) }))
}

fn stop_stream(call: &mut Call<'_>) -> Answer {
    let arn = call.text("channelArn");
    stream::end(call, arn)?;
    Ok(json!({}))
}

fn put_metadata(call: &mut Call<'_>) -> Answer {
    let limit = call.environment.quota("metadataBytes", 1024);
    let actual = call.text("metadata").len();
    if actual > limit {
        let message = format!("metadata has {actual} bytes; the maximum is {limit}");
        return Err(invalid(message, "metadata-size", Source::Guide));
    }
    stream::existing(call, call.text("channelArn"))?;
    Ok(json!({}))
}

fn get_stream_session(call: &mut Call<'_>) -> Answer {
    let arn = call.text("channelArn");
    call.existing("channel", arn)?;
    let prefix = call.of_stage("stream-session", arn, &[]);
    let wanted = call.text("streamId");
    let sessions = call.within(&prefix)?;
    let wanted_ones = sessions.into_iter().filter(|one| wanted.is_empty() || text(one, "streamId") == wanted);
    // Without an ID, the one that began last.
    let found = wanted_ones.max_by_key(|one| one.get("_begunAt").and_then(Value::as_i64));
    let session = found.ok_or_else(|| not_found(if wanted.is_empty() { arn } else { wanted }))?;
    Ok(json!({ "streamSession": session }))
}

fn list_stream_sessions(call: &mut Call<'_>) -> Answer {
    let prefix = call.of_stage("stream-session", call.text("channelArn"), &[]);
    page(call, &prefix, "streamSessions", |record| Some(record.into()))
}

fn list_streams(call: &mut Call<'_>) -> Answer {
    let health = call.input.get("filterBy").and_then(|by| by.get("health")).and_then(Value::as_str);
    page(call, &call.key("stream", ""), "streams", |record| {
        let is_wanted = health.is_none_or(|health| text(&record, "health") == health);
        is_wanted.then(|| viewers::shown(call, record).into())
    })
}

fn start_viewer_session_revocation(call: &mut Call<'_>) -> Answer {
    let input = call.input.all();
    revoke_viewer(call, input)?;
    Ok(json!({}))
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have one form")]
fn batch_start_viewer_session_revocation(call: &mut Call<'_>) -> Answer {
    let mut errors = Vec::new();
    let sessions = call.input.get("viewerSessions").and_then(Value::as_array);
    for session in sessions.into_iter().flatten().filter_map(Value::as_object) {
        if let Err(error) = revoke_viewer(call, session) {
            errors.push(json!({
                "channelArn": session.get("channelArn"),
                "viewerId": session.get("viewerId"),
                "code": error.code(),
                "message": error.message(),
            }));
        }
    }
    Ok(json!({ "errors": errors }))
}

fn revoke_viewer(call: &mut Call<'_>, session: &Map<String, Value>) -> Result<(), ApiError> {
    let (arn, id) = (text(session, "channelArn"), text(session, "viewerId"));
    call.existing("channel", arn)?;
    let broken = |error: &dyn std::fmt::Display| invalid(error.to_string(), "viewer-id", Source::Model);
    let channel = ChannelArn::try_from(arn).map_err(|error| broken(&error))?;
    let viewer_id = ViewerId::try_from(id).map_err(|error| broken(&error))?;
    let up_to = session.get("viewerSessionVersionsLessThanOrEqualTo").and_then(Value::as_i64).unwrap_or(0);
    let hex = hex(id.as_bytes());
    let key = format!("viewer:{}:{hex}", channel.resource_id());
    // A revocation of fewer versions does not take back one of more.
    let before = call.get(&call.key("revocation", &key))?.and_then(|record| record.get("upTo")?.as_i64());
    let up_to = before.map_or(up_to, |before| before.max(up_to));
    let record = json!({ "channelArn": arn, "viewerId": id, "upTo": up_to, "at": call.now });
    call.revoke(&key, Revocation::ViewerSessions { channel, viewer_id, up_to }, record);
    // Who watches now does not any more.
    if let Some(mut stream) = stream::of_channel(call, arn)? {
        call.environment.audience.send_away(text(&stream, "streamId"), id, up_to);
        if viewers::leave(call, &mut stream, id, up_to)? {
            let key = stream::key_of(call, arn);
            call.write(key, stream);
        }
    }
    Ok(())
}
