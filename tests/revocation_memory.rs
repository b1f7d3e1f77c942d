//! Ten million revocations that do not last leave nothing behind. Alone in its binary, for it counts all that is taken from the heap.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use conformance::heap::{Counting, held};
use conformance::*;
use ivs_token::{
    InMemoryRevocations, ParticipantId, Revocation, RevocationStore, SingleUse, StageArn, Subject, Timestamp,
    TokenId,
};
use uuid::Uuid;

const REVOCATIONS: u32 = 10_000_000;
/// How many are made in each second of the test's clock.
const A_SECOND: u32 = 20_000;
/// How often it is looked how much is held.
const STEP: u32 = 100_000;
/// Bytes that are held at any time, at most.
const LIMIT: usize = 64 << 20;
/// Bytes that each revocation adds for good, at most. One of a hundred that stayed would add more.
const SLOPE: f64 = 0.25;

#[global_allocator]
static HEAP: Counting = Counting;

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

/// Bytes for each revocation, by least squares, over the last three fifths of them: by then the tables are as large as they get.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn slope(samples: &[(u32, usize)]) -> f64 {
    let late = &samples[samples.len() * 2 / 5..];
    let mean = |of: &dyn Fn(&(u32, usize)) -> f64| late.iter().map(of).sum::<f64>() / late.len() as f64;
    let (work, bytes) =
        (|sample: &(u32, usize)| f64::from(sample.0), |sample: &(u32, usize)| sample.1 as f64);
    let (mean_work, mean_bytes) = (mean(&work), mean(&bytes));
    let covariance = mean(&|sample| (work(sample) - mean_work) * (bytes(sample) - mean_bytes));
    covariance / mean(&|sample| (work(sample) - mean_work).powi(2))
}

#[test]
fn ten_million_that_do_not_last() {
    let started = Instant::now();
    let (secs, clock) = clock();
    let stage = stage().arn().clone();
    // What is made once, by the first of them.
    let _ = playback(SingleUse::new(Uuid::nil(), Duration::ZERO));
    let before = held();
    let store = InMemoryRevocations::with_clock(clock);
    let empty = held() - before;
    let mut samples = Vec::with_capacity((REVOCATIONS / STEP) as usize);
    let before = held();
    let mut most = 0;
    for i in 0..REVOCATIONS {
        let nth = Nth::new(i);
        secs.store(nth.made_at, Ordering::Relaxed);
        nth.make(&store, &stage);
        drop(nth);
        if i % STEP == STEP - 1 {
            most = most.max(store.len());
            samples.push((i, held() - before));
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
    // Spent tokens were asked about once more just now, and so live up to 10 seconds from now.
    secs.fetch_add(11, Ordering::Relaxed);
    store.sweep();
    let left = (store.len(), held() - before);
    let (least_held, most_held) =
        samples.iter().fold((usize::MAX, 0), |(least, most), &(_, held)| (least.min(held), most.max(held)));
    let slope = slope(&samples);
    println!(
        "{REVOCATIONS} revocations: {most} entries at most, in {} to {} KiB beside {empty} bytes; {slope:.4} bytes each for good; \
         {refused} alive; {:.1} s",
        least_held >> 10,
        most_held >> 10,
        started.elapsed().as_secs_f32(),
    );
    assert!(slope < SLOPE, "{slope} bytes each: {samples:?}");
    assert!(least_held > 100_000 * 24, "{least_held}: what is alive was not counted");
    assert!(most_held < LIMIT, "{most_held}");
    assert!(most < 1_000_000, "what has expired is removed while others are added: {most}");
    assert_eq!(left, (0, 0), "entries, and bytes: all has expired");
}
