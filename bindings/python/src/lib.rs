//! The native half of the Python package `ivs_token`: one file a noun, as in the crate `ivs-token`, which does the work.
//!
//! Each function that Python can call begins with `boundary::guard`, and each error leaves through `failure::Failure`.
#![forbid(unsafe_code)]
// PyO3 hands over arguments by value, and methods of a class take `self`. The docs of what Python sees are its docstrings,
// which are shown as they stand.
#![allow(clippy::doc_markdown, clippy::needless_pass_by_value, clippy::unused_self)]

mod boundary;
mod call;
mod command;
mod connection;
mod datetime;
mod exchange;
mod failure;
mod held;
mod home;
mod inspection;
mod key_ring;
mod mint_connection;
mod mint_playback;
mod participant;
mod playback;
mod redis;
mod revocations;
mod signer;
mod signing_key;
mod stage;
mod stage_methods;
mod store;
mod unsigned;
mod values;
mod verdict;
mod verified;
mod verifier;
mod verifying_key;
mod workers;

/// What the package `ivs_token` is made of. Private: import from `ivs_token`.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::boundary::panic;
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::connection::{ConnectionClaims, VerifiedConnection};
    #[pymodule_export]
    use crate::exchange::{aexchange, check_exchange, exchange, unsigned_exchange};
    #[pymodule_export]
    use crate::inspection::{Check, Inspection, inspect};
    #[pymodule_export]
    use crate::key_ring::{KeyRing, PlaybackKey, PlaybackKeyRing, PublicKey};
    #[pymodule_export]
    use crate::mint_connection::{amint_connection, mint_connection, unsigned_connection};
    #[pymodule_export]
    use crate::mint_playback::{amint_playback, mint_playback, unsigned_playback};
    #[pymodule_export]
    use crate::participant::ParticipantClaims;
    #[pymodule_export]
    use crate::playback::{PlaybackClaims, VerifiedPlayback, playback_url};
    #[pymodule_export]
    use crate::redis::{RedisRevocations, WhenAway};
    #[pymodule_export]
    use crate::revocations::InMemoryRevocations;
    #[pymodule_export]
    use crate::signing_key::SigningKey;
    #[pymodule_export]
    use crate::stage::Stage;
    #[pymodule_export]
    use crate::unsigned::{UnsignedConnectionToken, UnsignedPlaybackToken, UnsignedToken};
    #[pymodule_export]
    use crate::verdict::Verdict;
    #[pymodule_export]
    use crate::verified::VerifiedToken;
    #[pymodule_export]
    use crate::verifier::Verifier;
    #[pymodule_export]
    use crate::verifying_key::VerifyingKey;

    /// The version of the package, and the library that does the arithmetic.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    const BACKEND: &str = ivs_token::es384::BACKEND;
}
