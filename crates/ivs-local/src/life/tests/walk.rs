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

/// The records of a kind, each with the ID that comes first in its place.
fn keyed(world: &World, kind: &str) -> Vec<(String, Arc<Value>)> {
    let found = world.0.store().scan(&format!("123456789012/us-west-2/{kind}/"), "", usize::MAX).unwrap();
    let id = |key: &str| key.split('/').nth(3).unwrap().to_owned();
    found.into_iter().map(|(key, entry)| (id(&key), entry.value)).collect()
}

fn id_of(record: &Value) -> &str {
    record["arn"].as_str().unwrap().rsplit('/').next().unwrap()
}

/// The participants of the session that a stage has.
fn people(world: &World, stage: &Value) -> Vec<Arc<Value>> {
    let id = id_of(stage);
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
        let id = id_of(stage);
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
        let stage = stages.iter().find(|stage| stage["arn"] == composition["stageArn"]);
        let publishes = |stage: Option<&Arc<Value>>| stage.is_some_and(|stage| publishes(stage));
        let age = now - composition["_createdAt"].as_i64().unwrap();
        match composition["state"].as_str().unwrap() {
            "STARTING" | "ACTIVE" if stage.is_none() => panic!("its stage is gone: {composition}"),
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
    check_deleted(world, &stages, now);
    check_recordings(world, now);
    check_ingest(world, &stages);
}

/// What is left of a stage that was deleted is over.
fn check_deleted(world: &World, stages: &[Arc<Value>], now: i64) {
    let is_gone = |id: &str| !stages.iter().any(|stage| id_of(stage) == id);
    let left = |kind: &str| keyed(world, kind).into_iter().filter(|(stage, _)| is_gone(stage));
    for (_, participant) in left("participant") {
        assert_eq!(
            (&participant["state"], &participant["_publishing"]),
            (&json!("DISCONNECTED"), &json!(false))
        );
    }
    for (_, session) in left("stage-session") {
        assert!(session["endTime"].is_string(), "{session}");
    }
    for (_, recording) in left("participant-recording") {
        // One whose window was open ends with that.
        let is_over = matches!(recording["state"].as_str(), Some("STOPPED" | "FAILED"));
        assert!(is_over || is_paused(&recording, now), "{recording}");
    }
}

/// Whether a recording waits for somebody to come back.
fn is_paused(recording: &Value, now: i64) -> bool {
    let until = recording["pausedAt"].as_i64().map(|at| at + recording["window"].as_i64().unwrap() * 1000);
    until.is_some_and(|until| now < until)
}

/// Recordings go on while somebody publishes, and for the window afterwards.
fn check_recordings(world: &World, now: i64) {
    let prefix = "123456789012/us-west-2/participant-recording/";
    for (key, entry) in world.0.store().scan(prefix, "", usize::MAX).unwrap() {
        let recording = &entry.value;
        let participant =
            world.0.store().get(&key.replacen("participant-recording", "participant", 1)).unwrap();
        let participant = participant.unwrap().value;
        assert_eq!(participant["recordingState"], recording["state"], "{participant}");
        match (recording["state"].as_str().unwrap(), participant["_publishing"] == true) {
            ("ACTIVE", true) | ("STOPPED", false) | ("FAILED", _) => {}
            ("STOPPING", false) => assert!(is_paused(recording, now), "{recording}"),
            _ => panic!("{recording} of {participant}"),
        }
    }
    let streams = keyed(world, "stream");
    for (channel, recording) in keyed(world, "channel-recording") {
        let is_live = streams.iter().any(|(other, _)| *other == channel);
        assert_eq!(is_live, recording["pausedAt"].is_null(), "{recording}");
        assert!(is_live || is_paused(&recording, now), "{recording}");
    }
}

/// An ingest configuration is active as long as somebody publishes with it.
fn check_ingest(world: &World, stages: &[Arc<Value>]) {
    for ingest in all(world, "ingest-configuration") {
        let people = stages.iter().flat_map(|stage| people(world, stage));
        let with_it = people.filter(|one| {
            one["ingestConfigurationArn"] == ingest["arn"]
                && one["_publishing"] == true
                && one["replicationType"] != "REPLICA"
        });
        let mut with_it: Vec<_> = with_it.map(|one| one["participantId"].clone()).collect();
        let mut kept = ingest["_publishing"].as_array().cloned().unwrap_or_default();
        let order = |id: &Value| id.to_string();
        with_it.sort_by_key(order);
        kept.sort_by_key(order);
        assert_eq!(kept, with_it, "{ingest}");
        let state = if kept.is_empty() { "INACTIVE" } else { "ACTIVE" };
        assert_eq!(ingest["state"], state);
    }
}

/// What a walk goes over.
struct Ground {
    stages: Vec<String>,
    channels: [String; 2],
    /// Two of each stage.
    ingest: Vec<String>,
    storage: String,
}

impl Ground {
    fn new(world: &World) -> Self {
        let s3 = json!({ "s3": { "bucketName": "bucket" } });
        let storage = world.make("CreateStorageConfiguration", "storageConfiguration", &s3);
        let to_s3 = json!({
            "destinationConfiguration": { "s3": { "bucketName": "bucket" } }, "recordingReconnectWindowSeconds": 60,
        });
        let recording = world.make("CreateRecordingConfiguration", "recordingConfiguration", &to_s3);
        let channels = [json!({ "recordingConfigurationArn": recording }), json!({})]
            .map(|input| world.make("CreateChannel", "channel", &input));
        let mut ground = Self { stages: Vec::new(), channels, ingest: Vec::new(), storage };
        for place in 0..2 {
            let stage = ground.stage(world, place);
            let input = json!({ "ingestProtocol": "RTMPS", "stageArn": stage, "redundantIngest": true });
            ground.ingest.push(world.make("CreateIngestConfiguration", "ingestConfiguration", &input));
            ground.stages.push(stage);
        }
        ground
    }

    /// A new stage for a place. The first records its participants.
    fn stage(&self, world: &World, place: usize) -> String {
        let recorded = json!({
            "storageConfigurationArn": self.storage, "recordingReconnectWindowSeconds": 30,
        });
        let input =
            if place == 0 { json!({ "autoParticipantRecordingConfiguration": recorded }) } else { json!({}) };
        world.make("CreateStage", "stage", &input)
    }

    /// Deletes the stage of a place, and makes another one there.
    fn replace(&mut self, world: &World, place: usize) {
        world.call("DeleteStage", &json!({ "arn": self.stages[place] }));
        let stage = self.stage(world, place);
        let input = json!({ "arn": self.ingest[place], "stageArn": stage });
        world.call("UpdateIngestConfiguration", &input);
        self.stages[place] = stage;
    }
}

/// One run of so many steps, and all that it left in the state.
fn walk(seed: u64, steps: usize) -> Vec<(String, Value)> {
    let world = World::with(Settings { seed: Some("x".to_owned()), ..Settings::default() });
    let mut numbers = Numbers(seed);
    let mut ground = Ground::new(&world);
    let mut people: Vec<(String, String)> = Vec::new();
    let mut done = 0;
    for step in 0..steps {
        let place = numbers.below(2);
        let (stage, channel) = (&ground.stages[place].clone(), &ground.channels[numbers.below(2)].clone());
        let person = people.get(numbers.below(people.len().max(1) as u64)).cloned();
        let ask = |method: &str, path: String, body: Value| world.control(method, &path, &body).0 == 200;
        let of =
            |(stage, id): &(String, String), rest: &str| format!("stages/{stage}/participants/{id}{rest}");
        let is_done = match (numbers.below(18), person) {
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
            (12, _) if numbers.below(3) == 0 => {
                people.retain(|(other, _)| other != stage);
                ground.replace(&world, place);
                true
            }
            (what @ (13 | 14), _) => {
                let method = if what == 13 { "POST" } else { "DELETE" };
                ask(method, format!("ingest-configurations/{}/publish", ground.ingest[place]), json!({}))
            }
            (15, Some(person)) => ask("POST", of(&person, "/recording"), json!({ "state": "FAILED" })),
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
