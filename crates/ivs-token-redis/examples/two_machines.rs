//! Two gateways that share their revocations: what is revoked at one is refused at the other.
//!
//! `cargo run -p ivs-token-redis --example two_machines -- redis://127.0.0.1:6379/`

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use ivs_token::{DisconnectReason, PublicKeyArn, RevocationStore, SigningKey, Stage, Verifier};
use ivs_token_redis::{RedisStore, WhenAway};

#[allow(clippy::print_stdout, reason = "that is what it is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("give the URL of a Redis server")?;
    for line in run(&url)? {
        println!("{line}");
    }
    Ok(())
}

/// All of it; what it says, line by line.
pub(crate) fn run(url: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let key_arn: PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse()?;
    let key = SigningKey::generate()?.with_id(key_arn.clone());
    let stage =
        Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?, "https://w.example")?;
    let token = stage.participant().user_id("ana").mint(&key)?;

    // On each machine, once, when it starts. While Redis is away, nobody joins: that is the choice made here.
    let gateway = || -> Result<_, Box<dyn Error>> {
        let store =
            RedisStore::builder(url, WhenAway::Refuse).response_timeout(Duration::from_secs(1)).build()?;
        let store = Arc::new(store);
        store.ping()?;
        let public_key = key.verifying_key().clone();
        let verifier =
            Verifier::builder().key(key_arn.clone(), public_key).revocations(store.clone()).build()?;
        Ok((store, verifier))
    };
    let (store_here, here) = gateway()?;
    let (_, there) = gateway()?;

    let ask = |place: &str, verifier: &Verifier| match verifier.verify(token.as_str()) {
        Ok(who) => format!("{place:6} {} may join", who.user_id().unwrap_or("somebody")),
        Err(error) => format!("{place:6} {}: {error}", error.code()),
    };
    let mut said = vec![ask("here:", &here), ask("there:", &there)];
    let reason = DisconnectReason::try_from("left the event")?;
    store_here.disconnect_participant(stage.arn(), token.participant_id(), Some(reason))?;
    said.push(ask("there:", &there));
    Ok(said)
}
