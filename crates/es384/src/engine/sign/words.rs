//! Signing in words, for processors without the instructions that lanes need: one signature, or many that share their
//! inversions.

use zeroize::Zeroizing;

use super::{Job, Nonce, fault, finish, halves};
use crate::{
    Signature,
    engine::{
        column::{Column, sum_columns},
        digits::{Digit, ENTRIES, WINDOW, WINDOWS, recode},
        modulus::{self, N, P_LESS_N},
        point::{Affine, Sum},
        residue::{Field, Scalar},
        secret::{declassify, hide, overwrite},
        table::AffineTable,
    },
};

/// From how many pairs on an inversion pays. In constant time it takes as long as about 110 multiplications, and a
/// pair saves 4.
const WORTH: usize = 28;

/// How many signatures share their inversions. The points of each take 8 KiB.
pub(super) const GROUP: usize = 16;

/// Signs one job with this nonce. A single job has too few pairs of points for an inversion on the way to pay.
pub(super) fn sign(job: &Job<'_>, nonce: &Nonce) -> Option<Signature> {
    let sum = Zeroizing::new(checked(Some(&multiple(nonce)))?);
    let scalar = Zeroizing::new(nonce.scalar());
    let (inverse_of_zz, inverse) = sum.zz.invert_both_in_words(&scalar);
    let (inverse_of_zz, inverse) = (Zeroizing::new(inverse_of_zz), Zeroizing::new(inverse));
    conclude(job, &scalar, &inverse, &sum, &inverse_of_zz)
}

/// The base point times the nonce.
#[inline(never)]
fn multiple(nonce: &Nonce) -> Sum {
    let mut digits = recode::<WINDOW, WINDOWS>(nonce.number());
    let table = AffineTable::of_generator();
    let point = |window: usize| choose(table.window(window), digits[window]);
    let sum = (2..WINDOWS).fold(Sum::of_two(&point(0), &point(1)), |sum, window| sum.add(&point(window)));
    overwrite(&mut digits, Digit::default());
    sum
}

/// Signs as many jobs as there are nonces, at most [`GROUP`].
pub(super) fn sign_group(jobs: &[Job<'_>], nonces: &[Nonce]) -> Vec<Option<Signature>> {
    let scalars: Zeroizing<Vec<Scalar>> = Zeroizing::new(nonces.iter().map(Nonce::scalar).collect());
    let mut columns: Vec<Column<WINDOWS>> = nonces.iter().map(column).collect();
    let mut sums: Zeroizing<Vec<Option<Sum>>> = Zeroizing::new(Vec::with_capacity(nonces.len()));
    sum_columns(&mut columns, WORTH, Field::invert_in_words, |_, sum| sums.push(checked(sum)));
    columns.iter_mut().for_each(Column::wipe);

    // For each signature, the product of the nonces before it, and of the zz. Whether an addition was exceptional, or
    // the machine failed, is not secret: such a job signs nothing.
    let mut before = Zeroizing::new(Vec::with_capacity(nonces.len()));
    let mut product = Zeroizing::new((Field::ONE, Scalar::ONE));
    for (sum, scalar) in sums.iter().zip(scalars.iter()) {
        before.push(*product);
        let zz = sum.as_ref().map_or(Field::ONE, |sum| sum.zz);
        *product = (product.0.mul(&zz), product.1.mul(scalar));
    }
    let mut inverse = Zeroizing::new(product.0.invert_both_in_words(&product.1));
    let mut signatures = vec![None; jobs.len()];
    for (i, job) in jobs.iter().enumerate().rev() {
        let own = Zeroizing::new((inverse.0.mul(&before[i].0), inverse.1.mul(&before[i].1)));
        if let Some(sum) = &sums[i] {
            signatures[i] = conclude(job, &scalars[i], &own.1, sum, &own.0);
            inverse.0 = inverse.0.mul(&sum.zz);
        }
        inverse.1 = inverse.1.mul(&scalars[i]);
    }
    signatures
}

/// A sum that is on the curve. It is `None` if an addition was exceptional, which makes zz zero, or if the machine
/// failed. Neither is secret.
fn checked(sum: Option<&Sum>) -> Option<Sum> {
    let sum = fault::in_sum(*sum?);
    declassify(!sum.zz.is_zero() & sum.is_on_curve()).then_some(sum)
}

/// The signature, made from k, 1/k, k·G and 1/zz, if its r is that of the point.
fn conclude(
    job: &Job<'_>,
    nonce: &Scalar,
    inverse: &Scalar,
    sum: &Sum,
    inverse_of_zz: &Field,
) -> Option<Signature> {
    let x = Zeroizing::new(sum.x.mul(&fault::in_inverse(*inverse_of_zz)));
    let signature = finish(job, nonce, inverse, &Zeroizing::new(x.number()))?;
    let [r, _] = halves(&signature);
    let has_x = |x| declassify(sum.has_x(x));
    // As in verification: x may have been r + n where that is below p.
    let right = has_x(&r) || modulus::less(&r, &P_LESS_N) && has_x(&modulus::add(&r, &N).0);
    right.then_some(signature)
}

/// The table entries whose sum is the base point times the nonce.
#[inline(never)]
fn column(nonce: &Nonce) -> Column<WINDOWS> {
    let mut digits = recode::<WINDOW, WINDOWS>(nonce.number());
    let table = AffineTable::of_generator();
    let column = Column::new(|window| choose(table.window(window), digits[window]));
    overwrite(&mut digits, Digit::default());
    column
}

/// The entry of a window that a digit names.
fn choose(entries: &[Affine; ENTRIES], digit: Digit) -> Affine {
    let words = read_all(entries, digit.entry());
    let [x, y] = [0, 6].map(|from| Field::from_montgomery(std::array::from_fn(|i| words[from + i])));
    let negative = u64::from(digit.is_negative());
    let y = modulus::select(negative, y.montgomery(), y.negate().montgomery());
    Affine { x, y: Field::from_montgomery(y) }
}

/// The words of the entry in this place. All entries are read.
///
/// Compilers process two words at a time here, as long as they do not know how the words are used.
#[inline(never)]
fn read_all(entries: &[Affine; ENTRIES], place: usize) -> [u64; 12] {
    let mut words = [0; 12];
    for (number, entry) in (0_u64..).zip(entries) {
        // This is all ones for the entry, and zero otherwise. Both numbers are below 64, so only zero less one has
        // its highest bit
        // set.
        let differs = number ^ place as u64;
        let take = hide((differs.wrapping_sub(1).cast_signed() >> 63).cast_unsigned());
        let (x, y) = (entry.x.montgomery(), entry.y.montgomery());
        let entry: [u64; 12] = std::array::from_fn(|i| if i < 6 { x[i] } else { y[i - 6] });
        for (word, term) in words.iter_mut().zip(&entry) {
            *word |= term & take;
        }
    }
    words
}
