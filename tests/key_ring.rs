//! The key ring: what the calls for public keys answer, who signs and who verifies until when, and what verifiers see
//! while it changes.

use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use conformance::*;
use ivs_token::{
    KeyName, KeyNameError, KeyPage, KeyRing, KeyRingError, ListKeys, PlaybackKeyArn, PublicKey, PublicKeyArn,
    SigningKey, TagError, Tags, Timestamp, Verifier, VerifierError, VerifyError, VerifyingKey,
};
use serde_json::json;

fn public() -> VerifyingKey {
    key().verifying_key().clone()
}

fn other_public() -> VerifyingKey {
    other_key().verifying_key().clone()
}

fn numbered(n: usize) -> PublicKeyArn {
    arn(&format!("arn:aws:ivs:us-west-2:123456789012:public-key/{n:04}"))
}

/// Holds [`key`] and [`other_key`] under their ARNs.
fn ring() -> KeyRing {
    let ring = KeyRing::new();
    ring.import(arn(KID), public()).unwrap();
    ring.import(arn(OTHER_KID), other_public()).unwrap();
    ring
}

fn verifier_of_ring(ring: &KeyRing, now: Timestamp) -> Verifier {
    Verifier::builder().key_ring(ring).clock(now).build().unwrap()
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::try_from_iter(pairs.iter().copied()).unwrap()
}

/// The error, that it changed nothing, and what it is called.
#[track_caller]
fn refused<T: std::fmt::Debug>(
    ring: &KeyRing,
    change: impl FnOnce(&KeyRing) -> Result<T, KeyRingError>,
) -> KeyRingError {
    let before = (ring.keys(), ring.signing_arn());
    let error = change(ring).unwrap_err();
    assert_eq!((ring.keys(), ring.signing_arn()), before, "{error}");
    error
}

#[test]
fn keys_come_and_go_under_the_verifiers_hands() {
    let ring = KeyRing::new();
    let verifier = verifier_of_ring(&ring, now());
    let token = good_token();
    let unknown = Err(VerifyError::UnknownKey { kid: KID.into() });
    let decide = || verifier.verify(&token).map(drop);
    assert_eq!(decide(), unknown);
    ring.import(arn(KID), public()).unwrap();
    assert_eq!(decide(), Ok(()));
    assert_eq!(ring.get(&arn(KID)).unwrap().key(), &public());
    // A clone is the same ring.
    ring.clone().delete(&arn(KID)).unwrap();
    assert_eq!(decide(), unknown);
    assert_eq!(ring.get(&arn(KID)), None);
    let error = refused(&ring, |ring| ring.delete(&arn(KID)));
    assert_eq!(error, KeyRingError::NotFound { arn: KID.into() });
    // A header that this library does not write finds the key too, and loses it too.
    let spaced = forge(format!(r#"{{ "kid":"{KID}", "alg":"ES384"}}"#), payload());
    assert_eq!(verifier.verify(&spaced).map(drop), unknown);
    ring.import(arn(KID), public()).unwrap();
    assert_eq!(verifier.verify(&spaced).map(drop), Ok(()));
}

#[test]
fn a_key_that_is_held_stays_as_it_is() {
    let ring = KeyRing::new();
    let named = PublicKey::new(arn(KID), public())
        .with_name("first".parse().unwrap())
        .with_tags(tags(&[("team", "live")]));
    ring.import_public_key(named.clone()).unwrap();
    ring.retire(&arn(KID), now()).unwrap();
    let before = ring.get(&arn(KID)).unwrap();
    assert_eq!((before.name(), before.tags()), (named.name(), named.tags()));
    ring.import(arn(KID), public()).unwrap();
    ring.import_public_key(named.with_name("second".parse().unwrap())).unwrap();
    assert_eq!(ring.get(&arn(KID)).unwrap(), before);
    let error = refused(&ring, |ring| ring.import(arn(KID), other_public()));
    assert_eq!(error, KeyRingError::AmbiguousArn { arn: KID.into() });
    // One key may have several ARNs.
    ring.import(arn(OTHER_ACCOUNT_KID), public()).unwrap();
    assert_eq!(ring.len(), 2);
}

#[test]
fn as_many_keys_as_the_limit_says() {
    let ring = KeyRing::new();
    assert!(ring.is_empty());
    assert_eq!((KeyRing::<PublicKeyArn>::DEFAULT_LIMIT, ring.limit()), (64, 64));
    for n in 0..64 {
        ring.import(numbered(n), public()).unwrap();
    }
    let full = KeyRingError::Full { limit: 64 };
    assert_eq!(refused(&ring, |ring| ring.import(numbered(64), public())), full);
    ring.import(numbered(63), public()).unwrap();
    let new = SigningKey::from(other_key().clone());
    assert_eq!(refused(&ring, |ring| ring.rotate(&numbered(64), new, now())), full);
    let keys = |range: std::ops::Range<usize>| range.map(|n| PublicKey::new(numbered(n), public()));
    assert_eq!(refused(&ring, |ring| ring.replace(keys(0..65))), full);
    ring.replace(keys(100..164)).unwrap();
    assert_eq!(ring.len(), 64);
    ring.delete(&numbered(100)).unwrap();
    ring.import(numbered(64), public()).unwrap();
    let small = KeyRing::with_limit(1);
    assert_eq!(refused(&small, |ring| ring.import_all(keys(0..2))), KeyRingError::Full { limit: 1 });
    small.import(numbered(0), public()).unwrap();
    let large = KeyRing::with_limit(65);
    large.import_all(keys(0..65)).unwrap();
    assert_eq!(large.len(), 65);
}

#[test]
fn names() {
    let long = "aZ09_-".repeat(22);
    for name in ["", "a", &long[..128]] {
        assert_eq!(name.parse::<KeyName>().unwrap().as_str(), name);
    }
    assert_eq!(KeyName::try_from(&long[..129]), Err(KeyNameError::TooLong { actual: 129, limit: 128 }));
    for (name, character, position) in [("a b", ' ', 1), ("é", 'é', 0), ("a\n", '\n', 1), ("a.b", '.', 1)] {
        assert_eq!(name.parse::<KeyName>(), Err(KeyNameError::Character { character, position }));
    }
    assert_eq!(serde_json::from_str::<KeyName>(r#""eu-1""#).unwrap(), "eu-1".parse().unwrap());
    assert!(serde_json::from_str::<KeyName>(r#""eu 1""#).is_err());
}

#[test]
fn tags_within_their_limits() {
    let mut tags = Tags::new();
    let (key, value) = ("😀".repeat(128), "é".repeat(256));
    tags.insert(&key, &value).unwrap();
    tags.insert("empty", "").unwrap();
    assert_eq!((tags.get(&key), tags.get("empty"), tags.get("none")), (Some(&*value), Some(""), None));
    assert_eq!(tags.insert("", "x"), Err(TagError::KeyEmpty));
    assert_eq!(tags.insert(&"x".repeat(129), ""), Err(TagError::KeyTooLong { actual: 129, limit: 128 }));
    let too_long = TagError::ValueTooLong { key: "k".into(), actual: 257, limit: 256 };
    assert_eq!(tags.insert("k", &"x".repeat(257)), Err(too_long));
    for key in ["aws:", "aws:x", "AWS:x", "Aws:cloudformation:stack-name"] {
        let reserved = Err(TagError::Reserved { key: key.into() });
        assert_eq!(tags.insert(key, ""), reserved);
        assert_eq!(tags.remove(key), reserved);
    }
    for key in ["aws", "awsx:", "my:aws:x", "aw:s", "äws:"] {
        tags.insert(key, "").unwrap();
        tags.remove(key).unwrap();
    }
    assert_eq!(tags.len(), 2);
    for n in 2..50 {
        tags.insert(&n.to_string(), "v").unwrap();
    }
    let too_many = TagError::TooMany { limit: 50 };
    assert_eq!(tags.insert("one more", ""), Err(too_many.clone()));
    tags.insert("49", "another value takes no room").unwrap();
    tags.remove("not there").unwrap();
    tags.remove("49").unwrap();
    tags.insert("one more", "").unwrap();
    assert_eq!((tags.len(), tags.get("one more"), tags.is_empty()), (50, Some(""), false));
    let pairs = (0..51).map(|n| (n.to_string(), ""));
    assert_eq!(Tags::try_from_iter(pairs), Err(too_many));
}

#[test]
fn a_key_is_tagged_all_or_nothing() {
    let ring = ring();
    ring.tag(&arn(KID), [("team", "live"), ("env", "test")]).unwrap();
    ring.tag(&arn(KID), [("env", "prod")]).unwrap();
    let answer = ring.tags(&arn(KID)).unwrap();
    assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"tags":{"env":"prod","team":"live"}}"#);
    assert_eq!(answer.get("env"), Some("prod"));
    let error = refused(&ring, |ring| ring.tag(&arn(KID), [("a", "1"), ("aws:b", "2")]));
    assert_eq!(error, TagError::Reserved { key: "aws:b".into() }.into());
    let error = refused(&ring, |ring| ring.untag(&arn(KID), ["env", "AWS:b"]));
    assert_eq!(error, TagError::Reserved { key: "AWS:b".into() }.into());
    ring.untag(&arn(KID), ["env", "not there"]).unwrap();
    assert_eq!(ring.get(&arn(KID)).unwrap().tags(), &tags(&[("team", "live")]));
    assert!(ring.tags(&arn(OTHER_KID)).unwrap().is_empty());
    let not_found = KeyRingError::NotFound { arn: UNKNOWN_KID.into() };
    assert_eq!(refused(&ring, |ring| ring.tag(&arn(UNKNOWN_KID), [("a", "b")])), not_found);
    assert_eq!(refused(&ring, |ring| ring.untag(&arn(UNKNOWN_KID), ["a"])), not_found);
    assert_eq!(ring.tags(&arn(UNKNOWN_KID)), Err(not_found));
    // Words about a key change nothing of what it verifies.
    ring.retire(&arn(KID), now()).unwrap();
    ring.tag(&arn(KID), [("a", "b")]).unwrap();
    assert_eq!(ring.get(&arn(KID)).unwrap().retired_at(), Some(now()));
}

#[test]
fn answers_have_the_shapes_of_the_api() {
    let ring = ring();
    ring.delete(&arn(OTHER_KID)).unwrap();
    let named = PublicKey::new(arn(OTHER_KID), other_public())
        .with_name("b".parse().unwrap())
        .with_tags(tags(&[("k", "v")]));
    ring.import_public_key(named).unwrap();
    assert_eq!(
        serde_json::to_value(&*ring.get(&arn(KID)).unwrap()).unwrap(),
        json!({"publicKey": {"arn": KID, "publicKeyMaterial": PUBLIC_PEM, "tags": {}}})
    );
    assert_eq!(
        serde_json::to_value(&*ring.get(&arn(OTHER_KID)).unwrap()).unwrap(),
        json!({"publicKey": {
            "arn": OTHER_KID, "name": "b", "publicKeyMaterial": other_public().to_spki_pem(), "tags": {"k": "v"},
        }})
    );
    let page = ring.list(&ListKeys::new().max_results(1)).unwrap();
    let next_token = page.next_token().unwrap();
    assert_eq!(
        serde_json::to_value(&page).unwrap(),
        json!({"publicKeys": [{"arn": OTHER_KID, "name": "b", "tags": {"k": "v"}}], "nextToken": next_token})
    );
    let last = ring.list(&ListKeys::new().next_token(next_token)).unwrap();
    assert_eq!(serde_json::to_value(&last).unwrap(), json!({"publicKeys": [{"arn": KID, "tags": {}}]}));
}

#[test]
fn pages_have_each_key_once_that_is_there_all_the_while() {
    let ring = KeyRing::with_limit(200);
    for n in (0..120).rev() {
        ring.import(numbered(n), public()).unwrap();
    }
    let arns = |page: &KeyPage| page.keys().iter().map(|key| key.arn().clone()).collect::<Vec<_>>();
    let list = |wanted: &ListKeys| ring.list(wanted).unwrap();
    assert_eq!(arns(&list(&ListKeys::new())), (0..50).map(numbered).collect::<Vec<_>>());
    let first = list(&ListKeys::new().max_results(40));
    assert_eq!(arns(&first), (0..40).map(numbered).collect::<Vec<_>>());
    let next = first.next_token().unwrap();
    assert!(next.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{next}");
    // The one that the page ended with, one before, one after, and new ones on both sides.
    for n in [39, 3, 41] {
        ring.delete(&numbered(n)).unwrap();
    }
    let new = arn("arn:aws:ivs:us-west-2:123456789012:public-key/0045a");
    ring.import(new.clone(), public()).unwrap();
    ring.import(arn("arn:aws:ivs:us-west-2:123456789012:public-key/0003a"), public()).unwrap();
    let second = list(&ListKeys::new().max_results(40).next_token(next));
    let mut expected: Vec<_> = (40..81).filter(|&n| n != 41).map(numbered).collect();
    expected.insert(5, new);
    assert_eq!(arns(&second), expected[..40]);
    let third = list(&ListKeys::new().next_token(second.next_token().unwrap()));
    assert_eq!(arns(&third), (80..120).map(numbered).collect::<Vec<_>>());
    assert_eq!(third.next_token(), None);
    // The same token gives the same page again.
    assert_eq!(list(&ListKeys::new().max_results(40).next_token(next)), second);
    // A page that ends with the last key is the last page.
    let two = KeyRing::new();
    two.import_all((0..2).map(|n| PublicKey::new(numbered(n), public()))).unwrap();
    assert_eq!(two.list(&ListKeys::new().max_results(2)).unwrap().next_token(), None);
    let empty = KeyRing::<PublicKeyArn>::new().list(&ListKeys::default()).unwrap();
    assert_eq!((empty.keys(), empty.next_token()), (&[][..], None));
}

#[test]
fn pages_that_can_not_be_had() {
    let ring = ring();
    for actual in [0, 51, usize::MAX] {
        let error = KeyRingError::MaxResults { actual, limit: 50 };
        assert_eq!(ring.list(&ListKeys::new().max_results(actual)), Err(error));
    }
    assert!(ring.list(&ListKeys::new().max_results(50)).is_ok());
    let good = ring.list(&ListKeys::new().max_results(1)).unwrap().next_token().unwrap().to_owned();
    let playback = encode(">arn:aws:ivs:us-west-2:123456789012:playback-key/x");
    for token in [
        "",
        "x",
        KID,
        &encode(KID),
        &encode(">"),
        &playback,
        &format!("{good}="),
        &good[1..],
        &encode(b">\xff"),
    ] {
        assert_eq!(ring.list(&ListKeys::new().next_token(token)), Err(KeyRingError::NextToken), "{token}");
    }
}

#[test]
fn a_retired_key_verifies_until_its_time() {
    let ring = ring();
    let token = good_token();
    let decide = |secs: i64| verifier_of_ring(&ring, at(NOW + secs)).verify(&token).map(drop);
    let refused_at = |retired_at| Err(VerifyError::RetiredKey { kid: KID.into(), retired_at });
    ring.retire(&arn(KID), at(NOW + 60)).unwrap();
    assert_eq!(ring.get(&arn(KID)).unwrap().retired_at(), Some(at(NOW + 60)));
    assert_eq!((decide(0), decide(59)), (Ok(()), Ok(())));
    assert_eq!(decide(60), refused_at(at(NOW + 60)));
    assert_eq!(decide(61), refused_at(at(NOW + 60)));
    // Later, earlier, and at a time long past.
    ring.retire(&arn(KID), at(NOW + 90)).unwrap();
    assert_eq!((decide(89), decide(90)), (Ok(()), refused_at(at(NOW + 90))));
    ring.retire(&arn(KID), at(NOW + 1)).unwrap();
    assert_eq!((decide(0), decide(1)), (Ok(()), refused_at(at(NOW + 1))));
    ring.retire(&arn(KID), Timestamp::MIN).unwrap();
    assert_eq!(decide(0), refused_at(Timestamp::MIN));
    // The other key is as it was.
    assert!(
        verifier_of_ring(&ring, now())
            .verify(&forge_with(other_key(), header_for(OTHER_KID), payload()))
            .is_ok()
    );
    ring.reinstate(&arn(KID)).unwrap();
    assert_eq!((decide(0), decide(61)), (Ok(()), Ok(())));
    assert_eq!(ring.get(&arn(KID)).unwrap().retired_at(), None);
    ring.reinstate(&arn(KID)).unwrap();
    let not_found = KeyRingError::NotFound { arn: UNKNOWN_KID.into() };
    assert_eq!(refused(&ring, |ring| ring.retire(&arn(UNKNOWN_KID), now())), not_found);
    assert_eq!(refused(&ring, |ring| ring.reinstate(&arn(UNKNOWN_KID))), not_found);
}

#[test]
fn the_key_that_signs_is_one_that_verifies() {
    let ring = ring();
    assert!(ring.signing_key().is_none());
    let unlabelled = SigningKey::from(key().clone());
    ring.sign_with(&arn(KID), unlabelled).unwrap();
    assert_eq!(ring.signing_arn(), Some(arn(KID)));
    let mint = || participant().mint_at(&ring.signing_key().unwrap(), now()).unwrap();
    let verifier = verifier_of_ring(&ring, now());
    assert_eq!(verifier.verify(mint().as_str()).unwrap().key_id(), &arn(KID));
    // Another key takes its place at once, and the first still verifies.
    let token = mint();
    ring.sign_with(&arn(OTHER_KID), other_signing_key()).unwrap();
    assert_eq!(verifier.verify(mint().as_str()).unwrap().key_id(), &arn(OTHER_KID));
    verifier.verify(token.as_str()).unwrap();

    let signs = KeyRingError::Signing { arn: OTHER_KID.into() };
    assert_eq!(refused(&ring, |ring| ring.retire(&arn(OTHER_KID), Timestamp::MAX)), signs);
    assert_eq!(refused(&ring, |ring| ring.delete(&arn(OTHER_KID))), signs);
    assert_eq!(refused(&ring, |ring| ring.replace([PublicKey::new(arn(KID), public())])), signs);
    assert_eq!(refused(&ring, |ring| ring.replace([])), signs);
    let impostor = PublicKey::new(arn(OTHER_KID), public());
    let mismatch = KeyRingError::SigningKeyMismatch { arn: OTHER_KID.into() };
    assert_eq!(refused(&ring, |ring| ring.replace([impostor])), mismatch);
    assert_eq!(refused(&ring, |ring| ring.sign_with(&arn(OTHER_KID), signing_key())), mismatch);
    let not_found = KeyRingError::NotFound { arn: UNKNOWN_KID.into() };
    assert_eq!(refused(&ring, |ring| ring.sign_with(&arn(UNKNOWN_KID), signing_key())), not_found);
    ring.retire(&arn(KID), at(NOW + 60)).unwrap();
    let retired = KeyRingError::Retired { arn: KID.into(), retired_at: at(NOW + 60) };
    assert_eq!(refused(&ring, |ring| ring.sign_with(&arn(KID), signing_key())), retired);
    assert_eq!(ring.signing_key().unwrap().id(), Some(&arn(OTHER_KID)));

    // The way out when a private key is known to others.
    ring.stop_signing();
    assert!(ring.signing_key().is_none() && ring.signing_arn().is_none());
    ring.delete(&arn(OTHER_KID)).unwrap();
    ring.reinstate(&arn(KID)).unwrap();
    ring.sign_with(&arn(KID), signing_key()).unwrap();
}

#[test]
fn a_key_signs_under_the_arn_that_it_is_marked_for() {
    let ring = ring();
    ring.import(arn(OTHER_ACCOUNT_KID), public()).unwrap();
    ring.sign_with(&arn(OTHER_ACCOUNT_KID), signing_key()).unwrap();
    assert_eq!(ring.signing_key().unwrap().id(), Some(&arn(OTHER_ACCOUNT_KID)));
    // The same key under another ARN is free to go.
    ring.delete(&arn(KID)).unwrap();
}

#[test]
fn rotation_without_a_gap() {
    let ring = KeyRing::new();
    let verifier = |secs: i64| verifier_of_ring(&ring, at(NOW + secs));
    let mint = || participant().mint_at(&ring.signing_key().unwrap(), now()).unwrap();
    // The first: nothing was marked before.
    assert_eq!(ring.rotate(&arn(KID), signing_key(), Timestamp::MIN), Ok(None));
    let old = mint();
    assert_eq!(ring.rotate(&arn(OTHER_KID), other_signing_key(), at(NOW + 900)), Ok(Some(arn(KID))));
    let new = mint();
    assert_eq!(verifier(0).verify(new.as_str()).unwrap().key_id(), &arn(OTHER_KID));
    assert_eq!(verifier(0).verify(old.as_str()).unwrap().key_id(), &arn(KID));
    // Each token of the old key is good until it expires by itself.
    assert!(verifier(899).verify(old.as_str()).is_ok());
    assert_eq!(ring.get(&arn(KID)).unwrap().retired_at(), Some(at(NOW + 900)));
    assert_eq!(ring.get(&arn(OTHER_KID)).unwrap().retired_at(), None);

    let again = KeyRingError::AlreadySigning { arn: OTHER_KID.into() };
    assert_eq!(refused(&ring, |ring| ring.rotate(&arn(OTHER_KID), other_signing_key(), now())), again);
    let back = KeyRingError::Retired { arn: KID.into(), retired_at: at(NOW + 900) };
    assert_eq!(refused(&ring, |ring| ring.rotate(&arn(KID), signing_key(), now())), back);
    ring.import(numbered(1), public()).unwrap();
    let mismatch = KeyRingError::SigningKeyMismatch { arn: numbered(1).to_string() };
    assert_eq!(refused(&ring, |ring| ring.rotate(&numbered(1), other_signing_key(), now())), mismatch);

    assert_eq!(ring.delete_retired(at(NOW + 899)), []);
    assert_eq!(ring.delete_retired(at(NOW + 900)), [arn(KID)]);
    assert_eq!(verifier(0).verify(old.as_str()), Err(VerifyError::UnknownKey { kid: KID.into() }));
    // A key that was imported before keeps its name.
    let named = PublicKey::new(numbered(2), public()).with_name("next".parse().unwrap());
    ring.import_public_key(named).unwrap();
    ring.rotate(&numbered(2), signing_key(), at(NOW + 900)).unwrap();
    assert_eq!(ring.get(&numbered(2)).unwrap().name(), Some(&"next".parse().unwrap()));
}

#[test]
fn what_is_replaced_keeps_its_retirement_and_nothing_else() {
    let ring = ring();
    ring.sign_with(&arn(OTHER_KID), other_signing_key()).unwrap();
    ring.retire(&arn(KID), at(NOW + 60)).unwrap();
    ring.tag(&arn(KID), [("old", "tag")]).unwrap();
    let signing = PublicKey::new(arn(OTHER_KID), other_public());
    let renamed = PublicKey::new(arn(KID), public()).with_name("new".parse().unwrap());
    ring.replace([renamed.clone(), signing.clone(), PublicKey::new(numbered(1), public())]).unwrap();
    let key = ring.get(&arn(KID)).unwrap();
    assert_eq!(
        (key.name(), key.tags(), key.retired_at()),
        (renamed.name(), &Tags::new(), Some(at(NOW + 60)))
    );
    assert_eq!((ring.len(), ring.signing_arn()), (3, Some(arn(OTHER_KID))));
    // Out of another ring, where it ends earlier or later: the earlier counts.
    for (elsewhere, expected) in [(NOW + 90, NOW + 60), (NOW + 30, NOW + 30), (NOW + 40, NOW + 30)] {
        let other = KeyRing::new();
        other.import(arn(KID), public()).unwrap();
        other.retire(&arn(KID), at(elsewhere)).unwrap();
        let ending = PublicKey::clone(&other.get(&arn(KID)).unwrap());
        ring.replace([ending, signing.clone()]).unwrap();
        assert_eq!(ring.get(&arn(KID)).unwrap().retired_at(), Some(at(expected)));
    }
    assert_eq!(ring.len(), 2);
    // Another key under the ARN is another key.
    let other = PublicKey::new(arn(KID), attacker_key().verifying_key().clone());
    ring.replace([other.clone(), signing.clone()]).unwrap();
    assert_eq!(*ring.get(&arn(KID)).unwrap(), other);
    assert_eq!(
        verifier_of_ring(&ring, now()).verify(&good_token()),
        Err(VerifyError::Signature),
        "the old key is gone"
    );
    let twice = [renamed, other, signing];
    assert_eq!(refused(&ring, |ring| ring.replace(twice)), KeyRingError::AmbiguousArn { arn: KID.into() });
}

#[test]
fn playback_keys_sign_without_a_name() {
    let ring: KeyRing<PlaybackKeyArn> = KeyRing::new();
    let arn: PlaybackKeyArn = "arn:aws:ivs:us-west-2:123456789012:playback-key/abc".parse().unwrap();
    ring.rotate(&arn, SigningKey::from(key().clone()), now()).unwrap();
    assert_eq!((ring.signing_arn(), ring.signing_key().unwrap().id()), (Some(arn.clone()), None));
    assert_eq!(ring.delete(&arn), Err(KeyRingError::Signing { arn: arn.to_string() }));
}

#[test]
fn single_keys_and_a_ring_do_not_mix() {
    let both = Verifier::builder().key(arn(KID), public()).key_ring(&ring()).build();
    assert_eq!(both.unwrap_err(), VerifierError::KeysAndRing);
}

#[test]
fn debug_shows_no_private_key() {
    let ring = ring();
    ring.sign_with(&arn(KID), signing_key()).unwrap();
    let said = format!("{ring:?}");
    assert!(said.contains(&format!("signing: Some(PublicKeyArn({KID}))")), "{said}");
    assert!(!said.contains("SigningKey"), "{said}");
}

/// One thread rotates and replaces as fast as it can, and the others must see every change whole.
#[test]
fn readers_see_the_ring_before_a_change_or_after_it() {
    const ROUNDS: usize = 500;
    let ring = KeyRing::new();
    // Two generations of keys, two keys each, and one key that is always there.
    let generation = |n: usize| [numbered(10 * n), numbered(10 * n + 1)];
    let constant = PublicKey::new(arn(KID), public());
    let set = |n: usize| {
        let keys = generation(n).map(|arn| PublicKey::new(arn, other_public()));
        keys.into_iter().chain([constant.clone()])
    };
    ring.replace(set(0)).unwrap();
    ring.sign_with(&arn(KID), signing_key()).unwrap();
    let (kept, by_turns) = (good_token(), participant());
    let of_first = by_turns.mint_at(&other_signing_key().with_id(numbered(0)), now()).unwrap();
    let (ended, seen) = (AtomicBool::new(false), AtomicU64::new(0));
    let start = Barrier::new(4);
    thread::scope(|scope| {
        let _writer = scope.spawn(|| {
            start.wait();
            for round in 1..=ROUNDS {
                ring.replace(set(round % 2)).unwrap();
                thread::yield_now();
            }
            // At least one reader saw something of it, however the threads were run.
            while seen.load(Ordering::Relaxed) == 0 {
                thread::yield_now();
            }
            ended.store(true, Ordering::Relaxed);
        });
        for _ in 0..2 {
            scope.spawn(|| {
                start.wait();
                let wholes: Vec<HashSet<PublicKeyArn>> =
                    (0..2).map(|n| set(n).map(|key| key.arn().clone()).collect()).collect();
                while !ended.load(Ordering::Relaxed) {
                    let held: HashSet<_> = ring.keys().iter().map(|key| key.arn().clone()).collect();
                    assert!(wholes.contains(&held), "half a change: {held:?}");
                    let page = ring.list(&ListKeys::new()).unwrap();
                    let held: HashSet<_> = page.keys().iter().map(|key| key.arn().clone()).collect();
                    assert!(wholes.contains(&held), "half a change: {held:?}");
                    assert_eq!(ring.len(), 3);
                    seen.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let _verifier = scope.spawn(|| {
            let verifier = verifier_of_ring(&ring, now());
            start.wait();
            while !ended.load(Ordering::Relaxed) {
                // The key that stays is there during each change.
                verifier.verify(&kept).unwrap();
                match verifier.verify(of_first.as_str()) {
                    Ok(_) | Err(VerifyError::UnknownKey { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
                // The key that signs is one that verifies.
                verifier
                    .verify(participant().mint_at(&ring.signing_key().unwrap(), now()).unwrap().as_str())
                    .unwrap();
            }
        });
    });
    ring.replace(set(1)).unwrap();
    let verifier = verifier_of_ring(&ring, now());
    assert_eq!(
        verifier.verify(of_first.as_str()),
        Err(VerifyError::UnknownKey { kid: numbered(0).to_string() })
    );
}

/// While keys rotate, each token verifies from the moment at which it can be minted.
#[test]
fn tokens_verify_while_keys_rotate() {
    let ring = KeyRing::new();
    ring.rotate(&numbered(0), SigningKey::from(key().clone()), now()).unwrap();
    let verifier = verifier_of_ring(&ring, now());
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let minters: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut signers = HashSet::new();
                    // Once at least, however the threads are run.
                    while signers.is_empty() || !ended.load(Ordering::Relaxed) {
                        let token = participant().mint_at(&ring.signing_key().unwrap(), now()).unwrap();
                        signers.insert(verifier.verify(token.as_str()).unwrap().key_id().clone());
                    }
                    signers.len()
                })
            })
            .collect();
        for n in 1..60 {
            let new = if n % 2 == 0 { key() } else { other_key() };
            ring.rotate(&numbered(n), SigningKey::from(new.clone()), at(NOW + 1)).unwrap();
            thread::sleep(std::time::Duration::from_millis(1));
        }
        ended.store(true, Ordering::Relaxed);
        for minter in minters {
            assert!(minter.join().unwrap() <= 60);
        }
    });
    assert_eq!(ring.delete_retired(at(NOW + 1)).len(), 59);
    assert_eq!(ring.len(), 1);
}

/// What a caller's own code does while it is asked for keys holds nobody up, and not itself.
#[test]
fn keys_are_collected_before_the_change() {
    let ring = ring();
    let copies = (0..3).map(|n| {
        ring.import(numbered(10 + n), public()).unwrap();
        PublicKey::new(numbered(n), ring.get(&arn(KID)).unwrap().key().clone())
    });
    ring.import_all(copies).unwrap();
    assert_eq!(ring.len(), 8);
    ring.replace(ring.keys().iter().map(|key| PublicKey::clone(key))).unwrap();
    ring.tag(&arn(KID), (0..2).map(|n| (n.to_string(), ring.len().to_string()))).unwrap();
    ring.untag(&arn(KID), (0..2).map(|n| (n - i32::from(ring.is_empty())).to_string())).unwrap();
    assert!(ring.tags(&arn(KID)).unwrap().is_empty());
}

/// No change is lost to another that is made at the same time.
#[test]
fn writers_wait_for_each_other() {
    let ring = KeyRing::with_limit(400);
    thread::scope(|scope| {
        for writer in 0..4 {
            let ring = &ring;
            scope.spawn(move || {
                for n in 0..100 {
                    ring.import(numbered(100 * writer + n), public()).unwrap();
                }
            });
        }
    });
    assert_eq!(ring.len(), 400);
}

#[test]
fn words() {
    let limit = 50;
    let (arn, retired_at) = ("ARN".to_owned(), now());
    for (error, code, text) in [
        (
            KeyRingError::NotFound { arn: arn.clone() },
            "KEY_NOT_FOUND",
            "the key ring holds no key ARN: import it first, or list what it holds",
        ),
        (
            KeyRingError::AmbiguousArn { arn: arn.clone() },
            "AMBIGUOUS_KEY",
            "the key ring already holds a different key under ARN: an ARN names one key, so delete the other one first if this one is right",
        ),
        (
            KeyRingError::Full { limit: 64 },
            "KEY_RING_FULL",
            "the key ring is full, with 64 keys: delete one, or create the ring with a higher limit",
        ),
        (
            KeyRingError::Signing { arn: arn.clone() },
            "KEY_SIGNS",
            "the key ARN is the one that signs: let another key sign first, or none",
        ),
        (
            KeyRingError::AlreadySigning { arn: arn.clone() },
            "KEY_SIGNS_ALREADY",
            "the key ARN already signs: rotate to a new key, under the ARN of that key",
        ),
        (
            KeyRingError::Retired { arn: arn.clone(), retired_at },
            "KEY_RETIRED",
            "the key ARN is retired at 2026-11-21T09:17:25Z, so it cannot sign: reinstate it, or use another key",
        ),
        (
            KeyRingError::SigningKeyMismatch { arn },
            "SIGNING_KEY_MISMATCH",
            "the private key does not belong to the public key that the key ring holds under ARN: what it signs would be \
             refused, so give the private key that belongs to this ARN",
        ),
        (
            KeyRingError::MaxResults { actual: 0, limit },
            "INVALID_MAX_RESULTS",
            "a page cannot have 0 keys: ask for 1 to 50",
        ),
        (
            KeyRingError::NextToken,
            "INVALID_NEXT_TOKEN",
            "this `nextToken` does not belong to this list: give it as the previous page returned it, or leave it out to start over",
        ),
        (
            KeyRingError::Tag(TagError::KeyEmpty),
            "INVALID_TAG_KEY",
            "a tag has an empty key: give each at least one character",
        ),
    ] {
        assert_eq!((error.code(), error.to_string().as_str()), (code, text));
    }
    let key = "k".to_owned();
    for (error, code, text) in [
        (
            TagError::KeyTooLong { actual: 129, limit: 128 },
            "INVALID_TAG_KEY",
            "a tag's key has 129 characters: at most 128 are allowed",
        ),
        (
            TagError::ValueTooLong { key: key.clone(), actual: 257, limit: 256 },
            "INVALID_TAG_VALUE",
            "the value of the tag \"k\" has 257 characters: at most 256 are allowed",
        ),
        (
            TagError::Reserved { key },
            "RESERVED_TAG",
            "the tag \"k\" begins with `aws:`, which AWS keeps for itself: only AWS sets and removes such tags",
        ),
        (
            TagError::TooMany { limit },
            "TOO_MANY_TAGS",
            "there are more than 50 tags, as many as a key may have: remove one first",
        ),
    ] {
        assert_eq!((error.code(), error.to_string().as_str()), (code, text));
    }
    for (error, text) in [
        (
            KeyNameError::TooLong { actual: 129, limit: 128 },
            "the key's name has 129 characters: at most 128 are allowed",
        ),
        (
            KeyNameError::Character { character: ' ', position: 1 },
            "the key's name holds ' ' at position 1: only A-Z, a-z, 0-9, `_` and `-` are allowed",
        ),
    ] {
        assert_eq!((error.code(), error.to_string().as_str()), ("INVALID_KEY_NAME", text));
    }
}
