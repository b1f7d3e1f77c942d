//! Every event that AWS documents is sent, in the form that a table says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ivs_token::{SigningKey, Stage, StageArn, Timestamp};
use serde_json::{Value, json};

use super::replication::Pair;
use super::{BEGIN, World};
use crate::arn::Arn;
use crate::events::EVENTS;
use crate::settings::Settings;
use crate::time::seconds;

/// The forms: a line for each event, with what it is about and the members of its `detail`.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/life/tests/events.txt");

/// What was seen of one event.
#[derive(Default)]
struct Form {
    seen: usize,
    resources: BTreeSet<String>,
    /// The types of each member, and how often it was there.
    members: BTreeMap<String, (BTreeSet<String>, usize)>,
}

impl Form {
    fn see(&mut self, envelope: &Value) {
        self.seen += 1;
        let resources = envelope["resources"].as_array().unwrap().iter().map(type_of).collect::<Vec<_>>();
        self.resources.insert(format!("[{}]", resources.join(", ")));
        for (name, value) in envelope["detail"].as_object().unwrap() {
            let (types, count) = self.members.entry(name.clone()).or_default();
            types.insert(type_of(value));
            *count += 1;
        }
    }

    fn show(&self) -> String {
        let join = |all: &BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(" or ");
        let members = self.members.iter().map(|(name, (types, count))| {
            let maybe = if *count < self.seen { "?" } else { "" };
            format!("{name}{maybe}: {}", join(types))
        });
        format!("{} | {}", join(&self.resources), members.collect::<Vec<_>>().join(", "))
    }
}

/// What a value is, in a word.
fn type_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "flag".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(text) => match Arn::parse(text) {
            Some(arn) => format!("ARN of a {}", arn.kind),
            None if seconds(text).is_some() && text.contains('.') => "time in milliseconds".to_owned(),
            None if seconds(text).is_some() => "time".to_owned(),
            None => "text".to_owned(),
        },
        Value::Array(values) => {
            let types: BTreeSet<_> = values.iter().map(type_of).collect();
            format!("[{}]", types.into_iter().collect::<Vec<_>>().join(" or "))
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name}: {}", type_of(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What all envelopes have in common.
#[track_caller]
fn check_envelope(envelope: &Value) {
    let members: BTreeSet<_> = envelope.as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        ["account", "detail", "detail-type", "id", "region", "resources", "source", "time", "version"];
    assert_eq!(members, BTreeSet::from(expected), "{envelope}");
    assert_eq!((&envelope["version"], &envelope["source"]), (&json!("0"), &json!("aws.ivs")));
    assert_eq!((&envelope["account"], &envelope["region"]), (&json!("123456789012"), &json!("us-west-2")));
    assert_eq!(type_of(&envelope["time"]), "time");
    assert_eq!(envelope["id"].as_str().unwrap().len(), 36);
}

/// `WRITE_EVENTS=1` writes the table anew.
#[test]
fn every_event_that_aws_documents_is_sent_in_its_form() {
    let mut forms: BTreeMap<(String, String), Form> = BTreeMap::new();
    for run in [replicas, exchange, publisher_errors, recordings, compositions, channels, limits] {
        for envelope in run() {
            check_envelope(&envelope);
            let detail = &envelope["detail"];
            let names = ["event_name", "recording_status", "limit_name"];
            let name = names.into_iter().find_map(|name| detail[name].as_str()).unwrap();
            let kind = envelope["detail-type"].as_str().unwrap();
            forms.entry((kind.to_owned(), name.to_owned())).or_default().see(&envelope);
        }
    }
    let mut table = String::new();
    for known in EVENTS {
        let form = forms.remove(&(known.kind.to_owned(), known.name.to_owned()));
        let form = form.unwrap_or_else(|| panic!("{}, {} is never sent", known.kind, known.name));
        // Those that an event can have are seen, too.
        let seen: BTreeSet<_> = form.members.keys().map(String::as_str).collect();
        assert_eq!(seen, known.members().collect(), "{}, {}", known.kind, known.name);
        writeln!(table, "{} | {} | {}", known.kind, known.name, form.show()).unwrap();
    }
    assert!(forms.is_empty(), "nobody documents {:?}", forms.keys());
    if std::env::var_os("WRITE_EVENTS").is_some() {
        std::fs::write(TABLE, &table).unwrap();
    }
    let kept = std::fs::read_to_string(TABLE).unwrap_or_default();
    assert!(table == kept, "WRITE_EVENTS=1 writes it anew:\n{table}");
}

/// All that is in the outbox of a world.
fn told(world: &World) -> Vec<Value> {
    let all = world.0.store().scan("outbox/", "", usize::MAX).unwrap();
    all.into_iter().map(|(_, entry)| (*entry.value).clone()).collect()
}

fn replicas() -> Vec<Value> {
    let pair = Pair::new(Settings::default());
    pair.start(0);
    // One who may not publish there tries it in the place of the replica.
    let destination = StageArn::try_from(pair.destination.as_str()).unwrap();
    let code = json!({ "errorCode": "INSUFFICIENT_CAPABILITIES" });
    pair.world.0.live().note(&destination, &pair.id, "PUBLISH_ERROR", code);
    pair.world.call("StopParticipantReplication", &pair.input());
    pair.world.on_stage("DELETE", &pair.source, &pair.id);
    told(&pair.world)
}

fn exchange() -> Vec<Value> {
    let world = World::new();
    let arn = world.stage();
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    let id = world.make("ImportPublicKey", "publicKey", &json!({ "publicKeyMaterial": pem }));
    let key = key.with_id(id.try_into().unwrap());
    let stage = StageArn::try_from(arn.as_str()).unwrap();
    let stage = Stage::with_endpoints(stage, "http://localhost:1", "ws://localhost:1").unwrap();
    let now = Timestamp::from_secs(BEGIN / 1000).unwrap();
    let old = stage.participant().participant_id("ana").user_id("Ana").attribute("seat", "1");
    let old = old.mint_at(&key, now).unwrap();
    world.join(&arn, &json!({ "token": old.as_str() }));
    let live = world.0.live();
    let who = live.gate.participant_of(&arn, old.as_str()).unwrap();
    let new = old.exchange().user_id("Anna").attribute("seat", "2").mint_at(&key, now).unwrap();
    live.exchange(&who, new.as_str()).unwrap();
    told(&world)
}

fn publisher_errors() -> Vec<Value> {
    let world = World::new();
    let stage = world.stage();
    let id = world.join(&stage, &json!({}));
    let path = format!("stages/{stage}/participants/{id}/publish");
    assert_eq!(world.control("POST", &path, &json!({ "error": "B_FRAME_PRESENT" })).0, 403);
    told(&world)
}

fn recordings() -> Vec<Value> {
    recordings_told("send")
}

/// Recordings of participants, with this choice for `publisher-recording`.
fn recordings_told(choice: &str) -> Vec<Value> {
    let mut settings = Settings::default();
    settings.assumptions.set("publisher-recording", choice).unwrap();
    settings.assumptions.set("recording-starting-time", "1000").unwrap();
    let world = World::with(settings);
    let storage = json!({ "s3": { "bucketName": "bucket" } });
    let storage = world.make("CreateStorageConfiguration", "storageConfiguration", &storage);
    let recorded = json!({ "autoParticipantRecordingConfiguration": { "storageConfigurationArn": storage } });
    let stage = world.make("CreateStage", "stage", &recorded);
    let id = world.join(&stage, &json!({}));
    let publish = format!("{id}/publish");
    let fail = || {
        let path = format!("stages/{stage}/participants/{id}/recording");
        assert_eq!(world.control("POST", &path, &json!({ "state": "FAILED" })).0, 200);
    };
    for (starts, fails) in [(true, false), (false, true), (true, true)] {
        world.on_stage("POST", &stage, &publish);
        if starts {
            world.advance(1.0);
        }
        if fails {
            fail();
        }
        world.on_stage("DELETE", &stage, &publish);
    }
    told(&world)
}

fn compositions() -> Vec<Value> {
    let world = World::new();
    let stage = world.stage();
    let id = world.join(&stage, &json!({}));
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    let arn = world.composition(&stage);
    world.advance(0.0);
    let shown = world.call("GetComposition", &json!({ "arn": arn }));
    let destination = shown["composition"]["destinations"][0]["id"].as_str().unwrap().to_owned();
    for state in ["RECONNECTING", "ACTIVE", "FAILED"] {
        let path = format!("compositions/{arn}/destinations/{destination}");
        assert_eq!(world.control("POST", &path, &json!({ "state": state })).0, 200);
    }
    let arn = world.composition(&stage);
    world.advance(0.0);
    world.call("StopComposition", &json!({ "arn": arn }));
    told(&world)
}

fn channels() -> Vec<Value> {
    let world = World::new();
    let s3 = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    let recording = world.make("CreateRecordingConfiguration", "recordingConfiguration", &s3);
    let input = json!({ "name": "c", "recordingConfigurationArn": recording });
    let channel = world.make("CreateChannel", "channel", &input);
    let ask = |method: &str, what: &str, body: Value, expected: u16| {
        let (status, answer) = world.control(method, &format!("channels/{channel}/{what}"), &body);
        assert_eq!(status, expected, "{what} {body}: {answer}");
    };
    ask("POST", "live", json!({ "health": "STARVING" }), 200);
    ask("POST", "live", json!({ "health": "HEALTHY" }), 200);
    ask("POST", "live", json!({ "takeover": true }), 200);
    ask("POST", "live", json!({ "takeover": "StreamTakeoverMediaMismatch" }), 409);
    ask("DELETE", "live", json!({}), 200);
    ask("POST", "live", json!({}), 200);
    ask("POST", "recording", json!({ "state": "FAILED" }), 200);
    ask("POST", "live", json!({ "failure": "InvalidMultitrackInputTrackCount" }), 409);
    ask("POST", "live", json!({ "failure": "TranscodeCapacityExceeded" }), 503);
    let path = format!("recording-configurations/{recording}/state");
    assert_eq!(world.control("POST", &path, &json!({ "state": "CREATE_FAILED" })).0, 200);
    ask("POST", "live", json!({}), 200);
    told(&world)
}

fn limits() -> Vec<Value> {
    let quotas = [("concurrentStreams".to_owned(), 1), ("concurrentViews".to_owned(), 20)].into();
    let world = World::with(Settings { quotas, ..Settings::default() });
    let [one, other] = [(); 2].map(|()| world.make("CreateChannel", "channel", &json!({ "name": "c" })));
    let beyond = json!({ "viewers": 25, "bitrate": 9_000_000, "resolution": "2560x1440" });
    for (channel, body, expected) in [(one, beyond, 200), (other, json!({}), 402)] {
        let (status, answer) = world.control("POST", &format!("channels/{channel}/live"), &body);
        assert_eq!(status, expected, "{answer}");
    }
    told(&world)
}

/// What a session shows of its events, the oldest first: name and code.
fn session_events(world: &World, channel: &str) -> (Vec<(String, Value)>, Value) {
    let session = world.call("GetStreamSession", &json!({ "channelArn": channel }));
    let session = &session["streamSession"];
    let events = session["truncatedEvents"].as_array().unwrap().iter().rev();
    let of = |event: &Value| (event["name"].as_str().unwrap().to_owned(), event["code"].clone());
    let listed = world.call("ListStreamSessions", &json!({ "channelArn": channel }));
    let summary = listed["streamSessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["streamId"] == session["streamId"]);
    (events.map(of).collect(), summary.unwrap()["hasErrorEvent"].clone())
}

fn named(names: &[&str]) -> Vec<(String, Value)> {
    names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect()
}

#[test]
fn a_stream_fails_before_it_begins_or_while_it_goes_on() {
    for is_live in [false, true] {
        for (failure, status, code) in [
            ("TranscodeCapacityExceeded", 503, "StreamUnavailable"),
            ("MultitrackInputNotAllowed", 409, "ConflictException"),
        ] {
            let world = World::new();
            let channel = world.make("CreateChannel", "channel", &json!({}));
            let path = format!("channels/{channel}/live");
            if is_live {
                assert_eq!(world.control("POST", &path, &json!({})).0, 200);
            }
            let (found, answer) = world.control("POST", &path, &json!({ "failure": failure }));
            assert_eq!((found, &answer["code"]), (status, &json!(code)), "{answer}");
            assert_eq!(
                world.refused("GetStream", &json!({ "channelArn": channel })),
                "ChannelNotBroadcasting"
            );
            let mut expected =
                named(if is_live { &["Session Created", "Stream Start"] } else { &["Session Created"] });
            if failure == "TranscodeCapacityExceeded" {
                expected.extend(named(&["Stream Failure", "Session Ended"]));
            } else {
                expected.extend(named(if is_live { &["Stream End"] } else { &[] }));
                expected.push(("Session Ended".to_owned(), json!(failure)));
            }
            assert_eq!(session_events(&world, &channel), (expected, json!(true)), "{failure}");
            // The next one begins as ever.
            assert_eq!(world.control("POST", &path, &json!({})).0, 200);
        }
    }
    let world = World::new();
    let channel = world.make("CreateChannel", "channel", &json!({}));
    let path = format!("channels/{channel}/live");
    let (status, answer) = world.control("POST", &path, &json!({ "failure": "TooLoud" }));
    assert!(
        status == 400 && answer["message"].as_str().unwrap().contains("MultitrackInputRequired"),
        "{answer}"
    );
}

#[test]
fn a_stream_session_shows_how_its_recording_ended() {
    for (window, ends) in [(0, "Recording End"), (60, "Recording End"), (0, "Recording End Failure")] {
        let world = World::new();
        let input = json!({
            "destinationConfiguration": { "s3": { "bucketName": "bucket" } },
            "recordingReconnectWindowSeconds": window,
        });
        let recording = world.make("CreateRecordingConfiguration", "recordingConfiguration", &input);
        let channel =
            world.make("CreateChannel", "channel", &json!({ "recordingConfigurationArn": recording }));
        let ask = |method: &str, what: &str, body: Value| {
            world.control(method, &format!("channels/{channel}/{what}"), &body).0
        };
        assert_eq!(ask("POST", "live", json!({})), 200);
        world.advance(5.0);
        let is_failure = ends == "Recording End Failure";
        if is_failure {
            assert_eq!(ask("POST", "recording", json!({ "state": "FAILED" })), 200);
            assert_eq!(ask("POST", "recording", json!({ "state": "FAILED" })), 409, "it has ended");
        }
        assert_eq!(ask("DELETE", "live", json!({})), 200);
        world.advance(60.0);
        let mut expected = named(&["Session Created", "Stream Start", "Recording Start"]);
        if is_failure {
            expected.extend(named(&[ends, "Stream End", "Session Ended"]));
        } else {
            expected.extend(named(&["Stream End", "Session Ended", ends]));
        }
        assert_eq!(session_events(&world, &channel), (expected, json!(is_failure)));
        let told = world.told("IVS Recording State Change");
        let told = &told[1]["detail"];
        assert_eq!((&told["recording_status"], &told["recording_duration_ms"]), (&json!(ends), &json!(5000)));
        let reason = if is_failure { "InternalServerException" } else { "" };
        assert_eq!(told["recording_status_reason"], reason);
    }
}

/// A channel can go before the window of its recording has passed.
#[test]
fn a_recording_ends_after_its_channel() {
    let world = World::new();
    let input = json!({
        "destinationConfiguration": { "s3": { "bucketName": "bucket" } },
        "recordingReconnectWindowSeconds": 60,
    });
    let recording = world.make("CreateRecordingConfiguration", "recordingConfiguration", &input);
    let input = json!({ "name": "gone", "recordingConfigurationArn": recording });
    let channel = world.make("CreateChannel", "channel", &input);
    world.control("POST", &format!("channels/{channel}/live"), &json!({}));
    world.call("StopStream", &json!({ "channelArn": channel }));
    world.call("DeleteChannel", &json!({ "arn": channel }));
    world.advance(60.0);
    let told = world.told("IVS Recording State Change");
    let ended = told.last().unwrap();
    assert_eq!((&ended["resources"][0], &ended["detail"]["channel_name"]), (&json!(channel), &json!("gone")));
    assert_eq!(ended["detail"]["recording_status"], "Recording End");
}

#[test]
fn a_recording_of_a_publisher_is_told_twice_only_if_asked_for() {
    let count = |choice: &str, kind: &str| {
        recordings_told(choice).iter().filter(|event| event["detail-type"] == kind).count()
    };
    let [participant, publisher] =
        ["IVS Participant Recording State Change", "IVS Publisher Recording State Change"];
    assert_eq!((count("omit", participant), count("omit", publisher)), (5, 0));
    assert_eq!((count("send", participant), count("send", publisher)), (5, 5));
    assert!(Settings::default().assumptions.is("publisher-recording", "omit"));
}
