//! Points of P-384 in lanes, one point in each lane.
//!
//! The formulas are those of [`point`](super::point), and equally incomplete: equal and opposite points make `zz`
//! zero, which no later addition undoes. Before using a sum, check [`Sum8::exceptional`].

use super::{
    field8::{self, Field8},
    lanes::{Form, Lanes, Packed, Row, Task, eight},
    modulus::Words,
    residue::Field,
};

/// Points that are not at infinity.
#[derive(Clone, Copy)]
pub(crate) struct Affine8<L: Lanes> {
    pub(crate) x: Field8<L, 3>,
    pub(crate) y: Field8<L, 3>,
}

/// Points (x/zz, y/zzz) with zz³ = zzz².
#[derive(Clone, Copy)]
pub(crate) struct Sum8<L: Lanes> {
    x: Field8<L, 8>,
    y: Field8<L, 4>,
    zz: Field8<L, 2>,
    zzz: Field8<L, 2>,
}

impl<L: Lanes> Affine8<L> {
    /// A table's row in each lane, negated where the bit of the lane is set.
    #[inline(always)]
    pub(crate) fn load(lanes: L, rows: &[&Row<L::Radix>; 8], negative: u8) -> Self {
        let x = Field8::<L, 1>::load(lanes, eight!(lane => &rows[lane].x));
        let y = Field8::<L, 1>::load(lanes, eight!(lane => &rows[lane].y));
        Self::of_entry([x, y], negative)
    }

    /// A table's entry, negated where the bit of the lane is set.
    #[inline(always)]
    pub(crate) fn of_entry([x, y]: [Field8<L, 1>; 2], negative: u8) -> Self {
        Self { x: x.widen(), y: y.negate_where::<2>(negative).widen() }
    }
}

impl<L: Lanes> Sum8<L> {
    /// The sum of two points. 4 multiplications, 2 squares.
    #[inline(always)]
    pub(crate) fn of_two(a: &Affine8<L>, b: &Affine8<L>) -> Self {
        let p: Field8<L, 6> = b.x.sub(&a.x).carry();
        let r: Field8<L, 6> = b.y.sub(&a.y).carry();
        let pp = p.squared();
        let ppp = p.times(&pp);
        let q = a.x.times(&pp);
        let x: Field8<L, 8> = r.squared_less(&ppp, &q);
        let y: Field8<L, 4> = r.times_less(&q.sub::<8, 10>(&x), &a.y.times(&ppp));
        Self { x, y, zz: pp, zzz: ppp }
    }

    /// Formula `madd-2008-s`: 8 multiplications, 2 squares.
    #[inline(always)]
    pub(crate) fn plus_affine(&self, point: &Affine8<L>) -> Self {
        let p: Field8<L, 10> = point.x.times_less(&self.zz.wide(), &self.x);
        let r: Field8<L, 6> = point.y.times_less(&self.zzz.wide(), &self.y);
        let pp = p.squared_below_3();
        let ppp = p.times(&pp);
        let q = self.x.times(&pp);
        let x: Field8<L, 8> = r.squared_less(&ppp, &q);
        let y: Field8<L, 4> = r.times_less(&q.sub::<8, 10>(&x), &self.y.times(&ppp));
        Self { x, y, zz: self.zz.times(&pp), zzz: self.zzz.times(&ppp) }
    }

    /// The sum over all lanes, in every lane that counts. Once pairs of lanes are summed up, the even lanes are enough.
    pub(crate) fn total(&self) -> Sum8<L::Narrow> {
        let pairs = self.zz.lanes().run(PlusSwapped::<L, 1>(self)).narrow();
        let lanes = pairs.zz.lanes();
        let fours = lanes.run(PlusSwapped::<L::Narrow, 2>(&pairs));
        lanes.run(PlusSwapped::<L::Narrow, 4>(&fours))
    }

    /// The same points, of which only those in the even lanes count.
    fn narrow(&self) -> Sum8<L::Narrow> {
        Sum8 { x: self.x.narrow(), y: self.y.narrow(), zz: self.zz.narrow(), zzz: self.zzz.narrow() }
    }

    /// `other` in the lanes of `mask`, `self` in the others.
    #[inline(always)]
    pub(crate) fn blend(&self, mask: u8, other: &Self) -> Self {
        Self {
            x: self.x.blend(mask, &other.x),
            y: self.y.blend(mask, &other.y),
            zz: self.zz.blend(mask, &other.zz),
            zzz: self.zzz.blend(mask, &other.zzz),
        }
    }

    /// The lanes in which an addition met equal or opposite points. Their content is meaningless.
    pub(crate) fn exceptional(&self) -> u8 {
        self.zz.zero_lanes()
    }

    pub(crate) fn zz(&self) -> Field8<L, 2> {
        self.zz
    }

    /// The lanes whose point is not on the curve. An addition never leaves the curve unless the machine fails. With x
    /// and y as fractions, the equations are Y² = X³ - 3·X·ZZ² + b·ZZ³ and ZZZ² = ZZ³. 9 multiplications.
    pub(crate) fn off_curve(&self) -> u8 {
        let [equation, cubes] = self.zz.lanes().run(Equations(self));
        !(equation.zero_lanes() & cubes.zero_lanes())
    }

    /// zz and x of the first lane, up to the same factor.
    pub(crate) fn first_lane(&self) -> (Field, Words) {
        // Montgomery's form in lanes is the form with 2^384 of 2^(SHIFT - 384) times the number. So x is multiplied
        // by the same power of two while it is taken out of Montgomery's form.
        let lanes = self.zz.lanes();
        let factor = Field8::<L, 1>::splat(lanes, &L::Radix::EXCESS);
        let (zz, x) = (self.zz.store(), lanes.run(Times(&self.x, &factor)).store());
        (Field::from_montgomery(field8::reduce(lanes, &zz[0])), field8::reduce(lanes, &x[0]))
    }

    /// Zeros, with which a sum is overwritten.
    pub(crate) fn zero(lanes: L) -> Self {
        let zero = Field8::<L, 2>::zero(lanes);
        Self { x: zero.widen(), y: zero.widen(), zz: zero, zzz: zero }
    }

    /// x times a number, out of Montgomery's form.
    pub(crate) fn x_times(&self, number: &Field8<L, 2>) -> Field8<L, 2> {
        let lanes = self.zz.lanes();
        let unit = Field8::<L, 1>::splat(lanes, &L::Radix::UNIT);
        lanes.run(Times(&lanes.run(Times(&self.x, number)), &unit))
    }

    /// Makes the lanes of `mask` exceptional.
    #[inline(always)]
    pub(crate) fn mark_exceptional(&self, mask: u8) -> Self {
        let zero = Field8::zero(self.zz.lanes());
        Self { zz: self.zz.blend(mask, &zero), ..*self }
    }

    /// The same without y.
    #[cfg(test)]
    #[cfg(feature = "engine")]
    pub(crate) fn with_wrong_y(self) -> Self {
        Self { y: self.zz.widen(), ..self }
    }

    /// The lanes whose point has this x coordinate. Each `x` is below 2^384, and not in Montgomery's form.
    pub(crate) fn has_x(&self, x: &[Words; 8]) -> u8 {
        let packed = x.each_ref().map(L::Radix::pack);
        self.zz.lanes().run(Distance(self, &packed)).zero_lanes()
    }
}

/// A product.
struct Times<'a, L: Lanes, const B: u32, const C: u32>(&'a Field8<L, B>, &'a Field8<L, C>);

impl<L: Lanes, const B: u32, const C: u32> Task<L> for Times<'_, L, B, C> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Field8<L, 2> {
        self.0.times(self.1)
    }
}

/// The difference between an x coordinate and that of a point, times a number that is not zero.
struct Distance<'a, L: Lanes>(&'a Sum8<L>, &'a [Packed; 8]);

impl<L: Lanes> Task<L> for Distance<'_, L> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Field8<L, 2> {
        let Self(sum, x) = self;
        let lanes = sum.zz.lanes();
        let x = Field8::<L, 2>::load(lanes, eight!(lane => &x[lane]));
        let unit = Field8::<L, 1>::splat(lanes, &L::Radix::UNIT);
        // Both sides lose the same factor. The last product only brings the difference below 2·p.
        let difference: Field8<L, 4> = x.times_less(&sum.zz.wide(), &sum.x.times(&unit));
        difference.times(&unit)
    }
}

/// The differences that are zero for a point on the curve.
struct Equations<'a, L: Lanes>(&'a Sum8<L>);

impl<L: Lanes> Task<L> for Equations<'_, L> {
    type Output = [Field8<L, 2>; 2];

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Sum8 { x, y, zz, zzz } = self.0;
        let lanes = zz.lanes();
        let zz_2 = zz.squared();
        let zz_3 = zz_2.times(zz);
        let factor: Field8<L, 8> = x.squared_less(&zz_2, &zz_2);
        let right = x.times(&factor);
        let constant = zz_3.times(&Field8::<L, 1>::splat(lanes, &L::Radix::B));
        let equation = y.squared_less_folded(&right, &constant);
        let cubes = zzz.squared_less_folded(&zz_3, &Field8::<L, 1>::zero(lanes));
        // These products only bring the differences below 2·p.
        let unit = Field8::<L, 1>::splat(lanes, &L::Radix::UNIT);
        [equation.times(&unit), cubes.times(&unit)]
    }
}

/// In each lane `l`, the sum of its point and that of lane `l ^ DISTANCE`: formula `add-2008-s`, 12 multiplications
/// and 2 squares.
///
/// Both lanes would do the same work. So each does half of it, and one multiplication in lanes does two of the
/// formula. In the names below, the part before "and" is in the lower of the two lanes, which has point 1. The part
/// after "and" is in the upper lane, which has point 2. The formula is applied to point 2 and point 1, in this order.
struct PlusSwapped<'a, L: Lanes, const DISTANCE: usize>(&'a Sum8<L>);

impl<L: Lanes, const DISTANCE: usize> PlusSwapped<'_, L, DISTANCE> {
    /// The upper lanes.
    const UPPER: u8 = match DISTANCE {
        1 => 0b1010_1010,
        2 => 0b1100_1100,
        _ => 0b1111_0000,
    };

    /// From a pair of numbers, lower and upper: the first in both lanes, and the second in both lanes.
    #[inline(always)]
    fn spread<const B: u32>(pair: &Field8<L, B>) -> (Field8<L, B>, Field8<L, B>) {
        let swapped = pair.swap::<DISTANCE>();
        (pair.blend(Self::UPPER, &swapped), swapped.blend(Self::UPPER, pair))
    }
}

impl<L: Lanes, const DISTANCE: usize> Task<L> for PlusSwapped<'_, L, DISTANCE> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        let sum = self.0;
        let (zz, zzz) = (sum.zz.swap::<DISTANCE>(), sum.zzz.swap::<DISTANCE>());
        let u1_and_u2 = sum.x.times(&zz);
        let s1_and_s2 = sum.y.times(&zzz);
        let (u1, u2) = Self::spread(&u1_and_u2);
        let (s1, s2) = Self::spread(&s1_and_s2);
        let p: Field8<L, 4> = u1.sub(&u2).carry();
        let r: Field8<L, 4> = s1.sub(&s2).carry();
        let (pp, rr) = Self::spread(&p.blend(Self::UPPER, &r).squared());
        let zz_and_zzz = sum.zz.blend(Self::UPPER, &sum.zzz).times(&zz.blend(Self::UPPER, &zzz));
        let (ppp, q) = Self::spread(&p.blend(Self::UPPER, &u2.widen()).times(&pp));
        let x: Field8<L, 8> = rr.less_both(&ppp, &q);
        let (zz, zzz) = Self::spread(&zz_and_zzz.times(&pp.blend(Self::UPPER, &ppp)));
        let terms = r
            .blend(Self::UPPER, &s2.widen())
            .times_wide(&q.sub::<8, 10>(&x).blend(Self::UPPER, &ppp.wide().widen()));
        let (first, second) = Self::spread(&terms);
        Sum8 { x, y: first.sub(&second).carry(), zz, zzz }
    }
}
