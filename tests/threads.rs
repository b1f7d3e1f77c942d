//! One key and one verifier, used by many threads at once.

use std::collections::HashSet;
use std::thread;

use conformance::*;
use ivs_token::{
    ArnError, Attributes, Base64Error, Capabilities, Capability, ChannelArn, Check, ClaimError, ClaimsError,
    EndpointError, Expectations, HeaderError, InMemoryRevocations, Inspection, JsonError, KeyEntryError,
    KeyError, KeyName, KeyNameError, KeyPage, KeyRing, KeyRingError, KeySet, KeySetError, ListKeys,
    MalformedError, Member, MintError, Outcome, Part, Participant, ParticipantClaims, ParticipantId,
    PlaybackKeyArn, PublicKey, PublicKeyArn, RandomnessError, ResourceTags, SignError, SigningKey, Stage,
    StageArn, StageError, SystemClock, TagError, Tags, Timestamp, Token, TokenKind, UserId, VerifiedToken,
    Verifier, VerifierBuilder, VerifierError, VerifyError, VerifyingKey, Version,
};

const fn is_send_and_sync<T: Send + Sync + Unpin>() {}

macro_rules! assert_send_and_sync {
    ($($type:ty),* $(,)?) => { const _: () = { $(is_send_and_sync::<$type>();)* }; };
}

assert_send_and_sync!(
    ArnError,
    Attributes,
    Base64Error,
    Capabilities,
    Capability,
    ChannelArn,
    Check,
    ClaimError,
    ClaimsError,
    EndpointError,
    Expectations,
    HeaderError,
    InMemoryRevocations,
    Inspection,
    JsonError,
    KeyEntryError,
    KeyError,
    KeyName,
    KeyNameError,
    KeyPage,
    KeyRing,
    KeyRingError,
    KeySet,
    KeySetError,
    ListKeys,
    MalformedError,
    Member,
    MintError,
    Outcome,
    Part,
    Participant,
    ParticipantClaims,
    ParticipantId,
    PlaybackKeyArn,
    PublicKey,
    PublicKeyArn,
    RandomnessError,
    ResourceTags,
    SignError,
    SigningKey,
    Stage,
    StageArn,
    StageError,
    SystemClock,
    TagError,
    Tags,
    Timestamp,
    Token,
    TokenKind,
    UserId,
    VerifiedToken,
    Verifier,
    VerifierBuilder,
    VerifierError,
    VerifyError,
    VerifyingKey,
    Version,
    es384::SigningKey,
    es384::InvalidSignature,
);

const THREADS: usize = 8;
const TOKENS: usize = 50;

#[test]
fn eight_at_once() {
    let (key, stage) = (signing_key(), stage());
    let verifier =
        Verifier::builder().key(arn(KID), conformance::key().verifying_key().clone()).build().unwrap();
    let ids: Vec<ParticipantId> = thread::scope(|scope| {
        let work = |thread: usize| {
            let (key, stage, verifier) = (&key, &stage, &verifier);
            move || {
                let mut ids = Vec::new();
                for i in 0..TOKENS {
                    let user = format!("{thread}/{i}");
                    let token = stage.participant().user_id(user.as_str()).mint(key).unwrap();
                    let verified = verifier.verify(token.as_str()).unwrap();
                    assert_eq!(verified.claims(), token.claims());
                    assert_eq!(verified.user_id(), Some(user.as_str()));
                    ids.push(token.participant_id().clone());
                }
                ids
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(work(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ids.len(), THREADS * TOKENS);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
}

#[test]
fn a_batch_is_minted_in_order_with_ids_of_their_own() {
    let tokens = signing_key().mint_batch((0..100).map(|i| stage().participant().user_id(i.to_string())));
    let tokens: Vec<Token> = tokens.into_iter().map(Result::unwrap).collect();
    let verifier = Verifier::builder().key(arn(KID), key().verifying_key().clone()).build().unwrap();
    for (i, token) in tokens.iter().enumerate() {
        assert_eq!(verifier.verify(token.as_str()).unwrap().user_id(), Some(i.to_string().as_str()));
    }
    assert_eq!(tokens.iter().map(|token| token.participant_id()).collect::<HashSet<_>>().len(), 100);
    let mixed = signing_key().mint_batch([
        stage().participant(),
        stage().participant().user_id("x".repeat(129)),
        stage().participant(),
    ]);
    assert_eq!(mixed.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn clones_outlive_what_they_were_made_of() {
    let key = signing_key();
    let clones: Vec<_> = (0..THREADS).map(|_| key.clone()).collect();
    drop(key);
    let threads: Vec<_> = clones
        .into_iter()
        .map(|key| thread::spawn(move || participant().mint_at(&key, now()).unwrap()))
        .collect();
    for token in threads {
        assert!(verifier().verify(token.join().unwrap().as_str()).is_ok());
    }
}
