//! AWS-LC, the fastest of the three libraries. It wipes all memory that it frees.

use aws_lc_rs::{
    digest::{Digest, SHA384, digest},
    rand::SystemRandom,
    signature::{ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P384_SHA384_FIXED, EcdsaKeyPair, ParsedPublicKey},
};
use der::{
    Decode, Reader,
    asn1::{AnyRef, UintRef},
};

use super::Backend;
use crate::{Hashed, InvalidSignature, KeyError, SIGNATURE_LEN, SignError, Signature};

pub(crate) enum AwsLc {}

impl Backend for AwsLc {
    const NAME: &'static str = "aws-lc-rs";
    type Signer = EcdsaKeyPair;
    type Verifier = ParsedPublicKey;

    #[inline]
    fn sha384(message: &[u8]) -> [u8; 48] {
        let mut out = [0; 48];
        out.copy_from_slice(digest(&SHA384, message).as_ref());
        out
    }

    fn signer(scalar: &[u8; 48], point: &[u8; 97]) -> Result<Self::Signer, KeyError> {
        EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P384_SHA384_ASN1_SIGNING, scalar, point)
            .map_err(|_| KeyError::Backend)
    }

    fn verifier(point: &[u8; 97]) -> Result<Self::Verifier, KeyError> {
        ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).map_err(|_| KeyError::Backend)
    }

    #[inline]
    fn sign(signer: &Self::Signer, message: &[u8]) -> Result<Signature, SignError> {
        // AWS-LC ignores this generator and uses its own.
        let signature = signer.sign(&SystemRandom::new(), message).map_err(|_| SignError)?;
        fixed(signature.as_ref()).ok_or(SignError)
    }

    #[inline]
    fn verify(
        verifier: &Self::Verifier,
        message: &[u8],
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature> {
        verifier.verify_sig(message, signature).map_err(|_| InvalidSignature)
    }

    #[inline]
    fn verify_hashed(
        verifier: &Self::Verifier,
        message: &Hashed<'_>,
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), InvalidSignature> {
        let digest = Digest::import_less_safe(message.digest(), &SHA384).map_err(|_| InvalidSignature)?;
        verifier.verify_digest_sig(&digest, signature).map_err(|_| InvalidSignature)
    }
}

/// Turns the DER of a signature into r then s.
///
/// AWS-LC writes signatures only as DER. `aws-lc-rs` can convert them too, but needs three allocations for it.
fn fixed(der: &[u8]) -> Option<Signature> {
    let (r, s): (UintRef<'_>, UintRef<'_>) = AnyRef::from_der(der)
        .and_then(|whole| whole.sequence(|reader| Ok::<_, der::Error>((reader.decode()?, reader.decode()?))))
        .ok()?;
    let mut signature = [0; SIGNATURE_LEN];
    let (r_half, s_half) = signature.split_at_mut(SIGNATURE_LEN / 2);
    for (half, number) in [(r_half, r.as_bytes()), (s_half, s.as_bytes())] {
        let start = half.len().checked_sub(number.len())?;
        half[start..].copy_from_slice(number);
    }
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::fixed;

    #[test]
    fn numbers_of_every_length_are_aligned() {
        let mut wanted = [0; 96];
        (wanted[47], wanted[95]) = (0x7F, 0x80);
        assert_eq!(fixed(&[0x30, 7, 2, 1, 0x7F, 2, 2, 0, 0x80]), Some(wanted));
        let full = [&[0x30, 102, 2, 49, 0][..], &[0xFF; 48], &[2, 49, 0], &[0x80; 48]].concat();
        assert_eq!(fixed(&full), Some([[0xFF_u8; 48], [0x80; 48]].concat().try_into().unwrap()));
    }

    #[test]
    fn bytes_that_are_not_a_signature_give_none() {
        let too_long = [&[0x30, 54, 2, 49][..], &[0x7F; 49], &[2, 1, 1]].concat();
        for der in [&[][..], &[0x30, 0], &[0x30, 3, 2, 1, 1], &[0x30, 6, 2, 1, 1, 2, 1, 1, 0], &too_long] {
            assert_eq!(fixed(der), None, "{der:02x?}");
        }
    }
}
