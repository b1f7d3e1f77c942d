//! The state as a change sees it, and what the change does to it. Nothing here waits, draws lots or looks at a clock.

use std::cell::RefCell;

use es384::VerifyingKey;
use ivs_model::{ApiError, Source};
use ivs_token::{PlaybackKeyArn, PublicKeyArn, Revocation, StageArn};
use serde_json::{Map, Value};

use crate::arn::Arn;
use crate::environment::Environment;
use crate::happened::Happened;
use crate::ids::Ids;
use crate::replication::Replication;
use crate::store::{Store, StoreError, Transaction};
use crate::timer::{Timer, key_of, key_of_name};

/// A resource as it is kept: the members of the API, and some of ours that begin with `_`.
pub(crate) type Record = Map<String, Value>;

/// What has to happen outside of the store once a change is committed.
#[derive(Debug)]
pub(crate) enum Effect {
    ImportKey(PublicKeyArn, VerifyingKey),
    DeleteKey(PublicKeyArn),
    ImportPlaybackKey(PlaybackKeyArn, VerifyingKey),
    DeletePlaybackKey(PlaybackKeyArn),
    Revoke(Revocation),
    /// A participant comes as a replica to another stage.
    Replicate(Replication),
    EndReplication(Replication),
    /// A participant is sent away.
    Leave(StageArn, String),
    /// A timer that is about those who are connected.
    Due(Timer),
}

/// The state of one account and region at one moment, and the writes of one change.
pub(crate) struct View<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    pub(crate) ids: Ids,
    pub(crate) environment: &'a Environment,
    store: &'a dyn Store,
    checks: RefCell<Vec<(String, u64)>>,
    pub(crate) writes: Vec<(String, Option<Value>)>,
    pub(crate) effects: Vec<Effect>,
    happened: Vec<Happened>,
    /// Envelopes of late events whose time has come.
    late: Vec<Value>,
    /// When the first of the new timers is due.
    due: Option<i64>,
    rules: RefCell<Vec<(&'static str, Source)>>,
}

/// What a change has done.
pub(crate) struct Outcome {
    pub(crate) transaction: Transaction,
    pub(crate) effects: Vec<Effect>,
    pub(crate) happened: Vec<Happened>,
    pub(crate) late: Vec<Value>,
    pub(crate) due: Option<i64>,
}

/// Whose state it is, and when.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) now: i64,
}

impl<'a> View<'a> {
    pub(crate) fn new(
        scene: Scene<'a>,
        ids: Ids,
        environment: &'a Environment,
        store: &'a dyn Store,
    ) -> Self {
        let Scene { account, region, now } = scene;
        Self {
            account,
            region,
            now,
            ids,
            environment,
            store,
            checks: RefCell::default(),
            writes: Vec::new(),
            effects: Vec::new(),
            happened: Vec::new(),
            late: Vec::new(),
            due: None,
            rules: RefCell::default(),
        }
    }

    /// What is to be committed.
    pub(crate) fn finish(self) -> Outcome {
        let mut checks = self.checks.into_inner();
        checks.sort();
        checks.dedup();
        Outcome {
            transaction: Transaction { checks, writes: self.writes },
            effects: self.effects,
            happened: self.happened,
            late: self.late,
            due: self.due,
        }
    }

    /// Keeps a rule that shaped the answer, for whoever asks why.
    pub(crate) fn explain(&self, rule: &'static str, source: Source) {
        let mut rules = self.rules.borrow_mut();
        if !rules.contains(&(rule, source)) {
            rules.push((rule, source));
        }
    }

    /// The rules that shaped the answer.
    pub(crate) fn rules(&self) -> Vec<(&'static str, Source)> {
        self.rules.borrow().clone()
    }

    /// Whether the settings make this choice where AWS documents nothing.
    pub(crate) fn assumes(&self, name: &str, choice: &str) -> bool {
        self.environment.assumptions().is(name, choice)
    }

    /// What is kept under a key, with the writes of this change.
    pub(crate) fn get(&self, key: &str) -> Result<Option<Record>, ApiError> {
        if let Some((_, value)) = self.writes.iter().rev().find(|(written, _)| written == key) {
            return Ok(value.as_ref().and_then(Value::as_object).cloned());
        }
        let entry = self.store.get(key).map_err(internal)?;
        let version = entry.as_ref().map_or(0, |entry| entry.version);
        self.checks.borrow_mut().push((key.to_owned(), version));
        Ok(entry.and_then(|entry| entry.value.as_object().cloned()))
    }

    /// The resource of an ARN, if it is one of this account and region.
    pub(crate) fn resource(&self, kind: &str, arn: &str) -> Result<Option<Record>, ApiError> {
        match Arn::parse(arn).filter(|arn| arn.kind == kind && self.owns(arn)) {
            Some(arn) => self.get(&self.key(kind, arn.id)),
            None => Ok(None),
        }
    }

    /// The resource of an ARN.
    pub(crate) fn existing(&self, kind: &str, arn: &str) -> Result<Record, ApiError> {
        self.resource(kind, arn)?.ok_or_else(|| not_found(arn))
    }

    /// Whether an ARN is of this account and region.
    pub(crate) fn owns(&self, arn: &Arn<'_>) -> bool {
        arn.account == self.account && arn.region == self.region
    }

    /// All that is kept of a kind, in order.
    pub(crate) fn all(&self, kind: &str) -> Result<Vec<Record>, ApiError> {
        self.within(&self.key(kind, ""))
    }

    /// All that is kept under a prefix, in order, with the writes of this change.
    pub(crate) fn within(&self, prefix: &str) -> Result<Vec<Record>, ApiError> {
        Ok(self.scan(prefix, "", usize::MAX)?.into_iter().map(|(_, record)| record).collect())
    }

    /// What is kept under a prefix after a key, at most so many, with the writes of this change to those.
    pub(crate) fn scan(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, ApiError> {
        let found = self.store.scan(prefix, after, limit).map_err(internal)?;
        let record = |value: &Value| value.as_object().cloned();
        let mut found: Vec<_> =
            found.into_iter().filter_map(|(key, entry)| Some((key, record(&entry.value)?))).collect();
        for (key, value) in self.writes.iter().filter(|(key, _)| key.starts_with(prefix)) {
            match (found.binary_search_by(|(other, _)| other.cmp(key)), value.as_ref().and_then(record)) {
                (Ok(place), Some(record)) => found[place].1 = record,
                (Ok(place), None) => drop(found.remove(place)),
                (Err(place), Some(record)) if key.as_str() > after => {
                    found.insert(place, (key.clone(), record));
                }
                (Err(_), _) => {}
            }
        }
        Ok(found)
    }

    pub(crate) fn count(&self, kind: &str) -> Result<usize, ApiError> {
        self.store.count(&self.key(kind, "")).map_err(internal)
    }

    /// Keeps a resource.
    pub(crate) fn put(&mut self, kind: &str, record: &Record) {
        let arn = record.get("arn").and_then(Value::as_str).unwrap_or_default();
        let key = self.key(kind, Arn::parse(arn).map_or("", |arn| arn.id));
        self.write(key, record.clone());
    }

    /// Keeps a record under a key.
    pub(crate) fn write(&mut self, key: String, record: Record) {
        self.writes.push((key, Some(Value::Object(record))));
    }

    pub(crate) fn delete(&mut self, kind: &str, arn: &str) {
        let key = self.key(kind, Arn::parse(arn).map_or("", |arn| arn.id));
        self.writes.push((key, None));
    }

    /// Ends tokens, now and after a restart.
    pub(crate) fn revoke(&mut self, key: &str, revocation: Revocation, record: Value) {
        self.writes.push((self.key("revocation", key), Some(record)));
        self.effects.push(Effect::Revoke(revocation));
    }

    /// Sets a timer for so many milliseconds from now. Nothing takes it back: what it does looks first whether it is still
    /// meant.
    pub(crate) fn set_timer(&mut self, after: i64, timer: &Timer) -> Result<(), ApiError> {
        let due = self.now.saturating_add(after);
        let mut place = 0;
        let key = loop {
            let key = key_of(due, self.ids.call(), place);
            if self.get(&key)?.is_none() {
                break key;
            }
            place += 1;
        };
        let record = timer.to_record(self.account, self.region);
        self.write(key, record);
        self.due = Some(self.due.map_or(due, |first| first.min(due)));
        Ok(())
    }

    /// Sets a timer for a time, in milliseconds since 1970. One of this name that is set for it already is the same: names are those
    /// of an account and a region.
    pub(crate) fn set_timer_once(&mut self, due: i64, name: &str, timer: &Timer) {
        let key = key_of_name(due, &format!("{}-{}-{name}", self.account, self.region));
        let record = timer.to_record(self.account, self.region);
        self.write(key, record);
        self.due = Some(self.due.map_or(due, |first| first.min(due)));
    }

    /// Announces what happened.
    pub(crate) fn happened(&mut self, happened: Happened) {
        self.happened.push(happened);
    }

    /// Sends an event that a fault has held back.
    pub(crate) fn send_late(&mut self, envelope: Value) {
        self.late.push(envelope);
    }

    pub(crate) fn key(&self, kind: &str, id: &str) -> String {
        format!("{}/{}/{kind}/{id}", self.account, self.region)
    }

    /// The keys of what belongs to a stage or a channel: sessions, participants, events, replicas.
    pub(crate) fn of_stage(&self, kind: &str, stage: &str, rest: &[&str]) -> String {
        let id = Arn::parse(stage).filter(|arn| self.owns(arn)).map_or("", |arn| arn.id);
        let mut key = format!("{}/", self.key(kind, id));
        for part in rest {
            key.push_str(part);
            key.push('/');
        }
        key
    }

    pub(crate) fn arn(&self, kind: &str, id: &str) -> String {
        format!("arn:aws:ivs:{}:{}:{kind}/{id}", self.region, self.account)
    }
}

pub(crate) fn not_found(arn: &str) -> ApiError {
    ApiError::new(
        "ResourceNotFoundException",
        format!("Resource: {arn} not found"),
        "not-found",
        Source::Model,
    )
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
pub(crate) fn internal(error: StoreError) -> ApiError {
    ApiError::new("InternalServerException", error.to_string(), "state", Source::Model)
}
