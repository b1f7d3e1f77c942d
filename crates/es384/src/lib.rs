#![doc = include_str!("../README.md")]

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto")))]
compile_error!(
    "es384 needs a backend: turn on one of the features `aws-lc-rs` (the default), `ring` or `rust-crypto`"
);

// Without a backend, the message above should be the only error that the compiler prints.
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod backend;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod batch;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod count;
mod debug;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod encoding;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod engine;
mod error;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod hashed;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod key;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
mod wipe;

#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
pub use backend::{BACKEND, sha384};
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
pub use batch::{sign_batch, verify_batch};
#[cfg(all(
    feature = "test-paths",
    any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto")
))]
#[doc(hidden)]
pub use count::hashes;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
pub use encoding::{MAX_INPUT_LEN, signature_from_der};
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
#[doc(hidden)]
pub use engine::Path;
pub use error::{InvalidSignature, KeyError, KeyFileError, SignError};
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
pub use hashed::Hashed;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "rust-crypto"))]
pub use key::{SigningKey, VerifyingKey};

/// The length of an ES384 signature in bytes: 48 for r and 48 for s (RFC 7518, section 3.4).
pub const SIGNATURE_LEN: usize = 96;

/// An ES384 signature: r, then s. Each is 48 bytes, big-endian.
pub type Signature = [u8; SIGNATURE_LEN];
