//! Many signatures at once.

use crate::{
    InvalidSignature, SignError, Signature, SigningKey, VerifyingKey,
    engine::{self, Job, Path, Prepared, SignJob},
    key::Accelerated,
    wipe::with_wiped_stack,
};

/// Verifies many signatures at once. Each entry is a key, a message and the key's signature of that message in 96
/// bytes. The results are those of [`VerifyingKey::verify`], in the order of the entries.
///
/// A batch is faster if the keys are [prepared](VerifyingKey::prepare): their signatures then share much of the work,
/// and the keys may be mixed. Each signature costs less the more there are, up to sixteen. Signatures under keys that
/// are not prepared are verified one by one.
///
/// A call takes about 300 KiB of memory while it runs, and half a KiB for each signature.
#[must_use = "a signature that is not valid is reported here and nowhere else"]
pub fn verify_batch(signatures: &[(&VerifyingKey, &[u8], &[u8])]) -> Vec<Result<(), InvalidSignature>> {
    let mut results = vec![Err(InvalidSignature); signatures.len()];
    let mut pending: Vec<Pending<'_>> = Vec::with_capacity(signatures.len());
    for (place, (key, message, signature)) in signatures.iter().enumerate() {
        let Ok(signature) = <&Signature>::try_from(*signature) else { continue };
        match key.prepared() {
            Some(prepared) => pending.push(Pending { place, prepared, message, signature }),
            None => results[place] = key.verify_with_backend(message, signature),
        }
    }
    // This is decided at compile time, as in `prepared`: without the feature, no part of the engine is linked.
    if !cfg!(feature = "engine") {
        return results;
    }
    let digests = engine::digests(&pending.iter().map(|pending| pending.message).collect::<Vec<_>>());
    let jobs: Vec<Job<'_>> = pending
        .iter()
        .zip(&digests)
        .map(|(Pending { prepared, signature, .. }, digest)| Job { key: prepared, digest, signature })
        .collect();
    for (pending, verdict) in pending.iter().zip(engine::verify_batch(&jobs)) {
        let (key, message, _) = signatures[pending.place];
        results[pending.place] = key.conclude(verdict, message, pending.signature);
    }
    results
}

/// Signs many messages at once, each with its own key. The results are those of [`SigningKey::sign`], in the order of
/// the messages.
///
/// A batch is faster if the keys are [accelerated](SigningKey::accelerate): their signatures then share much of the
/// work, and the keys may be mixed. Messages for keys that are not accelerated are signed one by one.
#[must_use = "the result holds the signatures"]
pub fn sign_batch(messages: &[(&SigningKey, &[u8])]) -> Vec<Result<Signature, SignError>> {
    if !cfg!(feature = "engine") {
        return messages.iter().map(|(key, message)| key.sign(message)).collect();
    }
    let mut results = vec![Err(SignError); messages.len()];
    let mut others: Vec<usize> = Vec::new();
    // Except in tests, all keys of a process have the same path.
    let mut by_path: Vec<(Path, Vec<(usize, Accelerated<'_>)>)> = Vec::new();
    for (place, (key, _)) in messages.iter().enumerate() {
        let Some(key) = key.accelerated() else {
            others.push(place);
            continue;
        };
        match by_path.iter_mut().find(|(path, _)| *path == key.path) {
            Some((_, places)) => places.push((place, key)),
            None => by_path.push((key.path, vec![(place, key)])),
        }
    }
    for (path, places) in by_path {
        let digests =
            engine::digests(&places.iter().map(|(place, _)| messages[*place].1).collect::<Vec<_>>());
        let jobs: Vec<SignJob<'_>> =
            places.iter().zip(&digests).map(|((_, key), digest)| key.job(digest)).collect();
        let Ok(signatures) = with_wiped_stack(|| engine::sign(path, &jobs)) else { continue };
        for ((place, _), signature) in places.into_iter().zip(signatures) {
            match signature {
                Some(signature) => results[place] = Ok(signature),
                None => others.push(place),
            }
        }
    }
    for place in others {
        let (key, message) = messages[place];
        results[place] = key.sign_with_backend(message);
    }
    results
}

/// A signature for the engine to verify.
struct Pending<'a> {
    place: usize,
    prepared: &'a Prepared,
    message: &'a [u8],
    signature: &'a Signature,
}
