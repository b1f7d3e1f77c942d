//! `ivs-token verify`.

use serde_json::Value;

use crate::support::{KID, Run, STAGE, World};

#[track_caller]
fn refused(run: &Run, words: &str) {
    run.fails(1, &format!("refused: {words}"));
}

#[test]
fn says_who_it_is() {
    let world = World::new();
    let token =
        world.mint(&["--user-id", "José", "--attribute", "displayName=Ana", "--participant-id", "p-1"]).ok();
    let text = world.verify(&["--stage-arn", STAGE], &token).ok();
    assert!(
        text.starts_with("The token is good.\n\n  user ID         \"José\"\n  participant ID  p-1\n"),
        "{text}"
    );
    assert!(text.contains(&format!("  stage           {STAGE}\n")), "{text}");
    assert!(text.contains("  capabilities    PUBLISH,SUBSCRIBE\n"), "{text}");
    assert!(text.contains("  attribute       \"displayName\" = \"Ana\"\n"), "{text}");
    assert!(text.ends_with(&format!("  key             {KID}\n")), "{text}");
    let json = world.verify(&["--json"], &token).json();
    assert_eq!(json, world.verified(token.trim_end()));
    world.write("token", &token);
    world.verify(&["token"], "").ok();
}

#[test]
fn refusals_have_the_services_codes() {
    let world = World::new();
    let token = world.token_from(0);
    let token = token.as_str();
    let at = token.find('.').unwrap() + 10;
    let other = if token[at..].starts_with('A') { "B" } else { "A" };
    let tampered = format!("{}{other}{}", &token[..at], &token[at + 1..]);
    refused(&world.verify(&[], tampered), "TOKEN_INVALID_SIGNATURE: the signature does not match");
    refused(&world.verify(&[], world.token_from(-7200).as_str()), "TOKEN_EXPIRED: the token expired at ");
    refused(&world.verify(&[], world.token_from(3600).as_str()), "TOKEN_INVALID: the token was issued at ");
    refused(&world.verify(&[], ""), "TOKEN_MISSING: there is no token");
    refused(&world.verify(&[], "\r\n"), "TOKEN_MISSING: there is no token");
    refused(&world.verify(&[], "nonsense"), "TOKEN_INVALID: ");
    refused(&world.verify(&[], b"\xff.\xfe.\xfd"), "TOKEN_INVALID: ");
    refused(&world.verify(&[], format!(" {token}")), "TOKEN_INVALID: ");
    refused(&world.verify(&[], format!("{token} \n")), "TOKEN_INVALID: ");
    refused(&world.verify(&[], "a".repeat(70_000)), "TOKEN_INVALID: ");
    let elsewhere = format!("{STAGE}2");
    refused(&world.verify(&["--stage-arn", &elsewhere], token), "TOKEN_INVALID: the token is for the stage ");
    refused(
        &world.verify(&["--user-id", "bob"], token),
        "TOKEN_INVALID: the token is not that of the expected user",
    );

    let watcher = world.mint(&["--capability", "SUBSCRIBE"]).ok();
    refused(
        &world.verify(&["--capability", "publish"], &watcher),
        "INSUFFICIENT_CAPABILITIES: the token does not grant PUBLISH",
    );
    refused(
        &world.verify(&["--capability", "SUBSCRIBE", "--capability", "PUBLISH"], &watcher),
        "INSUFFICIENT_CAPABILITIES: ",
    );
    world.verify(&["--capability", "SUBSCRIBE"], &watcher).ok();
    world.verify(&["--user-id", "ana", "--capability", "PUBLISH", "--capability", "SUBSCRIBE"], token).ok();
}

#[test]
fn a_refusal_as_json() {
    let world = World::new();
    let run = world.verify(&["--json"], world.token_from(-7200).as_str());
    assert_eq!(run.code, 1);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["error"]["code"], "TOKEN_EXPIRED");
    assert_eq!(json["error"]["reason"], "EXPIRED");
    let message = json["error"]["message"].as_str().unwrap();
    assert_eq!(run.stderr, format!("refused: TOKEN_EXPIRED: {message}\n"));
}

#[test]
fn leeway_is_given() {
    let world = World::new();
    let (late, early) = (world.token_from(-2 * 3600), world.token_from(3600));
    world.verify(&["--expiry-leeway", "2h"], late.as_str()).ok();
    refused(&world.verify(&["--expiry-leeway", "5s"], late.as_str()), "TOKEN_EXPIRED: ");
    world.verify(&["--leeway", "2h"], early.as_str()).ok();
    refused(&world.verify(&["--leeway", "0s"], early.as_str()), "TOKEN_INVALID: ");
    world
        .verify(&["--leeway", "60"], early.as_str())
        .fails(2, "error: invalid value '60' for '--leeway <DURATION>': 60 has no unit");
}

#[test]
fn several_keys_and_variables() {
    let world = World::new();
    let token = world.token_from(0);
    let other = World::new();
    world.write("other.pem", other.read("public.pem"));
    let other_kid = KID.replace("f99c", "0000");
    let two = [
        "verify",
        "--public-key",
        "other.pem",
        "--kid",
        &other_kid,
        "--public-key",
        "public.pem",
        "--kid",
        KID,
    ];
    world.run_on(&two, token.as_str()).ok();
    let crossed = [
        "verify",
        "--public-key",
        "other.pem",
        "--kid",
        KID,
        "--public-key",
        "public.pem",
        "--kid",
        &other_kid,
    ];
    refused(&world.run_on(&crossed, token.as_str()), "TOKEN_INVALID_SIGNATURE: ");
    let unknown = ["verify", "--public-key", "public.pem", "--kid", &other_kid];
    refused(&world.run_on(&unknown, token.as_str()), "TOKEN_INVALID: the token names the key ");
    let twice =
        ["verify", "--public-key", "other.pem", "--kid", KID, "--public-key", "public.pem", "--kid", KID];
    world.run_on(&twice, token.as_str()).fails(2, "error: two different keys have the ARN ");

    world.write("token", token.as_str());
    let pem = world.read("public.pem");
    let variables = [("IVS_TOKEN_PUBLIC_KEY", pem.as_str()), ("IVS_TOKEN_KID", KID)];
    world.run_with(&["verify", "token"], &variables).ok();
    let narrow =
        [variables[0], variables[1], ("IVS_TOKEN_STAGE_ARN", "arn:aws:ivs:us-west-2:123456789012:stage/x")];
    refused(&world.run_with(&["verify", "token"], &narrow), "TOKEN_INVALID: the token is for the stage ");
}

#[test]
fn misuse_and_failures() {
    let world = World::new();
    let token = world.token_from(0);
    let verify = |args: &[&str], stdin: &str| world.run_on(&[&["verify"], args].concat(), stdin);
    verify(&["--kid", KID], "").fails(
        2,
        "error: there is no public key: give --public-key FILE, the key itself in IVS_TOKEN_PUBLIC_KEY, or --key-ring PATH\n",
    );
    verify(&["--public-key", "public.pem"], "").fails(
        2,
        "error: 1 public key and 0 key ARNs were given: give a --kid (or IVS_TOKEN_KID) for each --public-key, in the \
         same order; only a playback token is verified without one\n",
    );
    verify(&["--public-key", "-", "--kid", KID], "")
        .fails(2, "error: the token and --public-key both read standard input");
    verify(&["--public-key", "private.pem", "--kid", KID], token.as_str()).fails(
        1,
        "error: KEY_PRIVATE_KEY_GIVEN: private.pem: this is a private key, but only the public key belongs here: write \
         it with `ivs-token key public --key private.pem --out public.pem`\n",
    );
    verify(&["--public-key", "none.pem", "--kid", KID], "").fails(1, "error: none.pem: ");
    let two = format!("{}\n{}\n", token.as_str(), token.as_str());
    world
        .verify(&[], two)
        .fails(1, "error: standard input: there are 2 lines, and exactly one token is wanted");
}
