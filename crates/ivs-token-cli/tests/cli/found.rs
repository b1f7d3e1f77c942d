//! What people gave the command, and how it takes it.

use serde_json::{Value, json};

use crate::support::{KID, STAGE, WHIP, World};

#[test]
fn variables_may_end_in_a_line_break() {
    let world = World::new();
    let key = world.read("private.pem");
    let (kid, stage, whip) = (format!("{KID}\n"), format!(" {STAGE}\r\n"), format!("{WHIP}/\n"));
    let variables = [
        ("IVS_TOKEN_PRIVATE_KEY", key.as_str()),
        ("IVS_TOKEN_KID", &kid),
        ("IVS_TOKEN_STAGE_ARN", &stage),
        ("IVS_TOKEN_WHIP_URL", &whip),
    ];
    let token = world.run_with(&["mint"], &variables).ok();
    assert_eq!(world.verified(token.trim())["stageArn"], STAGE);
    // On the command line, where nobody means it, the white space is named.
    world
        .run(&["mint", "--key", "private.pem", "--kid", &kid, "--stage-json", "stage.json"])
        .fails(2, &format!("error: invalid value '{KID}\n' for '--kid <ARN>': there is white space or a line break around the ARN"));

    let encrypted = world.key.to_encrypted_pkcs8_pem("hunter2").unwrap();
    world.write("encrypted.pem", encrypted);
    for passphrase in ["hunter2", "hunter2\n", "hunter2\r\n"] {
        let args = ["mint", "--key", "encrypted.pem", "--kid", KID, "--stage-json", "stage.json"];
        world.run_with(&args, &[("IVS_TOKEN_PASSPHRASE", passphrase)]).ok();
    }
}

#[test]
fn a_file_may_be_given_as_the_aws_command_takes_it() {
    let world = World::new();
    let [key, stage] =
        ["private.pem", "stage.json"].map(|name| format!("file://{}", world.path(name).display()));
    world.run(&["mint", "--key", &key, "--kid", KID, "--stage-json", &stage]).ok();
    world
        .run(&["mint", "--key", "file://private.pem", "--kid", KID, "--stage-json", "file://stage.json"])
        .ok();
}

/// Secrets Manager's answer, whole, with the key in JSON of its own.
#[test]
fn a_secret_as_its_store_hands_it_out() {
    let world = World::new();
    let inner = json!({ "privateKey": world.read("private.pem") }).to_string();
    world.write(
        "secret.json",
        json!({ "ARN": "arn:aws:secretsmanager:x", "SecretString": inner }).to_string(),
    );
    world.run(&["mint", "--key", "secret.json", "--kid", KID, "--stage-json", "stage.json"]).ok();
    world
        .run_with(&["mint", "--kid", KID, "--stage-json", "stage.json"], &[("IVS_TOKEN_PRIVATE_KEY", &inner)])
        .ok();
}

#[test]
fn the_kid_of_a_jwk_is_used_when_no_other_is_given() {
    let world = World::new();
    let mut jwk: Value = serde_json::from_str(&world.key.to_jwk()).unwrap();
    jwk["kid"] = KID.into();
    world.write("key.jwk", jwk.to_string());
    let token = world.run(&["mint", "--key", "key.jwk", "--stage-json", "stage.json"]).ok();
    assert_eq!(world.verified(token.trim())["keyArn"], KID);
    world.run(&["mint", "connection", "--key", "key.jwk"]).ok();
    world.run_on(&["exchange", "--key", "key.jwk"], &token).ok();
    jwk["kid"] = "mine".into();
    world.write("key.jwk", jwk.to_string());
    world
        .run(&["mint", "--key", "key.jwk", "--stage-json", "stage.json"])
        .fails(2, "error: there is no key ARN: give --kid ARN or IVS_TOKEN_KID");
}

#[test]
fn attributes_are_given_one_by_one() {
    let world = World::new();
    let run = world.mint(&["--attribute", "displayName=Ana,role=host"]);
    assert_eq!(
        run.stderr,
        "note: --attribute displayName=Ana,role=host is one attribute, commas and all: repeat --attribute for each of several\n"
    );
    assert_eq!(world.verified(run.ok().trim())["attributes"], json!({ "displayName": "Ana,role=host" }));
    // A comma alone is no shorthand.
    assert_eq!(world.mint(&["--attribute", "name=Ana, the first = 1"]).stderr, "");
    world
        .mint(&["--attribute", "a=1", "--attribute", "a=2"])
        .fails(2, "error: --attribute a is given twice: keep one");
    world.write("batch.jsonl", "{\"attributes\":{\"admin\":true}}\n");
    world.mint(&["--batch", "batch.jsonl"]).fails(
        1,
        "row 1 (line 1): INVALID_ATTRIBUTES: attributes: \"admin\" is a boolean, but must be a string",
    );
}

#[test]
fn an_exchange_changes_attributes_by_name() {
    let world = World::new();
    let token = world.mint(&["--attribute", "a=1", "--attribute", "b=2", "--attribute", "c=3"]).ok();
    let exchange = |more: &[&str]| {
        let token =
            world.run_on(&[&["exchange", "--key", "private.pem", "--kid", KID], more].concat(), &token).ok();
        world.verified(token.trim())["attributes"].clone()
    };
    assert_eq!(exchange(&[]), json!({ "a": "1", "b": "2", "c": "3" }));
    assert_eq!(
        exchange(&[
            "--attribute",
            "a=x",
            "--attribute",
            "d=4",
            "--remove-attribute",
            "b",
            "--remove-attribute",
            "none"
        ]),
        json!({ "a": "x", "c": "3", "d": "4" })
    );
}

#[test]
fn obs_is_told_its_server_and_its_token() {
    let world = World::new();
    let text = world.mint(&["--for", "obs"]).ok();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Server:        https://global.whip.live-video.net");
    world.verified(lines[1].strip_prefix("Bearer Token:  ").unwrap());
    let json = world.mint(&["--for", "obs", "--json"]).json();
    world.verified(json["bearerToken"].as_str().unwrap());
    let local = [
        "mint",
        "--key",
        "private.pem",
        "--kid",
        KID,
        "--stage-arn",
        STAGE,
        "--whip-url",
        "http://localhost:4566",
        "--for",
        "obs",
    ];
    assert!(world.run(&local).ok().starts_with("Server:        http://localhost:4566\n"));
    let global = [
        "mint",
        "--key",
        "private.pem",
        "--kid",
        KID,
        "--stage-arn",
        STAGE,
        "--whip-url",
        "https://global.whip.live-video.net/",
    ];
    assert!(
        world.run(&global).stderr.starts_with("note: this WHIP URL is the address for OBS"),
        "{:?}",
        world.run(&global)
    );
}

#[test]
fn what_surrounds_a_token_is_told_by_verify_too() {
    let world = World::new();
    let token = world.token_from(0);
    for (text, words) in [
        (format!("Bearer {}", token.as_str()), "the word Bearer comes before the token: remove it"),
        (format!("b'{}'", token.as_str()), "this is how Python prints bytes"),
    ] {
        let run = world.verify(&[], &text);
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains(words), "{run:?}");
    }
}

#[test]
fn a_stage_in_yaml_says_how_to_have_json() {
    let world = World::new();
    world.write("stage.yaml", format!("stage:\n  arn: {STAGE}\n  endpoints:\n    whip: {WHIP}\n"));
    world
        .run(&["mint", "--key", "private.pem", "--kid", KID, "--stage-json", "stage.yaml"])
        .fails(1, "error: INVALID_STAGE: stage.yaml: this is a stage in YAML or as text: have the AWS command print JSON, with `--output json`\n");
}
