//! Several participants over one socket.

use ivs_token::Connection;
use serde_json::{Value, json};

use crate::local::{Local, Socket, find};

fn connection(local: &Local) -> String {
    Connection::new().mint(&local.key).unwrap().as_str().to_owned()
}

/// The message in the next frame of a participant that is of this type.
async fn until(socket: &mut Socket, logical: &str, kind: &str) -> Value {
    loop {
        let mut frame = socket.next().await.unwrap();
        if frame["logicalId"] == logical && frame["message"]["type"] == kind {
            return frame["message"]["payload"].take();
        }
    }
}

#[tokio::test]
async fn two_stages_on_one_socket() {
    let local = Local::start().await;
    let other = local.another_stage().await;
    let token = connection(&local);
    let first = format!("one~{}", local.token("ana"));
    let mut socket = local.open("/sanic?error_over_ws=1", &[&token, &first]).await.unwrap();
    let joined = until(&mut socket, "one", "aws:ivs:JOIN_STAGE").await;
    assert_eq!(joined["requestId"], "one");
    assert_eq!(joined["stageState"]["type"], "aws:ivs:STAGE_STATE");
    assert!(find(&joined["stageState"]["payload"], "ana").is_some(), "{joined}");

    let second = local.mint(other.participant().participant_id("anna"));
    let payload = json!({ "token": second, "requestId": "r", "traceId": "t" });
    let message = json!({ "type": "aws:ivs:JOIN_STAGE", "payload": payload });
    socket.send(&json!({ "logicalId": "two", "message": message })).await;
    let joined = until(&mut socket, "two", "aws:ivs:JOIN_STAGE").await;
    assert_eq!((&joined["requestId"], &joined["traceId"]), (&json!("r"), &json!("t")));
    assert_eq!(joined["stageState"]["payload"]["stageId"], other.arn().resource_id());

    // Each hears of its own stage.
    let _bob = local.join(&local.token("bob")).await;
    let state = until(&mut socket, "one", "aws:ivs:STAGE_STATE").await;
    assert!(find(&state, "bob").is_some(), "{state}");
    let set = json!({ "audioMuted": true, "videoStopped": true, "requestId": "s", "traceId": "t" });
    let message = json!({ "type": "aws:ivs:SET_STATE", "payload": set });
    socket.send(&json!({ "logicalId": "two", "message": message })).await;
    let state = loop {
        let state = until(&mut socket, "two", "aws:ivs:STAGE_STATE").await;
        if find(&state, "anna").unwrap()["audioMuted"] == true {
            break state;
        }
    };
    assert!(find(&state, "bob").is_none(), "{state}");

    // PING is of the socket, not of one of them.
    socket.send(&json!({ "type": "PING", "payload": { "requestId": "p", "traceId": "t" } })).await;
    loop {
        let frame = socket.next().await.unwrap();
        if frame["type"] == "PONG" {
            break;
        }
    }
    // One leaves, the other is thrown out, and the socket stays.
    let message = json!({ "type": "aws:ivs:LEAVE_STAGE", "payload": { "code": "x", "requestId": "l" } });
    socket.send(&json!({ "logicalId": "two", "message": message })).await;
    until(&mut socket, "two", "aws:ivs:LEAVE_STAGE").await;
    local.call("DisconnectParticipant", &json!({ "stageArn": local.arn(), "participantId": "ana" })).await;
    let ending = until(&mut socket, "one", "aws:ivs:DISCONNECT").await;
    assert_eq!(ending["code"], "PARTICIPANT_DISCONNECTED");
    socket.send(&json!({ "type": "PING" })).await;
    assert_eq!(socket.next().await.unwrap()["type"], "PONG");
}

#[tokio::test]
async fn what_is_refused() {
    let local = Local::start().await;
    // A participant token is no connection token.
    let mut socket = local.open("/sanic?error_over_ws=1", &[&local.token("ana")]).await.unwrap();
    assert_eq!(socket.until("aws:ivs:JOIN_ERROR").await["code"], "TOKEN_INVALID");
    assert_eq!(socket.next().await, None);

    let token = connection(&local);
    let bad = format!("one~{}x", local.token("ana"));
    let mut socket = local.open("/sanic?error_over_ws=1", &[&token, &bad]).await.unwrap();
    let refused = until(&mut socket, "one", "aws:ivs:JOIN_STAGE").await;
    let error = &refused["error"];
    assert!(error["details"]["code"].as_str().unwrap().starts_with("TOKEN_INVALID"), "{refused}");
    assert_eq!(error["fatal"], true);

    let id = Connection::new().mint(&local.key).unwrap();
    local.call("RevokeConnectionToken", &json!({ "tokenId": id.token_id().as_str() })).await;
    let mut socket = local.open("/sanic?error_over_ws=1", &[id.as_str()]).await.unwrap();
    assert_eq!(socket.until("aws:ivs:JOIN_ERROR").await["code"], "CONNECTION_TOKEN_REVOKED");
}
