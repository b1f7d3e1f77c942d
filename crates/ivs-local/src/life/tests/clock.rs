use ivs_token::Timestamp;
use serde_json::json;

use super::{BEGIN, World};
use crate::settings::Settings;
use crate::store::{MemoryStore, Store};
use crate::timer::TIMERS;

#[test]
fn a_frozen_clock_stands_still_until_it_is_moved() {
    let world = World::new();
    let (_, clock) = world.control("GET", "clock", &json!({}));
    assert_eq!((&clock["now"], &clock["mode"]), (&json!("2026-01-02T03:04:05Z"), &json!("frozen")));
    assert_eq!(world.advance(86_400.5)["nowMs"], BEGIN + 86_400_500);
    let (_, clock) = world.control("POST", "clock", &json!({ "freeze": "2027-01-01T00:00:00Z" }));
    assert_eq!(clock["now"], "2027-01-01T00:00:00Z");
    let (_, clock) = world.control("POST", "clock", &json!({ "resume": true, "advance": 3600 }));
    assert_eq!(clock["mode"], "running");
    assert!(clock["now"].as_str().unwrap() >= "2027-01-01T01:00:00Z", "{clock}");
    let (_, clock) = world.control("POST", "clock", &json!({ "real": true }));
    assert_eq!((&clock["mode"], &clock["offsetMs"]), (&json!("real"), &json!(0)));
}

#[test]
fn what_is_no_time_is_refused_in_words() {
    let world = World::new();
    for (body, words) in [
        (json!({}), "at least one"),
        (json!([]), "not a JSON object"),
        (json!({ "jump": 1 }), "no member jump"),
        (json!({ "freeze": true, "real": true }), "only one"),
        (json!({ "freeze": 1 }), "2026-01-02T03:04:05Z"),
        (json!({ "freeze": "yesterday" }), "yesterday is not a time"),
        (json!({ "freeze": "1969-01-01T00:00:00Z" }), "before 1970"),
        (json!({ "real": false }), "real must be true"),
        (json!({ "advance": -1 }), "number of seconds"),
        (json!({ "advance": 1e300 }), "number of seconds"),
        (json!({ "advance": "1h" }), "number of seconds"),
    ] {
        let (status, answer) = world.control("POST", "clock", &body);
        assert_eq!(status, 400, "{body}");
        assert!(answer["message"].as_str().unwrap().contains(words), "{body}: {answer}");
    }
    assert_eq!(world.control("GET", "clock", &json!({})).1["nowMs"], BEGIN);
}

#[test]
fn the_clock_ends_with_the_year_9999() {
    let world = World::new();
    let set = |body: serde_json::Value| world.control("POST", "clock", &body);
    let (status, clock) = set(json!({ "freeze": "9999-12-31T23:59:58Z" }));
    assert_eq!((status, &clock["now"]), (200, &json!("9999-12-31T23:59:58Z")));
    assert_eq!(world.advance(1.0)["now"], "9999-12-31T23:59:59Z");
    for body in [json!({ "advance": 1 }), json!({ "freeze": "9999-12-31T00:00:00Z", "advance": 86_400 })] {
        let (status, answer) = set(body);
        assert!(status == 400 && answer["message"].as_str().unwrap().contains("year 9999"), "{answer}");
    }
    assert_eq!(world.control("GET", "clock", &json!({})).1["now"], "9999-12-31T23:59:59Z");
    // Where it begins counts, not where it stands.
    assert_eq!(set(json!({ "real": true, "advance": 60 })).0, 200);
    assert_eq!(set(json!({ "freeze": "9999-12-31T23:59:59Z" })).0, 200);
    assert_eq!(set(json!({ "freeze": "2026-01-02T03:04:05Z", "advance": 1 })).0, 200);
}

#[test]
fn resources_and_tokens_have_the_time_of_the_clock() {
    let world = World::new();
    let stage = world.stage();
    let made = world.call("CreateParticipantToken", &json!({ "stageArn": stage, "duration": 60 }));
    assert_eq!(made["participantToken"]["expirationTime"], "2026-01-02T04:04:05Z");
    let token = made["participantToken"]["token"].as_str().unwrap();
    let gate = &world.0.live().gate;
    assert_eq!(gate.participant(token).unwrap().expires_at().as_secs(), BEGIN / 1000 + 3600);
    assert!(Timestamp::now().as_secs() > BEGIN / 1000 + 3600, "by the system's time it is over");
    world.advance(3599.0);
    assert!(gate.participant(token).is_ok());
    world.advance(2.0);
    assert_eq!(gate.participant(token).unwrap_err().code, "TOKEN_EXPIRED");
}

#[test]
fn timers_run_in_order_each_at_its_time() {
    let world = World::new();
    let stage = world.stage();
    let first = world.composition(&stage);
    world.advance(10.0);
    let second = world.composition(&stage);
    // Each looks at its stage once when it begins.
    assert_eq!(world.advance(0.0)["fired"], 1);
    assert_eq!(world.control("GET", "clock", &json!({})).1["next"], "2026-01-02T03:05:05Z");
    assert_eq!(world.advance(240.0)["fired"], 2);
    let ended =
        |arn: &str| world.call("GetComposition", &json!({ "arn": arn }))["composition"]["endTime"].clone();
    assert_eq!([ended(&first), ended(&second)], ["2026-01-02T03:05:05Z", "2026-01-02T03:05:15Z"]);
}

#[test]
fn timers_and_a_frozen_clock_outlive_the_server() {
    let shared = std::sync::Arc::new(MemoryStore::default());
    let server = |freeze| {
        let settings = Settings { freeze, ..Settings::default() };
        std::sync::Arc::new(crate::Server::new(settings, Box::new(Shared(shared.clone())), 1).unwrap())
    };
    let world = World(server(Some(BEGIN)));
    world.advance(5.0);
    let arn = world.composition(&world.stage());
    let again = World(server(None));
    assert_eq!(again.control("GET", "clock", &json!({})).1["nowMs"], BEGIN + 5000);
    assert_eq!(again.advance(60.0)["fired"], 2, "one when it begins, and one a minute later");
    assert_eq!(again.call("GetComposition", &json!({ "arn": arn }))["composition"]["state"], "STOPPED");
}

#[test]
fn reset_forgets_timers() {
    let world = World::new();
    world.composition(&world.stage());
    world.0.reset().unwrap();
    assert_eq!(world.0.store().count(TIMERS).unwrap(), 0);
    assert_eq!(world.advance(3600.0)["fired"], 0);
}

/// A store that two servers have after each other.
struct Shared(std::sync::Arc<MemoryStore>);

impl Store for Shared {
    fn get(&self, key: &str) -> Result<Option<crate::Entry>, crate::StoreError> {
        self.0.get(key)
    }

    fn scan(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, crate::Entry)>, crate::StoreError> {
        self.0.scan(prefix, after, limit)
    }

    fn count(&self, prefix: &str) -> Result<usize, crate::StoreError> {
        self.0.count(prefix)
    }

    fn commit(&self, transaction: crate::Transaction) -> Result<bool, crate::StoreError> {
        self.0.commit(transaction)
    }
}
