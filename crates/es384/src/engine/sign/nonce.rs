//! Nonces that neither a weak generator nor a repeated state can give away.

use zeroize::{Zeroize, Zeroizing};

use super::{Hmac, Job};
use crate::{
    SignError,
    engine::{
        lanes::Lanes,
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
    /// does not know the private number cannot tell it from a random one. With a good generator it differs each time, so
    /// that signing the same twice under faults gives nothing away.
    pub(super) fn hedged<L: Lanes>(lanes: L, jobs: &[Job<'_>]) -> Result<Vec<Self>, SignError> {
        let entropy = entropy(jobs.len())?;
        let (entropy, _) = entropy.as_chunks();
        Ok(Self::derive_all(lanes, jobs, entropy))
    }

    /// [`hedged`](Self::hedged), one after the other.
    pub(super) fn hedged_in_words(jobs: &[Job<'_>]) -> Result<Vec<Self>, SignError> {
        let entropy = entropy(jobs.len())?;
        let (entropy, _) = entropy.as_chunks();
        Ok(jobs.iter().zip(entropy).map(|(job, entropy)| Self::derive(job, entropy)).collect())
    }

    /// [`derive`](Self::derive) for each job, with the entropy in its place, eight at a time.
    pub(crate) fn derive_all<L: Lanes>(lanes: L, jobs: &[Job<'_>], entropy: &[[u8; ENTROPY]]) -> Vec<Self> {
        let mut nonces = Vec::with_capacity(jobs.len());
        for (jobs, entropy) in jobs.chunks(8).zip(entropy.chunks(8)) {
            // Fewer than three are faster one by one.
            if jobs.len() < 3 || !L::SIDE_BY_SIDE {
                nonces.extend(jobs.iter().zip(entropy).map(|(job, entropy)| Self::derive(job, entropy)));
                continue;
            }
            let messages = Zeroizing::new(std::array::from_fn(|lane| {
                let lane = lane.min(jobs.len() - 1);
                message(0, &entropy[lane], jobs[lane].digest)
            }));
            let keys = std::array::from_fn(|lane| jobs[lane.min(jobs.len() - 1)].hmac);
            let bytes = Zeroizing::new(Hmac::of_8(lanes, keys, &messages));
            nonces.extend(jobs.iter().zip(entropy).zip(bytes.iter()).map(|((job, entropy), bytes)| {
                let nonce = Self(modulus::from_bytes(bytes));
                if nonce.is_usable() { nonce } else { Self::derive(job, entropy) }
            }));
        }
        nonces
    }

    /// HMAC-SHA-384 with the private number as its key, over a name, a counter, the entropy and the digest, each of fixed
    /// length. Its 384 bits are the nonce unless they make no number between 1 and n - 1, which happens once in 2^194: then
    /// the counter moves on. So nonces are uniform, as those of RFC 6979 are.
    pub(crate) fn derive(job: &Job<'_>, entropy: &[u8; ENTROPY]) -> Self {
        let mut nonce = Self([0; 6]);
        for counter in 0..=u8::MAX {
            let message = Zeroizing::new(message(counter, entropy, job.digest));
            let bytes = Zeroizing::new(job.hmac.of(&message));
            nonce.0 = modulus::from_bytes(&bytes);
            if nonce.is_usable() {
                break;
            }
        }
        nonce
    }

    /// Whether it is between 1 and n - 1. That a number is passed over says nothing about the one that is taken.
    fn is_usable(&self) -> bool {
        let some = self.0.iter().fold(0, |all, word| all | word);
        declassify(u8::from(modulus::less(&self.0, &N)) & u8::from(some != 0)) == 1
    }

    /// A known nonce, for published vectors.
    #[cfg(test)]
    #[cfg(feature = "engine")]
    pub(crate) fn known(number: Words) -> Self {
        Self(number)
    }

    pub(crate) fn number(&self) -> &Words {
        &self.0
    }

    pub(super) fn scalar(&self) -> Scalar {
        Scalar::new(&self.0)
    }
}

impl Drop for Nonce {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The fresh bytes for so many nonces, in one call.
fn entropy(nonces: usize) -> Result<Zeroizing<Vec<u8>>, SignError> {
    let mut entropy = Zeroizing::new(vec![0; ENTROPY * nonces]);
    getrandom::fill(&mut entropy).map_err(|_| SignError)?;
    Ok(entropy)
}

/// What a nonce is the HMAC of.
type Message = [u8; NAME.len() + 1 + ENTROPY + 48];

const NAME: &[u8; 20] = b"es384 hedged nonce 1";

fn message(counter: u8, entropy: &[u8; ENTROPY], digest: &[u8; 48]) -> Message {
    let mut message = [0; size_of::<Message>()];
    let (name, rest) = message.split_at_mut(NAME.len());
    let (number, rest) = rest.split_at_mut(1);
    let (fresh, rest) = rest.split_at_mut(ENTROPY);
    name.copy_from_slice(NAME);
    number[0] = counter;
    fresh.copy_from_slice(entropy);
    rest.copy_from_slice(digest);
    message
}
