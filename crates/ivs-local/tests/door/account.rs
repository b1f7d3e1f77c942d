//! How many may publish and subscribe at once on all stages of an account, and that every end gives the place back.

use std::time::Duration;

use ivs_local::Settings;
use ivs_token::Stage;
use serde_json::{Value, json};
use str0m::media::{Direction, MediaKind};
use tokio::time::{sleep, timeout};

use crate::absent::offer;
use crate::local::{Answer, Local, PATIENCE, Socket, find};
use crate::media::post;
use crate::peer::Peer;
use crate::truth::events;

/// A server with these quotas, and a second stage.
async fn with(name: &str, number: usize) -> (Local, Stage) {
    let mut settings = Settings { quotas: [(name.to_owned(), number)].into(), ..Settings::default() };
    settings.assumptions.set("socket-grace", "1").unwrap();
    let local = Local::with(settings).await;
    let other = local.another_stage().await;
    (local, other)
}

fn token(local: &Local, stage: &Stage, id: &str) -> String {
    local.mint(stage.participant().participant_id(id).duration(Duration::from_secs(600)))
}

/// Somebody joins, publishes and is seen to.
async fn publish(local: &Local, stage: &Stage, id: &str) -> (Socket, String) {
    let token = token(local, stage, id);
    let mut socket = local.join(&token).await;
    let (mut peer, offer) = Peer::offer(Direction::SendOnly, &[], true).await;
    let answer = post(local, &format!("/publish/{id}"), &token, &offer, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    tokio::spawn(peer.publish(&[]));
    socket.state(|state| find(state, id).is_some_and(|one| one["isPublishing"] == true)).await;
    (socket, answer.header("location").unwrap().to_owned())
}

/// What an offer is answered.
async fn answered(local: &Local, direction: Direction, path: &str, token: &str) -> (Peer, Answer) {
    let (peer, offer) = Peer::offer(direction, &[], true).await;
    let answer = post(local, path, token, &offer, &[]).await;
    (peer, answer)
}

/// Offers until there is room.
async fn admitted(local: &Local, direction: Direction, path: &str, token: &str) -> (Peer, Answer) {
    let trying = async {
        loop {
            let (peer, answer) = answered(local, direction, path, token).await;
            if answer.status != 429 {
                return (peer, answer);
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    let (mut peer, answer) = timeout(PATIENCE, trying).await.expect("the place is not given back");
    assert_eq!(answer.status, 201, "{}", answer.body);
    peer.accept(&answer.body);
    (peer, answer)
}

async fn delete(local: &Local, answer: &Answer, token: &str) {
    let bearer = format!("Bearer {token}");
    let path = answer.header("location").unwrap();
    let deleted = local.request("DELETE", path, &[("authorization", &bearer)], "").await;
    assert_eq!(deleted.status, 200, "{}", deleted.body);
}

/// The events of a participant: their names and codes.
async fn told(local: &Local, stage: &Stage, id: &str) -> Vec<(String, Value)> {
    let arn = stage.arn().as_str();
    let shown = local.call("GetStage", &json!({ "arn": arn })).await;
    let session = &shown["stage"]["activeSessionId"];
    let of = json!({ "stageArn": arn, "sessionId": session, "participantId": id });
    let listed = local.call("ListParticipantEvents", &of).await;
    let listed = listed["events"].as_array().unwrap().iter();
    listed.map(|event| (event["name"].as_str().unwrap().to_owned(), event["errorCode"].clone())).collect()
}

#[tokio::test]
async fn publishers_of_all_stages_together() {
    let (local, other) = with("concurrentPublishers", 1).await;
    let bob = token(&local, &other, "bob");
    let mut socket = local.join(&bob).await;
    for end in ["the connection", "the socket"] {
        let (ana, location) = publish(&local, &local.stage, "ana").await;
        let (_, refused) = answered(&local, Direction::SendOnly, "/publish/bob", &bob).await;
        let said = refused.json();
        assert_eq!((refused.status, &said["code"]), (429, &json!("QUOTA_EXCEEDED")));
        assert!(said["message"].as_str().unwrap().contains("quota concurrentPublishers"), "{said}");
        let error = ("PUBLISH_ERROR".to_owned(), json!("QUOTA_EXCEEDED"));
        assert_eq!(told(&local, &other, "bob").await.last(), Some(&error));
        if end == "the connection" {
            let bearer = format!("Bearer {bob}");
            let deleted = local.request("DELETE", &location, &[("authorization", &bearer)], "").await;
            assert_eq!(deleted.status, 200, "{}", deleted.body);
        }
        // In the other case the socket stays until the place is taken.
        let _ana = (end == "the connection").then_some(ana);
        let (peer, answer) = admitted(&local, Direction::SendOnly, "/publish/bob", &bob).await;
        tokio::spawn(peer.publish(&[]));
        socket.state(|state| find(state, "bob").unwrap()["isPublishing"] == true).await;
        delete(&local, &answer, &bob).await;
        socket.state(|state| find(state, "bob").unwrap()["isPublishing"] == false).await;
    }
}

#[tokio::test]
async fn subscriptions_of_all_stages_together() {
    let (local, other) = with("concurrentSubscriptions", 1).await;
    let (_ana, _) = publish(&local, &local.stage, "ana").await;
    let (_bob, _) = publish(&local, &other, "bob").await;
    let dan = token(&local, &other, "dan");
    let _dan = local.join(&dan).await;
    for (number, end) in
        ["DELETE", "socket", "DisconnectParticipant", "expiry", "DeleteStage"].iter().enumerate()
    {
        let id = format!("eve-{number}");
        // Longer than that of dan, but for who is to expire.
        let eve = local.stage.participant().participant_id(&id);
        let eve = local.mint(eve.duration(Duration::from_secs(if *end == "expiry" { 300 } else { 600 })));
        let socket = local.join(&eve).await;
        let (mut peer, answer) = admitted(&local, Direction::RecvOnly, "/subscribe/ana", &eve).await;
        peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&5)).await;

        let (_, refused) = answered(&local, Direction::RecvOnly, "/subscribe/bob", &dan).await;
        let said = refused.json();
        assert_eq!((refused.status, &said["code"]), (429, &json!("QUOTA_EXCEEDED")), "{end}");
        assert!(said["message"].as_str().unwrap().contains("quota concurrentSubscriptions"), "{said}");
        let error = ("SUBSCRIBE_ERROR".to_owned(), json!("QUOTA_EXCEEDED"));
        assert_eq!(told(&local, &other, "dan").await.last(), Some(&error), "{end}");

        let of_stage = json!({ "arn": local.arn() });
        match *end {
            "DELETE" => delete(&local, &answer, &eve).await,
            "socket" => drop(socket),
            "DisconnectParticipant" => {
                local.call(end, &json!({ "stageArn": local.arn(), "participantId": id })).await;
            }
            "expiry" => {
                local.request("POST", "/_ivs/clock", &[], "{\"advance\": 301}").await;
            }
            _ => {
                local.call(end, &of_stage).await;
            }
        }
        // The client of the one that ended does nothing, so that only the server can have ended it.
        let (mut peer, answer) = admitted(&local, Direction::RecvOnly, "/subscribe/bob", &dan).await;
        peer.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&5)).await;
        delete(&local, &answer, &dan).await;
    }
}

#[tokio::test]
async fn the_last_subscription_is_taken_once() {
    let (local, _) = with("concurrentSubscriptions", 1).await;
    let (_ana, _) = publish(&local, &local.stage, "ana").await;
    let mut offered = Vec::new();
    let mut sockets = Vec::new();
    for id in ["bob", "eve"] {
        let token = local.token(id);
        sockets.push(local.join(&token).await);
        offered.push(offer(&local, Direction::RecvOnly, "/subscribe/ana", &token).await);
    }
    let [mut first, mut second] = <[Peer; 2]>::try_from(offered).ok().unwrap();
    first.until(|peer| peer.frames.get(&MediaKind::Video) >= Some(&5)).await;
    second.until(|peer| peer.is_closed).await;
    let session =
        local.call("GetStage", &json!({ "arn": local.arn() })).await["stage"]["activeSessionId"].clone();
    for (id, expected) in [("bob", "SUBSCRIBE_STARTED"), ("eve", "SUBSCRIBE_ERROR")] {
        let of = json!({ "stageArn": local.arn(), "sessionId": session, "participantId": id });
        assert_eq!(events(&local, &of).await, ["JOINED", expected]);
    }
}
