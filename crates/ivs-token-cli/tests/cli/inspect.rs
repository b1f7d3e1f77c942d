//! `ivs-token inspect`.

use serde_json::Value;

use crate::support::{World, stage};

#[test]
fn a_good_token() {
    let world = World::new();
    let token = world.token_from(0);
    let from_stdin = world.run_on(&["inspect"], token.as_str()).ok();
    assert!(from_stdin.starts_with("This is a participant token, signed with a key pair.\n\nheader\n"));
    assert!(from_stdin.contains("No problem found."));
    assert!(from_stdin.contains("\"ana\""));
    world.write("token", token.as_str());
    assert!(world.run(&["inspect", "token"]).ok().starts_with("This is a participant token"));
    assert!(world.run_on(&["inspect", "-"], token.as_str()).ok().starts_with("This is a participant token"));
    let json = world.run(&["inspect", "token", "--json"]).json();
    assert_eq!(json["kind"], "participant");
    assert!(json["checks"].as_array().unwrap().len() > 10);
}

#[test]
fn problems_are_told_and_end_with_one() {
    let world = World::new();
    let expired = world.token_from(-7200);
    let run = world.run_on(&["inspect"], expired.as_str());
    assert_eq!(run.code, 1);
    assert_eq!(run.stderr, "");
    assert!(run.stdout.contains("1 problem found:\n  - "), "{run:?}");
    let run = world.run_on(&["inspect", "--json"], expired.as_str());
    assert_eq!(run.code, 1);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(json["checks"].as_array().unwrap().iter().any(|check| check["outcome"] == "broken"));
    assert!(json["remainingSeconds"].as_i64().unwrap() < 0);
}

#[test]
fn whatever_is_pasted() {
    let world = World::new();
    let dots = ".".repeat(100_000);
    for paste in [&b""[..], b"hello", b"\xff\xfe\x00", b"a.b.c", b"...", b"{}", dots.as_bytes()] {
        let run = world.run_on(&["inspect"], paste);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.stdout.contains("found:\n"), "{run:?}");
    }
    // A private key is not repeated: `World` looks for that.
    let run = world.run(&["inspect", "private.pem"]);
    assert_eq!(run.code, 1);
    world.run(&["inspect", "none"]).fails(1, "error: none: ");
    let token = world.token_from(0);
    world
        .run(&["inspect", token.as_str()])
        .fails(2, "error: this is a token, but the name of a file is expected here");
}

#[test]
fn a_strangers_claims_do_not_reach_the_terminal() {
    let world = World::new();
    let participant = stage().participant().user_id("\u{1b}[31m\u{9b}2J\u{202e}");
    let token = participant.mint(&world.signing_key()).unwrap();
    for args in [&["inspect"][..], &["inspect", "--json"]] {
        let text = world.run_on(args, token.as_str()).ok();
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
    }
    for more in [&[][..], &["--json"]] {
        let text = world.verify(more, token.as_str()).ok();
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let world = World::new();
    world.write("token", "hello");
    let plain = world.run(&["inspect", "token"]);
    assert!(!plain.stdout.contains('\u{1b}'));
    let forced = world.run_with(&["inspect", "token"], &[("CLICOLOR_FORCE", "1")]);
    assert!(forced.stdout.contains("\u{1b}[31m"), "{forced:?}");
    assert_eq!(forced.stdout.lines().count(), plain.stdout.lines().count());
    let none = world.run_with(&["inspect", "token"], &[("CLICOLOR_FORCE", "0"), ("NO_COLOR", "1")]);
    assert_eq!(none.stdout, plain.stdout);
}
