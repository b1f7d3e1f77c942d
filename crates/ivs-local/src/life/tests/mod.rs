//! Every rule by its name, in process, with a clock that stands still until it is moved.

mod account;
mod clock;
mod composition;
mod counting;
mod duration;
mod events;
mod exchange;
mod ingest;
mod invariants;
mod meanwhile;
mod publishers;
mod recording;
mod replication;
mod stage;
mod states;
mod stream;
mod walk;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::control;
use crate::server::{Server, in_memory};
use crate::settings::Settings;

/// When every test begins: 2026-01-02T03:04:05Z.
const BEGIN: i64 = 1_767_323_045_000;

/// A server whose clock stands still.
struct World(Arc<Server>);

/// Whatever a test has led to is a state that can be kept and taken back.
impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let state = self.0.snapshot().unwrap();
            self.0.restore(&state).unwrap();
        }
    }
}

impl World {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        Self(in_memory(Settings { freeze: Some(BEGIN), ..settings }, 1).unwrap())
    }

    /// A call that succeeds.
    #[track_caller]
    fn call(&self, operation: &str, input: &Value) -> Value {
        self.0.run(operation, "us-west-2", input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// The code of a call that is refused.
    #[track_caller]
    fn refused(&self, operation: &str, input: &Value) -> String {
        let answer = self.0.run(operation, "us-west-2", input);
        answer.expect_err(operation).code().to_owned()
    }

    /// The ARN of what a call makes.
    #[track_caller]
    fn make(&self, operation: &str, member: &str, input: &Value) -> String {
        self.call(operation, input)[member]["arn"].as_str().unwrap().to_owned()
    }

    /// A request to `/_ivs/`.
    fn control(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        control::control(&self.0, method, path, body.to_string().as_bytes()).unwrap()
    }

    /// Moves the time by seconds.
    #[track_caller]
    fn advance(&self, seconds: f64) -> Value {
        let (status, answer) = self.control("POST", "clock", &json!({ "advance": seconds }));
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// The events of a type that are in the outbox.
    fn told(&self, detail_type: &str) -> Vec<Value> {
        let all = self.0.store().scan("outbox/", "", usize::MAX).unwrap();
        let all = all.into_iter().map(|(_, entry)| (*entry.value).clone());
        all.filter(|event| event["detail-type"] == detail_type).collect()
    }

    fn stage(&self) -> String {
        self.make("CreateStage", "stage", &json!({}))
    }

    /// A composition of a stage to a channel of its own.
    fn composition(&self, stage: &str) -> String {
        let channel = self.make("CreateChannel", "channel", &json!({}));
        let input = json!({ "stageArn": stage, "destinations": [{ "channel": { "channelArn": channel } }] });
        self.make("StartComposition", "composition", &input)
    }
}
