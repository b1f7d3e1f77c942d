//! ring, for programs that already contain it.

use std::mem::{MaybeUninit, needs_drop};

use ring::{
    digest::{SHA384, digest},
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey},
};
use zeroize::Zeroize;

use super::Backend;
use crate::{Hashed, InvalidSignature, KeyError, SIGNATURE_LEN, SignError, Signature, count};

pub(crate) enum Ring {}

impl Backend for Ring {
    const NAME: &'static str = "ring";
    type Signer = Signer;
    // ring has no parsed form. It checks the point each time, which takes almost no time compared with verifying.
    type Verifier = UnparsedPublicKey<[u8; 97]>;

    #[inline]
    fn sha384(message: &[u8]) -> [u8; 48] {
        let mut out = [0; 48];
        out.copy_from_slice(digest(&SHA384, message).as_ref());
        out
    }

    fn signer(scalar: &[u8; 48], point: &[u8; 97]) -> Result<Self::Signer, KeyError> {
        let rng = SystemRandom::new();
        EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P384_SHA384_FIXED_SIGNING, scalar, point, &rng)
            .map(|key| Signer(Box::new(MaybeUninit::new(key))))
            .map_err(|_| KeyError::Backend)
    }

    fn verifier(point: &[u8; 97]) -> Result<Self::Verifier, KeyError> {
        Ok(UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, *point))
    }

    #[inline]
    fn sign(signer: &Self::Signer, message: &[u8]) -> Result<Signature, SignError> {
        let signature = signer.key().sign(&SystemRandom::new(), message).map_err(|_| SignError)?;
        signature.as_ref().try_into().map_err(|_| SignError)
    }

    #[inline]
    fn verify(
        verifier: &Self::Verifier,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature> {
        verifier.verify(message, signature).map_err(|_| InvalidSignature)
    }

    #[inline]
    fn verify_hashed(
        verifier: &Self::Verifier,
        message: &Hashed<'_>,
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature> {
        // ring has no function that takes a digest.
        count::hash();
        Self::verify(verifier, message.message(), signature)
    }
}

/// ring never wipes its keys, so this type does. The key is boxed because every move would leave a copy behind.
pub(crate) struct Signer(Box<MaybeUninit<EcdsaKeyPair>>);

impl Signer {
    fn key(&self) -> &EcdsaKeyPair {
        // SAFETY: the box is initialised where the only `Signer` is made, and nothing overwrites it before `drop`.
        unsafe { self.0.assume_init_ref() }
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        // The key in the box is never dropped. It owns nothing, so nothing leaks. If ring changes that, this line
        // fails to build.
        const { assert!(!needs_drop::<EcdsaKeyPair>()) };
        (*self.0).zeroize();
    }
}
