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
    one.server().reset().unwrap();
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
