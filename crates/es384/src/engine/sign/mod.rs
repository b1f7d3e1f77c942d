//! Signing in lanes: one signature with its digits spread over the lanes, or many signatures, a lane each.
//!
//! Unlike verification this touches secrets: the private number, the nonces, and all that is made of them. No branch, no
//! index and no division here depends on one. Table entries are chosen by reading all of them. What was secret is
//! overwritten before its memory is given back; the caller wipes the stack.

mod batch;
pub(super) mod fault;
mod hmac;
mod nonce;
mod single;
mod words;

use zeroize::Zeroizing;

use super::{
    lanes::{Lanes, grouped},
    modulus::{self, N, P_LESS_N, Words},
    point8::Sum8,
    residue::{self, Scalar},
    secret::declassify,
};
use crate::{SignError, Signature};

pub(crate) use hmac::Hmac;
pub(crate) use nonce::Nonce;

/// A signature to be made: by this private number, between 1 and n - 1, of a message with this digest.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) private: &'a [u8; 48],
    /// The private number once more, from another place in memory: the signature is checked with it.
    pub(crate) copy: &'a [u8; 48],
    /// HMAC under the private number, for nonces.
    pub(crate) hmac: &'a Hmac,
    pub(crate) digest: &'a [u8; 48],
}

/// A private number and HMAC under it.
#[cfg(test)]
#[cfg(feature = "engine")]
pub(crate) struct Signer {
    private: Zeroizing<[u8; 48]>,
    hmac: Hmac,
}

#[cfg(test)]
#[cfg(feature = "engine")]
impl Signer {
    pub(crate) fn new(private: &[u8; 48]) -> Self {
        Self { private: Zeroizing::new(*private), hmac: Hmac::new(private) }
    }

    pub(crate) fn hmac(&self) -> &Hmac {
        &self.hmac
    }
}

#[cfg(test)]
#[cfg(feature = "engine")]
impl<'a> Job<'a> {
    /// With one copy of the private number in both places.
    pub(crate) fn of(signer: &'a Signer, digest: &'a [u8; 48]) -> Self {
        Self { private: &signer.private, copy: &signer.private, hmac: &signer.hmac, digest }
    }
}

/// Signs each job, with fresh randomness of the operating system in each nonce. `None` where the formulas met a case that
/// they do not cover, which is as likely as guessing a private key: the backend must sign.
pub(crate) fn sign<L: Lanes>(lanes: L, jobs: &[Job<'_>]) -> Result<Vec<Option<Signature>>, SignError> {
    let nonces = Nonce::hedged(lanes, jobs)?;
    Ok(sign_with(lanes, jobs, &nonces))
}

/// Signs each job with the nonce in its place.
pub(crate) fn sign_with<L: Lanes>(lanes: L, jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>> {
    let mut signatures = Vec::with_capacity(jobs.len());
    let in_groups = if L::SIDE_BY_SIDE { grouped(nonces.len(), L::SIGNED_TOGETHER) } else { 0 };
    let (groups, few) = nonces.split_at(in_groups);
    let (jobs_of_groups, jobs_of_few) = jobs.split_at(in_groups);
    #[cfg(test)]
    #[cfg(feature = "engine")]
    super::tests::choice::note(groups.len(), few.len());
    if in_groups > 0 {
        for (jobs, nonces) in jobs_of_groups.chunks(8 * batch::GROUPS).zip(groups.chunks(8 * batch::GROUPS)) {
            signatures.extend(batch::sign(lanes, jobs, nonces));
        }
    }
    signatures.extend(jobs_of_few.iter().zip(few).map(|(job, nonce)| single::sign(lanes, job, nonce)));
    signatures
}

/// [`sign`] in words.
pub(crate) fn sign_in_words(jobs: &[Job<'_>]) -> Result<Vec<Option<Signature>>, SignError> {
    let nonces = Nonce::hedged_in_words(jobs)?;
    Ok(sign_in_words_with(jobs, &nonces))
}

/// [`sign_with`] in words.
pub(crate) fn sign_in_words_with(jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>> {
    if let ([job], [nonce]) = (jobs, nonces) {
        return vec![words::sign(job, nonce)];
    }
    let groups = jobs.chunks(words::GROUP).zip(nonces.chunks(words::GROUP));
    groups.flat_map(|(jobs, nonces)| words::sign_group(jobs, nonces)).collect()
}

/// The x coordinate of a nonce's point, below p, or 0 where an addition was exceptional or wrong. The point is as secret as the
/// nonce until r is published, which it makes.
type Coordinate = Words;

/// r = x modulo n, s = (e + r·d)/k (SEC 1, section 4.1.3), from the x coordinate of k·G and 1/k.
///
/// `None` where r or s is zero, or where the machine failed on the way from x to s. That x, and so r, is that of the point is
/// for the caller to [check](has_r).
fn finish(job: &Job<'_>, nonce: &Scalar, inverse: &Scalar, x: &Coordinate) -> Option<Signature> {
    let r = fault::in_r(residue::reduce_once(&fault::in_coordinate(*x), 0, &N));
    let digest = residue::reduce_once(&modulus::from_bytes(job.digest), 0, &N);
    let private = Zeroizing::new(modulus::from_bytes(job.private));
    let product = Zeroizing::new(fault::in_product(Scalar::new(&r).scale(&private)));
    let sum = Zeroizing::new(residue::add(&digest, &product, &N));
    let s = fault::in_scalar(inverse.scale(&sum));

    // From here on they are public, and a zero in them would be so too.
    let (r, s) = (declassify(r), declassify(s));
    if r == [0; 6] || s == [0; 6] {
        return None;
    }
    let mut signature = [0; 96];
    signature[..48].copy_from_slice(&modulus::to_bytes(&r));
    signature[48..].copy_from_slice(&modulus::to_bytes(&s));

    // s·k = e + r·d, unless the machine failed: with what is about to leave, with the second copy of d, and with another
    // order of the multiplications, so that no failure is in both.
    let [r, s] = halves(&signature);
    let copy = Zeroizing::new(modulus::from_bytes(job.copy));
    let product = Zeroizing::new(Zeroizing::new(Scalar::new(&copy)).scale(&r));
    let sum = Zeroizing::new(residue::add(&digest, &product, &N));
    // Whether the machine failed may be known.
    declassify(modulus::equal(&nonce.scale(&s), &sum)).then_some(signature)
}

/// The lanes whose signature has the r of its point, which it has unless the machine failed between the point and r; what is said of
/// lanes without a signature means nothing.
fn has_r<L: Lanes>(sum: &Sum8<L>, signatures: &[Option<Signature>; 8]) -> u8 {
    let all = signatures.map(|signature| signature.map_or([0; 6], |signature| halves(&signature)[0]));
    let mut right = sum.has_x(&all);
    // As in verification: x may have been r + n where that is below p.
    let others = all.map(|r| if modulus::less(&r, &P_LESS_N) { modulus::add(&r, &N).0 } else { r });
    if others != all {
        right |= sum.has_x(&others);
    }
    declassify(right)
}

/// r and s.
fn halves(signature: &Signature) -> [Words; 2] {
    let mut bytes = [[0; 48]; 2];
    bytes.as_flattened_mut().copy_from_slice(signature);
    bytes.map(|half| modulus::from_bytes(&half))
}
