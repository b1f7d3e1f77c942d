//! Numbers modulo p or n in six words: the arithmetic for every processor.
//!
//! No operation takes a time that depends on the values, except where the name says `vartime`.

use std::marker::PhantomData;

use zeroize::Zeroize;

use super::{
    inverse::inverse_of,
    modulus::{self, N, P, Words, low},
};

/// A prime of 384 bits, and how to divide by it.
pub(crate) trait Modulus: Copy {
    const WORDS: Words;

    /// `value / 2^384` modulo the prime, below the prime, for a value below the prime times 2^384.
    fn montgomery_reduce(value: [u64; 12]) -> Words;
}

/// A number modulo `M`, kept times 2^384 (Montgomery's form) and always below the modulus.
#[derive(Clone, Copy)]
pub(crate) struct Residue<M> {
    words: Words,
    modulus: PhantomData<M>,
}

/// Modulo p: coordinates.
pub(crate) type Field = Residue<PrimeP>;
/// Modulo n: multiples of points.
pub(crate) type Scalar = Residue<OrderN>;

impl<M: Modulus> Residue<M> {
    pub(crate) const ZERO: Self = Self::from_montgomery([0; 6]);
    pub(crate) const ONE: Self = Self::from_montgomery(modulus::power_of_two(384, &M::WORDS));
    const SQUARED_RADIX: Self = Self::from_montgomery(modulus::power_of_two(768, &M::WORDS));
    pub(super) const CUBED_RADIX: Self = Self::from_montgomery(modulus::power_of_two(1152, &M::WORDS));

    /// Takes a number below 2^384.
    #[inline(never)]
    pub(crate) fn new(number: &Words) -> Self {
        // Below 2^384 times the modulus, as the reduction asks, even where the number is not below the modulus.
        Self::from_montgomery(M::montgomery_reduce(product(number, &Self::SQUARED_RADIX.words)))
    }

    /// Takes words that already are in Montgomery's form, below the modulus.
    #[inline]
    pub(crate) const fn from_montgomery(words: Words) -> Self {
        Self { words, modulus: PhantomData }
    }

    /// The words in Montgomery's form.
    #[inline]
    pub(crate) const fn montgomery(&self) -> &Words {
        &self.words
    }

    /// The number, below the modulus.
    #[cfg(test)]
    pub(crate) fn number(&self) -> Words {
        let mut wide = [0; 12];
        wide[..6].copy_from_slice(&self.words);
        M::montgomery_reduce(wide)
    }

    /// Not inlined, nor is the square: it would be in very many places, and a call costs little beside the 40 ns of the work.
    #[inline(never)]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        self.times(other)
    }

    /// [`mul`](Self::mul), inlined: for a constant with few bits.
    #[inline(always)]
    pub(crate) fn times(&self, other: &Self) -> Self {
        Self::from_montgomery(M::montgomery_reduce(product(&self.words, &other.words)))
    }

    /// This times a number below 2^384, out of Montgomery's form.
    #[inline(never)]
    pub(crate) fn scale(&self, number: &Words) -> Words {
        M::montgomery_reduce(product(&self.words, number))
    }

    #[inline(never)]
    pub(crate) fn square(&self) -> Self {
        Self::from_montgomery(M::montgomery_reduce(square(&self.words)))
    }

    #[inline]
    pub(crate) fn add(&self, other: &Self) -> Self {
        Self::from_montgomery(add(&self.words, &other.words, &M::WORDS))
    }

    #[inline]
    pub(crate) fn sub(&self, other: &Self) -> Self {
        let (difference, borrow) = modulus::subtract(&self.words, &other.words);
        let correction = modulus::select(borrow, &[0; 6], &M::WORDS);
        Self::from_montgomery(modulus::add(&difference, &correction).0)
    }

    #[inline]
    pub(crate) fn negate(&self) -> Self {
        Self::ZERO.sub(self)
    }

    #[inline]
    pub(crate) fn is_zero(&self) -> bool {
        self.words.iter().fold(0, |all, word| all | word) == 0
    }
}

impl<M> Zeroize for Residue<M> {
    fn zeroize(&mut self) {
        self.words.zeroize();
    }
}

impl<M: Modulus> PartialEq for Residue<M> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        modulus::equal(&self.words, &other.words)
    }
}

/// [`P`].
#[derive(Clone, Copy)]
pub(crate) struct PrimeP;

impl Modulus for PrimeP {
    const WORDS: Words = P;

    /// p is sparse, so a multiple of it is a few shifts and additions.
    #[inline]
    fn montgomery_reduce(value: [u64; 12]) -> Words {
        let [v0, v1, v2, v3, v4, v5, high @ ..] = value;
        let mut window = [v0, v1, v2, v3, v4, v5];
        for _ in 0..6 {
            // -1/p = 2^32 + 1 modulo 2^64, so adding q·p = q·2^384 - q·(2^128 + 2^96 - 2^32 + 1) clears the lowest word.
            let q = window[0].wrapping_add(window[0] << 32);
            let (q_low, q_high) = (q << 32, q >> 32);
            // What is to be subtracted from the words above the lowest: q·2^64 + (q·2^32)·(1 - 2^-64), less the carry out
            // of the lowest.
            let carry = u64::from(window[0].overflowing_add(q_low).1);
            let (term_1, borrow) = subtract_with_borrow(q_low, q_high, carry);
            let (sum, over) = q_high.overflowing_add(q);
            let (term_2, under) = sum.overflowing_sub(borrow);
            // Never -1: q_high + q is zero only for q = 0, and then nothing is borrowed.
            let term_3 = u64::from(over).wrapping_sub(u64::from(under));
            // q moves in at the top and is at least what is borrowed from it: q·2^320 exceeds the whole subtrahend.
            let mut borrow = 0;
            for (i, term) in [term_1, term_2, term_3, 0, 0].into_iter().enumerate() {
                (window[i], borrow) = subtract_with_borrow(window[i + 1], term, borrow);
            }
            window[5] = q.wrapping_sub(borrow);
        }
        let (sum, carry) = modulus::add(&window, &high);
        reduce_once(&sum, carry, &P)
    }
}

/// [`N`].
#[derive(Clone, Copy)]
pub(crate) struct OrderN;

impl Modulus for OrderN {
    const WORDS: Words = N;

    #[inline]
    fn montgomery_reduce(mut value: [u64; 12]) -> Words {
        let mut top = 0;
        for i in 0..6 {
            let q = value[i].wrapping_mul(const { inverse_of(N[0]).wrapping_neg() });
            let mut carry = 0;
            for j in 0..6 {
                (value[i + j], carry) = multiply_add(value[i + j], q, N[j], carry);
            }
            (value[i + 6], top) = add_with_carry(value[i + 6], carry, top);
        }
        let words = [value[6], value[7], value[8], value[9], value[10], value[11]];
        reduce_once(&words, top, &N)
    }
}

/// The sum of two numbers below the modulus, below it as well.
#[inline]
pub(super) fn add(a: &Words, b: &Words, modulus: &Words) -> Words {
    let (sum, carry) = modulus::add(a, b);
    reduce_once(&sum, carry, modulus)
}

/// Subtracts the modulus once where `carry·2^384 + words`, below twice the modulus, is not below it.
#[inline]
pub(super) fn reduce_once(words: &Words, carry: u64, modulus: &Words) -> Words {
    let (reduced, borrow) = modulus::subtract(words, modulus);
    modulus::select(borrow & (carry ^ 1), &reduced, words)
}

/// The twelve words of a product.
#[inline]
fn product(a: &Words, b: &Words) -> [u64; 12] {
    let mut out = [0; 12];
    for i in 0..6 {
        let mut carry = 0;
        for j in 0..6 {
            (out[i + j], carry) = multiply_add(out[i + j], a[i], b[j], carry);
        }
        out[i + 6] = carry;
    }
    out
}

/// The twelve words of a square: each mixed product once, doubled, then the squares of the words.
#[inline]
fn square(a: &Words) -> [u64; 12] {
    let mut out = [0; 12];
    for i in 0..6 {
        let mut carry = 0;
        for j in i + 1..6 {
            (out[i + j], carry) = multiply_add(out[i + j], a[i], a[j], carry);
        }
        out[i + 6] = carry;
    }
    let mut shifted_out = 0;
    let mut carry = 0;
    for i in 0..6 {
        let wide = u128::from(a[i]) * u128::from(a[i]);
        for (word, term) in [(2 * i, low(wide)), (2 * i + 1, high_word(wide))] {
            let doubled = (out[word] << 1) | shifted_out;
            shifted_out = out[word] >> 63;
            (out[word], carry) = add_with_carry(doubled, term, carry);
        }
    }
    out
}

/// `a + b·c + carry`, which is always below 2^128.
#[inline]
fn multiply_add(a: u64, b: u64, c: u64, carry: u64) -> (u64, u64) {
    let wide = u128::from(a) + u128::from(b) * u128::from(c) + u128::from(carry);
    (low(wide), high_word(wide))
}

#[inline]
fn add_with_carry(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = u128::from(a) + u128::from(b) + u128::from(carry);
    (low(wide), high_word(wide))
}

#[inline]
fn subtract_with_borrow(a: u64, b: u64, borrow: u64) -> (u64, u64) {
    let (difference, under_a) = a.overflowing_sub(b);
    let (difference, under_b) = difference.overflowing_sub(borrow);
    (difference, u64::from(under_a | under_b))
}

#[inline]
fn high_word(wide: u128) -> u64 {
    low(wide >> 64)
}
