//! Points of P-384 in lanes, a point a lane.
//!
//! The formulas are those of [`point`](super::point), and as incomplete: equal and opposite points make `zz` zero, which no
//! later addition undoes. Whoever reads a sum asks [`Sum8::exceptional`] first.

use super::{
    field8::{self, Field8, Limbs},
    lanes::{Lanes, Task, eight},
    modulus::{self, Words},
    residue::Field,
    table::Row,
};

/// Points that are not at infinity.
#[derive(Clone, Copy)]
pub(crate) struct Affine8<L> {
    pub(crate) x: Field8<L, 3>,
    pub(crate) y: Field8<L, 3>,
}

/// Points (x/zz, y/zzz) with zz³ = zzz².
#[derive(Clone, Copy)]
pub(crate) struct Sum8<L> {
    x: Field8<L, 8>,
    y: Field8<L, 4>,
    zz: Field8<L, 2>,
    zzz: Field8<L, 2>,
}

impl<L: Lanes> Affine8<L> {
    /// A table's row in each lane, negated where the bit of the lane is set.
    #[inline(always)]
    pub(crate) fn load(witness: L, rows: &[&Row; 8], negative: u8) -> Self {
        let x = Field8::<L, 1>::from_vectors(L::transpose(eight!(lane => witness.load(&rows[lane].x))));
        let y = Field8::<L, 1>::from_vectors(L::transpose(eight!(lane => witness.load(&rows[lane].y))));
        Self { x: x.widen(), y: y.negate_where::<2>(negative).widen() }
    }
}

impl<L: Lanes> Sum8<L> {
    /// The sum of two points. 4 multiplications, 2 squares.
    #[inline(always)]
    pub(crate) fn of_two(a: &Affine8<L>, b: &Affine8<L>) -> Self {
        let p: Field8<L, 6> = b.x.sub(&a.x);
        let r: Field8<L, 6> = b.y.sub(&a.y);
        let pp = p.squared();
        let ppp = p.times(&pp);
        let q = a.x.times(&pp);
        let x: Field8<L, 8> = r.squared().sub_sub_twice(&ppp, &q);
        let y: Field8<L, 4> = r.times(&q.sub::<8, 10>(&x)).sub(&a.y.times(&ppp));
        Self { x, y, zz: pp, zzz: ppp }
    }

    /// Formula `madd-2008-s`: 8 multiplications, 2 squares.
    #[inline(always)]
    pub(crate) fn plus_affine(&self, point: &Affine8<L>) -> Self {
        let p: Field8<L, 10> = point.x.times(&self.zz).sub(&self.x);
        let r: Field8<L, 6> = point.y.times(&self.zzz).sub(&self.y);
        let pp = p.squared();
        let ppp = p.times(&pp);
        let q = self.x.times(&pp);
        let x: Field8<L, 8> = r.squared().sub_sub_twice(&ppp, &q);
        let y: Field8<L, 4> = r.times(&q.sub::<8, 10>(&x)).sub(&self.y.times(&ppp));
        Self { x, y, zz: self.zz.times(&pp), zzz: self.zzz.times(&ppp) }
    }

    /// The sum over all lanes, in every lane.
    pub(crate) fn total(&self) -> Self {
        let witness = self.x.vectors()[0];
        let halves = witness.run(PlusSwapped::<L, 4>(self));
        let quarters = witness.run(PlusSwapped::<L, 2>(&halves));
        witness.run(PlusSwapped::<L, 1>(&quarters))
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

    /// The lanes in which an addition met equal or opposite points: what they hold means nothing.
    pub(crate) fn exceptional(&self) -> u8 {
        self.zz.zero_lanes()
    }

    pub(crate) fn zz(&self) -> Field8<L, 2> {
        self.zz
    }

    /// The lanes whose point is not on the curve, which no addition does unless the machine fails: with x and y as fractions,
    /// Y² = X³ - 3·X·ZZ² + b·ZZ³ and ZZZ² = ZZ³. 9 multiplications.
    pub(crate) fn off_curve(&self) -> u8 {
        let [equation, cubes] = self.x.vectors()[0].run(Equations(self));
        !(equation.zero_lanes() & cubes.zero_lanes())
    }

    /// zz and x of the first lane, up to the same factor.
    pub(crate) fn first_lane(&self) -> (Field, Words) {
        // Montgomery's form with 2^416 is that of 2^32 times the number with 2^384. So x is multiplied by 2^32 too while it
        // is taken out of Montgomery's form.
        let factor = Field8::<L, 1>::splat(self.zz.vectors()[0], &[1 << 32, 0, 0, 0, 0, 0, 0, 0]);
        let (zz, x) = (self.zz.to_limbs(), self.x.mul(&factor).to_limbs());
        (Field::from_montgomery(field8::reduce(&zz[0])), field8::reduce(&x[0]))
    }

    /// Zeros, to overwrite with.
    pub(crate) fn zero(witness: L) -> Self {
        let zero = Field8::<L, 2>::splat(witness, &[0; 8]);
        Self { x: zero.widen(), y: zero.widen(), zz: zero, zzz: zero }
    }

    /// x times a number, out of Montgomery's form.
    pub(crate) fn x_times(&self, number: &Field8<L, 2>) -> Field8<L, 2> {
        let one = Field8::<L, 1>::splat(self.zz.vectors()[0], &[1, 0, 0, 0, 0, 0, 0, 0]);
        self.x.mul(number).mul(&one)
    }

    /// Makes the lanes of `mask` exceptional.
    #[inline(always)]
    pub(crate) fn mark_exceptional(&self, mask: u8) -> Self {
        let zero = Field8::splat(self.zz.vectors()[0], &[0; 8]);
        Self { zz: self.zz.blend(mask, &zero), ..*self }
    }

    /// The same but for y.
    #[cfg(test)]
    pub(crate) fn with_wrong_y(self) -> Self {
        Self { y: self.zz.widen(), ..self }
    }

    /// The lanes whose point has this x coordinate; each `x` is below p, and not in Montgomery's form.
    pub(crate) fn has_x(&self, x: &[Limbs; 8]) -> u8 {
        self.x.vectors()[0].run(Distance(self, x)).zero_lanes()
    }
}

/// What an x coordinate and that of a point differ by, times some number that is not zero.
struct Distance<'a, L>(&'a Sum8<L>, &'a [Limbs; 8]);

impl<L: Lanes> Task<L> for Distance<'_, L> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Field8<L, 2> {
        let Self(sum, x) = self;
        let witness = sum.x.vectors()[0];
        let x = Field8::<L, 1>::from_vectors(L::transpose(eight!(lane => witness.load(&x[lane]))));
        let one = Field8::<L, 1>::splat(witness, &[1, 0, 0, 0, 0, 0, 0, 0]);
        // Both sides lose the same factor of 2^416. The last product only brings the difference below 2·p.
        let difference: Field8<L, 4> = x.times(&sum.zz).sub(&sum.x.times(&one));
        difference.times(&one)
    }
}

/// What is zero for a point on the curve.
struct Equations<'a, L>(&'a Sum8<L>);

impl<L: Lanes> Task<L> for Equations<'_, L> {
    type Output = [Field8<L, 2>; 2];

    #[inline(always)]
    fn run(self) -> Self::Output {
        const B: Limbs = field8::limbs(&modulus::shift(modulus::B, 416, &modulus::P));
        let Sum8 { x, y, zz, zzz } = self.0;
        let witness = zz.vectors()[0];
        let zz_2 = zz.squared();
        let zz_3 = zz_2.times(zz);
        let factor: Field8<L, 8> = x.squared().sub_sub_twice(&zz_2, &zz_2);
        let right = x.times(&factor);
        let constant = zz_3.times(&Field8::<L, 1>::splat(witness, &B));
        let equation: Field8<L, 6> = y.squared().sub::<2, 4>(&right).sub(&constant);
        let cubes: Field8<L, 4> = zzz.squared().sub(&zz_3);
        // These products only bring the differences below 2·p.
        let one = Field8::<L, 1>::splat(witness, &[1, 0, 0, 0, 0, 0, 0, 0]);
        [equation.times(&one), cubes.times(&one)]
    }
}

/// In each lane the sum of its point and that of lane `l ^ DISTANCE`: formula `add-2008-s`, 12 multiplications and 2 squares.
///
/// Both lanes would do the same work. So each does half of it, and one multiplication of lanes is two of the formula's. In
/// the names below, what stands before "and" is in the lower lane of the two, which has the point 1, the rest in the upper
/// lane with the point 2; the formula is applied to point 2 and point 1, in this order.
struct PlusSwapped<'a, L, const DISTANCE: usize>(&'a Sum8<L>);

impl<L: Lanes, const DISTANCE: usize> PlusSwapped<'_, L, DISTANCE> {
    /// The upper lanes.
    const UPPER: u8 = match DISTANCE {
        1 => 0b1010_1010,
        2 => 0b1100_1100,
        _ => 0b1111_0000,
    };

    /// From a pair of numbers, lower and upper, the first in both lanes and the second in both lanes.
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
        let p: Field8<L, 4> = u1.sub(&u2);
        let r: Field8<L, 4> = s1.sub(&s2);
        let (pp, rr) = Self::spread(&p.blend(Self::UPPER, &r).squared());
        let zz_and_zzz = sum.zz.blend(Self::UPPER, &sum.zzz).times(&zz.blend(Self::UPPER, &zzz));
        let (ppp, q) = Self::spread(&p.blend(Self::UPPER, &u2.widen()).times(&pp));
        let x: Field8<L, 8> = rr.sub_sub_twice(&ppp, &q);
        let (zz, zzz) = Self::spread(&zz_and_zzz.times(&pp.blend(Self::UPPER, &ppp)));
        let terms =
            r.blend(Self::UPPER, &s2.widen()).times(&q.sub::<8, 10>(&x).blend(Self::UPPER, &ppp.widen()));
        let (first, second) = Self::spread(&terms);
        Sum8 { x, y: first.sub(&second), zz, zzz }
    }
}
