//! Lanes as AVX2 registers: two of four words, and one of eight limbs of 30 bits.
//!
//! A product takes the even lanes and then the odd ones, so where only the even ones count it takes half the time.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_cvtsi64_si128, _mm_loadl_epi64, _mm256_add_epi32, _mm256_add_epi64,
    _mm256_and_si256, _mm256_andnot_si256, _mm256_blend_epi32, _mm256_blendv_epi8, _mm256_blendv_ps,
    _mm256_castps_si256, _mm256_castsi256_ps, _mm256_cmpeq_epi32, _mm256_cmpeq_epi64, _mm256_cvtepu8_epi32,
    _mm256_loadu_si256, _mm256_movemask_ps, _mm256_mul_epi32, _mm256_or_si256, _mm256_permute2x128_si256,
    _mm256_permute4x64_epi64, _mm256_permutevar8x32_epi32, _mm256_set_epi64x, _mm256_set1_epi32,
    _mm256_set1_epi64x, _mm256_setr_epi32, _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_shuffle_epi32, _mm256_sll_epi64, _mm256_slli_epi32, _mm256_slli_epi64, _mm256_srai_epi32,
    _mm256_srl_epi64, _mm256_srli_epi64, _mm256_storeu_si256, _mm256_sub_epi32, _mm256_sub_epi64,
    _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
    _mm256_xor_si256,
};

use super::{
    Eight, InPairs, Lanes, Packed, Pair, Radix30, Task, Twice,
    radix30::{
        LIMBS, LOW_30, Lanes30, Limb, Window, bias, clear, kernels, pay, put, rounded, row, square_row,
        thirteen,
    },
};

/// Eight lanes in two registers. With one half, products have only the even lanes, and the others mean nothing.
///
/// **Invariant:** a value exists only where the processor and the operating system were found to support AVX2, BMI1 and BMI2.
/// [`detect`](Self::detect) alone makes one from nothing.
#[derive(Clone, Copy)]
pub(crate) struct Avx2<const HALVES: usize = 2>([__m256i; 2]);

impl Avx2 {
    /// Zeros, where this machine has the instructions. The standard library asks the processor once and remembers.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2");
        // SAFETY: AVX2 was just found.
        found.then(|| Self([unsafe { _mm256_setzero_si256() }; 2]))
    }
}

/// Calls intrinsics where the processor has them.
macro_rules! with {
    ($call:expr) => {{
        // SAFETY: the code is only reached with a value of `Avx2`, or of `Avx2Pair` or `Avx2Limb`, which are made from one: so all the features
        // are there (the invariant of `Avx2`). Only `loadu` and `storeu` touch memory, as many bytes as the reference leads to.
        unsafe { $call }
    }};
}

#[inline(always)]
fn register(words: &[u64; 4]) -> __m256i {
    with!(_mm256_loadu_si256(words.as_ptr().cast()))
}

/// A count for shifts: constants, so that the instruction has it in itself.
#[inline(always)]
fn count(bits: i64) -> __m128i {
    with!(_mm_cvtsi64_si128(bits))
}

impl<const HALVES: usize> Lanes for Avx2<HALVES> {
    type Pair = Avx2Pair;
    type Radix = Radix30;
    type Narrow = Avx2<1>;

    // Measured on Sapphire Rapids: six take as long either way, and with groups before them they share inversions.
    const VERIFIED_TOGETHER: usize = 6;
    const SIGNED_TOGETHER: usize = 5;

    #[inline(always)]
    fn narrow(number: &Number) -> Number {
        *number
    }

    #[inline(always)]
    fn pair(self, [first, second]: [u64; 2]) -> Avx2Pair {
        let (first, second) = (first.cast_signed(), second.cast_signed());
        Avx2Pair(with!(_mm256_setr_epi64x(first, first, second, second)))
    }

    #[inline(always)]
    fn splat(self, value: u64) -> Self {
        Self([with!(_mm256_set1_epi64x(value.cast_signed())); 2])
    }

    #[inline(always)]
    fn store(self) -> [u64; 8] {
        let mut words = [0; 8];
        let (low, high) = words.split_at_mut(4);
        with!(_mm256_storeu_si256(low.as_mut_ptr().cast(), self.0[0]));
        with!(_mm256_storeu_si256(high.as_mut_ptr().cast(), self.0[1]));
        words
    }

    #[inline(always)]
    fn load_bytes(self, bytes: &[u8; 64]) -> Self {
        // The bytes of each word turned round.
        let order = with!(_mm256_set_epi64x(
            0x0809_0A0B_0C0D_0E0F,
            0x0001_0203_0405_0607,
            0x0809_0A0B_0C0D_0E0F,
            0x0001_0203_0405_0607
        ));
        let (low, high) = bytes.split_at(32);
        Self([
            with!(_mm256_shuffle_epi8(_mm256_loadu_si256(low.as_ptr().cast()), order)),
            with!(_mm256_shuffle_epi8(_mm256_loadu_si256(high.as_ptr().cast()), order)),
        ])
    }

    #[inline(always)]
    fn transpose(r: [Self; 8]) -> [Self; 8] {
        // Four squares of four words.
        let top_left = transpose_4([r[0].0[0], r[1].0[0], r[2].0[0], r[3].0[0]]);
        let top_right = transpose_4([r[0].0[1], r[1].0[1], r[2].0[1], r[3].0[1]]);
        let bottom_left = transpose_4([r[4].0[0], r[5].0[0], r[6].0[0], r[7].0[0]]);
        let bottom_right = transpose_4([r[4].0[1], r[5].0[1], r[6].0[1], r[7].0[1]]);
        [
            Self([top_left[0], bottom_left[0]]),
            Self([top_left[1], bottom_left[1]]),
            Self([top_left[2], bottom_left[2]]),
            Self([top_left[3], bottom_left[3]]),
            Self([top_right[0], bottom_right[0]]),
            Self([top_right[1], bottom_right[1]]),
            Self([top_right[2], bottom_right[2]]),
            Self([top_right[3], bottom_right[3]]),
        ]
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self([with!(_mm256_add_epi64(self.0[0], other.0[0])), with!(_mm256_add_epi64(self.0[1], other.0[1]))])
    }

    #[inline(always)]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self([
            with!(_mm256_or_si256(
                _mm256_and_si256(self.0[0], ones.0[0]),
                _mm256_andnot_si256(self.0[0], zeros.0[0])
            )),
            with!(_mm256_or_si256(
                _mm256_and_si256(self.0[1], ones.0[1]),
                _mm256_andnot_si256(self.0[1], zeros.0[1])
            )),
        ])
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        Self([majority(self.0[0], b.0[0], c.0[0]), majority(self.0[1], b.0[1], c.0[1])])
    }

    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        Self([
            with!(_mm256_xor_si256(_mm256_xor_si256(self.0[0], b.0[0]), c.0[0])),
            with!(_mm256_xor_si256(_mm256_xor_si256(self.0[1], b.0[1]), c.0[1])),
        ])
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self) -> Self {
        let bits = count(i64::from(BITS));
        Self([with!(_mm256_srl_epi64(self.0[0], bits)), with!(_mm256_srl_epi64(self.0[1], bits))])
    }

    #[inline(always)]
    fn ror<const BITS: i32>(self) -> Self {
        let (right, left) = (count(i64::from(BITS)), count(i64::from(64 - BITS)));
        Self([
            with!(_mm256_or_si256(_mm256_srl_epi64(self.0[0], right), _mm256_sll_epi64(self.0[0], left))),
            with!(_mm256_or_si256(_mm256_srl_epi64(self.0[1], right), _mm256_sll_epi64(self.0[1], left))),
        ])
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        let all = with!(_mm256_set1_epi64x(i64::from(mask)));
        let (low, high) = (with!(_mm256_setr_epi64x(1, 2, 4, 8)), with!(_mm256_setr_epi64x(16, 32, 64, 128)));
        let low = with!(_mm256_cmpeq_epi64(_mm256_and_si256(all, low), low));
        let high = with!(_mm256_cmpeq_epi64(_mm256_and_si256(all, high), high));
        Self([
            with!(_mm256_blendv_epi8(self.0[0], other.0[0], low)),
            with!(_mm256_blendv_epi8(self.0[1], other.0[1], high)),
        ])
    }

    #[inline(always)]
    fn run<T: Task<Self>>(self, task: T) -> T::Output {
        // SAFETY: a value of `Avx2` exists, so all its features are there (the invariant of `Avx2`).
        unsafe { run(task) }
    }

    #[inline(always)]
    fn part<T: Task<Self>>(self, part: T) -> T::Output {
        // SAFETY: as in `run`.
        unsafe { run_apart(part) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2")]
fn run<const HALVES: usize, T: Task<Avx2<HALVES>>>(task: T) -> T::Output {
    task.run()
}

#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn run_apart<const HALVES: usize, T: Task<Avx2<HALVES>>>(part: T) -> T::Output {
    part.run()
}

#[inline(always)]
fn majority(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    with!(_mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b))))
}

#[inline(always)]
fn transpose_4(r: [__m256i; 4]) -> [__m256i; 4] {
    let (low, high) = (with!(_mm256_unpacklo_epi64(r[0], r[1])), with!(_mm256_unpackhi_epi64(r[0], r[1])));
    let (low_2, high_2) =
        (with!(_mm256_unpacklo_epi64(r[2], r[3])), with!(_mm256_unpackhi_epi64(r[2], r[3])));
    [
        with!(_mm256_permute2x128_si256::<0x20>(low, low_2)),
        with!(_mm256_permute2x128_si256::<0x20>(high, high_2)),
        with!(_mm256_permute2x128_si256::<0x31>(low, low_2)),
        with!(_mm256_permute2x128_si256::<0x31>(high, high_2)),
    ]
}

/// Two words for each of two lanes in a register; the same word twice where there is one. Made from an [`Avx2`] only, and so under the same
/// invariant.
#[derive(Clone, Copy)]
pub(crate) struct Avx2Pair(__m256i);

/// The same, of which the optimiser knows nothing from here on.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn hidden(mut register: __m256i) -> __m256i {
    // SAFETY: no instruction at all, which leaves the value in its register as it was.
    unsafe {
        std::arch::asm!("/* {0} */", inout(ymm_reg) register, options(pure, nomem, nostack, preserves_flags));
    }
    register
}

impl InPairs<Self> for Avx2Pair {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(with!(_mm256_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(with!(_mm256_sub_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(with!(_mm256_and_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(with!(_mm256_xor_si256(self.0, other.0)))
    }
}

impl Pair for Avx2Pair {
    type Twice = Self;

    #[inline(always)]
    fn halve(self) -> Self {
        Self(with!(_mm256_srli_epi64::<1>(self.0)))
    }

    #[inline(always)]
    fn less_one(self) -> Self {
        Self(with!(_mm256_sub_epi32(self.0, _mm256_set1_epi32(1))))
    }

    #[inline(always)]
    fn if_negative(self) -> Self {
        // Both halves of a word are the number.
        Self(with!(hidden(_mm256_srai_epi32::<31>(self.0))))
    }

    #[inline(always)]
    fn if_odd(self) -> Self {
        let bit = with!(_mm256_and_si256(self.0, _mm256_set1_epi64x(1)));
        Self(with!(hidden(_mm256_sub_epi64(_mm256_setzero_si256(), bit))))
    }
}

impl Twice<Self> for Avx2Pair {
    #[inline(always)]
    fn of(first: Self, second: Self) -> Self {
        Self(with!(_mm256_blend_epi32::<0b1100_1100>(first.0, second.0)))
    }

    #[inline(always)]
    fn words(self) -> [[u64; 2]; 2] {
        let mut words = [0; 4];
        with!(_mm256_storeu_si256(words.as_mut_ptr().cast(), self.0));
        [[words[0], words[2]], [words[1], words[3]]]
    }
}

/// Eight limbs in a register. Made from an [`Avx2`] only, and so under the same invariant.
#[derive(Clone, Copy)]
pub(crate) struct Avx2Limb(__m256i);

impl Limb for Avx2Limb {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(with!(_mm256_add_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(with!(_mm256_sub_epi32(self.0, other.0)))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(with!(_mm256_xor_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(with!(_mm256_and_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(with!(_mm256_or_si256(self.0, other.0)))
    }

    #[inline(always)]
    fn shl<const BITS: i32>(self) -> Self {
        Self(with!(_mm256_slli_epi32::<BITS>(self.0)))
    }

    #[inline(always)]
    fn sar<const BITS: i32>(self) -> Self {
        Self(with!(_mm256_srai_epi32::<BITS>(self.0)))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        Self(with!(_mm256_blendv_epi8(self.0, other.0, lanes_of(mask))))
    }

    #[inline(always)]
    fn swap<const DISTANCE: usize>(self) -> Self {
        const { assert!(matches!(DISTANCE, 1 | 2 | 4)) };
        Self(match DISTANCE {
            // Within 128 bits: places 1 0 3 2, then 2 3 0 1. Between them: halves exchanged.
            1 => with!(_mm256_shuffle_epi32::<0b10_11_00_01>(self.0)),
            2 => with!(_mm256_shuffle_epi32::<0b01_00_11_10>(self.0)),
            _ => with!(_mm256_permute4x64_epi64::<0b01_00_11_10>(self.0)),
        })
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "eight bits")]
    fn zero_lanes(self) -> u8 {
        let zero = with!(_mm256_cmpeq_epi32(self.0, _mm256_setzero_si256()));
        with!(_mm256_movemask_ps(_mm256_castsi256_ps(zero))) as u8
    }

    #[inline(always)]
    fn store(self) -> [i32; 8] {
        let mut limbs = [0; 8];
        with!(_mm256_storeu_si256(limbs.as_mut_ptr().cast(), self.0));
        limbs
    }
}

/// All ones in the lanes whose bit is set.
#[inline(always)]
fn lanes_of(mask: u8) -> __m256i {
    let bits = with!(_mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128));
    with!(_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(i32::from(mask)), bits), bits))
}

/// A number a lane.
type Number = [Avx2Limb; LIMBS];

impl<const HALVES: usize> Lanes30 for Avx2<HALVES> {
    type Limb = Avx2Limb;

    #[inline(always)]
    fn counting(mask: u8) -> u8 {
        if HALVES == 2 { mask } else { (mask & 0b0101_0101) * 3 }
    }

    #[inline(always)]
    fn limb(self, value: i32) -> Avx2Limb {
        Avx2Limb(with!(_mm256_set1_epi32(value)))
    }

    #[inline(always)]
    fn witness(limb: Avx2Limb) -> Self {
        Self([limb.0; 2])
    }

    #[inline(always)]
    fn load(self, numbers: [&Packed; 8]) -> Number {
        let (low, high) = (
            [
                register(half_of(numbers[0], 0)),
                register(half_of(numbers[1], 0)),
                register(half_of(numbers[2], 0)),
                register(half_of(numbers[3], 0)),
                register(half_of(numbers[4], 0)),
                register(half_of(numbers[5], 0)),
                register(half_of(numbers[6], 0)),
                register(half_of(numbers[7], 0)),
            ],
            [
                register(half_of(numbers[0], 1)),
                register(half_of(numbers[1], 1)),
                register(half_of(numbers[2], 1)),
                register(half_of(numbers[3], 1)),
                register(half_of(numbers[4], 1)),
                register(half_of(numbers[5], 1)),
                register(half_of(numbers[6], 1)),
                register(half_of(numbers[7], 1)),
            ],
        );
        let (low, high) = (transpose_8(low), transpose_8(high));
        thirteen!(i => Avx2Limb(if i < 8 { low[i % 8] } else { high[i % 8] }))
    }

    #[inline(always)]
    fn product(a: &Number, b: &Number) -> Number {
        let number = with!(products::<HALVES>(a, b));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn product_less(a: &Number, b: &Number, c: &Number) -> Number {
        let number = with!(products_less::<HALVES>(a, b, c));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn square(a: &Number) -> Number {
        let number = with!(squares::<HALVES>(a));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn square_less(a: &Number, c: &Number) -> Number {
        let number = with!(squares_less::<HALVES>(a, c));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn pick(self, entries: [u8; 8], window: &Window) -> [Number; 2] {
        let index = indices(entries);
        // The three bits above the lowest three, each as the sign.
        let bits = [
            with!(_mm256_slli_epi32::<28>(index)),
            with!(_mm256_slli_epi32::<27>(index)),
            with!(_mm256_slli_epi32::<26>(index)),
        ];
        [
            thirteen!(i => Avx2Limb(pick_64(&window.limbs[i], index, bits))),
            thirteen!(i => Avx2Limb(pick_64(&window.limbs[i + LIMBS], index, bits))),
        ]
    }

    #[inline(always)]
    fn choose_all(self, entries: [u8; 8], table: &[Eight]) -> [Number; 2] {
        let index = indices(entries);
        let zero = with!(_mm256_setzero_si256());
        let (mut x, mut y) = ([zero; LIMBS], [zero; LIMBS]);
        // x first, then y: both would not fit the registers.
        for (number, entry) in (0..).zip(table) {
            let here = with!(_mm256_cmpeq_epi32(index, _mm256_set1_epi32(number)));
            let (words, _) = entry.x.as_flattened().as_chunks::<4>();
            x = thirteen!(i => with!(_mm256_or_si256(x[i], _mm256_and_si256(here, register(&words[i])))));
        }
        for (number, entry) in (0..).zip(table) {
            let here = with!(_mm256_cmpeq_epi32(index, _mm256_set1_epi32(number)));
            let (words, _) = entry.y.as_flattened().as_chunks::<4>();
            y = thirteen!(i => with!(_mm256_or_si256(y[i], _mm256_and_si256(here, register(&words[i])))));
        }
        [thirteen!(i => Avx2Limb(x[i])), thirteen!(i => Avx2Limb(y[i]))]
    }
}

/// The first or the second four words.
#[inline(always)]
fn half_of(number: &Packed, which: usize) -> &[u64; 4] {
    &number.as_chunks().0[which]
}

#[inline(always)]
fn indices(entries: [u8; 8]) -> __m256i {
    with!(_mm256_cvtepu8_epi32(_mm_loadl_epi64(entries.as_ptr().cast())))
}

/// Each lane takes the limb that its index names; of the index's bits above the lowest three each is a sign of `bits`.
#[inline(always)]
fn pick_64(limbs: &[i32; 64], index: __m256i, bits: [__m256i; 3]) -> __m256i {
    let (rows, _) = limbs.as_chunks::<8>();
    let of_row =
        |row: usize| with!(_mm256_permutevar8x32_epi32(_mm256_loadu_si256(rows[row].as_ptr().cast()), index));
    let fours = [
        either(either(of_row(0), of_row(1), bits[0]), either(of_row(2), of_row(3), bits[0]), bits[1]),
        either(either(of_row(4), of_row(5), bits[0]), either(of_row(6), of_row(7), bits[0]), bits[1]),
    ];
    either(fours[0], fours[1], bits[2])
}

/// The second in lanes where the sign is set.
#[inline(always)]
fn either(a: __m256i, b: __m256i, sign: __m256i) -> __m256i {
    with!(_mm256_castps_si256(_mm256_blendv_ps(
        _mm256_castsi256_ps(a),
        _mm256_castsi256_ps(b),
        _mm256_castsi256_ps(sign)
    )))
}

#[inline(always)]
fn transpose_8(r: [__m256i; 8]) -> [__m256i; 8] {
    // Pairs of rows, then pairs of pairs, then the two halves.
    let pair = |a, b| (with!(_mm256_unpacklo_epi32(a, b)), with!(_mm256_unpackhi_epi32(a, b)));
    let ((a, b), (c, d), (e, f), (g, h)) =
        (pair(r[0], r[1]), pair(r[2], r[3]), pair(r[4], r[5]), pair(r[6], r[7]));
    let pair = |a, b| (with!(_mm256_unpacklo_epi64(a, b)), with!(_mm256_unpackhi_epi64(a, b)));
    let ((a, c), (b, d), (e, g), (f, h)) = (pair(a, c), pair(b, d), pair(e, g), pair(f, h));
    let halves = |a, b| {
        (with!(_mm256_permute2x128_si256::<0x20>(a, b)), with!(_mm256_permute2x128_si256::<0x31>(a, b)))
    };
    let ((a, e), (c, g), (b, f), (d, h)) = (halves(a, e), halves(c, g), halves(b, f), halves(d, h));
    [a, c, b, d, e, g, f, h]
}

// What the kernels are made of: columns of four lanes, and limbs in the lower halves of words, where the upper halves do not matter.

type Sum = __m256i;
type Factor = __m256i;
type Factors = *const Avx2Limb;

#[inline(always)]
unsafe fn load(number: Factors, limb: usize) -> Factor {
    // SAFETY: the caller's word.
    unsafe { (*number.add(limb)).0 }
}

#[inline(always)]
fn add_product(sum: Sum, a: Factor, b: Factor) -> Sum {
    with!(_mm256_add_epi64(sum, _mm256_mul_epi32(a, b)))
}

#[inline(always)]
fn double(factor: Factor) -> Factor {
    with!(_mm256_add_epi32(factor, factor))
}

/// A multiplication by what the optimiser does not know to be 1: in its place it would have three instructions.
#[inline(always)]
fn extend(factor: Factor) -> Sum {
    with!(_mm256_mul_epi32(factor, hidden(_mm256_set1_epi64x(1))))
}

#[inline(always)]
fn add(a: Sum, b: Sum) -> Sum {
    with!(_mm256_add_epi64(a, b))
}

#[inline(always)]
fn sub(a: Sum, b: Sum) -> Sum {
    with!(_mm256_sub_epi64(a, b))
}

#[inline(always)]
fn shl<const BITS: i32>(a: Sum) -> Sum {
    with!(_mm256_slli_epi64::<BITS>(a))
}

#[inline(always)]
fn low(a: Sum) -> Sum {
    with!(_mm256_and_si256(a, _mm256_set1_epi64x(LOW_30.cast_signed())))
}

#[inline(always)]
fn rest(a: Sum) -> Sum {
    with!(_mm256_srli_epi64::<30>(a))
}

#[inline(always)]
fn none() -> Sum {
    with!(_mm256_setzero_si256())
}

#[inline(always)]
fn start(column: usize) -> Sum {
    with!(_mm256_set1_epi64x(bias(column).cast_signed()))
}

/// No instruction at all: columns stay in registers, and limbs are loaded anew, from an address of which nothing is known.
macro_rules! settle {
    ($($pointer:ident),*; $w:ident; $($n:literal $k:expr),*) => {
        std::arch::asm!(
            $(concat!("/* {", $n, "} */"),)*
            $(concat!("/* {", stringify!($pointer), "} */"),)*
            $(inout(ymm_reg) $w[$k],)*
            $($pointer = inout(reg) $pointer,)*
            options(nostack, preserves_flags)
        );
    };
}

kernels!(#[target_feature(enable = "avx2,bmi1,bmi2")]);

/// The odd lanes of a number in the lower halves of words, where the even ones are without this.
#[inline(always)]
fn odd(number: &Number) -> Number {
    thirteen!(i => Avx2Limb(with!(_mm256_srli_epi64::<32>(number[i].0))))
}

#[inline(always)]
fn join(even: &[Sum; LIMBS], odd: &[Sum; LIMBS]) -> Number {
    rounded::<Avx2>(
        thirteen!(i => Avx2Limb(with!(_mm256_blend_epi32::<0b1010_1010>(even[i], _mm256_slli_epi64::<32>(odd[i]))))),
    )
}

/// The halves of the lanes, each by its kernel.
macro_rules! halves {
    (($($number:ident),*) $even:ident $odd:ident: $even_kernel:expr, $odd_kernel:expr) => {{
        let zero = _mm256_setzero_si256();
        let (mut $even, mut $odd) = ([zero; LIMBS], [zero; LIMBS]);
        // SAFETY: pointers to numbers that live until the end, and the features are those of the caller.
        unsafe {
            $even_kernel;
            if HALVES == 1 {
                return rounded::<Avx2>(thirteen!(i => Avx2Limb($even[i])));
            }
            $(let $number = odd($number);)*
            $(let $number = &$number;)*
            $odd_kernel;
        }
        join(&$even, &$odd)
    }};
}

#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn products<const HALVES: usize>(a: &Number, b: &Number) -> Number {
    halves!((a, b) even odd_:
        product(a.as_ptr(), b.as_ptr(), Plain, &mut even),
        product(a.as_ptr(), b.as_ptr(), Plain, &mut odd_))
}

#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn products_less<const HALVES: usize>(a: &Number, b: &Number, c: &Number) -> Number {
    halves!((a, b, c) even odd_:
        product(a.as_ptr(), b.as_ptr(), Less(c.as_ptr()), &mut even),
        product(a.as_ptr(), b.as_ptr(), Less(c.as_ptr()), &mut odd_))
}

#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn squares<const HALVES: usize>(a: &Number) -> Number {
    halves!((a) even odd_: square(a.as_ptr(), Plain, &mut even), square(a.as_ptr(), Plain, &mut odd_))
}

#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn squares_less<const HALVES: usize>(a: &Number, c: &Number) -> Number {
    halves!((a, c) even odd_:
        square(a.as_ptr(), Less(c.as_ptr()), &mut even),
        square(a.as_ptr(), Less(c.as_ptr()), &mut odd_))
}
