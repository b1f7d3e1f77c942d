//! AWS-LC, the fastest of the three. It wipes all that it frees.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey},
};

use super::Backend;
use crate::{InvalidSignature, KeyError, SIGNATURE_LEN, SignError, Signature};

pub(crate) enum AwsLc {}

impl Backend for AwsLc {
    const NAME: &'static str = "aws-lc-rs";
    type Signer = EcdsaKeyPair;
    type Verifier = ParsedPublicKey;

    fn signer(scalar: &[u8; 48], point: &[u8; 97]) -> Result<Self::Signer, KeyError> {
        EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P384_SHA384_FIXED_SIGNING, scalar, point)
            .map_err(|_| KeyError::Backend)
    }

    fn verifier(point: &[u8; 97]) -> Result<Self::Verifier, KeyError> {
        ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).map_err(|_| KeyError::Backend)
    }

    #[inline]
    fn sign(signer: &Self::Signer, message: &[u8]) -> Result<Signature, SignError> {
        // The generator is a formality: AWS-LC draws from its own.
        let signature = signer.sign(&SystemRandom::new(), message).map_err(|_| SignError)?;
        signature.as_ref().try_into().map_err(|_| SignError)
    }

    #[inline]
    fn verify(
        verifier: &Self::Verifier,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature> {
        verifier.verify_sig(message, signature).map_err(|_| InvalidSignature)
    }
}
