//! Points of P-384 (y² = x³ - 3x + b) in words, for every processor. They build tables, and verify where there are no
//! lanes.
//!
//! The additions are incomplete: they fail for equal and for opposite points, and a point at infinity has no form
//! here. A failure is never silent. A [`Sum`] that met such a case has `zz` = 0 from then on, and [`add_pairs`]
//! returns `None`.

use zeroize::Zeroize;

use super::{
    inverse::invert_all_vartime,
    modulus::{self, Words},
    residue::Field,
};

/// A point that is not at infinity.
#[derive(Clone, Copy)]
pub(crate) struct Affine {
    pub(crate) x: Field,
    pub(crate) y: Field,
}

/// A point (x/zz, y/zzz) with zz³ = zzz² (Sutherland's XYZZ coordinates:
/// <https://hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html>).
#[derive(Clone, Copy)]
pub(crate) struct Sum {
    pub(crate) x: Field,
    pub(crate) y: Field,
    pub(crate) zz: Field,
    pub(crate) zzz: Field,
}

impl Affine {
    /// The base point of the curve (SP 800-186, section 3.2.1.4).
    pub(crate) fn generator() -> Self {
        Self {
            x: Field::new(&[
                0x3A54_5E38_7276_0AB7,
                0x5502_F25D_BF55_296C,
                0x59F7_41E0_8254_2A38,
                0x6E1D_3B62_8BA7_9B98,
                0x8EB1_C71E_F320_AD74,
                0xAA87_CA22_BE8B_0537,
            ]),
            y: Field::new(&[
                0x7A43_1D7C_90EA_0E5F,
                0x0A60_B1CE_1D7E_819D,
                0xE9DA_3113_B5F0_B8C0,
                0xF8F4_1DBD_289A_147C,
                0x5D9E_98BF_9292_DC29,
                0x3617_DE4A_9626_2C6F,
            ]),
        }
    }

    pub(crate) fn negate(&self) -> Self {
        Self { x: self.x, y: self.y.negate() }
    }
}

impl From<Affine> for Sum {
    fn from(point: Affine) -> Self {
        Self { x: point.x, y: point.y, zz: Field::ONE, zzz: Field::ONE }
    }
}

impl Sum {
    /// The sum of two points. 4 multiplications, 2 squares.
    pub(crate) fn of_two(a: &Affine, b: &Affine) -> Self {
        let p = b.x.sub(&a.x);
        let r = b.y.sub(&a.y);
        let pp = p.square();
        let ppp = p.mul(&pp);
        let q = a.x.mul(&pp);
        let x = r.square().sub(&ppp).sub(&q).sub(&q);
        let y = r.mul(&q.sub(&x)).sub(&a.y.mul(&ppp));
        Self { x, y, zz: pp, zzz: ppp }
    }

    /// Whether the point is on the curve. An addition never leaves the curve unless the machine fails. With x and y as
    /// fractions, the equations are Y² = X³ - 3·X·ZZ² + b·ZZ³ and ZZZ² = ZZ³.
    pub(crate) fn is_on_curve(&self) -> bool {
        const B: Field = Field::from_montgomery(modulus::shift(modulus::B, 384, &modulus::P));
        let zz_2 = self.zz.square();
        let zz_3 = zz_2.mul(&self.zz);
        let factor = self.x.square().sub(&zz_2).sub(&zz_2).sub(&zz_2);
        let right = self.x.mul(&factor).add(&zz_3.mul(&B));
        (self.y.square() == right) & (self.zzz.square() == zz_3)
    }

    /// Whether the point has this x coordinate, a number below 2^384.
    pub(crate) fn has_x(&self, x: &Words) -> bool {
        Field::new(x).mul(&self.zz) == self.x
    }

    /// Formula `madd-2008-s`: 8 multiplications, 2 squares.
    #[inline]
    pub(crate) fn add(&self, point: &Affine) -> Self {
        let p = point.x.mul(&self.zz).sub(&self.x);
        let r = point.y.mul(&self.zzz).sub(&self.y);
        let pp = p.square();
        let ppp = p.mul(&pp);
        let q = self.x.mul(&pp);
        let x = r.square().sub(&ppp).sub(&q).sub(&q);
        let y = r.mul(&q.sub(&x)).sub(&self.y.mul(&ppp));
        // Equal x coordinates make p zero, and thus zz, whatever is added later.
        Self { x, y, zz: self.zz.mul(&pp), zzz: self.zzz.mul(&ppp) }
    }

    /// Formula `dbl-2008-s-1` with a = -3. No point of the curve has y = 0, because its order is odd.
    fn double(&self) -> Self {
        let u = self.y.add(&self.y);
        let v = u.square();
        let w = u.mul(&v);
        let s = self.x.mul(&v);
        // 3·x² - 3·zz².
        let third = self.x.sub(&self.zz).mul(&self.x.add(&self.zz));
        let m = third.add(&third).add(&third);
        let x = m.square().sub(&s).sub(&s);
        let y = m.mul(&s.sub(&x)).sub(&w.mul(&self.y));
        Self { x, y, zz: v.mul(&self.zz), zzz: w.mul(&self.zzz) }
    }
}

impl Zeroize for Sum {
    fn zeroize(&mut self) {
        for coordinate in [&mut self.x, &mut self.y, &mut self.zz, &mut self.zzz] {
            coordinate.zeroize();
        }
    }
}

/// `point` times 1, 2, 4 and so on: `count` points.
pub(crate) fn doublings(point: &Affine, count: usize) -> Vec<Affine> {
    let mut sum = Sum::from(*point);
    let mut sums = Vec::with_capacity(count);
    for _ in 0..count {
        sums.push(sum);
        sum = sum.double();
    }
    let mut denominators: Vec<Field> = sums.iter().map(|sum| sum.zzz).collect();
    let inverted = invert_all_vartime(&mut denominators);
    debug_assert!(inverted, "a doubling never gives the point at infinity");
    sums.iter()
        .zip(&denominators)
        .map(|(sum, inverse)| {
            // zz/zzz is 1/z, and zz is z².
            let reciprocal = sum.zz.mul(inverse).square();
            Affine { x: sum.x.mul(&reciprocal), y: sum.y.mul(inverse) }
        })
        .collect()
}

/// Adds each point of `a` to the point in the same place of `b`. Returns `None` if two of them have the same x
/// coordinate. The time depends on the points, which must be public.
pub(crate) fn add_pairs(a: &[Affine], b: &[Affine]) -> Option<Vec<Affine>> {
    let mut inverses: Vec<Field> = a.iter().zip(b).map(|(a, b)| b.x.sub(&a.x)).collect();
    if !invert_all_vartime(&mut inverses) {
        return None;
    }
    let sums = a.iter().zip(b).zip(&inverses).map(|((a, b), inverse)| {
        let slope = b.y.sub(&a.y).mul(inverse);
        let x = slope.square().sub(&a.x).sub(&b.x);
        let y = slope.mul(&a.x.sub(&x)).sub(&a.y);
        Affine { x, y }
    });
    Some(sums.collect())
}
