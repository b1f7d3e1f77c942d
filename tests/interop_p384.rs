//! Both ways with the crate `p384`: the arithmetic alone, and the vectors of RFC 6979.
//!
//! With the backend `rust-crypto` both sides are that crate; the other backends are where this tells something.

use conformance::*;
use p384::ecdsa::signature::{Signer, Verifier};
use p384::ecdsa::{Signature, SigningKey, VerifyingKey};
use p384::pkcs8::{DecodePrivateKey, DecodePublicKey};

fn theirs(key: &es384::SigningKey) -> SigningKey {
    SigningKey::from(p384::SecretKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap())
}

fn messages() -> impl Iterator<Item = Vec<u8>> {
    // Around the block length of SHA-384, 128 bytes, and its padding.
    [0, 1, 47, 48, 96, 111, 112, 113, 127, 128, 129, 587, 4096, 1 << 20]
        .into_iter()
        .map(|len| (0..len).map(|i: usize| u8::try_from(i % 251).unwrap()).collect())
}

#[test]
fn signatures_both_ways() {
    for _ in 0..8 {
        let ours = es384::SigningKey::generate().unwrap();
        let theirs = theirs(&ours);
        let their_public = VerifyingKey::from_public_key_der(&ours.verifying_key().to_spki_der()).unwrap();
        assert_eq!(their_public.to_sec1_point(false).as_bytes(), ours.verifying_key().to_sec1_point());
        for message in messages() {
            let signature = ours.sign(&message).unwrap();
            their_public.verify(&message, &Signature::from_slice(&signature).unwrap()).unwrap();
            let signature: Signature = theirs.sign(&message);
            ours.verifying_key().verify(&message, &signature.to_bytes()).unwrap();

            let mut other = message.clone();
            other.push(0);
            assert!(ours.verifying_key().verify(&other, &signature.to_bytes()).is_err());
        }
    }
}

#[test]
fn tokens_both_ways() {
    let token = good_token();
    let (signed, signature) = split_signature(&token);
    let public = VerifyingKey::from_public_key_der(&key().verifying_key().to_spki_der()).unwrap();
    public.verify(signed.as_bytes(), &Signature::from_slice(&decode(signature)).unwrap()).unwrap();

    let signed = format!("{}.{}", encode(header()), encode(payload()));
    let signature: Signature = theirs(key()).sign(signed.as_bytes());
    let verified = verifier().verify(&format!("{signed}.{}", encode(signature.to_bytes()))).unwrap();
    assert_eq!(verified.user_id(), Some("ana"));
}

/// RFC 6979, section A.2.6, with SHA-384.
#[test]
fn published_signatures() {
    let hex = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
    };
    let x =
        "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13";
    let y =
        "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720";
    let public = es384::VerifyingKey::from_sec1_point(hex(&format!("04{x}{y}"))).unwrap();
    for (message, r, s) in [
        (
            "sample",
            "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
            "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
        ),
        (
            "test",
            "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB0542A7F0812998DA8F1DD3CA3CF023DB",
            "DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E06A739F040649A667BF3B828246BAA5A5",
        ),
    ] {
        let signature = hex(&format!("{r}{s}"));
        public.verify(message.as_bytes(), &signature).unwrap();
        assert!(public.verify(b"other", &signature).is_err());
    }
}
