//! Many signatures, with one nonce in each lane.

use zeroize::Zeroizing;

use super::{Coordinate, Job, Nonce, fault, finish, has_r};
use crate::{
    Signature,
    engine::{
        digits::{Digit, ENTRIES, WINDOW, WINDOWS, recode},
        field8::{self, Field8},
        lanes::{Form, Lanes, Task, eight},
        point8::{Affine8, Sum8},
        residue::Scalar,
        secret::{declassify, overwrite},
        table::odd_multiples,
        tree,
    },
};

/// How many groups of eight share their inversions.
pub(super) const GROUPS: usize = 4;

/// Signs as many jobs as there are nonces, at most 8·[`GROUPS`].
pub(super) fn sign<L: Lanes>(lanes: L, jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>> {
    let scalars: Zeroizing<Vec<Scalar>> = Zeroizing::new(nonces.iter().map(Nonce::scalar).collect());
    // For each nonce, the product of the nonces before it.
    let mut product = Zeroizing::new(Scalar::ONE);
    let mut before = Zeroizing::new(Vec::with_capacity(nonces.len()));
    for scalar in scalars.iter() {
        before.push(*product);
        *product = product.mul(scalar);
    }
    let mut sums = multiples(lanes, nonces);
    let (coordinates, mut inverse) = coordinates(lanes, &sums, &product);
    let mut signatures = vec![None; jobs.len()];
    for (i, x) in coordinates.as_flattened().iter().take(jobs.len()).enumerate().rev() {
        signatures[i] = finish(&jobs[i], &scalars[i], &Zeroizing::new(inverse.mul(&before[i])), x);
        *inverse = inverse.mul(&scalars[i]);
    }
    for (sum, signatures) in sums.iter().zip(signatures.chunks_mut(8)) {
        let right = has_r(sum, &std::array::from_fn(|lane| signatures.get(lane).copied().flatten()));
        for (lane, signature) in signatures.iter_mut().enumerate() {
            *signature = signature.filter(|_| right >> lane & 1 == 1);
        }
    }
    let zero = Sum8::zero(lanes);
    overwrite(&mut sums, zero);
    signatures
}

/// The base point times each nonce.
#[inline(never)]
fn multiples<L: Lanes>(lanes: L, nonces: &[Nonce]) -> Vec<Sum8<L>> {
    let Some(first) = nonces.first() else { return Vec::new() };
    let mut points = Vec::with_capacity(WINDOWS * nonces.len().div_ceil(8));
    for group in nonces.chunks(8) {
        let mut digits: [[Digit; WINDOWS]; 8] =
            std::array::from_fn(|lane| recode::<WINDOW, WINDOWS>(group.get(lane).unwrap_or(first).number()));
        lanes.run(Load { lanes, digits: &digits, points: &mut points });
        overwrite(&mut digits, [Digit::default(); WINDOWS]);
    }
    let sums = tree::sum_columns(lanes, &mut points, WINDOWS, |number| number.invert(lanes));
    let sums = sums.into_iter().map(fault::in_point).collect();
    let zero = Field8::zero(lanes);
    overwrite(&mut points, Affine8 { x: zero, y: zero });
    sums
}

/// The x coordinates of the points in the lanes, and the inverse of the product of all nonces. A coordinate is 0 if
/// an addition was exceptional or wrong.
#[inline(never)]
fn coordinates<L: Lanes>(
    lanes: L,
    sums: &[Sum8<L>],
    product: &Scalar,
) -> (Zeroizing<Vec<[Coordinate; 8]>>, Zeroizing<Scalar>) {
    let one = Field8::one(lanes);
    // Whether a case is exceptional, or the machine failed, is not secret: such a lane signs nothing.
    let exceptional: Vec<u8> =
        sums.iter().map(|sum| declassify(sum.exceptional() | sum.off_curve())).collect();
    let mut inverses: Vec<Field8<L, 2>> = sums
        .iter()
        .zip(&exceptional)
        .map(
            |(sum, exceptional)| {
                if *exceptional == 0 { sum.zz() } else { sum.zz().blend(*exceptional, &one) }
            },
        )
        .collect();
    let mut inverse_of_product = Zeroizing::new(Scalar::ONE);
    tree::invert_all(&mut inverses, |number| {
        let (inverse, of_product) = number.invert_both(product, lanes);
        *inverse_of_product = of_product;
        inverse
    });
    for inverse in &mut inverses {
        *inverse = fault::in_inverse_8(*inverse);
    }
    let all = sums.iter().zip(&inverses).zip(exceptional).map(|((sum, inverse), exceptional)| {
        let limbs = Zeroizing::new(sum.x_times(inverse).store());
        std::array::from_fn(|lane| {
            if exceptional >> lane & 1 == 1 { [0; 6] } else { field8::reduce(lanes, &limbs[lane]) }
        })
    });
    let all = Zeroizing::new(all.collect());
    overwrite(&mut inverses, one);
    (all, inverse_of_product)
}

/// The table, of at most 440 KiB.
fn table<F: Form>() -> &'static [F::Window] {
    F::shared().windows.get_or_init(|| odd_multiples(WINDOW).chunks(ENTRIES).map(F::window).collect())
}

/// Appends the entries that the digits of eight nonces name. It reads all entries.
struct Load<'a, L: Lanes> {
    lanes: L,
    digits: &'a [[Digit; WINDOWS]; 8],
    points: &'a mut Vec<Affine8<L>>,
}

impl<L: Lanes> Task<L> for Load<'_, L> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "below 64")]
    fn run(self) {
        for (window, table) in table::<L::Radix>().iter().enumerate() {
            let digits = eight!(lane => self.digits[lane][window]);
            let entry = Field8::pick(self.lanes, eight!(lane => digits[lane].entry() as u8), table);
            self.points.push(Affine8::of_entry(entry, Digit::signs(digits)));
        }
    }
}
