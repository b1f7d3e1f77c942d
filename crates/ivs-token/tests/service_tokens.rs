//! Tokens of a service's own `CreateParticipantToken`: accepted from one given key, and never without being asked for.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use ivs_token::{
    Capability, InMemoryRevocations, ParticipantId, PublicKeyArn, RevocationStore, SigningKey, Stage,
    Timestamp, Token, Verifier, VerifyError,
};

const STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/x";

fn stage() -> Stage {
    Stage::with_endpoints(STAGE.parse().unwrap(), "http://localhost:8788", "ws://localhost:8788").unwrap()
}

fn arn(id: &str) -> PublicKeyArn {
    format!("arn:aws:ivs:us-west-2:123456789012:public-key/{id}").parse().unwrap()
}

fn minted(key: &SigningKey) -> Token {
    stage().participant().user_id("ana").mint_as_service_at(key, Timestamp::now()).unwrap()
}

#[test]
fn are_refused_unless_asked_for() {
    let key = SigningKey::generate().unwrap();
    let token = minted(&key);
    assert!(token.as_str().starts_with("eyJhbGciOiJLTVMiLCJ0eXAiOiJKV1QifQ."));
    // Not even a verifier that holds the key as a public key takes it.
    let plain = Verifier::builder().key(arn("a"), key.verifying_key().clone()).build().unwrap();
    assert_eq!(plain.verify(token.as_str()).unwrap_err(), VerifyError::IssuedByApi);
    let answers = plain.verify_batch(&[token.as_str()]);
    assert_eq!(answers[0].as_ref().unwrap_err(), &VerifyError::IssuedByApi);
}

/// As a service would mint them whose key is in a vault.
#[test]
fn can_be_signed_elsewhere() {
    let key = SigningKey::generate().unwrap();
    let now = Timestamp::now();
    let unsigned = stage().participant().user_id("ana").unsigned_as_service_at(now).unwrap();
    let signature = key.as_es384().sign(unsigned.signing_input().as_bytes()).unwrap();
    let token = unsigned.with_signature(signature, key.verifying_key()).unwrap();
    let builder = Verifier::builder().accept_service_tokens_of(arn("service"), key.verifying_key().clone());
    assert_eq!(builder.build().unwrap().verify(token.as_str()).unwrap().user_id(), Some("ana"));
}

#[test]
fn are_accepted_from_the_given_key_alone() {
    let [service, other] = [(), ()].map(|()| SigningKey::generate().unwrap());
    let verifier = Verifier::builder()
        .key(arn("other"), other.verifying_key().clone())
        .accept_service_tokens_of(arn("service"), service.verifying_key().clone())
        .cache(8)
        .build()
        .unwrap();
    let token = minted(&service);
    for _ in 0..2 {
        assert_eq!(verifier.verify(token.as_str()).unwrap().user_id(), Some("ana"));
    }
    let mut altered = token.as_str().to_owned();
    let place = altered.find('.').unwrap() + 9;
    let replacement = if altered.as_bytes()[place] == b'A' { "B" } else { "A" };
    altered.replace_range(place..=place, replacement);
    assert_eq!(verifier.verify(&altered).unwrap_err(), VerifyError::Signature);
    assert_eq!(verifier.verify(minted(&other).as_str()).unwrap_err(), VerifyError::Signature);
    // A key pair's tokens are as good as ever, and the service's key makes none of those.
    let pair = stage().participant().mint(&other.clone().with_id(arn("other"))).unwrap();
    assert!(verifier.verify(pair.as_str()).is_ok());
    let posing = stage().participant().mint(&service.clone().with_id(arn("service"))).unwrap();
    assert!(matches!(verifier.verify(posing.as_str()), Err(VerifyError::UnknownKey { .. })));
    let answers = verifier.verify_batch(&[token.as_str(), pair.as_str(), posing.as_str(), &altered]);
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!(verifier.verify_connection(token.as_str()).unwrap_err(), VerifyError::IssuedByApi);
    assert_eq!(verifier.verify_playback(token.as_str(), None).unwrap_err(), VerifyError::IssuedByApi);
}

#[test]
fn keep_every_other_rule() {
    let service = SigningKey::generate().unwrap();
    let revocations = Arc::new(InMemoryRevocations::new());
    let builder =
        Verifier::builder().accept_service_tokens_of(arn("service"), service.verifying_key().clone());
    let verifier = builder.clone().revocations(revocations.clone()).build().unwrap();
    let token = stage()
        .participant()
        .participant_id("p1")
        .capabilities(Capability::Subscribe)
        .mint_as_service_at(&service, Timestamp::now())
        .unwrap();
    assert!(verifier.verify(token.as_str()).is_ok());
    revocations.disconnect_participant(stage().arn(), &ParticipantId::try_from("p1").unwrap(), None).unwrap();
    assert!(matches!(verifier.verify(token.as_str()), Err(VerifyError::Revoked(_))));
    let publishers = builder.clone().capability(Capability::Publish).build().unwrap();
    assert!(publishers.verify(token.as_str()).is_err());
    // The key stands for one account and region.
    let elsewhere: PublicKeyArn = "arn:aws:ivs:us-west-2:999999999999:public-key/s".parse().unwrap();
    let foreign = Verifier::builder()
        .accept_service_tokens_of(elsewhere, service.verifying_key().clone())
        .build()
        .unwrap();
    assert!(foreign.verify(token.as_str()).is_err());
}
