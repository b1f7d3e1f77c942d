//! One call: what it sees, and what it changes. Nothing here waits, draws lots or looks at a clock.

use std::cell::RefCell;

use es384::VerifyingKey;
use ivs_model::{ApiError, Operation, Service, Source};
use ivs_token::{PlaybackKeyArn, PublicKeyArn, Revocation};
use serde_json::{Map, Value};

use crate::arn::Arn;
use crate::environment::Environment;
use crate::ids::Ids;
use crate::kinds::Record;
use crate::store::{Store, StoreError, Transaction};

/// What an operation answers.
pub(crate) type Answer = Result<Value, ApiError>;

/// What has to happen outside of the store once a call is committed.
#[derive(Debug)]
pub(crate) enum Effect {
    ImportKey(PublicKeyArn, VerifyingKey),
    DeleteKey(PublicKeyArn),
    ImportPlaybackKey(PlaybackKeyArn, VerifyingKey),
    DeletePlaybackKey(PlaybackKeyArn),
    Revoke(Revocation),
}

/// One call of one operation.
pub(crate) struct Call<'a> {
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) input: &'a Map<String, Value>,
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    pub(crate) ids: Ids,
    pub(crate) environment: &'a Environment,
    store: &'a dyn Store,
    checks: RefCell<Vec<(String, u64)>>,
    pub(crate) writes: Vec<(String, Option<Value>)>,
    pub(crate) effects: Vec<Effect>,
    rules: RefCell<Vec<(&'static str, Source)>>,
}

/// What a call has done.
pub(crate) struct Outcome {
    pub(crate) transaction: Transaction,
    pub(crate) effects: Vec<Effect>,
}

/// Who calls, from where, and when.
pub(crate) struct Frame<'a> {
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) input: &'a Map<String, Value>,
    pub(crate) now: i64,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        frame: &Frame<'a>,
        ids: Ids,
        environment: &'a Environment,
        store: &'a dyn Store,
    ) -> Self {
        let &Frame { service, operation, account, region, input, now } = frame;
        Self {
            service,
            operation,
            account,
            region,
            input,
            now,
            ids,
            environment,
            store,
            checks: RefCell::default(),
            writes: Vec::new(),
            effects: Vec::new(),
            rules: RefCell::default(),
        }
    }

    /// What is to be committed.
    pub(crate) fn finish(self) -> Outcome {
        let mut checks = self.checks.into_inner();
        checks.sort();
        checks.dedup();
        Outcome { transaction: Transaction { checks, writes: self.writes }, effects: self.effects }
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

    /// A text of the input; empty, if there is none.
    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.input.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// What is kept under a key, with the writes of this call.
    pub(crate) fn get(&self, key: &str) -> Result<Option<Map<String, Value>>, ApiError> {
        if let Some((_, value)) = self.writes.iter().rev().find(|(written, _)| written == key) {
            return Ok(value.as_ref().and_then(Value::as_object).cloned());
        }
        let entry = self.store.get(key).map_err(internal)?;
        let version = entry.as_ref().map_or(0, |entry| entry.version);
        self.checks.borrow_mut().push((key.to_owned(), version));
        Ok(entry.and_then(|entry| entry.value.as_object().cloned()))
    }

    /// The resource of an ARN, if it is one of this account and region.
    pub(crate) fn resource(&self, kind: &str, arn: &str) -> Result<Option<Map<String, Value>>, ApiError> {
        match Arn::parse(arn).filter(|arn| arn.kind == kind && self.owns(arn)) {
            Some(arn) => self.get(&self.key(kind, arn.id)),
            None => Ok(None),
        }
    }

    /// The resource of an ARN.
    pub(crate) fn existing(&self, kind: &str, arn: &str) -> Result<Map<String, Value>, ApiError> {
        self.resource(kind, arn)?.ok_or_else(|| not_found(arn))
    }

    /// Whether an ARN is of this account and region.
    pub(crate) fn owns(&self, arn: &Arn<'_>) -> bool {
        arn.account == self.account && arn.region == self.region
    }

    /// All that is kept of a kind, in order.
    pub(crate) fn all(&self, kind: &str) -> Result<Vec<Map<String, Value>>, ApiError> {
        self.within(&self.key(kind, ""))
    }

    /// All that is kept under a prefix, in order.
    pub(crate) fn within(&self, prefix: &str) -> Result<Vec<Map<String, Value>>, ApiError> {
        let found = self.store.scan(prefix, "", usize::MAX).map_err(internal)?;
        Ok(found.into_iter().filter_map(|(_, entry)| entry.value.as_object().cloned()).collect())
    }

    /// What is kept under a prefix after a key, at most so many.
    pub(crate) fn scan(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Record)>, ApiError> {
        let found = self.store.scan(prefix, after, limit).map_err(internal)?;
        let object =
            |(key, entry): (String, crate::store::Entry)| Some((key, entry.value.as_object()?.clone()));
        Ok(found.into_iter().filter_map(object).collect())
    }

    pub(crate) fn count(&self, kind: &str) -> Result<usize, ApiError> {
        self.store.count(&self.key(kind, "")).map_err(internal)
    }

    /// Keeps a resource.
    pub(crate) fn put(&mut self, kind: &str, record: &Map<String, Value>) {
        let arn = record.get("arn").and_then(Value::as_str).unwrap_or_default();
        let key = self.key(kind, Arn::parse(arn).map_or("", |arn| arn.id));
        self.writes.push((key, Some(Value::Object(record.clone()))));
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

    /// A refusal with the code that the model lists for this operation: the first of these, or `ValidationException`.
    pub(crate) fn refuse(
        &self,
        code: &'static str,
        message: impl Into<String>,
        rule: &'static str,
        source: Source,
    ) -> ApiError {
        let code = if self.operation.has_error(code) { code } else { "ValidationException" };
        ApiError::new(code, message, rule, source)
    }
}

/// Something that AWS's validator does not see.
pub(crate) fn invalid(message: impl Into<String>, rule: &'static str, source: Source) -> ApiError {
    ApiError::new("ValidationException", message, rule, source)
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
