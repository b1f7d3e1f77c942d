//! How the time of a token grows with threads, payload, keys, batches and revocations: `make bench-growth`, which draws it.
//!
//! Prints the series of what `benches/README.md` describes, in JSON. Each figure is the median of rounds in which all sizes of
//! its series take turns.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ivs_token::{
    InMemoryRevocations, KeyRing, Participant, ParticipantId, PublicKeyArn, Revocation, RevocationStore,
    SigningKey, Stage, Verifier,
};
use serde_json::{Value, json};

const ROUNDS: usize = 15;
const KEY: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/";
const STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
const WHIP_URL: &str = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
/// Bytes of attributes in everything but the series that is about them.
const ATTRIBUTES: usize = 200;

/// A size, and what takes a while at that size and says about how many tokens that was.
type Case = (usize, Box<dyn Fn() -> usize>);

fn main() {
    // `cargo test --benches` and `cargo clippy` run or build this too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let world = World::new();
    let series = [
        ("threads", "mint", threads(&world, true)),
        ("threads", "verify", threads(&world, false)),
        ("attribute bytes", "mint", payload(&world, true)),
        ("attribute bytes", "verify", payload(&world, false)),
        ("keys in the ring", "verify", keys(&world)),
        ("tokens in a batch", "mint", batches(&world, true)),
        ("tokens in a batch", "verify", batches(&world, false)),
        ("revocations", "verify", revocations(&world)),
    ];
    let series: Vec<Value> = series
        .into_iter()
        .map(|(by, measure, points)| {
            let points: Vec<Value> =
                points.iter().map(|(size, micros)| json!({ "at": size, "micros": micros })).collect();
            json!({ "by": by, "measure": measure, "points": points })
        })
        .collect();
    println!(
        "{}",
        json!({ "path": benches::path(), "backend": benches::backend(), "rounds": ROUNDS, "series": series })
    );
}

/// Microseconds of the clock on the wall for each token, on so many threads that each work through batches.
fn threads(world: &World, mint: bool) -> Vec<(usize, f64)> {
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let counts = BTreeSet::from([1, 2.min(all), all]);
    let cases = counts.into_iter().map(|count| {
        let work = world.batch(mint, 64);
        let share = move || -> usize {
            let work = &work;
            std::thread::scope(|scope| {
                let threads: Vec<_> =
                    (0..count).map(|_| scope.spawn(move || (0..8).map(|_| work()).sum::<usize>())).collect();
                threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
            })
        };
        (count, Box::new(share) as Box<dyn Fn() -> usize>)
    });
    measured(cases.collect())
}

fn payload(world: &World, mint: bool) -> Vec<(usize, f64)> {
    let cases = [0, 128, 256, 512, 1024].map(|bytes| -> Case {
        let participant = world.participant(bytes);
        if mint {
            let key = world.key.clone();
            return (
                bytes,
                Box::new(move || {
                    (0..64).map(|_| black_box(participant.mint_text(&key)).map_or(0, |_| 1)).sum()
                }),
            );
        }
        let (verifier, tokens) = (world.verifier(), world.tokens(&participant, 64));
        (
            bytes,
            Box::new(move || {
                tokens.iter().map(|token| black_box(verifier.verify(token)).map_or(0, |_| 1)).sum()
            }),
        )
    });
    measured(cases.into())
}

/// Of as many keys each verifies in turn.
fn keys(world: &World) -> Vec<(usize, f64)> {
    let participant = world.participant(ATTRIBUTES);
    let cases = [1, 8, 64, 1000].map(|count| -> Case {
        let ring = KeyRing::with_limit(count);
        let tokens: Vec<String> = (0..count)
            .map(|n| {
                let arn: PublicKeyArn = format!("{KEY}{n:036}").parse().expect("an ARN");
                let key = SigningKey::generate().expect("a key").with_id(arn.clone());
                ring.import(arn, key.verifying_key().clone()).expect("room");
                participant.mint_text(&key).expect("a token")
            })
            .collect();
        let verifier = Verifier::builder().key_ring(&ring).build().expect("a verifier");
        (
            count,
            Box::new(move || {
                let rounds = 64_usize.div_ceil(tokens.len());
                (0..rounds)
                    .flat_map(|_| &tokens)
                    .map(|token| black_box(verifier.verify(token)).map_or(0, |_| 1))
                    .sum()
            }),
        )
    });
    measured(cases.into())
}

fn batches(world: &World, mint: bool) -> Vec<(usize, f64)> {
    let sizes = [1, 2, 4, 8, 16, 64, 256, 1024, 4096];
    measured(sizes.map(|size| (size, Box::new(world.batch(mint, size)) as Box<dyn Fn() -> usize>)).into())
}

fn revocations(world: &World) -> Vec<(usize, f64)> {
    let stage = world.stage.arn();
    let tokens = Arc::new(world.tokens(&world.participant(ATTRIBUTES), 64));
    let cases = [0, 1_000, 100_000, 1_000_000, 10_000_000].map(|count| -> Case {
        let store = InMemoryRevocations::new();
        for _ in 0..count {
            let participant_id = ParticipantId::random().expect("randomness");
            let revocation = Revocation::Participant { stage: stage.clone(), participant_id, reason: None };
            store.revoke(&revocation).expect("a store in memory");
        }
        let verifier = world.builder().revocations(Arc::new(store)).build().expect("a verifier");
        let tokens = Arc::clone(&tokens);
        (
            count,
            Box::new(move || {
                tokens.iter().map(|token| black_box(verifier.verify(token)).map_or(0, |_| 1)).sum()
            }),
        )
    });
    measured(cases.into())
}

/// The median of microseconds a token, at each size.
fn measured(cases: Vec<Case>) -> Vec<(usize, f64)> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
    for round in 0..=ROUNDS {
        for i in (0..cases.len()).map(|i| (i + round) % cases.len()) {
            let (begun, mut tokens) = (Instant::now(), 0);
            // Long enough for a clock.
            while begun.elapsed() < Duration::from_millis(5) {
                let done = (cases[i].1)();
                assert!(done > 0, "nothing was minted or verified");
                tokens += done;
            }
            // The first round warms up.
            if round > 0 {
                times[i].push(begun.elapsed().as_secs_f64() * 1e6 / tokens as f64);
            }
        }
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        (times[times.len() / 2] * 100.0).round() / 100.0
    };
    cases.iter().zip(times).map(|(case, times)| (case.0, median(times))).collect()
}

/// An accelerated key, and a stage.
struct World {
    key: SigningKey,
    arn: PublicKeyArn,
    stage: Stage,
}

impl World {
    fn new() -> Self {
        let arn: PublicKeyArn = format!("{KEY}f99cde61-c2b0-4df3-8941-ca7d38acca1a").parse().expect("an ARN");
        let key = SigningKey::generate().expect("a key").with_id(arn.clone());
        key.accelerate();
        let stage = Stage::new(STAGE.parse().expect("an ARN"), WHIP_URL).expect("a stage");
        Self { key, arn, stage }
    }

    fn participant(&self, attributes: usize) -> Participant {
        let participant = self.stage.participant().user_id("2f3c1a9e-7b64-4c1d-9f0a-5d8e6b7a4c21");
        match attributes {
            0 => participant,
            bytes => participant.attribute("a", "x".repeat(bytes - 1)),
        }
    }

    fn tokens(&self, participant: &Participant, count: usize) -> Vec<String> {
        (0..count).map(|_| participant.mint_text(&self.key).expect("a token")).collect()
    }

    fn builder(&self) -> ivs_token::VerifierBuilder {
        Verifier::builder().key(self.arn.clone(), self.key.verifying_key().clone())
    }

    fn verifier(&self) -> Verifier {
        self.builder().build().expect("a verifier")
    }

    /// Mints or verifies a batch of this size.
    fn batch(&self, mint: bool, size: usize) -> impl Fn() -> usize + Send + Sync + 'static {
        let participant = self.participant(ATTRIBUTES);
        let (key, verifier) = (self.key.clone(), self.verifier());
        let tokens = if mint { Vec::new() } else { self.tokens(&participant, size) };
        let participants = if mint { vec![participant; size] } else { Vec::new() };
        move || {
            if mint {
                black_box(key.mint_batch(participants.iter().cloned()))
                    .iter()
                    .filter(|token| token.is_ok())
                    .count()
            } else {
                black_box(verifier.verify_batch(&tokens)).iter().filter(|token| token.is_ok()).count()
            }
        }
    }
}
