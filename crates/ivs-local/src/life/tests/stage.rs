use std::collections::BTreeMap;
use std::sync::Barrier;

use ivs_token::{Timestamp, VerifiedToken};
use serde_json::{Value, json};

use super::{BEGIN, World};
use crate::door::Visitor;
use crate::settings::Settings;

impl World {
    /// Lets somebody join, and gives their ID.
    #[track_caller]
    pub(super) fn join(&self, stage: &str, who: &Value) -> String {
        let (status, answer) = self.control("POST", &format!("stages/{stage}/participants"), who);
        assert_eq!(status, 200, "{answer}");
        answer["participantId"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(super) fn on_stage(&self, method: &str, stage: &str, what: &str) {
        let (status, answer) =
            self.control(method, &format!("stages/{stage}/participants/{what}"), &json!({}));
        assert_eq!(status, 200, "{answer}");
    }

    /// What the door says of a token that the server makes for this stage.
    pub(super) fn verified(&self, stage: &str) -> VerifiedToken {
        let made = self.call("CreateParticipantToken", &json!({ "stageArn": stage }));
        let token = made["participantToken"]["token"].as_str().unwrap();
        self.0.live().gate.participant(token).unwrap()
    }

    pub(super) fn session_of(&self, stage: &str) -> Option<String> {
        let stage = self.call("GetStage", &json!({ "arn": stage }));
        stage["stage"]["activeSessionId"].as_str().map(str::to_owned)
    }

    pub(super) fn events_of(&self, stage: &str, session: &str, id: &str) -> Vec<String> {
        let input = json!({ "stageArn": stage, "sessionId": session, "participantId": id });
        let events = self.call("ListParticipantEvents", &input);
        let names = events["events"].as_array().unwrap().iter();
        names.map(|event| event["name"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn what_is_not_an_arn_is_told_so() {
    let world = World::new();
    for (method, path) in [
        ("POST", "stages/a/b/participants"),
        ("POST", "channels/a/b/live"),
        ("DELETE", "channels/a/b/live"),
        ("POST", "ingest-configurations/a/b/publish"),
    ] {
        let (status, answer) = world.control(method, path, &json!({}));
        let message = answer["message"].as_str().unwrap();
        assert!(
            status == 400 && message.starts_with("`a/b` is not the ARN of a resource"),
            "{path}: {answer}"
        );
    }
}

#[test]
fn participants_come_publish_and_go_without_media() {
    let world = World::new();
    let stage = world.stage();
    let id = world.join(&stage, &json!({ "userId": "ana", "attributes": { "a": "b" } }));
    let session = world.session_of(&stage).unwrap();
    assert!(session.starts_with("st-") && session.len() == 16, "{session}");
    let of = json!({ "stageArn": stage, "sessionId": session, "participantId": id });
    let participant = || world.call("GetParticipant", &of)["participant"].take();
    assert_eq!(participant()["state"], "CONNECTED");
    assert_eq!((&participant()["userId"], &participant()["attributes"]["a"]), (&json!("ana"), &json!("b")));
    assert_eq!(participant()["published"], false);
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    assert_eq!(participant()["published"], true);
    world.on_stage("DELETE", &stage, &format!("{id}/publish"));
    world.on_stage("POST", &stage, &format!("{id}/publish"));
    world.on_stage("DELETE", &stage, &id);
    assert_eq!(participant()["state"], "DISCONNECTED");
    assert_eq!(
        world.events_of(&stage, &session, &id),
        ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"]
    );
}

#[test]
fn a_session_ends_some_minutes_after_the_last_has_left() {
    let world = World::new();
    let stage = world.stage();
    let id = world.join(&stage, &json!({}));
    let session = world.session_of(&stage).unwrap();
    world.on_stage("DELETE", &stage, &id);
    world.advance(179.0);
    // Whoever comes in time keeps it.
    let id = world.join(&stage, &json!({}));
    world.advance(600.0);
    assert_eq!(world.session_of(&stage).as_ref(), Some(&session));
    world.on_stage("DELETE", &stage, &id);
    world.advance(179.0);
    assert_eq!(world.session_of(&stage).as_ref(), Some(&session));
    world.advance(1.0);
    assert_eq!(world.session_of(&stage), None);
    let ended = world.call("GetStageSession", &json!({ "stageArn": stage, "sessionId": session }));
    // 179 + 600 + 180 seconds after the beginning.
    assert_eq!(ended["stageSession"]["endTime"], "2026-01-02T03:20:04Z");
    world.join(&stage, &json!({}));
    assert_ne!(world.session_of(&stage), Some(session));
}

#[test]
fn a_participant_whose_token_expires_leaves_at_that_time() {
    let world = World::new();
    let stage = world.stage();
    let id = world.join(&stage, &json!({ "duration": 1 }));
    let session = world.session_of(&stage).unwrap();
    world.advance(59.0);
    let of = json!({ "stageArn": stage, "sessionId": session, "participantId": id });
    assert_eq!(world.call("GetParticipant", &of)["participant"]["state"], "CONNECTED");
    world.advance(1000.0);
    assert_eq!(world.call("GetParticipant", &of)["participant"]["state"], "DISCONNECTED");
    let events = world.call("ListParticipantEvents", &of);
    let left = &events["events"].as_array().unwrap()[1];
    assert_eq!((&left["name"], &left["eventTime"]), (&json!("LEFT"), &json!("2026-01-02T03:05:05Z")));
    // The session has ended meanwhile, three minutes after that.
    let ended = world.call("GetStageSession", &json!({ "stageArn": stage, "sessionId": session }));
    assert_eq!(ended["stageSession"]["endTime"], "2026-01-02T03:08:05Z");
}

#[test]
fn the_door_decides_on_those_without_media_too() {
    let world = World::new();
    let (stage, other) = (world.stage(), world.stage());
    let path = format!("stages/{stage}/participants");
    let (status, answer) = world.control("POST", &path, &json!({ "token": "nonsense" }));
    assert_eq!((status, &answer["code"]), (403, &json!("TOKEN_INVALID")));
    let made = world.call("CreateParticipantToken", &json!({ "stageArn": other }));
    let (status, answer) =
        world.control("POST", &path, &json!({ "token": made["participantToken"]["token"] }));
    assert_eq!((status, &answer["code"]), (403, &json!("TOKEN_INVALID")), "{answer}");
    for wrong in [json!({ "token": 5 }), json!({ "userid": "ana" })] {
        let (status, answer) = world.control("POST", &path, &wrong);
        let name = wrong.as_object().unwrap().keys().next().unwrap();
        assert!(status == 400 && answer["message"].as_str().unwrap().contains(name), "{answer}");
    }
    // One who may not publish does not.
    let id = world.join(&stage, &json!({ "capabilities": ["SUBSCRIBE"] }));
    let (status, answer) = world.control("POST", &format!("{path}/{id}/publish"), &json!({}));
    assert_eq!((status, &answer["code"]), (403, &json!("INSUFFICIENT_CAPABILITIES")));
    let session = world.session_of(&stage).unwrap();
    assert_eq!(world.events_of(&stage, &session, &id), ["JOINED", "PUBLISH_ERROR"]);
    assert_eq!(world.control("DELETE", &format!("{path}/nobody"), &json!({})).0, 404);
    // DisconnectParticipant is for good.
    let made = world.call("CreateParticipantToken", &json!({ "stageArn": stage }));
    let token = json!({ "token": made["participantToken"]["token"] });
    let id = world.join(&stage, &token);
    world.call("DisconnectParticipant", &json!({ "stageArn": stage, "participantId": id }));
    let of = json!({ "stageArn": stage, "sessionId": session, "participantId": id });
    assert_eq!(world.call("GetParticipant", &of)["participant"]["state"], "DISCONNECTED");
    assert_eq!(world.control("POST", &path, &token).0, 403);
}

/// The same run gives the same events.
#[test]
fn those_who_came_with_a_deleted_key_leave_in_the_order_of_their_ids() {
    let world = World::new();
    let stage = world.stage();
    let pem = include_str!("../../../../../tests/data/test-only-public.pem");
    let key = world.make("ImportPublicKey", "publicKey", &json!({ "publicKeyMaterial": pem }));
    let pem = include_str!("../../../../../tests/data/test-only-private.pem");
    let signer = ivs_token::SigningKey::from_pem(pem).unwrap().with_id(key.as_str().try_into().unwrap());
    let place = ivs_token::Stage::with_endpoints(
        stage.as_str().try_into().unwrap(),
        "http://localhost:1",
        "ws://localhost:1",
    )
    .unwrap();
    let now = Timestamp::from_secs(BEGIN / 1000).unwrap();
    // By chance, so many are in order once in 40 320 times.
    let ids = ["h", "d", "b", "g", "a", "f", "c", "e"];
    for id in ids {
        let token = place.participant().participant_id(id).mint_at(&signer, now).unwrap();
        world.join(&stage, &json!({ "token": token.as_str() }));
        world.on_stage("POST", &stage, &format!("{id}/publish"));
    }
    world.call("DeletePublicKey", &json!({ "arn": key }));
    let told = world.told("IVS Stage Update");
    let gone = told.iter().filter(|event| event["detail"]["event_name"] == "Participant Unpublished");
    let gone: Vec<_> = gone.map(|event| event["detail"]["participant_id"].as_str().unwrap()).collect();
    assert_eq!(gone, ["a", "b", "c", "d", "e", "f", "g", "h"]);
}

#[test]
fn of_several_who_connect_at_once_one_takes_the_last_place() {
    let quotas = BTreeMap::from([("publishersPerStage".to_owned(), 1)]);
    let world = World::with(Settings { quotas, ..Settings::default() });
    let live = world.0.live();
    for _ in 0..100 {
        let stage = world.stage();
        let all: [_; 8] = std::array::from_fn(|_| world.verified(&stage));
        let barrier = Barrier::new(all.len());
        let publish = |who: &VerifiedToken| {
            barrier.wait();
            live.publish(who, live.number(), &Visitor::default())
        };
        let published = std::thread::scope(|scope| {
            let all = all.each_ref().map(|who| scope.spawn(move || publish(who)));
            all.map(|one| one.join().unwrap())
        });
        assert_eq!(published.iter().filter(|published| **published).count(), 1);
        world.call("DeleteStage", &json!({ "arn": stage }));
    }
}
