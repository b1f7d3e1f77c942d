//! Two lanes as two words, which every processor has.

use super::{super::secret::hide, Pair};

#[derive(Clone, Copy)]
pub(crate) struct WordPair([u64; 2]);

impl WordPair {
    #[inline(always)]
    pub(crate) fn new(words: [u64; 2]) -> Self {
        Self(words)
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self([f(self.0[0], other.0[0]), f(self.0[1], other.0[1])])
    }
}

impl Pair for WordPair {
    #[inline(always)]
    fn words(self) -> [u64; 2] {
        self.0
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, u64::wrapping_add)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, u64::wrapping_sub)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }

    #[inline(always)]
    fn halve(self) -> Self {
        Self(self.0.map(|word| word >> 1))
    }

    #[inline(always)]
    fn if_negative(self) -> Self {
        Self(self.0.map(|word| hide((word.cast_signed() >> 63).cast_unsigned())))
    }

    #[inline(always)]
    fn if_odd(self) -> Self {
        Self(self.0.map(|word| hide((word & 1).wrapping_neg())))
    }
}
