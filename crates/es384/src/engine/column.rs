//! Adds up many points in words, as [`tree`](super::tree) does in lanes. Nothing is allocated.
//!
//! A sum of two affine points takes 6 multiplications once the inverse of the difference of their x coordinates is
//! known, instead of 10 without it. So points are added in pairs, the sums in pairs again, and so on, and the
//! inversions of all pairs and columns of one round are shared (Montgomery's trick). When so few pairs are left that
//! an inversion costs more than it saves, the rest is added up without one.
//!
//! Signing calls this with secret points. No operation takes a time that depends on them, as long as `invert` does not.

use super::{
    point::{Affine, Sum},
    residue::Field,
    secret::{declassify, overwrite},
};

/// `HEIGHT` points to add up. There must be at least two.
pub(crate) struct Column<const HEIGHT: usize> {
    points: [Affine; HEIGHT],
    /// For each pair of a round: the product of the differences of the pairs before it.
    before: [Field; HEIGHT],
    /// The product of all differences of a round.
    product: Field,
    /// The product of the products of the columns before this one, in a round.
    columns_before: Field,
    /// Whether two points to be added had the same x coordinate. The content of the column is then meaningless.
    exceptional: bool,
}

/// Adds up each column. A result is `None` if an addition met equal or opposite points.
///
/// `worth` is the number of pairs from which on an inversion pays.
pub(crate) fn sum_columns<const HEIGHT: usize>(
    columns: &mut [Column<HEIGHT>],
    worth: usize,
    invert: impl Fn(&Field) -> Field,
    mut each: impl FnMut(usize, Option<&Sum>),
) {
    let mut left = HEIGHT;
    while left / 2 * columns.len() >= worth.max(1) {
        let mut product = Field::ONE;
        for column in &mut *columns {
            column.multiply(left);
            column.columns_before = product;
            product = product.mul(&column.product);
        }
        let mut inverse = invert(&product);
        for column in columns.iter_mut().rev() {
            let own = inverse.mul(&column.columns_before);
            inverse = inverse.mul(&column.product);
            column.add_pairs(left, own);
        }
        left = left.div_ceil(2);
        overwrite(std::slice::from_mut(&mut product), Field::ZERO);
        overwrite(std::slice::from_mut(&mut inverse), Field::ZERO);
    }
    for (place, column) in columns.iter().enumerate() {
        each(place, column.sum(left).as_ref());
    }
}

impl<const HEIGHT: usize> Column<HEIGHT> {
    pub(crate) fn new(point: impl FnMut(usize) -> Affine) -> Self {
        const { assert!(HEIGHT >= 2) };
        Self {
            points: std::array::from_fn(point),
            before: [Field::ZERO; HEIGHT],
            product: Field::ZERO,
            columns_before: Field::ZERO,
            exceptional: false,
        }
    }

    /// Overwrites what the column holds.
    pub(crate) fn wipe(&mut self) {
        overwrite(&mut self.points, Affine { x: Field::ZERO, y: Field::ZERO });
        overwrite(&mut self.before, Field::ZERO);
        overwrite(std::slice::from_mut(&mut self.product), Field::ZERO);
        overwrite(std::slice::from_mut(&mut self.columns_before), Field::ZERO);
    }

    /// Multiplies up the differences of the pairs. A pair is the points in places i and `left / 2 + i` of the `left`
    /// points.
    fn multiply(&mut self, left: usize) {
        let pairs = left / 2;
        let mut product = self.points[pairs].x.sub(&self.points[0].x);
        for i in 1..pairs {
            self.before[i] = product;
            product = product.mul(&self.points[pairs + i].x.sub(&self.points[i].x));
        }
        // Whether a case is exceptional is not secret. The column continues with another number, so that it does not
        // spoil the rest.
        if declassify(product.is_zero()) {
            self.exceptional = true;
            product = Field::ONE;
        }
        self.product = product;
    }

    /// Adds the pairs, given the inverse of the product of all differences. The sums take the first places.
    fn add_pairs(&mut self, left: usize, mut inverse: Field) {
        let pairs = left / 2;
        for i in (0..pairs).rev() {
            let (a, b) = (self.points[i], self.points[pairs + i]);
            let own = if i == 0 { inverse } else { inverse.mul(&self.before[i]) };
            let slope = b.y.sub(&a.y).mul(&own);
            if i > 0 {
                inverse = inverse.mul(&b.x.sub(&a.x));
            }
            let x = slope.square().sub(&a.x).sub(&b.x);
            let y = slope.mul(&a.x.sub(&x)).sub(&a.y);
            self.points[i] = Affine { x, y };
        }
        if left % 2 == 1 {
            self.points[pairs] = self.points[left - 1];
        }
    }

    /// Adds up the first `left` points.
    fn sum(&self, left: usize) -> Option<Sum> {
        let sum = match &self.points[..left] {
            [] => return None,
            [only] => Sum::from(*only),
            [first, second, rest @ ..] => {
                rest.iter().fold(Sum::of_two(first, second), |sum, point| sum.add(point))
            }
        };
        // Every case that the formulas do not cover makes zz zero.
        let exceptional = self.exceptional | declassify(sum.zz.is_zero());
        (!exceptional).then_some(sum)
    }
}
