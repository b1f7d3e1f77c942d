//! What a check answers, and what lies in Redis for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ivs_token::{
    ChannelArn, DisconnectReason, ParticipantId, Revocation, RevocationStore, Revoked, SingleUse, StageArn,
    Subject, TokenId, ViewerId,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::{Proxy, Server, channel, stage, wait_until};

/// What a token is known by, owned.
#[derive(Clone, Debug)]
enum Asked {
    Participant(StageArn, ParticipantId),
    Connection(TokenId),
    Playback(ChannelArn, Option<(ViewerId, i64)>, Option<Uuid>),
}

impl Asked {
    fn subject(&self) -> Subject<'_> {
        match self {
            Self::Participant(stage, participant_id) => Subject::Participant { stage, participant_id },
            Self::Connection(token_id) => Subject::Connection { token_id },
            Self::Playback(channel, viewer, uuid) => Subject::Playback {
                channel,
                viewer: viewer.as_ref().map(|(viewer, version)| (viewer, *version)),
                single_use: uuid.map(|uuid| SingleUse::new(uuid, Duration::from_secs(4200))),
            },
        }
    }
}

/// What a store has to do, in memory: nothing in it expires, as nothing does in the time of a test.
#[derive(Default)]
struct Model {
    stages: HashMap<StageArn, u64>,
    participants: HashMap<(StageArn, ParticipantId), (u64, Option<DisconnectReason>)>,
    connections: HashMap<TokenId, u64>,
    viewers: HashMap<(ChannelArn, ViewerId), (u64, i64)>,
    used: HashMap<(ChannelArn, Uuid), u64>,
}

impl Model {
    fn revoke(&mut self, revocation: &Revocation, secs: u64) {
        match revocation.clone() {
            Revocation::Stage { stage } => {
                let held = self.stages.entry(stage).or_default();
                *held = secs.max(*held);
            }
            Revocation::Participant { stage, participant_id, reason } => {
                let held = self.participants.entry((stage, participant_id)).or_default();
                *held = (secs.max(held.0), reason.or(held.1.take()));
            }
            Revocation::ConnectionToken { token_id } => {
                let held = self.connections.entry(token_id).or_default();
                *held = secs.max(*held);
            }
            Revocation::ViewerSessions { channel, viewer_id, up_to } => {
                let held = self.viewers.entry((channel, viewer_id)).or_insert((0, i64::MIN));
                *held = (secs.max(held.0), up_to.max(held.1));
            }
            _ => unreachable!(),
        }
    }

    fn check(&mut self, asked: &Asked) -> Result<(), Revoked> {
        match asked.clone() {
            Asked::Participant(stage, participant_id) => {
                if self.stages.contains_key(&stage) {
                    return Err(Revoked::StageDeleted { stage });
                }
                match self.participants.get(&(stage, participant_id.clone())) {
                    Some((_, reason)) => {
                        Err(Revoked::ParticipantDisconnected { participant_id, reason: reason.clone() })
                    }
                    None => Ok(()),
                }
            }
            Asked::Connection(token_id) => match self.connections.get(&token_id) {
                Some(_) => Err(Revoked::ConnectionToken { token_id }),
                None => Ok(()),
            },
            Asked::Playback(channel, viewer, uuid) => {
                if let Some((viewer_id, version)) = viewer
                    && let Some((_, up_to)) = self.viewers.get(&(channel.clone(), viewer_id.clone()))
                    && version <= *up_to
                {
                    return Err(Revoked::ViewerSessions { viewer_id, up_to: *up_to });
                }
                match uuid {
                    Some(uuid) if self.used.insert((channel, uuid), 4200).is_some() => {
                        Err(Revoked::AlreadyUsed { uuid })
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// How long each key has to live, in seconds, shortest first.
    fn lifetimes(&self) -> Vec<u64> {
        let viewers = self.viewers.values().map(|(secs, _)| secs);
        let participants = self.participants.values().map(|(secs, _)| secs);
        let rest = self.stages.values().chain(self.connections.values()).chain(self.used.values());
        let mut all: Vec<u64> = rest.chain(viewers).chain(participants).copied().collect();
        all.sort_unstable();
        all
    }
}

#[derive(Clone, Debug)]
enum Step {
    Revoke(Revocation, u64),
    Check(Asked),
}

/// Names that would run into each other if keys were put together carelessly.
const HOSTILE: [&str; 8] =
    ["a", "A", "a:b", "s:used:00000000-0000", "\r\n$1\r\n*3\r\nDEL", "{x}\0*?[a]\\", "\u{202e}😀é", " "];

fn stages() -> impl Strategy<Value = StageArn> + Clone {
    prop_oneof!["s", "t"]
        .prop_map(|id| format!("arn:aws:ivs:us-west-2:123456789012:stage/{id}").parse().unwrap())
}

fn channels() -> impl Strategy<Value = ChannelArn> + Clone {
    prop_oneof!["s", "t"]
        .prop_map(|id| format!("arn:aws:ivs:us-west-2:123456789012:channel/{id}").parse().unwrap())
}

fn participants() -> impl Strategy<Value = ParticipantId> + Clone {
    prop_oneof![Just("p"), Just("P"), Just("p-1_")].prop_map(|id| id.parse().unwrap())
}

fn token_ids() -> impl Strategy<Value = TokenId> + Clone {
    prop_oneof![Just("p"), Just("q")].prop_map(|id| id.parse().unwrap())
}

fn viewers() -> impl Strategy<Value = ViewerId> + Clone {
    prop::sample::select(&HOSTILE[..]).prop_map(|id| ViewerId::try_from(id).unwrap())
}

fn versions() -> impl Strategy<Value = i64> + Clone {
    // Beyond 2^53 a double cannot tell one from the next.
    prop::sample::select(
        &[i64::MIN, -(1 << 53) - 1, -(1 << 53), -1, 0, 1, (1 << 53), (1 << 53) + 1, i64::MAX][..],
    )
}

fn asked() -> impl Strategy<Value = Asked> + Clone {
    let uuid = prop::option::of((1..4_u128).prop_map(Uuid::from_u128));
    prop_oneof![
        (stages(), participants()).prop_map(|(stage, id)| Asked::Participant(stage, id)),
        token_ids().prop_map(Asked::Connection),
        (channels(), prop::option::of((viewers(), versions())), uuid)
            .prop_map(|(channel, viewer, uuid)| Asked::Playback(channel, viewer, uuid)),
    ]
}

fn revocations() -> impl Strategy<Value = Revocation> + Clone {
    let reason = prop::option::of(prop_oneof!["", "-", "=", "spam: é\r\n"])
        .prop_map(|reason| reason.map(|reason| DisconnectReason::try_from(reason).unwrap()));
    prop_oneof![
        1 => stages().prop_map(|stage| Revocation::Stage { stage }),
        3 => (stages(), participants(), reason).prop_map(|(stage, participant_id, reason)| {
            Revocation::Participant { stage, participant_id, reason }
        }),
        1 => token_ids().prop_map(|token_id| Revocation::ConnectionToken { token_id }),
        4 => (channels(), viewers(), versions()).prop_map(|(channel, viewer_id, up_to)| {
            Revocation::ViewerSessions { channel, viewer_id, up_to }
        }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let secs = prop::sample::select(&[1000, 2000, 3000][..]);
    let step = prop_oneof![
        (revocations(), secs).prop_map(|(revocation, secs)| Step::Revoke(revocation, secs)),
        asked().prop_map(Step::Check),
    ];
    prop::collection::vec(step, 0..60)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// A prefix that nobody had before.
fn fresh_prefix() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("case-{}:", NEXT.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn answers_are_those_of_a_store_in_memory() {
    let Some(server) = Server::start() else { return };
    let mut runner = proptest::test_runner::TestRunner::new(config(200));
    runner
        .run(&steps(), |steps| {
            redis::cmd("FLUSHALL").exec(&mut server.look()).unwrap();
            let prefix = fresh_prefix();
            let stores = [(); 2].map(|()| server.builder().prefix(&prefix).build().unwrap());
            let mut model = Model::default();
            for (at, step) in steps.iter().enumerate() {
                let store = &stores[at % 2];
                match step {
                    Step::Revoke(revocation, secs) => {
                        model.revoke(revocation, *secs);
                        store.revoke_for(revocation, Duration::from_secs(*secs)).unwrap();
                    }
                    Step::Check(asked) => {
                        let found = store.check(&asked.subject()).unwrap();
                        prop_assert_eq!(found, model.check(asked), "step {}", at);
                    }
                }
            }
            // Each key lives as long as the longest that was asked of it, and none for ever.
            let mut ttls: Vec<i64> = server.ttls().into_iter().map(|(_, ttl)| ttl).collect();
            ttls.sort_unstable();
            let expected = model.lifetimes();
            prop_assert_eq!(ttls.len(), expected.len());
            for (ttl, secs) in ttls.into_iter().zip(expected) {
                let millis = i64::try_from(secs * 1000).unwrap();
                prop_assert!(ttl <= millis && ttl > millis - 500_000, "{} of {}", ttl, millis);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn batches_equal_single_checks() {
    let Some(server) = Server::start() else { return };
    let cases = (prop::collection::vec(revocations(), 0..40), prop::collection::vec(asked(), 0..80));
    let mut runner = proptest::test_runner::TestRunner::new(config(100));
    runner
        .run(&cases, |(revocations, asked)| {
            let [single, batch] = [(); 2].map(|()| server.builder().prefix(fresh_prefix()).build().unwrap());
            let mut model = Model::default();
            for revocation in &revocations {
                single.revoke(revocation).unwrap();
                model.revoke(revocation, revocation.lifetime().as_secs());
            }
            batch.revoke_batch(&revocations).unwrap();
            let subjects: Vec<_> = asked.iter().map(Asked::subject).collect();
            let found = batch.check_batch(&subjects).unwrap();
            let one_by_one: Vec<_> = subjects.iter().map(|subject| single.check(subject).unwrap()).collect();
            let expected: Vec<_> = asked.iter().map(|asked| model.check(asked)).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(&one_by_one, &expected);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_check_is_one_round_trip_and_so_is_a_batch() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::before(&server);
    let store = proxy.store();
    assert_eq!(proxy.trips(|| store.ping().unwrap()), 2, "one to log in, one to ask");

    let viewer = ViewerId::try_from("ana").unwrap();
    let asked = [
        Asked::Participant(stage(), "p".parse().unwrap()),
        Asked::Connection("t".parse().unwrap()),
        Asked::Playback(channel(), Some((viewer.clone(), 1)), None),
        Asked::Playback(channel(), None, Some(Uuid::from_u128(1))),
        Asked::Playback(channel(), Some((viewer.clone(), 1)), Some(Uuid::from_u128(2))),
    ];
    for asked in &asked {
        let trips = proxy.trips(|| assert_eq!(store.check(&asked.subject()).unwrap(), Ok(())));
        assert_eq!(trips, 1, "{asked:?}");
    }
    let nothing = Asked::Playback(channel(), None, None);
    assert_eq!(proxy.trips(|| assert_eq!(store.check(&nothing.subject()).unwrap(), Ok(()))), 0);

    let subjects: Vec<_> = asked.iter().map(Asked::subject).collect();
    let trips = proxy.trips(|| assert_eq!(store.check_batch(&subjects).unwrap().len(), 5));
    assert_eq!(trips, 1);
    let revocation = Revocation::ViewerSessions { channel: channel(), viewer_id: viewer, up_to: 1 };
    assert_eq!(proxy.trips(|| store.revoke(&revocation).unwrap()), 1);
    assert_eq!(proxy.trips(|| store.revoke_batch(&vec![revocation.clone(); 100]).unwrap()), 1);
    assert_eq!(proxy.connections(), 1, "and all on one connection");
}

#[test]
fn huge_batches_go_in_parts() {
    let Some(server) = Server::start() else { return };
    let store = server.store();
    let count = 5000;
    let token_id = |at: usize| -> TokenId { format!("t{at}").parse().unwrap() };
    let revocations: Vec<_> = (0..count)
        .filter(|at| at % 3 == 0)
        .map(|at| Revocation::ConnectionToken { token_id: token_id(at) })
        .collect();
    store.revoke_batch(&revocations).unwrap();
    let asked: Vec<_> = (0..count).map(|at| Asked::Connection(token_id(at))).collect();
    let subjects: Vec<_> = asked.iter().map(Asked::subject).collect();
    let found = store.check_batch(&subjects).unwrap();
    assert_eq!(found.len(), count);
    assert!(found.iter().enumerate().all(|(at, found)| found.is_err() == (at % 3 == 0)));
    assert_eq!(store.check_batch(&[]).unwrap(), []);
}

#[test]
fn a_prefix_keeps_two_stores_apart() {
    let Some(server) = Server::start() else { return };
    let [ours, theirs] = ["ours:", "theirs:"].map(|prefix| server.builder().prefix(prefix).build().unwrap());
    ours.delete_stage(&stage()).unwrap();
    let asked = Asked::Participant(stage(), "p".parse().unwrap());
    assert!(ours.check(&asked.subject()).unwrap().is_err());
    assert_eq!(theirs.check(&asked.subject()).unwrap(), Ok(()));
    assert!(server.ttls().iter().all(|(key, _)| key.starts_with(b"ours:")));
}

#[test]
fn a_revocation_ends_by_itself() {
    let Some(server) = Server::start() else { return };
    let store = server.store();
    store.revoke_for(&Revocation::Stage { stage: stage() }, Duration::from_millis(1)).unwrap();
    let asked = Asked::Participant(stage(), "p".parse().unwrap());
    wait_until("the revocation to end", || store.check(&asked.subject()).unwrap().is_ok());
    // A lifetime of all time is one that Redis can hold.
    store.revoke_for(&Revocation::Stage { stage: stage() }, Duration::MAX).unwrap();
    store.revoke_for(&Revocation::Stage { stage: stage() }, Duration::ZERO).unwrap();
    assert!(store.check(&asked.subject()).unwrap().is_err());
}

/// Something else wrote to our keys: whether the token was revoked is not known.
#[test]
fn what_is_not_ours_is_no_answer() {
    let Some(server) = Server::start() else { return };
    let store = server.store();
    let viewer = ViewerId::try_from("ana").unwrap();
    let key = format!("{{ivs-token}}:viewer:{}:ana", crate::support::CHANNEL);
    let mut look = server.look();
    let uuid = Uuid::from_u128(9);
    let channel = channel();
    let subjects = [None, Some(SingleUse::new(uuid, Duration::from_secs(9)))]
        .map(|single_use| Subject::Playback { channel: &channel, viewer: Some((&viewer, 7)), single_use });
    let subjects = subjects.each_ref();
    for held in ["7", "99999999999999999999", "not a number, but 20"] {
        redis::cmd("SET").arg(&key).arg(held).exec(&mut look).unwrap();
        for subject in subjects {
            let said = store.check(subject).unwrap_err().to_string();
            assert!(said.contains("holds something else"), "{said}");
        }
    }
    redis::cmd("DEL").arg(&key).exec(&mut look).unwrap();
    redis::cmd("RPUSH").arg(&key).arg("x").exec(&mut look).unwrap();
    for subject in subjects {
        let said = store.check(subject).unwrap_err().to_string();
        assert!(said.contains("WRONGTYPE") && said.contains("something else writes"), "{said}");
    }
    let revocation =
        Revocation::ViewerSessions { channel: channel.clone(), viewer_id: viewer.clone(), up_to: 7 };
    let said = store.revoke(&revocation).unwrap_err().to_string();
    let start =
        "the revocation store failed: a revocation may not have been made, so make it again: Redis at ";
    assert!(said.starts_with(start) && said.contains("answered WRONGTYPE"), "{said}");
    assert!(store.revoke_batch(&[revocation]).is_err());
    // Nothing was spent by any of it.
    redis::cmd("DEL").arg(&key).exec(&mut look).unwrap();
    assert_eq!(store.check(subjects[1]).unwrap(), Ok(()));
}

/// Somebody made a revocation last for ever, with `PERSIST`: another one of the same thing does not end that.
#[test]
fn a_revocation_without_ttl_keeps_none() {
    let Some(server) = Server::start() else { return };
    let store = server.store();
    let viewer = ViewerId::try_from("ana").unwrap();
    let revoke = || {
        store.delete_stage(&stage()).unwrap();
        store.revoke_viewer_sessions(&channel(), &viewer, 7).unwrap();
    };
    revoke();
    for (key, _) in server.ttls() {
        redis::cmd("PERSIST").arg(key).exec(&mut server.look()).unwrap();
    }
    revoke();
    let ttls: Vec<i64> = server.ttls().into_iter().map(|(_, ttl)| ttl).collect();
    assert_eq!(ttls, [-1, -1]);
}

/// Who may sign for one channel cannot spend the tokens of another.
#[test]
fn a_uuid_is_spent_for_its_channel_alone() {
    let Some(server) = Server::start() else { return };
    let store = server.store();
    let (ana, other) = (ViewerId::try_from("ana").unwrap(), format!("{}x", crate::support::CHANNEL));
    let channels = [channel(), other.parse().unwrap()];
    let single_use = Some(SingleUse::new(Uuid::from_u128(1), Duration::from_secs(4200)));
    for (viewer, good) in [(None, true), (None, false), (Some((&ana, 1)), false)] {
        for channel in &channels {
            let subject = Subject::Playback { channel, viewer, single_use };
            assert_eq!(store.check(&subject).unwrap().is_ok(), good);
        }
    }
}
