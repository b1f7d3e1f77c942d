//! Ours with the same key, claims, times and signatures in each run, so that a count of instructions is the same, too.
//!
//! Only the nonces of what is minted differ: signing takes the same instructions for each of them. There is no clock here, which
//! valgrind would have to know.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use ivs_token::es384::Path;
use ivs_token::{Participant, PublicKeyArn, SigningKey, Stage, Timestamp, Verifier};
use p384::ecdsa::Signature;
use p384::ecdsa::signature::Signer as _;

/// It signs nothing but tests.
const KEY: &str = include_str!("../../../tests/data/test-only-private.pem");
/// 2026-11-21.
const NOW: i64 = 1_795_219_200;
/// How long a verification takes depends on the signature, so there are some.
const TOKENS: usize = 16;

/// Mints or verifies as many tokens as there are, and says how many and on which path.
pub(crate) fn run(what: &str) -> Result<(), Box<dyn Error>> {
    let arn: PublicKeyArn =
        "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a".parse()?;
    let stage = Stage::new(
        "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?,
        "https://453fdfd2ad24df.global-bm.whip.live-video.net",
    )?;
    let now = Timestamp::from_secs(NOW).ok_or("a time")?;
    let key = SigningKey::from_any(KEY.as_bytes(), None)?.with_id(arn.clone());
    match what {
        "mint" => {
            key.accelerate();
            let one = participant(&stage, 0);
            warm_and_counted(|_| {
                black_box(one.mint_text_at(&key, now).expect("a token"));
            });
        }
        "verify" => {
            let tokens = (0..TOKENS)
                .map(|i| token(participant(&stage, i), &arn, &key, now))
                .collect::<Result<Vec<_>, _>>()?;
            let verifier = Verifier::builder().key(arn, key.verifying_key().clone());
            let verifier = verifier.stage(stage.arn()).clock(now).build()?;
            warm_and_counted(|i| {
                black_box(verifier.verify(&tokens[i]).expect("a good token"));
            });
        }
        _ => return Err("bench-peers counted mint, or bench-peers counted verify".into()),
    }
    println!("{TOKENS} {:?}", Path::best());
    Ok(())
}

/// The first call makes tables that all others share, and is not counted.
fn warm_and_counted(call: impl Fn(usize)) {
    call(0);
    counted(&call);
}

/// What callgrind counts.
#[inline(never)]
fn counted(call: &impl Fn(usize)) {
    for i in 0..TOKENS {
        call(i);
    }
}

fn participant(stage: &Stage, i: usize) -> Participant {
    stage
        .participant()
        .participant_id(format!("participan{i:02}"))
        .user_id("2f3c1a9e-7b64-4c1d-9f0a-5d8e6b7a4c21")
        .attribute("displayName", "Ana Sofia Hernandez")
        .attribute("role", "presenter")
        .duration(Duration::from_secs(900))
}

/// Signed as RFC 6979 has it: always the same.
fn token(
    participant: Participant,
    arn: &PublicKeyArn,
    key: &SigningKey,
    now: Timestamp,
) -> Result<String, Box<dyn Error>> {
    let signer: p384::ecdsa::SigningKey = p384::SecretKey::from_sec1_pem(KEY)?.into();
    let unsigned = participant.unsigned_at(arn, now)?;
    let signature: Signature = signer.sign(unsigned.signing_input().as_bytes());
    Ok(unsigned.with_signature(signature.to_bytes(), key.verifying_key())?.into_string())
}
