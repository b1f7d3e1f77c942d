//! Those who are not on a stage, though they have connections: who only subscribes, and who has an answer and no media yet.

use std::time::Duration;

use ivs_local::Settings;
use serde_json::{Value, json};
use str0m::media::{Direction, MediaKind};

use crate::local::{Local, find};
use crate::media::post;
use crate::peer::Peer;
use crate::truth::events;

/// An answered offer.
pub async fn offer(local: &Local, direction: Direction, target: &str, token: &str) -> Peer {
    let (mut peer, offer) = Peer::offer(direction, &[], true).await;
    let answer = post(local, target, token, &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    peer
}

/// Publishes with a token of the server's own.
pub async fn publish(local: &Local) -> String {
    let made = local.call("CreateParticipantToken", &json!({ "stageArn": local.arn() })).await;
    let [token, id] =
        ["token", "participantId"].map(|name| made["participantToken"][name].as_str().unwrap().to_owned());
    let peer = offer(local, Direction::SendOnly, "/", &token).await;
    tokio::spawn(peer.publish(&[]));
    id
}

/// Waits until somebody who comes last is seen to publish, and gives the state.
pub async fn state_afterwards(local: &Local) -> Value {
    let mut bob = local.join(&local.token("bob")).await;
    let last = publish(local).await;
    bob.state(|state| find(state, &last).is_some_and(|one| one["isPublishing"] == true)).await
}

/// Somebody subscribes, without a socket, and receives.
pub async fn subscribe(local: &Local, token: &str, remote: &str) -> Box<Peer> {
    // Seen by somebody who leaves at once.
    let mut bob = local.join(&local.token("bob")).await;
    bob.state(|state| find(state, remote).is_some_and(|one| one["isPublishing"] == true)).await;
    let path = format!("/subscribe/{remote}");
    let mut peer = Box::new(Box::pin(offer(local, Direction::RecvOnly, &path, token)).await);
    peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&5)).await;
    peer
}

#[tokio::test]
async fn who_only_subscribes_is_disconnected_too() {
    let local = Local::start().await;
    let remote = publish(&local).await;
    let mut eve = subscribe(&local, &local.token("eve"), &remote).await;
    let mut ana = subscribe(&local, &local.token("ana"), &remote).await;
    local.call("DisconnectParticipant", &json!({ "stageArn": local.arn(), "participantId": "eve" })).await;
    eve.until(|peer| peer.is_closed).await;
    let before = ana.frames[&MediaKind::Video];
    ana.until(|peer| peer.frames[&MediaKind::Video] >= before + 10).await;
}

#[tokio::test]
async fn who_only_subscribes_goes_with_their_key() {
    let local = Local::start().await;
    let remote = publish(&local).await;
    let mut eve = subscribe(&local, &local.token("eve"), &remote).await;
    local.call("DeletePublicKey", &json!({ "arn": local.key.id().unwrap().as_str() })).await;
    eve.until(|peer| peer.is_closed).await;
}

#[tokio::test]
async fn who_only_subscribes_goes_when_their_token_expires() {
    let local = Local::start().await;
    let remote = publish(&local).await;
    let brief =
        local.mint(local.stage.participant().participant_id("eve").duration(Duration::from_secs(600)));
    let mut eve = subscribe(&local, &brief, &remote).await;
    assert_eq!(local.request("POST", "/_ivs/clock", &[], "{\"advance\": 601}").await.status, 200);
    eve.until(|peer| peer.is_closed).await;
}

#[tokio::test]
async fn an_answer_is_no_way_in_for_who_was_disconnected() {
    let local = Local::start().await;
    let obs = offer(&local, Direction::SendOnly, "/", &local.token("obs")).await;
    local.call("DisconnectParticipant", &json!({ "stageArn": local.arn(), "participantId": "obs" })).await;
    tokio::spawn(obs.publish(&[]));
    assert_eq!(find(&state_afterwards(&local).await, "obs"), None);
}

#[tokio::test]
async fn an_answer_is_no_way_to_a_stage_that_was_deleted() {
    let local = Local::start().await;
    let other = local.another_stage().await;
    let token = local.mint(other.participant().participant_id("obs"));
    let obs = offer(&local, Direction::SendOnly, "/", &token).await;
    local.call("DeleteStage", &json!({ "arn": other.arn().as_str() })).await;
    tokio::spawn(obs.publish(&[]));
    state_afterwards(&local).await;
    let sessions = local.call("ListStageSessions", &json!({ "stageArn": other.arn().as_str() })).await;
    assert_eq!(sessions["stageSessions"], json!([]));
}

#[tokio::test]
async fn the_last_place_is_taken_once() {
    let settings = Settings { quotas: [("publishersPerStage".to_owned(), 1)].into(), ..Settings::default() };
    let local = Local::with(settings).await;
    let mut sockets = Vec::new();
    let mut offers = Vec::new();
    for id in ["ana", "bob"] {
        sockets.push(local.join(&local.token(id)).await);
        offers.push(offer(&local, Direction::SendOnly, &format!("/publish/{id}"), &local.token(id)).await);
    }
    let publications: Vec<_> = offers.into_iter().map(|peer| tokio::spawn(peer.publish(&[]))).collect();
    // One of them is ended.
    let (_, ended, _) = futures_util::future::select_all(publications).await;
    let session =
        local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
    let mut told = Vec::new();
    for id in ["ana", "bob"] {
        told.push(
            events(&local, &json!({ "stageArn": local.arn(), "sessionId": session, "participantId": id }))
                .await,
        );
    }
    assert_eq!(told[ended], ["JOINED", "PUBLISH_ERROR"]);
    assert_eq!(told[1 - ended], ["JOINED", "PUBLISH_STARTED"]);
}
