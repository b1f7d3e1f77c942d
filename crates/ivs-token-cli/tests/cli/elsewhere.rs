//! Private keys that sign elsewhere: in two steps, and by a command.

use serde_json::Value;

use crate::support::{KID, World, openssl};

const STAGE_FLAGS: [&str; 4] = ["--kid", KID, "--stage-json", "stage.json"];

fn with<'a>(start: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [start, &STAGE_FLAGS, more].concat()
}

#[test]
fn a_token_in_two_steps() {
    let world = World::new();
    let input = world.run(&with(&["mint"], &["--unsigned", "--user-id", "ana", "--attribute", "a=b"])).ok();
    assert!(!input.contains('\n') && input.split('.').count() == 2, "{input}");
    world.write("input", &input);
    let signature = world.key.sign(input.as_bytes()).unwrap();
    let hex = signature.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    world.write("raw", signature);
    world.write("hex", format!("{hex}\n"));
    for name in ["raw", "hex"] {
        let args = ["assemble", "--public-key", "public.pem", "--signature", name, "input"];
        let token = world.run(&args).ok();
        assert_eq!(world.verified(token.trim())["userId"], "ana");
        assert_eq!(token.trim().rsplit_once('.').unwrap().0, input);
        let json = world.run(&[&args[..], &["--json"]].concat()).json();
        assert_eq!(json["token"], token.trim());
    }
    let json = world.run(&with(&["mint"], &["--unsigned", "--json"])).json();
    assert_eq!(json["sha384"].as_str().unwrap().len(), 96);
    assert!(json["signingInput"].as_str().unwrap().contains('.'));

    let assemble = |more: &[&str]| {
        world.run(&[&["assemble", "--public-key", "public.pem", "--signature"], more].concat())
    };
    world.write("other", world.key.sign(b"something else").unwrap());
    assemble(&["other", "input"]).fails(1, "error: WRONG_SIGNATURE: the signature is not one of this token");
    assemble(&["input", "input"]).fails(1, "error: MALFORMED_SIGNATURE: ");
    assemble(&["raw", "private.pem"]).fails(1, "error: NOT_A_SIGNING_INPUT: ");
    assemble(&["-", "-"]).fails(2, "error: what was signed and --signature both read standard input");
    world
        .run(&["assemble", "--signature", "raw", "input"])
        .fails(2, "error: there is no public key: give --public-key FILE");
    world
        .run(&with(&["mint", "--key", "private.pem"], &["--unsigned"]))
        .fails(2, "error: the argument '--key <FILE>' cannot be used with '--unsigned'");
}

#[test]
fn a_command_signs_every_kind_of_token() {
    if openssl(&["version"]).is_none() {
        return;
    }
    let world = World::new();
    let sign = ["--public-key", "public.pem", "--sign-command", "openssl dgst -sha384 -sign private.pem"];
    let token = world.run(&with(&["mint"], &[&sign[..], &["--user-id", "ana"]].concat())).ok();
    assert_eq!(world.verified(token.trim())["userId"], "ana");
    let in_base64 = [
        "--public-key",
        "public.pem",
        "--sign-command",
        "openssl dgst -sha384 -sign private.pem | openssl base64",
    ];
    let token = world.run(&with(&["mint"], &in_base64)).ok();
    world.verified(token.trim());
    let flags = [&["exchange", "--kid", KID, "--capability", "SUBSCRIBE"], &sign[..]].concat();
    let exchanged = world.run_on(&flags, &token).ok();
    assert_eq!(
        world.verified(exchanged.trim())["participantId"],
        world.verified(token.trim())["participantId"]
    );
    world.run(&[&["mint", "connection", "--kid", KID], &sign[..]].concat()).ok();
    let channel = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
    world.run(&[&["mint", "playback", "--channel-arn", channel], &sign[..]].concat()).ok();
    for kind in [&["connection", "--kid", KID][..], &["playback", "--channel-arn", channel]] {
        let input = world.run(&[&["mint"], kind, &["--unsigned"]].concat()).ok();
        assert_eq!(input.split('.').count(), 2);
    }
    let open =
        world.run_on(&["exchange", "--kid", KID, "--unsigned", "--public-key", "public.pem"], &token).ok();
    assert_eq!(open.split('.').count(), 2);

    world.write("people.csv", "userId\nana\nbob\n");
    let tokens = world
        .run(&with(&["mint"], &[&sign[..], &["--batch", "people.csv", "--sign-concurrency", "2"]].concat()))
        .ok();
    let users: Vec<Value> = tokens.lines().map(|token| world.verified(token)["userId"].clone()).collect();
    assert_eq!(users, ["ana", "bob"]);
}

#[test]
fn a_command_that_fails_is_told() {
    let world = World::new();
    let run = |command: &str| {
        let flags = ["--public-key", "public.pem", "--sign-command", command, "--participant-id", "p-1"];
        world.run(&with(&["mint"], &flags))
    };
    run("echo out of paper >&2; exit 3").fails(
        1,
        "error: SIGNER_FAILED: the token of participant p-1 could not be signed: the command ended with exit status: 3: out of \
         paper\n",
    );
    run("true").fails(1, "error: MALFORMED_SIGNATURE: the signature has 0 bytes");
    run("head -c 96 /dev/zero").fails(1, "error: WRONG_SIGNATURE: ");
    let flags = with(&["mint"], &["--sign-command", "true"]);
    world.run(&flags).fails(2, "error: the following required arguments were not provided:");
}
