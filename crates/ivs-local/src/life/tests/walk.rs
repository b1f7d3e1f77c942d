use serde_json::{Value, json};

use super::World;
use crate::settings::Settings;

const STEPS: usize = 700;

/// Numbers that are the same in each run (the generator of PCG, without its permutation).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit).unwrap()
    }
}

/// The records of a kind.
fn all(world: &World, kind: &str) -> Vec<Value> {
    let found = world.0.store().scan(&format!("123456789012/us-west-2/{kind}/"), "", usize::MAX).unwrap();
    found.into_iter().map(|(_, entry)| (*entry.value).clone()).collect()
}

/// What must hold whenever nothing happens.
fn check(world: &World) {
    let clock = world.control("GET", "clock", &json!({})).1;
    let now = clock["nowMs"].as_i64().unwrap();
    assert!(clock["next"].as_str().is_none_or(|next| next >= clock["now"].as_str().unwrap()), "{clock}");
    let participants = all(world, "participant");
    let publishes = |stage: &Value| {
        let session = stage["activeSessionId"].as_str().unwrap_or("none");
        let prefix = stage["arn"].as_str().unwrap().rsplit('/').next().unwrap();
        let key = format!("123456789012/us-west-2/participant/{prefix}/{session}/");
        let people = world.0.store().scan(&key, "", usize::MAX).unwrap();
        people.iter().any(|(_, entry)| entry.value["_publishing"] == true)
    };
    for stage in all(world, "stage") {
        let id = stage["arn"].as_str().unwrap().rsplit('/').next().unwrap();
        let sessions = all(world, &format!("stage-session/{id}"));
        let open: Vec<_> = sessions.iter().filter(|one| one["endTime"].is_null()).collect();
        assert!(open.len() <= 1, "{open:?}");
        let open = open.first().map_or(&Value::Null, |session| &session["sessionId"]);
        assert_eq!(open, &stage["activeSessionId"]);
    }
    for participant in participants {
        let is_publishing = participant["_publishing"] == true;
        assert!(!is_publishing || participant["state"] == "CONNECTED", "{participant}");
        assert!(!is_publishing || participant["published"] == true, "{participant}");
    }
    for composition in all(world, "composition") {
        let stage =
            all(world, "stage").into_iter().find(|stage| stage["arn"] == composition["stageArn"]).unwrap();
        let age = now - composition["_createdAt"].as_i64().unwrap();
        match composition["state"].as_str().unwrap() {
            "STARTING" => assert!(age < 60_000 && (age == 0 || !publishes(&stage)), "{composition}"),
            "ACTIVE" => {
                let idle = composition["_idleSince"].as_i64().map(|since| now - since);
                assert_eq!(idle.is_none(), publishes(&stage), "{composition}");
                assert!(age < 86_400_000 && idle.is_none_or(|idle| idle < 60_000), "{composition}");
            }
            other => {
                assert!(matches!(other, "STOPPED" | "FAILED"), "{composition}");
                assert!(composition["endTime"].is_string(), "{composition}");
            }
        }
    }
    let streams = all(world, "stream");
    let sessions = all(world, "stream-session");
    let open = sessions.iter().filter(|session| session["endTime"].is_null());
    let mut ids: Vec<_> = open.map(|session| session["streamId"].as_str().unwrap()).collect();
    let mut live: Vec<_> = streams.iter().map(|stream| stream["streamId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    live.sort_unstable();
    assert_eq!(ids, live);
}

/// One run, and all that it left in the state.
fn walk(seed: u64) -> Vec<(String, Value)> {
    let world = World::with(Settings { seed: Some("x".to_owned()), ..Settings::default() });
    let mut numbers = Numbers(seed);
    let stages = [world.stage(), world.stage()];
    let channels = [(); 2].map(|()| world.make("CreateChannel", "channel", &json!({})));
    let mut people: Vec<(String, String)> = Vec::new();
    let mut done = 0;
    for step in 0..STEPS {
        let (stage, channel) = (&stages[numbers.below(2)], &channels[numbers.below(2)]);
        let person = people.get(numbers.below(people.len().max(1) as u64)).cloned();
        let ask = |method: &str, path: String, body: Value| world.control(method, &path, &body).0 == 200;
        let of =
            |(stage, id): &(String, String), rest: &str| format!("stages/{stage}/participants/{id}{rest}");
        let is_done = match (numbers.below(10), person) {
            (0, _) => {
                let id = world.join(stage, &json!({ "duration": 1 + numbers.below(60) }));
                people.push((stage.clone(), id));
                true
            }
            (1 | 2, Some(person)) => ask("POST", of(&person, "/publish"), json!({})),
            (3, Some(person)) => ask("DELETE", of(&person, "/publish"), json!({})),
            (4, Some(person)) => {
                people.retain(|one| *one != person);
                ask("DELETE", of(&person, ""), json!({}))
            }
            (5, _) => {
                let destinations = json!([{ "channel": { "channelArn": channel } }]);
                let input = json!({ "stageArn": stage, "destinations": destinations });
                world.0.run("StartComposition", "us-west-2", &input).is_ok()
            }
            (6, _) => {
                let compositions = all(&world, "composition");
                let chosen = compositions.get(numbers.below(compositions.len().max(1) as u64));
                chosen.is_some_and(|one| {
                    world.0.run("StopComposition", "us-west-2", &json!({ "arn": one["arn"] })).is_ok()
                })
            }
            (7, _) => ask("POST", format!("channels/{channel}/live"), json!({})),
            (8, _) => ask("DELETE", format!("channels/{channel}/live"), json!({})),
            _ => {
                let seconds = [1, 10, 60, 400, 4000][numbers.below(5)];
                world.advance(f64::from(seconds));
                true
            }
        };
        done += usize::from(is_done);
        // Timers of compositions that begin are due at once.
        world.advance(0.0);
        if step % 5 == 0 {
            check(&world);
        }
    }
    assert!(done > STEPS / 3, "{done} of {STEPS} did something");
    let everything = world.0.store().scan("", "", usize::MAX).unwrap();
    everything.into_iter().map(|(key, entry)| (key, (*entry.value).clone())).collect()
}

#[test]
fn any_walk_over_life_and_time_keeps_what_must_hold_and_is_the_same_again() {
    let own = |all: Vec<(String, Value)>| -> Vec<(String, Value)> {
        all.into_iter().filter(|(key, _)| !key.starts_with("server/")).collect()
    };
    assert_eq!(own(walk(1)), own(walk(1)));
}
