//! Lanes as NEON registers: four of two words, and two of four limbs of 30 bits. Numbers are multiplied two lanes at a time.

use std::arch::{
    aarch64::{
        int32x2_t, int32x4_t, int64x2_t, uint8x16_t, uint8x16x4_t, uint32x4_t, uint64x2_t, vadd_s32,
        vaddq_s32, vaddq_s64, vaddq_u32, vaddq_u64, vaddvq_u32, vandq_s32, vandq_s64, vandq_u32, vbslq_s32,
        vbslq_u64, vceqq_u32, vceqzq_s32, vdupq_n_s32, vdupq_n_s64, vdupq_n_u8, vdupq_n_u32, vdupq_n_u64,
        veorq_s32, veorq_u64, vextq_s32, vget_high_u16, vget_low_u16, vld1_u8, vld1q_s32, vld1q_u8,
        vld1q_u32, vld1q_u64, vmlal_s32, vmovl_s32, vmovl_u8, vmovl_u16, vmulq_u32, vorrq_s32, vorrq_u64,
        vqtbl4q_u8, vqtbx4q_u8, vreinterpretq_s32_s64, vreinterpretq_s32_u8, vreinterpretq_s32_u32,
        vreinterpretq_s64_s32, vreinterpretq_s64_u64, vreinterpretq_u8_u32, vreinterpretq_u64_s32,
        vreinterpretq_u64_s64, vreinterpretq_u64_u8, vrev64q_s32, vrev64q_u8, vshlq_n_s32, vshlq_n_s64,
        vshlq_u64, vshrq_n_s32, vshrq_n_u64, vst1q_s32, vst1q_u64, vsubq_s32, vsubq_s64, vsubq_u8,
        vtrn1q_s32, vtrn1q_s64, vtrn2q_s32, vtrn2q_s64, vtstq_u32, vtstq_u64, vuzp1q_s32, vzip1q_s32,
        vzip1q_u64, vzip2q_s32, vzip2q_u64,
    },
    is_aarch64_feature_detected,
};

use super::{
    BasePair, Eight, Lanes, Packed, Radix30, Task,
    radix30::{
        LIMBS, LOW_30, Lanes30, Limb, Window, bias, clear, kernels, pay, put, rounded, row, square_row,
        thirteen,
    },
};

/// Eight lanes in four registers. With two pairs, products have only the even lanes, and their neighbours repeat them.
///
/// **Invariant:** a value exists only where the processor was found to support NEON, and where the first lane of a register is the
/// first in memory. [`detect`](Self::detect) alone makes one from nothing.
#[derive(Clone, Copy)]
pub(crate) struct Neon<const PAIRS: usize = 4>([uint64x2_t; 4]);

impl Neon {
    /// Zeros, where this machine has the instructions. The standard library asks the system once and remembers.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        let found = cfg!(target_endian = "little") && is_aarch64_feature_detected!("neon");
        // SAFETY: NEON was just found.
        found.then(|| Self([unsafe { vdupq_n_u64(0) }; 4]))
    }
}

/// Calls intrinsics where the processor has them.
macro_rules! with {
    ($call:expr) => {{
        // SAFETY: the code is only reached with a value of `Neon`, or of `NeonLimb`, which is made from one: so NEON is there (the
        // invariant of `Neon`). Only `vld1` and `vst1` touch memory, as many bytes as the reference leads to.
        unsafe { $call }
    }};
}

/// An array of four, each worked out from its index.
macro_rules! four {
    ($i:ident => $value:expr) => {
        four!(@ $i, $value; 0 1 2 3)
    };
    (@ $i:ident, $value:expr; $($index:literal)*) => {
        [$({
            let $i = $index;
            $value
        }),*]
    };
}

impl<const PAIRS: usize> Lanes for Neon<PAIRS> {
    type Pair = BasePair;
    type Radix = Radix30;
    type Narrow = Neon<2>;

    // As with AVX2, whose kernels do the same: never measured.
    const VERIFIED_TOGETHER: usize = 6;
    const SIGNED_TOGETHER: usize = 5;

    #[inline(always)]
    fn narrow(number: &Number) -> Number {
        *number
    }

    #[inline(always)]
    fn pair(self, words: [u64; 2]) -> BasePair {
        BasePair::new(words)
    }

    #[inline(always)]
    fn splat(self, value: u64) -> Self {
        Self([with!(vdupq_n_u64(value)); 4])
    }

    #[inline(always)]
    fn store(self) -> [u64; 8] {
        let mut words = [0; 8];
        let (pairs, _) = words.as_chunks_mut::<2>();
        for (pair, register) in pairs.iter_mut().zip(self.0) {
            with!(vst1q_u64(pair.as_mut_ptr(), register));
        }
        words
    }

    #[inline(always)]
    fn load_bytes(self, bytes: &[u8; 64]) -> Self {
        let (pairs, _) = bytes.as_chunks::<16>();
        Self(four!(i => with!(vreinterpretq_u64_u8(vrev64q_u8(vld1q_u8(pairs[i].as_ptr()))))))
    }

    #[inline(always)]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        // Of two rows and two words the first or the second words.
        eight!(word => Self(four!(i => {
            let (first, second) = (rows[2 * i].0[word / 2], rows[2 * i + 1].0[word / 2]);
            if word % 2 == 0 { with!(vzip1q_u64(first, second)) } else { with!(vzip2q_u64(first, second)) }
        })))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(four!(i => with!(vaddq_u64(self.0[i], other.0[i]))))
    }

    #[inline(always)]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(four!(i => with!(vbslq_u64(self.0[i], ones.0[i], zeros.0[i]))))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        // Where the first two differ, the third decides.
        Self(four!(i => with!(vbslq_u64(veorq_u64(self.0[i], b.0[i]), c.0[i], b.0[i]))))
    }

    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        Self(four!(i => with!(veorq_u64(veorq_u64(self.0[i], b.0[i]), c.0[i]))))
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self) -> Self {
        Self(four!(i => shift(self.0[i], -i64::from(BITS))))
    }

    #[inline(always)]
    fn ror<const BITS: i32>(self) -> Self {
        let (right, left) = (-i64::from(BITS), i64::from(64 - BITS));
        Self(four!(i => with!(vorrq_u64(shift(self.0[i], right), shift(self.0[i], left)))))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        let all = with!(vdupq_n_u64(u64::from(mask)));
        Self(four!(i => {
            let here = with!(vtstq_u64(all, vld1q_u64([1 << (2 * i), 2 << (2 * i)].as_ptr())));
            with!(vbslq_u64(here, other.0[i], self.0[i]))
        }))
    }

    #[inline(always)]
    fn run<T: Task<Self>>(self, task: T) -> T::Output {
        // SAFETY: a value of `Neon` exists, so NEON is there (the invariant of `Neon`).
        unsafe { run(task) }
    }

    #[inline(always)]
    fn part<T: Task<Self>>(self, part: T) -> T::Output {
        // SAFETY: as in `run`.
        unsafe { run_apart(part) }
    }
}

#[target_feature(enable = "neon")]
fn run<const PAIRS: usize, T: Task<Neon<PAIRS>>>(task: T) -> T::Output {
    task.run()
}

#[inline(never)]
#[target_feature(enable = "neon")]
fn run_apart<const PAIRS: usize, T: Task<Neon<PAIRS>>>(part: T) -> T::Output {
    part.run()
}

/// To the left, or to the right by less than nothing. The count is a constant, so that the instruction has it in itself.
#[inline(always)]
fn shift(words: uint64x2_t, bits: i64) -> uint64x2_t {
    with!(vshlq_u64(words, vdupq_n_s64(bits)))
}

/// Eight limbs in two registers. Made from a [`Neon`] only, and so under the same invariant.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct NeonLimb([int32x4_t; 2]);

/// Both registers of a limb, by the same intrinsic.
macro_rules! both {
    ($i:ident => $call:expr) => {
        NeonLimb([
            {
                let $i = 0;
                with!($call)
            },
            {
                let $i = 1;
                with!($call)
            },
        ])
    };
}

impl Limb for NeonLimb {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        both!(i => vaddq_s32(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        both!(i => vsubq_s32(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        both!(i => veorq_s32(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        both!(i => vandq_s32(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        both!(i => vorrq_s32(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn shl<const BITS: i32>(self) -> Self {
        both!(i => vshlq_n_s32::<BITS>(self.0[i]))
    }

    #[inline(always)]
    fn sar<const BITS: i32>(self) -> Self {
        both!(i => vshrq_n_s32::<BITS>(self.0[i]))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        let all = with!(vdupq_n_u32(u32::from(mask)));
        both!(i => vbslq_s32(vtstq_u32(all, bits(i)), other.0[i], self.0[i]))
    }

    #[inline(always)]
    fn swap<const DISTANCE: usize>(self) -> Self {
        const { assert!(matches!(DISTANCE, 1 | 2 | 4)) };
        match DISTANCE {
            1 => both!(i => vrev64q_s32(self.0[i])),
            2 => both!(i => vextq_s32::<2>(self.0[i], self.0[i])),
            _ => Self([self.0[1], self.0[0]]),
        }
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "eight bits")]
    fn zero_lanes(self) -> u8 {
        let [low, high] = [0, 1].map(|i| with!(vandq_u32(vceqzq_s32(self.0[i]), bits(i))));
        with!(vaddvq_u32(vaddq_u32(low, high))) as u8
    }

    #[inline(always)]
    fn store(self) -> [i32; 8] {
        let mut limbs = [0; 8];
        let (low, high) = limbs.split_at_mut(4);
        with!(vst1q_s32(low.as_mut_ptr(), self.0[0]));
        with!(vst1q_s32(high.as_mut_ptr(), self.0[1]));
        limbs
    }
}

/// The bit that each lane of the first or the second register has in a mask.
#[inline(always)]
fn bits(register: usize) -> uint32x4_t {
    const BITS: [[u32; 4]; 2] = [[1, 2, 4, 8], [16, 32, 64, 128]];
    with!(vld1q_u32(BITS[register].as_ptr()))
}

/// A number a lane.
type Number = [NeonLimb; LIMBS];

impl<const PAIRS: usize> Lanes30 for Neon<PAIRS> {
    type Limb = NeonLimb;

    #[inline(always)]
    fn limb(self, value: i32) -> NeonLimb {
        NeonLimb([with!(vdupq_n_s32(value)); 2])
    }

    #[inline(always)]
    fn witness(limb: NeonLimb) -> Self {
        Self([with!(vreinterpretq_u64_s32(limb.0[0])); 4])
    }

    #[inline(always)]
    fn load(self, numbers: [&Packed; 8]) -> Number {
        // Four limbs of four numbers at a time.
        let square = |lane: usize, limbs: usize| {
            transpose_4(four!(i => with!(vld1q_s32(numbers[lane + i].as_ptr().cast::<i32>().add(4 * limbs)))))
        };
        let (low, high) = (four!(limbs => square(0, limbs)), four!(limbs => square(4, limbs)));
        thirteen!(i => NeonLimb([low[i / 4][i % 4], high[i / 4][i % 4]]))
    }

    #[inline(always)]
    fn product(a: &Number, b: &Number) -> Number {
        let number = with!(products::<PAIRS>(a, b));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn product_less(a: &Number, b: &Number, c: &Number) -> Number {
        let number = with!(products_less::<PAIRS>(a, b, c));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn square(a: &Number) -> Number {
        let number = with!(squares::<PAIRS>(a));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn square_less(a: &Number, c: &Number) -> Number {
        let number = with!(squares_less::<PAIRS>(a, c));
        thirteen!(i => number[i])
    }

    #[inline(always)]
    fn pick(self, entries: [u8; 8], window: &Window) -> [Number; 2] {
        // The places of the four bytes of the limb that a lane takes.
        let places = indices(entries).map(|index| {
            let first = with!(vmulq_u32(index, vdupq_n_u32(0x0404_0404)));
            with!(vreinterpretq_u8_u32(vaddq_u32(first, vdupq_n_u32(0x0302_0100))))
        });
        let pick = |limbs: &[i32; 64]| {
            let limbs = quarters(limbs);
            NeonLimb([pick_4(&limbs, places[0]), pick_4(&limbs, places[1])])
        };
        [thirteen!(i => pick(&window.limbs[i])), thirteen!(i => pick(&window.limbs[i + LIMBS]))]
    }

    #[inline(always)]
    fn choose_all(self, entries: [u8; 8], table: &[Eight]) -> [Number; 2] {
        let index = indices(entries);
        let zero = self.limb(0);
        let (mut x, mut y) = ([zero; LIMBS], [zero; LIMBS]);
        // x first, then y: both would not fit the registers.
        for (number, entry) in (0..).zip(table) {
            let here = index.map(|index| equal(index, number));
            let (words, _) = entry.x.as_flattened().as_chunks::<4>();
            x = thirteen!(i => x[i].or(masked(here, &words[i])));
        }
        for (number, entry) in (0..).zip(table) {
            let here = index.map(|index| equal(index, number));
            let (words, _) = entry.y.as_flattened().as_chunks::<4>();
            y = thirteen!(i => y[i].or(masked(here, &words[i])));
        }
        [x, y]
    }
}

/// The entries of the lanes.
#[inline(always)]
fn indices(entries: [u8; 8]) -> [uint32x4_t; 2] {
    let entries = with!(vmovl_u8(vld1_u8(entries.as_ptr())));
    [with!(vmovl_u16(vget_low_u16(entries))), with!(vmovl_u16(vget_high_u16(entries)))]
}

/// All ones in the lanes whose entry this is.
#[inline(always)]
fn equal(index: uint32x4_t, number: u32) -> int32x4_t {
    with!(vreinterpretq_s32_u32(vceqq_u32(index, vdupq_n_u32(number))))
}

/// A limb of each lane where there are ones, else zero.
#[inline(always)]
fn masked(here: [int32x4_t; 2], words: &[u64; 4]) -> NeonLimb {
    let limbs = words.as_ptr().cast::<i32>();
    both!(i => vandq_s32(here[i], vld1q_s32(limbs.add(4 * i))))
}

/// The bytes of 64 limbs, as many as one instruction looks up at a time.
#[inline(always)]
fn quarters(limbs: &[i32; 64]) -> [uint8x16x4_t; 4] {
    let (sixteens, _) = limbs.as_chunks::<16>();
    let register = |quarter: usize, i: usize| {
        let limbs = sixteens[quarter].as_chunks::<4>().0;
        with!(vld1q_u8(limbs[i].as_ptr().cast()))
    };
    four!(i => uint8x16x4_t(register(i, 0), register(i, 1), register(i, 2), register(i, 3)))
}

/// The bytes in these places. Where a place is beyond a quarter, the instruction gives zero, or leaves what was there.
#[inline(always)]
fn pick_4(quarters: &[uint8x16x4_t; 4], places: uint8x16_t) -> int32x4_t {
    let of = |quarter: u8| with!(vsubq_u8(places, vdupq_n_u8(64 * quarter)));
    let picked = with!(vqtbl4q_u8(quarters[0], places));
    let picked = with!(vqtbx4q_u8(picked, quarters[1], of(1)));
    let picked = with!(vqtbx4q_u8(picked, quarters[2], of(2)));
    with!(vreinterpretq_s32_u8(vqtbx4q_u8(picked, quarters[3], of(3))))
}

#[inline(always)]
fn transpose_4(r: [int32x4_t; 4]) -> [int32x4_t; 4] {
    // Pairs of rows, then pairs of pairs.
    let (a, b) = (with!(vtrn1q_s32(r[0], r[1])), with!(vtrn2q_s32(r[0], r[1])));
    let (c, d) = (with!(vtrn1q_s32(r[2], r[3])), with!(vtrn2q_s32(r[2], r[3])));
    let words = |limbs| with!(vreinterpretq_s64_s32(limbs));
    let limbs = |words| with!(vreinterpretq_s32_s64(words));
    [
        limbs(with!(vtrn1q_s64(words(a), words(c)))),
        limbs(with!(vtrn1q_s64(words(b), words(d)))),
        limbs(with!(vtrn2q_s64(words(a), words(c)))),
        limbs(with!(vtrn2q_s64(words(b), words(d)))),
    ]
}

// What the kernels are made of: columns of two lanes, and limbs of two lanes, where eight lie in memory.

type Sum = int64x2_t;
type Factor = int32x2_t;
type Factors = *const int32x2_t;

#[inline(always)]
unsafe fn load(number: Factors, limb: usize) -> Factor {
    // SAFETY: the caller's word.
    unsafe { *number.add(4 * limb) }
}

#[inline(always)]
fn add_product(sum: Sum, a: Factor, b: Factor) -> Sum {
    with!(vmlal_s32(sum, a, b))
}

#[inline(always)]
fn double(factor: Factor) -> Factor {
    with!(vadd_s32(factor, factor))
}

#[inline(always)]
fn extend(factor: Factor) -> Sum {
    with!(vmovl_s32(factor))
}

#[inline(always)]
fn add(a: Sum, b: Sum) -> Sum {
    with!(vaddq_s64(a, b))
}

#[inline(always)]
fn sub(a: Sum, b: Sum) -> Sum {
    with!(vsubq_s64(a, b))
}

#[inline(always)]
fn shl<const BITS: i32>(a: Sum) -> Sum {
    with!(vshlq_n_s64::<BITS>(a))
}

#[inline(always)]
fn low(a: Sum) -> Sum {
    with!(vandq_s64(a, vdupq_n_s64(LOW_30.cast_signed())))
}

#[inline(always)]
fn rest(a: Sum) -> Sum {
    with!(vreinterpretq_s64_u64(vshrq_n_u64::<30>(vreinterpretq_u64_s64(a))))
}

#[inline(always)]
fn none() -> Sum {
    with!(vdupq_n_s64(0))
}

#[inline(always)]
fn start(column: usize) -> Sum {
    with!(vdupq_n_s64(bias(column).cast_signed()))
}

/// No instruction at all: columns stay in registers, and limbs are loaded anew, from an address of which nothing is known.
macro_rules! settle {
    ($($pointer:ident),*; $w:ident; $($n:literal $k:expr),*) => {
        std::arch::asm!(
            $(concat!("/* {", $n, ":v} */"),)*
            $(concat!("/* {", stringify!($pointer), "} */"),)*
            $(inout(vreg) $w[$k],)*
            $($pointer = inout(reg) $pointer,)*
            options(nostack, preserves_flags)
        );
    };
}

kernels!(#[target_feature(enable = "neon")]);

/// The even lanes of a number, in the first of its registers.
#[inline(always)]
fn evens(number: &Number) -> Number {
    thirteen!(i => NeonLimb([with!(vuzp1q_s32(number[i].0[0], number[i].0[1])); 2]))
}

/// The lower halves of the columns of all pairs. Of two pairs, each lane twice.
#[inline(always)]
fn join<const PAIRS: usize>(sums: &[[Sum; LIMBS]; PAIRS]) -> Number {
    let halves = |a: usize, i: usize| {
        with!(vuzp1q_s32(vreinterpretq_s32_s64(sums[a][i]), vreinterpretq_s32_s64(sums[a + 1][i])))
    };
    if PAIRS == 4 {
        return rounded::<Neon>(thirteen!(i => NeonLimb([halves(0, i), halves(2, i)])));
    }
    rounded::<Neon>(thirteen!(i => {
        let evens = halves(0, i);
        NeonLimb([with!(vzip1q_s32(evens, evens)), with!(vzip2q_s32(evens, evens))])
    }))
}

/// All lanes that count, two at a time, by the kernel in the place of `$kernel`: there each number is where its limbs of two lanes
/// begin.
macro_rules! in_pairs {
    (($($number:ident),*) $sums:ident: $kernel:expr) => {{
        let mut all = [[vdupq_n_s64(0); LIMBS]; PAIRS];
        $(
            let of_evens;
            let $number = if PAIRS == 4 {
                $number
            } else {
                of_evens = evens($number);
                &of_evens
            };
        )*
        for (pair, $sums) in all.iter_mut().enumerate() {
            // SAFETY: pointers into numbers that live until the end, whose limbs are 32 bytes each, and the feature is that of the
            // caller.
            unsafe {
                $(let $number = $number.as_ptr().cast::<int32x2_t>().add(pair);)*
                $kernel;
            }
        }
        join(&all)
    }};
}

#[inline(never)]
#[target_feature(enable = "neon")]
fn products<const PAIRS: usize>(a: &Number, b: &Number) -> Number {
    in_pairs!((a, b) sums: product(a, b, Plain, sums))
}

#[inline(never)]
#[target_feature(enable = "neon")]
fn products_less<const PAIRS: usize>(a: &Number, b: &Number, c: &Number) -> Number {
    in_pairs!((a, b, c) sums: product(a, b, Less(c), sums))
}

#[inline(never)]
#[target_feature(enable = "neon")]
fn squares<const PAIRS: usize>(a: &Number) -> Number {
    in_pairs!((a) sums: square(a, Plain, sums))
}

#[inline(never)]
#[target_feature(enable = "neon")]
fn squares_less<const PAIRS: usize>(a: &Number, c: &Number) -> Number {
    in_pairs!((a, c) sums: square(a, Less(c), sums))
}
