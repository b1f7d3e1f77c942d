//! `ivs-token mint`, one token at a time.

use serde_json::json;

use crate::support::{KID, STAGE, WHIP, World, mint_args};

#[test]
fn prints_the_token_alone() {
    let world = World::new();
    let run = world.mint(&["--user-id", "ana", "--duration", "15m"]);
    assert_eq!(run.stderr, "");
    let text = run.ok();
    let token = text.strip_suffix('\n').unwrap();
    let who = world.verified(token);
    assert_eq!(who["userId"], "ana");
    assert_eq!(who["stageArn"], STAGE);
    assert_eq!(who["keyArn"], KID);
    assert_eq!(who["capabilities"], json!(["PUBLISH", "SUBSCRIBE"]));
}

#[test]
fn answers_as_the_api_does() {
    let world = World::new();
    let answer = world
        .mint(&[
            "--json",
            "--user-id",
            "José 😀",
            "--attribute",
            "displayName=José",
            "--attribute",
            "formula=a=b",
            "--capability",
            "subscribe",
            "--duration",
            "90s",
            "--participant-id",
            "p_1-A",
        ])
        .json();
    assert_eq!(answer.as_object().unwrap().len(), 1);
    let token = &answer["participantToken"];
    assert_eq!(token["attributes"], json!({"displayName": "José", "formula": "a=b"}));
    assert_eq!(token["capabilities"], json!(["SUBSCRIBE"]));
    assert_eq!(token["duration"], 2);
    assert_eq!(token["participantId"], "p_1-A");
    assert_eq!(token["userId"], "José 😀");
    let who = world.verified(token["token"].as_str().unwrap());
    assert_eq!(who["expirationTime"], token["expirationTime"]);
    assert_eq!(who["attributes"], token["attributes"]);
}

#[test]
fn lasts_twelve_hours_unless_told_otherwise() {
    let world = World::new();
    let minutes = |more: &[&str]| {
        world.mint(&[&["--json"], more].concat()).json()["participantToken"]["duration"].clone()
    };
    assert_eq!(minutes(&[]), 720);
    assert_eq!(minutes(&["--duration", "14d"]), 20_160);
    assert_eq!(minutes(&["--duration", "1h 30m"]), 90);
}

#[test]
fn everything_from_variables() {
    let world = World::new();
    let pem = world.read("private.pem").replace('\n', "\\n");
    let variables = [
        ("IVS_TOKEN_PRIVATE_KEY", pem.as_str()),
        ("IVS_TOKEN_KID", KID),
        ("IVS_TOKEN_STAGE_ARN", STAGE),
        ("IVS_TOKEN_WHIP_URL", WHIP),
        ("IVS_TOKEN_EVENTS_URL", "wss://events.example"),
    ];
    let token = world.run_with(&["mint"], &variables).ok();
    assert_eq!(world.verified(token.trim_end())["stageArn"], STAGE);
    let inspection = world.run_on(&["inspect"], token).ok();
    assert!(inspection.contains("wss://events.example"), "{inspection}");

    // A flag comes before its variable, all of a stage before pieces of one, and an empty variable is none.
    let other = "arn:aws:ivs:us-west-2:123456789012:stage/other";
    let token = world.run_with(&["mint", "--stage-arn", other], &variables).ok();
    assert_eq!(world.verified(token.trim_end())["stageArn"], other);
    let wrong = [("IVS_TOKEN_STAGE_ARN", other), ("IVS_TOKEN_WHIP_URL", "nonsense")];
    let token = world.run_with(&mint_args(&[]), &wrong).ok();
    assert_eq!(world.verified(token.trim_end())["stageArn"], STAGE);
    world.run_with(&["mint"], &[("IVS_TOKEN_PRIVATE_KEY", "")]).fails(2, "error: there is no private key");
    world.run_with(&["mint", "--key", "private.pem"], &[("IVS_TOKEN_KID", STAGE)]).fails(
        2,
        "error: IVS_TOKEN_KID: this is the ARN of a \"stage\", but the ARN of a \"public-key\" is expected\n",
    );
}

#[test]
fn a_key_or_a_stage_from_standard_input() {
    let world = World::new();
    let args = ["mint", "--key", "-", "--kid", KID, "--stage-json", "stage.json"];
    world.verified(world.run_on(&args, world.read("private.pem")).ok().trim_end());
    let args = ["mint", "--key", "private.pem", "--kid", KID, "--stage-json", "-"];
    world.verified(world.run_on(&args, world.read("stage.json")).ok().trim_end());
    let args = ["mint", "--key", "-", "--kid", KID, "--stage-json", "-"];
    world.run_on(&args, world.read("stage.json")).fails(
        2,
        "error: --key and --stage-json both read standard input, and there is only one: give a file for all but one \
         of them\n",
    );
}

#[test]
fn an_encrypted_key() {
    let world = World::new();
    world.write("encrypted.pem", world.key.to_encrypted_pkcs8_pem("correct horse").unwrap());
    world.write("passphrase", "correct horse\r\n");
    let mut args = mint_args(&["--passphrase-file", "passphrase"]);
    args[2] = "encrypted.pem";
    world.verified(world.run(&args).ok().trim_end());
    let mut args = mint_args(&[]);
    args[2] = "encrypted.pem";
    world.verified(world.run_with(&args, &[("IVS_TOKEN_PASSPHRASE", "correct horse")]).ok().trim_end());
    world.run(&args).fails(1, "error: KEY_PASSPHRASE_MISSING: encrypted.pem: the key is encrypted");
}

#[test]
fn misuse_says_what_to_give() {
    let world = World::new();
    for (args, words) in [
        (
            &["--duration", "15"][..],
            "error: invalid value '15' for '--duration <DURATION>': 15 has no unit: write 15s, 15m, 15h or 15d\n",
        ),
        (
            &["--duration", "15d"],
            "error: invalid value '15d' for '--duration <DURATION>': the duration is 1296000 s (21600 min): a token lasts at most 1209600 s (20160 min)\n",
        ),
        (
            &["--duration", "0s"],
            "error: invalid value '0s' for '--duration <DURATION>': the duration is 0 s: a token lasts at least 1 s",
        ),
        (
            &["--capability", "watch"],
            "error: invalid value 'watch' for '--capability <NAME>': \"watch\" is not a capability: use PUBLISH or SUBSCRIBE\n",
        ),
        (
            &["--attribute", "displayName"],
            "error: invalid value 'displayName' for '--attribute <NAME=VALUE>': an attribute is given as NAME=VALUE, such as displayName=Ana\n",
        ),
        (
            &["--participant-id", "a b"],
            "error: invalid value 'a b' for '--participant-id <ID>': the participant ID holds ' ' at position 1",
        ),
        (
            &["--stage-arn", STAGE],
            "error: the argument '--stage-json <FILE>' cannot be used with '--stage-arn <ARN>'",
        ),
        (&["--skip-bad"], "error: the following required arguments were not provided:\n  --batch <FILE>"),
    ] {
        world.mint(args).fails(2, words);
    }
    let long = format!("a={}", "x".repeat(1024));
    world.mint(&["--attribute", &long]).fails(2, "error: --attribute: the attributes have 1025 bytes");
    let long = "x".repeat(129);
    assert!(world.mint(&["--user-id", &long]).stderr.contains("the user ID has 129 characters: at most 128"));
    world
        .run(&["mint", "--key", "private.pem"])
        .fails(2, "error: there is no key ARN: give --kid ARN or IVS_TOKEN_KID");
    world.run(&["mint", "--key", "private.pem", "--kid", KID, "--stage-arn", STAGE]).fails(
        2,
        "error: the stage's WHIP URL is not known: give --whip-url or IVS_TOKEN_WHIP_URL, with `endpoints.whip` of what \
         `aws ivs-realtime get-stage` prints\n",
    );
    world.run(&["mint", "--key", "private.pem", "--kid", KID]).fails(
        2,
        "error: the stage is not known: give --stage-arn and --whip-url, or IVS_TOKEN_STAGE_ARN and \
         IVS_TOKEN_WHIP_URL, or --stage-json with what `aws ivs-realtime get-stage` prints\n",
    );
    let args = ["mint", "--key", "private.pem", "--kid", KID, "--stage-arn", STAGE, "--whip-url", "http://x"];
    world.run(&args).fails(
        2,
        "error: the stage's whip endpoint: the URL begins with http:, which is only for a server on this machine",
    );
}

#[test]
fn failures_name_the_file_and_the_code() {
    let world = World::new();
    let with = |key: &str, kid: &str, stage: &str| {
        world.run(&["mint", "--key", key, "--kid", kid, "--stage-json", stage])
    };
    with("none.pem", KID, "stage.json").fails(1, "error: none.pem: ");
    with("public.pem", KID, "stage.json")
        .fails(1, "error: KEY_PUBLIC_KEY_GIVEN: public.pem: this is a public key");
    world.write("bad.json", "{}");
    with("private.pem", KID, "bad.json").fails(1, "error: INVALID_STAGE: bad.json: the stage has no `arn`");
    let foreign = KID.replace("us-west-2", "eu-west-1");
    with("private.pem", &foreign, "stage.json").fails(
        1,
        "error: FOREIGN_KEY: the key is in account 123456789012, region eu-west-1, and the stage in account \
         123456789012, region us-west-2: ",
    );
    let run = world
        .run_with(&["mint", "--kid", KID, "--stage-json", "stage.json"], &[("IVS_TOKEN_PRIVATE_KEY", "x")]);
    run.fails(1, "error: KEY_NOT_A_KEY: IVS_TOKEN_PRIVATE_KEY: this is not a key: ");
    assert!(run.stderr.contains("The variable holds the key itself, not the name of its file"), "{run:?}");
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    let world = World::new();
    let (pem, jwk) = (world.read("private.pem"), world.key.to_jwk());
    for secret in [pem.as_str(), jwk.as_str(), &pem.replace('\n', "\\n")] {
        for args in [&["mint", "--key", secret][..], &["key", "inspect", secret], &["mint", secret]] {
            world.run(args).fails(2, "error: there is a private key on the command line");
        }
    }
    // Base64 of DER, which is a key too, and could be the name of a file.
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    world.run(&["mint", "--key", &der]).fails(2, "error: there is a private key on the command line");
    // As an option's value that clap would quote.
    let glued = format!("--duration={pem}");
    world.run(&["mint", &glued]).fails(2, "error: there is a private key on the command line");
}

#[test]
fn a_connection_token_is_minted_and_recognised() {
    let world = World::new();
    let args = [
        "mint",
        "connection",
        "--key",
        "private.pem",
        "--kid",
        KID,
        "--token-id",
        "c-1",
        "--duration",
        "28d",
    ];
    let token = world.run(&args).ok();
    let json = world.run(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(json["connectionToken"]["tokenId"], "c-1");
    assert_eq!(json["connectionToken"]["duration"], 40_320);
    let said = world.verify(&["--kind", "connection"], &token).ok();
    assert!(said.starts_with("The connection token is good.\n\n  token ID  c-1\n"), "{said}");
    let json = world.verify(&["--kind", "connection", "--json"], &token).json();
    assert_eq!((&json["tokenId"], &json["region"]), (&"c-1".into(), &"us-west-2".into()));
    assert!(world.run_on(&["inspect"], &token).ok().starts_with("This is a connection token.\n"));
    // It joins no stage, and so is not what was asked for.
    let token = world.run(&args[..6]).ok();
    world.write("connection", &token);
    world
        .verify(&["--stage-arn", STAGE], &token)
        .fails(
            1,
            "refused: TOKEN_INVALID: this looks like a connection token, and --stage-arn is for participant tokens: leave \
             it out, or give the right token\n",
        );
    let run = world.run_with(
        &["verify", "--public-key", "public.pem", "--kid", KID, "connection"],
        &[("IVS_TOKEN_STAGE_ARN", STAGE)],
    );
    run.fails(
        1,
        "refused: TOKEN_INVALID: this looks like a connection token, and the variable IVS_TOKEN_STAGE_ARN is for \
         participant tokens: unset it for this token\n",
    );
    world.run_on(&["exchange", "--key", "private.pem", "--kid", KID], &token).fails(
        1,
        "refused: TOKEN_INVALID: this looks like a connection token, and an exchange is for participant tokens: mint a \
         new one instead\n",
    );
    let run = world.verify(&["--user-id", "ana", "--capability", "PUBLISH", "--json"], &token);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &json["error"]["reason"]), (1, &"WRONG_KIND".into()));
    world
        .run(&["mint", "connection", "--key", "private.pem", "--kid", KID, "--duration", "29d"])
        .fails(2, "error: invalid value '29d' for '--duration <DURATION>': the duration is 2505600 s");
    world
        .run(&["mint", "--user-id", "ana", "connection", "--key", "private.pem", "--kid", KID])
        .fails(2, "error: the subcommand 'connection' cannot be used with '--user-id <TEXT>'");
}

#[test]
fn an_exchange_changes_what_it_is_told_and_nothing_else() {
    let world = World::new();
    let old = world
        .mint(&["--user-id", "ana", "--attribute", "a=1", "--capability", "subscribe", "--duration", "20m"])
        .ok();
    let exchange = ["exchange", "--key", "private.pem", "--kid", KID];
    let run = |more: &[&str], token: &str| world.run_on(&[&exchange[..], more].concat(), token);
    let (before, same) = (world.verified(old.trim_end()), world.verified(run(&[], &old).ok().trim_end()));
    for member in ["participantId", "userId", "stageArn", "attributes", "capabilities", "expirationTime"] {
        assert_eq!(before[member], same[member], "{member}");
    }
    let changes = ["--attribute", "b=2", "--capability", "PUBLISH,SUBSCRIBE", "--duration", "5m", "--json"];
    let answer = run(&changes, &old).json()["participantToken"].take();
    assert_eq!(answer["participantId"], before["participantId"]);
    assert_eq!(answer["attributes"], json!({"a": "1", "b": "2"}));
    assert_eq!(answer["capabilities"], json!(["PUBLISH", "SUBSCRIBE"]));
    assert_eq!(answer["duration"], 5);

    let tampered = old.replacen("eyJleHA", "eyJleHB", 1);
    run(&[], &tampered).fails(1, "refused: TOKEN_INVALID_SIGNATURE: ");
    run(&[], world.token_from(-7200).as_str()).fails(1, "refused: TOKEN_EXPIRED: ");
    run(&["--old-kid", KID], &old).fails(2, "error: the following required arguments were not provided");
    // After a rotation the old token names the old key.
    let new = World::new();
    new.write("old.pem", world.read("public.pem"));
    let new_kid = KID.replace("f99c", "0000");
    let rotated = ["exchange", "--key", "private.pem", "--kid", &new_kid];
    new.run_on(&rotated, &old).fails(1, "refused: TOKEN_INVALID: the token names the key ");
    let old_key = ["--old-public-key", "old.pem", "--old-kid", KID];
    let token = new.run_on(&[&rotated[..], &old_key].concat(), &old).ok();
    let verify = ["verify", "--public-key", "public.pem", "--kid", &new_kid, "--json"];
    assert_eq!(new.run_on(&verify, &token).json()["participantId"], before["participantId"]);
}
