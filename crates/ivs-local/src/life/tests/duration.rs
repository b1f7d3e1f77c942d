//! How long anybody may publish, and how many timers wait for the end of that and of tokens.

use serde_json::json;

use super::World;
use crate::settings::Settings;
use crate::timer::TIMERS;

const HOUR: f64 = 3600.0;

impl World {
    /// How many timers of this kind wait.
    fn waiting(&self, what: &str) -> usize {
        let all = self.0.store().scan(TIMERS, "", usize::MAX).unwrap();
        all.iter().filter(|(_, entry)| entry.value["what"] == what).count()
    }

    /// Somebody comes who can stay for two weeks, and publishes.
    fn visit(&self, stage: &str) -> String {
        let id = self.join(stage, &json!({ "duration": 14 * 24 * 60 }));
        self.on_stage("POST", stage, &format!("{id}/publish"));
        id
    }
}

#[test]
fn a_stage_has_one_timer_whatever_sessions_it_had() {
    let mut settings = Settings::default();
    settings.assumptions.set("media-quota", "report").unwrap();
    let world = World::with(settings);
    let stage = world.stage();
    for _ in 0..3 {
        let id = world.visit(&stage);
        world.on_stage("DELETE", &stage, &id);
        world.advance(HOUR);
    }
    let id = world.visit(&stage);
    assert_eq!(world.waiting("duration"), 4, "those of the sessions before have not passed yet");
    world.advance(24.0 * HOUR);
    assert_eq!(world.waiting("duration"), 1);
    world.advance(24.0 * HOUR);
    assert_eq!(world.waiting("duration"), 1);
    let session = world.session_of(&stage).unwrap();
    let expected = ["JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR", "PUBLISH_ERROR"];
    assert_eq!(world.events_of(&stage, &session, &id), expected, "once a day");
}

#[test]
fn no_timer_waits_for_what_has_ended() {
    let world = World::new();
    let stage = world.stage();
    let first = world.visit(&stage);
    world.advance(HOUR);
    let second = world.visit(&stage);
    world.advance(23.0 * HOUR);
    let session = world.session_of(&stage).unwrap();
    let over = ["JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR", "PUBLISH_STOPPED"];
    assert_eq!(world.events_of(&stage, &session, &first), over);
    assert_eq!(world.events_of(&stage, &session, &second), over[..2]);
    assert_eq!(world.waiting("duration"), 1, "for the second");
    world.advance(HOUR);
    assert_eq!(world.events_of(&stage, &session, &second), over);
    assert_eq!(world.waiting("duration"), 0);
}

#[test]
fn a_token_has_one_timer_however_often_somebody_comes_with_it() {
    let world = World::new();
    let stage = world.stage();
    world.join(&stage, &json!({}));
    let who = world.verified(&stage);
    let before = world.waiting("expiry");
    for _ in 0..5 {
        // As a player does that is not on the stage and connects again and again.
        world.0.live().subscribed(&who);
        world.advance(10.3);
    }
    for _ in 0..5 {
        world.0.live().join_without_client(&who).unwrap();
        world.on_stage("DELETE", &stage, who.participant_id().as_str());
        world.advance(10.3);
    }
    assert_eq!(world.waiting("expiry") - before, 1);
    world.advance(12.0 * HOUR);
    assert_eq!(world.waiting("expiry"), 0);
}
