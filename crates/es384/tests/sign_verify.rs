//! Signing and verifying: published vectors, and everything that is not a signature.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod common;

use common::{N, SEC1_PEM, hex, point};
use es384::{BACKEND, InvalidSignature, SIGNATURE_LEN, SigningKey, VerifyingKey};
use proptest::prelude::*;

/// RFC 6979, appendix A.2.6, with SHA-384: message, r, s.
const RFC_6979: [(&str, &str, &str); 2] = [
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
];

fn public() -> VerifyingKey {
    VerifyingKey::from_sec1_point(point()).unwrap()
}

fn signature(r: &str, s: &str) -> Vec<u8> {
    [hex(r), hex(s)].concat()
}

#[test]
fn rfc_6979_verifies() {
    for (message, r, s) in RFC_6979 {
        public().verify(message.as_bytes(), &signature(r, s)).unwrap();
    }
}

#[test]
fn the_other_s_verifies_too() {
    // n - s, worked out byte by byte: ECDSA has two signatures for each, and JOSE forbids neither.
    let (message, r, s) = RFC_6979[0];
    let (order, mut other) = (hex(N), hex(s));
    let mut borrow = 0;
    for at in (0..48).rev() {
        let difference = i16::from(order[at]) - i16::from(other[at]) - borrow;
        borrow = i16::from(difference < 0);
        other[at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    public().verify(message.as_bytes(), &[hex(r), other].concat()).unwrap();
}

#[test]
fn another_message_or_key_does_not() {
    let (message, r, s) = RFC_6979[0];
    let signature = signature(r, s);
    assert_eq!(public().verify(b"Sample", &signature), Err(InvalidSignature));
    assert_eq!(public().verify(b"", &signature), Err(InvalidSignature));
    let other = SigningKey::generate().unwrap();
    assert_eq!(other.verifying_key().verify(message.as_bytes(), &signature), Err(InvalidSignature));
}

#[test]
fn r_and_s_out_of_range_do_not() {
    let (zero, top) = ("00".repeat(48), "FF".repeat(48));
    // The order ends in 73.
    let above = format!("{}74", &N[..94]);
    let (message, r, s) = RFC_6979[0];
    for bad in [&zero, N, &above, &top] {
        for (r, s) in [(bad, s), (r, bad), (bad, bad)] {
            assert_eq!(
                public().verify(message.as_bytes(), &signature(r, s)),
                Err(InvalidSignature),
                "{r} {s}"
            );
        }
    }
    assert_eq!(public().verify(message.as_bytes(), &signature(s, r)), Err(InvalidSignature));
}

#[test]
fn every_changed_bit_is_noticed() {
    let (message, r, s) = RFC_6979[0];
    let key = public();
    let valid = signature(r, s);
    for bit in 0..8 * SIGNATURE_LEN {
        let mut changed = valid.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(key.verify(message.as_bytes(), &changed), Err(InvalidSignature), "bit {bit}");
    }
}

#[test]
fn wrong_lengths_do_not() {
    let (message, r, s) = RFC_6979[0];
    let valid = signature(r, s);
    for length in (0..SIGNATURE_LEN).chain([97, 98, 104, 128, 192, 65_536]) {
        let mut other = valid.clone();
        other.resize(length, 0);
        assert_eq!(public().verify(message.as_bytes(), &other), Err(InvalidSignature), "{length} bytes");
    }
    // Leading zeros do not help either.
    let padded = [&[0], &valid[..48], &[0], &valid[48..]].concat();
    assert_eq!(public().verify(message.as_bytes(), &padded), Err(InvalidSignature));
}

#[test]
fn the_der_form_does_not() {
    let (message, r, s) = RFC_6979[0];
    let integer = |number: &str| common::tlv(0x02, &[&[0], &hex(number)]);
    let der = common::tlv(0x30, &[&integer(r), &integer(s)]);
    assert_eq!(public().verify(message.as_bytes(), &der), Err(InvalidSignature));
}

#[test]
fn signatures_verify_at_every_length_of_message() {
    let key = SigningKey::from_pem(SEC1_PEM).unwrap();
    for length in [0, 1, 47, 48, 49, 111, 112, 127, 128, 129, 1_000, 100_000] {
        let message = vec![0x5A; length];
        let signature = key.sign(&message).unwrap();
        public().verify(&message, &signature).unwrap();
        assert_ne!(key.sign(&message).unwrap(), signature, "signing takes fresh randomness");
    }
}

#[test]
fn clones_sign_in_many_threads() {
    let key = SigningKey::from_pem(SEC1_PEM).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let key = key.clone();
            scope.spawn(move || {
                for round in 0..25_u8 {
                    let signature = key.sign(&[thread, round]).unwrap();
                    key.verifying_key().verify(&[thread, round], &signature).unwrap();
                }
            });
        }
    });
}

#[test]
fn openssl_verifies_and_signs_alike() {
    let key = SigningKey::from_pem(SEC1_PEM).unwrap();
    let directory = std::env::temp_dir().join(format!("es384-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = |name: &str, contents: &[u8]| {
        let path = directory.join(name);
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let integer = |number: &[u8]| {
        let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        if digits[0] < 0x80 { common::tlv(0x02, &[&digits]) } else { common::tlv(0x02, &[&[0], &digits]) }
    };
    let (private, public_pem) =
        (file("private.pem", SEC1_PEM.as_bytes()), file("public.pem", common::SPKI_PEM.as_bytes()));

    let ours = key.sign(b"message").unwrap();
    let der = file("signature.der", &common::tlv(0x30, &[&integer(&ours[..48]), &integer(&ours[48..])]));
    let verified =
        common::openssl(&["dgst", "-sha384", "-verify", &public_pem, "-signature", &der], b"message");
    if let Some(answer) = verified {
        assert_eq!(answer, b"Verified OK\n");
        let theirs = common::openssl(&["dgst", "-sha384", "-sign", &private], b"message").unwrap();
        // SEQUENCE, INTEGER r, INTEGER s, all lengths below 128.
        let fixed = |integer: &[u8]| {
            let digits: Vec<u8> = integer.iter().copied().skip_while(|byte| *byte == 0).collect();
            [vec![0; 48 - digits.len()], digits].concat()
        };
        let r_end = 4 + usize::from(theirs[3]);
        let joined = [fixed(&theirs[4..r_end]), fixed(&theirs[r_end + 2..])].concat();
        public().verify(b"message", &joined).unwrap();
    }
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn the_backend_is_named() {
    assert!(["aws-lc-rs", "ring", "rust-crypto"].contains(&BACKEND));
    #[cfg(feature = "aws-lc-rs")]
    assert_eq!(BACKEND, "aws-lc-rs");
}

#[test]
fn errors_say_what_failed_and_no_more() {
    let error: &dyn std::error::Error = &public().verify(b"", b"").unwrap_err();
    assert_eq!(error.to_string(), "the signature is not valid");
    assert!(error.source().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_a_signature(message: Vec<u8>, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(public().verify(&message, &bytes), Err(InvalidSignature));
        let whole: Vec<u8> = bytes.iter().copied().cycle().take(if bytes.is_empty() { 0 } else { 96 }).collect();
        prop_assert_eq!(public().verify(&message, &whole), Err(InvalidSignature));
    }
}
