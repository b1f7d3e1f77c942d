//! The ways to sign, and tests that run on each kind of lanes, or on each way.

use super::super::{
    lanes::Lanes,
    sign::{Job, Nonce, sign, sign_in_words, sign_in_words_with, sign_with},
};
use crate::Signature;

/// A way to sign.
pub(super) trait Way: Copy {
    fn sign(self, jobs: &[Job<'_>]) -> Vec<Option<Signature>>;
    fn sign_with(self, jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>>;
    fn nonces(self, jobs: &[Job<'_>], entropy: &[[u8; 32]]) -> Vec<Nonce>;
}

impl<L: Lanes> Way for L {
    fn sign(self, jobs: &[Job<'_>]) -> Vec<Option<Signature>> {
        sign(self, jobs).unwrap()
    }

    fn sign_with(self, jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>> {
        sign_with(self, jobs, nonces)
    }

    fn nonces(self, jobs: &[Job<'_>], entropy: &[[u8; 32]]) -> Vec<Nonce> {
        Nonce::derive_all(self, jobs, entropy)
    }
}

#[derive(Clone, Copy)]
pub(super) struct InWords;

impl Way for InWords {
    fn sign(self, jobs: &[Job<'_>]) -> Vec<Option<Signature>> {
        sign_in_words(jobs).unwrap()
    }

    fn sign_with(self, jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>> {
        sign_in_words_with(jobs, nonces)
    }

    fn nonces(self, jobs: &[Job<'_>], entropy: &[[u8; 32]]) -> Vec<Nonce> {
        jobs.iter().zip(entropy).map(|(job, entropy)| Nonce::derive(job, entropy)).collect()
    }
}

/// Runs a test on the models, where there are any, and on the instructions where the machine has them.
macro_rules! on_all_lanes {
    ($($name:ident),*) => {$(
        mod $name {
            #[test]
            #[cfg(feature = "model")]
            fn model() {
                use crate::engine::lanes::{Model, Radix52};
                super::$name(Model::<Radix52>::ZERO);
            }

            #[test]
            #[cfg(feature = "model")]
            fn model30() {
                use crate::engine::lanes::{Model, Radix30};
                super::$name(Model::<Radix30>::ZERO);
            }

            #[test]
            #[cfg(target_arch = "x86_64")]
            fn avx2() {
                if let Some(lanes) = crate::engine::lanes::Avx2::detect() {
                    super::$name(lanes);
                }
            }

            #[test]
            #[cfg(target_arch = "aarch64")]
            fn neon() {
                if let Some(lanes) = crate::engine::lanes::Neon::detect() {
                    super::$name(lanes);
                }
            }

            #[test]
            #[cfg(target_arch = "x86_64")]
            fn ifma() {
                if let Some(lanes) = crate::engine::lanes::Ifma::detect() {
                    super::$name(lanes);
                }
            }
        }
    )*};
}

/// Runs a test as [`on_all_lanes`] does, and in words.
macro_rules! on_all_paths {
    ($($name:ident),*) => {
        $crate::engine::tests::ways::on_all_lanes!($($name),*);

        mod in_words {
            $(
                #[test]
                fn $name() {
                    super::$name(crate::engine::tests::ways::InWords);
                }
            )*
        }
    };
}

pub(super) use {on_all_lanes, on_all_paths};
