//! Lanes as plain integers, which spell out what the instructions do.

use std::marker::PhantomData;

use super::{super::secret::hide, Form, Lanes, Radix, Radix52, Task, radix52::Lanes52, words::WordPair};

const LOW_52: u64 = (1 << 52) - 1;

/// Eight integers, and the radix of the numbers modulo p that they keep.
#[derive(Clone, Copy)]
pub(crate) struct Model<F = Radix52>([u64; 8], PhantomData<F>);

impl<F: Form> Model<F> {
    /// The first value, from which all others are made.
    pub(crate) const ZERO: Self = Self::new([0; 8]);

    const fn new(words: [u64; 8]) -> Self {
        Self(words, PhantomData)
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self::new(std::array::from_fn(|lane| f(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    fn map(self, f: impl Fn(u64) -> u64) -> Self {
        Self::new(self.0.map(f))
    }

    #[inline(always)]
    fn not_zero(self) -> u8 {
        // The highest bit of x | -x is set unless x is zero. This needs no branch.
        (0..8).fold(0, |mask, lane| {
            let bits = self.0[lane] | self.0[lane].wrapping_neg();
            mask | ((bits >> 63) as u8) << lane
        })
    }
}

impl<F: Form + Radix<Self>> Lanes for Model<F> {
    type Pair = WordPair;
    type Radix = F;
    type Narrow = Self;

    const VERIFIED_TOGETHER: usize = 6;
    const SIGNED_TOGETHER: usize = 5;

    #[inline(always)]
    fn narrow(number: &super::Number<Self>) -> super::Number<Self> {
        *number
    }

    #[inline(always)]
    fn pair(self, words: [u64; 2]) -> WordPair {
        WordPair::new(words)
    }

    #[inline(always)]
    fn splat(self, value: u64) -> Self {
        Self::new([value; 8])
    }

    #[inline(always)]
    fn store(self) -> [u64; 8] {
        self.0
    }

    #[inline(always)]
    fn load_bytes(self, bytes: &[u8; 64]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        Self::new(std::array::from_fn(|lane| u64::from_be_bytes(words[lane])))
    }

    #[inline(always)]
    fn transpose(rows: [Self; 8]) -> [Self; 8] {
        std::array::from_fn(|word| Self::new(std::array::from_fn(|lane| rows[lane].0[word])))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, u64::wrapping_add)
    }

    #[inline(always)]
    fn choose(self, ones: Self, zeros: Self) -> Self {
        Self::new(std::array::from_fn(|lane| (self.0[lane] & ones.0[lane]) | (!self.0[lane] & zeros.0[lane])))
    }

    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        let of = |a, b, c| (a & b) | (a & c) | (b & c);
        Self::new(std::array::from_fn(|lane| of(self.0[lane], b.0[lane], c.0[lane])))
    }

    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        self.zip(b.zip(c, |b, c| b ^ c), |a, b| a ^ b)
    }

    #[inline(always)]
    fn shr<const BITS: u32>(self) -> Self {
        self.map(|a| a >> BITS)
    }

    #[inline(always)]
    fn ror<const BITS: i32>(self) -> Self {
        self.map(|a| a.rotate_right(BITS.cast_unsigned()))
    }

    #[inline(always)]
    fn blend(self, mask: u8, other: Self) -> Self {
        Self::new(std::array::from_fn(|lane| {
            // This is all ones or all zeros. The optimiser must not know it, or it would branch.
            let take = hide(0_u64.wrapping_sub(u64::from(mask >> lane) & 1));
            (other.0[lane] & take) | (self.0[lane] & !take)
        }))
    }

    #[inline(always)]
    fn run<T: Task<Self>>(self, task: T) -> T::Output {
        task.run()
    }

    #[inline(never)]
    fn part<T: Task<Self>>(self, part: T) -> T::Output {
        part.run()
    }
}

impl Lanes52 for Model<Radix52> {
    #[inline(always)]
    fn load(self, words: &[u64; 8]) -> Self {
        Self::new(*words)
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
    fn shl<const BITS: u32>(self) -> Self {
        self.map(|a| a << BITS)
    }

    #[inline(always)]
    fn sar<const BITS: u32>(self) -> Self {
        self.map(|a| (a.cast_signed() >> BITS).cast_unsigned())
    }

    #[inline(always)]
    fn add_mul_low(self, a: Self, b: Self) -> Self {
        self.add(a.zip(b, |a, b| (a & LOW_52).wrapping_mul(b & LOW_52) & LOW_52))
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "104 bits less 52 are 52")]
    fn add_mul_high(self, a: Self, b: Self) -> Self {
        self.add(a.zip(b, |a, b| ((u128::from(a & LOW_52) * u128::from(b & LOW_52)) >> 52) as u64))
    }

    #[inline(always)]
    fn pick(self, words: &[u64; 64]) -> Self {
        let mut picked = self.splat(0);
        for (index, word) in (0..).zip(words) {
            picked = picked.blend(self.equal(self.splat(index)), self.splat(*word));
        }
        picked
    }

    #[inline(always)]
    fn equal(self, other: Self) -> u8 {
        !self.zip(other, |a, b| a ^ b).not_zero()
    }

    #[inline(always)]
    fn swap<const DISTANCE: usize>(self) -> Self {
        Self::new(std::array::from_fn(|lane| self.0[lane ^ DISTANCE]))
    }
}
