//! Big integers, and the values at which arithmetic tends to fail.

use num_bigint::BigUint;

use super::{
    super::modulus::{self, N, P, Words},
    Random,
};

pub(super) fn big(words: &Words) -> BigUint {
    BigUint::from_bytes_be(&modulus::to_bytes(words))
}

pub(super) fn words(number: &BigUint) -> Words {
    let mut digits = number.to_u64_digits();
    assert!(digits.len() <= 6, "{number:x} has more than 384 bits");
    digits.resize(6, 0);
    digits.try_into().unwrap()
}

pub(super) fn p() -> BigUint {
    big(&P)
}

pub(super) fn n() -> BigUint {
    big(&N)
}

/// Every number next to a boundary of some kind, below 2^384.
pub(super) fn edges() -> Vec<Words> {
    let one = BigUint::from(1_u8);
    let top = &one << 384_u32;
    let mut marks = vec![BigUint::ZERO, p(), n(), p() - n(), p() >> 1, n() >> 1, top.clone()];
    marks.extend(
        [32, 52, 62, 64, 96, 104, 124, 128, 192, 256, 310, 320, 364, 372, 383].map(|bit| &one << bit),
    );
    let mut edges = Vec::new();
    for mark in marks {
        for distance in 0..3_u8 {
            edges.push(&mark + distance);
            if mark >= BigUint::from(distance) {
                edges.push(&mark - distance);
            }
        }
    }
    edges.retain(|edge| *edge < top);
    edges.sort();
    edges.dedup();
    edges.iter().map(words).collect()
}

/// All pairs of edges, and as many of random numbers.
pub(super) fn pairs(random: &mut Random) -> Vec<(Words, Words)> {
    let edges = edges();
    let mut pairs: Vec<_> = edges.iter().flat_map(|a| edges.iter().map(|b| (*a, *b))).collect();
    pairs.extend((0..pairs.len()).map(|_| (random.words(), random.words())).collect::<Vec<_>>());
    pairs
}
