//! Writes the records that the API shows of a live stage: sessions, participants and events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ivs_model::ApiError;
use ivs_token::{ParticipantClaims, StageArn};
use serde_json::{Map, Value, json};

use crate::keeper::Keeper;
use crate::kinds::Record;
use crate::life::composition;
use crate::life::participant::{self as life, Event};
use crate::life::place::Place;
use crate::life::replication::{come, is_active, write};
use crate::replication::Replication;
use crate::store::{StoreError, Transaction};
use crate::time::iso8601;
use crate::timer::Timer;
use crate::view::{Scene, View};

/// How often a write is tried if an operation changes the stage at the same time.
const TRIES: usize = 64;

/// Writes what happens on a stage. If a write fails, it is logged, and the participants stay on the stage.
#[derive(Clone)]
pub(crate) struct Recorder {
    keeper: Arc<Keeper>,
}

/// The current session of a stage.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    begun: String,
    /// The number of events so far. It orders their keys.
    events: u64,
}

impl Session {
    /// Makes the next event.
    fn event(&mut self, name: &'static str, more: Map<String, Value>) -> Event {
        self.events += 1;
        Event { number: self.events, name, more }
    }
}

impl Recorder {
    pub(crate) fn new(keeper: Arc<Keeper>) -> Self {
        Self { keeper }
    }

    /// Begins a session with this ID, or with a new one: `st-` followed by 13 characters.
    pub(crate) fn begin(&self, stage: &StageArn, id: Option<&str>) -> Session {
        let draw = || {
            let id = self.keeper.change(self.scene(stage), |view| Ok(view.ids.alphanumeric(13)));
            format!("st-{}", id.map_or_else(|_| "0000000000000".to_owned(), |written| written.value))
        };
        let id = id.map_or_else(draw, str::to_owned);
        let session = Session { id, begun: self.now(), events: 0 };
        self.write(vec![session_write(stage, &session, None)]);
        self.activate(stage, Some(&session.id));
        session
    }

    pub(crate) fn end(&self, stage: &StageArn, session: &Session) {
        self.write(vec![session_write(stage, session, Some(self.now()))]);
        self.activate(stage, None);
    }

    /// Writes a participant, and an event of theirs if one is given.
    pub(crate) fn put(
        &self,
        stage: &StageArn,
        session: &mut Session,
        participant: &Record,
        event: Option<(&'static str, Map<String, Value>)>,
    ) {
        let id = participant.get("participantId").and_then(Value::as_str).unwrap_or_default();
        let event = event.map(|(name, more)| session.event(name, more));
        let place = Place { stage: stage.as_str(), session: &session.id, participant: id };
        self.change(stage, |view| life::put(view, place, participant, event.as_ref()));
    }

    /// Writes the state of a replica.
    pub(crate) fn replicate(&self, replication: &Replication, state: &str) {
        self.change(&replication.source, |view| {
            write(view, replication, state);
            Ok(())
        });
    }

    /// Writes that a requested replica has joined. Its sessions may differ from those that the operation expected.
    pub(crate) fn come(&self, asked: &Replication, copy: &Replication) {
        self.change(&asked.source, |view| {
            come(view, asked, copy);
            Ok(())
        });
    }

    /// Whether a requested replica is still wanted, and whether its destination still exists.
    pub(crate) fn expects(&self, asked: &Replication) -> (bool, bool) {
        let scene = self.scene(&asked.source);
        let looked = self.keeper.ids_of_reading().and_then(|ids| {
            let view = View::new(scene, ids, &self.keeper.environment, self.keeper.store());
            let destination = view.resource("stage", asked.destination.as_str())?;
            Ok((is_active(&view, asked)?, destination.is_some()))
        });
        looked.unwrap_or((false, false))
    }

    /// Sets a timer.
    pub(crate) fn later(&self, stage: &StageArn, after: i64, timer: &Timer) {
        self.change(stage, |view| view.set_timer(after, timer));
    }

    /// Sets a timer with this name for a time in milliseconds since 1970. Setting it again does not add a second timer.
    pub(crate) fn once(&self, stage: &StageArn, due: i64, name: &str, timer: &Timer) {
        let name = format!("{}-{name}", stage.resource_id());
        self.change(stage, |view| {
            view.set_timer_once(due, &name, timer);
            Ok(())
        });
    }

    fn change(&self, stage: &StageArn, change: impl FnMut(&mut View<'_>) -> Result<(), ApiError>) {
        if let Err(error) = self.keeper.change(self.scene(stage), change) {
            tracing::warn!(%error, "what happens on a stage was not written");
        }
    }

    /// The account and the region of a stage, at the present time.
    fn scene<'s>(&self, stage: &'s StageArn) -> Scene<'s> {
        Scene { account: stage.account_id(), region: stage.region(), now: self.keeper.clock.now() }
    }

    /// Writes an event of a participant.
    pub(crate) fn event(
        &self,
        stage: &StageArn,
        session: &mut Session,
        id: &str,
        name: &'static str,
        more: Map<String, Value>,
    ) {
        let event = session.event(name, more);
        let place = Place { stage: stage.as_str(), session: &session.id, participant: id };
        self.change(stage, |view| life::tell(view, place, &event));
    }

    /// Ends everything that an earlier run of the server left open.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub(crate) fn close_all(&self) -> Result<(), StoreError> {
        let at = self.now();
        let mut writes = Vec::new();
        // The number of the last event of each session. The keys of events sort before those of participants.
        let mut numbers = BTreeMap::new();
        // The accounts and regions with compositions to which nobody publishes any more.
        let mut places = BTreeSet::new();
        for (key, entry) in self.keeper.store().scan("", "", usize::MAX)? {
            let mut value = Value::clone(&entry.value);
            match key.split('/').nth(2) {
                Some("stage-session") if value.get("endTime").is_none() => value["endTime"] = json!(at),
                Some("participant-event") => {
                    if let Some((session, number)) = numbered(&key) {
                        let last = numbers.entry(session).or_insert(number);
                        *last = number.max(*last);
                    }
                    continue;
                }
                Some("participant") if value.get("state") == Some(&json!("CONNECTED")) => {
                    let was_publishing = value.get("_publishing") == Some(&json!(true));
                    let ends = was_publishing.then_some("PUBLISH_STOPPED").into_iter().chain(["LEFT"]);
                    let is_replica = value.get("replicationType") == Some(&json!("REPLICA"));
                    let event = |name| last_event(&key, &mut numbers, (name, is_replica), &at);
                    writes.extend(ends.filter_map(event));
                    value["state"] = json!("DISCONNECTED");
                    value["_publishing"] = json!(false);
                    if !is_over(&value["recordingState"]) {
                        value["recordingState"] = json!("STOPPED");
                    }
                    if value.get("replicationState") == Some(&json!("ACTIVE")) {
                        value["replicationState"] = json!("STOPPED");
                    }
                }
                Some("participant-recording") if !is_over(&value["state"]) => {
                    value["state"] = json!("STOPPED");
                    value["changes"] = json!(value["changes"].as_u64().unwrap_or(0).saturating_add(1));
                }
                Some("ingest-configuration") if value["state"] == "ACTIVE" => {
                    value["state"] = json!("INACTIVE");
                    value["_publishing"] = json!([]);
                }
                Some("participant-replica") if value["replicationState"] == "ACTIVE" => {
                    value["replicationState"] = json!("STOPPED");
                }
                Some("composition") => {
                    if composition::is_unaware(&value) {
                        let mut words = key.split('/').map(str::to_owned);
                        places.extend(words.next().zip(words.next()));
                    }
                    continue;
                }
                Some("stage") if value.get("activeSessionId").is_some() => {
                    if let Some(stage) = value.as_object_mut() {
                        stage.remove("activeSessionId");
                    }
                }
                _ => continue,
            }
            writes.push((key, Some(value)));
        }
        if !writes.is_empty() {
            self.keeper.store().commit(Transaction { checks: Vec::new(), writes })?;
        }
        for (account, region) in &places {
            let scene = Scene { account, region, now: self.keeper.clock.now() };
            let heeded = self.keeper.change(scene, composition::heed_all);
            heeded.map_err(|error| StoreError(error.to_string()))?;
        }
        Ok(())
    }

    /// Writes the current session into the record of the stage.
    fn activate(&self, stage: &StageArn, session: Option<&str>) {
        let key = format!("{}/{}/stage/{}", stage.account_id(), stage.region(), stage.resource_id());
        for _ in 0..TRIES {
            let Ok(Some(entry)) = self.keeper.store().get(&key) else { return };
            let mut value = Value::clone(&entry.value);
            let Some(record) = value.as_object_mut() else { return };
            match session {
                Some(id) => record.insert("activeSessionId".into(), id.into()),
                None => record.remove("activeSessionId"),
            };
            let checks = vec![(key.clone(), entry.version)];
            let done =
                self.keeper.store().commit(Transaction { checks, writes: vec![(key.clone(), Some(value))] });
            if done.unwrap_or(true) {
                return;
            }
        }
    }

    fn now(&self) -> String {
        iso8601(self.keeper.clock.now())
    }

    fn write(&self, writes: Vec<(String, Option<Value>)>) {
        if let Err(error) = self.keeper.store().commit(Transaction { checks: Vec::new(), writes }) {
            tracing::warn!(%error, "what happens on a stage was not written");
        }
    }
}

/// Whether a recording in this state has ended, or there is no recording.
fn is_over(state: &Value) -> bool {
    state.as_str().is_none_or(|state| matches!(state, "STOPPED" | "FAILED" | "DISABLED"))
}

/// The record of a participant who joins a session for the first time.
pub(crate) fn participant(who: &ParticipantClaims, now: i64) -> Record {
    let mut record = newcomer(who.participant_id().as_str(), now);
    describe(&mut record, who);
    record
}

/// The record of a participant of whom only the ID is known.
pub(crate) fn newcomer(id: &str, now: i64) -> Record {
    let mut record = Record::new();
    record.insert("participantId".into(), id.into());
    record.insert("firstJoinTime".into(), iso8601(now).into());
    record.insert("published".into(), false.into());
    record.insert("state".into(), "CONNECTED".into());
    record.insert("protocol".into(), "UNKNOWN".into());
    record.insert("replicationType".into(), "NONE".into());
    record
}

/// Writes the claims of a token into the record of a participant.
pub(crate) fn describe(record: &mut Record, who: &ParticipantClaims) {
    record.insert("userId".into(), who.user_id().unwrap_or_default().into());
    record.insert("attributes".into(), attributes(who));
}

pub(crate) fn attributes(who: &ParticipantClaims) -> Value {
    who.attributes().iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

/// A token in the form of the event `TOKEN_EXCHANGED`.
pub(crate) fn exchanged(who: &ParticipantClaims) -> Value {
    let capabilities: Vec<_> = who.capabilities().iter().map(|one| one.to_string()).collect();
    json!({
        "capabilities": capabilities,
        "attributes": attributes(who),
        "userId": who.user_id().unwrap_or_default(),
        "expirationTime": iso8601(who.expires_at().as_secs() * 1000),
    })
}

fn within(kind: &str, stage: &StageArn) -> String {
    format!("{}/{}/{kind}/{}/", stage.account_id(), stage.region(), stage.resource_id())
}

fn session_write(stage: &StageArn, session: &Session, end: Option<String>) -> (String, Option<Value>) {
    let mut record = json!({ "sessionId": session.id, "startTime": session.begun });
    if let Some(end) = end {
        record["endTime"] = end.into();
    }
    (format!("{}{}/", within("stage-session", stage), session.id), Some(record))
}

/// The session and the number in the key of an event.
fn numbered(key: &str) -> Option<(String, u64)> {
    let mut parts = key.split('/');
    let (account, region, _) = (parts.next()?, parts.next()?, parts.next()?);
    let (stage, session, _) = (parts.next()?, parts.next()?, parts.next()?);
    Some((format!("{account}/{region}/{stage}/{session}"), parts.next()?.parse().ok()?))
}

/// The event with this name for the participant with this key, after all other events of the session.
fn last_event(
    participant: &str,
    numbers: &mut BTreeMap<String, u64>,
    (name, is_replica): (&str, bool),
    at: &str,
) -> Option<(String, Option<Value>)> {
    let mut parts = participant.split('/');
    let (account, region, _) = (parts.next()?, parts.next()?, parts.next()?);
    let (stage, session, id) = (parts.next()?, parts.next()?, parts.next()?);
    let number = numbers.entry(format!("{account}/{region}/{stage}/{session}")).or_default();
    *number = number.saturating_add(1);
    let key = format!("{account}/{region}/participant-event/{stage}/{session}/{id}/{number:012}");
    let mut event = json!({ "name": name, "participantId": id, "eventTime": at });
    if is_replica {
        event["replica"] = json!(true);
    }
    Some((key, Some(event)))
}
