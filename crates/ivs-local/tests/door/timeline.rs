//! The timeline: one list of all that happens, of whatever kind.

use std::collections::BTreeMap;

use ivs_local::Settings;
use serde_json::{Value, json};

use crate::local::Local;

/// What the history has of these kinds, in its order.
async fn history(local: &Local, kinds: &[&str]) -> Vec<String> {
    let all = local.request("GET", "/_ivs/history", &[], "").await.json();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let all = all.as_array().unwrap().iter().filter(|one| kinds.contains(&text(one, "kind").as_str()));
    all.map(|one| format!("{}: {}", text(one, "kind"), text(one, "what"))).collect()
}

/// The last part of an ARN.
fn id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn streams_compositions_recordings_and_limits_are_in_it() {
    let quotas = BTreeMap::from([("concurrentStreams".to_owned(), 1), ("stages".to_owned(), 2)]);
    let settings = Settings { freeze: Some(1_767_323_045_000), quotas, ..Settings::default() };
    let local = Local::with(settings).await;
    let make = async |operation: &str, member: &str, input: Value| {
        local.call(operation, &input).await[member]["arn"].as_str().unwrap().to_owned()
    };
    let post = async |path: &str, body: Value| {
        local.request("POST", &format!("/_ivs/{path}"), &[], &body.to_string()).await
    };
    let storage = json!({ "s3": { "bucketName": "bucket" } });
    let storage = make("CreateStorageConfiguration", "storageConfiguration", storage).await;
    let recorded = json!({ "autoParticipantRecordingConfiguration": { "storageConfigurationArn": storage } });
    let stage = make("CreateStage", "stage", recorded).await;
    let ana = post(&format!("stages/{stage}/participants"), json!({ "userId": "ana" })).await.json();
    let ana = ana["participantId"].as_str().unwrap();
    assert_eq!(post(&format!("stages/{stage}/participants/{ana}/publish"), json!({})).await.status, 200);

    let s3 = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    let recording = make("CreateRecordingConfiguration", "recordingConfiguration", s3).await;
    post("clock", json!({ "advance": 10 })).await;
    let channel = make("CreateChannel", "channel", json!({ "recordingConfigurationArn": recording })).await;
    let live = format!("channels/{channel}/live");
    for how in [json!({}), json!({ "health": "STARVING" }), json!({ "bitrate": 9_000_000 })] {
        assert_eq!(post(&live, how).await.status, 200);
    }
    // A second stream is one too many.
    let other = make("CreateChannel", "channel", json!({})).await;
    let destinations = json!([{ "channel": { "channelArn": other } }]);
    let input = json!({ "stageArn": stage, "destinations": destinations });
    let composition = make("StartComposition", "composition", input).await;
    local.call("GetComposition", &json!({ "arn": composition })).await;
    local.call("StopStream", &json!({ "channelArn": channel })).await;

    let (channel, composition) = (id(&channel), id(&composition));
    let kinds = ["stream", "composition", "recording", "limit"];
    let told = history(&local, &kinds).await;
    let destination = told.iter().find(|one| one.contains("Destination Failure")).unwrap();
    let destination = destination.split(' ').nth(4).unwrap().to_owned();
    let reason = "Service internal error";
    assert_eq!(
        told,
        [
            format!("recording: Recording Start {ana}"),
            format!("stream: Session Created {channel}"),
            format!("stream: Stream Start {channel}"),
            format!("recording: Recording Start {channel}"),
            format!("stream: Starvation Start {channel}"),
            format!("limit: Ingest Bitrate {channel} beyond 8500000 bits per second by 500000"),
            format!("composition: Session Start {composition}"),
            "limit: Concurrent Broadcasts beyond 1 active streams by 1".to_owned(),
            format!("composition: Destination Failure {composition} {destination} {reason}"),
            format!("composition: Session Failure {composition} One or more outputs failed"),
            format!("stream: Stream End {channel}"),
            format!("stream: Session Ended {channel}"),
            format!("recording: Recording End {channel}"),
        ]
    );

    // Calls beyond a quota or a rate are among the limits, and those that a fault refuses are not.
    let create = local.request("POST", "/CreateStage", &[], "{}").await;
    assert_eq!(create.status, 402, "{}", create.body);
    post("rates", json!({ "rates": "on" })).await;
    for _ in 0..6 {
        local.request("POST", "/ListStages", &[], "{}").await;
    }
    post("rates", json!({ "rates": "off" })).await;
    post("faults", json!({ "operation": "GetStage", "error": "ThrottlingException" })).await;
    local.request("POST", "/GetStage", &[], &json!({ "arn": stage }).to_string()).await;
    let told = history(&local, &["limit"]).await;
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[2].starts_with("limit: CreateStage 402: ServiceQuotaExceededException"), "{told:?}");
    assert!(told[3].starts_with("limit: ListStages 429: ThrottlingException"), "{told:?}");

    // The page has them, each with a link to what it is about.
    let page = local.request("GET", "/_ivs/console/timeline", &[], "").await.body;
    let key = |kind: &str, id: &str| format!("resource?key=123456789012%2Fus%2Deast%2D1%2F{kind}%2F{id}");
    assert!(
        page.contains(&key("channel", channel)) && page.contains(&key("composition", composition)),
        "{page}"
    );
    // One state, one timeline.
    assert_eq!(post("reset", json!({})).await.status, 200);
    assert_eq!(history(&local, &kinds).await, [""; 0]);
}

/// An event that is told late or twice has happened once, and when it did.
#[tokio::test]
async fn what_a_fault_does_to_events_is_not_in_it() {
    let local = Local::start().await;
    let post = async |path: &str, body: Value| {
        let answer = local.request("POST", &format!("/_ivs/{path}"), &[], &body.to_string()).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
    };
    post("clock", json!({ "freeze": true })).await;
    post("faults", json!({ "operation": "event", "event": "Stream Start", "delayMs": 60_000 })).await;
    post("faults", json!({ "operation": "event", "event": "Session Created", "deliver": "twice" })).await;
    let channel = local.call("CreateChannel", &json!({})).await["channel"]["arn"].clone();
    let channel = channel.as_str().unwrap();
    post(&format!("channels/{channel}/live"), json!({})).await;
    let expected = ["Session Created", "Stream Start"].map(|name| format!("stream: {name} {}", id(channel)));
    assert_eq!(history(&local, &["stream"]).await, expected);
    post("clock", json!({ "advance": 60 })).await;
    assert_eq!(history(&local, &["stream"]).await, expected);
}
