//! One fuzz case, from any bytes: every path of the engine must answer as the backend does, and the backend must take what the
//! engine signs. The fuzz target in `fuzz/` and the test `fuzz` share it.

use es384::{Path, SigningKey, VerifyingKey, sign_batch, verify_batch};

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bytes are too few, or make no key.
    NoKey,
    /// Both sides refused the signature.
    Invalid,
    /// Both sides took the signature.
    Valid,
    /// The engine signed, and the backend took it.
    Signed,
}

/// The first byte says which: with its second bit the engine signs, else it verifies.
pub fn run(bytes: &[u8]) -> Outcome {
    let Some((&first, rest)) = bytes.split_first() else { return Outcome::NoKey };
    if first & 2 == 0 { verify_alike(first, rest) } else { sign_well(rest) }
}

/// The parity of y, then bytes: 48 of x, 96 of the signature, and the message.
fn verify_alike(parity: u8, bytes: &[u8]) -> Outcome {
    let Some((x, rest)) = bytes.split_at_checked(48) else { return Outcome::NoKey };
    let Some((signature, message)) = rest.split_at_checked(96) else { return Outcome::NoKey };
    let point = [&[2 + (parity & 1)], x].concat();
    let Ok(key) = VerifyingKey::from_sec1_point(point) else { return Outcome::NoKey };
    let wanted = key.verify(message, signature);
    for path in Path::all() {
        let key = key.unprepared();
        key.prepare_on(path);
        assert_eq!(key.verify(message, signature), wanted, "{path:?}");
        // Nine: a full group of lanes and one more.
        let batch = verify_batch(&[(&key, message, signature); 9]);
        assert!(batch.iter().all(|answer| *answer == wanted), "a batch on {path:?}");
    }
    if wanted.is_ok() { Outcome::Valid } else { Outcome::Invalid }
}

/// Bytes: 48 of the private number, and the message, of which a batch signs ever shorter pieces.
fn sign_well(bytes: &[u8]) -> Outcome {
    let Some((private, message)) = bytes.split_at_checked(48) else { return Outcome::NoKey };
    // SEC1 (RFC 5915) without the public half.
    let oid = [0xA0, 7, 6, 5, 0x2B, 0x81, 4, 0, 0x22];
    let der = [&[0x30, 62, 2, 1, 1, 4, 48][..], private, &oid].concat();
    let Ok(key) = SigningKey::from_der(der) else { return Outcome::NoKey };
    for path in Path::all() {
        let key = SigningKey::from_der(key.to_sec1_der()).expect("a key that was one before");
        key.accelerate_on(path);
        let signature = key.sign(message).expect("a signature");
        assert!(key.verifying_key().verify(message, &signature).is_ok(), "{path:?}");
        let messages: Vec<(&SigningKey, &[u8])> =
            (0..9).map(|i| (&key, &message[i * message.len() / 9..])).collect();
        for ((_, message), signature) in messages.iter().zip(sign_batch(&messages)) {
            let verdict = key.verifying_key().verify(message, &signature.expect("a signature"));
            assert!(verdict.is_ok(), "a batch on {path:?}");
        }
    }
    Outcome::Signed
}
