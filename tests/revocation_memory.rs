//! Ten million revocations that do not last leave little behind. Alone in its binary, for it measures the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use conformance::*;
use ivs_token::{
    InMemoryRevocations, ParticipantId, Revocation, RevocationStore, SingleUse, StageArn, Subject, Timestamp,
    TokenId,
};
use uuid::Uuid;

const REVOCATIONS: u32 = 10_000_000;
/// How many are made in each second of the test's clock.
const A_SECOND: u32 = 20_000;
const LIMIT: usize = 64 << 20;

/// Bytes of memory that the process has in use; none where the system does not tell.
fn resident() -> usize {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return 0 };
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    kib.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

/// The revocation of this number: of every kind, and lasting from 1 to 10 seconds.
struct Nth {
    made_at: i64,
    lifetime: u64,
    kind: u32,
    text: String,
}

impl Nth {
    fn new(i: u32) -> Self {
        let made_at = NOW + i64::from(i / A_SECOND);
        Self {
            made_at,
            lifetime: u64::from(1 + i / 3 % 10),
            kind: i % 3,
            text: format!("participant-{i:011}"),
        }
    }

    fn make(&self, store: &InMemoryRevocations, stage: &StageArn) {
        let lifetime = Duration::from_secs(self.lifetime);
        let revocation = match self.kind {
            0 => Revocation::Participant {
                stage: stage.clone(),
                participant_id: self.participant(),
                reason: None,
            },
            1 => Revocation::ConnectionToken { token_id: self.connection() },
            _ => {
                // Spending a token is remembered too; its first use is good.
                let subject = self.single_use();
                assert_eq!(store.check(&playback(subject)), Ok(Ok(())));
                return;
            }
        };
        store.revoke_for(&revocation, lifetime).unwrap();
    }

    fn is_refused(&self, store: &InMemoryRevocations, stage: &StageArn) -> bool {
        let answer = match self.kind {
            0 => store.check(&Subject::Participant { stage, participant_id: &self.participant() }),
            1 => store.check(&Subject::Connection { token_id: &self.connection() }),
            _ => store.check(&playback(self.single_use())),
        };
        answer.unwrap().is_err()
    }

    fn participant(&self) -> ParticipantId {
        ParticipantId::try_from(self.text.as_str()).unwrap()
    }

    fn connection(&self) -> TokenId {
        TokenId::try_from(self.text.as_str()).unwrap()
    }

    fn single_use(&self) -> SingleUse {
        let number: u128 = self.text.trim_start_matches("participant-").parse().unwrap();
        SingleUse::new(Uuid::from_u128(number), Duration::from_secs(self.lifetime))
    }
}

fn playback(token: SingleUse) -> Subject<'static> {
    static CHANNEL: std::sync::LazyLock<ivs_token::ChannelArn> =
        std::sync::LazyLock::new(|| "arn:aws:ivs:us-west-2:1:channel/x".parse().unwrap());
    Subject::Playback { channel: &CHANNEL, viewer: None, single_use: Some(token) }
}

fn clock() -> (Arc<AtomicI64>, impl Fn() -> Timestamp + Send + Sync) {
    let secs = Arc::new(AtomicI64::new(NOW));
    let shared = Arc::clone(&secs);
    (secs, move || at(shared.load(Ordering::Relaxed)))
}

#[test]
fn ten_million_that_do_not_last() {
    let started = Instant::now();
    let (secs, clock) = clock();
    let store = InMemoryRevocations::with_clock(clock);
    let stage = stage().arn().clone();
    let before = resident();
    let mut most = (0, 0);
    for i in 0..REVOCATIONS {
        let nth = Nth::new(i);
        secs.store(nth.made_at, Ordering::Relaxed);
        nth.make(&store, &stage);
        if i % 500_000 == 499_999 {
            most = (most.0.max(store.len()), most.1.max(resident().saturating_sub(before)));
        }
    }
    // Of the last half million, those of 10 seconds ago are gone, those of now are there, and all between as they should.
    let now = secs.load(Ordering::Relaxed);
    let mut refused = 0;
    for i in (REVOCATIONS - 500_000..REVOCATIONS).rev() {
        let nth = Nth::new(i);
        let alive = now < nth.made_at + i64::try_from(nth.lifetime).unwrap();
        assert_eq!(nth.is_refused(&store, &stage), alive, "{i}");
        refused += usize::from(alive);
    }
    assert!(refused > 80_000, "{refused}");
    let left = resident().saturating_sub(before);
    println!(
        "{REVOCATIONS} revocations: {} entries and {} KiB at most, {} KiB at the end, {refused} alive; {:.1} s",
        most.0,
        most.1 >> 10,
        left >> 10,
        started.elapsed().as_secs_f32(),
    );
    assert!(most.1.max(left) < LIMIT);
    assert!(most.0 < 1_000_000, "what has expired is removed while others are added: {}", most.0);
}
