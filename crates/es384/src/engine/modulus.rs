//! The two moduli of P-384 (SP 800-186, section 3.2.1.4): the prime p of the field, and the prime order n of the curve.
//!
//! Numbers are six words of 64 bits, the least significant first.

use super::secret::hide;

/// Six words, the least significant first: a number below 2^384.
pub(crate) type Words = [u64; 6];

/// p = 2^384 - 2^128 - 2^96 + 2^32 - 1.
pub(crate) const P: Words = [
    0x0000_0000_FFFF_FFFF,
    0xFFFF_FFFF_0000_0000,
    0xFFFF_FFFF_FFFF_FFFE,
    0xFFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_FFFF_FFFF,
];

/// The number of points on the curve.
pub(crate) const N: Words = [
    0xECEC_196A_CCC5_2973,
    0x581A_0DB2_48B0_A77A,
    0xC763_4D81_F437_2DDF,
    0xFFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_FFFF_FFFF,
];

/// b of the curve's equation, y² = x³ - 3·x + b.
pub(crate) const B: Words = [
    0x2A85_C8ED_D3EC_2AEF,
    0xC656_398D_8A2E_D19D,
    0x0314_088F_5013_875A,
    0x181D_9C6E_FE81_4112,
    0x988E_056B_E3F8_2D19,
    0xB331_2FA7_E23E_E7E4,
];

/// p - n. If r is below this, r + n is below p, so r may stand for two x coordinates.
pub(crate) const P_LESS_N: Words = difference(&P, &N);

/// The words of 48 big-endian bytes.
#[inline]
pub(crate) fn from_bytes(bytes: &[u8; 48]) -> Words {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|i| u64::from_be_bytes(words[5 - i]))
}

/// The 48 big-endian bytes of a number.
#[inline]
pub(crate) fn to_bytes(words: &Words) -> [u8; 48] {
    let mut bytes = [0; 48];
    let (chunks, _) = bytes.as_chunks_mut::<8>();
    for (chunk, word) in chunks.iter_mut().zip(words.iter().rev()) {
        *chunk = word.to_be_bytes();
    }
    bytes
}

/// Whether `a < b`, in the same time for all values.
#[inline]
pub(crate) const fn less(a: &Words, b: &Words) -> bool {
    subtract(a, b).1 == 1
}

/// Whether `a = b`, in the same time for all values.
#[inline]
pub(crate) fn equal(a: &Words, b: &Words) -> bool {
    a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// `a + b` modulo 2^384, and the carry.
#[inline]
pub(crate) const fn add(a: &Words, b: &Words) -> (Words, u64) {
    let mut sum = [0; 6];
    let mut carry = 0;
    let mut i = 0;
    while i < 6 {
        let wide = a[i] as u128 + b[i] as u128 + carry as u128;
        sum[i] = low(wide);
        carry = low(wide >> 64);
        i += 1;
    }
    (sum, carry)
}

/// `a - b` modulo 2^384, and the borrow.
#[inline]
pub(crate) const fn subtract(a: &Words, b: &Words) -> (Words, u64) {
    let mut difference = [0; 6];
    let mut borrow = 0;
    let mut i = 0;
    while i < 6 {
        let wide = (a[i] as u128).wrapping_sub(b[i] as u128).wrapping_sub(borrow as u128);
        difference[i] = low(wide);
        borrow = low(wide >> 64) & 1;
        i += 1;
    }
    (difference, borrow)
}

/// `if choice { b } else { a }`, in the same time for both; `choice` is 0 or 1.
#[inline]
pub(crate) fn select(choice: u64, a: &Words, b: &Words) -> Words {
    let take = hide(0_u64.wrapping_sub(choice));
    std::array::from_fn(|i| (a[i] & !take) | (b[i] & take))
}

#[expect(clippy::cast_possible_truncation, reason = "the low word is what is wanted")]
#[inline]
pub(super) const fn low(wide: u128) -> u64 {
    wide as u64
}

const fn difference(a: &Words, b: &Words) -> Words {
    subtract(a, b).0
}

/// `2^exponent` modulo `modulus`.
pub(crate) const fn power_of_two(exponent: u32, modulus: &Words) -> Words {
    shift([1, 0, 0, 0, 0, 0], exponent, modulus)
}

/// `value·2^exponent` modulo `modulus`, computed at compile time by doubling.
pub(crate) const fn shift(mut value: Words, exponent: u32, modulus: &Words) -> Words {
    let mut i = 0;
    while i < exponent {
        let (doubled, carry) = add(&value, &value);
        let (reduced, borrow) = subtract(&doubled, modulus);
        // The doubled value is below the modulus only if the subtraction borrowed and the doubling did not carry.
        value = if borrow == 1 && carry == 0 { doubled } else { reduced };
        i += 1;
    }
    value
}

/// 1/word modulo 2^64, by Newton's iteration. Each step doubles the number of correct bits. An odd word itself has 3
/// of them.
pub(crate) const fn inverse_of(word: u64) -> u64 {
    let mut inverse = word;
    let mut i = 0;
    while i < 5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(word.wrapping_mul(inverse)));
        i += 1;
    }
    inverse
}
