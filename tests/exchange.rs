//! Token exchange: what stays, what may change, and what may not.

use std::sync::Arc;
use std::time::Duration;

use conformance::*;
use ivs_token::{
    Attributes, Capabilities, ClaimError, InMemoryRevocations, MintError, ParticipantClaims,
    ParticipantDuration, RevocationStore, Stage, Token, Verifier, VerifyError, Version, check_exchange,
};

fn old() -> Token {
    participant().mint_at(&signing_key(), now()).unwrap()
}

fn differing(new: &ParticipantClaims) -> Vec<&'static str> {
    match check_exchange(&old(), new) {
        Ok(()) => Vec::new(),
        Err(error) => error.claims,
    }
}

#[test]
fn what_is_not_changed_stays() {
    let old = old();
    let later = at(NOW + 600);
    let new = old.exchange().mint_at(&signing_key(), later).unwrap();
    assert_ne!(new.as_str(), old.as_str(), "the client ignores a token that is the same");
    let (mut before, mut after) = (payload_of(old.as_str()), payload_of(new.as_str()));
    for payload in [&mut before, &mut after] {
        let payload = payload.as_object_mut().unwrap();
        assert!(payload.remove("iat").is_some() && payload.remove("exp").is_some());
    }
    assert_eq!(before, after);
    assert_eq!((new.issued_at(), new.expires_at()), (later, old.expires_at()));
    check_exchange(&old, &new).unwrap();
}

/// Other rights are not quietly longer ones.
#[test]
fn the_end_stays_unless_a_duration_is_given() {
    let old = old();
    let end = old.expires_at().as_secs();
    let exchange = |now| old.exchange().capabilities(Capabilities::ALL).mint_at(&signing_key(), at(now));
    let last = exchange(end - 1).unwrap();
    assert_eq!((last.issued_at().as_secs(), last.expires_at().as_secs()), (end - 1, end));
    for late in [end, end + 5] {
        let error = exchange(late).unwrap_err();
        assert_eq!(error, MintError::OldTokenEnded { ended_at: at(end), now: at(late) });
        let given =
            old.exchange().duration(Duration::from_secs(60)).mint_at(&signing_key(), at(late)).unwrap();
        assert_eq!(given.expires_at().as_secs(), late + 60);
        // The first fault is told, as ever.
        let broken = old.exchange().user_id("x".repeat(129)).mint_at(&signing_key(), at(late)).unwrap_err();
        assert_eq!(broken.code(), "INVALID_USER_ID");
    }
    // The clock of whoever minted the old token may be ahead.
    let longest = stage().participant().duration(ParticipantDuration::MAX);
    let ahead = longest.mint_at(&signing_key(), at(NOW + 60)).unwrap();
    let new = ahead.exchange().mint_at(&signing_key(), now()).unwrap();
    assert_eq!(new.expires_at().as_secs(), NOW + 14 * 24 * 3600);
    assert!(verifier().verify(new.as_str()).is_ok());
}

#[test]
fn attributes_that_are_not_named_stay() {
    let seated =
        old().exchange().attributes(Attributes::try_from_iter([("a", "1"), ("b", "2"), ("c", "3")]).unwrap());
    let seated = seated.mint_at(&signing_key(), now()).unwrap();
    let new = seated
        .exchange()
        .attribute("a", "9")
        .without_attribute("b")
        .without_attribute("nobody has it")
        .mint_at(&signing_key(), now())
        .unwrap();
    assert_eq!(new.attributes().iter().collect::<Vec<_>>(), [("a", "9"), ("c", "3")]);
    // What is removed makes room.
    let full = Attributes::try_from_iter([("old", "x".repeat(1021))]).unwrap();
    let full = seated.exchange().attributes(full).mint_at(&signing_key(), now()).unwrap();
    let new = full.exchange().without_attribute("old").attribute("new", "y".repeat(1021));
    assert_eq!(new.mint_at(&signing_key(), now()).unwrap().attributes().size(), 1024);
}

#[test]
fn four_things_may_change() {
    let changed = old()
        .exchange()
        .user_id("somebody else")
        .attributes(Attributes::try_from_iter([("a", "1")]).unwrap())
        .attribute("b", "2")
        .capabilities(Capabilities::SUBSCRIBE)
        .duration(Duration::from_secs(60))
        .mint_at(&other_signing_key(), at(NOW + 5))
        .unwrap();
    assert_eq!(differing(&changed), [""; 0]);
    let who = verifier_at(at(NOW + 6)).verify(changed.as_str()).unwrap();
    assert_eq!(who.user_id(), Some("somebody else"));
    assert_eq!(who.attributes().iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    assert_eq!(who.capabilities(), Capabilities::SUBSCRIBE);
    assert_eq!(who.expires_at(), at(NOW + 65));
    assert_eq!(who.participant_id(), old().participant_id());
}

#[test]
fn from_a_text_that_is_verified_first() {
    let who = verifier().verify(old().as_str()).unwrap();
    let new = who.exchange().capabilities(Capabilities::ALL).mint_at(&signing_key(), now()).unwrap();
    assert_eq!(differing(&new), [""; 0]);
    let of_api = format!("{}.{}.AAAA", encode(r#"{"alg":"KMS","typ":"JWT"}"#), encode(payload()));
    assert_eq!(verifier().exchange(&of_api).unwrap_err(), VerifyError::IssuedByApi);
    let new = verifier().exchange(old().as_str()).unwrap().mint_at(&signing_key(), now()).unwrap();
    assert_eq!(differing(&new), [""; 0]);
}

/// Else the new token would outlive what is remembered of the old one.
#[test]
fn who_was_disconnected_gets_none() {
    let store = Arc::new(InMemoryRevocations::with_clock(now()));
    let builder = Verifier::builder().key(arn(KID), key().verifying_key().clone()).clock(now());
    let verifier = builder.revocations(store.clone()).build().unwrap();
    assert!(verifier.exchange(old().as_str()).is_ok());
    store.disconnect_participant(stage().arn(), old().participant_id(), None).unwrap();
    assert_eq!(verifier.exchange(old().as_str()).unwrap_err().code(), "PARTICIPANT_DISCONNECTED");
}

#[test]
fn everything_else_is_named_all_at_once() {
    let mint = |stage: Stage, id: &str, version: &str| {
        let participant = stage.participant().participant_id(id).version(version.parse::<Version>().unwrap());
        participant.mint_at(&signing_key(), now()).unwrap()
    };
    let old = old();
    let (id, version) = (old.participant_id().as_str(), old.version().to_string());
    let same = |stage| differing(&mint(stage, id, &version));
    let stage_of = |arn: &str, whip: &str, events: &str| {
        Stage::with_endpoints(arn.parse().unwrap(), whip, events).unwrap()
    };
    assert_eq!(same(stage()), [""; 0]);
    assert_eq!(same(stage_of(&STAGE_ARN.replace("MlQ", "MlR"), WHIP_URL, EVENTS_URL)), ["resource", "topic"]);
    assert_eq!(same(stage_of(STAGE_ARN, "https://other.example", EVENTS_URL)), ["whip_url"]);
    assert_eq!(same(stage_of(STAGE_ARN, WHIP_URL, "wss://other.example")), ["events_url"]);
    assert_eq!(differing(&mint(stage(), "another", &version)), ["jti"]);
    assert_eq!(differing(&mint(stage(), id, "1.1")), ["version"]);
    let other = stage_of(&STAGE_ARN.replace("MlQ", "MlR"), "https://a.example", "wss://b.example");
    let error = check_exchange(&old, &mint(other, "another", "0.0")).unwrap_err();
    assert_eq!(error.claims, ["jti", "resource", "topic", "whip_url", "events_url", "version"]);
    assert_eq!(error.code(), "INVALID_EXCHANGE");
    assert_eq!(
        check_exchange(&old, &mint(stage(), "another", "1.1")).unwrap_err().to_string(),
        "the tokens differ in `jti`, `version`, which must be the same in an exchange: mint the new token by \
         exchanging the old one"
    );
}

#[test]
fn limits_hold_in_an_exchange_too() {
    let limit = ClaimError::TextTooLong { field: "userId", actual: 129, limit: 128 };
    let broken = old().exchange().user_id("x".repeat(129));
    assert_eq!(broken.check(), Err(limit.clone()));
    assert_eq!(broken.mint(&signing_key()).unwrap_err(), limit.into());
    let full = old().exchange().attribute("more", "x".repeat(1024)).check().unwrap_err();
    assert_eq!(full.code(), "INVALID_ATTRIBUTES");
    assert_eq!(old().exchange().duration(Duration::ZERO).check().unwrap_err().code(), "INVALID_DURATION");
}
