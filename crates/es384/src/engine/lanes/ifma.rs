//! Lanes as AVX-512 registers, with the 52-bit multiplications of IFMA.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi64, _mm256_and_si256, _mm256_blend_epi32, _mm256_set1_epi64x,
    _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_srai_epi64, _mm256_srli_epi64, _mm256_storeu_si256,
    _mm256_sub_epi64, _mm256_xor_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epi64_mask,
    _mm512_loadu_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_blend_epi64,
    _mm512_permutex_epi64, _mm512_permutex2var_epi64, _mm512_ror_epi64, _mm512_set1_epi64, _mm512_set4_epi32,
    _mm512_setzero_si512, _mm512_shuffle_epi8, _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srai_epi64,
    _mm512_srli_epi64, _mm512_storeu_si512, _mm512_sub_epi64, _mm512_ternarylogic_epi64,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

use super::{InPairs, Lanes, Pair, Radix52, Task, Twice, radix52::Lanes52};

/// Eight lanes in one register.
///
/// **Invariant:** a value exists only where the processor and the operating system were found to support AVX-512 F, BW, DQ,
/// VL and IFMA, as every processor with IFMA does. [`detect`](Self::detect) alone makes one from nothing.
#[derive(Clone, Copy)]
pub(crate) struct Ifma(__m512i);

impl Ifma {
    /// Zeros, where this machine has the instructions. The standard library asks the processor once and remembers.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512ifma");
        // SAFETY: AVX-512 F was just found.
        found.then(|| Self(unsafe { _mm512_setzero_si512() }))
    }
}

/// Calls intrinsics on values that prove the processor has them.
macro_rules! with {
    ($witness:expr, $call:expr) => {{
        let _: Ifma = $witness;
        // SAFETY: a value of `Ifma` exists, so all its features are there (the invariant of `Ifma`). Only `loadu` and
        // `storeu` touch memory: 64 bytes behind a reference to 64 bytes, in any alignment.
        unsafe { $call }
    }};
}

impl Ifma {
    /// Of each pair of words the first one, of both vectors in turn.
    #[inline(always)]
    fn low(self, other: Self) -> Self {
        Self(with!(self, _mm512_unpacklo_epi64(self.0, other.0)))
    }

    /// Of each pair of words the second one, of both vectors in turn.
    #[inline(always)]
    fn high(self, other: Self) -> Self {
        Self(with!(self, _mm512_unpackhi_epi64(self.0, other.0)))
    }

    /// Pairs of words 0 and 2 of each vector.
    #[inline(always)]
    fn even(self, other: Self) -> Self {
        Self(with!(self, _mm512_shuffle_i64x2::<0x88>(self.0, other.0)))
    }

    /// Pairs of words 1 and 3 of each vector.
    #[inline(always)]
    fn odd(self, other: Self) -> Self {
        Self(with!(self, _mm512_shuffle_i64x2::<0xDD>(self.0, other.0)))
    }
}

impl Lanes for Ifma {
    type Pair = IfmaPair;
    type Radix = Radix52;
    type Narrow = Self;

    // Measured on Sapphire Rapids: seven take as long either way, and with groups before them they share inversions.
    const VERIFIED_TOGETHER: usize = 7;
    const SIGNED_TOGETHER: usize = 5;

    #[inline(always)]
    fn narrow(number: &super::Number<Self>) -> super::Number<Self> {
        *number
    }

    #[inline(always)]
    fn pair(self, [first, second]: [u64; 2]) -> IfmaPair {
        let (first, second) = (first.cast_signed(), second.cast_signed());
        IfmaPair(with!(self, _mm256_setr_epi64x(first, first, second, second)))
    }

    #[inline(always)]
    fn splat(self, value: u64) -> Self {
        Self(with!(self, _mm512_set1_epi64(value.cast_signed())))
    }

    #[inline(always)]
    fn store(self) -> [u64; 8] {
        let mut words = [0; 8];
        with!(self, _mm512_storeu_si512(words.as_mut_ptr().cast(), self.0));
        words
    }

    #[inline(always)]
    fn load_bytes(self, bytes: &[u8; 64]) -> Self {
        // The bytes of each word turned round.
        let order = with!(self, _mm512_set4_epi32(0x0809_0A0B, 0x0C0D_0E0F, 0x0001_0203, 0x0405_0607));
        let words = with!(self, _mm512_loadu_si512(bytes.as_ptr().cast()));
        Self(with!(self, _mm512_shuffle_epi8(words, order)))
    }

    #[inline(always)]
    fn transpose(r: [Self; 8]) -> [Self; 8] {
        // Pairs of rows, then pairs of pairs, then the two halves.
        let low = [r[0].low(r[1]), r[2].low(r[3]), r[4].low(r[5]), r[6].low(r[7])];
        let high = [r[0].high(r[1]), r[2].high(r[3]), r[4].high(r[5]), r[6].high(r[7])];
        let (low_even, low_odd) =
            ([low[0].even(low[1]), low[2].even(low[3])], [low[0].odd(low[1]), low[2].odd(low[3])]);
        let (high_even, high_odd) =
            ([high[0].even(high[1]), high[2].even(high[3])], [high[0].odd(high[1]), high[2].odd(high[3])]);
        [
            low_even[0].even(low_even[1]),
            high_even[0].even(high_even[1]),
            low_odd[0].even(low_odd[1]),
            high_odd[0].even(high_odd[1]),
            low_even[0].odd(low_even[1]),
            high_even[0].odd(high_even[1]),
            low_odd[0].odd(low_odd[1]),
            high_odd[0].odd(high_odd[1]),
        ]
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(with!(self, _mm512_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(with!(self, _mm512_ternarylogic_epi64::<0b1100_1010>(self.0, ones.0, zeros.0)))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        Self(with!(self, _mm512_ternarylogic_epi64::<0b1110_1000>(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        Self(with!(self, _mm512_ternarylogic_epi64::<0b1001_0110>(self.0, b.0, c.0)))
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self) -> Self {
        Self(with!(self, _mm512_srli_epi64::<BITS>(self.0)))
    }

    #[inline(always)]
    fn ror<const BITS: i32>(self) -> Self {
        Self(with!(self, _mm512_ror_epi64::<BITS>(self.0)))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        Self(with!(self, _mm512_mask_blend_epi64(mask, self.0, other.0)))
    }

    #[inline(always)]
    fn run<T: Task<Self>>(self, task: T) -> T::Output {
        // SAFETY: a value of `Ifma` exists, so all its features are there (the invariant of `Ifma`).
        unsafe { run(task) }
    }

    #[inline(always)]
    fn part<T: Task<Self>>(self, part: T) -> T::Output {
        // SAFETY: as in `run`.
        unsafe { run_apart(part) }
    }
}

impl Lanes52 for Ifma {
    #[inline(always)]
    fn load(self, words: &[u64; 8]) -> Self {
        Self(with!(self, _mm512_loadu_si512(words.as_ptr().cast())))
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
    fn pick(self, words: &[u64; 64]) -> Self {
        let (rows, _) = words.as_chunks::<8>();
        let high = self.shr::<4>();
        let mut picked = self.splat(0);
        for pair in 0..4 {
            // Bits 0 to 3 of the index choose among sixteen words, the two above them among the four pairs of rows.
            let (low_row, high_row) = (self.load(&rows[2 * pair]), self.load(&rows[2 * pair + 1]));
            let from_pair = Self(with!(self, _mm512_permutex2var_epi64(low_row.0, self.0, high_row.0)));
            picked = picked.blend(high.equal(self.splat(pair as u64)), from_pair);
        }
        picked
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u8 {
        with!(self, _mm512_cmpeq_epi64_mask(self.0, other.0))
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
}

/// Two words for each of two lanes in a register; the same word twice where there is one. Made from an [`Ifma`] only, and so under the same
/// invariant.
#[derive(Clone, Copy)]
pub(crate) struct IfmaPair(__m256i);

/// The same, of which the optimiser knows nothing from here on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma")]
fn hidden(mut register: __m256i) -> __m256i {
    // SAFETY: no instruction at all, which leaves the value in its register as it was.
    unsafe {
        std::arch::asm!("/* {0} */", inout(ymm_reg) register, options(pure, nomem, nostack, preserves_flags));
    }
    register
}

/// As `with`, for values that were made from those of `Ifma`. The calls touch no memory but what is named.
macro_rules! with_pair {
    ($call:expr) => {{
        // SAFETY: a value of `IfmaPair` exists, and it was made from one of `Ifma`, so all its features are there.
        unsafe { $call }
    }};
}

impl InPairs<Self> for IfmaPair {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(with_pair!(_mm256_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(with_pair!(_mm256_sub_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(with_pair!(_mm256_and_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(with_pair!(_mm256_xor_si256(self.0, other.0)))
    }
}

impl Pair for IfmaPair {
    type Twice = Self;

    #[inline(always)]
    fn halve(self) -> Self {
        Self(with_pair!(_mm256_srli_epi64::<1>(self.0)))
    }

    #[inline(always)]
    fn less_one(self) -> Self {
        Self(with_pair!(_mm256_sub_epi64(self.0, _mm256_set1_epi64x(1))))
    }

    #[inline(always)]
    fn if_negative(self) -> Self {
        Self(with_pair!(hidden(_mm256_srai_epi64::<63>(self.0))))
    }

    #[inline(always)]
    fn if_odd(self) -> Self {
        let bit = with_pair!(_mm256_and_si256(self.0, _mm256_set1_epi64x(1)));
        Self(with_pair!(hidden(_mm256_sub_epi64(_mm256_setzero_si256(), bit))))
    }
}

impl Twice<Self> for IfmaPair {
    #[inline(always)]
    fn of(first: Self, second: Self) -> Self {
        Self(with_pair!(_mm256_blend_epi32::<0b1100_1100>(first.0, second.0)))
    }

    #[inline(always)]
    fn words(self) -> [[u64; 2]; 2] {
        let mut words = [0; 4];
        // 32 bytes, in any alignment.
        with_pair!(_mm256_storeu_si256(words.as_mut_ptr().cast(), self.0));
        [[words[0], words[2]], [words[1], words[3]]]
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma")]
fn run<T: Task<Ifma>>(task: T) -> T::Output {
    task.run()
}

#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma")]
fn run_apart<T: Task<Ifma>>(part: T) -> T::Output {
    part.run()
}
