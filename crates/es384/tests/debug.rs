//! What `Debug` shows of a key, and what no error shows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod common;

use common::{D_URL, SCALAR, SEC1_DER, SEC1_PEM, hex, private_jwk};
use es384::{SigningKey, VerifyingKey};

const PUBLIC: &str =
    "VerifyingKey { sha256: 2f95601fa82060b909bfc6b979dbd303d34d34e0afb27ea496beac362f242a4b }";

#[test]
fn debug_shows_the_public_fingerprint_alone() {
    let key = SigningKey::from_pem(SEC1_PEM).unwrap();
    assert_eq!(format!("{:?}", key.verifying_key()), PUBLIC);
    assert_eq!(format!("{key:?}"), format!("SigningKey {{ public: {PUBLIC}, .. }}"));
    assert_no_secret(&format!("{key:?} {key:#?} {:?}", Some(&key)));
    // So does a result that holds one.
    assert_no_secret(&format!("{:?}", SigningKey::from_pem(SEC1_PEM)));
}

/// Each way to spoil a private key, and each constructor: no error repeats any six characters of the secret.
#[test]
fn no_error_holds_a_piece_of_the_key() {
    let mut spoilt: Vec<Vec<u8>> = Vec::new();
    for whole in [SEC1_PEM.as_bytes(), SEC1_DER, private_jwk().as_bytes()] {
        for at in 0..whole.len() {
            spoilt.push(whole[..at].to_vec());
            spoilt.push(whole[at..].to_vec());
            let mut changed = whole.to_vec();
            changed[at] ^= 0x11;
            spoilt.push(changed);
            spoilt.push([&whole[..at], b"\"", &whole[at..]].concat());
        }
    }
    // The secret where another member should be.
    for member in ["kty", "crv", "use", "alg", "key_ops", "x", "y"] {
        spoilt.push(format!(r#"{{"{member}":"{D_URL}",{}"#, &private_jwk()[1..]).into_bytes());
        spoilt.push(private_jwk().replace(&format!("\"{member}\""), "\"d\"").into_bytes());
    }
    spoilt.push(format!(r#"{{"kty":"{D_URL}","crv":"{D_URL}"}}"#).into_bytes());
    spoilt.push(format!(r#"{{"kty":"EC","crv":"{D_URL}"}}"#).into_bytes());
    spoilt.push(format!(r#"{{"{D_URL}":1,"{D_URL}":2}}"#).into_bytes());
    spoilt.push(SCALAR.as_bytes().to_vec());
    spoilt.push(D_URL.as_bytes().to_vec());
    spoilt.push(hex(SCALAR));
    spoilt.push(format!("-----BEGIN {D_URL}-----\n-----END {D_URL}-----").into_bytes());

    let mut refused = 0;
    for input in &spoilt {
        let errors = [
            SigningKey::from_pem(input).err(),
            SigningKey::from_der(input).err(),
            SigningKey::from_jwk(input).err(),
            SigningKey::from_any(input, Some(b"passphrase")).err(),
            VerifyingKey::from_pem(input).err(),
            VerifyingKey::from_any(input).err(),
        ];
        for error in errors.into_iter().flatten() {
            assert_no_secret(&format!("{error} {error:?} {error:#?} {}", error.code()));
            refused += 1;
        }
    }
    assert!(refused > 5 * spoilt.len());
}

#[track_caller]
fn assert_no_secret(shown: &str) {
    let base64: String = SEC1_PEM.lines().filter(|line| !line.starts_with('-')).collect();
    // The first 70 characters of the base64 hold the private number.
    for secret in [SCALAR, &SCALAR.to_lowercase(), D_URL, &base64[..70]] {
        for at in 0..secret.len() - 6 {
            assert!(!shown.contains(&secret[at..at + 6]), "{shown} holds {}", &secret[at..at + 6]);
        }
    }
}
