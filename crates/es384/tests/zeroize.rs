//! After the last clone of a key is dropped, the private number is nowhere in the memory of the process: not on the heap,
//! not on a stack, neither as a number nor as base64.
//!
//! The test reads its own memory as the kernel shows it. It is alone in its binary, so that nothing else moves meanwhile.
//! Its own copies of the secret are in memory that cannot be written, which is not searched, and masked where it can.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod common;

use std::{fs::File, hint::black_box, os::unix::fs::FileExt, sync::Barrier};

use common::{D_URL, DES3_PEM, PASSPHRASE, PKCS8_DER, PKCS8_PEM, SCALAR, SEC1_DER, SEC1_PEM};
use es384::{BACKEND, KeyError, SigningKey, sign_batch};

/// The private number times 2^384 modulo the order, as ring and p384 keep it.
const MONTGOMERY: &str =
    "2C25733D10CEB8529A287E72C493459CA3BB55889E5A66B4CA80303BCB45D651C588865BA9C4F089EE2A9C8727880DCD";
/// The first 48 bytes of what HMAC-SHA-384 makes of the private number alone, in memory: the states of its inner and of its outer hash.
const INNER: &str =
    "641E6B7B061C51AB18B766FF4228BCDBDFDF3C841A4AB90DB812CDBA9B04EF27873A564A9CCEDF93F0912A742B9C5155";
const OUTER: &str =
    "469D423BB0140C04E99D374DAF497134C507481E48355CECAD69AF713CDFBE9A500BD733402899AB90B4D1B99EE9094B";
const JWK: &str = r#"{"kty":"EC","crv":"P-384","x":"7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT","y":"gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg","d":"a509rS4bjBwFsZh1tmWfTeI8O2Z78pe6mqR3QHhxN9iW1XJOTHCoJfhyyepg0u31"}"#;
const MASK: u8 = 0xA7;
/// What an accelerated key keeps for its nonces.
const HMAC: [&str; 2] = ["inner state of HMAC", "outer state of HMAC"];

/// A way to a key.
type Load = fn() -> Result<SigningKey, KeyError>;

#[test]
fn a_dropped_key_leaves_nothing() {
    let secrets = secrets();
    let ways: [(&str, Load); 7] = [
        ("SEC1 PEM", || SigningKey::from_pem(SEC1_PEM)),
        ("PKCS#8 PEM", || SigningKey::from_pem(PKCS8_PEM)),
        ("SEC1 DER", || SigningKey::from_der(SEC1_DER)),
        ("PKCS#8 DER", || SigningKey::from_any(PKCS8_DER, None)),
        ("encrypted PEM", || SigningKey::from_pem_with_passphrase(DES3_PEM, PASSPHRASE)),
        ("JWK", || SigningKey::from_jwk(JWK)),
        ("refused JWK", || {
            SigningKey::from_jwk(black_box(JWK.get(..JWK.len() - 1)).unwrap_or_default()).unwrap_err();
            SigningKey::from_jwk(JWK)
        }),
    ];
    let nothing = Vec::<&str>::new();
    assert_eq!(search(&secrets), nothing, "before there is a key");
    for (name, load) in ways {
        let [unused, living, shared, dropped] = watch(&secrets, load);
        // What the test can find, it can also miss: so the key is found first, in its own form and in the backend's.
        assert!(living.contains(&"big-endian"), "{name}: the living key is not found: {living:?}");
        let form = match BACKEND {
            "aws-lc-rs" => "little-endian",
            _ => "Montgomery, little-endian",
        };
        assert!(living.contains(&form), "{name}: the living key of {BACKEND} is not found: {living:?}");
        assert_ne!(shared, nothing, "{name}: a clone lives");
        if cfg!(all(feature = "engine", target_endian = "little")) {
            assert!(
                HMAC.iter().all(|state| shared.contains(state)),
                "{name}: the states are not found: {shared:?}"
            );
        }
        assert_eq!(unused, nothing, "{name}: after reading and the drop");
        assert_eq!(dropped, nothing, "{name}: after use and the drop");
    }
}

/// What is found after a key was read and dropped, while one lives, while a used clone of it lives, and after.
///
/// The key is handled in a thread of its own, which stands still while this one searches: searching on the same stack
/// would overwrite what it should find there.
fn watch(secrets: &[Secret], load: Load) -> [Vec<&'static str>; 4] {
    let turn = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let pause = || {
                turn.wait();
                turn.wait();
            };
            // Dropped at once, so that nothing else has run where the key was read.
            drop(load());
            pause();
            let key = load().unwrap();
            pause();
            let clone = key.clone();
            drop(key);
            use_it(&clone);
            pause();
            drop(clone);
            pause();
        });
        [(); 4].map(|()| {
            turn.wait();
            let found = search(secrets);
            turn.wait();
            found
        })
    })
}

/// Prints the key in every form, and signs; in this order, because printing wipes the stack and signing does not.
fn use_it(key: &SigningKey) {
    black_box((key.to_pkcs8_pem(), key.to_pkcs8_der(), key.to_sec1_pem(), key.to_sec1_der(), key.to_jwk()));
    black_box((key.to_encrypted_pkcs8_pem("secret").unwrap(), format!("{key:?}")));
    let signature = key.sign(b"message").unwrap();
    key.verifying_key().verify(b"message", &signature).unwrap();
    // And by the engine, alone and in a batch.
    key.accelerate();
    let signature = key.sign(b"message").unwrap();
    key.verifying_key().verify(b"message", &signature).unwrap();
    assert!(sign_batch(&[(key, &b"message"[..]); 19]).iter().all(Result::is_ok));
}

/// Something to look for, masked so that looking does not find it here.
struct Secret {
    name: &'static str,
    masked: Vec<u8>,
}

fn secrets() -> Vec<Secret> {
    // Digit by digit, so that the number is never whole in memory.
    let number = |hex: &str| -> Vec<u8> {
        let digit = |at: usize| char::from(hex.as_bytes()[at]).to_digit(16).unwrap();
        (0..48).map(|at| u8::try_from(16 * digit(2 * at) + digit(2 * at + 1)).unwrap() ^ MASK).collect()
    };
    let reversed = |mut bytes: Vec<u8>| {
        bytes.reverse();
        bytes
    };
    let text = |text: &str| text.bytes().map(|byte| byte ^ MASK).collect();
    [
        ("big-endian", number(SCALAR)),
        ("little-endian", reversed(number(SCALAR))),
        ("Montgomery, big-endian", number(MONTGOMERY)),
        ("Montgomery, little-endian", reversed(number(MONTGOMERY))),
        // Parts are leaks too.
        (HMAC[0], number(INNER)),
        (HMAC[1], number(OUTER)),
        ("first half, big-endian", number(SCALAR)[..24].to_vec()),
        ("second half, big-endian", number(SCALAR)[24..].to_vec()),
        ("low half, little-endian", reversed(number(SCALAR))[..24].to_vec()),
        ("high half, little-endian", reversed(number(SCALAR))[24..].to_vec()),
        ("base64url", text(&D_URL[4..40])),
        ("base64 in SEC1 PEM", text(&SEC1_PEM[45..90])),
        ("base64 in PKCS#8 PEM", text(&PKCS8_PEM[93..140])),
    ]
    .map(|(name, masked)| Secret { name, masked })
    .into()
}

/// The names of the secrets that occur in anything that the process can write to.
fn search(secrets: &[Secret]) -> Vec<&'static str> {
    const PIECE: usize = 1 << 16;
    const OVERLAP: usize = 64;

    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let memory = File::open("/proc/self/mem").unwrap();
    let mut piece = vec![0; PIECE];
    let mut found = Vec::new();
    let mut searched = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let range = line.split_whitespace().next().unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        let mut at = u64::from_str_radix(start, 16).unwrap();
        while at < end {
            let length = usize::try_from(end - at).unwrap().min(PIECE);
            // Some mappings of the kernel cannot be read.
            if memory.read_exact_at(&mut piece[..length], at).is_ok() {
                searched += length;
                find(secrets, &piece[..length], &mut found);
            }
            // The piece is itself memory that gets searched.
            piece.fill(0);
            black_box(&piece);
            at += (if length < PIECE { length } else { length - OVERLAP }) as u64;
        }
    }
    assert!(searched > 100_000, "only {searched} bytes could be read");
    found.sort_unstable();
    found.dedup();
    found
}

fn find(secrets: &[Secret], memory: &[u8], found: &mut Vec<&'static str>) {
    for (at, byte) in memory.iter().enumerate() {
        // Most of memory is zero, and no secret here begins so.
        if *byte == 0 {
            continue;
        }
        for Secret { name, masked } in secrets {
            let rest = &memory[at..];
            if byte ^ MASK == masked[0]
                && rest.len() >= masked.len()
                && rest.iter().zip(masked).all(|(byte, masked)| byte ^ MASK == *masked)
            {
                found.push(*name);
            }
        }
    }
}
