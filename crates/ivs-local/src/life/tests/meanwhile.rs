//! Replicas, and what happens between an operation and what it leads to, or after a replica has gone.

use std::time::{Duration, Instant};

use ivs_token::{SigningKey, Stage, StageArn, Timestamp};
use serde_json::{Map, Value, json};

use super::BEGIN;
use super::replication::Pair;
use crate::life::replication::write;
use crate::replication::Replication;
use crate::settings::Settings;

/// A session that an operation expected.
const EXPECTED: &str = "st-expected00000";

impl Pair {
    /// A token with the same participant ID for a stage.
    fn token(&self, stage: &str) -> Value {
        self.brief_token(stage, 12 * 3600)
    }

    /// Like [`Self::token`], for so many seconds.
    fn brief_token(&self, stage: &str, seconds: u64) -> Value {
        let key = SigningKey::generate().unwrap();
        let pem = key.verifying_key().to_spki_pem();
        let arn = self.world.make("ImportPublicKey", "publicKey", &json!({ "publicKeyMaterial": pem }));
        let key = key.with_id(arn.try_into().unwrap());
        let endpoints = self.world.call("GetStage", &json!({ "arn": stage }))["stage"]["endpoints"].take();
        let [whip, events] = ["whip", "events"].map(|name| endpoints[name].as_str().unwrap());
        let stage = Stage::with_endpoints(StageArn::try_from(stage).unwrap(), whip, events).unwrap();
        let now = Timestamp::from_secs(BEGIN / 1000).unwrap();
        let participant = stage.participant().participant_id(&self.id).duration(Duration::from_secs(seconds));
        let token = participant.mint_at(&key, now).unwrap();
        json!({ "token": token.as_str() })
    }

    /// A replica that an operation has written, and that is about to come.
    fn asked(&self) -> Replication {
        let replication = Replication {
            source: self.source.as_str().try_into().unwrap(),
            source_session: self.world.session_of(&self.source).unwrap(),
            participant: self.id.clone(),
            destination: self.destination.as_str().try_into().unwrap(),
            session: EXPECTED.to_owned(),
            window_ms: 0,
            attributes: Map::new(),
        };
        let (account, region) = (replication.source.account_id(), replication.source.region());
        let written = self.world.0.change(account, region, |view| {
            write(view, &replication, "ACTIVE");
            Ok(())
        });
        written.unwrap();
        replication
    }

    fn comes(&self, replication: &Replication) {
        self.world.0.live().replicate(replication);
    }

    fn is_on_destination(&self) -> bool {
        let stages = self.world.0.live().lock();
        let stage = stages.iter().find(|(arn, _)| arn.as_str() == self.destination);
        stage.is_some_and(|(_, stage)| stage.people.contains_key(&self.id))
    }
}

/// What an API of replicas shows of one that has none.
#[track_caller]
fn assert_no_replica(participant: &Value) {
    assert_eq!(participant["replicationType"], "NONE", "{participant}");
    for name in ["replicationState", "sourceStageArn", "sourceSessionId"] {
        assert_eq!(participant.get(name), None, "{name}");
    }
}

#[test]
fn a_client_who_comes_after_a_replica_or_in_its_place_is_none() {
    for is_displaced in [false, true] {
        let pair = Pair::new(Settings::default());
        pair.start(0);
        if !is_displaced {
            pair.world.call("StopParticipantReplication", &pair.input());
        }
        assert_eq!(pair.on(&pair.destination)["replicationType"], "REPLICA");
        pair.world.join(&pair.destination, &pair.token(&pair.destination));
        assert_eq!(pair.replicas(), ["STOPPED"]);
        let shown = pair.on(&pair.destination);
        assert_no_replica(&shown);
        assert_eq!(shown["state"], "CONNECTED");
        pair.world.on_stage("POST", &pair.destination, &format!("{}/publish", pair.id));
        let told = pair.world.told("IVS Stage Update");
        assert_eq!(told.last().unwrap()["detail"]["replica"], false);
    }
}

#[test]
fn an_encoder_who_comes_after_a_replica_is_none() {
    let mut pair = Pair::new(Settings::default());
    let input = json!({ "ingestProtocol": "RTMPS", "stageArn": pair.source });
    let ingest = pair.world.call("CreateIngestConfiguration", &input)["ingestConfiguration"].take();
    let publish = |pair: &Pair, method| {
        let path = format!("ingest-configurations/{}/publish", ingest["arn"].as_str().unwrap());
        assert_eq!(pair.world.control(method, &path, &json!({})).0, 200);
    };
    publish(&pair, "POST");
    ingest["participantId"].as_str().unwrap().clone_into(&mut pair.id);
    pair.start(0);
    publish(&pair, "DELETE");
    let moved = json!({ "arn": ingest["arn"], "stageArn": pair.destination });
    pair.world.call("UpdateIngestConfiguration", &moved);
    publish(&pair, "POST");
    let shown = pair.on(&pair.destination);
    assert_no_replica(&shown);
    assert_eq!((&shown["state"], &shown["published"]), (&json!("CONNECTED"), &json!(true)));
}

/// Each operation expects a session of its own for the empty stage, and one of them begins.
#[test]
fn replicas_that_are_asked_for_at_once_are_in_one_session() {
    let pair = Pair::new(Settings::default());
    let Pair { world, source, destination, id } = &pair;
    let other = world.join(source, &json!({}));
    world.on_stage("POST", source, &format!("{other}/publish"));
    let written = || {
        let all = world.0.store().scan("", "", usize::MAX).unwrap();
        all.iter().filter(|(key, _)| key.split('/').nth(2) == Some("participant-replica")).count()
    };
    let of = |id: &String| json!({ "sourceStageArn": source, "participantId": id });
    std::thread::scope(|scope| {
        // Nobody comes to a stage meanwhile.
        let stages = world.0.live().lock();
        for id in [id, &other] {
            let mut input = of(id);
            input["destinationStageArn"] = destination.as_str().into();
            scope.spawn(move || world.call("StartParticipantReplication", &input));
        }
        let begun = Instant::now();
        while written() < 2 && begun.elapsed() < Duration::from_secs(60) {
            std::thread::yield_now();
        }
        drop(stages);
    });
    let session = world.session_of(destination).unwrap();
    for id in [id, &other] {
        let listed = world.call("ListParticipantReplicas", &of(id))["replicas"].take();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(listed[0]["replicationState"], "ACTIVE");
        assert_eq!(listed[0]["destinationSessionId"], session);
    }
}

#[test]
fn a_replica_comes_to_a_session_that_began_meanwhile() {
    let pair = Pair::new(Settings::default());
    let asked = pair.asked();
    pair.world.join(&pair.destination, &json!({}));
    pair.comes(&asked);
    assert_eq!(pair.replicas(), ["ACTIVE"]);
    assert!(pair.is_on_destination());
    // And it goes as others do.
    pair.world.call("StopParticipantReplication", &pair.input());
    assert_eq!(pair.replicas(), ["STOPPED"]);
}

#[test]
fn a_replica_whose_source_has_gone_meanwhile_does_not_come() {
    for ends_session in [false, true] {
        let pair = Pair::new(Settings::default());
        let asked = pair.asked();
        pair.world.on_stage("DELETE", &pair.source, &pair.id);
        if ends_session {
            pair.world.advance(86_400.0);
            assert_eq!(pair.world.session_of(&pair.source), None);
        }
        pair.comes(&asked);
        assert_eq!((pair.replicas(), pair.is_on_destination()), (vec![json!("STOPPED")], false));
    }
}

#[test]
fn a_replica_takes_no_place_of_a_client_who_came_meanwhile() {
    let pair = Pair::new(Settings::default());
    let asked = pair.asked();
    pair.world.join(&pair.destination, &pair.token(&pair.destination));
    pair.comes(&asked);
    assert_eq!(pair.replicas(), ["STOPPED"]);
    assert_no_replica(&pair.on(&pair.destination));
    assert_eq!(pair.events(&pair.destination), ["JOINED"]);
}

#[test]
fn a_replica_does_not_take_the_last_place_of_a_publisher_who_came_meanwhile() {
    for (quota, limit) in [("publishersPerStage", 1), ("concurrentPublishers", 2)] {
        let quotas = [(quota.to_owned(), limit)].into();
        let pair = Pair::new(Settings { quotas, ..Settings::default() });
        let asked = pair.asked();
        let other = pair.world.join(&pair.destination, &json!({}));
        pair.world.on_stage("POST", &pair.destination, &format!("{other}/publish"));
        pair.comes(&asked);
        assert_eq!((pair.replicas(), pair.is_on_destination()), (vec![json!("STOPPED")], false), "{quota}");
    }
}

#[test]
fn a_replica_stays_when_an_earlier_token_of_its_source_expires() {
    let pair = Pair::new(Settings::default());
    let Pair { world, source, destination, id } = &pair;
    // This sets a timer for the participant on the destination.
    world.join(destination, &pair.brief_token(destination, 600));
    world.on_stage("DELETE", destination, id);
    world.join(source, &pair.brief_token(source, 500));
    pair.start(0);
    world.join(source, &pair.token(source));
    world.advance(601.0);
    assert_eq!((pair.replicas(), pair.is_on_destination()), (vec![json!("ACTIVE")], true));
}

#[test]
fn a_replica_does_not_come_to_a_stage_that_was_deleted_meanwhile() {
    let pair = Pair::new(Settings::default());
    let asked = pair.asked();
    pair.world.call("DeleteStage", &json!({ "arn": pair.destination }));
    pair.comes(&asked);
    assert_eq!((pair.replicas(), pair.is_on_destination()), (vec![json!("STOPPED")], false));
}

#[test]
fn a_replica_that_was_stopped_before_it_came_does_not_come() {
    let pair = Pair::new(Settings::default());
    let asked = pair.asked();
    pair.world.call("StopParticipantReplication", &pair.input());
    pair.comes(&asked);
    assert_eq!((pair.replicas(), pair.is_on_destination()), (vec![json!("STOPPED")], false));
    assert_eq!(pair.world.session_of(&pair.destination), None);
}

/// A connection checks this again when its media is connected.
#[test]
fn a_participant_whose_key_was_deleted_meanwhile_is_not_admitted() {
    let pair = Pair::new(Settings::default());
    let gate = &pair.world.0.live().gate;
    let token = pair.token(&pair.source);
    let who = gate.participant(token["token"].as_str().unwrap()).unwrap();
    assert!(gate.still_admits(&who));
    pair.world.call("DeletePublicKey", &json!({ "arn": who.key_id().as_str() }));
    assert!(!gate.still_admits(&who));
}

/// `DeleteStage` and `DeleteIngestConfiguration` are answered when those who were there have gone: before, the state shows both.
#[test]
fn a_snapshot_between_a_deletion_and_its_ends_can_be_taken_back() {
    for deleted in ["DeleteStage", "DeleteIngestConfiguration"] {
        let pair = Pair::new(Settings::default());
        let world = &pair.world;
        pair.start(0);
        let input = json!({ "ingestProtocol": "RTMPS", "stageArn": pair.source });
        let ingest = world.make("CreateIngestConfiguration", "ingestConfiguration", &input);
        let publish = format!("ingest-configurations/{ingest}/publish");
        assert_eq!(world.control("POST", &publish, &json!({})).0, 200);
        let arn = if deleted == "DeleteStage" { &pair.source } else { &ingest };
        let (kind, id) = arn.rsplit(':').next().unwrap().split_once('/').unwrap();
        let key = format!("123456789012/us-west-2/{kind}/{id}");
        let is_there = || world.0.store().get(&key).unwrap().is_some();
        let between = std::thread::scope(|scope| {
            // Nobody goes meanwhile.
            let stages = world.0.live().lock();
            scope.spawn(|| world.call(deleted, &json!({ "arn": arn, "force": true })));
            let begun = Instant::now();
            while is_there() && begun.elapsed() < Duration::from_secs(60) {
                std::thread::yield_now();
            }
            let between = world.0.snapshot().unwrap();
            drop(stages);
            between
        });
        let text = between.to_json();
        assert!(!is_there() && text.contains("CONNECTED"), "{deleted}: {text}");
        world.0.restore(&between).unwrap();
        assert!(
            !world.0.snapshot().unwrap().to_json().contains("\"CONNECTED\""),
            "{deleted}: nobody is there"
        );
    }
}

/// A restore refuses such numbers; a file of `--state` is read as it is.
#[test]
fn what_a_state_says_of_people_may_be_any_number() {
    use crate::life::{participant, place::Place, recording};
    let pair = Pair::new(Settings::default());
    let Pair { world, source, id, .. } = &pair;
    let arn = StageArn::try_from(source.as_str()).unwrap();
    let session = world.session_of(source).unwrap();
    let place = Place { stage: source, session: &session, participant: id };
    let kept = json!({
        "state": "STARTING", "changes": u64::MAX, "begunAt": i64::MIN, "pausedAt": i64::MAX, "window": i64::MAX,
    });
    let tried = world.0.change(arn.account_id(), arn.region(), |view| {
        let key = view.of_stage("participant-recording", source, &[&session, id]);
        view.writes.push((key.clone(), Some(kept.clone())));
        recording::look(view, place, u64::MAX)?;
        let mut ended = kept.clone();
        ended["state"] = "STOPPING".into();
        view.writes.push((key.clone(), Some(ended)));
        recording::look(view, place, u64::MAX)?;
        view.writes.push((key, Some(kept.clone())));
        let record = json!({ "participantId": id, "replicationType": "REPLICA" });
        let event = |name| participant::Event { number: u64::MAX, name, more: Map::new() };
        for name in ["PUBLISH_STARTED", "PUBLISH_STOPPED"] {
            participant::put(view, place, record.as_object().unwrap(), Some(&event(name)))?;
        }
        // None of it is to be kept.
        Err::<(), _>(crate::view::not_found("nothing"))
    });
    assert_eq!(tried.unwrap_err().code(), "ResourceNotFoundException");
    let key = format!(
        "{}/{}/participant-recording/{}/{session}/{id}/",
        arn.account_id(),
        arn.region(),
        arn.resource_id()
    );
    let write = |record| {
        let writes = vec![(key.clone(), record)];
        world.0.store().commit(crate::store::Transaction { checks: Vec::new(), writes }).unwrap();
    };
    write(Some(kept));
    world.0.live().settle().unwrap();
    assert_eq!(world.0.store().get(&key).unwrap().unwrap().value["state"], "STOPPED");
    // No state to be taken back.
    write(None);
}
