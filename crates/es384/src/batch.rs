//! Many signatures at once.

use crate::{
    InvalidSignature, Signature, VerifyingKey,
    backend::{Active, Backend},
    engine::{self, Job, Prepared},
};

/// Verifies many signatures at once, each a key, a message and the key's signature of it in 96 bytes. The answers are those
/// that [`VerifyingKey::verify`] gives, in the order of the signatures.
///
/// It pays where the keys are [prepared](VerifyingKey::prepare) and the machine has AVX-512 IFMA: eight signatures are
/// then verified side by side, under any mix of keys. The more there are, up to sixteen, the less each costs.
/// Everything else is verified one by one.
///
/// Memory: about 300 KiB while it runs, and half a KiB for each signature.
#[must_use = "a signature that is not valid is reported here and nowhere else"]
pub fn verify_batch(signatures: &[(&VerifyingKey, &[u8], &[u8])]) -> Vec<Result<(), InvalidSignature>> {
    let mut results = vec![Err(InvalidSignature); signatures.len()];
    let mut pending: Vec<Pending<'_>> = Vec::with_capacity(signatures.len());
    for (place, (key, message, signature)) in signatures.iter().enumerate() {
        let Ok(signature) = <&Signature>::try_from(*signature) else { continue };
        match key.prepared() {
            Some(prepared) => {
                pending.push(Pending { place, prepared, digest: Active::sha384(message), signature });
            }
            None => results[place] = key.verify_with_backend(message, signature),
        }
    }
    let jobs: Vec<Job<'_>> = pending
        .iter()
        .map(|Pending { prepared, digest, signature, .. }| Job { key: prepared, digest, signature })
        .collect();
    for (pending, verdict) in pending.iter().zip(engine::verify_batch(&jobs)) {
        let (key, message, _) = signatures[pending.place];
        results[pending.place] = key.conclude(verdict, message, pending.signature);
    }
    results
}

/// A signature for the engine to verify.
struct Pending<'a> {
    place: usize,
    prepared: &'a Prepared,
    digest: [u8; 48],
    signature: &'a Signature,
}
