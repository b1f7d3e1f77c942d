//! The server that tests of others start in their process.

use ivs_local::Settings;
use ivs_local::testing::Local;
use serde_json::json;

#[tokio::test]
async fn two_servers_in_one_process_see_nothing_of_each_other() {
    let (one, other) = (Local::start().await.unwrap(), Local::start().await.unwrap());
    assert_ne!(one.url(), other.url());
    one.server().run("CreateStage", "us-east-1", &json!({ "name": "demo" })).unwrap();
    let stages = |local: &Local| local.server().run("ListStages", "us-east-1", &json!({})).unwrap();
    assert_eq!(stages(&one)["stages"].as_array().unwrap().len(), 1);
    assert_eq!(stages(&other)["stages"], json!([]));
    let port: u16 = one.url().rsplit(':').next().unwrap().parse().unwrap();
    let ready = crate::local::request(port, "GET", "/_ivs/ready", &[], b"").await;
    assert_eq!(ready.status, 200);
    one.reset().unwrap();
    assert_eq!(stages(&one)["stages"], json!([]));
    one.stop().await;
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err(), "it listens no more");
}

#[tokio::test]
async fn settings_are_kept() {
    let settings =
        Settings { freeze: Some(1_767_323_045_000), seed: Some("s".into()), ..Settings::default() };
    let local = Local::with(settings).await.unwrap();
    let made = local.server().run("CreateStage", "us-east-1", &json!({})).unwrap();
    let arn = &made["stage"]["arn"];
    let token = json!({ "stageArn": arn, "duration": 1 });
    let made = local.server().run("CreateParticipantToken", "us-east-1", &token).unwrap();
    assert_eq!(made["participantToken"]["expirationTime"], "2026-01-02T03:05:05Z");
}

#[tokio::test]
async fn what_a_test_ordered_is_gone_after_a_calm() {
    let local = Local::start().await.unwrap();
    let port: u16 = local.url().rsplit(':').next().unwrap().parse().unwrap();
    let ask = async |method: &str, path: &str, body: &str| {
        let answer =
            crate::local::request(port, method, &format!("/_ivs/{path}"), &[], body.as_bytes()).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
        answer.json()
    };
    local.server().run("CreateStage", "us-east-1", &json!({})).unwrap();
    ask("POST", "clock", r#"{"freeze": true}"#).await;
    ask("POST", "rates", r#"{"rates": "on"}"#).await;
    ask("POST", "faults", r#"{"delayMs": 1}"#).await;
    ask("POST", "targets", r#"{"url": "http://127.0.0.1:9/", "attempts": 1}"#).await;
    local.calm().unwrap();
    assert_eq!(ask("GET", "clock", "").await["mode"], "real");
    assert_eq!(ask("GET", "rates", "").await, json!({ "rates": "off" }));
    assert_eq!(ask("GET", "faults", "").await, json!({ "faults": [] }));
    assert_eq!(ask("GET", "targets", "").await, json!({ "targets": [] }));
    let stages = local.server().run("ListStages", "us-east-1", &json!({})).unwrap();
    assert_eq!(stages["stages"].as_array().unwrap().len(), 1);
}
