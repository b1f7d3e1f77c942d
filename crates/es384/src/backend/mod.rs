//! The libraries that do the arithmetic. One trait covers all three; the first one that is compiled in does the work.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
#[cfg(feature = "ring")]
#[cfg_attr(
    not(test),
    allow(dead_code, reason = "only the first that is on works; the tests check the others too")
)]
mod ring;
#[cfg(feature = "rust-crypto")]
#[cfg_attr(
    not(test),
    allow(dead_code, reason = "only the first that is on works; the tests check the others too")
)]
mod rust_crypto;
#[cfg(test)]
mod tests;

use crate::{Hashed, InvalidSignature, KeyError, SIGNATURE_LEN, SignError, Signature, count};

#[cfg(feature = "aws-lc-rs")]
pub(crate) use aws_lc::AwsLc as Active;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
pub(crate) use ring::Ring as Active;
#[cfg(all(feature = "rust-crypto", not(any(feature = "aws-lc-rs", feature = "ring"))))]
pub(crate) use rust_crypto::RustCrypto as Active;

/// The library that signs and verifies in this build: `aws-lc-rs`, `ring` or `rust-crypto`.
pub const BACKEND: &str = Active::NAME;

/// The SHA-384 digest of a message, in 48 bytes. ES384 signs this digest (RFC 7518, section 3.4).
///
/// Use it to sign elsewhere, with a key that takes a digest.
#[must_use]
pub fn sha384(message: &[u8]) -> [u8; 48] {
    count::hash();
    Active::sha384(message)
}

/// ES384 with keys that are known to be valid: a private number of 48 bytes in 1..n, and the point that belongs to it.
///
/// An implementation wipes every copy of the private number that it makes. Its `Signer` wipes on drop. The caller wipes
/// what making the `Signer` leaves on the stack.
pub(crate) trait Backend {
    /// The name of the feature.
    const NAME: &'static str;
    type Signer: Send + Sync;
    type Verifier: Send + Sync;

    fn sha384(message: &[u8]) -> [u8; 48];
    fn signer(scalar: &[u8; 48], point: &[u8; 97]) -> Result<Self::Signer, KeyError>;
    fn verifier(point: &[u8; 97]) -> Result<Self::Verifier, KeyError>;
    fn sign(signer: &Self::Signer, message: &[u8]) -> Result<Signature, SignError>;
    fn verify(
        verifier: &Self::Verifier,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature>;
    /// The same as `verify`, for a message that was hashed before.
    fn verify_hashed(
        verifier: &Self::Verifier,
        message: &Hashed<'_>,
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature>;
}
