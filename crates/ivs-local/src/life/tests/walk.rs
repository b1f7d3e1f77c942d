use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use crate::settings::Settings;

/// As many steps as issue 15 asks for, or as the variable says.
fn steps() -> usize {
    let given = std::env::var("IVS_LOCAL_WALK").ok();
    given.map_or(10_000, |given| given.parse().expect("IVS_LOCAL_WALK is a number of steps"))
}

/// Numbers that are the same in each run (the generator of PCG, without its permutation).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit).unwrap()
    }
}

/// The records of a kind.
fn all(world: &World, kind: &str) -> Vec<Arc<Value>> {
    let found = world.0.store().scan(&format!("123456789012/us-west-2/{kind}/"), "", usize::MAX).unwrap();
    found.into_iter().map(|(_, entry)| entry.value).collect()
}

/// The participants of the session that a stage has.
fn people(world: &World, stage: &Value) -> Vec<Arc<Value>> {
    let id = stage["arn"].as_str().unwrap().rsplit('/').next().unwrap();
    stage["activeSessionId"]
        .as_str()
        .map_or_else(Vec::new, |session| all(world, &format!("participant/{id}/{session}")))
}

/// What must hold whenever nothing happens.
fn check(world: &World) {
    let clock = world.control("GET", "clock", &json!({})).1;
    let now = clock["nowMs"].as_i64().unwrap();
    assert!(clock["next"].as_str().is_none_or(|next| next >= clock["now"].as_str().unwrap()), "{clock}");
    let stages = all(world, "stage");
    let publishes = |stage: &Value| people(world, stage).iter().any(|one| one["_publishing"] == true);
    let mut replicas = Vec::new();
    for stage in &stages {
        let id = stage["arn"].as_str().unwrap().rsplit('/').next().unwrap();
        let sessions = all(world, &format!("stage-session/{id}"));
        let open: Vec<_> = sessions.iter().filter(|one| one["endTime"].is_null()).collect();
        assert!(open.len() <= 1, "{open:?}");
        let open = open.first().map_or(&Value::Null, |session| &session["sessionId"]);
        assert_eq!(open, &stage["activeSessionId"]);
        for participant in people(world, stage) {
            let (is_publishing, is_there) =
                (participant["_publishing"] == true, participant["state"] == "CONNECTED");
            assert!(!is_publishing || is_there, "{participant}");
            assert!(!is_publishing || participant["published"] == true, "{participant}");
            let is_active = participant["replicationState"] == "ACTIVE";
            if participant["replicationType"] == "REPLICA" {
                // A replica is there as long as it is active.
                assert_eq!(is_active, is_there, "{participant}");
            }
            if participant["replicationType"] == "REPLICA" && is_active {
                replicas.push((participant["participantId"].clone(), stage["arn"].clone()));
            }
        }
    }
    let listed = all(world, "participant-replica");
    let listed = listed.iter().filter(|one| one["replicationState"] == "ACTIVE");
    let mut listed: Vec<_> =
        listed.map(|one| (one["participantId"].clone(), one["destinationStageArn"].clone())).collect();
    let order = |pair: &(Value, Value)| (pair.0.to_string(), pair.1.to_string());
    listed.sort_by_key(order);
    replicas.sort_by_key(order);
    assert_eq!(listed, replicas);
    for composition in all(world, "composition") {
        let stage = stages.iter().find(|stage| stage["arn"] == composition["stageArn"]).unwrap();
        let age = now - composition["_createdAt"].as_i64().unwrap();
        match composition["state"].as_str().unwrap() {
            "STARTING" => assert!(age < 60_000 && (age == 0 || !publishes(stage)), "{composition}"),
            "ACTIVE" => {
                let idle = composition["_idleSince"].as_i64().map(|since| now - since);
                assert_eq!(idle.is_none(), publishes(stage), "{composition}");
                assert!(age < 86_400_000 && idle.is_none_or(|idle| idle < 60_000), "{composition}");
            }
            other => {
                assert!(matches!(other, "STOPPED" | "FAILED"), "{composition}");
                let ended = composition["_endedAt"].as_i64().unwrap();
                assert!(composition["endTime"].is_string() && now - ended < 300_000, "{composition}");
            }
        }
    }
    let streams = all(world, "stream");
    for stream in &streams {
        let composition = stream["_composition"].as_str();
        let of = |arn: &str| all(world, "composition").into_iter().find(|one| one["arn"] == arn);
        // The stream of a composition ends with it.
        assert!(
            composition.is_none_or(|arn| of(arn).is_some_and(|one| one["state"] == "ACTIVE")),
            "{stream}"
        );
    }
    let sessions = all(world, "stream-session");
    let open = sessions.iter().filter(|session| session["endTime"].is_null());
    let mut ids: Vec<_> = open.map(|session| session["streamId"].as_str().unwrap()).collect();
    let mut live: Vec<_> = streams.iter().map(|stream| stream["streamId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    live.sort_unstable();
    assert_eq!(ids, live);
}

/// One run of so many steps, and all that it left in the state.
fn walk(seed: u64, steps: usize) -> Vec<(String, Value)> {
    let world = World::with(Settings { seed: Some("x".to_owned()), ..Settings::default() });
    let mut numbers = Numbers(seed);
    let stages = [world.stage(), world.stage()];
    let channels = [(); 2].map(|()| world.make("CreateChannel", "channel", &json!({})));
    let mut people: Vec<(String, String)> = Vec::new();
    let mut done = 0;
    for step in 0..steps {
        let (stage, channel) = (&stages[numbers.below(2)], &channels[numbers.below(2)]);
        let person = people.get(numbers.below(people.len().max(1) as u64)).cloned();
        let ask = |method: &str, path: String, body: Value| world.control(method, &path, &body).0 == 200;
        let of =
            |(stage, id): &(String, String), rest: &str| format!("stages/{stage}/participants/{id}{rest}");
        let is_done = match (numbers.below(12), person) {
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
            (what @ (10 | 11), Some((source, id))) => {
                let verb = if what == 10 { "Start" } else { "Stop" };
                let mut input =
                    json!({ "sourceStageArn": source, "destinationStageArn": stage, "participantId": id });
                if what == 10 {
                    input["reconnectWindowSeconds"] = [0, 30, 300][numbers.below(3)].into();
                }
                world.0.run(&format!("{verb}ParticipantReplication"), "us-west-2", &input).is_ok()
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
    assert!(done > steps / 3, "{done} of {steps} did something");
    let everything = world.0.store().scan("", "", usize::MAX).unwrap();
    everything.into_iter().map(|(key, entry)| (key, (*entry.value).clone())).collect()
}

/// The state without what the server keeps for itself.
fn own(all: Vec<(String, Value)>) -> Vec<(String, Value)> {
    all.into_iter().filter(|(key, _)| !key.starts_with("server/")).collect()
}

#[test]
fn any_walk_over_life_and_time_keeps_what_must_hold() {
    walk(2, steps());
}

#[test]
fn a_walk_is_the_same_again() {
    assert_eq!(own(walk(1, 500)), own(walk(1, 500)));
}
