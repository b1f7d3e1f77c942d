//! Who is not let in, and who is sent away.

use std::time::Duration;

use ivs_token::{SigningKey, Timestamp};
use serde_json::{Value, json};

use crate::local::{Local, find};

/// Both ways of a refusal: over the socket, and by status.
async fn assert_refused(local: &Local, token: Option<&str>, code: &str, status: u16) {
    let protocols: Vec<_> = token.into_iter().collect();
    let mut socket = local.open("?error_over_ws=1&topic=x", &protocols).await.unwrap();
    let error = socket.until("aws:ivs:JOIN_ERROR").await;
    assert_eq!(error["code"], code, "{error}");
    assert_ne!(error["message"].as_str().unwrap_or_default(), "");
    assert_eq!(socket.next().await, None, "the socket closes");
    assert_eq!(local.open("?topic=x", &protocols).await.err(), Some(status), "{code}");
    assert_eq!(local.open("/x", &protocols).await.err(), Some(status), "{code}");
}

#[tokio::test]
async fn tokens_that_are_not_good() {
    let local = Local::start().await;
    assert_refused(&local, None, "TOKEN_MISSING", 401).await;
    assert_refused(&local, Some("nonsense"), "TOKEN_INVALID", 403).await;
    let token = local.token("ana");
    let altered = if token.ends_with('A') { "BBBB" } else { "AAAA" };
    let altered = format!("{}{altered}", &token[..token.len() - 4]);
    assert_refused(&local, Some(&altered), "TOKEN_INVALID_SIGNATURE", 403).await;

    // Of a key that was never imported, and of another key under the name of one that was.
    let stranger = SigningKey::generate().unwrap().with_id(local.key.id().unwrap().clone());
    let forged = local.stage.participant().mint(&stranger).unwrap();
    assert_refused(&local, Some(forged.as_str()), "TOKEN_INVALID_SIGNATURE", 403).await;
    let unknown = SigningKey::generate().unwrap();
    let unknown = unknown.with_id("arn:aws:ivs:us-east-1:123456789012:public-key/x".try_into().unwrap());
    let foreign = local.stage.participant().mint(&unknown).unwrap();
    assert_refused(&local, Some(foreign.as_str()), "TOKEN_INVALID", 403).await;

    let hour_ago = Timestamp::from_secs(Timestamp::now().as_secs() - 3600).unwrap();
    let old =
        local.stage.participant().duration(Duration::from_secs(60)).mint_at(&local.key, hour_ago).unwrap();
    assert_refused(&local, Some(old.as_str()), "TOKEN_EXPIRED", 403).await;
}

#[tokio::test]
async fn a_stage_that_is_not_here_or_was_deleted() {
    let local = Local::start().await;
    let nowhere = ivs_token::Stage::with_endpoints(
        "arn:aws:ivs:us-east-1:123456789012:stage/Nowhere12345".try_into().unwrap(),
        local.stage.whip_url(),
        local.stage.events_url(),
    )
    .unwrap();
    assert_refused(&local, Some(&local.mint(nowhere.participant())), "TOKEN_INVALID", 403).await;

    let token = local.token("ana");
    let mut ana = local.join(&token).await;
    ana.until("STAGE_STATE").await;
    local.call("DeleteStage", &json!({ "arn": local.arn() })).await;
    let last = ana.last().await;
    assert_eq!(
        (&last["type"], &last["payload"]["code"]),
        (&json!("aws:ivs:DISCONNECT"), &json!("STAGE_DELETED"))
    );
    assert_refused(&local, Some(&token), "STAGE_DELETED", 404).await;
}

#[tokio::test]
async fn a_participant_who_is_disconnected_stays_out() {
    let local = Local::start().await;
    let token = local.token("ana");
    let mut ana = local.join(&token).await;
    let mut bob = local.join(&local.token("bob")).await;
    bob.state(|state| find(state, "ana").is_some()).await;
    local.call("DisconnectParticipant", &json!({ "stageArn": local.arn(), "participantId": "ana" })).await;
    let last = ana.last().await;
    assert_eq!(last["payload"]["code"], "PARTICIPANT_DISCONNECTED");
    let state = bob.state(|state| find(state, "ana").is_none()).await;
    assert_eq!(state["disconnected"], json!([{ "id": "ana", "status": "KICKED" }]));
    assert_refused(&local, Some(&token), "PARTICIPANT_DISCONNECTED", 403).await;
}

#[tokio::test]
async fn a_key_that_is_deleted_takes_its_tokens_along() {
    let local = Local::start().await;
    let token = local.token("ana");
    let mut ana = local.join(&token).await;
    ana.until("STAGE_STATE").await;
    // One who came with a token of the server itself stays.
    let made =
        local.call("CreateParticipantToken", &json!({ "stageArn": local.arn(), "userId": "bob" })).await;
    let mut bob = local.join(made["participantToken"]["token"].as_str().unwrap()).await;
    local.call("DeletePublicKey", &json!({ "arn": local.key.id().unwrap().as_str() })).await;
    assert_eq!(ana.last().await["payload"]["code"], "PARTICIPANT_DISCONNECTED");
    bob.state(|state| find(state, "ana").is_none()).await;
    bob.send(&json!({ "type": "PING" })).await;
    bob.until("PONG").await;
    assert_refused(&local, Some(&token), "TOKEN_INVALID", 403).await;
}

#[tokio::test]
async fn a_token_that_expires_ends_its_stay() {
    let local = Local::start().await;
    // The server's clock goes beyond its end once they have joined, however busy the machine is.
    let brief = local.mint(local.stage.participant().duration(Duration::from_secs(600)));
    let mut socket = local.join(&brief).await;
    socket.until("STAGE_STATE").await;
    assert_eq!(local.request("POST", "/_ivs/clock", &[], r#"{"advance": 601}"#).await.status, 200);
    let last = socket.last().await;
    assert_eq!(last["payload"]["code"], "TOKEN_EXPIRED", "{last}");
}

#[tokio::test]
async fn a_stage_that_is_full() {
    let settings = ivs_local::Settings {
        quotas: [("subscribersPerStage".to_owned(), 1)].into(),
        ..ivs_local::Settings::default()
    };
    let local = Local::with(settings).await;
    let token = local.token("ana");
    let _ana = local.join(&token).await;
    assert_refused(&local, Some(&local.token("bob")), "QUOTA_EXCEEDED", 429).await;
    // One who is there may come again.
    let mut again = local.join(&token).await;
    assert_ne!(again.until("STAGE_STATE").await, Value::Null);
}

#[tokio::test]
async fn refused_tokens_are_remembered_with_the_reason() {
    let local = Local::start().await;
    let token = local.token("ana");
    let disconnect = json!({ "stageArn": local.arn(), "participantId": "ana" });
    local.call("DisconnectParticipant", &disconnect).await;
    assert!(local.open("/", &[&token]).await.is_err());
    assert!(local.open("/", &["nonsense"]).await.is_err());
    let refusals = local.request("GET", "/_ivs/refusals", &[], "").await.json();
    let codes: Vec<_> =
        refusals.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["PARTICIPANT_DISCONNECTED", "TOKEN_INVALID"]);
    assert_eq!((&refusals[0]["token"], &refusals[1]["token"]), (&json!(token), &json!("nonsense")));
    // A call tells what was asked, what was answered and by which rules.
    let calls = local.request("GET", "/_ivs/calls", &[], "").await.json();
    let call = calls.as_array().unwrap().last().unwrap();
    assert_eq!((&call["operation"], &call["request"]), (&json!("DisconnectParticipant"), &disconnect));
    assert_eq!((&call["answer"], call["rules"].is_string()), (&json!({}), true));
}

/// What AWS does not document at the door can be chosen.
#[tokio::test]
async fn choices_at_the_door() {
    let local = Local::start().await;
    let full = Local::assuming(&[("refused-upgrade", "403"), ("expiry", "stay")]).await;
    assert_eq!(local.open("/", &[]).await.err(), Some(401));
    assert_eq!(full.open("/", &[]).await.err(), Some(403));
    for (server, state) in [(&local, "DISCONNECTED"), (&full, "CONNECTED")] {
        let people = format!("/_ivs/stages/{}/participants", server.arn());
        let joined = server.request("POST", &people, &[], r#"{"duration": 1}"#).await;
        assert_eq!(joined.status, 200, "{}", joined.body);
        let session =
            server.call("GetStage", &json!({ "arn": server.arn() })).await["stage"]["activeSessionId"]
                .clone();
        assert_eq!(server.request("POST", "/_ivs/clock", &[], r#"{"advance": 61}"#).await.status, 200);
        let participant = json!({
            "stageArn": server.arn(), "sessionId": session, "participantId": joined.json()["participantId"],
        });
        let shown = server.call("GetParticipant", &participant).await;
        assert_eq!(shown["participant"]["state"], state, "{shown}");
    }
}
