//! Tokens that name no key: what trying several costs, and what the holder of one of them can not do to the others.

use std::sync::Arc;

use conformance::*;
use ivs_token::{
    InMemoryRevocations, Playback, PlaybackKeyArn, RevocationStore, SigningKey, Uuid, Verifier,
    VerifierBuilder, VerifyError,
};

const HERE: &str = "arn:aws:ivs:us-west-2:123456789012";
const ELSEWHERE: &str = "arn:aws:ivs:us-west-2:210987654321";

fn kid(home: &str, id: &str) -> PlaybackKeyArn {
    format!("{home}:playback-key/{id}").parse().unwrap()
}

fn playback(home: &str, channel: &str) -> Playback {
    Playback::new(format!("{home}:channel/{channel}").parse().unwrap())
}

fn minted(playback: Playback, key: &es384::SigningKey) -> String {
    playback.mint_at(&SigningKey::from(key.clone()), now()).unwrap().into_string()
}

/// A verifier of so many keys, none of which is `key()`.
fn keys(count: usize) -> VerifierBuilder {
    let public = es384::SigningKey::generate().unwrap().verifying_key().clone();
    (0..count).fold(Verifier::builder().clock(now()), |builder, number| {
        builder.playback_key(kid(HERE, &number.to_string()), public.unprepared())
    })
}

/// How many messages were hashed meanwhile. Counted, where `es384` is built for tests.
fn hashes<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = es384::hashes();
    let done = work();
    (done, es384::hashes() - before)
}

#[test]
fn a_forged_token_is_hashed_once_however_many_keys_are_tried() {
    let forged = minted(playback(HERE, "A"), attacker_key());
    for (count, prepared) in [(1, 0), (40, 0), (40, 40)] {
        let verifier = keys(count).prepared_limit(prepared).build().unwrap();
        let (error, hashed) = hashes(|| verifier.verify_playback(&forged, None).unwrap_err());
        assert_eq!(error, VerifyError::NoKeyMatches { tried: count });
        // ring takes no digests: it hashes for each key that the engine has not prepared.
        let again = if es384::BACKEND == "ring" { count - verifier.prepared_keys() } else { 0 };
        assert_eq!(hashed, 1 + again as u64, "{count} keys, {} prepared", verifier.prepared_keys());
    }
    // And one that is good as well, wherever its key is found; a token that names its key is hashed as it always was.
    let good = minted(playback(HERE, "A"), key());
    let verifier = keys(40).playback_key(kid(HERE, "zzz"), key().verifying_key().unprepared());
    let (answer, hashed) =
        hashes(|| verifier.prepared_limit(0).build().unwrap().verify_playback(&good, None));
    answer.unwrap();
    assert!(hashed == 1 || es384::BACKEND == "ring", "{hashed}");
    let named = good_token();
    assert_eq!(hashes(|| verifier_at(now()).verify(&named).unwrap()).1, 1);
}

/// Two customers, each with a key pair and a channel in an account of its own, one verifier and one store.
#[test]
fn nobody_spends_the_tokens_of_another_channel() {
    let store: Arc<dyn RevocationStore> = Arc::new(InMemoryRevocations::new());
    let builder = Verifier::builder()
        .playback_key(kid(HERE, "a"), key().verifying_key().clone())
        .playback_key(kid(ELSEWHERE, "b"), other_key().verifying_key().clone())
        .revocations(store)
        .clock(now());
    let verifier = builder.build().unwrap();
    let once = |playback: Playback, key| minted(playback.single_use_uuid(Uuid::from_u128(7)), key);
    let verify = |token: &str| verifier.verify_playback(token, None);

    // The second signs what he may: his own channel, with the UUID of the first, which he has seen. It is spent for his channel.
    let of_b = once(playback(ELSEWHERE, "B"), other_key());
    assert!(verify(&of_b).is_ok());
    assert_eq!(verify(&of_b).unwrap_err().code(), "TOKEN_ALREADY_USED");
    // And what he may not: the channel of the first. It is refused before the store is asked.
    let stolen = once(playback(HERE, "A"), other_key());
    assert_eq!(verify(&stolen).unwrap_err().reason(), "FOREIGN_KEY");
    let forged = once(playback(HERE, "A"), attacker_key());
    assert_eq!(verify(&forged).unwrap_err(), VerifyError::NoKeyMatches { tried: 2 });

    let of_a = once(playback(HERE, "A"), key());
    assert!(verify(&of_a).is_ok(), "nobody has spent it");
    assert_eq!(verify(&of_a).unwrap_err().code(), "TOKEN_ALREADY_USED");
    // One channel of one account is another channel, too.
    assert!(verify(&once(playback(HERE, "A2"), key())).is_ok());
}
