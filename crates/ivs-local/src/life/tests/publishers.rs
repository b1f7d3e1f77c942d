//! Sessions that go on for days, and all who were there once.

use serde_json::json;

use super::BEGIN;
use super::counting::counted;
use crate::settings::Settings;

/// How many records are read for somebody who comes, publishes, is copied and goes, where so many have come and gone before: with a
/// composition, in a session that goes on, as somebody else stays.
fn read_after(many: usize) -> usize {
    let (world, store) = counted(Settings { freeze: Some(BEGIN), ..Settings::default() });
    let (stage, other) = (world.stage(), world.stage());
    let visit = |stage: &str| {
        let id = world.join(stage, &json!({}));
        world.on_stage("POST", stage, &format!("{id}/publish"));
        id
    };
    visit(&stage);
    world.composition(&stage);
    let copied = visit(&other);
    for _ in 0..many {
        let id = visit(&stage);
        world.on_stage("DELETE", &stage, &id);
    }
    let before = store.read();
    let id = visit(&stage);
    let input = json!({ "sourceStageArn": other, "destinationStageArn": stage, "participantId": copied });
    world.call("StartParticipantReplication", &input);
    world.on_stage("DELETE", &stage, &format!("{id}/publish"));
    world.on_stage("DELETE", &stage, &id);
    store.read() - before
}

#[test]
fn those_who_have_left_are_not_read_again_for_each_who_comes() {
    assert_eq!(read_after(300), read_after(3));
}
