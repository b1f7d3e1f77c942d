//! Signing in lanes: one signature with its digits spread over the lanes, or many signatures, a lane each.
//!
//! Unlike verification this touches secrets: the private number, the nonces, and all that is made of them. No branch, no
//! index and no division here depends on one. Table entries are chosen by reading all of them. What was secret is
//! overwritten before its memory is given back; the caller wipes the stack.

mod batch;
mod nonce;
mod single;

use zeroize::Zeroizing;

use super::{
    field8::{self, Field8},
    lanes::Lanes,
    modulus::{self, N, Words},
    point8::Sum8,
    residue::{self, Field, Scalar},
    secret::{declassify, overwrite},
    tree,
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
    let nonces = Nonce::hedged(jobs)?;
    Ok(sign_with(lanes, jobs, &nonces))
}

/// Signs each job with the nonce in its place.
pub(crate) fn sign_with<L: Lanes>(lanes: L, jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>> {
    let mut coordinates = Zeroizing::new(Vec::with_capacity(jobs.len()));
    // Fewer than three are faster one by one: they would leave too many lanes without work.
    let (groups, few) = nonces.split_at(if nonces.len() % 8 < 3 { nonces.len() & !7 } else { nonces.len() });
    for chunk in groups.chunks(8 * batch::GROUPS) {
        batch::coordinates(lanes, chunk, &mut coordinates);
    }
    for nonce in few {
        coordinates.push(single::coordinate(lanes, nonce));
    }
    finish(jobs, nonces, &coordinates)
}

/// The x coordinate of a nonce's point, below p, or 0 where an addition was exceptional. The point is as secret as the
/// nonce until r is published, which it makes.
type Coordinate = Words;

/// r = x modulo n, s = (e + r·d)/k (SEC 1, section 4.1.3), with one inversion for all.
fn finish(jobs: &[Job<'_>], nonces: &[Nonce], coordinates: &[Coordinate]) -> Vec<Option<Signature>> {
    let mut products = Zeroizing::new(Vec::with_capacity(jobs.len()));
    let mut product = Zeroizing::new(Scalar::ONE);
    for nonce in nonces {
        products.push(*product);
        *product = product.mul(&nonce.scalar());
    }
    let mut inverse = Zeroizing::new(product.invert());
    let mut signatures = vec![None; jobs.len()];
    for i in (0..jobs.len()).rev() {
        let nonce_inverse = Zeroizing::new(inverse.mul(&products[i]));
        *inverse = inverse.mul(&nonces[i].scalar());

        let r = residue::reduce_once(&coordinates[i], 0, &N);
        let r_scalar = Scalar::new(&r);
        let private = Zeroizing::new(Scalar::new(&modulus::from_bytes(jobs[i].private)));
        let digest = Scalar::new(&modulus::from_bytes(jobs[i].digest));
        let sum = Zeroizing::new(digest.add(&r_scalar.mul(&private)));
        let s = nonce_inverse.mul(&sum).number();

        // From here on it is public, and a zero in it would be so too.
        let (r, s) = (declassify(r), declassify(s));
        if r != [0; 6] && s != [0; 6] {
            let mut signature = [0; 96];
            signature[..48].copy_from_slice(&modulus::to_bytes(&r));
            signature[48..].copy_from_slice(&modulus::to_bytes(&s));
            signatures[i] = Some(signature);
        }
    }
    signatures
}

/// The x coordinates of the points in the lanes, and 0 where an addition was exceptional.
fn x_coordinates<L: Lanes>(lanes: L, sums: &[Sum8<L>]) -> Vec<[Coordinate; 8]> {
    let one = Field8::splat(lanes, &field8::ONE);
    // That a case is exceptional may be known: it says that the nonce was, and signs nothing.
    let exceptional: Vec<u8> = sums.iter().map(|sum| declassify(sum.exceptional())).collect();
    let mut inverses: Vec<Field8<L, 2>> = sums
        .iter()
        .zip(&exceptional)
        .map(
            |(sum, exceptional)| {
                if *exceptional == 0 { sum.zz() } else { sum.zz().blend(*exceptional, &one) }
            },
        )
        .collect();
    tree::invert_all(&mut inverses, Field::invert);
    let all =
        sums.iter().zip(&inverses).zip(exceptional).map(|((sum, inverse), exceptional)| {
            let limbs = Zeroizing::new(sum.x_times(inverse).to_limbs());
            std::array::from_fn(|lane| {
                if exceptional >> lane & 1 == 1 { [0; 6] } else { field8::reduce(&limbs[lane]) }
            })
        });
    let all = all.collect();
    overwrite(&mut inverses, one);
    all
}
