//! Random walks over calls, life and time.

use serde_json::{Value, json};

use super::World;
use super::invariants::{all, check, check_past};
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

    /// One of these; none of none.
    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let place = self.below(from.len().max(1) as u64);
        from.get(place).cloned()
    }
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Join,
    Publish,
    Unpublish,
    Leave,
    Disconnect,
    DeleteStage,
    StartComposition,
    StopComposition,
    StrikeDestination,
    StartReplication,
    StopReplication,
    FailRecording,
    CreateIngest,
    DeleteIngest,
    MoveIngest,
    Encode,
    EndEncoding,
    GoLive,
    EndLive,
    Takeover,
    Watch,
    StopWatching,
    RevokeViewer,
    InsertAdBreak,
    Advance,
}

use Deed::*;

/// Each as often as it stands here.
const DEEDS: [Deed; 35] = [
    Join,
    Join,
    Join,
    Publish,
    Publish,
    Publish,
    Publish,
    Unpublish,
    Leave,
    Disconnect,
    DeleteStage,
    StartComposition,
    StartComposition,
    StopComposition,
    StrikeDestination,
    StartReplication,
    StartReplication,
    StopReplication,
    FailRecording,
    CreateIngest,
    DeleteIngest,
    MoveIngest,
    Encode,
    Encode,
    EndEncoding,
    GoLive,
    GoLive,
    EndLive,
    Takeover,
    Watch,
    Watch,
    StopWatching,
    RevokeViewer,
    InsertAdBreak,
    Advance,
];

/// A walker, and what it has made.
struct Walk {
    world: World,
    numbers: Numbers,
    storage: String,
    stages: Vec<String>,
    /// The IDs of all stages that there were, and those of them to which something can still happen.
    every: Vec<String>,
    going_on: Vec<String>,
    channels: Vec<String>,
    ingests: Vec<String>,
    /// Each with the stage that they came to.
    people: Vec<(String, String)>,
    /// How often each deed did something.
    done: std::collections::BTreeMap<Deed, usize>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let world = World::with(Settings { seed: Some("x".to_owned()), ..Settings::default() });
        let s3 = json!({ "s3": { "bucketName": "bucket" } });
        let storage = world.make("CreateStorageConfiguration", "storageConfiguration", &s3);
        let recording = json!({ "destinationConfiguration": s3, "recordingReconnectWindowSeconds": 30 });
        let recording = world.make("CreateRecordingConfiguration", "recordingConfiguration", &recording);
        world.advance(10.0);
        let ads = "arn:aws:mediatailor:us-west-2:123456789012:playbackConfiguration/walk";
        let ads = json!({ "mediaTailorPlaybackConfigurations": [{ "playbackConfigurationArn": ads }] });
        let ads = world.make("CreateAdConfiguration", "adConfiguration", &ads);
        let channels =
            [json!({ "adConfigurationArn": ads }), json!({ "recordingConfigurationArn": recording })];
        let channels = channels.map(|input| world.make("CreateChannel", "channel", &input)).to_vec();
        let mut walk = Self {
            world,
            numbers: Numbers(seed),
            storage,
            stages: Vec::new(),
            every: Vec::new(),
            going_on: Vec::new(),
            channels,
            ingests: Vec::new(),
            people: Vec::new(),
            done: std::collections::BTreeMap::new(),
        };
        walk.add_stage();
        walk.add_stage();
        walk
    }

    /// A stage that records its participants, or not.
    fn add_stage(&mut self) {
        let mut input = json!({});
        if let Some(window) = self.numbers.pick(&[None, Some(0), Some(60)]).flatten() {
            input["autoParticipantRecordingConfiguration"] = json!({
                "storageConfigurationArn": self.storage,
                "recordingReconnectWindowSeconds": window,
                "recordParticipantReplicas": self.numbers.below(2) == 0,
            });
        }
        let stage = self.world.make("CreateStage", "stage", &input);
        let id = stage.rsplit('/').next().unwrap().to_owned();
        self.every.push(id.clone());
        self.going_on.push(id);
        self.stages.push(stage);
    }

    fn step(&mut self) {
        let deed = DEEDS[self.numbers.below(DEEDS.len() as u64)];
        if self.attempt(deed).is_some_and(|is_done| is_done) {
            *self.done.entry(deed).or_default() += 1;
        }
        // Timers of compositions that begin are due at once.
        self.world.advance(0.0);
    }

    /// Whether it was done; none, if there is nobody to do it, or nothing to do it to.
    fn attempt(&mut self, deed: Deed) -> Option<bool> {
        match deed {
            StartComposition | StopComposition | StrikeDestination | StartReplication | StopReplication => {
                self.copy(deed)
            }
            CreateIngest | DeleteIngest | MoveIngest | Encode | EndEncoding => self.ingest(deed),
            GoLive | EndLive | Takeover | Watch | StopWatching | RevokeViewer | InsertAdBreak => {
                self.broadcast(deed)
            }
            _ => self.visit(deed),
        }
    }

    /// What people do on stages, and time.
    fn visit(&mut self, deed: Deed) -> Option<bool> {
        Some(match deed {
            Join => {
                let stage = self.numbers.pick(&self.stages)?;
                let id = self.world.join(&stage, &json!({ "duration": 1 + self.numbers.below(300) }));
                self.people.push((stage, id));
                true
            }
            Publish => self.of_person("POST", "/publish", &json!({}))?,
            Unpublish => self.of_person("DELETE", "/publish", &json!({}))?,
            FailRecording => self.of_person("POST", "/recording", &json!({ "state": "FAILED" }))?,
            Leave => {
                let person = self.numbers.pick(&self.people)?;
                self.people.retain(|one| *one != person);
                self.ask("DELETE", &path_of(&person, ""), &json!({}))
            }
            Disconnect => {
                let person = self.numbers.pick(&self.people)?;
                if self.numbers.below(4) > 0 {
                    // For good: their token is of no use any more. Some try all the same.
                    self.people.retain(|one| *one != person);
                }
                let (stage, id) = person;
                self.run("DisconnectParticipant", &json!({ "stageArn": stage, "participantId": id }))
            }
            DeleteStage => {
                // Not each time, or nothing would become old.
                if self.numbers.below(4) > 0 {
                    return None;
                }
                let place = self.numbers.below(self.stages.len() as u64);
                let gone = self.stages.swap_remove(place);
                self.people.retain(|(stage, _)| *stage != gone);
                let is_done = self.run("DeleteStage", &json!({ "arn": gone }));
                self.add_stage();
                is_done
            }
            _ => {
                let seconds = self.numbers.pick(&[1, 10, 60, 400, 4000])?;
                self.world.advance(f64::from(seconds));
                if self.numbers.below(4) > 0 {
                    // Some who have gone try to go on all the same.
                    let there = |(stage, id): &(String, String)| is_there(&self.world, stage, id);
                    self.people.retain(there);
                }
                true
            }
        })
    }

    /// Compositions and replicas: what shows somebody elsewhere.
    fn copy(&mut self, deed: Deed) -> Option<bool> {
        Some(match deed {
            StartComposition => {
                let (stage, channel) = (self.numbers.pick(&self.stages)?, self.numbers.pick(&self.channels)?);
                let destinations = json!([{ "channel": { "channelArn": channel } }]);
                self.run("StartComposition", &json!({ "stageArn": stage, "destinations": destinations }))
            }
            StopComposition => {
                let composition = self.numbers.pick(&all(&self.world, "composition"))?;
                self.run("StopComposition", &json!({ "arn": composition["arn"] }))
            }
            StrikeDestination => {
                let composition = self.numbers.pick(&all(&self.world, "composition"))?;
                let (arn, id) = (&composition["arn"], &composition["destinations"][0]["id"]);
                let path = format!("compositions/{}/destinations/{}", arn.as_str()?, id.as_str()?);
                let state = self.numbers.pick(&["RECONNECTING", "ACTIVE", "FAILED"])?;
                self.ask("POST", &path, &json!({ "state": state }))
            }
            StartReplication => {
                let (source, id) = self.numbers.pick(&self.people)?;
                let stage = self.numbers.pick(&self.stages)?;
                let window = self.numbers.pick(&[0, 30, 300])?;
                let input = json!({
                    "sourceStageArn": source,
                    "destinationStageArn": stage,
                    "participantId": id,
                    "reconnectWindowSeconds": window,
                });
                self.run("StartParticipantReplication", &input)
            }
            _ => {
                // Of one that goes on, or of one that has ended.
                let (stage, any) = (self.numbers.pick(&self.stages)?, self.numbers.below(4) == 0);
                let id = stage.rsplit('/').next()?;
                let mut replicas = all(&self.world, &format!("participant-replica/{id}"));
                replicas.retain(|one| any || one["replicationState"] == "ACTIVE");
                let replica = self.numbers.pick(&replicas)?;
                let input = json!({
                    "sourceStageArn": replica["sourceStageArn"],
                    "destinationStageArn": replica["destinationStageArn"],
                    "participantId": replica["participantId"],
                });
                self.run("StopParticipantReplication", &input)
            }
        })
    }

    /// What happens to channels.
    fn broadcast(&mut self, deed: Deed) -> Option<bool> {
        Some(match deed {
            GoLive => {
                let viewers = self.numbers.below(3);
                self.of_channel("POST", "live", &json!({ "viewers": viewers }))?
            }
            EndLive => self.of_channel("DELETE", "live", &json!({}))?,
            Takeover => {
                let how = [
                    json!({ "takeover": true }),
                    json!({ "takeover": true, "priority": 1 + self.numbers.below(9) }),
                    json!({ "takeover": "StreamTakeoverMediaMismatch" }),
                ];
                let how = self.numbers.pick(&how)?;
                self.of_channel("POST", "live", &how)?
            }
            Watch => {
                let viewer = json!({ "viewerId": self.viewer(), "version": self.version() });
                self.of_channel("POST", "viewers", &viewer)?
            }
            StopWatching => {
                let stream = self.numbers.pick(&all(&self.world, "stream"))?;
                let viewers: Vec<_> = stream["_sessions"].as_object()?.keys().cloned().collect();
                let viewer = self.numbers.pick(&viewers)?;
                let path = format!("channels/{}/viewers/{viewer}", stream["channelArn"].as_str()?);
                self.ask("DELETE", &path, &json!({}))
            }
            RevokeViewer => {
                let (channel, version) = (self.numbers.pick(&self.channels)?, self.version());
                let input = json!({
                    "channelArn": channel,
                    "viewerId": self.viewer(),
                    "viewerSessionVersionsLessThanOrEqualTo": version,
                });
                self.run("StartViewerSessionRevocation", &input)
            }
            _ => {
                let channel = self.numbers.pick(&self.channels)?;
                self.run("InsertAdBreak", &json!({ "channelArn": channel, "durationSeconds": 30 }))
            }
        })
    }

    /// What can be done with ingest configurations.
    fn ingest(&mut self, deed: Deed) -> Option<bool> {
        const MOST: usize = 3;
        let stage = self.numbers.pick(&self.stages)?;
        if deed == CreateIngest {
            if self.ingests.len() == MOST {
                return None;
            }
            let is_redundant = self.numbers.below(2) == 0;
            let input =
                json!({ "stageArn": stage, "ingestProtocol": "RTMPS", "redundantIngest": is_redundant });
            self.ingests.push(self.world.make("CreateIngestConfiguration", "ingestConfiguration", &input));
            return Some(true);
        }
        let arn = self.numbers.pick(&self.ingests)?;
        let publish = format!("ingest-configurations/{arn}/publish");
        Some(match deed {
            DeleteIngest => {
                let is_forced = self.numbers.below(2) == 0;
                let is_done =
                    self.run("DeleteIngestConfiguration", &json!({ "arn": arn, "force": is_forced }));
                self.ingests.retain(|one| !is_done || *one != arn);
                is_done
            }
            MoveIngest => self.run("UpdateIngestConfiguration", &json!({ "arn": arn, "stageArn": stage })),
            Encode => {
                let record = all(&self.world, "ingest-configuration");
                let record = record.iter().find(|one| one["arn"] == arn.as_str())?;
                let credentials = record["_credentials"].as_array()?;
                let key = self.numbers.pick(credentials)?["streamKey"].clone();
                self.ask("POST", &publish, &json!({ "streamKey": key }))
            }
            _ => self.ask("DELETE", &publish, &json!({})),
        })
    }

    /// A version of a session: higher the more was revoked, so that viewers can come as long as the walk goes.
    fn version(&mut self) -> usize {
        self.done.get(&RevokeViewer).copied().unwrap_or(0) / 4 + self.numbers.below(3)
    }

    fn viewer(&mut self) -> String {
        format!("viewer{}", self.numbers.below(4))
    }

    fn of_person(&mut self, method: &str, rest: &str, body: &Value) -> Option<bool> {
        let person = self.numbers.pick(&self.people)?;
        Some(self.ask(method, &path_of(&person, rest), body))
    }

    fn of_channel(&mut self, method: &str, rest: &str, body: &Value) -> Option<bool> {
        let channel = self.numbers.pick(&self.channels)?;
        Some(self.ask(method, &format!("channels/{channel}/{rest}"), body))
    }

    fn run(&self, operation: &str, input: &Value) -> bool {
        self.world.0.run(operation, "us-west-2", input).is_ok()
    }

    /// A request to `/_ivs/`, which may be refused, and must not fail.
    fn ask(&self, method: &str, path: &str, body: &Value) -> bool {
        let (status, answer) = self.world.control(method, path, body);
        assert!(status < 500, "{method} {path} {body}: {answer}");
        status == 200
    }
}

fn path_of((stage, id): &(String, String), rest: &str) -> String {
    format!("stages/{stage}/participants/{id}{rest}")
}

/// Whether somebody is on a stage.
fn is_there(world: &World, stage: &str, id: &str) -> bool {
    let stage = stage.rsplit('/').next().unwrap();
    let mut people = all(world, &format!("participant/{stage}")).into_iter();
    people.any(|one| one["participantId"] == id && one["state"] == "CONNECTED")
}

/// One run of so many steps, and all that it left in the state.
fn walk(seed: u64, steps: usize) -> Vec<(String, Value)> {
    let mut walk = Walk::new(seed);
    for step in 0..steps {
        walk.step();
        if step % 5 == 0 {
            check(&walk.world);
        }
        if step % 500 == 499 {
            check_past(&walk.world, &mut walk.going_on);
        }
    }
    check_past(&walk.world, &mut walk.every);
    if steps >= 10_000 {
        // Nothing is only attempted.
        for deed in DEEDS {
            let done = walk.done.get(&deed).copied().unwrap_or(0);
            assert!(done >= 10, "{deed:?} did something {done} times: {:?}", walk.done);
        }
    }
    let everything = walk.world.0.store().scan("", "", usize::MAX).unwrap();
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
