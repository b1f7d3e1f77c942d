//! The engine beside aws-lc-rs: what `docs/engine.md` states.
//!
//! As in `ratios`, each round measures every case in turn, and a ratio is the median of the ratios within the rounds: the
//! speed of a shared machine drifts.

use std::{hint::black_box, time::Instant};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey},
};
use es384::{Path, Signature, SigningKey, VerifyingKey, sign_batch, verify_batch};

const ROUNDS: usize = 61;
/// Messages of a round, and the largest batch.
const MESSAGES: usize = 64;
/// Bytes of a message: what a token with all claims signs.
const MESSAGE_LEN: usize = 700;

/// A name, and what does the work of a whole round of messages.
type Case<'a> = (String, Box<dyn Fn() + 'a>);

fn main() {
    // `cargo test --benches` and `cargo clippy` run or build this too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("messages of {MESSAGE_LEN} bytes; the best path here is {:?}\n", Path::best());
    let key = SigningKey::generate().expect("a key");
    let messages: Vec<Vec<u8>> =
        (0..MESSAGES).map(|i| (0..MESSAGE_LEN).map(|j| (i * j) as u8).collect()).collect();
    verifying(&key, &messages);
    signing(&key, &messages);
    preparing(&key);
}

fn verifying(key: &SigningKey, messages: &[Vec<u8>]) {
    let signatures: Vec<Signature> =
        messages.iter().map(|message| key.sign(message).expect("a signature")).collect();
    let parsed = ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key.verifying_key().to_sec1_point());
    let parsed = parsed.expect("a key");
    let pairs = || messages.iter().zip(&signatures);
    let prepared = |path| {
        let key = key.verifying_key().unprepared();
        key.prepare_on(path);
        key
    };
    let single = |key: VerifyingKey| -> Box<dyn Fn()> {
        Box::new(move || {
            for (message, signature) in pairs() {
                key.verify(message, signature).expect("a good signature");
            }
        })
    };
    let batch = |key: VerifyingKey, size: usize| -> Box<dyn Fn()> {
        Box::new(move || {
            let items: Vec<(&VerifyingKey, &[u8], &[u8])> =
                pairs().map(|(message, signature)| (&key, &message[..], &signature[..])).collect();
            for items in items.chunks(size) {
                assert!(verify_batch(items).iter().all(Result::is_ok));
            }
        })
    };
    let mut cases: Vec<Case<'_>> = vec![(
        "aws-lc-rs".to_owned(),
        Box::new(|| {
            for (message, signature) in pairs() {
                parsed.verify_sig(message, signature).expect("a good signature");
            }
        }),
    )];
    cases.push(("not prepared".to_owned(), single(key.verifying_key().unprepared())));
    for path in Path::all() {
        cases.push((format!("{path:?}, one"), single(prepared(path))));
        for size in [4, 8, 16, 64] {
            cases.push((format!("{path:?}, batch of {size}"), batch(prepared(path), size)));
        }
    }
    table("verify", &cases);
}

fn signing(key: &SigningKey, messages: &[Vec<u8>]) {
    let pkcs8 = key.to_pkcs8_der();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &pkcs8).expect("a key pair");
    let random = SystemRandom::new();
    let accelerated = |path| {
        let key = SigningKey::from_der(&pkcs8).expect("a key");
        key.accelerate_on(path);
        key
    };
    let single = |key: SigningKey| -> Box<dyn Fn()> {
        Box::new(move || {
            for message in messages {
                black_box(key.sign(message).expect("a signature"));
            }
        })
    };
    let batch = |key: SigningKey, size: usize| -> Box<dyn Fn()> {
        Box::new(move || {
            let items: Vec<(&SigningKey, &[u8])> =
                messages.iter().map(|message| (&key, &message[..])).collect();
            for items in items.chunks(size) {
                assert!(sign_batch(items).iter().all(Result::is_ok));
            }
        })
    };
    let mut cases: Vec<Case<'_>> = vec![(
        "aws-lc-rs".to_owned(),
        Box::new(|| {
            for message in messages {
                black_box(pair.sign(&random, message).expect("a signature"));
            }
        }),
    )];
    cases.push(("not accelerated".to_owned(), single(key.clone())));
    for path in Path::all() {
        cases.push((format!("{path:?}, one"), single(accelerated(path))));
        for size in [4, 8, 16, 64] {
            cases.push((format!("{path:?}, batch of {size}"), batch(accelerated(path), size)));
        }
    }
    table("sign", &cases);
}

fn preparing(key: &SigningKey) {
    for path in Path::all() {
        let times = (0..ROUNDS).map(|_| {
            let key = key.verifying_key().unprepared();
            let start = Instant::now();
            key.prepare_on(black_box(path));
            start.elapsed().as_secs_f64() * 1e6
        });
        println!("prepare a key for {path:?}: {:.0} µs", median(times));
    }
    println!("a prepared key takes {} bytes", VerifyingKey::prepared_size());
}

fn table(title: &str, cases: &[Case<'_>]) {
    let mut rounds: Vec<Vec<f64>> = Vec::with_capacity(ROUNDS);
    for round in 0..=ROUNDS {
        let mut times = vec![0.0; cases.len()];
        // Each round begins with another case, so that none always follows the same one.
        for i in (0..cases.len()).map(|i| (i + round) % cases.len()) {
            let start = Instant::now();
            cases[i].1();
            times[i] = start.elapsed().as_secs_f64() * 1e6 / MESSAGES as f64;
        }
        // The first round warms up.
        if round > 0 {
            rounds.push(times);
        }
    }
    println!("{title:<28} {:>10} {:>16}", "µs", "times as fast");
    for (i, (name, _)) in cases.iter().enumerate() {
        let time = median(rounds.iter().map(|times| times[i]));
        let ratio = median(rounds.iter().map(|times| times[0] / times[i]));
        println!("{name:<28} {time:>10.2} {ratio:>16.2}");
    }
    println!();
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
