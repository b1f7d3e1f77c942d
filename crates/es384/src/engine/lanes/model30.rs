//! Limbs of 30 bits as plain integers: the kernels of AVX2 and NEON, a lane at a time.

use super::{
    super::{digits::ENTRIES, secret::hide},
    Eight, Model, Packed, Radix30,
    radix30::{
        LIMBS, LOW_30, Lanes30, Limb, Window, bias, clear, kernels, pay, put, rounded, row, square_row,
        thirteen,
    },
};

#[derive(Clone, Copy)]
pub(crate) struct ModelLimb([i32; 8]);

impl ModelLimb {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(i32, i32) -> i32) -> Self {
        Self(std::array::from_fn(|lane| f(self.0[lane], other.0[lane])))
    }
}

/// All ones for a lane whose bit is set. The optimiser must not see that there is nothing else: it would branch.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the halves are the same")]
fn ones(mask: u8, lane: usize) -> i32 {
    (hide(0_u64.wrapping_sub(u64::from(mask >> lane) & 1)) as u32).cast_signed()
}

impl Limb for ModelLimb {
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, i32::wrapping_add)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, i32::wrapping_sub)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.zip(other, |a, b| a ^ b)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    #[inline(always)]
    fn shl<const BITS: i32>(self) -> Self {
        Self(self.0.map(|a| a << BITS))
    }

    #[inline(always)]
    fn sar<const BITS: i32>(self) -> Self {
        Self(self.0.map(|a| a >> BITS))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        Self(std::array::from_fn(|lane| {
            let take = ones(mask, lane);
            (other.0[lane] & take) | (self.0[lane] & !take)
        }))
    }

    #[inline(always)]
    fn swap<const DISTANCE: usize>(self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane ^ DISTANCE]))
    }

    #[inline(always)]
    fn zero_lanes(self) -> u8 {
        // The sign of x | -x is set unless x is zero: no branch.
        (0..8).fold(0, |mask, lane| {
            let zero = !(self.0[lane] | self.0[lane].wrapping_neg());
            mask | ((zero.cast_unsigned() >> 31) as u8) << lane
        })
    }

    #[inline(always)]
    fn store(self) -> [i32; 8] {
        self.0
    }
}

/// A number a lane.
type Number = [ModelLimb; LIMBS];

impl Lanes30 for Model<Radix30> {
    type Limb = ModelLimb;

    fn limb(self, value: i32) -> ModelLimb {
        ModelLimb([value; 8])
    }

    fn witness(_: ModelLimb) -> Self {
        Self::ZERO
    }

    #[expect(clippy::cast_possible_truncation, reason = "halves of a word")]
    fn load(self, numbers: [&Packed; 8]) -> Number {
        let limb = |lane: usize, i: usize| ((numbers[lane][i / 2] >> (32 * (i % 2))) as u32).cast_signed();
        thirteen!(i => ModelLimb(std::array::from_fn(|lane| limb(lane, i))))
    }

    fn product(a: &Number, b: &Number) -> Number {
        // SAFETY: pointers to numbers.
        each([a, b], |[a, b], out| unsafe { product(a, b, Plain, out) })
    }

    fn product_less(a: &Number, b: &Number, c: &Number) -> Number {
        // SAFETY: as above.
        each([a, b, c], |[a, b, c], out| unsafe { product(a, b, Less(c), out) })
    }

    fn square(a: &Number) -> Number {
        // SAFETY: as above.
        each([a], |[a], out| unsafe { square(a, Plain, out) })
    }

    fn square_less(a: &Number, c: &Number) -> Number {
        // SAFETY: as above.
        each([a, c], |[a, c], out| unsafe { square(a, Less(c), out) })
    }

    fn pick(self, entries: [u8; 8], window: &Window) -> [Number; 2] {
        let mut picked = [ModelLimb([0; 8]); 2 * LIMBS];
        for entry in 0..ENTRIES {
            let here = equal(entries, entry);
            for (picked, limbs) in picked.iter_mut().zip(&window.limbs) {
                *picked = picked.blend(here, self.limb(limbs[entry]));
            }
        }
        halves(&picked)
    }

    #[expect(clippy::cast_possible_truncation, reason = "halves of a word")]
    fn choose_all(self, entries: [u8; 8], table: &[Eight]) -> [Number; 2] {
        let mut chosen = [ModelLimb([0; 8]); 2 * LIMBS];
        for (number, entry) in table.iter().enumerate() {
            let here = equal(entries, number);
            for (i, chosen) in chosen.iter_mut().enumerate() {
                let words = if i < LIMBS { &entry.x } else { &entry.y }.as_flattened();
                let limb = |lane: usize| {
                    ((words[4 * (i % LIMBS) + lane / 2] >> (32 * (lane % 2))) as u32).cast_signed()
                };
                *chosen = chosen.blend(here, ModelLimb(std::array::from_fn(limb)));
            }
        }
        halves(&chosen)
    }
}

/// The lanes whose entry this is.
#[expect(clippy::cast_possible_truncation, reason = "below 64")]
fn equal(entries: [u8; 8], entry: usize) -> u8 {
    ModelLimb(entries.map(|own| i32::from(own ^ entry as u8))).zero_lanes()
}

fn halves(both: &[ModelLimb; 2 * LIMBS]) -> [Number; 2] {
    [thirteen!(i => both[i]), thirteen!(i => both[i + LIMBS])]
}

/// Works lane by lane.
#[expect(clippy::cast_possible_truncation, reason = "limbs are 32 bits")]
fn each<const COUNT: usize>(
    numbers: [&Number; COUNT],
    kernel: impl Fn([Factors; COUNT], &mut [Sum; LIMBS]),
) -> Number {
    let mut all = [ModelLimb([0; 8]); LIMBS];
    for lane in 0..8 {
        let own: [[i32; LIMBS]; COUNT] = numbers.map(|number| number.map(|limb| limb.0[lane]));
        let mut out = [0; LIMBS];
        kernel(own.each_ref().map(|limbs| limbs.as_ptr()), &mut out);
        for (all, out) in all.iter_mut().zip(out) {
            all.0[lane] = (out as u32).cast_signed();
        }
    }
    rounded::<Model<Radix30>>(all)
}

type Sum = u64;
type Factor = i32;
type Factors = *const i32;

#[inline(always)]
unsafe fn load(number: Factors, limb: usize) -> Factor {
    // SAFETY: the caller's word.
    unsafe { *number.add(limb) }
}

#[inline(always)]
fn add_product(sum: Sum, a: Factor, b: Factor) -> Sum {
    sum.wrapping_add(i64::from(a).wrapping_mul(i64::from(b)).cast_unsigned())
}

#[inline(always)]
fn double(factor: Factor) -> Factor {
    factor.wrapping_add(factor)
}

#[inline(always)]
fn extend(factor: Factor) -> Sum {
    i64::from(factor).cast_unsigned()
}

#[inline(always)]
fn add(a: Sum, b: Sum) -> Sum {
    a.wrapping_add(b)
}

#[inline(always)]
fn sub(a: Sum, b: Sum) -> Sum {
    a.wrapping_sub(b)
}

#[inline(always)]
fn shl<const BITS: i32>(a: Sum) -> Sum {
    a << BITS
}

#[inline(always)]
fn low(a: Sum) -> Sum {
    a & LOW_30
}

#[inline(always)]
fn rest(a: Sum) -> Sum {
    a >> 30
}

#[inline(always)]
fn none() -> Sum {
    0
}

#[inline(always)]
fn start(column: usize) -> Sum {
    bias(column)
}

/// There is nothing to keep in registers.
macro_rules! settle {
    ($($pointer:ident),*; $w:ident; $($n:literal $k:expr),*) => {
        $($pointer = std::hint::black_box($pointer);)*
    };
}

kernels!();
