//! `ivs-token verify --kind`: a token of one kind does not pass for one of another.

use ivs_token::{Connection, Playback, Verifier};

use crate::support::{KID, STAGE, World};

const PLAYBACK_KID: &str = "arn:aws:ivs:us-west-2:123456789012:playback-key/x";
const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";

/// A token of each kind, all of one key, good now.
fn tokens(world: &World) -> [(&'static str, String); 3] {
    let connection = Connection::new().mint(&world.signing_key()).unwrap().into_string();
    let playback = Playback::new(CHANNEL.parse().unwrap()).mint(&world.signing_key()).unwrap();
    [
        ("participant", world.token_from(0).into_string()),
        ("connection", connection),
        ("playback", playback.into_string()),
    ]
}

#[test]
fn each_kind_is_accepted_as_what_it_is() {
    let world = World::new();
    let both = ["--public-key", "public.pem", "--kid", PLAYBACK_KID];
    for (is, token) in tokens(&world) {
        for wanted in ["participant", "connection", "playback"] {
            let run = world.verify(&[&both[..], &["--kind", wanted, "--json"]].concat(), &token);
            if is == wanted {
                run.ok();
                continue;
            }
            let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!((run.code, &json["error"]["reason"]), (1, &"WRONG_KIND".into()), "{is} for {wanted}");
            world.verify(&[&both[..], &["--kind", wanted]].concat(), &token).fails(
                1,
                &format!(
                    "refused: TOKEN_INVALID: this looks like a {is} token, and --kind {wanted} is for {wanted} tokens: give the \
                     kind that you want, or the right token\n"
                ),
            );
        }
    }
}

#[test]
fn without_a_kind_a_participant_is_meant() {
    let world = World::new();
    let [(_, participant), (_, connection), (_, playback)] = tokens(&world);
    let both = ["--public-key", "public.pem", "--kid", PLAYBACK_KID];
    for more in [&[][..], &both] {
        world.verify(more, &participant).ok();
        world.verify(more, &connection).fails(
            1,
            "refused: TOKEN_INVALID: this looks like a connection token, and without --kind the command is for participant \
             tokens: give --kind connection to accept it\n",
        );
    }
    world.verify(&both, &playback).fails(
        1,
        "refused: TOKEN_INVALID: this looks like a playback token, and without --kind the command is for participant tokens: \
         give --kind playback to accept it\n",
    );
    // Keys that verify nothing else say which kind it is.
    world.run_on(&["verify", "--public-key", "public.pem", "--kid", PLAYBACK_KID], &playback).ok();
    world.run_on(&["verify", "--public-key", "public.pem"], &playback).ok();
    let variables = [("IVS_TOKEN_KID", PLAYBACK_KID)];
    world.write("playback", &playback);
    world.run_with(&["verify", "--public-key", "public.pem", "playback"], &variables).ok();
}

#[test]
fn wishes_that_contradict_each_other_are_told() {
    let world = World::new();
    let [(_, participant), (_, connection), _] = tokens(&world);
    world
        .verify(&["--kind", "connection", "--stage-arn", STAGE], &connection)
        .fails(2, "error: --stage-arn is for participant tokens, and --kind connection is not\n");
    world
        .verify(&["--kind", "participant", "--channel-arn", CHANNEL], &participant)
        .fails(2, "error: --channel-arn is for playback tokens, and --kind participant is not\n");
    world.verify(&["--kind", "participant", "--stage-arn", STAGE], &participant).ok();
    world.write("connection", &connection);
    // The variable is about participants, and not asked here.
    let args = ["verify", "--kind", "connection", "--public-key", "public.pem", "--kid", KID, "connection"];
    world.run_with(&args, &[("IVS_TOKEN_STAGE_ARN", STAGE)]).ok();
}

#[test]
fn a_connection_goes_to_a_server_on_this_machine_if_the_stage_says_so() {
    let world = World::new();
    let public = world.signing_key().verifying_key().clone();
    let verifier = Verifier::builder().key(KID.parse().unwrap(), public).build().unwrap();
    let events_url = |more: &[&str]| {
        let mint = ["mint", "connection", "--key", "private.pem", "--kid", KID];
        let token = world.run(&[&mint[..], more].concat()).ok();
        verifier.verify_connection(token.trim()).unwrap().events_url().to_owned()
    };
    let local =
        ["--stage-arn", STAGE, "--whip-url", "http://localhost:8788", "--events-url", "ws://localhost:8788"];
    assert_eq!(events_url(&local), "ws://localhost:8788");
    // A stage of the service has its own events URL, and the connection that of the service.
    let service = events_url(&[]);
    assert_eq!(events_url(&["--stage-json", "stage.json"]), service);
    world
        .run(&["mint", "connection", "--key", "private.pem", "--kid", KID, "--stage-arn", STAGE])
        .fails(2, "error: the stage's WHIP URL is not known");
}
