//! Prepared keys and batches, as a user of the library meets them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use es384::{InvalidSignature, Path, SigningKey, VerifyingKey, sign_batch, verify_batch};

/// Without it, nothing is prepared and nothing accelerated, and all the rest is the same.
const ENGINE: bool = cfg!(feature = "engine");

/// Unoptimised, nothing is either, unless a path is named.
const WANTED: bool = ENGINE && !cfg!(es384_unoptimized);

#[test]
fn clones_share_the_preparation() {
    let key = SigningKey::generate().unwrap().verifying_key().clone();
    let clone = key.clone();
    assert!(!key.is_prepared() && !clone.is_prepared());
    clone.prepare();
    key.prepare();
    assert_eq!([key.is_prepared(), clone.is_prepared()], [WANTED; 2]);
    let other = key.unprepared();
    assert_eq!([other.is_prepared(), key.is_prepared()], [false, WANTED]);
    assert_eq!(other, key);
    other.prepare();
    assert_eq!(other.is_prepared(), WANTED);
}

#[test]
fn a_prepared_key_takes_what_is_said() {
    assert!(VerifyingKey::prepared_size() <= 512 * 1024);
}

#[test]
fn prepared_or_not_the_answers_are_the_same() {
    let private = SigningKey::generate().unwrap();
    let key = private.verifying_key();
    for path in [None].into_iter().chain(Path::all().into_iter().map(Some)) {
        let key = key.unprepared();
        path.inspect(|path| key.prepare_on(*path));
        for length in [0, 1, 111, 112, 128, 700, 5_000] {
            let message = vec![0xA5; length];
            let mut signature = private.sign(&message).unwrap();
            key.verify(&message, &signature).unwrap();
            assert_eq!(key.verify(b"another", &signature), Err(InvalidSignature));
            signature[length % 96] ^= 1;
            assert_eq!(key.verify(&message, &signature), Err(InvalidSignature));
            assert_eq!(key.verify(&message, &signature[..95]), Err(InvalidSignature));
        }
    }
}

#[test]
fn batches_of_all_sorts() {
    let keys: Vec<SigningKey> = (0..5).map(|_| SigningKey::generate().unwrap()).collect();
    // One key for each path, and one that is not prepared.
    for (path, key) in Path::all().into_iter().zip(&keys) {
        key.verifying_key().prepare_on(path);
    }
    let messages: Vec<Vec<u8>> = (0..40).map(|i| vec![i; usize::from(i) * 20]).collect();
    let mut signatures: Vec<Vec<u8>> =
        messages.iter().enumerate().map(|(i, message)| keys[i % 5].sign(message).unwrap().to_vec()).collect();
    signatures[7][50] ^= 4;
    signatures[20].push(0);
    signatures[21].clear();
    signatures[33] = vec![0; 96];
    let batch: Vec<(&VerifyingKey, &[u8], &[u8])> = signatures
        .iter()
        .enumerate()
        .map(|(i, signature)| (keys[i % 5].verifying_key(), &messages[i][..], &signature[..]))
        .collect();
    for (place, result) in verify_batch(&batch).into_iter().enumerate() {
        assert_eq!(result.is_err(), [7, 20, 21, 33].contains(&place), "in place {place}");
        let (key, message, signature) = batch[place];
        assert_eq!(result, key.verify(message, signature));
    }
    assert!(verify_batch(&[]).is_empty());
}

#[test]
fn many_threads_prepare_and_verify() {
    let private = SigningKey::generate().unwrap();
    let signature = private.sign(b"message").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let key = private.verifying_key().clone();
                key.verify(b"message", &signature).unwrap();
                key.prepare();
                key.verify(b"message", &signature).unwrap();
            });
        }
    });
}

#[test]
fn accelerated_or_not_signatures_verify() {
    let key = SigningKey::generate().unwrap();
    assert!(!key.is_accelerated());
    let clone = key.clone();
    for path in Path::all() {
        let key = SigningKey::from_der(key.to_pkcs8_der()).unwrap();
        key.accelerate_on(path);
        assert_eq!(key.is_accelerated(), ENGINE);
        let signatures: Vec<_> = (0..20).map(|_| key.sign(b"message").unwrap()).collect();
        for (i, signature) in signatures.iter().enumerate() {
            key.verifying_key().verify(b"message", signature).unwrap();
            assert!(!signatures[..i].contains(signature), "signing takes fresh randomness");
        }
    }
    clone.accelerate();
    assert_eq!(key.is_accelerated(), WANTED);
}

#[test]
fn batches_are_signed_with_all_sorts_of_keys() {
    let keys: Vec<SigningKey> = (0..5).map(|_| SigningKey::generate().unwrap()).collect();
    for (path, key) in Path::all().into_iter().zip(&keys) {
        key.accelerate_on(path);
    }
    let messages: Vec<Vec<u8>> = (0..60).map(|i| vec![i; usize::from(i) * 20]).collect();
    let batch: Vec<(&SigningKey, &[u8])> =
        messages.iter().enumerate().map(|(i, message)| (&keys[i % 5], &message[..])).collect();
    for (signature, (key, message)) in sign_batch(&batch).into_iter().zip(&batch) {
        key.verifying_key().verify(message, &signature.unwrap()).unwrap();
    }
    assert!(sign_batch(&[]).is_empty());
}
