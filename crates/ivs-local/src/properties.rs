//! Any sequence of calls keeps what must hold, and the same calls lead to the same state.

use std::collections::BTreeSet;
use std::sync::Arc;

use ivs_model::ApiError;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::clock::Time;
use crate::kinds::{KINDS, at, text};
use crate::server::{Server, in_memory};
use crate::settings::Settings;

/// Every operation that writes, but for those of participants.
const OPERATIONS: &[&str] = &[
    "BatchStartViewerSessionRevocation",
    "CreateAdConfiguration",
    "CreateChannel",
    "CreateEncoderConfiguration",
    "CreateFailoverSlateConfiguration",
    "CreateIngestConfiguration",
    "CreatePlaybackRestrictionPolicy",
    "CreateRecordingConfiguration",
    "CreateStage",
    "CreateStorageConfiguration",
    "CreateStreamKey",
    "DeleteAdConfiguration",
    "DeleteChannel",
    "DeleteEncoderConfiguration",
    "DeleteFailoverSlateConfiguration",
    "DeleteIngestConfiguration",
    "DeletePlaybackKeyPair",
    "DeletePlaybackRestrictionPolicy",
    "DeletePublicKey",
    "DeleteRecordingConfiguration",
    "DeleteStage",
    "DeleteStorageConfiguration",
    "DeleteStreamKey",
    "DisconnectParticipant",
    "ImportPlaybackKeyPair",
    "ImportPublicKey",
    "StartComposition",
    "StopComposition",
    "TagResource",
    "UntagResource",
    "UpdateAdConfiguration",
    "UpdateChannel",
    "UpdateFailoverSlateConfiguration",
    "UpdateIngestConfiguration",
    "UpdatePlaybackRestrictionPolicy",
    "UpdateStage",
];

/// The quota of every kind, so small that it is reached.
const QUOTA: usize = 3;

const REGION: &str = "us-west-2";

/// One call as it was made.
#[derive(Clone, Debug)]
struct Made {
    operation: &'static str,
    input: Value,
    now: i64,
}

fn server() -> Arc<Server> {
    let mut settings = Settings { seed: Some("x".to_owned()), ..Settings::default() };
    for kind in KINDS {
        if let Some((name, _)) = kind.quota() {
            settings.quotas.insert(name.to_owned(), QUOTA);
        }
    }
    in_memory(settings, 1).unwrap()
}

/// Chooses the parts of inputs: ARNs that are there, and one in eight that is not.
struct Chooser<'s> {
    server: &'s Server,
    numbers: std::slice::Iter<'s, u8>,
}

impl Chooser<'_> {
    fn number(&mut self) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or(0))
    }

    fn arn(&mut self, kind: &str) -> String {
        let there = arns(self.server, kind);
        let number = self.number();
        if number % 8 == 7 || there.is_empty() {
            return format!("arn:aws:ivs:{REGION}:123456789012:{kind}/gone");
        }
        there[number % there.len()].clone()
    }

    /// An ARN, or none.
    fn maybe(&mut self, kind: &str) -> Value {
        if self.number().is_multiple_of(2) { Value::Null } else { self.arn(kind).into() }
    }

    fn public_key(&mut self) -> &'static str {
        const KEYS: [&str; 2] = [
            include_str!("../../../tests/data/test-only-public.pem"),
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ];
        KEYS[self.number() % 2]
    }

    fn input(&mut self, operation: &str) -> Value {
        match operation {
            "CreateStorageConfiguration" => json!({ "s3": { "bucketName": "bucket" } }),
            "CreateStage" | "UpdateStage" => {
                let storage = self.maybe("storage-configuration");
                let recording =
                    if storage.is_null() { storage } else { json!({ "storageConfigurationArn": storage }) };
                let mut input = json!({ "name": "s", "autoParticipantRecordingConfiguration": recording });
                if operation == "UpdateStage" {
                    input["arn"] = self.arn("stage").into();
                }
                input
            }
            "CreateIngestConfiguration" => {
                json!({ "stageArn": self.maybe("stage"), "ingestProtocol": "RTMPS" })
            }
            "UpdateIngestConfiguration" => {
                json!({ "arn": self.arn("ingest-configuration"), "stageArn": self.maybe("stage") })
            }
            "ImportPublicKey" | "ImportPlaybackKeyPair" => json!({ "publicKeyMaterial": self.public_key() }),
            "CreateAdConfiguration" => json!({ "mediaTailorPlaybackConfigurations": [] }),
            "CreateRecordingConfiguration" => {
                json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } })
            }
            "CreateChannel" | "UpdateChannel" => {
                let mut input = json!({
                    "recordingConfigurationArn": self.maybe("recording-configuration"),
                    "playbackRestrictionPolicyArn": self.maybe("playback-restriction-policy"),
                    "adConfigurationArn": self.maybe("ad-configuration"),
                    "failoverSlateConfigurationArn": self.maybe("failover-slate-configuration"),
                });
                if operation == "UpdateChannel" {
                    input["arn"] = self.arn("channel").into();
                }
                input
            }
            "CreateStreamKey" => json!({ "channelArn": self.arn("channel") }),
            "DisconnectParticipant" => json!({ "stageArn": self.arn("stage"), "participantId": "p" }),
            "BatchStartViewerSessionRevocation" => {
                json!({ "viewerSessions": [{ "channelArn": self.arn("channel"), "viewerId": "v" }] })
            }
            "StartComposition" => {
                let token = format!("t{}", self.number() % 3);
                let destinations = match self.number() % 2 {
                    0 => json!([{ "s3": {
                        "storageConfigurationArn": self.arn("storage-configuration"),
                        "encoderConfigurationArns": [self.arn("encoder-configuration")],
                    } }]),
                    _ => json!([{ "channel": { "channelArn": self.arn("channel") } }]),
                };
                json!({ "stageArn": self.arn("stage"), "destinations": destinations, "idempotencyToken": token })
            }
            "StopComposition" => json!({ "arn": self.arn("composition") }),
            "TagResource" | "UntagResource" => {
                let kind = KINDS[self.number() % KINDS.len()].kind();
                let resource = self.arn(kind);
                json!({ "resourceArn": resource, "tags": { "a": "b" }, "tagKeys": ["a"] })
            }
            // Create without references, update of what has none, delete.
            other => {
                let noun = |verb| other.strip_prefix(verb);
                let of = noun("Delete").or_else(|| noun("Update"));
                let kind = of.and_then(|noun| KINDS.into_iter().find(|kind| kind.nouns()[0] == noun));
                kind.map_or_else(|| json!({}), |kind| json!({ "arn": self.arn(kind.kind()), "force": true }))
            }
        }
    }
}

/// Makes a call at a time.
fn run_at(server: &Server, operation: &str, input: &Value, now: i64) -> Result<Value, ApiError> {
    server.keeper().set_time(Time::Frozen(now)).unwrap();
    server.run(operation, REGION, input)
}

fn arns(server: &Server, kind: &str) -> Vec<String> {
    let prefix = format!("123456789012/{REGION}/{kind}/");
    let found = server.store().scan(&prefix, "", usize::MAX).unwrap();
    found.into_iter().map(|(_, entry)| entry.value["arn"].as_str().unwrap().to_owned()).collect()
}

/// What must hold after any call.
fn check(server: &Server, now: i64) -> Result<(), TestCaseError> {
    let mut all = BTreeSet::new();
    for kind in KINDS {
        for (key, entry) in
            server.store().scan(&format!("123456789012/{REGION}/{}/", kind.kind()), "", usize::MAX).unwrap()
        {
            let record = entry.value.as_object().unwrap();
            let arn = text(record, "arn");
            let id = arn.rsplit('/').next().unwrap_or_default();
            prop_assert!(key.ends_with(&format!("/{}/{id}", kind.kind())), "{arn} is under {key}");
            prop_assert!(all.insert(arn.to_owned()), "{arn} is there twice");
            // What is over refers to nothing any more.
            let is_over = record.get("_endedAt").and_then(Value::as_i64).is_some_and(|ended| ended <= now)
                || (kind.kind() == "composition" && now - record["_createdAt"].as_i64().unwrap() >= 60_000);
            for reference in kind.references().iter().filter(|_| !is_over) {
                let named = at(record, reference.path).and_then(Value::as_str).unwrap_or_default();
                let is_there =
                    named.is_empty() || arns(server, reference.kind).iter().any(|arn| arn == named);
                prop_assert!(is_there, "{arn} refers to {named}");
            }
            if kind.kind() == "stream-key" {
                prop_assert!(
                    arns(server, "channel").iter().any(|arn| arn == text(record, "channelArn")),
                    "{arn}"
                );
            }
        }
        if kind.quota().is_some() {
            prop_assert!(arns(server, kind.kind()).len() <= QUOTA, "too many of {}", kind.kind());
        }
    }
    Ok(())
}

fn everything(server: &Server) -> Vec<(String, Value)> {
    let all = server.store().scan("", "", usize::MAX).unwrap();
    all.into_iter().map(|(key, entry)| (key, (*entry.value).clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_calls_keep_what_must_hold_and_lead_to_the_same_state_again(
        steps in prop::collection::vec((0..OPERATIONS.len(), 0..40_000_i64, prop::array::uniform8(any::<u8>())), 1..120),
    ) {
        let first = server();
        let mut made = Vec::new();
        let mut now = 1_767_323_045_000;
        let mut answered = 0;
        for (operation, passes, numbers) in steps {
            now += passes;
            let operation = OPERATIONS[operation];
            let input = Chooser { server: &first, numbers: numbers.iter() }.input(operation);
            let answer = run_at(&first, operation, &input, now);
            answered += usize::from(answer.is_ok());
            made.push((Made { operation, input, now }, answer));
            check(&first, now)?;
        }
        prop_assert!(answered > 0 || made.len() < 40, "nothing succeeds");
        // The same calls give the same answers and the same state, the server's own keys included.
        let second = server();
        for (Made { operation, input, now }, expected) in made {
            prop_assert_eq!(run_at(&second, operation, &input, now), expected);
        }
        prop_assert_eq!(everything(&first), everything(&second));
        // What it wrote it takes back.
        let kept = first.snapshot().unwrap();
        second.restore(&kept).unwrap();
        prop_assert_eq!(second.snapshot().unwrap(), kept);
    }
}
