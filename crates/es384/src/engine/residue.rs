//! Numbers modulo p or n in six words: the arithmetic for every processor.
//!
//! No operation takes a time that depends on the values, unless its name says `vartime`. Sums use wrapping operations
//! even where they cannot overflow, because overflow checks would branch.

use std::marker::PhantomData;

use zeroize::Zeroize;

use super::{
    modulus::{self, N, P, Words, inverse_of, low},
    secret::declassify,
    wide,
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
        // The product is below 2^384 times the modulus, as the reduction requires, even if the number is not below
        // the modulus.
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
    pub(crate) fn number(&self) -> Words {
        let mut wide = [0; 12];
        wide[..6].copy_from_slice(&self.words);
        M::montgomery_reduce(wide)
    }

    /// This and the square are not inlined. They would be in very many places, and a call costs little compared with
    /// 40 ns of work.
    #[inline(never)]
    pub(crate) fn mul(&self, other: &Self) -> Self {
        self.times(other)
    }

    /// [`mul`](Self::mul), but inlined, for a constant with few bits.
    #[inline(always)]
    pub(crate) fn times(&self, other: &Self) -> Self {
        Self::from_montgomery(M::montgomery_reduce(product(&self.words, &other.words)))
    }

    /// This number times a number below 2^384, out of Montgomery's form.
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
    ///
    /// With q = w·(2^32 + 1) modulo 2^64, where w is the lowest word, adding q·p = q·2^384 - q·(2^128 + 2^96 - 2^32 + 1)
    /// makes that word zero: -1/p is 2^32 + 1 modulo 2^64. The two parts are kept apart. Each round subtracts the
    /// second from the words above, and the first, which is q six words further up, is added at the end for all
    /// rounds.
    #[inline(always)]
    fn montgomery_reduce(mut value: [u64; 12]) -> Words {
        let mut quotients = [0; 6];
        // The amount still to be subtracted from the word above the two that a round changes. It is at most 2.
        let mut owed = 0;
        for i in 0..6 {
            let shifted = value[i] << 32;
            let (q, carry) = value[i].overflowing_add(shifted);
            quotients[i] = q;
            // (q·(2^128 + 2^96 - 2^32 + 1) - w)/2^64 = q·2^64 + q·2^32 - q_high - carry, because w + (w·2^32 modulo
            // 2^64) is q + carry·2^64. The low word of q·2^32 is that of w·2^32.
            let q_high = q >> 32;
            let (term, under) = borrowing_sub(shifted, q_high, carry);
            // This is not negative: if there is a carry, `shifted` is not zero, so nothing is borrowed if q_high is
            // zero.
            let (next_term, over) =
                q.overflowing_add(q_high.wrapping_add(owed).wrapping_sub(u64::from(under)));
            let borrow;
            (value[i + 1], borrow) = value[i + 1].overflowing_sub(term);
            let borrow_2;
            (value[i + 2], borrow_2) = borrowing_sub(value[i + 2], next_term, borrow);
            owed = u64::from(over).wrapping_add(u64::from(borrow_2));
        }
        add_quotients::<2>(&value, &quotients, owed, &P)
    }
}

/// [`N`].
#[derive(Clone, Copy)]
pub(crate) struct OrderN;

impl Modulus for OrderN {
    const WORDS: Words = N;

    /// n is 2^384 less a number of 190 bits, so a multiple of it takes three multiplications.
    ///
    /// As for p, let q = -w/n modulo 2^64. Adding q·n = q·2^384 - q·(2^384 - n) makes the lowest word w zero. Each
    /// round subtracts the second part, and the first is added at the end.
    #[inline(always)]
    fn montgomery_reduce(mut value: [u64; 12]) -> Words {
        const LESS: Words = modulus::subtract(&[0; 6], &N).0;
        const { assert!(LESS[2] < 1 << 62 && LESS[3] == 0 && LESS[4] == 0 && LESS[5] == 0) };
        let mut quotients = [0; 6];
        // The amount still to be subtracted from the word above the three that a round changes. It is 0 or 1.
        let mut owed = 0;
        for i in 0..6 {
            let q = value[i].wrapping_mul(const { inverse_of(N[0]).wrapping_neg() });
            quotients[i] = q;
            let products = [LESS[0], LESS[1], LESS[2]].map(|word| wide::unsigned(q, word));
            debug_assert!(declassify(low(products[0]) == value[i]), "the lowest word becomes zero");
            let (term_1, carry) = high_word(products[0]).overflowing_add(low(products[1]));
            let (term_2, carry) = carrying_add(high_word(products[1]), low(products[2]), carry);
            // This is below 2^62 + 2.
            let term_3 = high_word(products[2]).wrapping_add(u64::from(carry)).wrapping_add(owed);
            let borrow;
            (value[i + 1], borrow) = value[i + 1].overflowing_sub(term_1);
            let borrow_2;
            (value[i + 2], borrow_2) = borrowing_sub(value[i + 2], term_2, borrow);
            let borrow_3;
            (value[i + 3], borrow_3) = borrowing_sub(value[i + 3], term_3, borrow_2);
            owed = u64::from(borrow_3);
        }
        add_quotients::<3>(&value, &quotients, owed, &N)
    }
}

/// The end of a reduction: the high words of `value` and the quotients, less what is owed at word `AT`. The whole is
/// not negative and below twice the modulus; the result is below the modulus.
#[inline(always)]
fn add_quotients<const AT: usize>(value: &[u64; 12], quotients: &Words, owed: u64, modulus: &Words) -> Words {
    let mut sum = [0; 6];
    let mut carry = false;
    for i in 0..6 {
        (sum[i], carry) = carrying_add(value[i + 6], quotients[i], carry);
    }
    let mut borrow;
    (sum[AT], borrow) = sum[AT].overflowing_sub(owed);
    for i in AT + 1..6 {
        (sum[i], borrow) = sum[i].overflowing_sub(u64::from(borrow));
    }
    // A borrow only comes with a carry, because the whole is not negative.
    reduce_once(&sum, u64::from(carry).wrapping_sub(u64::from(borrow)), modulus)
}

/// The sum of two numbers below the modulus. The result is also below the modulus.
#[inline]
pub(super) fn add(a: &Words, b: &Words, modulus: &Words) -> Words {
    let (sum, carry) = modulus::add(a, b);
    reduce_once(&sum, carry, modulus)
}

/// Subtracts the modulus once if `carry·2^384 + words`, which is below twice the modulus, is not below the modulus.
#[inline(always)]
pub(super) fn reduce_once(words: &Words, carry: u64, modulus: &Words) -> Words {
    let (reduced, borrow) = modulus::subtract(words, modulus);
    modulus::add(&reduced, &modulus::select(borrow & (carry ^ 1), &[0; 6], modulus)).0
}

/// The twelve words of a product.
#[inline(always)]
fn product(a: &Words, b: &Words) -> [u64; 12] {
    let mut out = [0; 12];
    // This is not a loop, because compilers would keep the twelve words in memory.
    add_row::<0>(&mut out, 0, a[0], b);
    add_row::<0>(&mut out, 1, a[1], b);
    add_row::<0>(&mut out, 2, a[2], b);
    add_row::<0>(&mut out, 3, a[3], b);
    add_row::<0>(&mut out, 4, a[4], b);
    add_row::<0>(&mut out, 5, a[5], b);
    out
}

/// The twelve words of a square. Each mixed product is computed once and doubled; then the squares of the words are
/// added.
#[inline(always)]
fn square(a: &Words) -> [u64; 12] {
    let mut out = [0; 12];
    add_row::<1>(&mut out, 0, a[0], a);
    add_row::<2>(&mut out, 1, a[1], a);
    add_row::<3>(&mut out, 2, a[2], a);
    add_row::<4>(&mut out, 3, a[3], a);
    add_row::<5>(&mut out, 4, a[4], a);
    let mut shifted_out = 0;
    let mut carry = false;
    for i in 0..6 {
        let square = wide::unsigned(a[i], a[i]);
        for (word, term) in [(2 * i, low(square)), (2 * i + 1, high_word(square))] {
            let doubled = (out[word] << 1) | shifted_out;
            shifted_out = out[word] >> 63;
            (out[word], carry) = carrying_add(doubled, term, carry);
        }
    }
    out
}

/// Adds `factor` times the words of `b` from `FROM` on, at word `at`. Words from `at + 6` on are zero before.
///
/// The low halves of the products are one chain of additions, and the high halves are another. Compilers turn each
/// chain into the processor's instructions for carries.
#[inline(always)]
fn add_row<const FROM: usize>(out: &mut [u64; 12], at: usize, factor: u64, b: &Words) {
    let mut products = [0; 6];
    for j in FROM..6 {
        products[j] = wide::unsigned(factor, b[j]);
    }
    let mut carry = false;
    for j in FROM..6 {
        (out[at + j], carry) = carrying_add(out[at + j], low(products[j]), carry);
    }
    out[at + 6] = u64::from(carry);
    carry = false;
    for j in FROM..6 {
        (out[at + j + 1], carry) = carrying_add(out[at + j + 1], high_word(products[j]), carry);
    }
    debug_assert!(!declassify(carry), "the sum is a part of the product");
}

#[inline(always)]
fn borrowing_sub(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, under_b) = a.overflowing_sub(b);
    let (difference, under_borrow) = difference.overflowing_sub(u64::from(borrow));
    (difference, under_b | under_borrow)
}

#[inline(always)]
fn carrying_add(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, over_b) = a.overflowing_add(b);
    let (sum, over_carry) = sum.overflowing_add(u64::from(carry));
    (sum, over_b | over_carry)
}

#[inline]
fn high_word(wide: u128) -> u64 {
    low(wide >> 64)
}
