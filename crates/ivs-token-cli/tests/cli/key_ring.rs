//! `ivs-token verify --key-ring`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{KID, Run, World};

/// The ID of the key whose ARN is [`KID`].
const ID: &str = "f99cde61-c2b0";
const FOLDER: [&str; 6] = ["--key-ring", "keys", "--account", "123456789012", "--region", "us-west-2"];

fn verify(world: &World, args: &[&str], stdin: impl AsRef<[u8]>) -> Run {
    world.run_on(&[&["verify"], args].concat(), stdin)
}

fn answer(world: &World) -> Value {
    json!({"publicKey": {"arn": KID, "name": "x", "publicKeyMaterial": world.read("public.pem"), "tags": {}}})
}

fn jwks(world: &World) -> Value {
    let mut jwk: Value = serde_json::from_str(&world.key.verifying_key().to_jwk()).unwrap();
    jwk["kid"] = KID.into();
    json!({"keys": [{"kty": "RSA"}, jwk]})
}

#[test]
fn a_ring_is_known_by_its_content() {
    let world = World::new();
    let other = World::new();
    let token = world.token_from(0);
    let token = token.as_str();
    let mut second = answer(&other);
    second["publicKey"]["arn"] = KID.replace("f99c", "0000").into();
    for content in [
        answer(&world).to_string(),
        format!("{second:#}\n{:#}\n", answer(&world)),
        json!([second, answer(&world)]).to_string(),
        jwks(&world).to_string(),
    ] {
        world.write("keys.json", &content);
        let json = verify(&world, &["--key-ring", "keys.json", "--json"], token).json();
        assert_eq!(json, world.verified(token), "{content}");
        world.write("token", token);
        verify(&world, &["--key-ring", "-", "token"], &content).ok();
    }
    fs::create_dir(world.path("keys")).unwrap();
    world.write(&format!("keys/{ID}.pem"), world.read("public.pem"));
    world.write("keys/README", "These are keys.");
    verify(&world, &FOLDER, token).ok();
    // The flag wins over variables that name single keys.
    let variables = [("IVS_TOKEN_PUBLIC_KEY", "nonsense"), ("IVS_TOKEN_KID", "nonsense")];
    world.run_with(&["verify", "--key-ring", "keys.json", "token"], &variables).ok();

    world.write("keys.json", second.to_string());
    verify(&world, &["--key-ring", "keys.json"], token).fails(
        1,
        &format!("refused: TOKEN_INVALID: the token names the key {KID}, which this verifier does not hold"),
    );
}

#[test]
fn playback_keys_have_a_ring_of_their_own() {
    const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
    let world = World::new();
    let token = world.run(&["mint", "playback", "--key", "private.pem", "--channel-arn", CHANNEL]).ok();
    let playback_kid = KID.replace("public-key", "playback-key");
    world.write("keys.json", jwks(&world).to_string().replace(KID, &playback_kid));
    let good = |args: &[&str]| {
        assert!(verify(&world, args, &token).ok().starts_with("The playback token is good.\n"), "{args:?}");
    };
    good(&["--playback-key-ring", "keys.json"]);
    fs::create_dir(world.path("keys")).unwrap();
    world.write(&format!("keys/{ID}.pem"), world.read("public.pem"));
    let mut folder = FOLDER;
    folder[0] = "--playback-key-ring";
    good(&folder);
    // Both rings at once, each for its tokens.
    world.write("public.json", jwks(&world).to_string());
    good(&["--playback-key-ring", "keys.json", "--key-ring", "public.json", "--kind", "playback"]);
    verify(&world, &["--playback-key-ring", "keys.json", "--key-ring", "public.json"], &token).fails(
        1,
        "refused: TOKEN_INVALID: this looks like a playback token, and without --kind the command is for participant tokens: ",
    );
    verify(
        &world,
        &["--playback-key-ring", "keys.json", "--key-ring", "public.json"],
        world.token_from(0).as_str(),
    )
    .ok();
    // A ring of public keys has none for playback.
    verify(&world, &["--key-ring", "public.json"], &token).fails(
        1,
        "refused: TOKEN_INVALID_SIGNATURE: this looks like a playback token, and no playback key was given: give ",
    );
}

#[test]
fn more_keys_than_a_ring_holds_by_default() {
    let world = World::new();
    let mut keys = vec![answer(&world)];
    for n in 0..99 {
        let mut key = answer(&world);
        key["publicKey"]["arn"] = format!("{KID}-{n}").into();
        keys.push(key);
    }
    world.write("keys.json", Value::from(keys).to_string());
    verify(&world, &["--key-ring", "keys.json"], world.token_from(0).as_str()).ok();
}

#[test]
fn what_is_no_ring() {
    let world = World::new();
    let token = world.token_from(0);
    let file = |content: &str| {
        world.write("keys.json", content);
        verify(&world, &["--key-ring", "keys.json"], token.as_str())
    };
    file(r#"{"publicKeys": []}"#).fails(
        1,
        "error: NO_KEY_MATERIAL: keys.json: entry 1: it is what ListPublicKeys prints, which has no key material: call `aws \
         ivs-realtime get-public-key --arn ARN` for each key in it\n",
    );
    file(r#"{"keys": []}"#).fails(1, "error: NO_KEYS: keys.json: there is no key in it: ");
    file(&world.read("public.pem")).fails(
        1,
        "error: INVALID_KEY_SET: keys.json: this is one PEM key: give it with --public-key, and with --kid its ARN\n",
    );
    file("nonsense").fails(1, "error: INVALID_KEY_SET: keys.json: this is not JSON: ");
    file(&" ".repeat((4 << 20) + 1)).fails(
        1,
        "error: keys.json: more than 4194304 bytes, too many for a set of keys: check that this is what you meant\n",
    );
    let private = world.key.to_jwk().replacen('{', &format!(r#"{{"keys":[{{"kid":"{KID}","#), 1) + "]}";
    file(&private).fails(
        1,
        "error: KEY_PRIVATE_KEY_GIVEN: keys.json: entry 1 of `keys`: this is a private key: remove it",
    );
    verify(&world, &["--key-ring", "none.json"], "").fails(1, "error: none.json: ");

    fs::create_dir(world.path("keys")).unwrap();
    verify(&world, &FOLDER, "")
        .fails(1, "error: NO_KEYS: keys: there is no key in it: the folder must hold a file ");
    world.write("keys/mine.pem", world.read("private.pem"));
    let path = format!("keys{}mine.pem", std::path::MAIN_SEPARATOR);
    verify(&world, &FOLDER, "").fails(
        1,
        &format!(
            "error: KEY_PRIVATE_KEY_GIVEN: {path}: this is a private key: remove it; only public keys \
             verify\n"
        ),
    );
}

/// The key in what `get-public-key` prints is the only one there, and is taken.
#[test]
fn an_answer_of_the_api_is_a_key_and_a_stage_is_none() {
    let world = World::new();
    let token = world.token_from(0);
    let single = |content: &str| {
        world.write("key.json", content);
        verify(&world, &["--public-key", "key.json", "--kid", KID], token.as_str())
    };
    let whole = answer(&world);
    for content in [whole.to_string(), format!("{:#}\n", whole["publicKey"])] {
        single(&content).ok();
    }
    let run = single(&world.read("stage.json"));
    assert!(
        run.stderr.contains("key.json: this is a stage, not a public key: give the key's PEM, or "),
        "{run:?}"
    );
    assert!(!single("{}").stderr.contains("--key-ring"));
}

#[test]
fn flags_that_make_no_sense_together() {
    let world = World::new();
    world.write("keys.json", answer(&world).to_string());
    fs::create_dir(world.path("keys")).unwrap();
    for args in [&FOLDER[..2], &FOLDER[..4], &[FOLDER[0], FOLDER[1], FOLDER[4], FOLDER[5]]] {
        verify(&world, args, "").fails(
            2,
            "error: keys is a folder: give --account and --region too: with the names of the files they make the ARNs of \
             the keys\n",
        );
    }
    for more in [["--account", "1"], ["--region", "us-west-2"]] {
        let run = verify(&world, &[&["--key-ring", "keys.json"][..], &more].concat(), "");
        run.fails(
            2,
            "error: --account and --region are for a folder of PEM files, and no --key-ring is one: leave them out\n",
        );
        assert_eq!(verify(&world, &more, "").code, 2);
    }
    for more in [["--public-key", "public.pem"], ["--kid", KID]] {
        let run = verify(&world, &[&["--key-ring", "keys.json"][..], &more].concat(), "");
        run.fails(2, "error: the argument '--key-ring <PATH>' cannot be used with ");
    }
    verify(&world, &["--key-ring", "-"], "")
        .fails(2, "error: the token and --key-ring both read standard input");
}
