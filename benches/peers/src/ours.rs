//! Ours, on the path of the engine that the processor or `ES384_FORCE_PATH` chooses.

use std::error::Error;

use benches::{Case, Sample};

use crate::measure::{Measure, Peer};

pub(crate) fn peer() -> Result<Peer, Box<dyn Error>> {
    let sample = Sample::new();
    let measures = [
        ("mint", "", sample.mint()),
        ("mint", "accelerated", sample.mint_accelerated()),
        ("mint", "accelerated, batch of 64", sample.mint_batch()),
        ("verify", "", sample.verify()),
        ("verify", "batch of 64", sample.verify_batch()),
        ("verify", "key not prepared", sample.verify_unprepared()),
        ("verify", "a hit in the cache", sample.verify_cached()),
    ];
    let measures =
        measures.map(|(what, how, Case { tokens, call, .. })| Measure { what, how, batch: tokens, call });
    Ok(Peer {
        facts: vec![
            ("backend", benches::backend().to_owned()),
            ("path", if cfg!(feature = "engine") { benches::path() } else { String::new() }),
        ],
        measures: measures.into(),
    })
}
