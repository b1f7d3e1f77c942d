//! Signatures alone: no JSON, no base64, no claims.

use std::error::Error;
use std::hint::black_box;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey,
};

use crate::files::Files;
use crate::measure::Peer;

pub(crate) fn aws_lc_rs(files: &Files) -> Result<Peer, Box<dyn Error>> {
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &files.pkcs8()?)?;
    let public = ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, files.point()?)?;
    let (signatures, random) = (files.signatures()?, SystemRandom::new());
    let signed = signatures[0].0.clone();
    Ok(Peer::new(
        move || {
            black_box(pair.sign(&random, &signed).expect("a signature"));
        },
        move |i| {
            let (signed, signature) = &signatures[i % signatures.len()];
            public.verify_sig(signed, signature).expect("a good signature");
        },
    ))
}

#[cfg(feature = "peers")]
pub(crate) fn ring(files: &Files) -> Result<Peer, Box<dyn Error>> {
    use ring::signature::{
        ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey,
    };
    let random = ring::rand::SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &files.pkcs8()?, &random)
        .map_err(|error| error.to_string())?;
    let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, files.point()?);
    let signatures = files.signatures()?;
    let signed = signatures[0].0.clone();
    Ok(Peer::new(
        move || {
            black_box(pair.sign(&random, &signed).expect("a signature"));
        },
        move |i| {
            let (signed, signature) = &signatures[i % signatures.len()];
            public.verify(signed, signature).expect("a good signature");
        },
    ))
}

#[cfg(feature = "peers")]
pub(crate) fn p384(files: &Files) -> Result<Peer, Box<dyn Error>> {
    use p384::ecdsa::signature::{Signer as _, Verifier as _};
    use p384::ecdsa::{Signature, SigningKey, VerifyingKey};
    use p384::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
    let private = SigningKey::from_pkcs8_der(&files.pkcs8()?)?;
    let public = VerifyingKey::from_public_key_pem(&files.public_pem)?;
    let signatures = files.signatures()?;
    let signed = signatures[0].0.clone();
    Ok(Peer::new(
        move || {
            let signature: Signature = private.sign(&signed);
            black_box(signature);
        },
        move |i| {
            let (signed, signature) = &signatures[i % signatures.len()];
            let signature = Signature::from_slice(signature).expect("a signature");
            public.verify(signed, &signature).expect("a good signature");
        },
    ))
}

#[cfg(feature = "peers")]
pub(crate) fn graviola(files: &Files) -> Result<Peer, Box<dyn Error>> {
    use graviola::hashing::Sha384;
    use graviola::signing::ecdsa::{P384, SigningKey, VerifyingKey};
    let error = |error| format!("{error:?}");
    let private = SigningKey::<P384>::from_pkcs8_der(&files.pkcs8()?).map_err(error)?;
    let public = VerifyingKey::<P384>::from_x962_uncompressed(&files.point()?).map_err(error)?;
    let signatures = files.signatures()?;
    let signed = signatures[0].0.clone();
    Ok(Peer::new(
        move || {
            let mut signature = [0; 96];
            black_box(private.sign::<Sha384>(&[&signed], &mut signature).expect("a signature"));
        },
        move |i| {
            let (signed, signature) = &signatures[i % signatures.len()];
            public.verify::<Sha384>(&[signed], signature).expect("a good signature");
        },
    ))
}
