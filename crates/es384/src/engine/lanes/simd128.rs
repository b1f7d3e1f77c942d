//! Lanes as vectors of WebAssembly: four of two words, and two of four limbs of 30 bits. Numbers are multiplied two lanes at a time.
//!
//! The module is downloaded, so what is large and in many places is a function of its own, which elsewhere would be inlined.
//!
//! A module has these instructions or it does not: there is nothing to find out at run time, and a module with an instruction that its
//! host does not know is not loaded at all.

use std::arch::wasm32::{
    i8x16_swizzle, i32x4_add, i32x4_bitmask, i32x4_eq, i32x4_ne, i32x4_shl, i32x4_shr, i32x4_shuffle,
    i32x4_splat, i32x4_sub, i64x2_add, i64x2_extend_high_i32x4, i64x2_extend_low_i32x4,
    i64x2_extmul_low_i32x4, i64x2_ne, i64x2_shl, i64x2_shuffle, i64x2_splat, i64x2_sub, u8x16_splat,
    u8x16_sub, u32x4, u64x2, u64x2_extract_lane, u64x2_shr, u64x2_splat, v128, v128_and, v128_bitselect,
    v128_or, v128_xor,
};

use super::{
    BasePair, Eight, Lanes, Packed, Radix30, Task,
    radix30::{LIMBS, LOW_30, Lanes30, Limb, Window, bias, clear, pay, put, rounded, row, thirteen},
};

/// Eight lanes in four vectors.
#[derive(Clone, Copy)]
pub(crate) struct Simd128([v128; 4]);

impl Simd128 {
    pub(crate) const ZERO: Self = Self([u64x2(0, 0); 4]);
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

impl Lanes for Simd128 {
    type Pair = BasePair;
    type Radix = Radix30;
    // Another kind of lanes would be more code.
    type Narrow = Self;

    const VERIFIED_TOGETHER: usize = 6;
    const SIGNED_TOGETHER: usize = 5;
    // The module would be larger than it may be. One alone has its digits spread over the lanes, which is most of the gain.
    const SIDE_BY_SIDE: bool = false;

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
        Self([u64x2_splat(value); 4])
    }

    #[inline(always)]
    fn store(self) -> [u64; 8] {
        let mut words = [0; 8];
        let (pairs, _) = words.as_chunks_mut::<2>();
        for (pair, vector) in pairs.iter_mut().zip(self.0) {
            *pair = [u64x2_extract_lane::<0>(vector), u64x2_extract_lane::<1>(vector)];
        }
        words
    }

    #[inline(always)]
    fn load_bytes(self, bytes: &[u8; 64]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let word = |i: usize| u64::from_be_bytes(words[i]);
        Self(four!(i => u64x2(word(2 * i), word(2 * i + 1))))
    }

    #[inline(always)]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        // Of two rows and two words the first or the second words.
        super::eight!(word => Self(four!(i => {
            let (first, second) = (rows[2 * i].0[word / 2], rows[2 * i + 1].0[word / 2]);
            if word % 2 == 0 { i64x2_shuffle::<0, 2>(first, second) } else { i64x2_shuffle::<1, 3>(first, second) }
        })))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(four!(i => i64x2_add(self.0[i], other.0[i])))
    }

    #[inline(always)]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self(four!(i => v128_bitselect(ones.0[i], zeros.0[i], self.0[i])))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        // Where the first two differ, the third decides.
        Self(four!(i => v128_bitselect(c.0[i], b.0[i], v128_xor(self.0[i], b.0[i]))))
    }

    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        Self(four!(i => v128_xor(v128_xor(self.0[i], b.0[i]), c.0[i])))
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self) -> Self {
        Self(four!(i => u64x2_shr(self.0[i], BITS)))
    }

    #[inline(always)]
    fn ror<const BITS: i32>(self) -> Self {
        let bits = BITS.cast_unsigned();
        Self(four!(i => v128_or(u64x2_shr(self.0[i], bits), i64x2_shl(self.0[i], 64 - bits))))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        let all = u64x2_splat(u64::from(mask));
        Self(four!(i => {
            let here = i64x2_ne(v128_and(all, u64x2(1 << (2 * i), 2 << (2 * i))), u64x2_splat(0));
            v128_bitselect(other.0[i], self.0[i], here)
        }))
    }

    #[inline(always)]
    fn run<T: Task<Self>>(self, task: T) -> T::Output {
        task.run()
    }

    #[inline(always)]
    fn part<T: Task<Self>>(self, part: T) -> T::Output {
        run_apart(part)
    }
}

#[inline(never)]
fn run_apart<T: Task<Simd128>>(part: T) -> T::Output {
    part.run()
}

/// Eight limbs in two vectors.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Simd128Limb([v128; 2]);

/// Both vectors of a limb, in the same way.
macro_rules! both {
    ($i:ident => $value:expr) => {
        Simd128Limb([
            {
                let $i = 0;
                $value
            },
            {
                let $i = 1;
                $value
            },
        ])
    };
}

impl Limb for Simd128Limb {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        both!(i => i32x4_add(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        both!(i => i32x4_sub(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        both!(i => v128_xor(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        both!(i => v128_and(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        both!(i => v128_or(self.0[i], other.0[i]))
    }

    #[inline(always)]
    fn shl<const BITS: i32>(self) -> Self {
        both!(i => i32x4_shl(self.0[i], BITS.cast_unsigned()))
    }

    #[inline(always)]
    fn sar<const BITS: i32>(self) -> Self {
        both!(i => i32x4_shr(self.0[i], BITS.cast_unsigned()))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        const BITS: [v128; 2] = [u32x4(1, 2, 4, 8), u32x4(16, 32, 64, 128)];
        let all = i32x4_splat(i32::from(mask));
        both!(i => {
            let here = i32x4_ne(v128_and(all, BITS[i]), i32x4_splat(0));
            v128_bitselect(other.0[i], self.0[i], here)
        })
    }

    #[inline(always)]
    fn swap<const DISTANCE: usize>(self) -> Self {
        const { assert!(matches!(DISTANCE, 1 | 2 | 4)) };
        match DISTANCE {
            1 => both!(i => i32x4_shuffle::<1, 0, 3, 2>(self.0[i], self.0[i])),
            2 => both!(i => i32x4_shuffle::<2, 3, 0, 1>(self.0[i], self.0[i])),
            _ => Self([self.0[1], self.0[0]]),
        }
    }

    #[inline(always)]
    fn zero_lanes(self) -> u8 {
        let [low, high] = self.0.map(|limbs| i32x4_bitmask(i32x4_eq(limbs, i32x4_splat(0))));
        low | high << 4
    }

    #[inline(always)]
    fn store(self) -> [i32; 8] {
        // SAFETY: two vectors have the 32 bytes of eight limbs, the first lane first in memory, and any bytes are limbs.
        unsafe { std::mem::transmute(self.0) }
    }
}

/// A number a lane.
type Number = [Simd128Limb; LIMBS];

impl Lanes30 for Simd128 {
    type Limb = Simd128Limb;

    #[inline(always)]
    fn limb(self, value: i32) -> Simd128Limb {
        Simd128Limb([i32x4_splat(value); 2])
    }

    #[inline(always)]
    fn witness(limb: Simd128Limb) -> Self {
        Self([limb.0[0]; 4])
    }

    #[inline(never)]
    fn load(self, numbers: [&Packed; 8]) -> Number {
        // Four limbs of four numbers at a time.
        let square = |lane: usize, limbs: usize| transpose_4(four!(i => vector(numbers[lane + i], limbs)));
        let (low, high) = (four!(limbs => square(0, limbs)), four!(limbs => square(4, limbs)));
        thirteen!(i => Simd128Limb([low[i / 4][i % 4], high[i / 4][i % 4]]))
    }

    #[inline(always)]
    fn product(a: &Number, b: &Number) -> Number {
        product_less_some(a, b, None)
    }

    #[inline(always)]
    fn product_less(a: &Number, b: &Number, c: &Number) -> Number {
        product_less_some(a, b, Some(c))
    }

    #[inline(always)]
    fn square(a: &Number) -> Number {
        product_less_some(a, a, None)
    }

    #[inline(always)]
    fn square_less(a: &Number, c: &Number) -> Number {
        product_less_some(a, a, Some(c))
    }

    #[inline(never)]
    fn pick(self, entries: [u8; 8], window: &Window) -> [Number; 2] {
        // The places of the four bytes of the limb that a lane takes.
        let places = indices(entries).map(|index| {
            let first = v128_or(i32x4_shl(index, 2), i32x4_shl(index, 10));
            i32x4_add(v128_or(first, i32x4_shl(first, 16)), i32x4_splat(0x0302_0100))
        });
        let mut picked = [[self.limb(0); LIMBS]; 2];
        for (limb, limbs) in picked.as_flattened_mut().iter_mut().zip(&window.limbs) {
            *limb = both!(i => pick_4(limbs, places[i]));
        }
        picked
    }

    #[inline(never)]
    fn choose_all(self, entries: [u8; 8], table: &[Eight]) -> [Number; 2] {
        let index = indices(entries);
        let mut chosen = [[self.limb(0); LIMBS]; 2];
        for (number, entry) in (0..).zip(table) {
            let here = index.map(|index| i32x4_eq(index, i32x4_splat(number)));
            for (limbs, words) in chosen.iter_mut().zip([&entry.x, &entry.y]) {
                for (limb, words) in limbs.iter_mut().zip(words.as_flattened().as_chunks::<4>().0) {
                    *limb = limb.or(masked(here, words));
                }
            }
        }
        chosen
    }
}

/// Two words, four limbs.
#[inline(always)]
fn vector(words: &[u64], place: usize) -> v128 {
    u64x2(words[2 * place], words[2 * place + 1])
}

/// The entries of the lanes.
#[inline(always)]
fn indices(entries: [u8; 8]) -> [v128; 2] {
    let [a, b, c, d, e, f, g, h] = entries.map(u32::from);
    [u32x4(a, b, c, d), u32x4(e, f, g, h)]
}

/// A limb of each lane where there are ones, else zero.
#[inline(always)]
fn masked(here: [v128; 2], words: &[u64; 4]) -> Simd128Limb {
    both!(i => v128_and(here[i], vector(words, i)))
}

/// The bytes in these places. Where a place is beyond a vector, the instruction gives zero.
#[inline(always)]
fn pick_4(limbs: &[i32; 64], places: v128) -> v128 {
    let mut picked = i32x4_splat(0);
    let (fours, _) = limbs.as_chunks::<4>();
    for (first, [a, b, c, d]) in (0..).step_by(16).zip(fours) {
        let bytes = std::arch::wasm32::i32x4(*a, *b, *c, *d);
        picked = v128_or(picked, i8x16_swizzle(bytes, u8x16_sub(places, u8x16_splat(first))));
    }
    picked
}

#[inline(always)]
fn transpose_4(r: [v128; 4]) -> [v128; 4] {
    // Pairs of rows, then pairs of pairs.
    let (a, b) = (i32x4_shuffle::<0, 4, 1, 5>(r[0], r[1]), i32x4_shuffle::<2, 6, 3, 7>(r[0], r[1]));
    let (c, d) = (i32x4_shuffle::<0, 4, 1, 5>(r[2], r[3]), i32x4_shuffle::<2, 6, 3, 7>(r[2], r[3]));
    [
        i64x2_shuffle::<0, 2>(a, c),
        i64x2_shuffle::<1, 3>(a, c),
        i64x2_shuffle::<0, 2>(b, d),
        i64x2_shuffle::<1, 3>(b, d),
    ]
}

// What the rows are made of: columns of two lanes, and limbs of which the lower two lanes count.

type Sum = v128;
type Factor = v128;
type Factors = *const v128;

/// Volatile, or the compiler would load two limbs as words, and multiply words: WebAssembly can, but processors cannot.
#[inline(always)]
unsafe fn load(number: Factors, limb: usize) -> Factor {
    // SAFETY: the caller's word.
    unsafe { number.add(2 * limb).read_volatile() }
}

#[inline(always)]
fn add_product(sum: Sum, a: Factor, b: Factor) -> Sum {
    i64x2_add(sum, i64x2_extmul_low_i32x4(a, b))
}

#[inline(always)]
fn add(a: Sum, b: Sum) -> Sum {
    i64x2_add(a, b)
}

#[inline(always)]
fn sub(a: Sum, b: Sum) -> Sum {
    i64x2_sub(a, b)
}

#[inline(always)]
fn shl<const BITS: i32>(a: Sum) -> Sum {
    i64x2_shl(a, BITS.cast_unsigned())
}

#[inline(always)]
fn low(a: Sum) -> Sum {
    v128_and(a, u64x2_splat(LOW_30))
}

#[inline(always)]
fn rest(a: Sum) -> Sum {
    u64x2_shr(a, 30)
}

#[inline(always)]
fn start(column: usize) -> Sum {
    u64x2_splat(bias(column))
}

/// What column 12 of a row starts with.
#[derive(Clone, Copy)]
struct Top(Sum);

impl Top {
    #[inline(always)]
    fn at(self, _column: usize) -> Sum {
        self.0
    }
}

/// Nothing to do: a loop keeps the rows apart.
macro_rules! settle {
    ($($pointer:ident),*; $w:ident; $($n:literal $k:expr),*) => {};
}

/// `a·b` in two lanes, with what the columns from 12 on start with.
///
/// The rows are those of the other kernels, but one after the other in a loop, in which the columns move down by one. That is a tenth of
/// the code, and no slower, even with all products of a square.
///
/// # Safety
///
/// The pointers lead to numbers.
#[inline(never)]
unsafe fn product_of_two(mut a: Factors, b: Factors, tops: &[Sum; LIMBS + 1]) -> [Sum; LIMBS] {
    let mut w = [start(1); LIMBS];
    w[0] = start(0);
    let mut owed = i64x2_splat(0);
    for top in &tops[..LIMBS] {
        let top = Top(*top);
        // SAFETY: limbs of the two numbers.
        unsafe {
            row!(w, owed, a, b, top, 0);
            a = a.add(2);
        }
        w = thirteen!(i => w[(i + 1) % LIMBS]);
    }
    w[LIMBS - 1] = tops[LIMBS];
    let mut columns = [owed; 2 * LIMBS];
    columns[LIMBS..].copy_from_slice(&w);
    pay!(columns, owed, 13);
    put!(columns, w, 0 1 2 3 4 5 6 7 8 9 10 11);
    w[LIMBS - 1] = columns[2 * LIMBS - 1];
    w
}

/// `a·b`, less a number.
#[inline(never)]
fn product_less_some(a: &Number, b: &Number, less: Option<&Number>) -> Number {
    let starts: [Sum; LIMBS + 1] = std::array::from_fn(|i| start(LIMBS - 1 + i));
    // Of the lower and the upper two lanes of the first vector, then of the second.
    let mut tops = [starts; 4];
    for (i, limb) in less.into_iter().flatten().enumerate() {
        for (tops, limbs) in tops.as_chunks_mut::<2>().0.iter_mut().zip(limb.0) {
            tops[0][i + 1] = i64x2_sub(tops[0][i + 1], i64x2_extend_low_i32x4(limbs));
            tops[1][i + 1] = i64x2_sub(tops[1][i + 1], i64x2_extend_high_i32x4(limbs));
        }
    }
    let factors = [[*a, *b], [upper(a), upper(b)]];
    let sums: [_; 4] = std::array::from_fn(|pair| {
        let [a, b] = factors[pair % 2].each_ref().map(|number| number.as_ptr().cast::<v128>());
        // SAFETY: pointers into numbers that live until the end, whose limbs are two vectors each.
        unsafe { product_of_two(a.add(pair / 2), b.add(pair / 2), &tops[pair]) }
    });
    // The lower halves of the columns of all lanes.
    rounded::<Simd128>(std::array::from_fn(
        |limb| both!(i => i32x4_shuffle::<0, 2, 4, 6>(sums[2 * i][limb], sums[2 * i + 1][limb])),
    ))
}

/// The upper two lanes of each vector in the place of the lower ones.
fn upper(number: &Number) -> Number {
    number.map(|limb| both!(i => i32x4_shuffle::<2, 3, 2, 3>(limb.0[i], limb.0[i])))
}
