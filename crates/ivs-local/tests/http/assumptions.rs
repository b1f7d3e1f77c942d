//! Each choice of `--assume` changes what it says that it changes.

use serde_json::{Value, json};

use crate::client::{Answer, Client, Program};

/// A server with one choice.
fn with(choice: &str) -> (Program, Client) {
    let program = Program::start(&["--assume", choice]);
    let client = program.client();
    (program, client)
}

fn arn(answer: &Answer, member: &str) -> String {
    answer.body[member]["arn"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}

fn stage(client: &Client) -> String {
    arn(&client.call("CreateStage", &json!({})), "stage")
}

const PEM: &str = include_str!("../../../../tests/data/test-only-public.pem");

#[test]
fn codes() {
    let (_program, client) = with("malformed-body=ValidationException");
    assert_eq!(client.send("POST", "/ListStages", b"{", &[]).code(), "ValidationException");
    let (_program, client) = with("wrong-type=ValidationException");
    assert_eq!(client.call("CreateStage", &json!({ "name": 1 })).code(), "ValidationException");
    let (_program, client) = with("operations=AccessDeniedException");
    let answer = client.call("Nothing", &json!({}));
    assert_eq!((answer.status, answer.code()), (403, "AccessDeniedException"));
    let (_program, client) = with("body-size=10");
    assert_eq!(client.call("ListStages", &json!({})).status, 200);
    assert_eq!(client.call("ListStages", &json!({ "maxResults": 1 })).status, 413);
}

#[test]
fn keys() {
    let import = json!({ "publicKeyMaterial": PEM });
    let fingerprint =
        |client: &Client| client.call("ImportPublicKey", &import).body["publicKey"]["fingerprint"].clone();
    let (_program, client) = with("duplicate-key=accept");
    let spki = fingerprint(&client);
    assert_eq!(fingerprint(&client), spki);
    let (_program, client) = with("fingerprint=pem");
    let pem = fingerprint(&client);
    assert!(pem.is_string() && pem != spki, "{pem}");
    assert_eq!(client.call("ImportPublicKey", &import).code(), "ConflictException");
}

#[test]
fn lists() {
    let (_program, client) = with("next-token=first-page");
    stage(&client);
    assert_eq!(
        client.call("ListStages", &json!({ "nextToken": "AAAA" })).body["stages"].as_array().unwrap().len(),
        1
    );
    let (_program, client) = with("list-order=creation");
    let made: Vec<_> = (0..9).map(|_| stage(&client)).collect();
    let mut listed = Vec::new();
    let mut input = json!({ "maxResults": 2 });
    loop {
        let page = client.call("ListStages", &input).body;
        listed.extend(
            page["stages"].as_array().unwrap().iter().map(|one| one["arn"].as_str().unwrap().to_owned()),
        );
        match &page["nextToken"] {
            Value::Null => break,
            next => input["nextToken"] = next.clone(),
        }
    }
    assert_eq!(listed, made);
}

#[test]
fn compositions() {
    let start = |client: &Client, stage: &str| {
        let channel = arn(&client.call("CreateChannel", &json!({})), "channel");
        let destinations = json!([{ "channel": { "channelArn": channel } }]);
        client.call(
            "StartComposition",
            &json!({ "stageArn": stage, "destinations": destinations, "idempotencyToken": "t" }),
        )
    };
    let (_program, client) = with("idempotency=first");
    let first = arn(&start(&client, &stage(&client)), "composition");
    assert_eq!(arn(&start(&client, &stage(&client)), "composition"), first);

    let (_program, client) = with("destination-kind=accept");
    let neither = json!({ "stageArn": stage(&client), "destinations": [{}] });
    assert_eq!(client.call("StartComposition", &neither).status, 200);

    let state = |client: &Client, arn: &str| {
        client.call("GetComposition", &json!({ "arn": arn })).body["composition"].clone()
    };
    for (choice, expected) in [("stopping-time=0", "STOPPED"), ("stopping-time=600000", "STOPPING")] {
        let (_program, client) = with(choice);
        let arn = arn(&start(&client, &stage(&client)), "composition");
        assert_eq!(client.call("StopComposition", &json!({ "arn": arn })).status, 200);
        let composition = state(&client, &arn);
        assert_eq!(composition["state"], expected);
        assert_eq!(composition["destinations"][0]["state"], expected);
        assert_eq!(composition["endTime"].is_string(), expected == "STOPPED");
    }
}

#[test]
fn states() {
    let recording = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    for (choice, expected, slate) in
        [("creation-time=0", "ACTIVE", "CREATED"), ("creation-time=600000", "CREATING", "CREATING")]
    {
        let (_program, client) = with(choice);
        let made = client.call("CreateRecordingConfiguration", &recording);
        assert_eq!(made.body["recordingConfiguration"]["state"], expected);
        let made = client.call("CreateFailoverSlateConfiguration", &json!({}));
        assert_eq!(made.body["failoverSlateConfiguration"]["state"], slate);
    }
}

#[test]
fn participants() {
    let replicate = |client: &Client| {
        let stage = stage(client);
        let input = json!({ "sourceStageArn": stage, "destinationStageArn": stage, "participantId": "p" });
        client.call("StartParticipantReplication", &input).code().to_owned()
    };
    let (_program, client) = with("two-stages=refuse");
    assert_eq!(replicate(&client), "ValidationException");
    let (_program, client) = with("two-stages=accept");
    assert_eq!(replicate(&client), "ResourceNotFoundException");
    for (choice, expected) in [("accept", ""), ("refuse", "ResourceNotFoundException")] {
        let (_program, client) = with(&format!("disconnect-unknown={choice}"));
        let input = json!({ "stageArn": stage(&client), "participantId": "p" });
        assert_eq!(client.call("DisconnectParticipant", &input).code(), expected);
    }
    // Nobody has joined, so that no session is open.
    let (_program, client) = with("delete-stage=conflict");
    assert_eq!(client.call("DeleteStage", &json!({ "arn": stage(&client) })).status, 200);
}

#[test]
fn lenient_validation_takes_any_text_for_an_arn() {
    let program = Program::start(&["--validation", "lenient"]);
    let client = program.client();
    let made = client.call("CreateChannel", &json!({ "recordingConfigurationArn": "blah" }));
    assert_eq!(made.body["channel"]["recordingConfigurationArn"], "blah");
    assert_eq!(client.call("GetChannel", &json!({ "arn": "nope" })).code(), "ResourceNotFoundException");
    // All but the patterns is as strict as ever.
    assert_eq!(
        client.call("CreateChannel", &json!({ "name": "a".repeat(129) })).code(),
        "ValidationException"
    );
    assert_eq!(client.call("CreateChannel", &json!({ "type": "x" })).code(), "ValidationException");
}
