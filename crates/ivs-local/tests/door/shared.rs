//! Several participants over one socket.

use ivs_token::{Capabilities, Connection};
use serde_json::{Value, json};
use str0m::media::{Direction, MediaKind};

use crate::local::{Local, Socket, find};
use crate::peer::Peer;

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

/// Sends an offer of one of them, and gives the answer to it.
async fn offer(socket: &mut Socket, logical: &str, target: &str, content: &str) -> Value {
    let payload = json!({
        "whipUrl": target, "requestId": logical, "traceId": "t", "content": content, "contentType": "application/sdp",
    });
    let message = json!({ "type": "aws:ivs:SDP_OFFER", "payload": payload });
    socket.send(&json!({ "logicalId": logical, "message": message })).await;
    let answer = until(socket, logical, "aws:ivs:SDP_ANSWER").await;
    assert_eq!(answer["requestId"], logical, "{answer}");
    answer
}

#[tokio::test]
async fn offers_and_answers_of_two_on_one_socket() {
    let local = Local::assuming(&[("socket-grace", "1")]).await;
    let viewer = local.stage.participant().capabilities(Capabilities::SUBSCRIBE).participant_id("bob");
    let both = [format!("one~{}", local.token("ana")), format!("two~{}", local.mint(viewer))];
    let mut socket =
        local.open("/sanic?error_over_ws=1", &[&connection(&local), &both[0], &both[1]]).await.unwrap();
    let base = local.stage.whip_url();

    // Each may do what its own token allows, whoever shares the socket.
    let (mut publisher, sdp) = Peer::offer(Direction::SendOnly, &[], true).await;
    let refused = offer(&mut socket, "two", &format!("{base}/publish/bob"), &sdp).await;
    assert_eq!((&refused["httpStatusCode"], &refused["errorCode"]), (&json!(403), &json!(2003)));
    let refused = offer(&mut socket, "two", &format!("{base}/publish/ana"), &sdp).await;
    assert_eq!(refused["httpStatusCode"], 403, "{refused}");

    let answer = offer(&mut socket, "one", &format!("{base}/publish/ana"), &sdp).await;
    assert_eq!((&answer["httpStatusCode"], &answer["contentType"]), (&json!(201), &json!("application/sdp")));
    publisher.accept(answer["content"].as_str().unwrap());
    tokio::spawn(publisher.publish(&[]));
    loop {
        let state = until(&mut socket, "two", "aws:ivs:STAGE_STATE").await;
        if find(&state, "ana").unwrap()["isPublishing"] == true {
            break;
        }
    }

    let (mut subscriber, sdp) = Peer::offer(Direction::RecvOnly, &[], true).await;
    let reply = offer(&mut socket, "two", &format!("{base}/subscribe/ana"), &sdp).await;
    for name in ["location", "sessionDeleteLink", "subscriberControlLink", "videoLayersLink"] {
        assert!(reply[name].as_str().unwrap().starts_with(base), "{name}: {reply}");
    }
    subscriber.accept(reply["content"].as_str().unwrap());
    subscriber.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&10)).await;

    // Who leaves the socket takes the publication along; the other hears of it there.
    let message = json!({ "type": "aws:ivs:LEAVE_STAGE", "payload": { "code": "x", "requestId": "l" } });
    socket.send(&json!({ "logicalId": "one", "message": message })).await;
    subscriber.until(|peer| peer.is_closed).await;
    while find(&until(&mut socket, "two", "aws:ivs:STAGE_STATE").await, "ana").is_some() {}
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
