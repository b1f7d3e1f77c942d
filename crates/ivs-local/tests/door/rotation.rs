//! Somebody comes again with a token of another key, or exchanges theirs for one: the key of the token that was accepted last counts.

use std::time::Duration;

use ivs_token::{Capabilities, SigningKey};
use serde_json::{Value, json};
use str0m::media::{Direction, MediaKind};

use crate::absent::{offer, publish, subscribe};
use crate::exchange::exchange;
use crate::local::{Local, Socket, find};
use crate::media::post;
use crate::peer::Peer;
use crate::truth::events;

/// Another key of the account.
async fn another_key(local: &Local) -> SigningKey {
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    let imported = local.call("ImportPublicKey", &json!({ "publicKeyMaterial": pem })).await;
    key.with_id(imported["publicKey"]["arn"].as_str().unwrap().try_into().unwrap())
}

async fn delete(local: &Local, key: &SigningKey) {
    local.call("DeletePublicKey", &json!({ "arn": key.id().unwrap().as_str() })).await;
}

/// The socket is still served.
async fn assert_is_there(socket: &mut Socket) {
    socket.send(&json!({ "type": "PING" })).await;
    socket.until("PONG").await;
}

async fn assert_is_thrown_out(socket: &mut Socket) {
    let last = socket.last().await;
    assert_eq!(last["payload"]["code"], "PARTICIPANT_DISCONNECTED", "{last}");
    assert_eq!(last["payload"]["reason"], "the public key of the token was deleted");
}

async fn of(local: &Local, id: &str) -> Value {
    let stage = local.call("GetStage", &json!({ "arn": local.arn() })).await;
    json!({ "stageArn": local.arn(), "sessionId": stage["stage"]["activeSessionId"], "participantId": id })
}

#[tokio::test]
async fn who_comes_again_with_another_key_goes_with_that_one() {
    let local = Local::start().await;
    let key = another_key(&local).await;
    let ana = local.stage.participant().participant_id("ana");
    let mut first = local.join(&local.mint(ana.clone())).await;
    let mut second = local.join(ana.mint(&key).unwrap().as_str()).await;
    assert_eq!(first.last().await["payload"]["code"], "TOKEN_REUSED");
    delete(&local, &local.key).await;
    assert_is_there(&mut second).await;
    delete(&local, &key).await;
    assert_is_thrown_out(&mut second).await;
}

#[tokio::test]
async fn who_exchanges_for_a_token_of_another_key_goes_with_that_one() {
    let local = Local::start().await;
    let key = another_key(&local).await;
    let old = local.stage.participant().participant_id("ana").mint(&local.key).unwrap();
    let mut ana = local.join(old.as_str()).await;
    let new = old.exchange().mint(&key).unwrap();
    assert_eq!(exchange(&mut ana, old.as_str(), new.as_str()).await.get("error"), None);
    delete(&local, &local.key).await;
    assert_is_there(&mut ana).await;
    delete(&local, &key).await;
    assert_is_thrown_out(&mut ana).await;
}

#[tokio::test]
async fn what_they_published_before_goes_on_with_the_new_token() {
    let local = Local::start().await;
    let key = another_key(&local).await;
    let ana = local.stage.participant().participant_id("ana");
    // Without a socket yet: it comes with a token of the other key.
    let publication = offer(&local, Direction::SendOnly, "/", &local.mint(ana.clone())).await;
    let publication = tokio::spawn(publication.publish(&[]));
    let made = local.call("CreateParticipantToken", &json!({ "stageArn": local.arn() })).await;
    let viewer = made["participantToken"]["token"].as_str().unwrap();
    let mut seen = subscribe(&local, viewer, "ana").await;
    let mut socket = local.join(ana.user_id("Ana").mint(&key).unwrap().as_str()).await;
    socket.state(|state| find(state, "ana").is_some_and(|ana| ana["userId"] == "Ana")).await;
    let shown = local.call("GetParticipant", &of(&local, "ana").await).await;
    assert_eq!(shown["participant"]["userId"], "Ana", "the API shows what all see");

    delete(&local, &local.key).await;
    assert_is_there(&mut socket).await;
    let before = seen.frames[&MediaKind::Video];
    seen.until(|peer| peer.is_closed || peer.frames[&MediaKind::Video] >= before + 30).await;
    assert!(!seen.is_closed && !publication.is_finished());
    delete(&local, &key).await;
    assert_is_thrown_out(&mut socket).await;
    seen.until(|peer| peer.is_closed).await;
}

#[tokio::test]
async fn a_new_token_that_forbids_to_publish_ends_what_was_published_before() {
    let local = Local::start().await;
    let ana = local.stage.participant().participant_id("ana");
    let publication = offer(&local, Direction::SendOnly, "/", &local.mint(ana.clone())).await;
    tokio::spawn(publication.publish(&[]));
    let mut seen = subscribe(&local, &local.token("eve"), "ana").await;
    let mut socket = local.join(&local.mint(ana.capabilities(Capabilities::SUBSCRIBE))).await;
    socket.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == false)).await;
    seen.until(|peer| peer.is_closed).await;
    assert!(events(&local, &of(&local, "ana").await).await.contains(&"PUBLISH_STOPPED".to_owned()));
}

#[tokio::test]
async fn an_exchange_that_forbids_to_subscribe_ends_the_subscriptions() {
    let local = Local::start().await;
    let remote = publish(&local).await;
    let old = local.stage.participant().participant_id("ana").mint(&local.key).unwrap();
    let mut ana = local.join(old.as_str()).await;
    let publication = offer(&local, Direction::SendOnly, "/publish/ana", old.as_str()).await;
    let publication = tokio::spawn(publication.publish(&[]));
    let mut others = subscribe(&local, &local.token("eve"), "ana").await;
    let mut subscribed = subscribe(&local, old.as_str(), &remote).await;
    let path = format!("/subscribe/{remote}");
    // One that has an answer, and no media yet.
    let (_waiting, sdp) = Peer::offer(Direction::RecvOnly, &[], true).await;
    let answer = post(&local, &path, old.as_str(), &sdp, &[]).await;
    let layers = format!("{}/layer", answer.header("location").unwrap());

    let new = old.exchange().capabilities(Capabilities::PUBLISH).mint(&local.key).unwrap();
    assert_eq!(exchange(&mut ana, old.as_str(), new.as_str()).await.get("error"), None);
    subscribed.until(|peer| peer.is_closed).await;
    let refused = post(&local, &path, old.as_str(), "v=0", &[]).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!(2003)));
    // What they publish goes on, and who subscribes to them.
    let before = others.frames[&MediaKind::Video];
    others.until(|peer| peer.is_closed || peer.frames[&MediaKind::Video] >= before + 30).await;
    assert!(!others.is_closed && !publication.is_finished());
    let bearer = format!("Bearer {}", new.as_str());
    let asked = local.request("GET", &layers, &[("authorization", &bearer)], "").await;
    assert_eq!(asked.status, 404, "{}", asked.body);
    let of_ana = events(&local, &of(&local, "ana").await).await;
    let expected = ["SUBSCRIBE_STARTED", "TOKEN_EXCHANGED", "SUBSCRIBE_STOPPED", "SUBSCRIBE_ERROR"];
    assert_eq!(of_ana[of_ana.len() - 4..], expected, "{of_ana:?}");
}

#[tokio::test]
async fn who_says_again_what_all_know_tells_nobody() {
    let local = Local::start().await;
    let mut ana = local.join(&local.token("ana")).await;
    let mut bob = local.join(&local.token("bob")).await;
    let known = bob.until("STAGE_STATE").await;
    assert!(find(&known, "ana").is_some() && find(&known, "bob").is_some());
    for message in [
        json!({ "type": "SET_STATE", "version": 1, "audioMuted": false, "videoStopped": false }),
        json!({ "type": "aws:ivs:SET_STATE", "payload": { "audioMuted": false, "requestId": "r", "traceId": "t" } }),
        json!({ "type": "SET_STATE", "version": 2 }),
    ] {
        ana.send(&message).await;
    }
    // The one that has an ID has its answer all the same.
    assert_eq!(ana.until("aws:ivs:SET_STATE").await, json!({ "requestId": "r", "traceId": "t" }));
    ana.send(&json!({ "type": "SET_STATE", "version": 3, "audioMuted": true })).await;
    let next = bob.until("STAGE_STATE").await;
    assert_eq!(next["sequenceNumber"], 2, "{next}");
    assert_eq!(find(&next, "ana").unwrap()["audioMuted"], true, "{next}");
    // Often enough for each to have been told of alone.
    for _ in 0..3 {
        ana.send(&json!({ "type": "SET_STATE", "version": 4, "audioMuted": true })).await;
        ana.send(&json!({ "type": "PING" })).await;
        ana.until("PONG").await;
        bob.send(&json!({ "type": "PING" })).await;
        let said = bob.next().await.unwrap();
        assert_eq!(said["type"], "PONG", "{said}");
    }
}

#[tokio::test]
async fn the_end_of_the_new_token_counts() {
    let local = Local::start().await;
    let lasting = |seconds| {
        let ana = local.stage.participant().participant_id("ana");
        local.mint(ana.duration(Duration::from_secs(seconds)))
    };
    let people = format!("/_ivs/stages/{}/participants", local.arn());
    for token in [lasting(600), lasting(1200)] {
        let joined = local.request("POST", &people, &[], &json!({ "token": token }).to_string()).await;
        assert_eq!(joined.status, 200, "{}", joined.body);
    }
    let of_ana = of(&local, "ana").await;
    for (seconds, expected) in [(601, "CONNECTED"), (600, "DISCONNECTED")] {
        let advance = json!({ "advance": seconds }).to_string();
        assert_eq!(local.request("POST", "/_ivs/clock", &[], &advance).await.status, 200);
        let shown = local.call("GetParticipant", &of_ana).await;
        assert_eq!(shown["participant"]["state"], expected);
    }
}
