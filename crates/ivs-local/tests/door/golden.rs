//! A run with a seed and a clock that stands still: every byte that is answered is in a file, and is the same tomorrow.

use std::fmt::Write;
use std::sync::Arc;

use ivs_local::{Auth, Settings, in_memory, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::local::{Answer, request};

/// The file: each request, and the whole answer. `WRITE_GOLDEN=1` writes it anew.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/door/golden.txt");

/// The port that addresses name. The server listens on one that is free.
const PORT: u16 = 8788;

/// A server, and all that was asked of it.
struct Run {
    port: u16,
    told: String,
}

impl Run {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let settings = Settings {
            auth: Auth::Off,
            seed: Some("golden".into()),
            freeze: Some(1_767_323_045_000),
            ..Settings::default()
        };
        let server = in_memory(settings, PORT).unwrap();
        tokio::spawn(serve(Arc::clone(&server), listener, std::future::pending()));
        Self { port, told: String::new() }
    }

    /// Asks, and keeps the answer: all but the header with the system's time.
    async fn ask(&mut self, method: &str, target: &str, body: &str) -> Answer {
        let answer = request(self.port, method, target, &[], body.as_bytes()).await;
        assert!(answer.status > 0, "{target} has no answer");
        let shown = if body.len() > 2000 { "the state from above" } else { body };
        writeln!(self.told, "> {method} {target} {shown}").unwrap();
        for line in answer.head.lines().filter(|line| !line.starts_with("date: ")) {
            writeln!(self.told, "< {line}").unwrap();
        }
        writeln!(self.told, "{}\n", answer.body.trim_end()).unwrap();
        answer
    }

    async fn call(&mut self, operation: &str, input: Value) -> Value {
        self.ask("POST", &format!("/{operation}"), &input.to_string()).await.json()
    }

    async fn control(&mut self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(method, &format!("/_ivs/{path}"), &body).await.json()
    }

    async fn advance(&mut self, seconds: u32) {
        self.control("POST", "clock", json!({ "advance": seconds })).await;
    }

    /// The ARN of what a call makes.
    async fn make(&mut self, operation: &str, member: &str, input: Value) -> String {
        let made = self.call(operation, input).await;
        made[member]["arn"].as_str().unwrap_or_else(|| panic!("{operation}: {made}")).to_owned()
    }
}

/// What a run goes on with.
struct Made {
    stage: String,
    other: String,
    ana: String,
    composition: String,
}

/// Stages with people, a replica, recordings, an encoder, a composition with its timers, a channel that is live, faults, pages,
/// refusals, and at the end all events and the whole state.
async fn run() -> String {
    let mut run = Run::start().await;
    let made = begin(&mut run).await;
    fail(&mut run, &made).await;
    end(&mut run, &made).await;
    run.told
}

async fn begin(run: &mut Run) -> Made {
    let s3 = json!({ "s3": { "bucketName": "bucket" } });
    let storage = run.make("CreateStorageConfiguration", "storageConfiguration", s3).await;
    let encoder = run.make("CreateEncoderConfiguration", "encoderConfiguration", json!({})).await;
    let people =
        json!([{ "userId": "ana", "attributes": { "seat": "1" } }, { "capabilities": ["SUBSCRIBE"] }]);
    let made = run
        .call(
            "CreateStage",
            json!({
                "name": "golden",
                "tags": { "team": "blue" },
                "participantTokenConfigurations": people,
                "autoParticipantRecordingConfiguration": {
                    "storageConfigurationArn": storage, "recordingReconnectWindowSeconds": 30,
                },
            }),
        )
        .await;
    let stage = made["stage"]["arn"].as_str().unwrap().to_owned();
    let token = made["participantTokens"][0]["token"].clone();
    let other = run.make("CreateStage", "stage", json!({ "name": "other" })).await;
    let page = run.call("ListStages", json!({ "maxResults": 1 })).await;
    run.call("ListStages", json!({ "maxResults": 1, "nextToken": page["nextToken"] })).await;
    let pem = include_str!("../../../../tests/data/test-only-public.pem");
    run.call("ImportPublicKey", json!({ "publicKeyMaterial": pem })).await;
    run.call("CreateParticipantToken", json!({ "stageArn": stage, "userId": "eve", "duration": 10 })).await;

    let on_stage = format!("stages/{stage}/participants");
    let ana = run.control("POST", &on_stage, json!({ "token": token })).await["participantId"].clone();
    let ana = ana.as_str().unwrap().to_owned();
    run.control("POST", &on_stage, json!({ "userId": "ben", "duration": 5 })).await;
    run.control("POST", &format!("{on_stage}/{ana}/publish"), Value::Null).await;
    let replica = json!({ "sourceStageArn": stage, "destinationStageArn": other, "participantId": ana });
    run.call("StartParticipantReplication", replica.clone()).await;
    run.call("ListParticipantReplicas", json!({ "sourceStageArn": stage, "participantId": ana })).await;
    let ingest = json!({ "ingestProtocol": "RTMPS", "stageArn": other, "redundantIngest": true });
    let ingest = run.make("CreateIngestConfiguration", "ingestConfiguration", ingest).await;
    run.control("POST", &format!("ingest-configurations/{ingest}/publish"), Value::Null).await;

    let to_s3 = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    let recording = run.make("CreateRecordingConfiguration", "recordingConfiguration", to_s3).await;
    let input = json!({ "name": "golden", "recordingConfigurationArn": recording });
    let [channel, output] = [
        run.make("CreateChannel", "channel", input).await,
        run.make("CreateChannel", "channel", json!({ "name": "output", "authorized": true })).await,
    ];
    let input = json!({
        "stageArn": stage,
        "idempotencyToken": "once",
        "destinations": [
            { "channel": { "channelArn": output } },
            { "s3": { "storageConfigurationArn": storage, "encoderConfigurationArns": [encoder] } },
        ],
    });
    let composition = run.make("StartComposition", "composition", input).await;
    run.control("GET", "clock", Value::Null).await;
    run.call("GetComposition", json!({ "arn": composition })).await;

    let live = format!("channels/{channel}/live");
    let of_channel = json!({ "channelArn": channel });
    run.control("POST", &live, json!({ "viewers": 3, "bitrate": 9_000_000 })).await;
    run.control("POST", &live, json!({ "takeover": true, "health": "STARVING" })).await;
    run.control("POST", &format!("channels/{channel}/viewers"), json!({ "viewerId": "v" })).await;
    run.call("PutMetadata", json!({ "channelArn": channel, "metadata": "{}" })).await;
    run.call("ListStreams", json!({})).await;
    run.call("StartViewerSessionRevocation", json!({ "channelArn": channel, "viewerId": "v" })).await;
    run.advance(90).await;
    run.call("StopStream", of_channel.clone()).await;
    run.call("GetStreamSession", of_channel).await;
    run.control("POST", &live, json!({ "failure": "TranscodeCapacityExceeded" })).await;
    Made { stage, other, ana, composition }
}

async fn fail(run: &mut Run, Made { stage, .. }: &Made) {
    let rules = json!([
        { "operation": "GetStage", "error": "ThrottlingException", "count": 1 },
        { "operation": "GetStage", "probability": 0.5, "error": "InternalServerException" },
        { "operation": "event", "event": "Participant Unpublished", "deliver": "twice", "count": 1 },
    ]);
    run.control("POST", "faults", rules).await;
    for _ in 0..6 {
        run.call("GetStage", json!({ "arn": stage })).await;
    }
    run.control("DELETE", "faults", Value::Null).await;
    run.call("CreateStage", json!({ "name": "bad name!" })).await;
    run.call("Nothing", json!({})).await;
}

async fn end(run: &mut Run, Made { stage, other, ana, composition }: &Made) {
    let on_stage = format!("stages/{stage}/participants");
    run.control("DELETE", &format!("{on_stage}/{ana}"), Value::Null).await;
    let sessions = run.call("ListStageSessions", json!({ "stageArn": stage })).await;
    let session = &sessions["stageSessions"][0]["sessionId"];
    let of = json!({ "stageArn": stage, "sessionId": session, "participantId": ana });
    run.call("ListParticipants", json!({ "stageArn": stage, "sessionId": session })).await;
    run.call("ListParticipantEvents", of).await;
    // The recording ends, then the composition, somebody whose token expires, and the session of the stage.
    for seconds in [30, 30, 150, 180] {
        run.advance(seconds).await;
    }
    run.call("GetComposition", json!({ "arn": composition })).await;
    run.call("GetStageSession", json!({ "stageArn": stage, "sessionId": session })).await;
    run.call("DisconnectParticipant", json!({ "stageArn": stage, "participantId": "eve" })).await;
    run.call("DeleteStage", json!({ "arn": other })).await;
    run.control("GET", "clock", Value::Null).await;
    run.control("GET", "events", Value::Null).await;
    let kept = run.ask("GET", "/_ivs/snapshot", "").await.body;
    // A restore goes on where the snapshot was taken, and a reset begins anew.
    run.ask("POST", "/_ivs/restore", &kept).await;
    run.call("ListParticipantReplicas", json!({ "sourceStageArn": stage, "participantId": ana })).await;
    run.make("CreateStage", "stage", json!({ "name": "after" })).await;
    run.control("POST", "reset", Value::Null).await;
    run.call("CreateStage", json!({ "participantTokenConfigurations": [{}] })).await;
}

#[tokio::test]
async fn the_same_run_gives_the_same_bytes() {
    let told = run().await;
    let again = run().await;
    for (one, other) in told.lines().zip(again.lines()) {
        assert_eq!(one, other, "two runs differ");
    }
    assert_eq!(told.len(), again.len());
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &told).unwrap();
    }
    let kept = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    for (one, other) in told.lines().zip(kept.lines()) {
        assert_eq!(one, other, "WRITE_GOLDEN=1 writes it anew");
    }
    assert_eq!(told.len(), kept.len(), "WRITE_GOLDEN=1 writes it anew");
    assert!(told.contains("IVS Composition State Change") && told.lines().count() > 500, "it is a real run");
}
