//! The verify cache: what it spares, and what it never does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use conformance::*;
use ivs_token::{
    Capability, Connection, Expectations, InMemoryRevocations, KeyRing, Revocation, RevocationStore, Revoked,
    StoreError, Subject, Timestamp, Verifier, VerifierBuilder, VerifyError,
};

/// A verifier on a clock and a ring that a test changes.
struct Scene {
    ring: KeyRing,
    secs: Arc<AtomicI64>,
}

impl Scene {
    fn new() -> Self {
        let ring = KeyRing::new();
        ring.import(arn(KID), key().verifying_key().clone()).unwrap();
        Self { ring, secs: Arc::new(AtomicI64::new(NOW)) }
    }

    fn clock(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let secs = Arc::clone(&self.secs);
        move || at(secs.load(Ordering::Relaxed))
    }

    fn set(&self, secs: i64) {
        self.secs.store(secs, Ordering::Relaxed);
    }

    fn builder(&self) -> VerifierBuilder {
        Verifier::builder().key_ring(&self.ring).clock(self.clock()).cache(100)
    }

    fn verifier(&self) -> Verifier {
        self.builder().build().unwrap()
    }
}

fn token(id: &str) -> String {
    participant().participant_id(id).mint_at(&signing_key(), now()).unwrap().into_string()
}

fn connection() -> String {
    Connection::new().mint_at(&signing_key(), now()).unwrap().into_string()
}

#[test]
fn a_hit_says_the_same() {
    let verifier = Scene::new().verifier();
    let token = good_token();
    assert_eq!(verifier.cached(), 0);
    let first = verifier.verify(&token).unwrap();
    assert_eq!(verifier.cached(), 1);
    assert_eq!(verifier.verify(&token).unwrap(), first);
    // Other kinds have caches of their own, and a token of one kind is none of another.
    let connection = connection();
    let first = verifier.verify_connection(&connection).unwrap();
    assert_eq!(verifier.verify_connection(&connection).unwrap(), first);
    assert_eq!(verifier.cached(), 2);
    assert_eq!(verifier.verify(&connection).unwrap_err().reason(), "WRONG_KIND");
    assert_eq!(verifier.verify_connection(&token).unwrap_err().reason(), "WRONG_KIND");
    let clone = verifier.clone();
    drop(clone.verify(&self::token("another")).unwrap());
    assert_eq!((verifier.cached(), clone.cached()), (3, 3), "clones share it");
    assert!(format!("{verifier:?}").contains("cached: 3"));
}

#[test]
fn what_is_nearly_the_same_misses() {
    let scene = Scene::new();
    let (verifier, without) = (scene.verifier(), scene.builder().cache(0).build().unwrap());
    let (token, other) = (token("one"), token("two"));
    assert!(verifier.verify(&token).is_ok());
    let [header, payload, signature] = parts(&token);
    let [.., other_payload, other_signature] = parts(&other);
    let swap = |i: usize| {
        let mut bytes = token.clone().into_bytes();
        bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let middle = token.len() / 2;
    let forged = [
        format!("{token}A"),
        format!("{token}="),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\0"),
        format!("{token}{}", "A".repeat(1 << 20)),
        token[..token.len() - 1].to_owned(),
        token.to_lowercase(),
        // The same header and payload, the same signature, the same first and last bytes.
        format!("{header}.{payload}.{other_signature}"),
        format!("{header}.{other_payload}.{signature}"),
        format!("{header}.{payload}.{}", &encode([7; 96])),
        format!("{}.{payload}.{signature}", encode(self::header() + " ")),
        swap(0),
        swap(middle),
        swap(token.len() - 2),
    ];
    for forged in &forged {
        let error = verifier.verify(forged).unwrap_err();
        assert_eq!(error, without.verify(forged).unwrap_err(), "{forged}");
        assert_eq!(verifier.verify(forged).unwrap_err(), error, "{forged}");
    }
    assert_eq!((verifier.cached(), without.cached()), (1, 0));
    assert!(verifier.verify(&token).is_ok());
}

#[test]
fn only_what_was_accepted_is_kept() {
    let scene = Scene::new();
    let store = Arc::new(InMemoryRevocations::with_clock(scene.clock()));
    let verifier = scene.builder().revocations(store.clone()).stage(stage().arn()).build().unwrap();
    store.disconnect_participant(stage().arn(), &"gone".parse().unwrap(), None).unwrap();
    let refused = [
        token("gone"),
        participant().mint_at(&signing_key(), at(NOW - 900)).unwrap().into_string(),
        participant().mint_at(&signing_key(), at(NOW + 61)).unwrap().into_string(),
        forge_with(attacker_key(), header(), payload()),
        forge(header(), payload_without("jti")),
        "nonsense".to_owned(),
        String::new(),
    ];
    let expected = Expectations::new().capability(Capability::Publish);
    for token in &refused {
        assert!(verifier.verify(token).is_err());
    }
    assert!(verifier.verify_batch(&refused).iter().all(Result::is_err));
    assert!(verifier.verify_expecting(&good_token(), &expected).is_err());
    assert_eq!(verifier.cached(), 0);
    let good = [good_token(), token("also")];
    assert!(verifier.verify_batch(&good).iter().all(Result::is_ok));
    assert_eq!(verifier.cached(), 2);
}

#[test]
fn it_holds_no_more_than_it_should() {
    for capacity in [1, 7, 600] {
        let verifier = Scene::new().builder().cache(capacity).build().unwrap();
        let tokens: Vec<String> = (0..capacity * 2 + 20).map(|i| token(&i.to_string())).collect();
        for token in &tokens {
            assert!(verifier.verify(token).is_ok());
        }
        assert!((1..=capacity).contains(&verifier.cached()), "{capacity}: {}", verifier.cached());
        assert!(tokens.iter().all(|token| verifier.verify(token).is_ok()));
    }
    let endless = Scene::new().builder().cache(usize::MAX).build().unwrap();
    assert!(endless.verify(&good_token()).is_ok());
    assert_eq!(endless.cached(), 1, "room is not taken before it is needed");
}

#[test]
fn the_time_is_looked_at_on_every_hit() {
    let scene = Scene::new();
    let verifier = scene.builder().expiry_leeway(Duration::from_secs(5)).build().unwrap();
    let token = good_token();
    assert!(verifier.verify(&token).is_ok());
    scene.set(NOW - 61);
    assert_eq!(
        verifier.verify(&token).unwrap_err(),
        VerifyError::IssuedInFuture { issued_at: now(), now: at(NOW - 61) }
    );
    scene.set(NOW + 904);
    assert!(verifier.verify(&token).is_ok());
    assert_eq!(verifier.cached(), 1);
    scene.set(NOW + 905);
    assert_eq!(
        verifier.verify(&token).unwrap_err(),
        VerifyError::Expired { expired_at: at(NOW + 900), now: at(NOW + 905) }
    );
    assert_eq!(verifier.cached(), 0, "and it is gone");
    scene.set(NOW);
    let payload = payload_with("nbf", &(NOW + 60).to_string());
    let not_before = forge(header(), payload);
    assert!(verifier.verify(&not_before).is_ok());
    scene.set(NOW - 1);
    assert_eq!(
        verifier.verify(&not_before).unwrap_err(),
        VerifyError::NotYetValid { not_before: at(NOW + 60), now: at(NOW - 1) }
    );
}

#[test]
fn what_has_expired_is_removed_by_others() {
    let scene = Scene::new();
    let verifier = scene.builder().cache(2000).build().unwrap();
    for i in 0..200 {
        assert!(verifier.verify(&token(&i.to_string())).is_ok());
    }
    let day = Duration::from_secs(24 * 3600);
    let lasting = participant().duration(day).mint_at(&signing_key(), now()).unwrap();
    let verify_often = || (0..20).for_each(|_| drop(verifier.verify(lasting.as_str()).unwrap()));
    scene.set(NOW + 899);
    verify_often();
    assert_eq!(verifier.cached(), 201);
    // Rounds of looking begin every ten seconds.
    scene.set(NOW + 910);
    verify_often();
    assert_eq!(verifier.cached(), 1);
}

#[test]
fn a_deleted_key_ends_its_tokens_and_empties_the_cache() {
    let scene = Scene::new();
    scene.ring.import(arn(OTHER_KID), other_key().verifying_key().clone()).unwrap();
    let verifier = scene.verifier();
    let others = participant().mint_at(&other_signing_key(), now()).unwrap();
    let tokens = [good_token(), others.into_string()];
    assert!(tokens.iter().all(|token| verifier.verify(token).is_ok()));
    assert_eq!(verifier.cached(), 2);
    scene.ring.import(arn(OTHER_REGION_KID), key().verifying_key().clone()).unwrap();
    assert!(verifier.verify(&tokens[1]).is_ok());
    assert_eq!(verifier.cached(), 2, "another key takes no trust away");
    scene.ring.delete(&arn(KID)).unwrap();
    assert!(verifier.verify(&tokens[1]).is_ok());
    assert_eq!(verifier.cached(), 1, "all are dropped, and the good one is back");
    let unknown = VerifyError::UnknownKey { kid: KID.into() };
    assert_eq!(verifier.verify(&tokens[0]).unwrap_err(), unknown);
    // Another key in its place did not sign the token.
    scene.ring.import(arn(KID), attacker_key().verifying_key().clone()).unwrap();
    assert_eq!(verifier.verify(&tokens[0]).unwrap_err(), VerifyError::Signature);
    scene.ring.delete(&arn(KID)).unwrap();
    scene.ring.import(arn(KID), key().verifying_key().clone()).unwrap();
    assert!(tokens.iter().all(|token| verifier.verify(token).is_ok()));
    assert_eq!(verifier.cached(), 2);
    assert_eq!(verifier.verify("nonsense").unwrap_err().code(), "TOKEN_INVALID");
    scene.ring.delete(&arn(KID)).unwrap();
    assert_eq!(verifier.verify("nonsense").unwrap_err().code(), "TOKEN_INVALID");
    assert_eq!(verifier.cached(), 0, "a token that is refused empties it too");
}

#[test]
fn a_retired_key_ends_its_tokens_when_its_time_comes() {
    let scene = Scene::new();
    let verifier = scene.verifier();
    let token = good_token();
    scene.ring.retire(&arn(KID), at(NOW + 10)).unwrap();
    drop(verifier.verify(&token).unwrap());
    scene.set(NOW + 9);
    drop(verifier.verify(&token).unwrap());
    assert_eq!(verifier.cached(), 1);
    // The ring has not changed since: it is the clock that ends it.
    scene.set(NOW + 10);
    let retired = VerifyError::RetiredKey { kid: KID.into(), retired_at: at(NOW + 10) };
    assert_eq!(verifier.verify(&token).unwrap_err(), retired);
    assert_eq!(verifier.cached(), 0);
}

#[test]
fn expectations_are_asked_on_every_hit() {
    let scene = Scene::new();
    let verifier = scene.verifier();
    let token = good_token();
    let stage_of = |id: &str| {
        let arn = format!("arn:aws:ivs:us-west-2:123456789012:stage/{id}");
        Expectations::new().stage(&arn.parse().unwrap())
    };
    for _ in 0..2 {
        assert!(verifier.verify_expecting(&token, &stage_of(STAGE_ID)).is_ok());
        assert_eq!(
            verifier.verify_expecting(&token, &stage_of("other")).unwrap_err().reason(),
            "WRONG_STAGE"
        );
        let publish = Expectations::new().capability(Capability::Publish);
        assert_eq!(
            verifier.verify_expecting(&token, &publish).unwrap_err().code(),
            "INSUFFICIENT_CAPABILITIES"
        );
        let bob = Expectations::new().user_id("bob");
        assert_eq!(verifier.verify_expecting(&token, &bob).unwrap_err().reason(), "WRONG_USER");
    }
}

/// Counts the questions, and fails when told to.
#[derive(Debug, Default)]
struct Counting {
    asked: AtomicUsize,
    away: AtomicBool,
}

impl RevocationStore for Counting {
    fn revoke_for(&self, _: &Revocation, _: Duration) -> Result<(), StoreError> {
        Ok(())
    }

    fn check(&self, _: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.away.load(Ordering::Relaxed) { Err(StoreError::new("away")) } else { Ok(Ok(())) }
    }
}

#[test]
fn the_store_is_asked_on_every_hit() {
    let scene = Scene::new();
    let store = Arc::new(Counting::default());
    let verifier = scene.builder().revocations(store.clone()).build().unwrap();
    let (token, connection) = (good_token(), connection());
    for _ in 0..3 {
        assert!(verifier.verify(&token).is_ok());
        assert!(verifier.verify_connection(&connection).is_ok());
        assert!(verifier.verify_batch(&[&token])[0].is_ok());
    }
    assert_eq!(store.asked.load(Ordering::Relaxed), 9);
    store.away.store(true, Ordering::Relaxed);
    assert_eq!(verifier.verify(&token).unwrap_err().code(), "REVOCATION_UNKNOWN");
    assert_eq!(verifier.verify_batch(&[&token])[0].as_ref().unwrap_err().code(), "REVOCATION_UNKNOWN");

    let store = Arc::new(InMemoryRevocations::with_clock(scene.clock()));
    let verifier = scene.builder().revocations(store.clone()).build().unwrap();
    assert!(verifier.verify(&token).is_ok());
    assert!(verifier.verify_connection(&connection).is_ok());
    assert_eq!(verifier.cached(), 2);
    store.delete_stage(stage().arn()).unwrap();
    assert_eq!(verifier.verify(&token).unwrap_err().code(), "STAGE_DELETED");
    let id = verifier.verify_connection(&connection).unwrap().token_id().clone();
    store.revoke_connection_token(&id).unwrap();
    assert_eq!(verifier.verify_connection(&connection).unwrap_err().code(), "CONNECTION_TOKEN_REVOKED");
}

/// Threads verify one token all the time, while its key comes and goes. Whoever begins after a deletion is refused.
#[test]
fn nothing_made_before_a_deletion_counts_after_it() {
    const THREADS: usize = 4;
    let scene = Scene::new();
    let verifier = scene.verifier();
    let token = good_token();
    // Odd while the key is certainly gone.
    let age = AtomicUsize::new(0);
    let (accepted, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let work = || {
            while !done.load(Ordering::SeqCst) {
                let before = age.load(Ordering::SeqCst);
                let answer = verifier.verify(&token);
                let after = age.load(Ordering::SeqCst);
                match answer {
                    Ok(_) if before == after && before % 2 == 1 => panic!("accepted after the deletion"),
                    Ok(_) => accepted.fetch_add(1, Ordering::SeqCst),
                    Err(VerifyError::UnknownKey { .. }) => refused.fetch_add(1, Ordering::SeqCst),
                    Err(error) => panic!("{error}"),
                };
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let one_more = |of: &AtomicUsize| {
            let before = of.load(Ordering::SeqCst);
            // One that has ended has panicked, as the join will tell.
            while of.load(Ordering::SeqCst) == before
                && !threads.iter().any(thread::ScopedJoinHandle::is_finished)
            {
                thread::yield_now();
            }
        };
        for _ in 0..300 {
            one_more(&accepted);
            scene.ring.delete(&arn(KID)).unwrap();
            age.fetch_add(1, Ordering::SeqCst);
            one_more(&refused);
            age.fetch_add(1, Ordering::SeqCst);
            scene.ring.import(arn(KID), key().verifying_key().clone()).unwrap();
        }
        scene.ring.delete(&arn(KID)).unwrap();
        done.store(true, Ordering::SeqCst);
        for thread in threads {
            thread.join().unwrap();
        }
    });
    assert!(verifier.verify(&token).is_err());
    assert_eq!(verifier.cached(), 0);
}
