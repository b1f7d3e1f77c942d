//! How many may publish at once on all stages of an account and region: every end gives the place back.

use serde_json::{Value, json};

use super::World;
use crate::settings::Settings;

/// A server on whose stages so many may publish.
fn world(publishers: usize) -> World {
    let quotas = [("concurrentPublishers".to_owned(), publishers)].into();
    World::with(Settings { quotas, ..Settings::default() })
}

/// Somebody who joins and wants to publish: the status, and what was said.
fn publish(world: &World, stage: &str) -> (u16, Value, String) {
    let id = world.join(stage, &json!({}));
    let (status, said) =
        world.control("POST", &format!("stages/{stage}/participants/{id}/publish"), &json!({}));
    (status, said, id)
}

#[test]
fn every_end_gives_the_place_back() {
    for end in ["cease", "leave", "DisconnectParticipant", "DeleteStage", "expiry"] {
        let world = world(1);
        let [stage, other] = [world.stage(), world.stage()];
        let (status, said, id) = publish(&world, &stage);
        assert_eq!(status, 200, "{said}");
        let (status, said, _) = publish(&world, &other);
        assert_eq!((status, &said["code"]), (429, &json!("QUOTA_EXCEEDED")), "{said}");
        assert!(said["message"].as_str().unwrap().contains("quota concurrentPublishers"), "{said}");
        let path = format!("stages/{stage}/participants/{id}");
        match end {
            "cease" => assert_eq!(world.control("DELETE", &format!("{path}/publish"), &json!({})).0, 200),
            "leave" => assert_eq!(world.control("DELETE", &path, &json!({})).0, 200),
            "DisconnectParticipant" => {
                world.call(end, &json!({ "stageArn": stage, "participantId": id }));
            }
            "DeleteStage" => {
                world.call(end, &json!({ "arn": stage }));
            }
            _ => {
                world.advance(13.0 * 3600.0);
            }
        }
        let (status, said, _) = publish(&world, &other);
        assert_eq!(status, 200, "{end}: {said}");
    }
}

#[test]
fn each_account_and_region_has_its_own() {
    let world = world(1);
    let here = world.stage();
    assert_eq!(publish(&world, &here).0, 200);
    let made = world.0.run("CreateStage", "us-east-1", &json!({})).unwrap();
    assert_eq!(publish(&world, made["stage"]["arn"].as_str().unwrap()).0, 200, "another region");
    let made = world.0.run_for("CreateStage", "210987654321", "us-west-2", &json!({})).unwrap();
    assert_eq!(publish(&world, made["stage"]["arn"].as_str().unwrap()).0, 200, "another account");
    assert_eq!(publish(&world, &world.stage()).0, 429);
}

#[test]
fn a_replica_counts_as_a_publisher() {
    for (most, is_taken) in [(1, false), (2, true)] {
        let world = world(most);
        let [source, destination] = [world.stage(), world.stage()];
        let id = publish(&world, &source).2;
        let input = json!({
            "sourceStageArn": source, "destinationStageArn": destination, "participantId": id,
        });
        if is_taken {
            world.call("StartParticipantReplication", &input);
            assert_eq!(publish(&world, &source).0, 429, "the replica has the second place");
        } else {
            let code = world.refused("StartParticipantReplication", &input);
            assert_eq!(code, "ServiceQuotaExceededException");
        }
    }
}
