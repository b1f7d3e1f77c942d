//! Nonces that neither a weak generator nor a repeated state can give away.

use sha2::{Digest, Sha384};
use zeroize::{Zeroize, Zeroizing};

use super::Job;
use crate::{
    SignError,
    engine::{
        modulus::{self, N, Words},
        residue::Scalar,
        secret::declassify,
    },
};

/// Bytes of fresh randomness in a nonce.
pub(crate) const ENTROPY: usize = 32;

/// A number between 1 and n - 1, to be used once and never known.
pub(crate) struct Nonce(Words);

impl Nonce {
    /// A nonce for each job, from its private number, its digest and fresh bytes from the operating system, all in one call.
    ///
    /// If the generator repeats itself or is known, a nonce is as that of RFC 6979: another message has another one, and who
    /// does not know the private number can not tell it from a random one. With a good generator it differs each time, so
    /// that signing the same twice under faults gives nothing away.
    pub(super) fn hedged(jobs: &[Job<'_>]) -> Result<Vec<Self>, SignError> {
        let mut entropy = Zeroizing::new(vec![0; ENTROPY * jobs.len()]);
        getrandom::fill(&mut entropy).map_err(|_| SignError)?;
        let (entropy, _) = entropy.as_chunks();
        Ok(jobs.iter().zip(entropy).map(|(job, entropy)| Self::derive(job, entropy)).collect())
    }

    /// HMAC-SHA-384 with the private number as its key, over a name, a counter, the entropy and the digest, each of fixed
    /// length. Its 384 bits are the nonce unless they make no number between 1 and n - 1, which happens once in 2^194: then
    /// the counter moves on. So nonces are uniform, as those of RFC 6979 are.
    pub(crate) fn derive(job: &Job<'_>, entropy: &[u8; ENTROPY]) -> Self {
        let mut nonce = Self([0; 6]);
        for counter in 0..=u8::MAX {
            let mut bytes = hmac(job.private, &[b"es384 hedged nonce 1", &[counter], entropy, job.digest]);
            nonce.0 = modulus::from_bytes(&bytes);
            bytes.zeroize();
            let some = nonce.0.iter().fold(0, |all, word| all | word);
            let usable = u8::from(modulus::less(&nonce.0, &N)) & u8::from(some != 0);
            // That a number was passed over says nothing about the one that is taken.
            if declassify(usable) == 1 {
                break;
            }
        }
        nonce
    }

    /// A known nonce, for published vectors.
    #[cfg(test)]
    pub(crate) fn known(number: Words) -> Self {
        Self(number)
    }

    pub(crate) fn number(&self) -> &Words {
        &self.0
    }

    pub(super) fn scalar(&self) -> Zeroizing<Scalar> {
        Zeroizing::new(Scalar::new(&self.0))
    }
}

impl Drop for Nonce {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// HMAC (RFC 2104) with SHA-384, whose block is 128 bytes.
fn hmac(key: &[u8; 48], message: &[&[u8]]) -> [u8; 48] {
    let padded = |pad: u8| {
        let mut block = Zeroizing::new([pad; 128]);
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let mut inner = Sha384::new_with_prefix(*padded(0x36));
    for part in message {
        inner.update(part);
    }
    let mut inner: [u8; 48] = inner.finalize().into();
    let outer = Sha384::new_with_prefix(*padded(0x5C)).chain_update(inner);
    inner.zeroize();
    outer.finalize().into()
}
