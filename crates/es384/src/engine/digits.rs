//! A multiple of a point as a sum of table entries.
//!
//! A number k is written as the sum of 55 digits d·2^(7·i), each odd and between -127 and 127 (Joye and Tunstall,
//! "Exponent recoding and regular exponentiation algorithms", 2009). No digit is zero, so every window adds a point,
//! and digits of both signs share the 64 odd multiples of a window's point. Digits of 6 and of 8 bits are made in the
//! same way. Only odd numbers can be written so. An even k is taken as -(n - k), which is odd because n is.
//!
//! No operation takes a time that depends on the number.

use super::{
    modulus::{self, N, Words},
    secret::hide,
};

/// The bits of a digit, for the table of a key and in signing.
pub(crate) const WINDOW: usize = 7;
/// The digits of a number. They have 55·7 = 385 bits, one more than the number.
pub(crate) const WINDOWS: usize = windows(WINDOW);
/// The odd multiples in a window's part of a table: 1, 3, and so on to 127.
pub(crate) const ENTRIES: usize = entries(WINDOW);

/// The bits of a digit of the base point in verification. All keys share this table, so it may be larger.
pub(crate) const BASE_WINDOW: usize = 8;
/// The digits of a number for the base point. They have 48·8 = 384 bits.
pub(crate) const BASE_WINDOWS: usize = windows(BASE_WINDOW);

/// How many digits of this many bits a number has.
pub(crate) const fn windows(bits: usize) -> usize {
    385 / bits
}

/// How many odd multiples belong to a digit of this many bits.
pub(crate) const fn entries(bits: usize) -> usize {
    1 << (bits - 1)
}

/// A digit. It says which entry of its window to add, and whether to add the entry's negative.
#[derive(Clone, Copy, Default)]
pub(crate) struct Digit(u8);

impl Digit {
    const NEGATIVE: u8 = 0x80;

    /// The positive digit of an entry.
    #[cfg(test)]
    #[cfg(feature = "engine")]
    pub(crate) fn of_entry(entry: usize) -> Self {
        Self(u8::try_from(entry).unwrap())
    }

    /// The place of the entry. It is below [`entries`] of the digit's bits.
    #[inline]
    pub(crate) fn entry(self) -> usize {
        usize::from(self.0 & !Self::NEGATIVE)
    }

    /// A bit for each lane whose digit is negative.
    #[inline]
    pub(crate) fn signs(digits: [Self; 8]) -> u8 {
        digits.iter().rev().fold(0, |mask, digit| mask << 1 | digit.is_negative())
    }

    /// 1 or 0.
    #[inline]
    pub(crate) fn is_negative(self) -> u8 {
        self.0 >> 7
    }
}

/// The digits of a number below n, the least significant first: `COUNT` digits of `BITS` bits, 8 at most.
///
/// With 7 bits there are [`WINDOWS`] digits, and the comments speak of these.
#[inline(never)]
#[expect(clippy::cast_possible_truncation, reason = "eight bits are kept")]
pub(crate) fn recode<const BITS: usize, const COUNT: usize>(number: &Words) -> [Digit; COUNT] {
    const { assert!(BITS <= 8 && matches!(BITS * COUNT, 384 | 385)) };
    let even = !number[0] & 1;
    let odd = modulus::select(even, number, &modulus::subtract(&N, number).0);
    let flip = (even as u8) << 7;
    // Half of the values of a digit, without its sign: 63.
    let entries = const { (entries(BITS) - 1) as u8 };
    std::array::from_fn(|i| {
        // The digit is 2·t + 1 - 128, with t the seven bits above the lowest one of the window.
        let bit = BITS * i + 1;
        let (word, shift) = (bit / 64, bit % 64);
        let above = if shift > 64 - BITS && word < 5 { odd[word + 1] << (64 - shift) } else { 0 };
        let t = ((odd[word] >> shift) | above) as u8 & (2 * entries + 1);
        if i == COUNT - 1 {
            // The highest digit takes the rest, 2·t + 1. It needs no sign, because the number has 384 bits.
            return Digit(t ^ flip);
        }
        // From t = 64 on, the digit is positive and the entry is t - 64. Below, the digit is negative and the entry
        // is 63 - t. As in `select`, the optimiser must not know which values are possible.
        let negative = hide(u64::from(t >> (BITS - 1)) ^ 1) as u8;
        Digit(((t ^ negative.wrapping_neg()) & entries) | (negative << 7) ^ flip)
    })
}
