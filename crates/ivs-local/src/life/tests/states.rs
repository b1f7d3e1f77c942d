//! Every state that an SDK can show is reached here, or in a test that is named here.

use std::collections::BTreeSet;

use ivs_model::ServiceName;
use serde_json::{Value, json};

use super::World;
use crate::control::CODES;
use crate::settings::Settings;

/// The enumerations that tell how something stands.
const ENUMERATIONS: [&str; 13] = [
    "CompositionState",
    "DestinationState",
    "EventErrorCode",
    "EventName",
    "FailoverSlateConfigurationState",
    "IngestConfigurationState",
    "ParticipantProtocol",
    "ParticipantRecordingState",
    "ParticipantState",
    "RecordingConfigurationState",
    "ReplicationState",
    "ReplicationType",
    "StreamHealth",
];

/// What needs media or a client, and the tests that reach it.
const ELSEWHERE: [(&str, &str); 4] = [
    ("SUBSCRIBE_ERROR", "replica"),
    ("SUBSCRIBE_STARTED", "media"),
    ("SUBSCRIBE_STOPPED", "media"),
    ("TOKEN_EXCHANGED", "exchange"),
];

/// What was seen, and who looks.
struct Seen {
    world: World,
    values: BTreeSet<(&'static str, String)>,
}

impl Seen {
    fn new() -> Self {
        let quotas = [("subscribersPerStage".to_owned(), 3)].into();
        let mut settings = Settings { quotas, ..Settings::default() };
        for name in ["starting-time", "stopping-time", "recording-starting-time", "recording-stopping-time"] {
            settings.assumptions.set(name, "1000").unwrap();
        }
        Self { world: World::with(settings), values: BTreeSet::new() }
    }

    fn see(&mut self, enumeration: &'static str, value: &Value) {
        if let Some(value) = value.as_str() {
            self.values.insert((enumeration, value.to_owned()));
        }
    }

    /// Looks at a resource now, and a second later.
    fn look(&mut self, enumeration: &'static str, operation: &str, member: &str, arn: &str) {
        for _ in 0..2 {
            let shown = self.world.call(operation, &json!({ "arn": arn }))[member].take();
            self.see(enumeration, &shown["state"]);
            for destination in shown["destinations"].as_array().into_iter().flatten() {
                self.see("DestinationState", &destination["state"]);
            }
            self.world.advance(1.0);
        }
    }

    /// Looks at a participant of the last session of a stage now, and a second later.
    fn participant(&mut self, stage: &str, id: &str) {
        for _ in 0..2 {
            let session = self.world.call("ListStageSessions", &json!({ "stageArn": stage }));
            let session = &session["stageSessions"][0]["sessionId"];
            let of = json!({ "stageArn": stage, "sessionId": session, "participantId": id });
            let shown = self.world.call("GetParticipant", &of)["participant"].take();
            for (enumeration, member) in [
                ("ParticipantState", "state"),
                ("ParticipantProtocol", "protocol"),
                ("ParticipantRecordingState", "recordingState"),
                ("ReplicationState", "replicationState"),
                ("ReplicationType", "replicationType"),
            ] {
                self.see(enumeration, &shown[member]);
            }
            let events = self.world.call("ListParticipantEvents", &of);
            for event in events["events"].as_array().unwrap() {
                self.see("EventName", &event["name"]);
                self.see("EventErrorCode", &event["errorCode"]);
            }
            self.world.advance(1.0);
        }
    }

    fn control(&self, path: &str, body: &Value) -> u16 {
        self.world.control("POST", path, body).0
    }
}

#[test]
fn every_state_is_reached() {
    let mut seen = Seen::new();
    participants(&mut seen);
    errors(&mut seen);
    compositions(&mut seen);
    channels(&mut seen);
    let model = seen.world.0.model();
    let mut expected = BTreeSet::new();
    for service in [ServiceName::RealTime, ServiceName::LowLatency] {
        for shape in model.service(service).shapes() {
            if let Some(name) = ENUMERATIONS.into_iter().find(|name| *name == shape.name()) {
                expected.extend(shape.values().iter().map(|value| (name, value.clone())));
            }
        }
    }
    assert!(expected.len() > 40, "{expected:?}");
    for (value, file) in ELSEWHERE {
        let path = format!("{}/tests/door/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        assert!(std::fs::read_to_string(path).unwrap().contains(value), "{value} in {file}");
        expected.remove(&("EventName", value.to_owned()));
    }
    let missing: Vec<_> = expected.difference(&seen.values).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn participants(seen: &mut Seen) {
    let storage = json!({ "s3": { "bucketName": "bucket" } });
    let storage = seen.world.make("CreateStorageConfiguration", "storageConfiguration", &storage);
    let recording =
        json!({ "autoParticipantRecordingConfiguration": { "storageConfigurationArn": storage } });
    let (stage, other) = (seen.world.make("CreateStage", "stage", &recording), seen.world.stage());
    let id = seen.world.join(&stage, &json!({}));
    seen.participant(&stage, &id);
    let publish = format!("{id}/publish");
    seen.world.on_stage("POST", &stage, &publish);
    seen.participant(&stage, &id);
    let copy = json!({ "sourceStageArn": stage, "destinationStageArn": other, "participantId": id });
    seen.world.call("StartParticipantReplication", &copy);
    seen.participant(&stage, &id);
    seen.participant(&other, &id);
    seen.world.call("StopParticipantReplication", &copy);
    seen.participant(&other, &id);
    seen.world.on_stage("DELETE", &stage, &publish);
    seen.participant(&stage, &id);
    let path = format!("stages/{stage}/participants");
    assert_eq!(seen.control(&format!("{path}/{publish}"), &json!({ "error": "INVALID_INPUT" })), 403);
    seen.world.on_stage("POST", &stage, &publish);
    assert_eq!(seen.control(&format!("{path}/{id}/recording"), &json!({ "state": "FAILED" })), 200);
    seen.participant(&stage, &id);
    seen.world.on_stage("DELETE", &stage, &id);
    seen.participant(&stage, &id);
    for protocol in ["RTMP", "RTMPS"] {
        let input = json!({ "ingestProtocol": protocol, "stageArn": stage, "insecureIngest": true });
        let made = seen.world.call("CreateIngestConfiguration", &input)["ingestConfiguration"].take();
        let (arn, encoder) = (made["arn"].as_str().unwrap(), made["participantId"].as_str().unwrap());
        seen.look("IngestConfigurationState", "GetIngestConfiguration", "ingestConfiguration", arn);
        assert_eq!(seen.control(&format!("ingest-configurations/{arn}/publish"), &json!({})), 200);
        seen.look("IngestConfigurationState", "GetIngestConfiguration", "ingestConfiguration", arn);
        seen.participant(&stage, encoder);
    }
    // The third of three is in; the fourth is not.
    let third = seen.world.join(&stage, &json!({}));
    let made = seen.world.call("CreateParticipantToken", &json!({ "stageArn": stage }));
    let token = &made["participantToken"];
    assert_eq!(seen.control(&path, &json!({ "token": token["token"] })), 429);
    let session = seen.world.session_of(&stage).unwrap();
    for id in [&third, token["participantId"].as_str().unwrap()] {
        for name in seen.world.events_of(&stage, &session, id) {
            seen.see("EventName", &name.into());
        }
    }
}

/// Every error that somebody can have who publishes. `EventBridge` is told the same.
fn errors(seen: &mut Seen) {
    let stage = seen.world.stage();
    let id = seen.world.join(&stage, &json!({}));
    for code in CODES {
        let path = format!("stages/{stage}/participants/{id}/publish");
        let (status, answer) = seen.world.control("POST", &path, &json!({ "error": code }));
        let expected = if code == "QUOTA_EXCEEDED" { 429 } else { 403 };
        assert_eq!((status, &answer["code"]), (expected, &json!(code)), "{answer}");
        let told = seen.world.told("IVS Stage Update");
        let told = &told.last().unwrap()["detail"];
        assert_eq!(
            (&told["event_name"], &told["error_code"]),
            (&json!("Participant Publish Error"), &json!(code))
        );
    }
    seen.participant(&stage, &id);
    let mut shapes = seen.world.0.model().service(ServiceName::RealTime).shapes();
    let shape = shapes.find(|shape| shape.name() == "EventErrorCode").unwrap();
    assert_eq!(shape.values(), CODES, "the control takes the codes of the service model, and no others");
}

fn compositions(seen: &mut Seen) {
    let stage = seen.world.stage();
    let id = seen.world.join(&stage, &json!({}));
    seen.world.on_stage("POST", &stage, &format!("{id}/publish"));
    let look = |seen: &mut Seen, arn: &str| {
        seen.look("CompositionState", "GetComposition", "composition", arn);
    };
    let arn = seen.world.composition(&stage);
    look(seen, &arn);
    let shown = seen.world.call("GetComposition", &json!({ "arn": arn }));
    let destination = shown["composition"]["destinations"][0]["id"].as_str().unwrap().to_owned();
    for state in ["RECONNECTING", "FAILED"] {
        let path = format!("compositions/{arn}/destinations/{destination}");
        assert_eq!(seen.control(&path, &json!({ "state": state })), 200);
        look(seen, &arn);
    }
    let arn = seen.world.composition(&stage);
    seen.world.advance(1.0);
    look(seen, &arn);
    seen.world.call("StopComposition", &json!({ "arn": arn }));
    look(seen, &arn);
}

fn channels(seen: &mut Seen) {
    let channel = seen.world.make("CreateChannel", "channel", &json!({}));
    for health in ["HEALTHY", "STARVING", "UNKNOWN"] {
        assert_eq!(seen.control(&format!("channels/{channel}/live"), &json!({ "health": health })), 200);
        let stream = seen.world.call("GetStream", &json!({ "channelArn": channel }))["stream"].take();
        seen.see("StreamHealth", &stream["health"]);
        // The service model says that OFFLINE may not be returned, and it is not.
        assert_eq!(stream["state"], "LIVE");
    }
    let s3 = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    for (enumeration, noun, path, input) in [
        ("RecordingConfigurationState", "RecordingConfiguration", "recording-configurations", s3),
        (
            "FailoverSlateConfigurationState",
            "FailoverSlateConfiguration",
            "failover-slate-configurations",
            json!({}),
        ),
    ] {
        let member = format!("{}{}", noun[..1].to_lowercase(), &noun[1..]);
        let arn = seen.world.make(&format!("Create{noun}"), &member, &input);
        for _ in 0..2 {
            seen.look(enumeration, &format!("Get{noun}"), &member, &arn);
        }
        if noun.starts_with("Failover") {
            seen.world.call("UpdateFailoverSlateConfiguration", &json!({ "arn": arn, "name": "new" }));
            seen.look(enumeration, &format!("Get{noun}"), &member, &arn);
        }
        let path = format!("{path}/{arn}/state");
        assert_eq!(seen.control(&path, &json!({ "state": "CREATE_FAILED" })), 200);
        seen.look(enumeration, &format!("Get{noun}"), &member, &arn);
    }
}
