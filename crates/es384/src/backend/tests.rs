//! Compares the compiled backends: each one verifies what every other one signs.

use super::Backend;
use crate::Hashed;
use crate::key::{
    pair::{Pair, Scalar},
    point::Point,
};

type Sign = fn(&Pair, &[u8]) -> [u8; 96];
type Verify = fn(&Point, &[u8], &[u8; 96]) -> bool;

fn sign<B: Backend>(pair: &Pair, message: &[u8]) -> [u8; 96] {
    B::sign(&B::signer(pair.scalar.as_bytes(), &pair.point).unwrap(), message).unwrap()
}

fn verify<B: Backend>(point: &Point, message: &[u8], signature: &[u8; 96]) -> bool {
    B::verify(&B::verifier(point).unwrap(), message, signature).is_ok()
}

fn compiled() -> Vec<(&'static str, Sign, Verify)> {
    fn entry<B: Backend>() -> (&'static str, Sign, Verify) {
        (B::NAME, sign::<B>, verify::<B>)
    }
    vec![
        #[cfg(feature = "aws-lc-rs")]
        entry::<super::aws_lc::AwsLc>(),
        #[cfg(feature = "ring")]
        entry::<super::ring::Ring>(),
        #[cfg(feature = "rust-crypto")]
        entry::<super::rust_crypto::RustCrypto>(),
    ]
}

type VerifyHashed = fn(&Point, &Hashed<'_>, &[u8; 96]) -> bool;

/// The backends' functions for messages that were hashed before.
fn hashed() -> Vec<(&'static str, VerifyHashed)> {
    fn entry<B: Backend>() -> (&'static str, VerifyHashed) {
        (B::NAME, |point, message, signature| {
            B::verify_hashed(&B::verifier(point).unwrap(), message, signature).is_ok()
        })
    }
    vec![
        #[cfg(feature = "aws-lc-rs")]
        entry::<super::aws_lc::AwsLc>(),
        #[cfg(feature = "ring")]
        entry::<super::ring::Ring>(),
        #[cfg(feature = "rust-crypto")]
        entry::<super::rust_crypto::RustCrypto>(),
    ]
}

#[test]
fn what_one_signs_all_verify() {
    for round in 0_usize..16 {
        let pair = Pair::new(Scalar::random().unwrap(), &[]).unwrap();
        let message = vec![0xA5; round * 37];
        for (signer, sign, _) in compiled() {
            let signature = sign(&pair, &message);
            let mut other = signature;
            other[round * 6] ^= 1;
            for (verifier, _, verify) in compiled() {
                assert!(verify(&pair.point, &message, &signature), "{signer} signed, {verifier} refused");
                assert!(
                    !verify(&pair.point, &message, &other),
                    "{verifier} took a changed signature of {signer}"
                );
                assert!(!verify(&pair.point, b"another", &signature), "{verifier} took another message");
            }
            for (verifier, verify) in hashed() {
                assert!(
                    verify(&pair.point, &Hashed::new(&message), &signature),
                    "{verifier} refused a digest"
                );
                assert!(
                    !verify(&pair.point, &Hashed::new(&message), &other),
                    "{verifier} took a changed one"
                );
                assert!(
                    !verify(&pair.point, &Hashed::new(b"another"), &signature),
                    "{verifier} took another"
                );
            }
        }
    }
}

#[test]
fn no_two_signatures_are_alike() {
    let pair = Pair::new(Scalar::random().unwrap(), &[]).unwrap();
    for (name, sign, _) in compiled() {
        assert_ne!(sign(&pair, b"same"), sign(&pair, b"same"), "{name} signs without fresh randomness");
    }
}

#[test]
fn the_first_in_the_order_is_the_one_used() {
    assert_eq!(compiled()[0].0, crate::BACKEND);
}
