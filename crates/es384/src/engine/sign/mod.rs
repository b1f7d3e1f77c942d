//! Signing in lanes: one signature with its digits spread over the lanes, or many signatures, a lane each.
//!
//! Unlike verification this touches secrets: the private number, the nonces, and all that is made of them. No branch, no
//! index and no division here depends on one. Table entries are chosen by reading all of them. What was secret is
//! overwritten before its memory is given back; the caller wipes the stack.

mod batch;
pub(super) mod fault;
mod nonce;
mod single;

use zeroize::Zeroizing;

use super::{
    lanes::Lanes,
    modulus::{self, N, Words},
    residue::{self, Scalar},
    secret::declassify,
};
use crate::{SignError, Signature};

pub(crate) use nonce::Nonce;

/// A signature to be made: by this private number, between 1 and n - 1, of a message with this digest.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) private: &'a [u8; 48],
    pub(crate) digest: &'a [u8; 48],
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
    // Fewer than three are faster one by one: they would leave too many lanes without work.
    let in_groups = if nonces.len() % 8 < 3 { nonces.len() & !7 } else { nonces.len() };
    let (groups, few) = nonces.split_at(in_groups);
    let (jobs_of_groups, jobs_of_few) = jobs.split_at(in_groups);
    for (jobs, nonces) in jobs_of_groups.chunks(8 * batch::GROUPS).zip(groups.chunks(8 * batch::GROUPS)) {
        signatures.extend(batch::sign(lanes, jobs, nonces));
    }
    signatures.extend(jobs_of_few.iter().zip(few).map(|(job, nonce)| single::sign(lanes, job, nonce)));
    signatures
}

/// The x coordinate of a nonce's point, below p, or 0 where an addition was exceptional or wrong. The point is as secret as the
/// nonce until r is published, which it makes.
type Coordinate = Words;

/// r = x modulo n, s = (e + r·d)/k (SEC 1, section 4.1.3), from the x coordinate of k·G and 1/k.
fn finish(job: &Job<'_>, nonce: &Scalar, inverse: &Scalar, x: &Coordinate) -> Option<Signature> {
    let r = residue::reduce_once(x, 0, &N);
    let r_scalar = Scalar::new(&r);
    let private = Zeroizing::new(Scalar::new(&modulus::from_bytes(job.private)));
    let digest = Scalar::new(&modulus::from_bytes(job.digest));
    let sum = Zeroizing::new(digest.add(&r_scalar.mul(&private)));
    let s = fault::in_scalar(inverse.mul(&sum));
    // s·k = e + r·d, unless the machine failed.
    let right = s.mul(nonce) == *sum;

    // From here on it is public, and a zero in it would be so too.
    let (r, s, right) = (declassify(r), declassify(s.number()), declassify(right));
    if !right || r == [0; 6] || s == [0; 6] {
        return None;
    }
    let mut signature = [0; 96];
    signature[..48].copy_from_slice(&modulus::to_bytes(&r));
    signature[48..].copy_from_slice(&modulus::to_bytes(&s));
    Some(signature)
}
