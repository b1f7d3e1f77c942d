//! The engine: P-384 for many signatures under few keys.

#![allow(
    clippy::inline_always,
    reason = "only inlined code is compiled for the instructions that lanes need"
)]
#![allow(
    clippy::many_single_char_names,
    clippy::similar_names,
    reason = "the names are those of the formulas"
)]
#![cfg_attr(
    not(any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_feature = "simd128",
        feature = "model"
    )),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        unused_mut,
        reason = "without lanes, the code above them has no user"
    )
)]
#![cfg_attr(
    target_feature = "simd128",
    allow(
        dead_code,
        irrefutable_let_patterns,
        unused_imports,
        unused_macros,
        unused_mut,
        unused_variables,
        reason = "if all machines have the same lanes, there is nothing to choose and words have no user"
    )
)]
#![allow(clippy::needless_range_loop, reason = "limbs are numbered")]

mod column;
mod digits;
mod entries;
mod field8;
#[cfg(feature = "test-paths")]
mod forced;
mod inverse;
mod lanes;
mod modulus;
mod point;
mod point8;
mod prepared;
mod residue;
mod secret;
mod sha384;
mod sign;
mod table;
#[cfg(test)]
#[cfg(feature = "engine")]
mod tests;
mod tree;
mod verify;
mod wide;

use crate::{
    SignError, Signature,
    backend::{Active, Backend},
};
pub(crate) use prepared::{Job, Prepared, verify_batch};
pub(crate) use sign::{Hmac, Job as SignJob};
pub(crate) use verify::Verdict;

/// Whether `prepare` and `accelerate` do anything. Without optimisation, as in a debug build, the engine takes
/// several times as long as the backend, whose arithmetic is optimised anyway. Tests and benches can still use the
/// engine by naming a path.
pub(crate) const WANTED: bool = cfg!(feature = "engine") && !cfg!(es384_unoptimized);

/// An implementation of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Path {
    /// AVX-512 IFMA instructions.
    #[cfg(target_arch = "x86_64")]
    Ifma,
    /// AVX2 instructions.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON instructions.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// SIMD128 instructions of WebAssembly.
    #[cfg(target_feature = "simd128")]
    Simd128,
    /// The instructions of AVX-512 IFMA in plain integers. This is slow, and only for tests, with the feature `model`.
    #[cfg(feature = "model")]
    Model,
    /// The instructions of AVX2 and NEON in plain integers, like [`Model`](Self::Model).
    #[cfg(feature = "model")]
    Model30,
    /// Arithmetic in words of 64 bits, for processors without these instructions. It is not compiled where all
    /// machines have them.
    #[cfg(not(target_feature = "simd128"))]
    Words,
}

impl Path {
    /// The path to take: the fastest one of this machine, unless a test [forces](forced) another. The processor is
    /// queried once, at run time.
    #[must_use]
    pub fn best() -> Self {
        #[cfg(feature = "test-paths")]
        if let Some(path) = forced::path() {
            return path;
        }
        Self::fastest()
    }

    fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if lanes::Ifma::detect().is_some() {
            return Self::Ifma;
        }
        #[cfg(target_arch = "x86_64")]
        if lanes::Avx2::detect().is_some() {
            return Self::Avx2;
        }
        #[cfg(target_arch = "aarch64")]
        if lanes::Neon::detect().is_some() {
            return Self::Neon;
        }
        Self::ALWAYS
    }

    /// The path that every machine can take which runs this at all.
    #[cfg(not(target_feature = "simd128"))]
    pub(crate) const ALWAYS: Self = Self::Words;
    /// The path that every machine can take which runs this at all.
    #[cfg(target_feature = "simd128")]
    pub(crate) const ALWAYS: Self = Self::Simd128;

    /// Every path that this machine can take.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::ALWAYS];
        #[cfg(feature = "model")]
        all.extend([Self::Model, Self::Model30]);
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(lanes::Avx2::detect().map(|_| Self::Avx2));
            all.extend(lanes::Ifma::detect().map(|_| Self::Ifma));
        }
        #[cfg(target_arch = "aarch64")]
        all.extend(lanes::Neon::detect().map(|_| Self::Neon));
        all
    }
}

/// The SHA-384 digests of many messages, in their order.
pub(crate) fn digests(messages: &[&[u8]]) -> Vec<[u8; 48]> {
    let one_by_one = || -> Vec<_> { messages.iter().map(|message| Active::sha384(message)).collect() };
    match Path::best() {
        #[cfg(target_arch = "x86_64")]
        Path::Ifma => lanes::Ifma::detect()
            .map_or_else(one_by_one, |lanes| sha384::digests(lanes, messages, Active::sha384)),
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => lanes::Avx2::detect()
            .map_or_else(one_by_one, |lanes| sha384::digests(lanes, messages, Active::sha384)),
        #[cfg(target_arch = "aarch64")]
        Path::Neon => lanes::Neon::detect()
            .map_or_else(one_by_one, |lanes| sha384::digests(lanes, messages, Active::sha384)),
        #[cfg(feature = "model")]
        Path::Model => sha384::digests(lanes::Model::<lanes::Radix52>::ZERO, messages, Active::sha384),
        #[cfg(feature = "model")]
        Path::Model30 => sha384::digests(lanes::Model::<lanes::Radix30>::ZERO, messages, Active::sha384),
        #[cfg(target_feature = "simd128")]
        Path::Simd128 => one_by_one(),
        #[cfg(not(target_feature = "simd128"))]
        Path::Words => one_by_one(),
    }
}

/// Signs each job; see [`sign::sign`].
pub(crate) fn sign(path: Path, jobs: &[SignJob<'_>]) -> Result<Vec<Option<Signature>>, SignError> {
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::Ifma => match lanes::Ifma::detect() {
            Some(lanes) => sign::sign(lanes, jobs),
            None => Ok(vec![None; jobs.len()]),
        },
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => match lanes::Avx2::detect() {
            Some(lanes) => sign::sign(lanes, jobs),
            None => Ok(vec![None; jobs.len()]),
        },
        #[cfg(target_arch = "aarch64")]
        Path::Neon => match lanes::Neon::detect() {
            Some(lanes) => sign::sign(lanes, jobs),
            None => Ok(vec![None; jobs.len()]),
        },
        #[cfg(feature = "model")]
        Path::Model => sign::sign(lanes::Model::<lanes::Radix52>::ZERO, jobs),
        #[cfg(feature = "model")]
        Path::Model30 => sign::sign(lanes::Model::<lanes::Radix30>::ZERO, jobs),
        #[cfg(target_feature = "simd128")]
        Path::Simd128 => sign::sign(lanes::Simd128::ZERO, jobs),
        #[cfg(not(target_feature = "simd128"))]
        Path::Words => sign::sign_in_words(jobs),
    }
}
