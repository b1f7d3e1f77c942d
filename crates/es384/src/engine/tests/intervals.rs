//! Bounds of the kernels of 30-bit limbs, for all inputs: the very rows of the kernels, over intervals in the place of numbers.
//!
//! Every column is an interval of whole numbers. A column that could leave 64 bits anywhere on the way stops the test.

use std::ops::RangeInclusive;

use super::super::lanes::radix30::{CARRIED, LOW_30, bias, clear, kernels, pay, put, row, square_row};

/// All whole numbers from the first to the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval(i128, i128);

type Sum = Interval;
type Factor = Interval;
type Factors = *const Interval;

/// A column: below 2^64 and not negative where it is shifted, and signed in the highest.
fn checked(low: i128, high: i128) -> Interval {
    const COLUMNS: RangeInclusive<i128> = -(1 << 63)..=(1 << 64) - 1;
    assert!(COLUMNS.contains(&low) && COLUMNS.contains(&high), "a column from {low:x} to {high:x}");
    Interval(low, high)
}

unsafe fn load(number: Factors, limb: usize) -> Factor {
    // SAFETY: the caller's word.
    let limb = unsafe { *number.add(limb) };
    assert!(-(1 << 31) <= limb.0 && limb.1 < 1 << 31, "a limb beyond 32 bits");
    limb
}

fn add_product(sum: Sum, a: Factor, b: Factor) -> Sum {
    let ends = [a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1];
    let (low, high) =
        ends.iter().fold((i128::MAX, i128::MIN), |(low, high), end| (low.min(*end), high.max(*end)));
    checked(sum.0 + low, sum.1 + high)
}

fn double(factor: Factor) -> Factor {
    assert!(-(1 << 31) <= 2 * factor.0 && 2 * factor.1 < 1 << 31, "a doubled limb beyond 32 bits");
    Interval(2 * factor.0, 2 * factor.1)
}

fn extend(factor: Factor) -> Sum {
    factor
}

fn add(a: Sum, b: Sum) -> Sum {
    checked(a.0 + b.0, a.1 + b.1)
}

fn sub(a: Sum, b: Sum) -> Sum {
    checked(a.0 - b.1, a.1 - b.0)
}

fn shl<const BITS: i32>(a: Sum) -> Sum {
    checked(a.0 << BITS, a.1 << BITS)
}

fn low(_: Sum) -> Sum {
    Interval(0, LOW_30.into())
}

fn rest(a: Sum) -> Sum {
    assert!(a.0 >= 0, "a negative column is shifted: {a:?}");
    Interval(a.0 >> 30, a.1 >> 30)
}

fn none() -> Sum {
    Interval(0, 0)
}

fn start(column: usize) -> Sum {
    let value = if column == 25 { bias(column).cast_signed().into() } else { i128::from(bias(column)) };
    Interval(value, value)
}

macro_rules! settle {
    ($($pointer:ident),*; $w:ident; $($n:literal $k:expr),*) => {
        $($pointer = std::hint::black_box($pointer);)*
    };
}

kernels!();

/// A carried number below `bound`·p, and a difference of two whose bounds add up to that.
fn carried(bound: i128) -> [Interval; 13] {
    let mut limbs = [Interval(-i128::from(CARRIED), CARRIED.into()); 13];
    limbs[12] = Interval(-(bound << 24) - 1, (bound << 24) + 1);
    limbs
}

fn wide(bound: i128) -> [Interval; 13] {
    let mut limbs = [Interval(-2 * i128::from(CARRIED), 2 * i128::from(CARRIED)); 13];
    limbs[12] = Interval(-(bound << 24) - 2, (bound << 24) + 2);
    limbs
}

/// Three carried numbers added up.
fn three(bound: i128) -> [Interval; 13] {
    let limb = |limb: Interval| add_limbs(limb, add_limbs(limb, limb));
    carried(bound).map(limb)
}

fn add_limbs(a: Interval, b: Interval) -> Interval {
    let sum = Interval(a.0 + b.0, a.1 + b.1);
    assert!(-(1 << 31) <= sum.0 && sum.1 < 1 << 31, "a sum of limbs beyond 32 bits");
    sum
}

/// What comes out is columns, of which all but the highest are cut to 30 bits: none is negative, or moving its rest up would have stopped
/// the test. That the value is within its bound follows from the factors; here only that the highest limb fits.
fn highest_limb_fits(out: &[Interval; 13]) {
    assert!(-(1 << 31) <= out[12].0 && out[12].1 < 1 << 31, "{:?}", out[12]);
}

#[test]
fn columns_never_overflow() {
    // No bound in the engine is beyond 10, and none of what is subtracted beyond 8.
    let (a, b, c) = (carried(10), wide(10), three(8));
    let mut out = [Interval(0, 0); 13];
    // SAFETY: pointers to numbers.
    unsafe {
        product(a.as_ptr(), b.as_ptr(), Plain, &mut out);
        highest_limb_fits(&out);
        product(a.as_ptr(), b.as_ptr(), Less(c.as_ptr()), &mut out);
        highest_limb_fits(&out);
        square(a.as_ptr(), Plain, &mut out);
        highest_limb_fits(&out);
        square(a.as_ptr(), Less(c.as_ptr()), &mut out);
        highest_limb_fits(&out);
        // As WebAssembly has its squares.
        product(a.as_ptr(), a.as_ptr(), Less(c.as_ptr()), &mut out);
        highest_limb_fits(&out);
    }
}

/// The test finds what it is there to find: two wide factors would overflow.
#[test]
#[should_panic(expected = "a column from")]
fn two_wide_factors_overflow() {
    let b = wide(10);
    let mut out = [Interval(0, 0); 13];
    // SAFETY: pointers to numbers.
    unsafe { product(b.as_ptr(), b.as_ptr(), Plain, &mut out) };
}

/// What the columns start with is zero together, once halves are taken off the results.
#[test]
fn what_columns_start_with_is_nothing() {
    let value = |column: usize| -> num_bigint::BigInt {
        let value: i128 = start(column).0;
        let rounding = if (13..25).contains(&column) { 1 << 29 } else { 0 };
        num_bigint::BigInt::from(value - rounding) << (30 * column)
    };
    let all: num_bigint::BigInt = (0..26).map(value).sum();
    assert_eq!(all, num_bigint::BigInt::ZERO);
}
