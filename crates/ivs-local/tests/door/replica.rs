//! A participant who is replicated to another stage is seen and heard there.

use std::time::{Duration, Instant};

use ivs_token::Participant;
use serde_json::json;
use str0m::media::{Direction, MediaKind};

use crate::local::{Local, PATIENCE, find};
use crate::media::{post, publish};
use crate::peer::Peer;
use crate::truth::events;

#[tokio::test]
async fn media_of_a_replica_arrives_on_the_other_stage() {
    let local = Local::start().await;
    let other = local.another_stage().await;
    let token = |participant: Participant| local.mint(participant.participant_id("bob"));
    let token = token(other.participant());
    let mut bob = local.join(&token).await;
    publish(&local, "ana", &[]).await;
    let (_, offer) = Peer::offer(Direction::RecvOnly, &[], true).await;
    assert_eq!(post(&local, "/subscribe/ana", &token, &offer, &[]).await.status, 404, "she is not here");
    let copy = json!({
        "sourceStageArn": local.arn(),
        "destinationStageArn": other.arn().as_str(),
        "participantId": "ana",
        "attributes": { "seat": "2" },
    });
    // Media may still be on its way when the offer of a publisher is answered.
    let mut first = local.join(&local.token("eve")).await;
    first.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    local.call("StartParticipantReplication", &copy).await;
    let state = bob.state(|state| find(state, "ana").is_some_and(|ana| ana["isPublishing"] == true)).await;
    assert_eq!(find(&state, "ana").unwrap()["attributes"]["seat"], "2");
    let (mut peer, offer) = Peer::offer(Direction::RecvOnly, &[], true).await;
    let answer = post(&local, "/subscribe/ana", &token, &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    let count = |peer: &Peer, kind| peer.frames.get(&kind).copied().unwrap_or(0);
    peer.until(|peer| count(peer, MediaKind::Video) >= 10 && count(peer, MediaKind::Audio) >= 10).await;
    // The copy goes, and with it what shows it.
    local.call("StopParticipantReplication", &copy).await;
    peer.until(|peer| peer.is_closed).await;
    bob.state(|state| find(state, "ana").is_none()).await;
    let sessions = local.call("ListStageSessions", &json!({ "stageArn": other.arn().as_str() })).await;
    let of = json!({
        "stageArn": other.arn().as_str(),
        "sessionId": sessions["stageSessions"][0]["sessionId"],
        "participantId": "bob",
    });
    let expected = ["JOINED", "SUBSCRIBE_ERROR", "SUBSCRIBE_STARTED", "SUBSCRIBE_STOPPED"];
    let begun = Instant::now();
    let mut told = events(&local, &of).await;
    while told != expected && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(20)).await;
        told = events(&local, &of).await;
    }
    assert_eq!(told, expected);
    let listed = local.call("ListParticipantEvents", &of).await;
    assert_eq!(listed["events"][2]["replica"], true);
}
