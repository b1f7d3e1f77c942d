//! What must hold whenever nothing happens, whatever has happened before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use crate::http::hash::hex;

/// The records of a kind.
pub(super) fn all(world: &World, kind: &str) -> Vec<Arc<Value>> {
    let found = world.0.store().scan(&format!("123456789012/us-west-2/{kind}/"), "", usize::MAX).unwrap();
    found.into_iter().map(|(_, entry)| entry.value).collect()
}

/// The last part of an ARN.
fn id_of(arn: &Value) -> &str {
    arn.as_str().unwrap().rsplit('/').next().unwrap()
}

/// The participants of the session that a stage has.
fn people(world: &World, stage: &Value) -> Vec<Arc<Value>> {
    let id = id_of(&stage["arn"]);
    stage["activeSessionId"]
        .as_str()
        .map_or_else(Vec::new, |session| all(world, &format!("participant/{id}/{session}")))
}

/// Whether somebody publishes on a stage.
fn publishes(world: &World, stage: &Value) -> bool {
    people(world, stage).iter().any(|one| one["_publishing"] == true)
}

/// What is there now.
pub(super) fn check(world: &World) {
    let clock = world.control("GET", "clock", &json!({})).1;
    let now = clock["nowMs"].as_i64().unwrap();
    assert!(clock["next"].as_str().is_none_or(|next| next >= clock["now"].as_str().unwrap()), "{clock}");
    let stages = all(world, "stage");
    sessions(world, &stages);
    participants(world, &stages, now);
    replicas(world, &stages);
    ingests(world, &stages);
    compositions(world, &stages, now);
    streams(world, now);
}

/// What was there on these stages, too, and has ended; and what has ended of streams. Of stages that were deleted, those are left
/// out of the list to which nothing can happen any more.
pub(super) fn check_past(world: &World, ids: &mut Vec<String>) {
    let clock = world.control("GET", "clock", &json!({})).1;
    let now = clock["nowMs"].as_i64().unwrap();
    let stages = all(world, "stage");
    let open: Vec<&Value> = stages.iter().map(|stage| &stage["activeSessionId"]).collect();
    let is_there = |id: &str| stages.iter().any(|stage| id_of(&stage["arn"]) == id);
    ids.retain(|id| !past(world, id, &open, now) || is_there(id));
    let streams = all(world, "stream");
    let sessions = all(world, "stream-session");
    let open = sessions.iter().filter(|session| session["endTime"].is_null());
    let mut ids: Vec<_> = open.map(|session| session["streamId"].as_str().unwrap()).collect();
    let mut live: Vec<_> = streams.iter().map(|stream| stream["streamId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    live.sort_unstable();
    assert_eq!(ids, live);
}

/// What was there on a stage. Says whether all of it is over.
fn past(world: &World, stage: &str, open: &[&Value], now: i64) -> bool {
    for session in all(world, &format!("stage-session/{stage}")) {
        assert_eq!(session["endTime"].is_null(), open.contains(&&session["sessionId"]), "{session}");
    }
    let is_deleted = {
        let key = format!("123456789012/us-west-2/stage/{stage}");
        world.0.store().get(&key).unwrap().is_none()
    };
    for replica in all(world, &format!("participant-replica/{stage}")) {
        assert!(!is_deleted || replica["replicationState"] == "STOPPED", "{replica}");
    }
    let mut is_over = true;
    let prefix = format!("123456789012/us-west-2/participant/{stage}/");
    for (key, entry) in world.0.store().scan(&prefix, "", usize::MAX).unwrap() {
        let (session, participant) = (key.split('/').nth(4).unwrap(), &entry.value);
        let id = participant["participantId"].as_str().unwrap();
        let is_open = open.iter().any(|one| *one == session);
        assert!(is_open || participant["state"] == "DISCONNECTED", "{participant}");
        assert!(is_open || participant["_publishing"] != true, "{participant}");
        // Everybody who came has left as often, but for those who are there; and so it is with publishing.
        let events = all(world, &format!("participant-event/{stage}/{session}/{id}"));
        let times = |name: &str| events.iter().filter(|event| event["name"] == name).count();
        let is_there = usize::from(participant["state"] == "CONNECTED");
        let is_publishing = usize::from(participant["_publishing"] == true);
        assert_eq!(times("JOINED"), times("LEFT") + is_there, "{events:?}");
        assert_eq!(times("PUBLISH_STARTED"), times("PUBLISH_STOPPED") + is_publishing, "{events:?}");
        recording(world, (stage, session), participant, now);
        is_over &= !is_open && participant["recordingState"] != "STOPPING";
    }
    is_over
}

/// A stage has at most one open session, and names it.
fn sessions(world: &World, stages: &[Arc<Value>]) {
    for stage in stages {
        let sessions = all(world, &format!("stage-session/{}", id_of(&stage["arn"])));
        let open: Vec<_> = sessions.iter().filter(|one| one["endTime"].is_null()).collect();
        assert!(open.len() <= 1, "{open:?}");
        let open = open.first().map_or(&Value::Null, |session| &session["sessionId"]);
        assert_eq!(open, &stage["activeSessionId"]);
    }
}

/// Who publishes is there, and the session knows it; and who was sent away for good is not.
fn participants(world: &World, stages: &[Arc<Value>], now: i64) {
    for stage in stages {
        let stage_id = id_of(&stage["arn"]);
        if let Some(session) = stage["activeSessionId"].as_str() {
            let key = format!("123456789012/us-west-2/stage-session/{stage_id}/{session}/");
            let kept = world.0.store().get(&key).unwrap().unwrap().value;
            let kept = serde_json::from_value(kept["_publishers"].clone()).unwrap_or_default();
            let publishing = people(world, stage).into_iter().filter(|one| one["_publishing"] == true);
            let publishing = publishing.map(|one| one["participantId"].as_str().unwrap().to_owned());
            assert_eq!(publishing.collect::<BTreeSet<_>>(), BTreeSet::from_iter::<Vec<String>>(kept));
        }
        for participant in people(world, stage) {
            let (is_publishing, is_there) =
                (participant["_publishing"] == true, participant["state"] == "CONNECTED");
            assert!(!is_publishing || is_there, "{participant}");
            assert!(!is_publishing || participant["published"] == true, "{participant}");
            let id = participant["participantId"].as_str().unwrap();
            let revoked = format!("123456789012/us-west-2/revocation/participant:{stage_id}:{id}");
            assert!(!is_there || world.0.store().get(&revoked).unwrap().is_none(), "{participant}");
            let session = stage["activeSessionId"].as_str().unwrap();
            recording(world, (stage_id, session), &participant, now);
        }
    }
}

/// The recording of a participant is what the participant shows, and goes on only as long as they publish or may come back.
fn recording(world: &World, (stage, session): (&str, &str), participant: &Value, now: i64) {
    let id = participant["participantId"].as_str().unwrap();
    let key = format!("123456789012/us-west-2/participant-recording/{stage}/{session}/{id}");
    let found = world.0.store().get(&format!("{key}/")).unwrap();
    let Some(recording) = found.map(|entry| entry.value) else {
        assert!(matches!(participant["recordingState"].as_str(), None | Some("DISABLED")), "{participant}");
        return;
    };
    assert_eq!(recording["state"], participant["recordingState"], "{participant}");
    let is_publishing = participant["_publishing"] == true;
    match recording["state"].as_str().unwrap() {
        "ACTIVE" => assert!(is_publishing, "{participant}"),
        "STOPPING" => {
            let left = recording["pausedAt"].as_i64().unwrap() + recording["window"].as_i64().unwrap() * 1000;
            assert!(!is_publishing && now < left, "{recording}");
        }
        "STOPPED" => assert!(!is_publishing, "{participant}"),
        other => assert_eq!(other, "FAILED", "{recording}"),
    }
}

/// What the list of replicas says is so on the stages. A replica is there as long as it is active.
fn replicas(world: &World, stages: &[Arc<Value>]) {
    let mut there = Vec::new();
    for stage in stages {
        for participant in people(world, stage).iter().filter(|one| one["replicationType"] == "REPLICA") {
            let is_active = participant["replicationState"] == "ACTIVE";
            assert_eq!(is_active, participant["state"] == "CONNECTED", "{participant}");
            if is_active {
                there.push((participant["participantId"].clone(), stage["arn"].clone()));
            }
        }
    }
    let of_stage = |stage: &Arc<Value>| all(world, &format!("participant-replica/{}", id_of(&stage["arn"])));
    let listed: Vec<_> = stages.iter().flat_map(of_stage).collect();
    let listed = listed.iter().filter(|one| one["replicationState"] == "ACTIVE");
    let mut listed: Vec<_> =
        listed.map(|one| (one["participantId"].clone(), one["destinationStageArn"].clone())).collect();
    let order = |pair: &(Value, Value)| (pair.0.to_string(), pair.1.to_string());
    listed.sort_by_key(order);
    there.sort_by_key(order);
    assert_eq!(listed, there);
}

/// An ingest configuration is active while somebody publishes with it, and has no stage that is gone.
fn ingests(world: &World, stages: &[Arc<Value>]) {
    let mut publishing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for participant in stages.iter().flat_map(|stage| people(world, stage)) {
        let is_own = participant["replicationType"] != "REPLICA" && participant["_publishing"] == true;
        if let Some(arn) = participant["ingestConfigurationArn"].as_str().filter(|_| is_own) {
            let id = participant["participantId"].as_str().unwrap().to_owned();
            publishing.entry(arn.to_owned()).or_default().push(id);
        }
    }
    for ingest in all(world, "ingest-configuration") {
        let arn = ingest["arn"].as_str().unwrap();
        let mut shown: Vec<String> =
            serde_json::from_value(ingest["_publishing"].clone()).unwrap_or_default();
        let mut found = publishing.remove(arn).unwrap_or_default();
        shown.sort();
        found.sort();
        assert_eq!(shown, found, "{ingest}");
        assert_eq!(ingest["state"], if found.is_empty() { "INACTIVE" } else { "ACTIVE" }, "{ingest}");
        let stage = &ingest["stageArn"];
        assert!(stage == "" || stages.iter().any(|one| one["arn"] == *stage), "{ingest}");
    }
    assert_eq!(publishing, BTreeMap::new(), "nobody publishes with a configuration that is gone");
}

fn compositions(world: &World, stages: &[Arc<Value>], now: i64) {
    for composition in all(world, "composition") {
        let stage = stages.iter().find(|stage| stage["arn"] == composition["stageArn"]);
        let age = now - composition["_createdAt"].as_i64().unwrap();
        match composition["state"].as_str().unwrap() {
            "STARTING" => {
                assert!(age < 60_000 && (age == 0 || !publishes(world, stage.unwrap())), "{composition}");
            }
            "ACTIVE" => {
                let idle = composition["_idleSince"].as_i64().map(|since| now - since);
                assert_eq!(idle.is_none(), publishes(world, stage.unwrap()), "{composition}");
                assert!(age < 86_400_000 && idle.is_none_or(|idle| idle < 60_000), "{composition}");
                let destinations = composition["destinations"].as_array().unwrap();
                assert!(destinations.iter().any(|one| one["state"] != "FAILED"), "{composition}");
            }
            other => {
                assert!(matches!(other, "STOPPED" | "FAILED"), "{composition}");
                let ended = composition["_endedAt"].as_i64().unwrap();
                assert!(composition["endTime"].is_string() && now - ended < 300_000, "{composition}");
            }
        }
    }
}

fn streams(world: &World, now: i64) {
    let streams = all(world, "stream");
    for stream in &streams {
        let composition = stream["_composition"].as_str();
        let of = |arn: &str| all(world, "composition").into_iter().find(|one| one["arn"] == arn);
        // The stream of a composition ends with it.
        assert!(
            composition.is_none_or(|arn| of(arn).is_some_and(|one| one["state"] == "ACTIVE")),
            "{stream}"
        );
        viewers(world, stream);
        let breaks = stream["_adBreaks"].as_array().cloned().unwrap_or_default();
        let mut times: Vec<_> =
            breaks.iter().map(|one| (one["start"].as_i64(), one["end"].as_i64())).collect();
        times.sort_unstable();
        assert!(times.windows(2).all(|two| two[0].1 <= two[1].0), "ad breaks overlap: {stream}");
    }
    for stream in &streams {
        // Each takeover that was made is told, as long as the session keeps its events.
        let (channel, id) = (id_of(&stream["channelArn"]), stream["streamId"].as_str().unwrap());
        let key = format!("123456789012/us-west-2/stream-session/{channel}/{id}/");
        let session = world.0.store().get(&key).unwrap().unwrap().value;
        assert!(session["endTime"].is_null(), "{session}");
        let events = session["truncatedEvents"].as_array().unwrap();
        let told = events.iter().filter(|event| event["name"] == "Stream Takeover").count() as u64;
        assert!(events.len() == 500 || told == stream["_takeovers"].as_u64().unwrap_or(0), "{session}");
    }
    for channel in all(world, "channel") {
        let live = streams.iter().find(|stream| stream["channelArn"] == channel["arn"]);
        let key = format!("123456789012/us-west-2/channel-recording/{}/", id_of(&channel["arn"]));
        let recording = world.0.store().get(&key).unwrap().map(|entry| entry.value);
        let is_recorded = channel["recordingConfigurationArn"].as_str().is_some_and(|arn| !arn.is_empty());
        match (recording, live) {
            (None, live) => assert!(live.is_none() || !is_recorded, "{channel}"),
            (Some(recording), Some(live)) => {
                assert!(recording["pausedAt"].is_null(), "{recording}");
                let streams = recording["streams"].as_array().unwrap();
                assert_eq!(streams.last(), Some(&live["streamId"]), "{recording}");
            }
            (Some(recording), None) => {
                let left =
                    recording["pausedAt"].as_i64().unwrap() + recording["window"].as_i64().unwrap() * 1000;
                assert!(now < left, "{recording}");
            }
        }
    }
}

/// Everybody is counted once, and nobody watches whose session was revoked.
fn viewers(world: &World, stream: &Value) {
    let known = stream["_sessions"].as_object().cloned().unwrap_or_default();
    let count = stream["_viewers"].as_u64().unwrap_or(0) + known.len() as u64;
    assert_eq!(stream["viewerCount"].as_u64(), Some(count), "{stream}");
    for (id, version) in &known {
        let name = format!("viewer:{}:{}", id_of(&stream["channelArn"]), hex(id.as_bytes()));
        let key = format!("123456789012/us-west-2/revocation/{name}");
        let revoked = world.0.store().get(&key).unwrap();
        let up_to = revoked.and_then(|entry| entry.value["upTo"].as_i64());
        assert!(up_to.is_none_or(|up_to| version.as_i64().unwrap() > up_to), "{stream}");
    }
}
