//! State that is kept and taken back, with what it means to tokens and to people.

use serde_json::{Value, json};

use crate::local::Local;

async fn snapshot(local: &Local) -> String {
    let answer = local.request("GET", "/_ivs/snapshot", &[], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

async fn post(local: &Local, path: &str, body: &str) -> (u16, Value) {
    let answer = local.request("POST", path, &[], body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn a_restored_state_is_the_one_that_was_kept() {
    let local = Local::start().await;
    let kept = snapshot(&local).await;
    assert!(kept.contains(local.arn()) && kept.ends_with("}\n"), "{kept}");
    local.another_stage().await;
    assert_ne!(snapshot(&local).await, kept);
    assert_eq!(post(&local, "/_ivs/restore", &kept).await, (200, json!({ "status": "ok" })));
    assert_eq!(snapshot(&local).await, kept);
    assert_eq!(local.call("ListStages", &json!({})).await["stages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tokens_follow_the_state() {
    let local = Local::start().await;
    let kept = snapshot(&local).await;
    let token = local.token("ana");
    let mut ana = local.join(&token).await;
    ana.until("STAGE_STATE").await;
    assert_eq!(post(&local, "/_ivs/reset", "").await.0, 200);
    assert_eq!(ana.last().await["payload"]["code"], "STAGE_DELETED", "who is on a stage is sent away");
    assert_eq!(local.open("/", &[&token]).await.err(), Some(403), "neither the stage nor the key is there");
    assert_eq!(post(&local, "/_ivs/restore", &kept).await.0, 200);
    local.join(&token).await.until("STAGE_STATE").await;

    // A revocation is part of the state that has it, and of no other.
    let disconnect = json!({ "stageArn": local.arn(), "participantId": "ana" });
    local.call("DisconnectParticipant", &disconnect).await;
    let without_ana = snapshot(&local).await;
    assert_eq!(local.open("/", &[&token]).await.err(), Some(403));
    post(&local, "/_ivs/restore", &kept).await;
    local.join(&token).await.until("STAGE_STATE").await;
    post(&local, "/_ivs/restore", &without_ana).await;
    assert_eq!(local.open("/", &[&token]).await.err(), Some(403));
}

#[tokio::test]
async fn people_of_a_state_are_gone_once_it_is_restored() {
    let local = Local::start().await;
    let mut ana = local.join(&local.token("ana")).await;
    ana.until("STAGE_STATE").await;
    let kept = snapshot(&local).await;
    assert!(kept.contains("CONNECTED") && kept.contains("activeSessionId"), "{kept}");
    post(&local, "/_ivs/restore", &kept).await;
    let stage = local.call("GetStage", &json!({ "arn": local.arn() })).await;
    assert_eq!(stage["stage"].get("activeSessionId"), None);
    let sessions = local.call("ListStageSessions", &json!({ "stageArn": local.arn() })).await;
    assert!(sessions["stageSessions"][0]["endTime"].is_string(), "{sessions}");
}

#[tokio::test]
async fn an_account_is_forked_once() {
    let local = Local::start().await;
    let fork = json!({ "from": "123456789012", "to": "210987654321" }).to_string();
    let (status, answer) = post(&local, "/_ivs/fork", &fork).await;
    // A key and a stage.
    assert_eq!((status, &answer["resources"]), (200, &json!(2)));
    let state: Value = serde_json::from_str(&snapshot(&local).await).unwrap();
    let stages = state["accounts"]["210987654321"]["us-east-1"]["stage"].as_object().unwrap();
    let arn = stages.values().next().unwrap()["arn"].as_str().unwrap();
    assert_eq!(arn, local.arn().replace("123456789012", "210987654321"));
    let (status, answer) = post(&local, "/_ivs/fork", &fork).await;
    assert_eq!(status, 409);
    assert!(answer["message"].as_str().unwrap().contains("210987654321"), "{answer}");
}

#[tokio::test]
async fn what_is_no_state_changes_nothing() {
    let local = Local::start().await;
    let kept = snapshot(&local).await;
    for (path, body, word) in [
        ("/_ivs/restore", "nonsense", "GET /_ivs/snapshot"),
        ("/_ivs/restore", r#"{"ivs-local": 99}"#, "version 99"),
        ("/_ivs/fork", "{}", "from"),
        ("/_ivs/fork", r#"{"from": "1", "to": "123456789012"}"#, "12 digits"),
    ] {
        let (status, answer) = post(&local, path, body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["message"].as_str().unwrap().contains(word), "{answer}");
    }
    assert_eq!(snapshot(&local).await, kept);
}

/// What a run with a seed and a clock that stands still leaves behind.
fn run() -> String {
    let settings = ivs_local::Settings {
        seed: Some("golden".into()),
        freeze: Some(1_767_323_045_000),
        ..ivs_local::Settings::default()
    };
    let server = ivs_local::in_memory(settings, 8788).unwrap();
    let run = |operation: &str, input: Value| server.run(operation, "us-east-1", &input).unwrap();
    let stage = run("CreateStage", json!({ "name": "golden", "tags": { "team": "blue" } }));
    let arn = &stage["stage"]["arn"];
    run(
        "ImportPublicKey",
        json!({ "publicKeyMaterial": include_str!("../../../../tests/data/test-only-public.pem") }),
    );
    run("CreateIngestConfiguration", json!({ "ingestProtocol": "RTMPS", "stageArn": arn }));
    run("DisconnectParticipant", json!({ "stageArn": arn, "participantId": "ana" }));
    let channel = run("CreateChannel", json!({ "name": "golden" }));
    run("UpdateChannel", json!({ "arn": channel["channel"]["arn"], "latencyMode": "NORMAL" }));
    server.snapshot().unwrap().to_json()
}

/// The file is what people put into git: a run must give the same bytes, also tomorrow.
#[test]
fn the_same_run_gives_the_same_bytes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/door/golden.json");
    let state = run();
    assert_eq!(state, run());
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(path, &state).unwrap();
    }
    assert_eq!(state, std::fs::read_to_string(path).unwrap(), "WRITE_GOLDEN=1 writes it anew");
}
