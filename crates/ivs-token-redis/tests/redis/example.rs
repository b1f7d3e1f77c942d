//! The example runs, and does what it says; how long a check takes.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ivs_token::{PublicKeyArn, RevocationStore, SigningKey, SingleUse, Stage, Subject, Verifier, ViewerId};
use ivs_token_redis::{RedisStore, WhenAway};
use uuid::Uuid;

use crate::support::{Server, channel, stage};

#[path = "../../examples/two_machines.rs"]
#[allow(dead_code, unreachable_pub)]
mod two_machines;

#[test]
fn two_machines_agree() {
    let Some(server) = Server::start() else { return };
    let said = two_machines::run(&server.url()).unwrap();
    assert_eq!(said[0], "here:  ana may join");
    assert_eq!(said[1], "there: ana may join");
    assert!(said[2].starts_with("there: PARTICIPANT_DISCONNECTED: the participant "), "{}", said[2]);
}

/// What `docs/tasks/throw-out.md` shows in Rust, with a server of the test's own.
#[test]
fn the_fragment_of_the_guide() -> Result<(), Box<dyn Error>> {
    let Some(server) = Server::start() else { return Ok(()) };
    let url = server.url();
    let url = url.as_str();
    let key_arn: PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse()?;
    let key = SigningKey::generate()?.with_id(key_arn.clone());
    let public_key = key.verifying_key().clone();
    let stage =
        Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?, "https://w.example")?;
    let token = stage.participant().mint(&key)?;
    let participant_id = token.participant_id().clone();

    // As it is printed, from here.
    let store = Arc::new(RedisStore::builder(url, WhenAway::Refuse).build()?);
    let gate = Verifier::builder().key(key_arn, public_key).revocations(store.clone()).build()?;
    store.disconnect_participant(stage.arn(), &participant_id, None)?;
    // To here.

    assert_eq!(gate.verify(token.as_str()).unwrap_err().code(), "PARTICIPANT_DISCONNECTED");
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tasks/throw-out.md"))?;
    let (_, printed) = page.split_once("```rust,ignore\n").ok_or("the guide has no such fragment")?;
    let (printed, _) = printed.split_once("```").ok_or("a fragment without an end")?;
    let without_comments: String =
        printed.lines().map(|line| line.split(" //").next().unwrap_or_default()).collect();
    let code = |text: &str| text.split_whitespace().collect::<String>();
    let (_, here) = include_str!("example.rs").split_once("from here.").ok_or("no beginning")?;
    let (here, _) = here.split_once("// To here.").ok_or("no end")?;
    assert_eq!(code(here), code(&without_comments));
    Ok(())
}

/// `cargo test --release -p ivs-token-redis --test redis -- --ignored --nocapture how_long`
#[test]
#[ignore = "prints times, and asserts none"]
fn how_long_a_check_takes() {
    let Some(server) = Server::start_with(&["--unixsocket", "r.sock", "--appendonly", "no"]) else { return };
    let unix = format!("unix://{}", server.folder().join("r.sock").display());
    let (stage, channel, viewer) = (stage(), channel(), ViewerId::try_from("ana").unwrap());
    let (participant_id, token_id) = ("p".parse().unwrap(), "t".parse().unwrap());
    for (way, url) in [("TCP", server.url()), ("unix socket", unix)] {
        let store = crate::support::patient(&url).prefix(format!("{way}:")).build().unwrap();
        let mut next = 0;
        let mut once = || {
            next += 1;
            Some(SingleUse::new(Uuid::from_u128(next), Duration::from_secs(60)))
        };
        let time = |name: &str, check: &mut dyn FnMut()| {
            let mut median: Vec<_> = (0..20_000)
                .map(|_| {
                    let begun = Instant::now();
                    check();
                    begun.elapsed()
                })
                .collect();
            median.sort_unstable();
            println!("{way:12} {name:34} median {:6.1} µs", median[10_000].as_secs_f64() * 1e6);
        };
        let ask = |subject: Subject<'_>| assert_eq!(store.check(&subject).unwrap(), Ok(()));
        time("PING", &mut || store.ping().unwrap());
        time("participant", &mut || {
            ask(Subject::Participant { stage: &stage, participant_id: &participant_id });
        });
        time("connection", &mut || ask(Subject::Connection { token_id: &token_id }));
        let viewer = Some((&viewer, 1));
        time("viewer", &mut || ask(Subject::Playback { channel: &channel, viewer, single_use: None }));
        time("single use", &mut || {
            ask(Subject::Playback { channel: &channel, viewer: None, single_use: once() });
        });
        time("viewer and single use", &mut || {
            ask(Subject::Playback { channel: &channel, viewer, single_use: once() });
        });
        let many = vec![Subject::Participant { stage: &stage, participant_id: &participant_id }; 1000];
        let begun = Instant::now();
        (0..50).for_each(|_| assert_eq!(store.check_batch(&many).unwrap().len(), 1000));
        println!(
            "{way:12} {:34} each   {:6.2} µs",
            "participants, 1000 in a batch",
            begun.elapsed().as_secs_f64() * 20.0
        );
    }
}
