//! The body of the fuzz target `engine`, on bytes that are made and on the seeds of the fuzzer.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test stops where it fails")]

#[allow(unreachable_pub, reason = "the fuzz target uses it from outside")]
mod body;

use std::path::PathBuf;

use body::{Outcome, run};
use es384::SigningKey;

#[test]
fn good_and_damaged_signatures() {
    let mut outcomes = Vec::new();
    for round in 0..30_u8 {
        let key = SigningKey::generate().unwrap();
        let message = vec![round; usize::from(round)];
        let point = key.verifying_key().to_sec1_point_compressed();
        let signature = key.sign(&message).unwrap();
        let mut bytes = [&[point[0] & 1], &point[1..], &signature, &message].concat();
        // Every third stays good; the others are damaged in the key, the signature or the message.
        if round % 3 > 0 {
            let place = 1 + usize::from(round) * 37 % (bytes.len() - 1);
            bytes[place] ^= 1 << (round % 8);
        }
        let outcome = run(&bytes);
        assert!((outcome == Outcome::Valid) == (round % 3 == 0), "{outcome:?}");
        outcomes.push(outcome);
        assert_eq!(run(&bytes[..140]), Outcome::NoKey);
    }
    assert!(outcomes.contains(&Outcome::Invalid) && outcomes.contains(&Outcome::Valid));
}

#[test]
fn keys_that_sign() {
    assert_eq!(run(&[2; 100]), Outcome::Signed);
    assert_eq!(run(&[2; 49]), Outcome::Signed);
    assert_eq!(run(&[2; 48]), Outcome::NoKey);
    // Zero, and more than n.
    assert_eq!(run(&[&[2][..], &[0; 60]].concat()), Outcome::NoKey);
    assert_eq!(run(&[&[2][..], &[0xFF; 60]].concat()), Outcome::NoKey);
}

/// What the fuzzer starts from, of every kind; the name of a seed says what comes of it.
#[test]
fn seeds() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let outcome = match name.split('-').next() {
            Some("valid") => Outcome::Valid,
            Some("invalid") => Outcome::Invalid,
            Some("sign") => Outcome::Signed,
            _ => Outcome::NoKey,
        };
        assert_eq!(run(&std::fs::read(&path).unwrap()), outcome, "{name}");
        seen += 1;
    }
    assert!(seen >= 12, "{seen} seeds");
}
