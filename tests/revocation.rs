//! Revocation: what a store remembers and for how long, and what a verifier with a store refuses.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use conformance::*;
use ivs_token::{
    Capability, ChannelArn, Connection, DisconnectReason, Expectations, InMemoryRevocations, KeyRing,
    Revocation, RevocationStore, Revoked, SingleUse, StageArn, StoreError, Subject, Timestamp, Token,
    TokenId, Verifier, VerifierBuilder, VerifierError, VerifyError, ViewerId,
};
use proptest::prelude::*;
use uuid::Uuid;

const DAY: i64 = 24 * 3600;
const HOUR: i64 = 3600;

/// A clock that a test moves.
#[derive(Clone, Debug)]
struct Moving(Arc<AtomicI64>);

impl Moving {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW)))
    }

    fn set(&self, secs: i64) {
        self.0.store(secs, Ordering::Relaxed);
    }

    fn clock(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let secs = Arc::clone(&self.0);
        move || at(secs.load(Ordering::Relaxed))
    }

    fn store(&self) -> Arc<InMemoryRevocations> {
        Arc::new(InMemoryRevocations::with_clock(self.clock()))
    }

    fn verifier(&self, store: Arc<dyn RevocationStore>) -> VerifierBuilder {
        Verifier::builder()
            .key(arn(KID), key().verifying_key().clone())
            .clock(self.clock())
            .revocations(store)
    }
}

fn connection() -> Token<ivs_token::ConnectionClaims> {
    let day = Duration::from_secs(DAY.unsigned_abs());
    Connection::new().token_id("c-1").duration(day).mint_at(&signing_key(), now()).unwrap()
}

fn other_stage() -> StageArn {
    "arn:aws:ivs:us-west-2:123456789012:stage/other".parse().unwrap()
}

fn channel() -> ChannelArn {
    "arn:aws:ivs:us-west-2:123456789012:channel/abc".parse().unwrap()
}

fn viewer(name: &str) -> ViewerId {
    ViewerId::try_from(name).unwrap()
}

fn token_id(id: &str) -> TokenId {
    id.parse().unwrap()
}

fn secs(secs: i64) -> Duration {
    Duration::from_secs(secs.unsigned_abs())
}

#[test]
fn a_disconnected_participant_stays_out() {
    let moving = Moving::new();
    let store = moving.store();
    let verifier = moving.verifier(store.clone()).build().unwrap();
    let token = participant().mint_at(&signing_key(), now()).unwrap();
    let id = token.participant_id();
    assert!(verifier.verify(token.as_str()).is_ok());
    store.disconnect_participant(&other_stage(), id, None).unwrap();
    assert!(verifier.verify(token.as_str()).is_ok(), "on another stage");
    store.disconnect_participant(stage().arn(), &"someone-else".parse().unwrap(), None).unwrap();
    assert!(verifier.verify(token.as_str()).is_ok(), "another participant");
    store.disconnect_participant(stage().arn(), id, None).unwrap();
    let error = verifier.verify(token.as_str()).unwrap_err();
    assert_eq!(
        error,
        VerifyError::Revoked(Revoked::ParticipantDisconnected { participant_id: id.clone(), reason: None })
    );
    assert_eq!((error.code(), error.reason()), ("PARTICIPANT_DISCONNECTED", "PARTICIPANT_DISCONNECTED"));
    assert_eq!(
        error.to_string(),
        "the participant pQ7x_-0123456789abcdefAB was disconnected from its stage: only a token with a new participant ID can join again"
    );
    // Said again with a reason, and again without: the reason stays.
    let reason = DisconnectReason::try_from("spam\n").unwrap();
    store.disconnect_participant(stage().arn(), id, Some(reason.clone())).unwrap();
    store.disconnect_participant(stage().arn(), id, None).unwrap();
    let error = verifier.verify(token.as_str()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the participant pQ7x_-0123456789abcdefAB was disconnected from its stage (\"spam\\n\"): only a token with a new participant ID can join again"
    );
    let other = DisconnectReason::try_from("other").unwrap();
    store.disconnect_participant(stage().arn(), id, Some(other.clone())).unwrap();
    let error = verifier.verify(token.as_str()).unwrap_err();
    assert_eq!(
        error,
        Revoked::ParticipantDisconnected { participant_id: id.clone(), reason: Some(other) }.into(),
        "the last reason is the one that is given"
    );
    // An exchange keeps the ID, so it is no way back in.
    let exchanged = token.exchange().mint_at(&signing_key(), now()).unwrap();
    assert_eq!(verifier.verify(exchanged.as_str()).unwrap_err().code(), "PARTICIPANT_DISCONNECTED");
    let new = participant().participant_id("new").mint_at(&signing_key(), now()).unwrap();
    assert!(verifier.verify(new.as_str()).is_ok());
    // A connection joins no stage.
    assert!(verifier.verify_connection(connection().as_str()).is_ok());
}

#[test]
fn a_deleted_stage_takes_nobody() {
    let moving = Moving::new();
    let store = moving.store();
    let verifier = moving.verifier(store.clone()).build().unwrap();
    let token = good_token();
    store.delete_stage(&other_stage()).unwrap();
    assert!(verifier.verify(&token).is_ok());
    store.delete_stage(stage().arn()).unwrap();
    let error = verifier.verify(&token).unwrap_err();
    assert_eq!(error, Revoked::StageDeleted { stage: stage().arn().clone() }.into());
    assert_eq!((error.code(), error.reason()), ("STAGE_DELETED", "STAGE_DELETED"));
    assert_eq!(
        error.to_string(),
        format!("the stage {STAGE_ARN} was deleted: no token for it is good any more")
    );
    let elsewhere = verifier.verify_expecting(&token, &Expectations::new().stage(&other_stage()));
    assert_eq!(elsewhere.unwrap_err().code(), "TOKEN_INVALID", "what the token says comes first");
}

#[test]
fn a_revoked_connection_token_connects_nobody() {
    let moving = Moving::new();
    let store = moving.store();
    let verifier = moving.verifier(store.clone()).build().unwrap();
    let token = connection();
    store.revoke_connection_token(&token_id("c-2")).unwrap();
    store.revoke_connection_token(&token_id("C-1")).unwrap();
    assert!(verifier.verify_connection(token.as_str()).is_ok());
    store.revoke_connection_token(token.token_id()).unwrap();
    let error = verifier.verify_connection(token.as_str()).unwrap_err();
    assert_eq!(error, Revoked::ConnectionToken { token_id: token_id("c-1") }.into());
    assert_eq!((error.code(), error.reason()), ("CONNECTION_TOKEN_REVOKED", "CONNECTION_TOKEN_REVOKED"));
    assert_eq!(error.to_string(), "the connection token c-1 was revoked: mint a new one");
    let namesake = participant().participant_id("c-1").mint_at(&signing_key(), now()).unwrap();
    assert!(verifier.verify(namesake.as_str()).is_ok(), "a participant of the same ID is someone else");
}

#[test]
fn viewer_sessions_are_revoked_up_to_a_version() {
    let store = Moving::new().store();
    let (channel, ana) = (channel(), viewer("ana"));
    let check = |channel: &ChannelArn, viewer: &ViewerId, version: i64| {
        let subject = Subject::Playback { channel, viewer: Some((viewer, version)), single_use: None };
        store.check(&subject).unwrap()
    };
    assert_eq!(check(&channel, &ana, i64::MIN), Ok(()));
    store.revoke_viewer_sessions(&channel, &ana, 7).unwrap();
    let refused = |up_to| Err(Revoked::ViewerSessions { viewer_id: ana.clone(), up_to });
    for (version, expected) in [(i64::MIN, refused(7)), (7, refused(7)), (8, Ok(())), (i64::MAX, Ok(()))] {
        assert_eq!(check(&channel, &ana, version), expected, "{version}");
    }
    store.revoke_viewer_sessions(&channel, &ana, -3).unwrap();
    assert_eq!(check(&channel, &ana, 7), refused(7), "the higher version stays");
    store.revoke_viewer_sessions(&channel, &ana, i64::MAX).unwrap();
    assert_eq!(check(&channel, &ana, i64::MAX), refused(i64::MAX));
    let other: ChannelArn = "arn:aws:ivs:us-west-2:123456789012:channel/abd".parse().unwrap();
    assert_eq!(check(&other, &ana, 1), Ok(()));
    assert_eq!(check(&channel, &viewer("an"), 1), Ok(()));
    let error = VerifyError::from(refused(7).unwrap_err());
    assert_eq!((error.code(), error.reason()), ("VIEWER_SESSION_REVOKED", "VIEWER_SESSION_REVOKED"));
    assert_eq!(
        error.to_string(),
        "the sessions of the viewer \"ana\" up to version 7 were revoked: mint a token with a higher \
         `aws:viewer-session-version` to let the viewer in again"
    );
    let nobody = Subject::Playback { channel: &channel, viewer: None, single_use: None };
    assert_eq!(store.check(&nobody).unwrap(), Ok(()));
}

#[test]
fn a_single_use_token_is_spent_once() {
    let moving = Moving::new();
    let store = moving.store();
    let (channel, ana) = (channel(), viewer("ana"));
    let uuid = Uuid::from_u128(0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8);
    let spend = |uuid, viewer| {
        let single_use = Some(SingleUse::new(uuid, secs(100)));
        store.check(&Subject::Playback { channel: &channel, viewer, single_use }).unwrap()
    };
    store.revoke_viewer_sessions(&channel, &ana, 0).unwrap();
    assert_eq!(spend(uuid, Some((&ana, 0))).unwrap_err().code(), "VIEWER_SESSION_REVOKED");
    assert_eq!(spend(uuid, Some((&ana, 1))), Ok(()), "what was refused for another reason is not spent");
    let error = VerifyError::from(spend(uuid, None).unwrap_err());
    assert_eq!(error, Revoked::AlreadyUsed { uuid }.into());
    assert_eq!((error.code(), error.reason()), ("TOKEN_ALREADY_USED", "TOKEN_ALREADY_USED"));
    assert_eq!(
        error.to_string(),
        "the token can be used only once (`aws:single-use-uuid` 6ba7b810-9dad-11d1-80b4-00c04fd430c8), and was used before: mint a \
         new one"
    );
    assert_eq!(spend(Uuid::from_u128(2), None), Ok(()));
    moving.set(NOW + 99);
    assert!(spend(uuid, None).is_err(), "until the token is no longer good in any case");
    // That use came to nothing, but what it asked for is remembered: another 100 seconds.
    moving.set(NOW + 198);
    assert!(spend(uuid, None).is_err());
    moving.set(NOW + 298);
    assert!(spend(uuid, None).is_ok());
}

#[test]
fn of_many_first_uses_at_once_one_is_good() {
    const THREADS: usize = 16;
    const TOKENS: u128 = 2000;
    let store = InMemoryRevocations::new();
    let channel = channel();
    let barrier = Barrier::new(THREADS);
    let good = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let mut good = Vec::new();
                    for i in 0..TOKENS {
                        if i % 100 == 0 {
                            barrier.wait();
                        }
                        let single_use = Some(SingleUse::new(Uuid::from_u128(i), secs(HOUR)));
                        let subject = Subject::Playback { channel: &channel, viewer: None, single_use };
                        if store.check(&subject).unwrap().is_ok() {
                            good.push(i);
                        }
                    }
                    good
                })
            })
            .collect();
        let mut good: Vec<u128> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        good.sort_unstable();
        good
    });
    assert_eq!(good, (0..TOKENS).collect::<Vec<_>>());
}

#[test]
fn readers_and_writers_at_once() {
    let store = InMemoryRevocations::new();
    thread::scope(|scope| {
        for writer in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for i in 0..2000 {
                    let id = token_id(&format!("{writer}-{i}"));
                    store.revoke_connection_token(&id).unwrap();
                    assert!(store.check(&Subject::Connection { token_id: &id }).unwrap().is_err());
                }
            });
            scope.spawn(move || {
                for i in 0..2000 {
                    let id = token_id(&format!("never-{writer}-{i}"));
                    assert!(store.check(&Subject::Connection { token_id: &id }).unwrap().is_ok());
                }
            });
        }
    });
    assert_eq!(store.len(), 8000);
    assert_eq!(format!("{store:?}"), "InMemoryRevocations { len: 8000, .. }");
}

/// For each kind of revocation: how long it lasts, to the second, and what is checked.
#[test]
fn a_revocation_lasts_until_every_token_must_have_expired() {
    let (channel, ana, id, stage) = (channel(), viewer("ana"), token_id("c-1"), stage());
    let participant_id = "p".parse().unwrap();
    let playback = Subject::Playback { channel: &channel, viewer: Some((&ana, 0)), single_use: None };
    for (revocation, subject, lifetime) in [
        (
            Revocation::Participant {
                stage: stage.arn().clone(),
                participant_id: "p".parse().unwrap(),
                reason: None,
            },
            Subject::Participant { stage: stage.arn(), participant_id: &participant_id },
            14 * DAY + HOUR,
        ),
        (
            Revocation::Stage { stage: stage.arn().clone() },
            Subject::Participant { stage: stage.arn(), participant_id: &participant_id },
            14 * DAY + HOUR,
        ),
        (
            Revocation::ConnectionToken { token_id: id.clone() },
            Subject::Connection { token_id: &id },
            28 * DAY + HOUR,
        ),
        (
            Revocation::ViewerSessions { channel: channel.clone(), viewer_id: ana.clone(), up_to: 0 },
            playback,
            600 + HOUR,
        ),
    ] {
        assert_eq!(revocation.lifetime(), secs(lifetime));
        let moving = Moving::new();
        let store = moving.store();
        let is_refused = || store.check(&subject).unwrap().is_err();
        store.revoke(&revocation).unwrap();
        moving.set(NOW + lifetime - 1);
        assert!(is_refused(), "{revocation:?}");
        moving.set(NOW + lifetime);
        assert!(!is_refused(), "{revocation:?}");
        // The longer of two lasts, whichever came first.
        moving.set(NOW);
        let store = moving.store();
        let is_refused = || store.check(&subject).unwrap().is_err();
        for short in [secs(5), secs(10), secs(3)] {
            store.revoke_for(&revocation, short).unwrap();
        }
        moving.set(NOW + 9);
        assert!(is_refused(), "{revocation:?}");
        // While it is alive: afterwards a check may sweep it away.
        assert_eq!(store.len(), 1, "no second entry");
        moving.set(NOW + 10);
        assert!(!is_refused(), "{revocation:?}");
        // What has expired comes back when it is revoked again.
        store.revoke_for(&revocation, Duration::from_millis(1)).unwrap();
        assert!(is_refused(), "{revocation:?}: a part of a second is a second");
        moving.set(NOW + 11);
        assert!(!is_refused(), "{revocation:?}");
        store.revoke_for(&revocation, Duration::MAX).unwrap();
        moving.set(Timestamp::MAX.as_secs() - 1);
        assert!(is_refused(), "{revocation:?}: and for ever is no overflow");
    }
}

/// The last token that a disconnected participant can have: minted by a clock that is ahead by all that is allowed, with the
/// longest life, accepted for as long after its end as can be.
#[test]
fn no_token_outlives_its_revocation() {
    let moving = Moving::new();
    let store = moving.store();
    let (ahead, after) = (secs(HOUR - 600), secs(600));
    let verifier =
        moving.verifier(store.clone()).issued_at_leeway(ahead).expiry_leeway(after).build().unwrap();
    let issued_at = now().saturating_add(ahead);
    let token = participant().duration(secs(14 * DAY)).mint_at(&signing_key(), issued_at).unwrap();
    assert!(verifier.verify(token.as_str()).is_ok());
    store.disconnect_participant(stage().arn(), token.participant_id(), None).unwrap();
    let end = NOW + 14 * DAY + HOUR;
    moving.set(end - 1);
    assert_eq!(verifier.verify(token.as_str()).unwrap_err().code(), "PARTICIPANT_DISCONNECTED");
    moving.set(end);
    assert_eq!(verifier.verify(token.as_str()).unwrap_err().code(), "TOKEN_EXPIRED");
    // One second more of leeway, and there would be a gap.
    let error = moving.verifier(store).issued_at_leeway(ahead).expiry_leeway(after + secs(1)).build();
    let error = error.unwrap_err();
    assert_eq!(error, VerifierError::LeewayTooLong { actual: secs(HOUR + 1), limit: secs(HOUR) });
    assert_eq!(error.code(), "LEEWAY_TOO_LONG");
    assert_eq!(
        error.to_string(),
        "the leeways are 3601 s together, but revocations are remembered only 3600 s longer than tokens last: allow less"
    );
    let without = Verifier::builder().key(arn(KID), key().verifying_key().clone());
    assert!(without.issued_at_leeway(Duration::MAX).expiry_leeway(Duration::MAX).build().is_ok());
}

#[test]
fn a_burst_is_removed_by_checks_alone() {
    const BURST: usize = 100_000;
    let moving = Moving::new();
    let store = moving.store();
    let id = |i: usize| token_id(&i.to_string());
    for i in 0..BURST {
        store.revoke_for(&Revocation::ConnectionToken { token_id: id(i) }, secs(HOUR)).unwrap();
    }
    moving.set(NOW + HOUR - 1);
    for i in 0..2000 {
        assert!(store.check(&Subject::Connection { token_id: &id(i) }).unwrap().is_err());
    }
    assert_eq!(store.len(), BURST, "nothing is removed too early");
    moving.set(NOW + HOUR);
    assert!(store.check(&Subject::Connection { token_id: &id(0) }).unwrap().is_ok(), "no longer refused");
    // Rounds of looking begin every ten seconds.
    moving.set(NOW + HOUR + 10);
    let mut left = store.len();
    for i in 0..2000 {
        assert!(store.check(&Subject::Connection { token_id: &id(i) }).unwrap().is_ok());
        assert!(left - store.len() < BURST / 100, "nobody removes more than a small part");
        left = store.len();
    }
    assert!(store.is_empty());
}

#[test]
fn a_sweep_removes_what_has_expired_and_nothing_else() {
    let moving = Moving::new();
    let store = moving.store();
    for i in 0..1000 {
        let revocation = Revocation::ConnectionToken { token_id: token_id(&i.to_string()) };
        store.revoke_for(&revocation, secs(1 + i % 2)).unwrap();
    }
    store.sweep();
    assert_eq!(store.len(), 1000);
    moving.set(NOW + 1);
    store.sweep();
    assert_eq!(store.len(), 500);
    moving.set(NOW + 2);
    store.sweep();
    assert_eq!((store.len(), store.is_empty()), (0, true));
}

#[test]
fn a_clock_that_goes_backwards_harms_nothing() {
    let moving = Moving::new();
    let store = moving.store();
    let verifier = moving.verifier(store.clone()).build().unwrap();
    let token = participant().mint_at(&signing_key(), now()).unwrap();
    store.disconnect_participant(stage().arn(), token.participant_id(), None).unwrap();
    for now in [NOW + 100, NOW - 30, NOW - 60] {
        moving.set(now);
        assert_eq!(verifier.verify(token.as_str()).unwrap_err().code(), "PARTICIPANT_DISCONNECTED");
    }
    moving.set(0);
    for i in 0..100 {
        store
            .revoke_for(&Revocation::ConnectionToken { token_id: token_id(&i.to_string()) }, secs(5))
            .unwrap();
    }
    moving.set(20);
    for _ in 0..2000 {
        assert!(store.check(&Subject::Connection { token_id: &token_id("0") }).unwrap().is_ok());
    }
    assert_eq!(store.len(), 1, "sweeping goes on by the clock as it is now");
}

/// Counts what it is asked, and answers what it is told to.
#[derive(Debug)]
struct Scripted {
    checks: AtomicUsize,
    batches: AtomicUsize,
    answer: fn(&Subject<'_>) -> Result<Result<(), Revoked>, StoreError>,
    /// How many answers too few a batch gets.
    lost: usize,
}

impl Scripted {
    fn new(answer: fn(&Subject<'_>) -> Result<Result<(), Revoked>, StoreError>) -> Arc<Self> {
        Arc::new(Self { checks: AtomicUsize::new(0), batches: AtomicUsize::new(0), answer, lost: 0 })
    }

    fn away() -> Arc<Self> {
        Self::new(|_| Err(StoreError::new("no route to host")))
    }

    fn asked(&self) -> (usize, usize) {
        (self.checks.load(Ordering::Relaxed), self.batches.load(Ordering::Relaxed))
    }
}

impl RevocationStore for Scripted {
    fn revoke_for(&self, _: &Revocation, _: Duration) -> Result<(), StoreError> {
        Ok(())
    }

    fn check(&self, subject: &Subject<'_>) -> Result<Result<(), Revoked>, StoreError> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        (self.answer)(subject)
    }

    fn check_batch(&self, subjects: &[Subject<'_>]) -> Result<Vec<Result<(), Revoked>>, StoreError> {
        self.batches.fetch_add(1, Ordering::Relaxed);
        subjects[self.lost.min(subjects.len())..].iter().map(self.answer).collect()
    }
}

#[test]
fn a_token_that_is_refused_for_another_reason_never_reaches_the_store() {
    let moving = Moving::new();
    let store = Scripted::new(|_| Ok(Ok(())));
    let verifier = moving.verifier(store.clone()).stage(stage().arn()).build().unwrap();
    let expired = participant().mint_at(&signing_key(), at(NOW - 900)).unwrap().into_string();
    let future = participant().mint_at(&signing_key(), at(NOW + 61)).unwrap().into_string();
    let refused = [
        String::new(),
        "nonsense".to_owned(),
        forge("{}", payload()),
        forge(header_for(UNKNOWN_KID), payload()),
        forge_with(attacker_key(), header(), payload()),
        forge(header(), payload_without("jti")),
        expired,
        future,
        connection().into_string(),
    ];
    for token in &refused {
        assert!(!matches!(verifier.verify(token).unwrap_err(), VerifyError::Revoked(_)));
        assert!(verifier.verify_connection(&good_token()).is_err());
    }
    let expected = Expectations::new().capability(Capability::Publish);
    assert_eq!(
        verifier.verify_expecting(&good_token(), &expected).unwrap_err().code(),
        "INSUFFICIENT_CAPABILITIES"
    );
    assert!(verifier.verify_batch(&refused).iter().all(Result::is_err));
    assert_eq!(store.asked(), (0, 0));
    assert!(verifier.verify(&good_token()).is_ok());
    assert!(verifier.verify_connection(connection().as_str()).is_ok());
    assert_eq!(store.asked(), (2, 0), "and the good ones do");
}

#[test]
fn no_answer_is_no_entry() {
    let moving = Moving::new();
    let store = Scripted::away();
    let verifier = moving.verifier(store.clone()).build().unwrap();
    let error = verifier.verify(&good_token()).unwrap_err();
    assert_eq!(error, VerifyError::RevocationUnknown(StoreError::new("no route to host")));
    assert_eq!((error.code(), error.reason()), ("REVOCATION_UNKNOWN", "REVOCATION_UNKNOWN"));
    assert_eq!(
        error.to_string(),
        "the revocation store failed: no route to host: the token is refused because it may have been revoked"
    );
    let error = verifier.verify_connection(connection().as_str()).unwrap_err();
    assert_eq!(error.code(), "REVOCATION_UNKNOWN");
    assert_eq!(store.asked(), (2, 0));
}

#[test]
fn the_subject_is_what_the_token_says() {
    let moving = Moving::new();
    let store = Scripted::new(|subject| {
        let known = match *subject {
            Subject::Participant { stage, participant_id } => {
                stage.as_str() == STAGE_ARN && participant_id.as_str() == "pQ7x_-0123456789abcdefAB"
            }
            Subject::Connection { token_id } => token_id.as_str() == "c-1",
            _ => false,
        };
        assert!(known, "{subject:?}");
        Ok(Ok(()))
    });
    let verifier = moving.verifier(store).build().unwrap();
    assert!(verifier.verify(&good_token()).is_ok());
    assert!(verifier.verify_connection(connection().as_str()).is_ok());
}

#[test]
fn a_batch_asks_once() {
    let moving = Moving::new();
    let store = Scripted::new(|subject| match subject {
        Subject::Participant { participant_id, .. } if participant_id.as_str() == "p-2" => {
            Ok(Err(Revoked::StageDeleted { stage: stage().arn().clone() }))
        }
        _ => Ok(Ok(())),
    });
    let verifier = moving.verifier(store.clone()).build().unwrap();
    let token = |i: usize| {
        participant().participant_id(format!("p-{i}")).mint_at(&signing_key(), now()).unwrap().into_string()
    };
    let mut tokens: Vec<String> = (0..5).map(token).collect();
    tokens[1] = "nonsense".into();
    let answers = verifier.verify_batch(&tokens);
    let said: Vec<Result<&str, &str>> = answers
        .iter()
        .map(|answer| answer.as_ref().map(|who| who.participant_id().as_str()).map_err(VerifyError::code))
        .collect();
    assert_eq!(said, [Ok("p-0"), Err("TOKEN_INVALID"), Err("STAGE_DELETED"), Ok("p-3"), Ok("p-4")]);
    assert_eq!(store.asked(), (0, 1));
    assert!(verifier.verify_batch(&[] as &[&str]).is_empty());
    assert_eq!(verifier.verify_batch(&["x", ""]).len(), 2);
    assert_eq!(store.asked(), (0, 1), "nothing to ask about");
}

#[test]
fn a_batch_without_an_answer_refuses_the_good_ones() {
    let moving = Moving::new();
    let verifier = moving.verifier(Scripted::away()).build().unwrap();
    let codes = |verifier: &Verifier| {
        let answers = verifier.verify_batch(&[&good_token(), "nonsense", &good_token()]);
        answers.into_iter().map(|answer| answer.unwrap_err().code()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&verifier), ["REVOCATION_UNKNOWN", "TOKEN_INVALID", "REVOCATION_UNKNOWN"]);
    let store = Scripted::new(|_| Ok(Ok(())));
    let forgetful = Arc::new(Scripted { lost: 1, ..Arc::into_inner(store).unwrap() });
    let verifier = moving.verifier(forgetful).build().unwrap();
    assert_eq!(codes(&verifier), ["REVOCATION_UNKNOWN", "TOKEN_INVALID", "REVOCATION_UNKNOWN"]);
    assert_eq!(
        verifier.verify_batch(&[good_token()])[0].as_ref().unwrap_err().to_string(),
        "the revocation store failed: it answered 0 of 1 questions: the token is refused because it may have been \
         revoked"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Good, revoked, forged and broken tokens in any order and number: all at once is as one by one.
    #[test]
    fn a_batch_is_as_one_by_one(picks in proptest::collection::vec(0_usize..9, 0..20), caching in any::<bool>()) {
        let moving = Moving::new();
        let store = moving.store();
        let ring = KeyRing::new();
        ring.import(arn(KID), key().verifying_key().clone()).unwrap();
        let token = |id: &str, issued_at: i64| {
            participant().participant_id(id).mint_at(&signing_key(), at(issued_at)).unwrap().into_string()
        };
        store.disconnect_participant(stage().arn(), &"gone".parse().unwrap(), None).unwrap();
        let kinds = [
            token("a", NOW), token("b", NOW - 899), token("gone", NOW), token("late", NOW - 900),
            token("early", NOW + 61), connection().into_string(), "a.b.c".into(), String::new(),
            forge_with(attacker_key(), header(), payload()),
        ];
        let verifier = Verifier::builder()
            .key_ring(&ring)
            .clock(moving.clock())
            .revocations(store)
            .cache(if caching { 100 } else { 0 })
            .build()
            .unwrap();
        let tokens: Vec<&str> = picks.iter().map(|&pick| kinds[pick].as_str()).collect();
        let batch = verifier.verify_batch(&tokens);
        let single: Vec<_> = tokens.iter().map(|token| verifier.verify(token)).collect();
        prop_assert_eq!(&batch, &single);
        prop_assert_eq!(verifier.verify_batch(&tokens), single);
        prop_assert_eq!(batch.len(), picks.len());
        for (pick, answer) in picks.iter().zip(batch) {
            prop_assert_eq!(answer.is_ok(), *pick < 2, "{}", pick);
        }
    }
}
