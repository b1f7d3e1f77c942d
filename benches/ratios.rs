//! Ratios to the raw signature, measured side by side: what the README states.
//!
//! Machines are shared and their speed drifts, so each round measures every case in turn, and a ratio is the median of
//! the ratios within the rounds, not a quotient of two means taken at different times.

use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::{Case, PAYLOAD_LEN, Sample, TOKENS};

const ROUNDS: usize = 401;
/// Tokens of a case in a round: few, so that the scheduler of a busy machine lets most of the turns pass undisturbed.
const TURN: usize = 16;

fn main() {
    // `cargo test --benches` and `cargo clippy` run or build this too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let sample = Sample::new();
    println!("one token with a payload of {PAYLOAD_LEN} bytes; the backend is {}\n", es384::BACKEND);
    table("mint", &sample.minting());
    table("verify", &sample.verifying());
    threads("mint", &sample.minting());
    threads("verify", &sample.verifying());
    println!();
    table("verify, many keys", &sample.many_keys());
    table("verify, cached", &sample.caching());
    let store = Arc::new(sample.revocations());
    table("verify, revocation", &sample.revoking(Arc::clone(&store)));
    nanos(&sample.checking(store));
}

/// The time of something very short.
fn nanos(cases: &[Case]) {
    for case in cases {
        let time = median((0..ROUNDS).map(|_| (0..100).map(|_| micros(case, 0)).sum::<f64>() * 10.0));
        println!("{}: {time:.0} ns", case.name);
    }
}

fn table(title: &str, cases: &[Case]) {
    let mut rounds: Vec<Vec<f64>> = Vec::with_capacity(ROUNDS);
    for round in 0..=ROUNDS {
        let mut times = vec![0.0; cases.len()];
        // Each round begins with another case, so that none always follows the same one.
        for i in (0..cases.len()).map(|i| (i + round) % cases.len()) {
            times[i] = micros(&cases[i], round * TURN % TOKENS);
        }
        // The first round warms up.
        if round > 0 {
            rounds.push(times);
        }
    }
    println!("{title:<28} {:>10} {:>8} {:>12} {:>10}", "µs", "ratio", "µs over 1st", "best µs");
    for (i, Case { name, .. }) in cases.iter().enumerate() {
        let time = median(rounds.iter().map(|times| times[i]));
        let ratio = median(rounds.iter().map(|times| times[i] / times[0]));
        let over = median(rounds.iter().map(|times| times[i] - times[0]));
        // What is left of it where others left the machine alone.
        let best = rounds.iter().map(|times| times[i]).fold(f64::INFINITY, f64::min);
        println!("{name:<28} {time:>10.2} {ratio:>8.3} {over:>12.2} {best:>10.2}");
    }
    println!();
}

/// How much more two threads do than one, in the same time.
fn threads(title: &str, cases: &[Case]) {
    let ours = &cases[1].call;
    let ratios = (0..15).map(|_| {
        let alone = throughput(1, ours);
        throughput(2, ours) / alone
    });
    println!("{title}: 2 threads do {:.2} times the work of one", median(ratios));
}

fn throughput(threads: usize, call: &(dyn Fn(usize) + Send + Sync)) -> f64 {
    let time = Duration::from_millis(100);
    let count = || {
        let start = Instant::now();
        let mut calls = 0;
        while start.elapsed() < time {
            call(calls);
            calls += 1;
        }
        calls as f64 / start.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(count)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).sum()
    })
}

/// The time of one token: of the next few, or of a batch.
fn micros(case: &Case, first: usize) -> f64 {
    let calls = TURN.div_ceil(case.tokens);
    let start = Instant::now();
    for i in 0..calls {
        (case.call)(first + i);
    }
    start.elapsed().as_secs_f64() * 1e6 / (calls * case.tokens) as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
