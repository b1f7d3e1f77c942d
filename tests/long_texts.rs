//! A text that is too long is refused before anything is looked for in it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use conformance::*;
use ivs_token::{MalformedError, Verifier, VerifyError};

/// The least of many times: what disturbs one of them does not count.
fn least(verifier: &Verifier, text: &str) -> Duration {
    let once = || {
        let begin = Instant::now();
        let error = black_box(verifier.verify(black_box(text))).unwrap_err();
        let error = (error, black_box(verifier.verify_playback(black_box(text), None)).unwrap_err());
        let took = begin.elapsed();
        let expected: VerifyError = MalformedError::TooLong { actual: text.len(), limit: 16 * 1024 }.into();
        assert_eq!(error, (expected.clone(), expected));
        took
    };
    (0..40).map(|_| once()).min().unwrap()
}

/// To search 32 MiB takes a millisecond and more, a thousand times what refusing takes.
#[test]
fn the_length_of_a_text_that_is_too_long_costs_nothing() {
    let public = key().verifying_key().clone();
    let caching = Verifier::builder().key(arn(KID), public).cache(9).build().unwrap();
    for verifier in [verifier(), caching] {
        let short = least(&verifier, &"x".repeat(16 * 1024 + 1));
        for long in ["x".repeat(32 << 20), header() + &"x".repeat(32 << 20), ".".repeat(32 << 20)] {
            let long = least(&verifier, &long);
            assert!(long < (short + Duration::from_nanos(100)) * 100, "{long:?}, and {short:?} for 16 KiB");
        }
    }
}
