//! Two lanes in a register of SSE2, which every x86-64 has.

use std::arch::x86_64::{
    __m128i, _mm_add_epi64, _mm_and_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi32,
    _mm_set1_epi64x, _mm_setzero_si128, _mm_srai_epi32, _mm_srli_epi64, _mm_sub_epi32, _mm_sub_epi64,
    _mm_unpackhi_epi64, _mm_xor_si128,
};

use super::{InPairs, Pair, two_pairs::TwoPairs};

/// Calls intrinsics.
macro_rules! with {
    ($call:expr) => {{
        // SAFETY: SSE2 is a part of x86-64, and the calls touch no memory.
        unsafe { $call }
    }};
}

#[derive(Clone, Copy)]
pub(crate) struct Sse2Pair(__m128i);

impl Sse2Pair {
    #[inline(always)]
    pub(crate) fn new([first, second]: [u64; 2]) -> Self {
        Self(with!(_mm_set_epi64x(second.cast_signed(), first.cast_signed())))
    }

    /// The same, of which the optimiser knows nothing from here on.
    #[inline(always)]
    fn hidden(mut self) -> Self {
        // SAFETY: no instruction at all, which leaves the value in its register as it was.
        unsafe {
            std::arch::asm!("/* {0} */", inout(xmm_reg) self.0, options(pure, nomem, nostack, preserves_flags));
        }
        self
    }
}

impl InPairs<Self> for Sse2Pair {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(with!(_mm_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(with!(_mm_sub_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(with!(_mm_and_si128(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(with!(_mm_xor_si128(self.0, other.0)))
    }
}

impl Pair for Sse2Pair {
    type Twice = TwoPairs<Self>;

    #[inline(always)]
    fn halve(self) -> Self {
        Self(with!(_mm_srli_epi64::<1>(self.0)))
    }

    #[inline(always)]
    fn less_one(self) -> Self {
        Self(with!(_mm_sub_epi32(self.0, _mm_set1_epi32(1))))
    }

    #[inline(always)]
    fn if_negative(self) -> Self {
        // Both halves of a word are the number.
        Self(with!(_mm_srai_epi32::<31>(self.0))).hidden()
    }

    #[inline(always)]
    fn if_odd(self) -> Self {
        let bit = with!(_mm_and_si128(self.0, _mm_set1_epi64x(1)));
        Self(with!(_mm_sub_epi64(_mm_setzero_si128(), bit))).hidden()
    }
}

impl From<Sse2Pair> for [u64; 2] {
    #[inline(always)]
    fn from(pair: Sse2Pair) -> Self {
        let second = with!(_mm_unpackhi_epi64(pair.0, pair.0));
        [pair.0, second].map(|half| with!(_mm_cvtsi128_si64(half)).cast_unsigned())
    }
}
