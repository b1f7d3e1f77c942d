//! The commands for a server that runs, and a state to begin with.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::client::{Client, Program};

fn command(program: &Program, args: &[&str]) -> Output {
    let url = format!("http://localhost:{}", program.port);
    let command = Command::new(env!("CARGO_BIN_EXE_ivs-local")).args(args).args(["--url", &url]).output();
    command.unwrap()
}

#[test]
fn snapshot_reset_and_restore() {
    let program = Program::start(&[]);
    program.client().call("CreateStage", &json!({ "name": "kept" }));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let file = file.to_str().unwrap();
    assert!(command(&program, &["snapshot", file]).status.success());
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("\"kept\""), "{text}");
    assert_eq!(String::from_utf8(command(&program, &["snapshot"]).stdout).unwrap(), text);

    let stages = |program: &Program| program.client().call("ListStages", &json!({})).body["stages"].clone();
    assert!(command(&program, &["reset"]).status.success());
    assert_eq!(stages(&program), json!([]));
    assert!(command(&program, &["restore", file]).status.success());
    assert_eq!(stages(&program)[0]["name"], "kept");

    // A new server begins with it.
    let another = Program::start(&["--init", file]);
    assert_eq!(stages(&another), stages(&program));
}

#[test]
fn a_server_that_is_not_there_is_said_so() {
    let program = Program::start(&[]);
    let port = program.port;
    let refused = command(&program, &["restore", "/nowhere/state.json"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("/nowhere/state.json"));
    program.kill();
    let url = format!("http://localhost:{port}");
    let refused =
        Command::new(env!("CARGO_BIN_EXE_ivs-local")).args(["reset", "--url", &url]).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("--url"));
}

/// Numbers that look random and are the same each time (xorshift, G. Marsaglia, 2003).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// An ARN that an answer had; now and then one of another kind, and at first one of nothing.
fn some(dice: &mut Dice, arns: &[String], kind: &str) -> String {
    let of_kind: Vec<_> = arns.iter().filter(|arn| arn.contains(&format!(":{kind}/"))).collect();
    let from = if dice.throw(8) == 0 { arns.iter().collect() } else { of_kind };
    let none = || format!("arn:aws:ivs:us-east-1:123456789012:{kind}/gone");
    if from.is_empty() { none() } else { from[dice.throw(from.len())].clone() }
}

/// Collects what stands under `arn` anywhere in an answer.
fn collect(value: &Value, arns: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(arn) =
                members.get("arn").and_then(Value::as_str).filter(|arn| !arns.iter().any(|one| one == arn))
            {
                arns.push(arn.to_owned());
            }
            members.values().for_each(|value| collect(value, arns));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, arns)),
        _ => {}
    }
}

fn one_call(client: &Client, dice: &mut Dice, arns: &mut Vec<String>) {
    let storage = json!({ "s3": { "bucketName": "bucket" } });
    let (operation, input) = match dice.throw(16) {
        0 => ("CreateStage", json!({ "name": "a", "participantTokenConfigurations": [{}] })),
        1 => ("CreateChannel", json!({ "tags": { "a": "b" } })),
        2 => ("CreateStorageConfiguration", storage),
        3 => ("CreateEncoderConfiguration", json!({})),
        4 => (
            "CreateIngestConfiguration",
            json!({ "ingestProtocol": "RTMPS", "stageArn": some(dice, arns, "stage") }),
        ),
        5 => ("CreateParticipantToken", json!({ "stageArn": some(dice, arns, "stage"), "userId": "ana" })),
        6 => (
            "DisconnectParticipant",
            json!({ "stageArn": some(dice, arns, "stage"), "participantId": "ana" }),
        ),
        7 => (
            "StartComposition",
            json!({
                "stageArn": some(dice, arns, "stage"),
                "destinations": [{ "s3": {
                    "storageConfigurationArn": some(dice, arns, "storage-configuration"),
                    "encoderConfigurationArns": [some(dice, arns, "encoder-configuration")],
                } }],
            }),
        ),
        8 => ("StopComposition", json!({ "arn": some(dice, arns, "composition") })),
        9 => ("UpdateStage", json!({ "arn": some(dice, arns, "stage"), "name": "b" })),
        10 => ("DeleteStage", json!({ "arn": some(dice, arns, "stage") })),
        11 => ("DeleteChannel", json!({ "arn": some(dice, arns, "channel") })),
        12 => ("ListStages", json!({ "maxResults": 2 })),
        13 => ("Nonsense", json!({})),
        14 => {
            let path = format!("/tags/{}", some(dice, arns, "stage"));
            client.raw("POST", &path, &[], json!({ "tags": { "c": "d" } }).to_string().as_bytes());
            return;
        }
        _ => {
            client.raw("DELETE", &format!("/tags/{}?tagKeys=c", some(dice, arns, "stage")), &[], b"");
            return;
        }
    };
    collect(&client.raw("POST", &format!("/{operation}"), &[], input.to_string().as_bytes()).body, arns);
}

/// Whoever has the log of a run has the run: sent again to a new server, the calls lead to the same state.
#[test]
fn a_run_is_replayed_from_the_log_of_its_calls() {
    const ARGS: [&str; 6] = ["--seed", "replay", "--freeze", "2026-01-02T03:04:05Z", "--auth", "off"];
    for seed in 1..=3 {
        let (first, second) = (Program::start(&ARGS), Program::start(&ARGS));
        let (client, again) = (first.client(), second.client());
        let (mut dice, mut arns) = (Dice(0x9e37_79b9_7f4a_7c15 ^ seed), Vec::new());
        for _ in 0..120 {
            one_call(&client, &mut dice, &mut arns);
        }
        let log = client.raw("GET", "/_ivs/calls", &[], b"").body;
        let log = log.as_array().unwrap();
        assert_eq!(log.len(), 120);
        for call in log {
            let text = |name: &str| call[name].as_str().unwrap();
            let target = if text("query").is_empty() {
                text("path").to_owned()
            } else {
                format!("{}?{}", text("path"), text("query"))
            };
            let body = if call["request"].is_null() { String::new() } else { call["request"].to_string() };
            let answer = again.raw(text("method"), &target, &[], body.as_bytes());
            assert_eq!(answer.status, call["status"], "{call}");
        }
        let state = |client: &Client| client.raw("GET", "/_ivs/snapshot", &[], b"").body;
        let (kept, same) = (state(&client), state(&again));
        assert!(
            kept["accounts"]["123456789012"]["us-east-1"]["stage"].is_object(),
            "something is there: {kept}"
        );
        // The addresses of a server are not of its state: only the ports of the two differ.
        assert_eq!(kept, same);
    }
}
