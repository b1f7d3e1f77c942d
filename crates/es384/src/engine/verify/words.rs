//! One signature in words, for processors without the instructions that lanes need.

use super::{Multiples, Parsed, Verdict, WINDOWS};
use crate::{
    Signature,
    engine::{
        modulus::Words,
        point::{self, Affine, Sum},
        residue::{Field, Scalar},
        table::AffineTable,
    },
};

/// How often points are added in pairs before the rest is added one by one. A pair costs 6 multiplications, and each time
/// one inversion on top, of about 45; one by one a point costs 10.
const PAIRINGS: usize = 3;

/// Verifies one signature of a message with this digest.
pub(crate) fn verify_words(key: &AffineTable, digest: &[u8; 48], signature: &Signature) -> Verdict {
    let Some(parsed) = Parsed::new(signature) else { return Verdict::Invalid };
    let inverse_of_s = Scalar::new(&parsed.s).invert_vartime();
    let multiples = Multiples::new(digest, &parsed.r, &inverse_of_s);

    let Some(sum) = sum(key, &multiples) else { return Verdict::Undecided };
    let has_x = |x: &Words| Field::new(x).mul(&sum.zz) == sum.x;
    if has_x(&parsed.r) || parsed.second_candidate().is_some_and(|x| has_x(&x)) {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}

/// `None` where an addition met equal or opposite points.
fn sum(key: &AffineTable, multiples: &Multiples) -> Option<Sum> {
    let mut points = Vec::with_capacity(2 * WINDOWS);
    for (table, digits) in [(AffineTable::of_generator(), &multiples.of_generator), (key, &multiples.of_key)]
    {
        points.extend(digits.iter().enumerate().map(|(window, digit)| {
            let entry = table.entry(window, *digit);
            if digit.is_negative() == 1 { entry.negate() } else { *entry }
        }));
    }
    for _ in 0..PAIRINGS {
        let (first, rest) = points.split_at(points.len() / 2);
        let (second, odd) = rest.split_at(first.len());
        let mut sums: Vec<Affine> = point::add_pairs(first, second)?;
        sums.extend(odd);
        points = sums;
    }
    let (first, rest) = points.split_first()?;
    let sum = rest.iter().fold(Sum::from(*first), |sum, point| sum.add(point));
    (!sum.zz.is_zero()).then_some(sum)
}
