//! Numbers modulo p in thirteen signed limbs of 30 bits, for lanes that multiply 32 bits by 32: AVX2, NEON and their model.
//!
//! A number x is kept as x·2^390 modulo p, and may be negative. Limbs are 32-bit integers; eight numbers are thirteen vectors of
//! eight limbs. Carried limbs but the highest are between -2^29 - 2^11 and 2^29 + 2^11, and a wide number is a difference of two
//! carried ones.
//!
//! p = 2^384 - 2^128 - 2^96 + 2^32 - 1 is -1 modulo 2^32, so the multiple of p that clears the lowest 30 bits of a sum is those bits
//! themselves, and a row of the reduction has no multiplication.

use super::{Eight, Form, Lanes, Packed, Radix, Row, Shared, Task};
use crate::engine::{
    digits::ENTRIES,
    modulus::{self, P, Words},
    residue,
    secret::declassify,
};

/// Limbs of a number.
pub(super) const LIMBS: usize = 13;

/// The bits of a limb.
pub(in crate::engine) const LOW_30: u64 = (1 << 30) - 1;

/// How far carried limbs may be from zero: half of 2^30, and what a fold adds.
pub(in crate::engine) const CARRIED: i32 = (1 << 29) + (1 << 11);

/// What columns of a product start with, so that they are never negative and a shift need not know signs: 2^63 in the lowest, which
/// is 2^33 in the next once it is shifted, and so on. From column 13 on also 2^29, half of a limb, to round. The last column
/// takes back what was added. Together they are zero.
pub(in crate::engine) const fn bias(column: usize) -> u64 {
    match column {
        0 => 1 << 63,
        1..=12 => (1 << 63) - (1 << 33),
        13..=24 => (1 << 63) - (1 << 33) + (1 << 29),
        _ => 0_u64.wrapping_sub(1 << 33),
    }
}

/// An array of thirteen, each worked out from its index. As for `eight`, closures would not do.
macro_rules! thirteen {
    ($i:ident => $value:expr) => {
        thirteen!(@ $i, $value; 0 1 2 3 4 5 6 7 8 9 10 11 12)
    };
    (@ $i:ident, $value:expr; $($index:literal)*) => {
        [$({
            let $i = $index;
            $value
        }),*]
    };
}

/// Clears the lowest column `$i` by adding a multiple of p, and moves the rest of it up.
///
/// With q its lowest 30 bits, q·p is q·2^384 - q·2^128 - q·2^96 + q·2^32 - q. Of that -q·2^128 is -2^8·q in column `$i` + 4, where the next
/// row subtracts 2^6 times its own q: it takes both together, and `$owed` is 4·q until then. After the last row, [`pay`] does it.
macro_rules! clear {
    ($w:ident, $owed:ident, $i:expr) => {
        let q = low($w[$i]);
        let four = shl::<2>(q);
        $w[$i + 1] = add(add($w[$i + 1], rest($w[$i])), four);
        $w[$i + 3] = sub($w[$i + 3], shl::<6>(add(q, $owed)));
        $w[$i + 12] = add($w[$i + 12], shl::<24>(q));
        $owed = four;
    };
}

/// Subtracts what the row that cleared the column before `$i` owes.
macro_rules! pay {
    ($w:ident, $owed:ident, $i:expr) => {
        $w[$i + 3] = sub($w[$i + 3], shl::<6>($owed));
    };
}

/// Adds limb `$i` of `$a` times the number `$b`, and clears column `$i`.
macro_rules! row {
    ($w:ident, $owed:ident, $a:ident, $b:ident, $start:ident, $i:literal) => {
        let factor = load($a, $i);
        row!(@ $w, $b, factor, $i; 0 1 2 3 4 5 6 7 8 9 10 11);
        $w[$i + 12] = add_product($start.at($i + 12), factor, load($b, 12));
        clear!($w, $owed, $i);
        settle!($a, $b; $w; 0 $i + 1, 1 $i + 2, 2 $i + 3, 3 $i + 4, 4 $i + 5, 5 $i + 6, 6 $i + 7, 7 $i + 8, 8 $i + 9,
            9 $i + 10, 10 $i + 11, 11 $i + 12);
    };
    (@ $w:ident, $b:ident, $factor:ident, $i:literal; $($j:literal)*) => {
        $($w[$i + $j] = add_product($w[$i + $j], $factor, load($b, $j));)*
    };
}

/// Adds the square of limb `$i` of `$a`, and twice its products with the limbs above, which are `$j`.
macro_rules! square_row {
    ($w:ident, $a:ident, $i:literal; $($j:literal)*) => {
        let factor = load($a, $i);
        $w[2 * $i] = add_product($w[2 * $i], factor, factor);
        let factor = double(factor);
        $($w[$i + $j] = add_product($w[$i + $j], factor, load($a, $j));)*
        let _ = factor;
    };
}

/// Puts out column `$k` + 13, of which the lowest 30 bits are limb `$k` of the result once [`rounded`], and moves the rest of it up.
macro_rules! put {
    ($w:ident, $out:ident, $($k:literal)*) => {$(
        $w[$k + 14] = add($w[$k + 14], rest($w[$k + 13]));
        $out[$k] = $w[$k + 13];
    )*};
}

/// The product and the square of a part of the lanes, with or without a number that is subtracted, as columns to be [`rounded`].
///
/// They are made in the place of use of what is found there: the types `Sum` (columns), `Factor` (limbs) and `Factors` (where a number
/// is); the functions `load`, `add_product`, `double`, `extend`, `add`, `sub`, `shl`, `low` (the lowest 30 bits), `rest` (the bits
/// above), `start` and `none` (zero); and the macro `settle`, with which the optimiser leaves the order of rows as it is: sorted by
/// columns, they would need more registers than there are.
macro_rules! kernels {
    ($(#[$attribute:meta])*) => {
        /// What the columns start with.
        pub(super) trait Start: Copy {
            unsafe fn at(self, column: usize) -> Sum;
        }

        #[derive(Clone, Copy)]
        pub(super) struct Plain;

        impl Start for Plain {
            #[inline(always)]
            unsafe fn at(self, column: usize) -> Sum {
                start(column)
            }
        }

        /// With this number subtracted.
        #[derive(Clone, Copy)]
        pub(super) struct Less(pub(super) Factors);

        impl Start for Less {
            #[inline(always)]
            unsafe fn at(self, column: usize) -> Sum {
                if column < 13 {
                    return start(column);
                }
                // SAFETY: a limb of the number.
                unsafe { sub(start(column), extend(load(self.0, column - 13))) }
            }
        }

        /// `a·b`, less what `from` says.
        ///
        /// # Safety
        ///
        /// The pointers lead to numbers, and the instructions are there.
        #[inline(never)]
        $(#[$attribute])*
        pub(super) unsafe fn product<S: Start>(mut a: Factors, mut b: Factors, from: S, out: &mut [Sum; 13]) {
            // SAFETY: limbs of the two numbers, and the caller's word for the rest.
            unsafe {
                let mut w = [start(1); 26];
                w[0] = start(0);
                let mut owed = none();
                row!(w, owed, a, b, from, 0);
                row!(w, owed, a, b, from, 1);
                row!(w, owed, a, b, from, 2);
                row!(w, owed, a, b, from, 3);
                row!(w, owed, a, b, from, 4);
                row!(w, owed, a, b, from, 5);
                row!(w, owed, a, b, from, 6);
                row!(w, owed, a, b, from, 7);
                row!(w, owed, a, b, from, 8);
                row!(w, owed, a, b, from, 9);
                row!(w, owed, a, b, from, 10);
                row!(w, owed, a, b, from, 11);
                row!(w, owed, a, b, from, 12);
                let _ = (a, b);
                pay!(w, owed, 13);
                w[25] = from.at(25);
                put!(w, out, 0 1 2 3 4 5 6 7 8 9 10 11);
                out[12] = w[25];
            }
        }

        /// `a²`, less what `from` says.
        ///
        /// # Safety
        ///
        /// As for `product`.
        #[inline(never)]
        $(#[$attribute])*
        pub(super) unsafe fn square<S: Start>(mut a: Factors, from: S, out: &mut [Sum; 13]) {
            // SAFETY: limbs of the number, and the caller's word for the rest.
            unsafe {
                let mut w = [start(1); 26];
                w[0] = start(0);
                let mut owed = none();
                square_row!(w, a, 0; 1 2 3 4 5 6 7 8 9 10 11 12);
                clear!(w, owed, 0);
                w[13] = from.at(13);
                clear!(w, owed, 1);
                settle!(a; w; 0 2, 1 3, 2 4, 3 5, 4 6, 5 7, 6 8, 7 9, 8 10, 9 11, 10 12, 11 13);
                square_row!(w, a, 1; 2 3 4 5 6 7 8 9 10 11 12);
                w[14] = from.at(14);
                clear!(w, owed, 2);
                w[15] = from.at(15);
                clear!(w, owed, 3);
                settle!(a; w; 0 4, 1 5, 2 6, 3 7, 4 8, 5 9, 6 10, 7 11, 8 12, 9 13, 10 14, 11 15);
                square_row!(w, a, 2; 3 4 5 6 7 8 9 10 11 12);
                w[16] = from.at(16);
                clear!(w, owed, 4);
                w[17] = from.at(17);
                clear!(w, owed, 5);
                settle!(a; w; 0 6, 1 7, 2 8, 3 9, 4 10, 5 11, 6 12, 7 13, 8 14, 9 15, 10 16, 11 17);
                square_row!(w, a, 3; 4 5 6 7 8 9 10 11 12);
                w[18] = from.at(18);
                clear!(w, owed, 6);
                w[19] = from.at(19);
                clear!(w, owed, 7);
                settle!(a; w; 0 8, 1 9, 2 10, 3 11, 4 12, 5 13, 6 14, 7 15, 8 16, 9 17, 10 18, 11 19);
                square_row!(w, a, 4; 5 6 7 8 9 10 11 12);
                w[20] = from.at(20);
                clear!(w, owed, 8);
                w[21] = from.at(21);
                clear!(w, owed, 9);
                settle!(a; w; 0 10, 1 11, 2 12, 3 13, 4 14, 5 15, 6 16, 7 17, 8 18, 9 19, 10 20, 11 21);
                square_row!(w, a, 5; 6 7 8 9 10 11 12);
                w[22] = from.at(22);
                clear!(w, owed, 10);
                w[23] = from.at(23);
                clear!(w, owed, 11);
                settle!(a; w; 0 12, 1 13, 2 14, 3 15, 4 16, 5 17, 6 18, 7 19, 8 20, 9 21, 10 22, 11 23);
                square_row!(w, a, 6; 7 8 9 10 11 12);
                w[24] = from.at(24);
                clear!(w, owed, 12);
                pay!(w, owed, 13);
                put!(w, out, 0);
                settle!(a; w; 0 14, 1 15, 2 16, 3 17, 4 18, 5 19, 6 20, 7 21, 8 22, 9 23, 10 24);
                square_row!(w, a, 7; 8 9 10 11 12);
                put!(w, out, 1 2);
                settle!(a; w; 0 16, 1 17, 2 18, 3 19, 4 20, 5 21, 6 22, 7 23, 8 24);
                square_row!(w, a, 8; 9 10 11 12);
                put!(w, out, 3 4);
                settle!(a; w; 0 18, 1 19, 2 20, 3 21, 4 22, 5 23, 6 24);
                square_row!(w, a, 9; 10 11 12);
                put!(w, out, 5 6);
                settle!(a; w; 0 20, 1 21, 2 22, 3 23, 4 24);
                square_row!(w, a, 10; 11 12);
                put!(w, out, 7 8);
                square_row!(w, a, 11; 12);
                put!(w, out, 9);
                square_row!(w, a, 12;);
                let _ = a;
                w[25] = from.at(25);
                put!(w, out, 10 11);
                out[12] = w[25];
            }
        }
    };
}

pub(super) use thirteen;
pub(in crate::engine) use {clear, kernels, pay, put, row, square_row};

/// Limbs of 30 bits.
#[derive(Clone, Copy)]
pub(crate) enum Radix30 {}

/// The multiples of the base point in one window, by limb: those of x, then those of y, the least significant limb first.
#[repr(C, align(32))]
pub(crate) struct Window {
    pub(super) limbs: [[i32; ENTRIES]; 2 * LIMBS],
}

/// A number in limbs.
type Limbs = [i32; LIMBS];

/// Eight limbs of 32 bits, one a lane. Arithmetic wraps, and no operation takes a time that depends on the values.
pub(crate) trait Limb: Copy {
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn shl<const BITS: i32>(self) -> Self;
    /// Shifts in the sign.
    fn sar<const BITS: i32>(self) -> Self;
    /// `other` in the lanes whose bit in `mask` is set, `self` in the rest.
    fn blend(self, mask: u8, other: Self) -> Self;
    /// Lane `l` takes the value of lane `l ^ DISTANCE`; the distance is 1, 2 or 4.
    fn swap<const DISTANCE: usize>(self) -> Self;
    /// The lanes that are zero.
    fn zero_lanes(self) -> u8;
    fn store(self) -> [i32; 8];
}

/// Lanes that multiply limbs of 30 bits.
pub(crate) trait Lanes30: Lanes {
    type Limb: Limb;

    /// A bit for each lane, as it is, but for lanes that mean nothing that of another lane.
    #[inline(always)]
    fn counting(mask: u8) -> u8 {
        mask
    }

    /// The same limb in every lane. `self` is only the witness.
    fn limb(self, value: i32) -> Self::Limb;
    /// Any value of the lanes.
    fn witness(limb: Self::Limb) -> Self;
    /// A number a lane.
    fn load(self, numbers: [&Packed; 8]) -> [Self::Limb; LIMBS];

    /// `a·b`.
    fn product(a: &[Self::Limb; LIMBS], b: &[Self::Limb; LIMBS]) -> [Self::Limb; LIMBS];
    /// `a·b - c`. The limbs of c may be those of three carried numbers added up.
    fn product_less(
        a: &[Self::Limb; LIMBS],
        b: &[Self::Limb; LIMBS],
        c: &[Self::Limb; LIMBS],
    ) -> [Self::Limb; LIMBS];
    /// `a²`.
    fn square(a: &[Self::Limb; LIMBS]) -> [Self::Limb; LIMBS];
    /// `a² - c`.
    fn square_less(a: &[Self::Limb; LIMBS], c: &[Self::Limb; LIMBS]) -> [Self::Limb; LIMBS];

    /// As [`Radix::pick`].
    fn pick(self, entries: [u8; 8], window: &Window) -> [[Self::Limb; LIMBS]; 2];
    /// As [`Radix::choose`].
    fn choose_all(self, entries: [u8; 8], table: &[Eight]) -> [[Self::Limb; LIMBS]; 2];
}

impl Form for Radix30 {
    const SHIFT: u32 = 390;
    const ONE: Packed = pack(&modulus::power_of_two(Self::SHIFT, &P));
    const UNIT: Packed = pack(&[1, 0, 0, 0, 0, 0]);
    const EXCESS: Packed = pack(&[1 << (Self::SHIFT - 384), 0, 0, 0, 0, 0]);
    const B: Packed = pack(&modulus::shift(modulus::B, Self::SHIFT, &P));

    type Window = Window;

    fn pack(words: &Words) -> Packed {
        pack(words)
    }

    #[inline(never)]
    fn reduce(number: &Packed) -> Words {
        // Twice p is added, so that nothing is negative, and it is below 4·p.
        const PRIME: Limbs = limbs(&pack(&P));
        // 2^384 modulo p.
        const FOLD: [u64; 3] = [0xFFFF_FFFF_0000_0001, 0xFFFF_FFFF, 1];
        let limbs = limbs(number);
        let mut words = [0; 6];
        let mut carry = 0;
        let mut above = 0;
        for i in 0..LIMBS {
            let limb = i64::from(limbs[i]).wrapping_add(2 * i64::from(PRIME[i])).wrapping_add(carry);
            let bits = limb.cast_unsigned() & if i == LIMBS - 1 { (1 << 24) - 1 } else { LOW_30 };
            carry = limb >> 30;
            above = limb >> 24;
            let (word, bit) = (30 * i / 64, 30 * i % 64);
            words[word] |= bits << bit;
            if bit > 34 && word < 5 {
                words[word + 1] |= bits >> (64 - bit);
            }
        }
        debug_assert!(declassify(above >> 2) == 0, "a number outside of its bound");
        // Below 2^384 + 3·2^129: the carry goes into the last subtraction.
        let mut fold = [0; 6];
        let mut wide = 0_u128;
        for i in 0..3 {
            wide = u128::from(FOLD[i]).wrapping_mul(u128::from(above.cast_unsigned())).wrapping_add(wide);
            fold[i] = modulus::low(wide);
            wide >>= 64;
        }
        fold[3] = modulus::low(wide);
        let (sum, carry) = modulus::add(&words, &fold);
        residue::reduce_once(&sum, carry, &P)
    }

    fn window(rows: &[Row<Self>]) -> Window {
        let limb = |row: &Row<Self>, limb: usize| {
            if limb < LIMBS { limbs(&row.x)[limb] } else { limbs(&row.y)[limb - LIMBS] }
        };
        Window {
            limbs: std::array::from_fn(|i| {
                std::array::from_fn(|entry| rows.get(entry).map_or(0, |row| limb(row, i)))
            }),
        }
    }

    fn eight(numbers: [&Packed; 8]) -> [[u64; 8]; 8] {
        let limbs = numbers.map(limbs);
        let mut words = [[0; 8]; 8];
        for (i, word) in words.as_flattened_mut().iter_mut().enumerate().take(4 * LIMBS) {
            *word = join(limbs[2 * (i % 4)][i / 4], limbs[2 * (i % 4) + 1][i / 4]);
        }
        words
    }

    fn shared() -> &'static Shared<Self> {
        static SHARED: Shared<Radix30> = Shared::new();
        &SHARED
    }
}

impl<L: Lanes30> Radix<L> for Radix30 {
    type Number = [L::Limb; LIMBS];

    /// A product of numbers below A·p and B·p in absolute value is between -A·B·p/64 and A·B·p/64 + p, because p is below 2^390/64
    /// and the multiple of p that is added is below 2^390·p.
    const LIMIT: u64 = 64;

    #[inline(always)]
    fn splat(lanes: L, number: &Packed) -> Self::Number {
        let limbs = limbs(number);
        thirteen!(i => lanes.limb(limbs[i]))
    }

    #[inline(always)]
    fn load(lanes: L, numbers: [&Packed; 8]) -> Self::Number {
        lanes.load(numbers)
    }

    #[inline(never)]
    fn store(number: &Self::Number) -> [Packed; 8] {
        let limbs = L::witness(number[0]).run(Store::<L>(number));
        std::array::from_fn(|lane| {
            std::array::from_fn(|word| {
                let limb = |i: usize| limbs.get(i).map_or(0, |limb| limb[lane]);
                join(limb(2 * word), limb(2 * word + 1))
            })
        })
    }

    #[inline(always)]
    fn witness(number: &Self::Number) -> L {
        L::witness(number[0])
    }

    #[inline(never)]
    fn is_within(number: &Self::Number, bound: u32) -> bool {
        let limbs = L::witness(number[0]).run(Store::<L>(number));
        let beyond = |limb: i32, limit: i32| limit.wrapping_sub(limb) | limit.wrapping_add(limb);
        let mut outside = 0;
        for limb in limbs[..LIMBS - 1].as_flattened() {
            outside |= beyond(*limb, CARRIED);
        }
        for limb in limbs[LIMBS - 1] {
            outside |= beyond(limb, (bound << 24).cast_signed() + 1);
        }
        // That it holds says nothing about the number.
        declassify(outside) >= 0
    }

    #[cfg_attr(target_feature = "simd128", inline(never))]
    #[cfg_attr(not(target_feature = "simd128"), inline(always))]
    fn blend(a: &Self::Number, mask: u8, b: &Self::Number) -> Self::Number {
        thirteen!(i => a[i].blend(mask, b[i]))
    }

    #[cfg_attr(target_feature = "simd128", inline(never))]
    #[cfg_attr(not(target_feature = "simd128"), inline(always))]
    fn swap<const DISTANCE: usize>(number: &Self::Number) -> Self::Number {
        thirteen!(i => number[i].swap::<DISTANCE>())
    }

    #[inline(always)]
    fn zero_lanes(number: &Self::Number) -> u8 {
        L::witness(number[0]).part(ZeroLanes::<L>(number))
    }

    #[cfg_attr(target_feature = "simd128", inline(never))]
    #[cfg_attr(not(target_feature = "simd128"), inline(always))]
    fn difference<const C: u32>(a: &Self::Number, b: &Self::Number) -> Self::Number {
        thirteen!(i => a[i].sub(b[i]))
    }

    #[cfg_attr(target_feature = "simd128", inline(never))]
    #[cfg_attr(not(target_feature = "simd128"), inline(always))]
    fn carry(number: &Self::Number) -> Self::Number {
        carry::<L>(*number)
    }

    #[cfg_attr(target_feature = "simd128", inline(never))]
    #[cfg_attr(not(target_feature = "simd128"), inline(always))]
    fn less_both<const C: u32, const D: u32>(
        a: &Self::Number,
        c: &Self::Number,
        d: &Self::Number,
    ) -> Self::Number {
        // One after the other: a limb holds a difference, and not much more.
        let less = carry::<L>(thirteen!(i => a[i].sub(c[i])));
        let less = carry::<L>(thirteen!(i => less[i].sub(d[i])));
        carry::<L>(thirteen!(i => less[i].sub(d[i])))
    }

    #[cfg_attr(target_feature = "simd128", inline(never))]
    #[cfg_attr(not(target_feature = "simd128"), inline(always))]
    fn negate_where<const B: u32>(a: &Self::Number, mask: u8) -> Self::Number {
        let zero = L::witness(a[0]).limb(0);
        let ones = zero.blend(mask, L::witness(a[0]).limb(-1));
        thirteen!(i => a[i].xor(ones).sub(ones))
    }

    #[inline(always)]
    fn product(a: &Self::Number, b: &Self::Number) -> Self::Number {
        L::product(a, b)
    }

    #[inline(always)]
    fn product_less<const C: u32>(a: &Self::Number, b: &Self::Number, c: &Self::Number) -> Self::Number {
        L::product_less(a, b, c)
    }

    #[inline(always)]
    fn square(a: &Self::Number) -> Self::Number {
        L::square(a)
    }

    #[inline(always)]
    fn square_less<const C: u32, const D: u32>(
        a: &Self::Number,
        c: &Self::Number,
        d: &Self::Number,
    ) -> Self::Number {
        // A limb holds three.
        L::square_less(a, &sum::<L>(c, &sum::<L>(d, d)))
    }

    #[inline(always)]
    fn product_less_folded<const C: u32>(
        a: &Self::Number,
        b: &Self::Number,
        c: &Self::Number,
    ) -> Self::Number {
        const { assert!(C <= 5) };
        fold::<L>(L::product_less(a, b, c))
    }

    #[inline(always)]
    fn square_less_folded<const C: u32, const D: u32>(
        a: &Self::Number,
        c: &Self::Number,
        d: &Self::Number,
    ) -> Self::Number {
        const { assert!(C + D <= 6) };
        fold::<L>(L::square_less(a, &sum::<L>(c, d)))
    }

    #[inline(always)]
    fn pick(lanes: L, entries: [u8; 8], window: &Window) -> [Self::Number; 2] {
        lanes.pick(entries, window)
    }

    #[inline(always)]
    fn choose(lanes: L, entries: [u8; 8], table: &[Eight]) -> [Self::Number; 2] {
        L::choose_all(lanes, entries, table)
    }
}

/// The limbs of a number.
struct Store<'a, L: Lanes30>(&'a [L::Limb; LIMBS]);

impl<L: Lanes30> Task<L> for Store<'_, L> {
    type Output = [[i32; 8]; LIMBS];

    #[inline(always)]
    fn run(self) -> Self::Output {
        thirteen!(i => self.0[i].store())
    }
}

/// [`Radix::zero_lanes`].
struct ZeroLanes<'a, L: Lanes30>(&'a [L::Limb; LIMBS]);

impl<L: Lanes30> Task<L> for ZeroLanes<'_, L> {
    type Output = u8;

    /// Within 2·p it is -p, 0 or p, and carried limbs stand for one number alone: those of p are themselves small.
    #[inline(always)]
    fn run(self) -> u8 {
        const PRIME: Limbs = limbs(&pack(&P));
        let number = self.0;
        let lanes = L::witness(number[0]);
        let mut unlike = [lanes.limb(0); 3];
        for i in 0..LIMBS {
            unlike[0] = unlike[0].or(number[i]);
            unlike[1] = unlike[1].or(number[i].xor(lanes.limb(PRIME[i])));
            unlike[2] = unlike[2].or(number[i].xor(lanes.limb(-PRIME[i])));
        }
        L::counting(unlike[0].zero_lanes() | unlike[1].zero_lanes() | unlike[2].zero_lanes())
    }
}

/// A number below 8·p in absolute value, less the multiple of p that leaves little more than half of it.
///
/// With t the highest limb divided by 2^24 and rounded, t·p is t·2^384 - t·2^128 - t·2^96 + t·2^32 - t. What is added to the limbs is
/// 2^11 at most.
#[cfg_attr(target_feature = "simd128", inline(never))]
#[cfg_attr(not(target_feature = "simd128"), inline(always))]
fn fold<L: Lanes30>(mut limbs: [L::Limb; LIMBS]) -> [L::Limb; LIMBS] {
    let t = limbs[12].add(L::witness(limbs[12]).limb(1 << 23)).sar::<24>();
    limbs[0] = limbs[0].add(t);
    limbs[1] = limbs[1].sub(t.shl::<2>());
    limbs[3] = limbs[3].add(t.shl::<6>());
    limbs[4] = limbs[4].add(t.shl::<8>());
    limbs[12] = limbs[12].sub(t.shl::<24>());
    limbs
}

/// Brings all limbs but the highest to 30 bits, from limbs that half a limb more does not push out of 32 bits.
#[cfg_attr(target_feature = "simd128", inline(never))]
#[cfg_attr(not(target_feature = "simd128"), inline(always))]
fn carry<L: Lanes30>(mut limbs: [L::Limb; LIMBS]) -> [L::Limb; LIMBS] {
    let half = L::witness(limbs[0]).limb(1 << 29);
    for i in 0..LIMBS - 1 {
        let carry = limbs[i].add(half).sar::<30>();
        limbs[i] = limbs[i].sub(carry.shl::<30>());
        limbs[i + 1] = limbs[i + 1].add(carry);
    }
    limbs
}

/// The limbs of `a + b`, not carried.
#[cfg_attr(target_feature = "simd128", inline(never))]
#[cfg_attr(not(target_feature = "simd128"), inline(always))]
fn sum<L: Lanes30>(a: &[L::Limb; LIMBS], b: &[L::Limb; LIMBS]) -> [L::Limb; LIMBS] {
    let mut sum = *a;
    for (limb, other) in sum.iter_mut().zip(b) {
        *limb = limb.add(*other);
    }
    sum
}

/// The limbs of a result, from the lower halves of its columns: of all but the highest 30 bits, less the half of a limb with which they
/// start.
#[inline(always)]
pub(super) fn rounded<L: Lanes30>(mut limbs: [L::Limb; LIMBS]) -> [L::Limb; LIMBS] {
    let (bits, half) = (L::witness(limbs[0]).limb((1 << 30) - 1), L::witness(limbs[0]).limb(1 << 29));
    for limb in &mut limbs[..LIMBS - 1] {
        *limb = limb.and(bits).sub(half);
    }
    limbs
}

/// Two limbs as a word.
#[inline(always)]
const fn join(low: i32, high: i32) -> u64 {
    low.cast_unsigned() as u64 | (high.cast_unsigned() as u64) << 32
}

/// The limbs of a number in memory.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "halves of a word")]
const fn limbs(number: &Packed) -> Limbs {
    let mut limbs = [0; LIMBS];
    let mut i = 0;
    while i < LIMBS {
        limbs[i] = ((number[i / 2] >> (32 * (i % 2))) as u32).cast_signed();
        i += 1;
    }
    limbs
}

/// Six words of 64 bits as thirteen carried limbs.
#[expect(clippy::cast_possible_truncation, reason = "30 bits and a carry")]
const fn pack(words: &Words) -> Packed {
    let mut number = [0; 8];
    let mut carry = 0;
    let mut i = 0;
    while i < LIMBS {
        let (word, bit) = (i * 30 / 64, i * 30 % 64);
        let above = if bit > 34 && word < 5 { words[word + 1] << (64 - bit) } else { 0 };
        let limb = (((words[word] >> bit) | above) & LOW_30) + carry;
        // Of the highest limb 24 bits are left: nothing is carried there.
        carry = if i < LIMBS - 1 { (limb + (1 << 29)) >> 30 } else { 0 };
        let limb = (limb.wrapping_sub(carry << 30)) as u32;
        number[i / 2] |= (limb as u64) << (32 * (i % 2));
        i += 1;
    }
    number
}
