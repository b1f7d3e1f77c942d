//! Two lanes as two words, which every processor has.

use super::{super::secret::hide, InPairs, Pair, two_pairs::TwoPairs};

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

impl From<WordPair> for [u64; 2] {
    #[inline(always)]
    fn from(pair: WordPair) -> Self {
        pair.0
    }
}

impl InPairs<Self> for WordPair {
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
}

impl Pair for WordPair {
    type Twice = TwoPairs<Self>;

    #[inline(always)]
    fn halve(self) -> Self {
        Self(self.0.map(|word| word >> 1))
    }

    #[inline(always)]
    fn less_one(self) -> Self {
        Self(self.0.map(|word| word.wrapping_sub(1)))
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
