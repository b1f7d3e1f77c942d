//! Prepared keys of rings and verifiers: which are, how many, and until when; and accelerated keys that mint.

#![cfg_attr(not(feature = "engine"), allow(dead_code, unused_imports))]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;

use conformance::*;
use ivs_token::{
    Connection, KeyRing, Participant, Playback, PublicKey, PublicKeyArn, SigningKey, Timestamp, Token,
    Verifier, VerifyError, VerifyingKey,
};

/// What is used often enough to be worth a table.
const ENOUGH: usize = 64;

fn numbered(n: usize) -> PublicKeyArn {
    arn(&format!("arn:aws:ivs:us-west-2:123456789012:public-key/{n:04}"))
}

/// Keys of their own, under numbers from 0.
struct Keys {
    ring: KeyRing,
    verifier: Verifier,
    tokens: Vec<String>,
}

impl Keys {
    /// A ring of so many keys, of which so many may be prepared; and a good token of each.
    fn new(count: usize, limit: usize) -> Self {
        Self::with_ring(count, limit, KeyRing::with_limit(count))
    }

    fn with_ring(count: usize, limit: usize, ring: KeyRing) -> Self {
        ring.set_prepared_limit(limit);
        let keys: Vec<_> = (0..count)
            .map(|n| SigningKey::from(es384::SigningKey::generate().unwrap()).with_id(numbered(n)))
            .collect();
        ring.import_all(keys.iter().enumerate().map(|(n, key)| public(n, key))).unwrap();
        let verifier = Verifier::builder().key_ring(&ring).clock(now()).build().unwrap();
        let tokens =
            keys.iter().map(|key| participant().mint_at(key, now()).unwrap().into_string()).collect();
        Self { ring, verifier, tokens }
    }

    fn use_it(&self, key: usize) {
        self.verifier.verify(&self.tokens[key]).unwrap();
    }

    fn prepared(&self) -> Vec<usize> {
        (0..self.tokens.len()).filter(|n| self.ring.is_prepared(&numbered(*n))).collect()
    }
}

fn public(n: usize, key: &SigningKey) -> PublicKey {
    PublicKey::new(numbered(n), key.verifying_key().clone())
}

fn fresh() -> VerifyingKey {
    es384::SigningKey::generate().unwrap().verifying_key().clone()
}

#[cfg(feature = "engine")]
#[test]
fn keys_are_prepared_when_they_come_and_given_up_when_they_go() {
    let ring = KeyRing::new();
    assert_eq!(
        (ring.prepared_keys(), ring.prepared_limit()),
        (0, KeyRing::<PublicKeyArn>::DEFAULT_PREPARED_LIMIT)
    );
    let keys: Vec<_> = (0..4).map(|_| fresh()).collect();
    ring.import(numbered(0), keys[0].clone()).unwrap();
    assert!(ring.is_prepared(&numbered(0)) && !ring.is_prepared(&numbered(1)));
    let others = || (1..4).map(|n| PublicKey::new(numbered(n), keys[n].clone()));
    ring.import_all(others()).unwrap();
    assert_eq!(ring.prepared_keys(), 4);
    // The keys are somebody else's too, and are as they were.
    assert!(!keys.iter().any(VerifyingKey::is_prepared));
    assert!(!ring.get(&numbered(0)).unwrap().key().is_prepared());

    ring.delete(&numbered(0)).unwrap();
    assert_eq!(ring.prepared_keys(), 3);
    // Other words about a key are no other key.
    ring.tag(&numbered(1), [("team", "live")]).unwrap();
    ring.replace(others()).unwrap();
    assert_eq!(ring.prepared_keys(), 3);
    let long_from_now = Timestamp::now().saturating_add(std::time::Duration::from_secs(3600));
    ring.retire(&numbered(1), long_from_now).unwrap();
    assert!(ring.is_prepared(&numbered(1)), "it verifies until then");
    ring.retire(&numbered(2), Timestamp::now()).unwrap();
    assert!(!ring.is_prepared(&numbered(2)), "its time has come");
    ring.reinstate(&numbered(2)).unwrap();
    assert!(ring.is_prepared(&numbered(2)));
    ring.replace([PublicKey::new(numbered(1), fresh())]).unwrap();
    assert_eq!(ring.prepared_keys(), 1);
    ring.delete(&numbered(1)).unwrap();
    assert_eq!(ring.prepared_keys(), 0);
}

#[cfg(feature = "engine")]
#[test]
fn another_key_under_an_arn_is_another_key() {
    let ring = KeyRing::new();
    ring.import(arn(KID), fresh()).unwrap();
    ring.replace([PublicKey::new(arn(KID), key().verifying_key().unprepared())]).unwrap();
    let verifier = Verifier::builder().key_ring(&ring).clock(now()).build().unwrap();
    assert!(ring.is_prepared(&arn(KID)));
    assert_eq!(verifier.verify(&good_token()).map(drop), Ok(()));
    ring.replace([PublicKey::new(arn(KID), fresh())]).unwrap();
    assert!(ring.is_prepared(&arn(KID)));
    assert_eq!(verifier.verify(&good_token()).map(drop), Err(VerifyError::Signature));
}

#[cfg(feature = "engine")]
#[test]
fn no_more_are_prepared_than_may_be() {
    let keys = Keys::new(7, 3);
    assert_eq!(keys.prepared(), [0, 1, 2]);
    assert_eq!(keys.verifier.prepared_keys(), 3);
    for limit in [5, 1, 0, 7, 100] {
        keys.ring.set_prepared_limit(limit);
        assert_eq!(keys.ring.prepared_limit(), limit);
        assert_eq!(keys.ring.prepared_keys(), limit.min(7));
    }
    // What there is room for is prepared, the most used first.
    keys.ring.set_prepared_limit(0);
    (0..10).for_each(|_| keys.use_it(4));
    (0..20).for_each(|_| keys.use_it(6));
    keys.ring.set_prepared_limit(1);
    assert_eq!(keys.prepared(), [6]);
    keys.ring.set_prepared_limit(2);
    assert_eq!(keys.prepared(), [4, 6]);
    // And what is too much is given up, the least used first.
    keys.ring.set_prepared_limit(1);
    assert_eq!(keys.prepared(), [6]);
    // The room of one that is gone is that of another.
    keys.ring.delete(&numbered(6)).unwrap();
    assert_eq!(keys.prepared(), [4]);
}

#[cfg(feature = "engine")]
#[test]
fn with_a_limit_of_none_no_key_is_ever_prepared() {
    let keys = Keys::new(2, 0);
    for _ in 0..3 * ENOUGH {
        keys.use_it(0);
    }
    keys.ring.import(numbered(0), keys.ring.get(&numbered(0)).unwrap().key().clone()).unwrap();
    assert_eq!(keys.ring.prepared_keys(), 0);
}

#[cfg(feature = "engine")]
#[test]
fn a_key_in_much_use_takes_the_place_of_one_in_none() {
    let keys = Keys::new(4, 2);
    for _ in 0..ENOUGH - 1 {
        keys.use_it(0);
        keys.use_it(3);
    }
    assert_eq!(keys.prepared(), [0, 1]);
    keys.use_it(3);
    assert_eq!(keys.prepared(), [0, 3], "1 was not used at all");
    assert_eq!(keys.ring.prepared_keys(), 2);
}

/// However much it was used: the time alone takes its place from it, without a change of the ring.
#[cfg(feature = "engine")]
#[test]
fn a_key_whose_time_has_come_yields() {
    let time = Arc::new(AtomicI64::new(NOW));
    let clock = Arc::clone(&time);
    let ring = KeyRing::with_clock(2, move || at(clock.load(Ordering::Relaxed)));
    let keys = Keys::with_ring(2, 1, ring);
    (0..1000).for_each(|_| keys.use_it(0));
    keys.ring.retire(&numbered(0), at(NOW + 60)).unwrap();
    assert_eq!(keys.prepared(), [0]);
    time.store(NOW + 60, Ordering::Relaxed);
    (0..ENOUGH).for_each(|_| keys.use_it(1));
    assert_eq!(keys.prepared(), [1]);
}

#[cfg(feature = "engine")]
#[test]
fn keys_that_are_used_alike_leave_each_other_alone() {
    let keys = Keys::new(20, 4);
    for _ in 0..3 * ENOUGH {
        for key in 0..20 {
            keys.use_it(key);
        }
        assert_eq!(keys.prepared(), [0, 1, 2, 3]);
    }
}

#[cfg(feature = "engine")]
#[test]
fn what_was_long_ago_counts_less() {
    let keys = Keys::new(3, 1);
    (0..1000).for_each(|_| keys.use_it(0));
    let mut uses = 0;
    while keys.prepared() != [2] {
        keys.use_it(2);
        uses += 1;
    }
    // It is refused at 64 uses, since the other had as many, and at 96, since that was half as many.
    assert_eq!(uses, 2 * ENOUGH);
}

#[cfg(feature = "engine")]
#[test]
fn forged_tokens_have_no_say() {
    let keys = Keys::new(2, 1);
    let (signed, _) = split_signature(&keys.tokens[1]);
    let forged = sign_text(attacker_key(), signed);
    for _ in 0..3 * ENOUGH {
        assert_eq!(keys.verifier.verify(&forged).map(drop), Err(VerifyError::Signature));
        assert_eq!(keys.verifier.verify_batch(&[&forged])[0], Err(VerifyError::Signature));
    }
    assert_eq!(keys.prepared(), [0]);
}

#[cfg(feature = "engine")]
#[test]
fn tokens_of_a_batch_count_too() {
    let keys = Keys::new(2, 1);
    let tokens = vec![&keys.tokens[1]; ENOUGH];
    assert!(keys.verifier.verify_batch(&tokens).iter().all(Result::is_ok));
    assert_eq!(keys.prepared(), [1]);
}

#[cfg(feature = "engine")]
#[test]
fn keys_that_came_prepared_do_not_count() {
    let ring = KeyRing::new();
    ring.set_prepared_limit(1);
    let own = fresh();
    own.prepare();
    ring.import(numbered(0), own.clone()).unwrap();
    assert!(ring.is_prepared(&numbered(0)));
    assert_eq!(ring.prepared_keys(), 0);
    ring.import(numbered(1), fresh()).unwrap();
    assert_eq!(ring.prepared_keys(), 1);
    ring.set_prepared_limit(0);
    assert!(ring.is_prepared(&numbered(0)), "the ring did not prepare it, and does not give it up");
}

#[cfg(feature = "engine")]
#[test]
fn a_verifier_prepares_the_keys_that_it_is_given() {
    let builder = || Verifier::builder().key(numbered(0), fresh()).key(numbered(1), fresh());
    assert_eq!(builder().build().unwrap().prepared_keys(), 2);
    assert_eq!(builder().prepared_limit(1).build().unwrap().prepared_keys(), 1);
    assert_eq!(builder().prepared_limit(0).build().unwrap().prepared_keys(), 0);
    let playback = || "arn:aws:ivs:us-west-2:123456789012:playback-key/abc".parse().unwrap();
    let both = builder().playback_key(playback(), fresh()).prepared_limit(1).build().unwrap();
    assert_eq!(both.prepared_keys(), 2, "one of each kind");
    // A ring has its own limit.
    let ring = KeyRing::new();
    ring.import(numbered(0), fresh()).unwrap();
    let verifier = Verifier::builder().key_ring(&ring).prepared_limit(0).build().unwrap();
    assert_eq!((verifier.prepared_keys(), ring.prepared_limit()), (1, 64));
}

#[cfg(feature = "engine")]
#[test]
fn playback_keys_are_prepared_and_change_places_too() {
    let arn = |n: usize| format!("arn:aws:ivs:us-west-2:123456789012:playback-key/{n}").parse().unwrap();
    let keys: Vec<_> = (0..2).map(|_| SigningKey::generate().unwrap()).collect();
    let ring = KeyRing::new();
    ring.set_prepared_limit(1);
    for (n, key) in keys.iter().enumerate() {
        ring.import(arn(n), key.verifying_key().clone()).unwrap();
    }
    let verifier = Verifier::builder().playback_key_ring(&ring).clock(now()).build().unwrap();
    let channel = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh".parse().unwrap();
    let token = Playback::new(channel).mint_at(&keys[1], now()).unwrap();
    assert!(ring.is_prepared(&arn(0)));
    for _ in 0..ENOUGH {
        assert_eq!(verifier.verify_playback(token.as_str(), None).unwrap().key_id(), &arn(1));
    }
    assert!(ring.is_prepared(&arn(1)));
    assert_eq!(ring.prepared_keys(), 1);
}

/// While keys come, go and change places, each verification has its right answer.
#[cfg(feature = "engine")]
#[test]
fn readers_see_nothing_of_it() {
    let keys = Keys::new(6, 2);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        for reader in 0..3 {
            let (keys, ended) = (&keys, &ended);
            scope.spawn(move || {
                let mut i = reader;
                while !ended.load(Ordering::Relaxed) {
                    // By turns one key is used much.
                    let key = i / 150 % 5;
                    keys.use_it(key);
                    let (signed, _) = split_signature(&keys.tokens[key]);
                    let (_, other) = split_signature(&keys.tokens[(key + 1) % 6]);
                    let forged = format!("{signed}.{other}");
                    assert_eq!(keys.verifier.verify(&forged).map(drop), Err(VerifyError::Signature));
                    assert!(keys.ring.prepared_keys() <= 3);
                    i += 1;
                }
            });
        }
        for round in 0..60 {
            keys.ring.set_prepared_limit(round % 4);
            let last = keys.ring.get(&numbered(5)).unwrap();
            keys.ring.delete(&numbered(5)).unwrap();
            keys.ring.import_public_key(PublicKey::clone(&last)).unwrap();
        }
        ended.store(true, Ordering::Relaxed);
    });
    assert!(keys.ring.prepared_keys() <= 3);
}

#[cfg(feature = "engine")]
#[test]
fn an_accelerated_key_mints_everything() {
    let plain = signing_key();
    let key = SigningKey::from(es384::SigningKey::from_pem(PRIVATE_PEM).unwrap()).with_id(arn(KID));
    assert!(!key.is_accelerated());
    key.accelerate();
    assert!(key.is_accelerated());
    assert!(!plain.is_accelerated(), "another key, parsed from the same text");
    let clone = key.clone().with_id(arn(KID));
    assert_eq!(clone.is_accelerated(), key.is_accelerated());
    mints_everything(&key);
    for path in es384::Path::all() {
        let key = es384::SigningKey::from_pem(PRIVATE_PEM).unwrap();
        key.accelerate_on(path);
        mints_everything(&SigningKey::from(key).with_id(arn(KID)));
    }
}

fn mints_everything(key: &SigningKey) {
    let verifier = verifier();
    let people = |count: usize| -> Vec<Participant> {
        (0..count).map(|i| participant().participant_id(format!("p{i}")).user_id(format!("u{i}"))).collect()
    };
    let minted = |token: &Token| {
        assert_eq!(verifier.verify(token.as_str()).unwrap().claims(), token.claims());
    };
    minted(&participant().mint_at(key, now()).unwrap());
    verifier.verify(&participant().mint_text_at(key, now()).unwrap()).unwrap();
    let exchanged = verifier.verify(&good_token()).unwrap().exchange().mint_at(key, now()).unwrap();
    minted(&exchanged);
    verifier.verify_connection(Connection::new().mint_at(key, now()).unwrap().as_str()).unwrap();
    let playback_key = "arn:aws:ivs:us-west-2:123456789012:playback-key/abc".parse().unwrap();
    let channel = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh".parse().unwrap();
    let watch = Playback::new(channel).mint_at(key, now()).unwrap();
    let door = Verifier::builder().playback_key(playback_key, key.verifying_key().clone()).clock(now());
    door.build().unwrap().verify_playback(watch.as_str(), None).unwrap();
    let ring = KeyRing::new();
    ring.import(arn(KID), key.verifying_key().clone()).unwrap();
    ring.sign_with(&arn(KID), key.clone()).unwrap();
    let marked = ring.signing_key().unwrap();
    assert_eq!(marked.is_accelerated(), key.is_accelerated());
    for count in [0, 1, 2, 3, 8, 63, 64, 65, 130] {
        let tokens = marked.mint_batch_at(people(count), now());
        assert_eq!(tokens.len(), count);
        for (i, token) in tokens.into_iter().enumerate() {
            let token = token.unwrap();
            assert_eq!(token.user_id(), Some(format!("u{i}").as_str()), "in their order");
            minted(&token);
        }
    }
}

/// The calls are there, and change nothing.
#[cfg(not(feature = "engine"))]
#[test]
fn without_the_engine_nothing_is_prepared_and_nothing_accelerated() {
    let keys = Keys::new(2, 2);
    keys.ring.set_prepared_limit(5);
    assert_eq!(keys.ring.prepared_limit(), 5);
    (0..3 * ENOUGH).for_each(|_| keys.use_it(0));
    assert_eq!((keys.prepared(), keys.ring.prepared_keys(), keys.verifier.prepared_keys()), (vec![], 0, 0));
    let key = signing_key();
    key.accelerate();
    assert!(!key.is_accelerated());
    mints_everything(&key);
}

/// Each element of a batch is what minting alone would have answered, whether the key is accelerated or not.
#[test]
fn a_batch_fails_where_one_fails() {
    let accelerated = SigningKey::from(es384::SigningKey::from_pem(PRIVATE_PEM).unwrap()).with_id(arn(KID));
    accelerated.accelerate();
    let foreign = accelerated.clone().with_id(arn(OTHER_ACCOUNT_KID));
    let nameless = SigningKey::from(es384::SigningKey::from_pem(PRIVATE_PEM).unwrap());
    nameless.accelerate();
    let people = || -> Vec<Participant> {
        (0..150)
            .map(|i| match i % 7 {
                0 => participant().user_id("x".repeat(129)),
                3 => participant().participant_id("no spaces"),
                5 => participant().attribute("a", "x".repeat(1024)),
                _ => participant().participant_id(format!("p{i}")),
            })
            .collect()
    };
    for (key, now) in [
        (signing_key(), now()),
        (accelerated.clone(), now()),
        (foreign, now()),
        (nameless, now()),
        (accelerated, Timestamp::MAX),
    ] {
        let batch = key.mint_batch_at(people(), now);
        assert_eq!(batch.len(), 150);
        for (i, (batch, alone)) in batch.iter().zip(people()).enumerate() {
            let alone = alone.mint_at(&key, now);
            let claims = |token: &Result<Token, _>| token.clone().map(|token| token.claims().clone());
            assert_eq!(claims(batch), claims(&alone), "in place {i}");
        }
    }
}
