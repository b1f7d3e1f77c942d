//! `ivs-token mint playback`, and what `verify` and `inspect` say of its tokens.

use serde_json::{Value, json};

use crate::support::{KID, Run, STAGE, World};

const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
const PLAYBACK_KID: &str = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";
const UUID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn mint(world: &World, more: &[&str]) -> Run {
    world.run(&[&["mint", "playback", "--key", "private.pem", "--channel-arn", CHANNEL], more].concat())
}

fn verify(world: &World, more: &[&str], token: &str) -> Run {
    let args = ["verify", "--public-key", "public.pem", "--kid", PLAYBACK_KID];
    world.run_on(&[&args[..], more].concat(), token)
}

#[test]
fn mints_and_verifies() {
    let world = World::new();
    let run = mint(&world, &[]);
    assert_eq!(run.stderr, "");
    let token = run.ok();
    let said = verify(&world, &[], &token).ok();
    assert!(
        said.starts_with(&format!("The playback token is good.\n\n  channel  {CHANNEL}\n  origins  any\n")),
        "{said}"
    );
    assert!(said.ends_with(&format!("  key      {PLAYBACK_KID}\n")), "{said}");
    assert!(world.run_on(&["inspect"], &token).ok().starts_with("This is a playback token.\n"));

    let all = [
        "--duration",
        "5m",
        "--origin",
        "https://example.com,https://*.B.example",
        "--origin",
        "http://localhost:3000",
        "--strict-origin",
        "--single-use-uuid",
        UUID,
        "--viewer-id",
        "José",
        "--viewer-session-version",
        "-7",
        "--maximum-resolution",
        "full_hd",
        "--json",
    ];
    let answer = mint(&world, &all).json();
    let minted = &answer["playbackToken"];
    assert_eq!(answer.as_object().unwrap().len(), 1);
    let token = minted["token"].as_str().unwrap();
    let here = ["--origin", "https://a.b.example", "--channel-arn", CHANNEL];
    let good = verify(&world, &[&here[..], &["--json"]].concat(), token).json();
    assert_eq!(
        good,
        json!({
            "channelArn": CHANNEL, "origins": ["https://example.com", "https://*.b.example", "http://localhost:3000"],
            "strictOriginEnforcement": true, "singleUseUuid": UUID, "viewerId": "José", "viewerSessionVersion": -7,
            "maximumResolution": "FULL_HD", "expirationTime": minted["expirationTime"], "keyArn": PLAYBACK_KID,
            "originAllowed": true,
        })
    );
    let said = verify(&world, &here, token).ok();
    for row in [
        "  viewer ID        \"José\"\n",
        "  session version  -7\n",
        &format!("  good once as     {UUID}\n"),
        "  resolution       at most FULL_HD\n",
        "  origins          https://example.com, https://*.b.example, http://localhost:3000, enforced strictly\n",
        "  this origin      \"https://a.b.example\": allowed\n",
    ] {
        assert!(said.contains(row), "{row} {said}");
    }
    let one = mint(&world, &["--single-use", "--json"]).json()["playbackToken"].take();
    let two = mint(&world, &["--single-use", "--json"]).json()["playbackToken"].take();
    assert!(one["singleUseUuid"].is_string() && one["singleUseUuid"] != two["singleUseUuid"], "{one}");
}

#[test]
fn prints_the_playback_url() {
    let world = World::new();
    let base = "https://x.playback.live-video.net/y.m3u8?a=b";
    let url = mint(&world, &["--url", base]).ok();
    let token = url.strip_prefix(&format!("{base}&token=")).unwrap();
    verify(&world, &[], token).ok();
    let answer = mint(&world, &["--url", base, "--json"]).json();
    let token = answer["playbackToken"]["token"].as_str().unwrap();
    assert_eq!(answer["playbackUrl"], format!("{base}&token={token}"));
    mint(&world, &["--url", "rtmps://x"])
        .fails(2, "error: --url: the URL begins with rtmps:, but must begin with https:// or http://\n");
    mint(&world, &["--url", "https://x.example/?token=y"])
        .fails(2, "error: --url: the URL already has a parameter `token`: give it without one\n");
}

#[test]
fn misuse_says_what_to_give() {
    let world = World::new();
    for (args, words) in [
        (
            &["--viewer-id", "ana", "--duration", "11m"][..],
            "error: the duration is 660 s (11 min): a playback token with a viewer ID or a single-use UUID lasts at most \
             600 s (10 min)\n",
        ),
        (
            &["--strict-origin"],
            "error: strict origin enforcement has no origins to enforce: give at least one\n",
        ),
        (
            &["--strict-origin", "--origin", "http://a,http://b,http://c,http://d,http://e,http://f"],
            "error: there are 6 origins: with strict origin enforcement at most 5 are allowed\n",
        ),
        (
            &["--viewer-session-version", "1"],
            "error: a session version belongs to a viewer: give the viewer ID too, or leave the version out\n",
        ),
        (
            &["--origin", "https://example.com/"],
            "error: invalid value 'https://example.com/' for '--origin <ORIGIN>': the origin \"https://example.com/\": it continues after the host: remove the `/` and everything after it\n",
        ),
        (
            &["--viewer-id", ""],
            "error: invalid value '' for '--viewer-id <TEXT>': the viewer ID is empty: give one, or leave it out\n",
        ),
        (
            &["--single-use-uuid", "x"],
            "error: invalid value 'x' for '--single-use-uuid <UUID>': \"x\" is not a UUID: a UUID is 32 hexadecimal digits",
        ),
        (
            &["--maximum-resolution", "4K"],
            "error: invalid value '4K' for '--maximum-resolution <NAME>': \"4K\" is not a maximum resolution: use SD, HD or FULL_HD\n",
        ),
        (&["--duration", "10"], "error: invalid value '10' for '--duration <DURATION>': 10 has no unit"),
        (
            &["--single-use", "--single-use-uuid", UUID],
            "error: the argument '--single-use' cannot be used with '--single-use-uuid <UUID>'",
        ),
    ] {
        mint(&world, args).fails(2, words);
    }
    world
        .run(&["mint", "playback", "--key", "private.pem"])
        .fails(2, "error: the following required arguments were not provided:\n  --channel-arn <ARN>");
    world.run(&["mint", "playback", "--channel-arn", CHANNEL]).fails(2, "error: there is no private key: ");
    world.run(&["mint", "playback", "--key", "private.pem", "--channel-arn", STAGE]).fails(
        2,
        &format!(
            "error: invalid value '{STAGE}' for '--channel-arn <ARN>': this is the ARN of a \"stage\", but the ARN of a \
             \"channel\" is expected\n"
        ),
    );
}

#[test]
fn refusals() {
    let world = World::new();
    let strict = mint(&world, &["--origin", "https://example.com", "--strict-origin"]).ok();
    verify(&world, &[], &strict).fails(
        1,
        "refused: TOKEN_INVALID: the token is good only for requests from certain origins, but this one names none",
    );
    let run = verify(&world, &["--origin", "https://evil.example", "--json"], &strict);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &json["error"]["reason"]), (1, &"ORIGIN_NOT_ALLOWED".into()));
    verify(&world, &["--origin", "https://example.com"], &strict).ok();

    let lenient = mint(&world, &["--origin", "https://example.com"]).ok();
    let said = verify(&world, &["--origin", "https://evil.example"], &lenient).ok();
    assert!(said.contains("  this origin  \"https://evil.example\": not allowed in a browser\n"), "{said}");
    let json = verify(&world, &["--origin", "https://evil.example", "--json"], &lenient).json();
    assert_eq!(json["originAllowed"], false);
    assert_eq!(verify(&world, &["--json"], &lenient).json().get("originAllowed"), None);
    verify(&world, &["--channel-arn", &CHANNEL.replace("abcd", "dcba")], &lenient)
        .fails(1, &format!("refused: TOKEN_INVALID: the token is for the channel {CHANNEL}, but "));

    // Another key, none for playback, and one of another home.
    world.write("other.pem", World::new().read("public.pem"));
    world
        .run_on(&["verify", "--public-key", "other.pem", "--kid", PLAYBACK_KID], &lenient)
        .fails(1, "refused: TOKEN_INVALID_SIGNATURE: the token names no key, and the playback key ");
    world.verify(&[], &lenient).fails(
        1,
        "refused: TOKEN_INVALID_SIGNATURE: this looks like a playback token, and no playback key was given: give ",
    );
    let foreign = PLAYBACK_KID.replace("us-west-2", "eu-west-1");
    world.run_on(&["verify", "--public-key", "public.pem", "--kid", &foreign], &lenient).fails(
        1,
        &format!(
            "refused: TOKEN_INVALID: the playback key {foreign} and the channel {CHANNEL} are in different"
        ),
    );
    // All keys are tried, and those of the other kind are at hand for their tokens.
    let all = [
        "--public-key",
        "other.pem",
        "--kid",
        &PLAYBACK_KID.replace("f99c", "0000"),
        "--public-key",
        "public.pem",
        "--kid",
        KID,
    ];
    verify(&world, &[&all[..], &["--kind", "playback"]].concat(), &lenient).ok();
    verify(&world, &all, &lenient)
        .fails(1, "refused: TOKEN_INVALID: this looks like a playback token, and without --kind ");
    verify(&world, &all, world.token_from(0).as_str()).ok();
    let variables = [("IVS_TOKEN_KID", PLAYBACK_KID)];
    world.write("token", &lenient);
    world.run_with(&["verify", "--public-key", "public.pem", "token"], &variables).ok();

    // What was asked for is what it has to be.
    verify(&world, &["--channel-arn", CHANNEL], world.token_from(0).as_str())
        .fails(
            1,
            "refused: TOKEN_INVALID: this looks like a participant token, and --channel-arn is for playback tokens: leave \
             it out, or give the right token\n",
        );
    verify(&world, &["--user-id", "ana", "--capability", "PUBLISH"], &lenient).fails(
        1,
        "refused: TOKEN_INVALID: this looks like a playback token, and --capability and --user-id are for participant \
         tokens: leave them out, or give the right token\n",
    );
    // A fault that has nothing to do with the kind is told as it is.
    verify(&world, &["--channel-arn", CHANNEL], "eyJhbGciOiJub25lIn0.e30.")
        .fails(1, "refused: TOKEN_INVALID: the header names the algorithm \"none\"");
    verify(&world, &["--user-id", "ana", "--origin", "https://x"], &lenient)
        .fails(2, "error: the argument '--user-id <TEXT>' cannot be used with '--origin <TEXT>'");
}

/// A playback token names no key, and nobody should have to look for an ARN to verify one.
#[test]
fn a_playback_key_needs_no_arn() {
    let world = World::new();
    let token = mint(&world, &["--viewer-id", "ana"]).ok();
    let verify =
        |more: &[&str]| world.run_on(&[&["verify", "--public-key", "public.pem"], more].concat(), &token);
    let said = verify(&[]).ok();
    assert!(said.starts_with("The playback token is good.\n"), "{said}");
    assert!(said.ends_with("  key              the public key that was given, without its ARN\n"), "{said}");
    let json = verify(&["--json", "--channel-arn", CHANNEL]).json();
    assert_eq!((&json["channelArn"], json.get("keyArn")), (&CHANNEL.into(), None));
    verify(&["--channel-arn", &CHANNEL.replace("abcd", "dcba")])
        .fails(1, &format!("refused: TOKEN_INVALID: the token is for the channel {CHANNEL}, but "));
    let public = world.read("public.pem");
    world.write("token", &token);
    world.run_with(&["verify", "token"], &[("IVS_TOKEN_PUBLIC_KEY", &public)]).ok();

    // Another key refuses it, and of several keys the right one is found.
    world.write("other.pem", World::new().read("public.pem"));
    world
        .run_on(&["verify", "--public-key", "other.pem"], &token)
        .fails(1, "refused: TOKEN_INVALID_SIGNATURE: ");
    world.run_on(&["verify", "--public-key", "other.pem", "--public-key", "public.pem"], &token).ok();

    // Other tokens name their key, and are not verified without its ARN.
    world.run_on(&["verify", "--public-key", "public.pem"], world.token_from(0).as_str()).fails(
        2,
        "error: 1 public key and 0 key ARNs were given: give a --kid (or IVS_TOKEN_KID) for each --public-key, in the same \
         order; only a playback token is verified without one",
    );
}
