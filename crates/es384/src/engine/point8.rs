//! Points of P-384 in lanes, a point a lane.
//!
//! The formulas are those of [`point`](super::point), and as incomplete: equal and opposite points make `zz` zero, which no
//! later addition undoes. Whoever reads a sum asks [`Sum8::exceptional`] first.

use super::{
    field8::{Field8, Limbs},
    lanes::{Lanes, Task, eight},
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
        let x = Field8::<L, 1>::from_vectors(witness.transpose(eight!(lane => &rows[lane].x)));
        let y = Field8::<L, 1>::from_vectors(witness.transpose(eight!(lane => &rows[lane].y)));
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

    /// Formula `add-2008-s`: 12 multiplications, 2 squares.
    #[inline(always)]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let u = self.x.times(&other.zz);
        let s = self.y.times(&other.zzz);
        let p: Field8<L, 4> = other.x.times(&self.zz).sub(&u);
        let r: Field8<L, 4> = other.y.times(&self.zzz).sub(&s);
        let pp = p.squared();
        let ppp = p.times(&pp);
        let q = u.times(&pp);
        let x: Field8<L, 8> = r.squared().sub_sub_twice(&ppp, &q);
        let y: Field8<L, 4> = r.times(&q.sub::<8, 10>(&x)).sub(&s.times(&ppp));
        Self { x, y, zz: self.zz.times(&other.zz).times(&pp), zzz: self.zzz.times(&other.zzz).times(&ppp) }
    }

    /// The sum over all lanes, in every lane.
    pub(crate) fn total(self) -> Self {
        let witness = self.x.vectors()[0];
        let halves = witness.run(PlusSwapped::<L, 4>(&self));
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
        let x = Field8::<L, 1>::from_vectors(witness.transpose(eight!(lane => &x[lane])));
        let one = Field8::<L, 1>::splat(witness, &[1, 0, 0, 0, 0, 0, 0, 0]);
        // Both sides lose the same factor of 2^416. The last product only brings the difference below 2·p.
        let difference: Field8<L, 4> = x.times(&sum.zz).sub(&sum.x.times(&one));
        difference.times(&one)
    }
}

struct PlusSwapped<'a, L, const DISTANCE: usize>(&'a Sum8<L>);

impl<L: Lanes, const DISTANCE: usize> Task<L> for PlusSwapped<'_, L, DISTANCE> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        let sum = self.0;
        sum.plus(&Sum8 {
            x: sum.x.swap::<DISTANCE>(),
            y: sum.y.swap::<DISTANCE>(),
            zz: sum.zz.swap::<DISTANCE>(),
            zzz: sum.zzz.swap::<DISTANCE>(),
        })
    }
}
