use serde_json::{Value, json};

use crate::client::{Client, Program};

fn stage(client: &Client, name: &str) -> String {
    let answer = client.call("CreateStage", &json!({ "name": name }));
    answer.body["stage"]["arn"].as_str().unwrap().to_owned()
}

#[test]
fn pages_are_whole_and_their_tokens_are_checked() {
    let program = Program::start(&[]);
    let client = program.client();
    let mut made: Vec<_> = (0..7).map(|place| stage(&client, &format!("s{place}"))).collect();
    let mut listed = Vec::new();
    let mut token = Value::Null;
    loop {
        let page = client.call("ListStages", &json!({ "maxResults": 3, "nextToken": token })).body;
        listed.extend(
            page["stages"].as_array().unwrap().iter().map(|one| one["arn"].as_str().unwrap().to_owned()),
        );
        match &page["nextToken"] {
            Value::Null => break,
            next => token = next.clone(),
        }
    }
    made.sort();
    assert_eq!(listed, made);
    // Of another list, another account, altered, nonsense.
    let input = json!({ "nextToken": token });
    assert_eq!(client.call("ListStages", &input).status, 200);
    assert_eq!(client.call("ListPublicKeys", &input).code(), "ValidationException");
    let other = Client { access_key: "111111111111".into(), ..client.clone() };
    assert_eq!(other.call("ListStages", &input).code(), "ValidationException");
    let altered = format!("A{}", &token.as_str().unwrap()[1..]);
    let altered = if altered == token { altered.replacen('A', "B", 1) } else { altered };
    assert_eq!(client.call("ListStages", &json!({ "nextToken": altered })).code(), "ValidationException");
    assert_eq!(client.call("ListStages", &json!({ "nextToken": "AAAA" })).code(), "ValidationException");
}

#[test]
fn accounts_and_regions_see_nothing_of_each_other() {
    let program = Program::start(&[]);
    let client = program.client();
    let arn = stage(&client, "a");
    let account = Client { access_key: "111111111111".into(), ..client.clone() };
    let region = Client { region: "eu-west-1".into(), ..client.clone() };
    for other in [account, region] {
        assert_eq!(other.call("ListStages", &json!({})).body["stages"], json!([]));
        assert_eq!(other.call("GetStage", &json!({ "arn": arn })).code(), "ResourceNotFoundException");
        assert_eq!(other.call("DeleteStage", &json!({ "arn": arn })).code(), "ResourceNotFoundException");
        let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
        assert_eq!(other.send("GET", &path, b"", &[]).code(), "ResourceNotFoundException");
    }
    assert_eq!(client.call("GetStage", &json!({ "arn": arn })).status, 200);
}

#[test]
fn tags_travel_in_path_and_query() {
    let program = Program::start(&[]);
    let client = program.client();
    let arn = stage(&client, "a");
    for path in [format!("/tags/{arn}"), format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"))] {
        let tags = json!({ "tags": { "a b": "1", "k/2": "é" } });
        assert_eq!(client.send("POST", &path, tags.to_string().as_bytes(), &[]).status, 200);
        assert_eq!(client.send("GET", &path, b"", &[]).body, tags);
        let query = format!("{path}?tagKeys=a%20b&tagKeys=k%2F2");
        assert_eq!(client.send("DELETE", &query, b"", &[]).status, 200);
        assert_eq!(client.send("GET", &path, b"", &[]).body["tags"], json!({}));
    }
}

#[test]
fn what_was_answered_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let args = ["--state", path.to_str().unwrap()];
    let program = Program::start(&args);
    let client = program.client();
    let (answered, answers) = std::sync::mpsc::channel();
    let load = std::thread::spawn(move || {
        // The last call may find nobody.
        while let Ok(arn) = std::panic::catch_unwind(|| stage(&client, "a")) {
            answered.send(arn).unwrap();
        }
    });
    // Killed while it works, with so many made.
    let mut made: Vec<_> = answers.iter().take(100).collect();
    program.kill();
    load.join().unwrap();
    made.extend(answers);
    assert!(made.len() >= 100);
    let again = Program::start(&args);
    let client = again.client();
    for arn in &made {
        assert_eq!(client.call("GetStage", &json!({ "arn": arn })).status, 200, "{arn}");
    }
}

#[test]
fn a_seed_gives_the_same_ids_in_each_run() {
    let run = || {
        let program = Program::start(&["--seed", "x"]);
        let client = program.client();
        let arns = ["a", "b"].map(|name| stage(&client, name));
        client.call("DeleteStage", &json!({ "arn": arns[0] }));
        (arns, stage(&client, "c"))
    };
    assert_eq!(run(), run());
}

#[test]
fn page_tokens_outlive_what_they_name_and_no_other_server_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let args = ["--state", path.to_str().unwrap()];
    let program = Program::start(&args);
    let client = program.client();
    let made: Vec<_> = (0..3).map(|_| stage(&client, "a")).collect();
    let page = client.call("ListStages", &json!({ "maxResults": 1 })).body;
    let first = page["stages"][0]["arn"].clone();
    let next = json!({ "nextToken": page["nextToken"] });
    // The place where the page ended is no more.
    assert_eq!(client.call("DeleteStage", &json!({ "arn": first })).status, 200);
    let listed = |client: &Client| client.call("ListStages", &next).body["stages"].as_array().map(Vec::len);
    assert_eq!(listed(&client), Some(made.len() - 1));
    // With a filter that the first page did not have.
    let filtered = json!({ "nextToken": next["nextToken"], "filterByState": "ACTIVE" });
    assert_eq!(client.call("ListIngestConfigurations", &filtered).code(), "ValidationException");
    drop(program);
    let again = Program::start(&args);
    assert_eq!(listed(&again.client()), Some(made.len() - 1));
    let other = Program::start(&[]);
    assert_eq!(other.client().call("ListStages", &next).code(), "ValidationException");
}

#[test]
fn a_seed_gives_the_same_keys() {
    let token = |seed: &str| {
        let program = Program::start(&["--seed", seed]);
        let client = program.client();
        let made =
            client.call("CreateStage", &json!({ "participantTokenConfigurations": [{ "userId": "a" }] }));
        stage(&client, "b");
        stage(&client, "c");
        let page = client.call("ListStages", &json!({ "maxResults": 2 })).body;
        (made.body["participantTokens"][0]["participantId"].clone(), page["nextToken"].clone())
    };
    // The MAC of a page token is made with one of the keys.
    let one = token("x");
    assert!(one.1.is_string());
    assert_eq!(one, token("x"));
    assert_ne!(one, token("y"));
}

#[test]
fn everything_is_forgotten_on_request() {
    for path in ["/_ivs/reset", "/moto-api/reset"] {
        let program = Program::start(&["--auth", "off"]);
        let client = program.client();
        let arn = stage(&client, "a");
        let other = Client { access_key: "111111111111".into(), ..client.clone() };
        stage(&other, "a");
        assert_eq!(client.raw("POST", path, &[], b"").status, 200);
        for client in [&client, &other] {
            assert_eq!(client.call("ListStages", &json!({})).body["stages"], json!([]));
        }
        assert_eq!(client.call("GetStage", &json!({ "arn": arn })).code(), "ResourceNotFoundException");
        let answer = client.raw("GET", path, &[], b"");
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    }
}

#[test]
fn every_answer_says_which_rule_spoke() {
    let program = Program::start(&[]);
    let client = program.client();
    let explained = |operation: &str, input: Value| {
        client.call(operation, &input).header("x-ivs-local-explain").to_owned()
    };
    assert_eq!(explained("CreateStage", json!({})), "constraints; model");
    assert_eq!(explained("CreateStage", json!({ "name": "a b" })), "constraints; model");
    assert_eq!(explained("ListStages", json!({})), "list-order; assumed");
    assert_eq!(explained("ListStages", json!({ "nextToken": "x" })), "next-token; assumed");
    assert_eq!(explained("Nothing", json!({})), "operations; assumed");
    let pem = include_str!("../../../../tests/data/test-only-public.pem");
    assert_eq!(explained("ImportPublicKey", json!({ "publicKeyMaterial": pem })), "fingerprint; assumed");
    let recording = json!({ "destinationConfiguration": { "s3": { "bucketName": "bucket" } } });
    assert_eq!(explained("CreateRecordingConfiguration", recording), "creation-time; assumed");
    let unsigned = client.raw("POST", "/ListStages", &[], b"{}");
    assert_eq!(unsigned.header("x-ivs-local-explain"), "signature; guide");
}
