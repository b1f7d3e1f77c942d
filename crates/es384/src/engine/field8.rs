//! Numbers modulo p, eight at a time, one in each lane. The lanes decide which limbs the numbers have.
//!
//! A number x is kept in Montgomery's form, and not fully reduced: it may exceed p, or be negative. The type states
//! how far: a `Field8<L, B>` is below B·p in absolute value in every lane. Sums and products state the bounds that
//! they require of their operands and the bound of their result, and the compiler checks them. So no chain of
//! additions can outgrow its limbs.

use super::{
    lanes::{Form, Lanes, Number, Packed, Radix},
    modulus::Words,
};

/// Eight numbers modulo p, each below `B`·p, with carried limbs.
#[derive(Clone, Copy)]
pub(crate) struct Field8<L: Lanes, const B: u32>(Number<L>);

/// The difference of two numbers, below `B`·p. Its limbs need not be carried. It may be one factor of a product, but
/// not both.
#[derive(Clone, Copy)]
pub(crate) struct Wide8<L: Lanes, const B: u32>(Number<L>);

impl<L: Lanes, const B: u32> Field8<L, B> {
    #[inline(always)]
    fn new(number: Number<L>) -> Self {
        const { assert!(B >= 1 && B <= 1 << 6) };
        debug_assert!(L::Radix::is_within(&number, B), "a number outside of its bound");
        Self(number)
    }

    /// The same number in every lane, below p.
    #[inline(always)]
    pub(crate) fn splat(lanes: L, number: &Packed) -> Self {
        Self::new(L::Radix::splat(lanes, number))
    }

    /// One number for each lane, each below p.
    #[inline(always)]
    pub(crate) fn load(lanes: L, numbers: [&Packed; 8]) -> Self {
        Self::new(L::Radix::load(lanes, numbers))
    }

    /// x and y of an entry of the window for each lane. All entries are read, whichever are taken.
    #[inline(always)]
    pub(crate) fn pick(lanes: L, entries: [u8; 8], window: &<L::Radix as Form>::Window) -> [Self; 2] {
        L::Radix::pick(lanes, entries, window).map(Self::new)
    }

    /// x and y of the lane's own part of an entry, for each lane. All entries are read, whichever are taken.
    #[inline(always)]
    pub(crate) fn choose(lanes: L, entries: [u8; 8], table: &[super::lanes::Eight]) -> [Self; 2] {
        L::Radix::choose(lanes, entries, table).map(Self::new)
    }

    /// Zero in every lane.
    #[inline(always)]
    pub(crate) fn zero(lanes: L) -> Self {
        Self::splat(lanes, &[0; 8])
    }

    /// 1 in every lane.
    #[inline(always)]
    pub(crate) fn one(lanes: L) -> Self {
        Self::splat(lanes, &L::Radix::ONE)
    }

    /// Any value of the lanes.
    #[inline(always)]
    pub(crate) fn lanes(&self) -> L {
        L::Radix::witness(&self.0)
    }

    /// The same numbers, of which only those in the even lanes count.
    #[inline(always)]
    pub(crate) fn narrow(&self) -> Field8<L::Narrow, B> {
        Field8(L::narrow(&self.0))
    }

    /// The same number under a wider bound.
    #[inline(always)]
    pub(crate) fn widen<const WIDER: u32>(&self) -> Field8<L, WIDER> {
        const { assert!(WIDER >= B) };
        Field8(self.0)
    }

    /// `self - other`.
    #[inline(always)]
    pub(crate) fn sub<const C: u32, const OUT: u32>(&self, other: &Field8<L, C>) -> Wide8<L, OUT> {
        const { assert!(OUT == B + C) };
        Wide8(L::Radix::difference::<C>(&self.0, &other.0))
    }

    /// `self - c - 2·d`.
    #[inline(always)]
    pub(crate) fn less_both<const C: u32, const D: u32, const OUT: u32>(
        &self,
        c: &Field8<L, C>,
        d: &Field8<L, D>,
    ) -> Field8<L, OUT> {
        const { assert!(OUT == B + C + 2 * D) };
        Field8::new(L::Radix::less_both::<C, D>(&self.0, &c.0, &d.0))
    }

    /// `-self` in the lanes of `mask`, `self` in the others.
    #[inline(always)]
    pub(crate) fn negate_where<const OUT: u32>(&self, mask: u8) -> Field8<L, OUT> {
        // The result may be B·p itself, so its bound is the next multiple.
        const { assert!(OUT == B + 1) };
        Field8::new(L::Radix::negate_where::<B>(&self.0, mask))
    }

    /// `other` in the lanes of `mask`, `self` in the others.
    #[inline(always)]
    pub(crate) fn blend(&self, mask: u8, other: &Self) -> Self {
        Self(L::Radix::blend(&self.0, mask, &other.0))
    }

    /// Lane `l` takes the number of lane `l ^ DISTANCE`.
    #[inline(always)]
    pub(crate) fn swap<const DISTANCE: usize>(&self) -> Self {
        Self(L::Radix::swap::<DISTANCE>(&self.0))
    }

    /// The product, in Montgomery's form like its factors.
    #[inline(always)]
    pub(crate) fn times<const C: u32>(&self, other: &Field8<L, C>) -> Field8<L, 2> {
        const { assert!(B as u64 * C as u64 <= L::Radix::LIMIT) };
        Field8::new(L::Radix::product(&self.0, &other.0))
    }

    /// `self·other`.
    #[inline(always)]
    pub(crate) fn times_wide<const C: u32>(&self, other: &Wide8<L, C>) -> Field8<L, 2> {
        const { assert!(B as u64 * C as u64 <= L::Radix::LIMIT) };
        Field8::new(L::Radix::product(&self.0, &other.0))
    }

    /// `self·other - c`.
    #[inline(always)]
    pub(crate) fn times_less<const C: u32, const D: u32, const OUT: u32>(
        &self,
        other: &Wide8<L, C>,
        c: &Field8<L, D>,
    ) -> Field8<L, OUT> {
        const { assert!(B as u64 * C as u64 <= L::Radix::LIMIT && OUT == 2 + D) };
        Field8::new(L::Radix::product_less::<D>(&self.0, &other.0, &c.0))
    }

    /// `self·other - c`, brought below 3·p.
    #[inline(always)]
    pub(crate) fn times_less_folded<const C: u32, const D: u32>(
        &self,
        other: &Wide8<L, C>,
        c: &Field8<L, D>,
    ) -> Field8<L, 3> {
        const { assert!(B as u64 * C as u64 <= L::Radix::LIMIT) };
        Field8::new(L::Radix::product_less_folded::<D>(&self.0, &other.0, &c.0))
    }

    /// The square.
    #[inline(always)]
    pub(crate) fn squared(&self) -> Field8<L, 2> {
        const { assert!(B as u64 * B as u64 <= L::Radix::LIMIT) };
        Field8::new(L::Radix::square(&self.0))
    }

    /// The square of a number whose bound is too wide for [`squared`](Self::squared).
    #[inline(always)]
    pub(crate) fn squared_below_3(&self) -> Field8<L, 3> {
        const { assert!(B as u64 * B as u64 <= 2 * L::Radix::LIMIT) };
        Field8::new(L::Radix::square(&self.0))
    }

    /// `self² - c - 2·d`.
    #[inline(always)]
    pub(crate) fn squared_less<const C: u32, const D: u32, const OUT: u32>(
        &self,
        c: &Field8<L, C>,
        d: &Field8<L, D>,
    ) -> Field8<L, OUT> {
        const { assert!(B as u64 * B as u64 <= L::Radix::LIMIT && OUT == 2 + C + 2 * D) };
        Field8::new(L::Radix::square_less::<C, D>(&self.0, &c.0, &d.0))
    }

    /// `self² - c - d`, brought below 3·p.
    #[inline(always)]
    pub(crate) fn squared_less_folded<const C: u32, const D: u32>(
        &self,
        c: &Field8<L, C>,
        d: &Field8<L, D>,
    ) -> Field8<L, 3> {
        const { assert!(B as u64 * B as u64 <= L::Radix::LIMIT) };
        Field8::new(L::Radix::square_less_folded::<C, D>(&self.0, &c.0, &d.0))
    }

    /// [`times_wide`](Self::times_wide) without bounds. The result is as it is in memory.
    #[cfg(test)]
    #[cfg(feature = "engine")]
    pub(crate) fn times_unbounded<const C: u32>(&self, other: &Wide8<L, C>) -> [Packed; 8] {
        L::Radix::store(&L::Radix::product(&self.0, &other.0))
    }

    /// [`squared`](Self::squared) without bounds. The result is as it is in memory.
    #[cfg(test)]
    #[cfg(feature = "engine")]
    pub(crate) fn squared_unbounded(&self) -> [Packed; 8] {
        L::Radix::store(&L::Radix::square(&self.0))
    }

    /// The same number as the factor that may be a difference.
    #[inline(always)]
    pub(crate) fn wide(&self) -> Wide8<L, B> {
        Wide8(self.0)
    }

    /// The numbers of the lanes, as they are in memory.
    pub(crate) fn store(&self) -> [Packed; 8] {
        L::Radix::store(&self.0)
    }
}

impl<L: Lanes, const B: u32> Wide8<L, B> {
    #[inline(always)]
    pub(crate) fn carry(&self) -> Field8<L, B> {
        Field8::new(L::Radix::carry(&self.0))
    }

    /// `other` in the lanes of `mask`, `self` in the others.
    #[inline(always)]
    pub(crate) fn blend(&self, mask: u8, other: &Self) -> Self {
        Self(L::Radix::blend(&self.0, mask, &other.0))
    }

    /// The same under a wider bound.
    #[inline(always)]
    pub(crate) fn widen<const WIDER: u32>(&self) -> Wide8<L, WIDER> {
        const { assert!(WIDER >= B) };
        Wide8(self.0)
    }
}

impl<L: Lanes> Field8<L, 2> {
    /// The lanes whose number is zero modulo p.
    pub(crate) fn zero_lanes(&self) -> u8 {
        L::Radix::zero_lanes(&self.0)
    }
}

/// Brings a number from [`Field8::store`] below p.
pub(crate) fn reduce<L: Lanes>(_: L, number: &Packed) -> Words {
    L::Radix::reduce(number)
}
