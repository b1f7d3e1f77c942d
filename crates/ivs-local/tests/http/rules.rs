//! Rules of AWS's words that the service model does not say in its shapes: each has an input that it lets pass, and one that it refuses.

use serde_json::{Value, json};

use crate::client::{Client, Program};

/// One rule breaks where an input has `bad` in it, and no rule where it has `good`.
struct Rule {
    name: &'static str,
    operation: &'static str,
    input: Value,
    member: &'static str,
    good: Value,
    bad: Value,
}

fn check(client: &Client, rule: &Rule) {
    for (value, status) in [(&rule.bad, 400), (&rule.good, 200)] {
        let mut input = rule.input.clone();
        input[rule.member] = value.clone();
        let answer = client.call(rule.operation, &input);
        assert_eq!(answer.status, status, "{}: {input}: {}", rule.name, answer.body);
        if status == 400 {
            assert_eq!(answer.code(), "ValidationException", "{}", rule.name);
            let explained = answer.header("x-ivs-local-explain");
            assert!(explained.starts_with(&format!("{}; ", rule.name)), "{}: {explained}", rule.name);
        }
    }
}

#[test]
fn sizes_of_videos() {
    let program = Program::start(&[]);
    let client = program.client();
    for (name, good, bad) in [
        ("pixels", json!({ "width": 1920, "height": 1080 }), json!({ "width": 1920, "height": 1082 })),
        ("even-size", json!({ "width": 1280, "height": 720 }), json!({ "width": 1279, "height": 720 })),
        ("even-size", json!({ "width": 1280, "height": 718 }), json!({ "width": 1280, "height": 717 })),
    ] {
        let operation = "CreateEncoderConfiguration";
        check(&client, &Rule { name, operation, input: json!({}), member: "video", good, bad });
    }
}

#[test]
fn channels_and_policies() {
    let program = Program::start(&[]);
    let client = program.client();
    let preset = json!({ "preset": "HIGHER_BANDWIDTH_DELIVERY" });
    let multitrack = json!({ "enabled": true, "policy": "ALLOW", "maximumResolution": "FULL_HD" });
    let tracks = json!({ "type": "STANDARD", "multitrackInputConfiguration": multitrack });
    let countries = |count: usize| -> Value {
        let letters = || 'A'..='Z';
        letters().flat_map(|a| letters().map(move |b| format!("{a}{b}"))).take(count).collect()
    };
    let origins = |count: usize| -> Value { (0..count).map(|n| format!("https://o{n}.example")).collect() };
    for (name, operation, input, member, good, bad) in [
        ("preset-type", "CreateChannel", preset, "type", json!("ADVANCED_HD"), json!("STANDARD")),
        (
            "multitrack-container",
            "CreateChannel",
            tracks,
            "containerFormat",
            json!("FRAGMENTED_MP4"),
            json!("TS"),
        ),
        (
            "policy-size",
            "CreatePlaybackRestrictionPolicy",
            json!({}),
            "allowedCountries",
            countries(200),
            countries(201),
        ),
        (
            "policy-size",
            "CreatePlaybackRestrictionPolicy",
            json!({}),
            "allowedOrigins",
            origins(5),
            origins(6),
        ),
    ] {
        check(&client, &Rule { name, operation, input, member, good, bad });
    }
}

#[test]
fn destinations_and_whose_they_are() {
    let program = Program::start(&[]);
    let client = program.client();
    let make = |client: &Client, operation: &str, member: &str| -> String {
        let made = client.call(operation, &json!({}));
        made.body[member]["arn"].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned()
    };
    let stage = make(&client, "CreateStage", "stage");
    let to = |channel: &str| json!({ "channel": { "channelArn": channel } });
    let [one, two] = [(); 2].map(|()| to(&make(&client, "CreateChannel", "channel")));
    let foreign = Client { access_key: "111111111111".into(), ..client.clone() };
    let elsewhere = Client { region: "eu-west-1".into(), ..client.clone() };
    for (name, bad) in [
        ("one-destination-of-a-kind", json!([one, two])),
        ("one-account-and-region", json!([to(&make(&foreign, "CreateChannel", "channel"))])),
        ("one-account-and-region", json!([to(&make(&elsewhere, "CreateChannel", "channel"))])),
    ] {
        let good = json!([to(&make(&client, "CreateChannel", "channel"))]);
        let input = json!({ "stageArn": stage });
        let operation = "StartComposition";
        check(&client, &Rule { name, operation, input, member: "destinations", good, bad });
    }
}
