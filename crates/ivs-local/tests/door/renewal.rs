//! Media of somebody who has exchanged their token: the new one counts.

use std::time::Duration;

use ivs_token::{Capabilities, SigningKey};
use serde_json::json;
use str0m::media::{Direction, MediaKind};

use crate::absent::{offer, publish, state_afterwards, subscribe};
use crate::exchange::exchange;
use crate::local::{Local, find};
use crate::truth::events;

/// Somebody publishes and subscribes, and exchanges their token for one of this key. They go on when the old one ends by this request.
async fn assert_goes_on(local: &Local, key: &SigningKey, (path, body): (&str, &str)) {
    let old = local.stage.participant().participant_id("ana").duration(Duration::from_secs(600));
    let old = old.mint(&local.key).unwrap();
    let mut ana = local.join(old.as_str()).await;
    let publication = offer(local, Direction::SendOnly, "/publish/ana", old.as_str()).await;
    let publication = tokio::spawn(publication.publish(&[]));
    let remote = publish(local).await;
    let mut subscription = subscribe(local, old.as_str(), &remote).await;
    // Of the server's own key, which stays.
    let made = local.call("CreateParticipantToken", &json!({ "stageArn": local.arn() })).await;
    let viewer = made["participantToken"]["token"].as_str().unwrap();
    let mut seen = subscribe(local, viewer, "ana").await;

    let new = old.exchange().duration(Duration::from_secs(12 * 3600)).mint(key).unwrap();
    let answer = exchange(&mut ana, old.as_str(), new.as_str()).await;
    assert_eq!(answer.get("error"), None, "{answer}");
    let ended = local.request("POST", path, &[], body).await;
    assert!(ended.status < 300, "{}", ended.body);
    for peer in [&mut subscription, &mut seen] {
        let before = peer.frames[&MediaKind::Video];
        peer.until(|peer| peer.is_closed || peer.frames[&MediaKind::Video] >= before + 30).await;
        assert!(!peer.is_closed);
    }
    assert!(!publication.is_finished());
}

#[tokio::test]
async fn it_goes_on_when_the_old_token_expires() {
    let local = Local::start().await;
    Box::pin(assert_goes_on(&local, &local.key, ("/_ivs/clock", "{\"advance\": 601}"))).await;
}

#[tokio::test]
async fn it_goes_on_when_the_key_of_the_old_token_is_deleted() {
    let local = Local::start().await;
    let key = SigningKey::generate().unwrap();
    let pem = key.verifying_key().to_spki_pem();
    let imported = local.call("ImportPublicKey", &json!({ "publicKeyMaterial": pem })).await;
    let arn = imported["publicKey"]["arn"].as_str().unwrap();
    let key = key.with_id(arn.try_into().unwrap());
    let delete = json!({ "arn": local.key.id().unwrap().as_str() }).to_string();
    Box::pin(assert_goes_on(&local, &key, ("/DeletePublicKey", &delete))).await;
}

#[tokio::test]
async fn an_answer_is_no_way_to_publish_for_who_may_no_longer() {
    let local = Local::start().await;
    let old = local.stage.participant().participant_id("ana").mint(&local.key).unwrap();
    let mut ana = local.join(old.as_str()).await;
    let peer = offer(&local, Direction::SendOnly, "/publish/ana", old.as_str()).await;
    let new = old.exchange().capabilities(Capabilities::SUBSCRIBE).mint(&local.key).unwrap();
    exchange(&mut ana, old.as_str(), new.as_str()).await;
    tokio::spawn(peer.publish(&[]));
    assert_eq!(find(&state_afterwards(&local).await, "ana").unwrap()["isPublishing"], false);
    let session =
        local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
    let of_ana = json!({ "stageArn": local.arn(), "sessionId": session, "participantId": "ana" });
    assert_eq!(events(&local, &of_ana).await, ["JOINED", "TOKEN_EXCHANGED"]);
}
