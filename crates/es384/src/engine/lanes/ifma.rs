//! Lanes as AVX-512 registers, with the 52-bit multiplications of IFMA.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_loadu_si512, _mm512_madd52hi_epu64,
    _mm512_madd52lo_epu64, _mm512_mask_blend_epi64, _mm512_permutex_epi64, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srai_epi64, _mm512_srli_epi64,
    _mm512_storeu_si512, _mm512_sub_epi64, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

use super::{Lanes, Task};

/// Eight lanes in one register.
///
/// **Invariant:** a value exists only where the processor and the operating system were found to support AVX-512 F and
/// IFMA. [`detect`](Self::detect) alone makes one from nothing.
#[derive(Clone, Copy)]
pub(crate) struct Ifma(__m512i);

impl Ifma {
    /// Zeros, where this machine has the instructions. The standard library asks the processor once and remembers.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma");
        // SAFETY: AVX-512 F was just found.
        found.then(|| Self(unsafe { _mm512_setzero_si512() }))
    }
}

/// Calls intrinsics on values that prove the processor has them.
macro_rules! with {
    ($witness:expr, $call:expr) => {{
        let _: Ifma = $witness;
        // SAFETY: a value of `Ifma` exists, so AVX-512 F and IFMA are there (the invariant of `Ifma`). Only `loadu` and
        // `storeu` touch memory: 64 bytes behind a reference to 64 bytes, in any alignment.
        unsafe { $call }
    }};
}

impl Lanes for Ifma {
    #[inline(always)]
    fn splat(self, value: u64) -> Self {
        Self(with!(self, _mm512_set1_epi64(value.cast_signed())))
    }

    #[inline(always)]
    fn load(self, words: &[u64; 8]) -> Self {
        Self(with!(self, _mm512_loadu_si512(words.as_ptr().cast())))
    }

    #[inline(always)]
    fn store(self) -> [u64; 8] {
        let mut words = [0; 8];
        with!(self, _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0));
        words
    }

    #[inline(always)]
    fn transpose(self, rows: [&[u64; 8]; 8]) -> [Self; 8] {
        let r = rows.map(|row| self.load(row).0);
        // Pairs of rows, then pairs of pairs, then the two halves.
        let low = |a, b| with!(self, _mm512_unpacklo_epi64(a, b));
        let high = |a, b| with!(self, _mm512_unpackhi_epi64(a, b));
        let even = |a, b| with!(self, _mm512_shuffle_i64x2::<0x88>(a, b));
        let odd = |a, b| with!(self, _mm512_shuffle_i64x2::<0xDD>(a, b));
        let (l01, l23, l45, l67) = (low(r[0], r[1]), low(r[2], r[3]), low(r[4], r[5]), low(r[6], r[7]));
        let (h01, h23, h45, h67) = (high(r[0], r[1]), high(r[2], r[3]), high(r[4], r[5]), high(r[6], r[7]));
        let (l_even_a, l_even_b) = (even(l01, l23), even(l45, l67));
        let (l_odd_a, l_odd_b) = (odd(l01, l23), odd(l45, l67));
        let (h_even_a, h_even_b) = (even(h01, h23), even(h45, h67));
        let (h_odd_a, h_odd_b) = (odd(h01, h23), odd(h45, h67));
        [
            Self(even(l_even_a, l_even_b)),
            Self(even(h_even_a, h_even_b)),
            Self(even(l_odd_a, l_odd_b)),
            Self(even(h_odd_a, h_odd_b)),
            Self(odd(l_even_a, l_even_b)),
            Self(odd(h_even_a, h_even_b)),
            Self(odd(l_odd_a, l_odd_b)),
            Self(odd(h_odd_a, h_odd_b)),
        ]
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(with!(self, _mm512_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(with!(self, _mm512_sub_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(with!(self, _mm512_and_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn shl<const BITS: u32>(self) -> Self {
        Self(with!(self, _mm512_slli_epi64::<BITS>(self.0)))
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self) -> Self {
        Self(with!(self, _mm512_srli_epi64::<BITS>(self.0)))
    }

    #[inline(always)]
    fn sar<const BITS: u32>(self) -> Self {
        Self(with!(self, _mm512_srai_epi64::<BITS>(self.0)))
    }

    #[inline(always)]
    fn add_mul_low(self, a: Self, b: Self) -> Self {
        Self(with!(self, _mm512_madd52lo_epu64(self.0, a.0, b.0)))
    }

    #[inline(always)]
    fn add_mul_high(self, a: Self, b: Self) -> Self {
        Self(with!(self, _mm512_madd52hi_epu64(self.0, a.0, b.0)))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        Self(with!(self, _mm512_mask_blend_epi64(mask, self.0, other.0)))
    }

    #[inline(always)]
    fn swap<const DISTANCE: usize>(self) -> Self {
        const { assert!(matches!(DISTANCE, 1 | 2 | 4)) };
        Self(match DISTANCE {
            // Within 256 bits: places 1 0 3 2, then 2 3 0 1. Between them: halves exchanged.
            1 => with!(self, _mm512_permutex_epi64::<0b10_11_00_01>(self.0)),
            2 => with!(self, _mm512_permutex_epi64::<0b01_00_11_10>(self.0)),
            _ => with!(self, _mm512_shuffle_i64x2::<0b01_00_11_10>(self.0, self.0)),
        })
    }

    #[inline(always)]
    fn run<T: Task<Self>>(self, task: T) -> T::Output {
        // SAFETY: a value of `Ifma` exists, so AVX-512 F and IFMA are there (the invariant of `Ifma`).
        unsafe { run(task) }
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn run<T: Task<Ifma>>(task: T) -> T::Output {
    task.run()
}
