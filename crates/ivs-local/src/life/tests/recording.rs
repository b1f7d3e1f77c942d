use serde_json::{Value, json};

use super::World;
use crate::door::Visitor;
use crate::settings::Settings;

impl World {
    /// A stage that records its participants.
    fn recorded(&self, more: &Value) -> String {
        let storage = json!({ "s3": { "bucketName": "bucket" } });
        let storage = self.make("CreateStorageConfiguration", "storageConfiguration", &storage);
        let mut configuration = json!({ "storageConfigurationArn": storage });
        for (name, value) in more.as_object().unwrap() {
            configuration[name] = value.clone();
        }
        let input = json!({ "autoParticipantRecordingConfiguration": configuration });
        self.make("CreateStage", "stage", &input)
    }

    /// A participant of the session that is open.
    fn participant(&self, stage: &str, id: &str) -> Value {
        let session = self.session_of(stage);
        let input = json!({ "stageArn": stage, "sessionId": session, "participantId": id });
        self.call("GetParticipant", &input)["participant"].take()
    }

    fn recording(&self, stage: &str, id: &str) -> String {
        self.participant(stage, id)["recordingState"].as_str().unwrap().to_owned()
    }

    fn recordings_told(&self) -> Vec<String> {
        let all = self.told("IVS Participant Recording State Change");
        all.iter().map(|event| event["detail"]["event_name"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_participant_is_recorded_while_they_publish() {
    let world = World::new();
    let stage = world.recorded(&json!({}));
    let id = world.join(&stage, &json!({}));
    assert_eq!(world.recording(&stage, &id), "DISABLED", "nothing is published yet");
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    let shown = world.participant(&stage, &id);
    assert_eq!(
        (&shown["recordingState"], &shown["recordingS3BucketName"]),
        (&json!("ACTIVE"), &json!("bucket"))
    );
    let session = world.session_of(&stage).unwrap();
    let prefix = format!("{}/{session}/{id}/2026-01-02T03-04-05Z", stage.rsplit('/').next().unwrap());
    assert_eq!(shown["recordingS3Prefix"], prefix);
    let listed = |state: &str| {
        let input = json!({ "stageArn": stage, "sessionId": session, "filterByRecordingState": state });
        world.call("ListParticipants", &input)["participants"].as_array().unwrap().len()
    };
    assert_eq!((listed("ACTIVE"), listed("STOPPED")), (1, 0));
    world.advance(2.5);
    world.on_stage("DELETE", &stage, &format!("{id}/publish"));
    assert_eq!(world.recording(&stage, &id), "STOPPED");
    assert_eq!((listed("ACTIVE"), listed("STOPPED")), (0, 1));
    assert_eq!(world.recordings_told(), ["Recording Start", "Recording End"]);
    let ended = &world.told("IVS Participant Recording State Change")[1];
    assert_eq!(ended["detail"]["recording_duration_ms"], 2500);
    assert_eq!(ended["detail"]["recording_s3_key_prefix"], prefix);
    // The next one is another.
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    assert_ne!(world.participant(&stage, &id)["recordingS3Prefix"], prefix);
    world.on_stage("DELETE", &stage, &id);
    assert_eq!(world.recordings_told().len(), 4);
}

#[test]
fn a_recording_goes_on_when_its_participant_comes_back_within_the_window() {
    let world = World::new();
    let stage = world.recorded(&json!({ "recordingReconnectWindowSeconds": 30 }));
    let id = world.join(&stage, &json!({}));
    let publish = format!("{id}/publish");
    world.on_stage("POST", &stage, &publish);
    let prefix = world.participant(&stage, &id)["recordingS3Prefix"].clone();
    world.on_stage("DELETE", &stage, &publish);
    assert_eq!(world.recording(&stage, &id), "STOPPING");
    world.advance(29.0);
    world.on_stage("POST", &stage, &publish);
    world.advance(60.0);
    assert_eq!(world.recording(&stage, &id), "ACTIVE");
    assert_eq!(world.participant(&stage, &id)["recordingS3Prefix"], prefix);
    world.on_stage("DELETE", &stage, &publish);
    world.advance(30.0);
    assert_eq!(world.recording(&stage, &id), "STOPPED");
    assert_eq!(world.recordings_told(), ["Recording Start", "Recording End"]);
    let ended = &world.told("IVS Participant Recording State Change")[1];
    assert_eq!(ended["detail"]["recording_duration_ms"], 89_000);
}

/// A client with the same token takes over, as one does that publishes again before the first is gone.
#[test]
fn a_recording_goes_on_when_another_client_publishes_in_the_place_of_the_first() {
    let mut settings = Settings::default();
    settings.assumptions.set("recording-starting-time", "1000").unwrap();
    let world = World::with(settings);
    let stage = world.recorded(&json!({}));
    let path = format!("stages/{stage}/participants");
    let joined = world.control("POST", &path, &json!({})).1;
    let id = joined["participantId"].as_str().unwrap();
    let live = world.0.live();
    let who = live.gate.participant_of(&stage, joined["token"].as_str().unwrap()).unwrap();
    let publish = || live.publish(&who, live.number(), &Visitor::default());
    publish();
    let prefix = world.participant(&stage, id)["recordingS3Prefix"].clone();
    world.advance(0.5);
    publish();
    assert_eq!(world.recording(&stage, id), "STARTING");
    world.advance(0.5);
    assert_eq!(world.recording(&stage, id), "ACTIVE", "it started when the first client did");
    world.advance(2.0);
    publish();
    assert_eq!(world.participant(&stage, id)["recordingS3Prefix"], prefix);
    assert_eq!(world.recording(&stage, id), "ACTIVE");
    assert_eq!(world.recordings_told(), ["Recording Start"]);
}

#[test]
fn recordings_start_and_stop_for_as_long_as_was_chosen_and_fail_on_demand() {
    let mut settings = Settings::default();
    settings.assumptions.set("recording-starting-time", "1000").unwrap();
    settings.assumptions.set("recording-stopping-time", "2000").unwrap();
    let world = World::with(settings);
    let stage = world.recorded(&json!({}));
    let id = world.join(&stage, &json!({}));
    let fail = || {
        let path = format!("stages/{stage}/participants/{id}/recording");
        world.control("POST", &path, &json!({ "state": "FAILED" })).0
    };
    assert_eq!(fail(), 404, "nothing is recorded");
    let publish = format!("{id}/publish");
    world.on_stage("POST", &stage, &publish);
    assert_eq!(world.recording(&stage, &id), "STARTING");
    world.advance(1.0);
    assert_eq!(world.recording(&stage, &id), "ACTIVE");
    world.on_stage("DELETE", &stage, &publish);
    assert_eq!(world.recording(&stage, &id), "STOPPING");
    world.advance(2.0);
    assert_eq!((world.recording(&stage, &id), fail()), ("STOPPED".to_owned(), 409));
    world.on_stage("POST", &stage, &publish);
    assert_eq!((fail(), world.recording(&stage, &id)), (200, "FAILED".to_owned()));
    world.advance(60.0);
    assert_eq!(world.recording(&stage, &id), "FAILED");
    world.on_stage("DELETE", &stage, &publish);
    world.on_stage("POST", &stage, &publish);
    world.advance(1.0);
    assert_eq!((fail(), world.recording(&stage, &id)), (200, "FAILED".to_owned()));
    let told = world.recordings_told();
    assert_eq!(
        told,
        [
            "Recording Start",
            "Recording End",
            "Recording Start Failure",
            "Recording Start",
            "Recording End Failure"
        ]
    );
}

#[test]
fn replicas_are_recorded_unless_the_stage_says_otherwise() {
    for (configuration, expected) in
        [(json!({}), "ACTIVE"), (json!({ "recordParticipantReplicas": false }), "DISABLED")]
    {
        let world = World::new();
        let (source, destination) = (world.stage(), world.recorded(&configuration));
        let id = world.join(&source, &json!({}));
        world.on_stage("POST", &source, &format!("{id}/publish"));
        let input =
            json!({ "sourceStageArn": source, "destinationStageArn": destination, "participantId": id });
        world.call("StartParticipantReplication", &input);
        assert_eq!(world.recording(&destination, &id), expected);
        assert_eq!(world.recording(&source, &id), "DISABLED");
    }
}

#[test]
fn a_recording_ends_with_its_stage() {
    let world = World::new();
    let stage = world.recorded(&json!({ "recordingReconnectWindowSeconds": 300 }));
    let id = world.join(&stage, &json!({}));
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    world.call("DeleteStage", &json!({ "arn": stage }));
    assert_eq!(world.recordings_told(), ["Recording Start", "Recording End"]);
    let unpublished = world.told("IVS Stage Update");
    assert_eq!(unpublished.last().unwrap()["detail"]["event_name"], "Participant Unpublished");
}
