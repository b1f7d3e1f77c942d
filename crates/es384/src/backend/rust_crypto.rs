//! RustCrypto's p384, for machines that cannot build C or assembly. It wipes its keys on drop.

use getrandom::SysRng;
use p384::ecdsa::{
    Signature as EcdsaSignature, SigningKey, VerifyingKey,
    signature::{RandomizedSigner, Verifier, hazmat::PrehashVerifier},
};

use sha2::{Digest, Sha384};

use super::Backend;
use crate::{Hashed, InvalidSignature, KeyError, SIGNATURE_LEN, SignError, Signature};

pub(crate) enum RustCrypto {}

impl Backend for RustCrypto {
    const NAME: &'static str = "rust-crypto";
    // The key is boxed because every move would leave a copy behind.
    type Signer = Box<SigningKey>;
    type Verifier = VerifyingKey;

    #[inline]
    fn sha384(message: &[u8]) -> [u8; 48] {
        Sha384::digest(message).into()
    }

    fn signer(scalar: &[u8; 48], _point: &[u8; 97]) -> Result<Self::Signer, KeyError> {
        SigningKey::from_slice(scalar).map(Box::new).map_err(|_| KeyError::Backend)
    }

    fn verifier(point: &[u8; 97]) -> Result<Self::Verifier, KeyError> {
        VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError::Backend)
    }

    /// The nonce is made from the key, the message (RFC 6979) and fresh random bytes (section 3.6 there), so that
    /// neither a weak generator nor a fault in one computation reveals the key.
    #[inline]
    fn sign(signer: &Self::Signer, message: &[u8]) -> Result<Signature, SignError> {
        let signature: EcdsaSignature =
            signer.try_sign_with_rng(&mut SysRng, message).map_err(|_| SignError)?;
        Ok(signature.to_bytes().into())
    }

    #[inline]
    fn verify(
        verifier: &Self::Verifier,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature> {
        let signature = EcdsaSignature::from_slice(signature).map_err(|_| InvalidSignature)?;
        verifier.verify(message, &signature).map_err(|_| InvalidSignature)
    }

    #[inline]
    fn verify_hashed(
        verifier: &Self::Verifier,
        message: &Hashed<'_>,
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature> {
        let signature = EcdsaSignature::from_slice(signature).map_err(|_| InvalidSignature)?;
        verifier.verify_prehash(message.digest(), &signature).map_err(|_| InvalidSignature)
    }
}
