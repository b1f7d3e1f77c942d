//! Any bytes at all, and valid keys changed at random: no panic, and never a different key without a word.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod common;

use std::time::Duration;

use common::{
    PBKDF2_DER, PKCS8_DER, PKCS8_PEM, SEC1_DER, SEC1_PEM, SEC1_WITH_PARAMETERS_PEM, SPKI_DER, SPKI_PEM, hex,
    point, private_jwk, public_jwk, tlv,
};
use es384::{KeyError, SigningKey, VerifyingKey};
use proptest::prelude::*;

/// Puts the bytes through every constructor and returns the keys that come out.
fn all_constructors(input: &[u8]) -> (Vec<SigningKey>, Vec<VerifyingKey>) {
    let private = [
        SigningKey::from_pem(input),
        SigningKey::from_der(input),
        SigningKey::from_jwk(input),
        SigningKey::from_any(input, None),
    ];
    let public = [
        VerifyingKey::from_pem(input),
        VerifyingKey::from_der(input),
        VerifyingKey::from_jwk(input),
        VerifyingKey::from_sec1_point(input),
        VerifyingKey::from_any(input),
    ];
    (private.into_iter().flatten().collect(), public.into_iter().flatten().collect())
}

/// Every form that carries enough to notice a change: those with both halves, and none of the bare public ones, whose
/// every point is some key.
fn both_halves() -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = [SEC1_PEM, SEC1_WITH_PARAMETERS_PEM, PKCS8_PEM].map(Into::into).into();
    forms.extend([SEC1_DER, PKCS8_DER].map(<[u8]>::to_vec));
    forms.push(private_jwk().into_bytes());
    forms
}

fn public_forms() -> Vec<Vec<u8>> {
    vec![SPKI_PEM.into(), SPKI_DER.to_vec(), public_jwk().into_bytes(), point()]
}

#[derive(Debug, Clone)]
enum Change {
    Flip(prop::sample::Index, u8),
    Remove(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
    Double(prop::sample::Index, usize),
    Cut(prop::sample::Index),
}

impl Change {
    fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        let length = bytes.len();
        let end = |at: usize, count: usize| (at + count).min(length);
        match self {
            Self::Flip(at, mask) => bytes[at.index(length)] ^= mask,
            Self::Remove(at, count) => drop(bytes.drain(at.index(length)..end(at.index(length), *count))),
            Self::Insert(at, more) => {
                drop(bytes.splice(at.index(length)..at.index(length), more.iter().copied()));
            }
            Self::Double(at, count) => {
                let again = bytes[at.index(length)..end(at.index(length), *count)].to_vec();
                drop(bytes.splice(at.index(length)..at.index(length), again));
            }
            Self::Cut(at) => bytes.truncate(at.index(length)),
        }
        bytes
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 1..=255_u8).prop_map(|(at, mask)| Change::Flip(at, mask)),
        (at(), 1..40_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (at(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, more)| Change::Insert(at, more)),
        (at(), 1..80_usize).prop_map(|(at, count)| Change::Double(at, count)),
        at().prop_map(Change::Cut),
    ]
}

/// Where a processor is emulated, `PROPTEST_CASES` asks for fewer.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").map_or(2_000, |count| count.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(input in prop::collection::vec(any::<u8>(), 0..400)) {
        all_constructors(&input);
    }

    #[test]
    fn no_text_panics(input in "[-A-Z a-z0-9+/=_{}\\[\\]\":,\\\\\n\r'\u{feff}]{0,200}") {
        all_constructors(input.as_bytes());
        all_constructors(format!("-----BEGIN {input}").as_bytes());
        all_constructors(format!("-----BEGIN PRIVATE KEY-----{input}-----END PRIVATE KEY-----").as_bytes());
        all_constructors(format!(r#"{{"kty":"EC","crv":"P-384","d":"{input}"}}"#).as_bytes());
    }

    #[test]
    fn no_der_panics(tags in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..12)), 0..12)) {
        let parts: Vec<Vec<u8>> = tags.iter().map(|(tag, contents)| tlv(*tag, &[contents])).collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        all_constructors(&tlv(0x30, &parts));
    }

    #[test]
    fn a_changed_private_key_is_the_same_or_refused(form in 0..6_usize, changes in prop::collection::vec(change(), 1..3)) {
        let original = SigningKey::from_pem(SEC1_PEM).unwrap();
        let changed = changes.iter().fold(both_halves().swap_remove(form), |bytes, change| change.apply(bytes));
        let (private, public) = all_constructors(&changed);
        for key in private {
            prop_assert_eq!(key.to_pkcs8_der(), original.to_pkcs8_der());
        }
        // A JWK whose `d` is called otherwise is a public key; nothing else turns into one.
        prop_assert!(public.is_empty() || form == 5, "a private key was taken for a public one");
        for key in public {
            prop_assert_eq!(&key, original.verifying_key());
        }
    }

    #[test]
    fn a_changed_public_key_is_on_the_curve_or_refused(form in 0..4_usize, changes in prop::collection::vec(change(), 1..3)) {
        let changed = changes.iter().fold(public_forms().swap_remove(form), |bytes, change| change.apply(bytes));
        let (private, public) = all_constructors(&changed);
        prop_assert!(private.is_empty(), "a public key was taken for a private one");
        // A damaged point is nearly always off the curve: it passes only if the change did not touch it.
        for key in public {
            prop_assert_eq!(key.to_spki_der(), SPKI_DER);
        }
    }

    #[test]
    fn a_changed_encrypted_key_does_not_hang(changes in prop::collection::vec(change(), 1..3)) {
        let changed = changes.iter().fold(PBKDF2_DER.to_vec(), |bytes, change| change.apply(bytes));
        // The parameters are in the first 120 bytes; the rest is noise, so only what they say can cost time. At most it is that
        // of 4 million iterations, where this key has 2048; ten times as much is allowed.
        let unchanged = time_of_wrong_passphrase(PBKDF2_DER);
        let time = time_of_wrong_passphrase(&changed);
        prop_assert!(time < unchanged * 10 * (4_000_000 / 2048), "{:?}, and {:?} unchanged", time, unchanged);
    }
}

fn time_of_wrong_passphrase(der: &[u8]) -> Duration {
    let (time, key) = timed(|| SigningKey::from_der_with_passphrase(der, "wrong"));
    if let Ok(key) = key {
        assert_eq!(key.to_pkcs8_der().as_slice(), PKCS8_DER);
    }
    time
}

/// How long this thread runs for it: not how long it waits for others, where there is a clock for that.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let started = now();
    let result = work();
    (now().saturating_sub(started), result)
}

#[cfg(unix)]
fn now() -> Duration {
    rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime).try_into().unwrap()
}

#[cfg(not(unix))]
fn now() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

#[test]
fn a_private_number_alone_is_no_key() {
    for input in [hex(common::SCALAR), common::SCALAR.into(), common::D_URL.into()] {
        let (private, public) = all_constructors(&input);
        assert!(private.is_empty() && public.is_empty());
    }
}

/// Eight times the input takes about eight times as long. Work that grows with the square would take 64 times.
#[test]
fn long_inputs_take_time_in_proportion() {
    let shapes: [&dyn Fn(usize) -> String; 10] = [
        &|length| repeated("\\", length),
        &|length| repeated("-----BEGIN ", length),
        &|length| repeated("-----BEGIN A-----\n-----END A-----\n", length),
        &|length| repeated("-----BEGIN EC PARAMETERS-----\n-----END EC PARAMETERS-----\n", length),
        &|length| repeated("-----", length),
        &|length| repeated("[", length),
        &|length| format!("{{{}}}", repeated("\"a\":{", length - 2).trim_end_matches('{')),
        &|length| {
            let more = (1..length / 11).map(|at| format!(",\"{at}\":0"));
            format!("{{\"a0\":0{}}}", more.collect::<String>())
        },
        &|length| repeated("A", length),
        &|length| repeated("LS0tLS1C", length),
    ];
    for (at, shape) in shapes.iter().enumerate() {
        let [short, long] = [es384::MAX_INPUT_LEN / 8, es384::MAX_INPUT_LEN].map(|length| {
            let text = shape(length);
            assert!(text.len() <= length && text.len() > length / 2, "{at}: {}", text.len());
            // The shortest of several, since caches are cold at first.
            (0..3).map(|_| time_of_refusal(text.as_bytes())).min().unwrap()
        });
        assert!(long < 40 * short, "shape {at}: {short:?}, and {long:?} for eight times as much");
    }
}

fn repeated(text: &str, length: usize) -> String {
    text.repeat(length / text.len())
}

fn time_of_refusal(input: &[u8]) -> Duration {
    let (time, (private, public)) = timed(|| all_constructors(input));
    assert!(private.is_empty() && public.is_empty());
    time
}

/// Parameters on which the library below would panic or never come back.
#[test]
fn encryption_parameters_are_checked_first() {
    let pbes2 = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D];
    let pbkdf2 = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C];
    let scrypt = [0x06, 0x09, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x04, 0x0B];
    let aes = tlv(
        0x30,
        &[&[0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2A], &tlv(4, &[&[0; 16]])],
    );
    let salt = tlv(4, &[&[7; 8]]);
    let integer = |bytes: &[u8]| tlv(2, &[bytes]);
    let load = |kdf: &[u8], cipher: &[u8]| {
        let parameters = tlv(0x30, &[&pbes2, &tlv(0x30, &[kdf, cipher])]);
        SigningKey::from_der_with_passphrase(tlv(0x30, &[&parameters, &tlv(4, &[&[0; 32]])]), "secret")
            .unwrap_err()
    };
    let with_pbkdf2 = |numbers: &[u8]| tlv(0x30, &[&pbkdf2, &tlv(0x30, &[&salt, numbers])]);
    let with_scrypt = |n: &[u8], r: &[u8], p: &[u8]| {
        tlv(0x30, &[&scrypt, &tlv(0x30, &[&salt, &integer(n), &integer(r), &integer(p)])])
    };

    // The yardstick: parameters that are right, and thus a passphrase that is wrong.
    assert_eq!(load(&with_pbkdf2(&integer(&[8, 0])), &aes), KeyError::PassphraseWrong);
    assert_eq!(load(&with_scrypt(&[4, 0], &[8], &[1]), &aes), KeyError::PassphraseWrong);

    for iterations in [&[0x3D, 0x09, 0x01][..], &[0x7F, 0xFF, 0xFF, 0xFF], &[1; 8], &[1; 9], &[0xFF]] {
        assert_eq!(load(&with_pbkdf2(&integer(iterations)), &aes), KeyError::KdfTooCostly, "{iterations:?}");
    }
    assert_eq!(load(&with_pbkdf2(&integer(&[0])), &aes), KeyError::EncryptionUnsupported);
    for (n, r, p) in [
        (&[0x02, 0, 0][..], &[0x10][..], &[1][..]),
        (&[0x02, 0, 0], &[8], &[2]),
        (&[0x40, 0, 0, 0], &[1], &[1]),
        (&[0x40, 0, 0, 0, 0, 0, 0, 0], &[0x7F, 0xFF], &[0x7F, 0xFF]),
        (&[4, 0], &[0x7F, 0xFF], &[0x7F, 0xFF]),
    ] {
        assert_eq!(load(&with_scrypt(n, r, p), &aes), KeyError::KdfTooCostly, "{n:?} {r:?} {p:?}");
    }
    for (n, r, p) in [([0], [8], [1]), ([3], [8], [1]), ([4], [0], [1]), ([4], [8], [0])] {
        assert_eq!(
            load(&with_scrypt(&n, &r, &p), &aes),
            KeyError::EncryptionUnsupported,
            "{n:?} {r:?} {p:?}"
        );
    }
    for length in [0, 4, 7, 9] {
        let des = tlv(
            0x30,
            &[&[0x06, 0x08, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 3, 7], &tlv(4, &[&vec![0; length]])],
        );
        assert_eq!(
            load(&with_pbkdf2(&integer(&[8, 0])), &des),
            KeyError::EncryptionUnsupported,
            "IV of {length}"
        );
    }
}
