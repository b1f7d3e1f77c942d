//! Products of two words of 64 bits.
//!
//! WebAssembly has no instruction for the upper half of a product. Compilers call a function for it that takes two
//! numbers of 128 bits, and is four times as slow as the code here.

/// The product of two words.
#[inline(always)]
pub(super) fn unsigned(a: u64, b: u64) -> u128 {
    if cfg!(target_family = "wasm") { in_halves(a, b) } else { u128::from(a) * u128::from(b) }
}

/// The product of two words with signs.
#[inline(always)]
pub(super) fn signed(a: i64, b: i64) -> i128 {
    if cfg!(target_family = "wasm") {
        signed_in_halves(a, b)
    } else {
        i128::from(a).wrapping_mul(i128::from(b))
    }
}

const LOW: u64 = (1 << 32) - 1;

/// [`unsigned`], from four products of halves of words. No sum exceeds its word: (2^32 - 1)^2 + 2·(2^32 - 1) is 2^64 - 1.
#[inline(always)]
pub(super) fn in_halves(a: u64, b: u64) -> u128 {
    let ([a_low, a_high], [b_low, b_high]) = ([a & LOW, a >> 32], [b & LOW, b >> 32]);
    let low = a_low.wrapping_mul(b_low);
    let middle = a_high.wrapping_mul(b_low).wrapping_add(low >> 32);
    let other = a_low.wrapping_mul(b_high).wrapping_add(middle & LOW);
    let high = a_high.wrapping_mul(b_high).wrapping_add(middle >> 32).wrapping_add(other >> 32);
    u128::from(high) << 64 | u128::from(other << 32 | low & LOW)
}

/// [`signed`], from four products of halves, of which the upper ones have the signs. No sum exceeds its word:
/// 2^31·(2^32 - 1) + 2^32 - 1 is below 2^63.
#[inline(always)]
pub(super) fn signed_in_halves(a: i64, b: i64) -> i128 {
    const LOW_BITS: i64 = LOW.cast_signed();
    let ([a_low, a_high], [b_low, b_high]) = ([a & LOW_BITS, a >> 32], [b & LOW_BITS, b >> 32]);
    let low = a_low.cast_unsigned().wrapping_mul(b_low.cast_unsigned());
    let middle = a_high.wrapping_mul(b_low).wrapping_add((low >> 32).cast_signed());
    let other = a_low.wrapping_mul(b_high).wrapping_add(middle & LOW_BITS);
    let high = a_high.wrapping_mul(b_high).wrapping_add(middle >> 32).wrapping_add(other >> 32);
    i128::from(high) << 64 | i128::from(other.cast_unsigned() << 32 | low & LOW)
}
