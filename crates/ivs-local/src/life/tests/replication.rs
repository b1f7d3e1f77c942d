use serde_json::{Value, json};

use super::World;
use crate::settings::Settings;

/// Two stages, and somebody who publishes on the first.
pub(super) struct Pair {
    pub(super) world: World,
    pub(super) source: String,
    pub(super) destination: String,
    pub(super) id: String,
}

impl Pair {
    pub(super) fn new(settings: Settings) -> Self {
        let world = World::with(settings);
        let (source, destination) = (world.stage(), world.stage());
        let id = world.join(&source, &json!({ "userId": "ana", "attributes": { "a": "1", "b": "2" } }));
        world.on_stage("POST", &source, &format!("{id}/publish"));
        Self { world, source, destination, id }
    }

    pub(super) fn input(&self) -> Value {
        json!({
            "sourceStageArn": self.source,
            "destinationStageArn": self.destination,
            "participantId": self.id,
        })
    }

    pub(super) fn start(&self, seconds: u64) {
        let mut input = self.input();
        input["reconnectWindowSeconds"] = seconds.into();
        input["attributes"] = json!({ "b": "3" });
        self.world.call("StartParticipantReplication", &input);
    }

    fn publishes(&self, is_publishing: bool) {
        let method = if is_publishing { "POST" } else { "DELETE" };
        self.world.on_stage(method, &self.source, &format!("{}/publish", self.id));
    }

    /// The participant as the session of a stage shows it, which may have ended.
    pub(super) fn on(&self, stage: &str) -> Value {
        let sessions = self.world.call("ListStageSessions", &json!({ "stageArn": stage }));
        let session = &sessions["stageSessions"][0]["sessionId"];
        let input = json!({ "stageArn": stage, "sessionId": session, "participantId": self.id });
        self.world.call("GetParticipant", &input)["participant"].take()
    }

    /// The states of the replicas that the list shows.
    pub(super) fn replicas(&self) -> Vec<Value> {
        let input = json!({ "sourceStageArn": self.source, "participantId": self.id });
        let replicas = self.world.call("ListParticipantReplicas", &input);
        replicas["replicas"].as_array().unwrap().iter().map(|one| one["replicationState"].clone()).collect()
    }

    pub(super) fn events(&self, stage: &str) -> Vec<String> {
        let sessions = self.world.call("ListStageSessions", &json!({ "stageArn": stage }));
        self.world.events_of(stage, sessions["stageSessions"][0]["sessionId"].as_str().unwrap(), &self.id)
    }
}

#[test]
fn a_replica_is_on_both_stages() {
    let pair = Pair::new(Settings::default());
    let world = &pair.world;
    assert_eq!(pair.on(&pair.source)["replicationType"], "NONE");
    pair.start(0);
    let (source, replica) = (pair.on(&pair.source), pair.on(&pair.destination));
    assert_eq!(
        (&source["replicationType"], &source["replicationState"]),
        (&json!("SOURCE"), &json!("ACTIVE"))
    );
    for (name, value) in [
        ("userId", json!("ana")),
        ("state", json!("CONNECTED")),
        ("published", json!(true)),
        ("attributes", json!({ "a": "1", "b": "3" })),
        ("replicationType", json!("REPLICA")),
        ("replicationState", json!("ACTIVE")),
        ("sourceStageArn", json!(pair.source)),
        ("sourceSessionId", json!(world.session_of(&pair.source))),
    ] {
        assert_eq!(replica[name], value, "{name}");
    }
    // The destination has a session because of the replica, and the list names both.
    let session = world.session_of(&pair.destination).unwrap();
    let listed = world
        .call("ListParticipantReplicas", &json!({ "sourceStageArn": pair.source, "participantId": pair.id }));
    let expected = json!([{
        "sourceStageArn": pair.source,
        "participantId": pair.id,
        "sourceSessionId": world.session_of(&pair.source),
        "destinationStageArn": pair.destination,
        "destinationSessionId": session,
        "replicationState": "ACTIVE",
    }]);
    assert_eq!(listed["replicas"], expected);
    world.call("StopParticipantReplication", &pair.input());
    assert_eq!(pair.on(&pair.source)["replicationState"], "STOPPED");
    let replica = pair.on(&pair.destination);
    assert_eq!(
        (&replica["replicationState"], &replica["state"]),
        (&json!("STOPPED"), &json!("DISCONNECTED"))
    );
    assert_eq!(pair.on(&pair.source)["state"], "CONNECTED");
    assert_eq!(pair.replicas(), ["STOPPED"]);
    assert_eq!(
        pair.events(&pair.source),
        ["JOINED", "PUBLISH_STARTED", "REPLICATION_STARTED", "REPLICATION_STOPPED"]
    );
    assert_eq!(pair.events(&pair.destination), ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"]);
    assert_eq!(world.refused("StopParticipantReplication", &pair.input()), "ResourceNotFoundException");
    // And again.
    pair.start(0);
    assert_eq!(pair.replicas(), ["ACTIVE"]);
}

#[test]
fn event_bridge_is_told_of_replicas() {
    let pair = Pair::new(Settings::default());
    pair.start(0);
    pair.world.call("StopParticipantReplication", &pair.input());
    let all = pair.world.told("IVS Stage Update");
    let names: Vec<_> = all.iter().map(|event| event["detail"]["event_name"].as_str().unwrap()).collect();
    let expected = [
        "Participant Published",
        "Participant Published",
        "Participant Replication Start",
        "Participant Unpublished",
        "Participant Replication End",
    ];
    assert_eq!(names, expected);
    let [of_replica, started] = [&all[1]["detail"], &all[2]["detail"]];
    assert_eq!(all[1]["resources"][0], pair.destination.as_str());
    assert_eq!(
        (&of_replica["replica"], &of_replica["source_stage_arn"]),
        (&json!(true), &json!(pair.source))
    );
    assert_eq!(all[2]["resources"][0], pair.source.as_str());
    assert_eq!(started["destination_stage_arn"], pair.destination.as_str());
    assert!(started["destination_session_id"].as_str().unwrap().starts_with("st-"));
}

#[test]
fn without_a_window_a_replica_goes_when_its_source_ceases_to_publish() {
    let pair = Pair::new(Settings::default());
    pair.start(0);
    pair.publishes(false);
    assert_eq!(pair.replicas(), ["STOPPED"]);
    pair.publishes(true);
    assert_eq!(pair.on(&pair.destination)["state"], "DISCONNECTED");
}

#[test]
fn a_replica_stays_for_the_reconnect_window() {
    let pair = Pair::new(Settings::default());
    let world = &pair.world;
    pair.start(30);
    pair.publishes(false);
    world.advance(29.0);
    assert_eq!(pair.replicas(), ["ACTIVE"]);
    assert_eq!(pair.on(&pair.destination)["state"], "CONNECTED");
    // One who left comes back with the same token, and publishes again.
    pair.publishes(true);
    world.advance(60.0);
    assert_eq!(pair.replicas(), ["ACTIVE"]);
    assert_eq!(
        pair.events(&pair.destination),
        ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "PUBLISH_STARTED"]
    );
    world.on_stage("DELETE", &pair.source, &pair.id);
    world.advance(29.0);
    assert_eq!(pair.replicas(), ["ACTIVE"]);
    world.advance(1.0);
    assert_eq!(pair.replicas(), ["STOPPED"]);
    assert_eq!(pair.on(&pair.source)["replicationState"], "STOPPED");
    assert_eq!(pair.on(&pair.destination)["state"], "DISCONNECTED");
}

#[test]
fn a_replica_whose_place_was_taken_in_a_pause_leaves() {
    for (quota, limit) in [("publishersPerStage", 1), ("concurrentPublishers", 2)] {
        let quotas = [(quota.to_owned(), limit)].into();
        let pair = Pair::new(Settings { quotas, ..Settings::default() });
        pair.start(60);
        pair.publishes(false);
        let other = pair.world.join(&pair.destination, &json!({}));
        pair.world.on_stage("POST", &pair.destination, &format!("{other}/publish"));
        pair.publishes(true);
        assert_eq!(pair.replicas(), ["STOPPED"], "{quota}");
        let expected = ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "PUBLISH_ERROR", "LEFT"];
        assert_eq!(pair.events(&pair.destination), expected);
        assert_eq!(pair.on(&pair.source)["state"], "CONNECTED");
    }
}

#[test]
fn what_can_not_be_replicated_is_refused() {
    let quotas = [("replicationsPerParticipant".to_owned(), 2)].into();
    let mut pair = Pair::new(Settings { quotas, ..Settings::default() });
    let refused = |pair: &Pair| pair.world.refused("StartParticipantReplication", &pair.input());
    let id = std::mem::replace(&mut pair.id, "nobody".to_owned());
    assert_eq!(refused(&pair), "ResourceNotFoundException");
    pair.id = pair.world.join(&pair.source, &json!({}));
    assert_eq!(refused(&pair), "ConflictException", "one who does not publish");
    pair.id = id;
    pair.start(0);
    assert_eq!(refused(&pair), "ConflictException", "a second time");
    // A replica is no source.
    let (source, other) = (pair.source.clone(), pair.world.stage());
    pair.source = std::mem::replace(&mut pair.destination, other);
    assert_eq!(refused(&pair), "ConflictException", "a replica");
    pair.source = source;
    pair.start(0);
    pair.destination = pair.world.stage();
    assert_eq!(refused(&pair), "ServiceQuotaExceededException");
    pair.destination = pair.source.clone();
    assert_eq!(refused(&pair), "ValidationException", "the same stage");
    let mut input = pair.input();
    input["destinationStageArn"] = pair.world.stage().into();
    input["attributes"] = json!({ "a": "x".repeat(1025) });
    assert_eq!(pair.world.refused("StartParticipantReplication", &input), "ValidationException");
}

#[test]
fn a_full_stage_takes_no_replica() {
    let quotas = [("publishersPerStage".to_owned(), 1)].into();
    let pair = Pair::new(Settings { quotas, ..Settings::default() });
    let other = pair.world.join(&pair.destination, &json!({}));
    pair.world.on_stage("POST", &pair.destination, &format!("{other}/publish"));
    let code = pair.world.refused("StartParticipantReplication", &pair.input());
    assert_eq!(code, "ServiceQuotaExceededException");
}

#[test]
fn replicas_end_with_either_stage_and_with_either_participant() {
    for end in 0..4 {
        let pair = Pair::new(Settings::default());
        let (world, id) = (&pair.world, &pair.id);
        pair.start(300);
        let (source, destination) = (&pair.source, &pair.destination);
        match end {
            0 => world.call("DeleteStage", &json!({ "arn": source })),
            1 => world.call("DeleteStage", &json!({ "arn": destination })),
            2 => world.call("DisconnectParticipant", &json!({ "stageArn": source, "participantId": id })),
            _ => {
                world.call("DisconnectParticipant", &json!({ "stageArn": destination, "participantId": id }))
            }
        };
        assert_eq!(pair.replicas(), ["STOPPED"], "{end}");
        assert_eq!(pair.on(destination)["state"], "DISCONNECTED", "{end}");
        let state = if end % 2 == 0 { "DISCONNECTED" } else { "CONNECTED" };
        assert_eq!(pair.on(source)["state"], state, "{end}");
        assert_eq!(pair.on(source)["replicationState"], "STOPPED", "{end}");
    }
}

#[test]
fn a_composition_shows_a_replica() {
    let pair = Pair::new(Settings::default());
    let arn = pair.world.composition(&pair.destination);
    let state = || pair.world.call("GetComposition", &json!({ "arn": arn }))["composition"]["state"].clone();
    pair.world.advance(1.0);
    assert_eq!(state(), "STARTING");
    pair.start(0);
    assert_eq!(state(), "ACTIVE");
}

#[test]
fn what_was_chosen_about_replication_holds() {
    let mut settings = Settings::default();
    settings.assumptions.set("replication-again", "accept").unwrap();
    settings.assumptions.set("replication-idle", "not-found").unwrap();
    let pair = Pair::new(settings);
    pair.start(0);
    pair.start(0);
    assert_eq!(pair.replicas(), ["ACTIVE"]);
    pair.publishes(false);
    let code = pair.world.refused("StartParticipantReplication", &pair.input());
    assert_eq!(code, "ResourceNotFoundException");
}
