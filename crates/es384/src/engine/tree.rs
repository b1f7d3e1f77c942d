//! Adds up many points in each lane.
//!
//! A sum of two affine points takes 6 multiplications once the inverse of the difference of their x coordinates is
//! known, instead of 10 without it. So points are added in pairs, the sums in pairs again, and so on, and the
//! inversions of all pairs, lanes and groups of one round are shared (Montgomery's trick), so a round needs a single
//! one. After a few rounds, the rest is added up without inversions.
//!
//! Signing calls this with secret points. No operation takes a time that depends on them, as long as `invert` does not.

use super::{
    field8::{self, Field8},
    lanes::{Form, Lanes, Packed, Task},
    modulus::{self, P},
    point8::{Affine8, Sum8},
    residue::Field,
    secret::overwrite,
};

/// The rounds of pairing. 103 points become 52, 26, 13 and 7; 55 points become 28, 14, 7 and 4.
const ROUNDS: u32 = 4;

/// Adds up each of the `columns`, which have `height` points each. Their points are overwritten.
///
/// Lanes do not affect each other. [`Sum8::exceptional`] reports an exceptional case only for its own lane and column.
pub(crate) fn sum_columns<L: Lanes>(
    lanes: L,
    columns: &mut [Affine8<L>],
    height: usize,
    invert: impl Fn(&Field) -> Field,
) -> Vec<Sum8<L>> {
    let one = Field8::one(lanes);
    let mut exceptional = vec![0; columns.len() / height];
    let mut before = vec![one; columns.len() / 2 + exceptional.len()];
    let height_of_before = height / 2 + 1;
    for round in 0..ROUNDS {
        let stride = 1 << round;
        let each = columns.chunks_mut(height).zip(before.chunks_mut(height_of_before));
        let mut products: Vec<Field8<L, 2>> = each
            .zip(&mut exceptional)
            .map(|((points, before), exceptional)| {
                let product = lanes.run(Multiply { one, points, stride, before });
                // If a factor is zero, two points of the lane have the same x coordinate. The lane continues with
                // another number, so that it does not spoil the rest.
                let zero = product.zero_lanes();
                *exceptional |= zero;
                lanes.run(Replace { product: &product, zero, one: &one })
            })
            .collect();
        invert_all(&mut products, &invert);
        let each = columns.chunks_mut(height).zip(before.chunks_mut(height_of_before));
        for ((points, before), inverse) in each.zip(&products) {
            lanes.run(Pair { points, stride, before, inverse });
        }
        overwrite(&mut products, one);
    }
    overwrite(&mut before, one);
    let columns = columns.chunks(height).zip(exceptional);
    columns.map(|(points, exceptional)| lanes.run(Rest { points, exceptional })).collect()
}

/// The pairs of a round: places i and i + stride. The sum goes to place i.
#[inline(always)]
fn pairs(
    height: usize,
    stride: usize,
) -> impl DoubleEndedIterator<Item = (usize, usize)> + ExactSizeIterator {
    let pairs = height.div_ceil(stride) / 2;
    (0..pairs).map(move |pair| (2 * pair * stride, (2 * pair + 1) * stride))
}

/// Multiplies up the differences of x coordinates. It keeps the product before each, and the product of all after the
/// last.
struct Multiply<'a, L: Lanes> {
    one: Field8<L, 2>,
    points: &'a [Affine8<L>],
    stride: usize,
    before: &'a mut [Field8<L, 2>],
}

impl<L: Lanes> Task<L> for Multiply<'_, L> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Field8<L, 2> {
        // Each product is written where the next one reads it. In a variable, products would be copied.
        let pairs = pairs(self.points.len(), self.stride);
        let count = pairs.len();
        self.before[0] = self.one;
        for (place, (a, b)) in pairs.enumerate() {
            let (before, after) = self.before.split_at_mut(place + 1);
            after[0] = before[place].times_wide(&self.points[b].x.sub::<3, 6>(&self.points[a].x));
        }
        self.before[count]
    }
}

/// Replaces zero by one.
struct Replace<'a, L: Lanes> {
    product: &'a Field8<L, 2>,
    zero: u8,
    one: &'a Field8<L, 2>,
}

impl<L: Lanes> Task<L> for Replace<'_, L> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Field8<L, 2> {
        self.product.blend(self.zero, self.one)
    }
}

/// Adds the pairs, given the inverse of the product of all differences. It reuses the memory of the products.
struct Pair<'a, L: Lanes> {
    points: &'a mut [Affine8<L>],
    stride: usize,
    before: &'a mut [Field8<L, 2>],
    inverse: &'a Field8<L, 2>,
}

impl<L: Lanes> Task<L> for Pair<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let pairs = pairs(self.points.len(), self.stride);
        self.before[pairs.len()] = *self.inverse;
        for (place, (i, j)) in pairs.enumerate().rev() {
            // The inverse of the product of all differences up to this one is behind the product of those before it.
            let (before, inverse) = self.before.split_at_mut(place + 1);
            let (before, inverse) = (&mut before[place], &inverse[0]);
            let (a, b) = (&self.points[i], &self.points[j]);
            let slope = inverse.times(before).times_wide(&b.y.sub::<3, 6>(&a.y));
            *before = inverse.times_wide(&b.x.sub::<3, 6>(&a.x));
            let x = slope.squared_less_folded(&a.x, &b.x);
            let y = slope.times_less_folded(&a.x.sub::<3, 6>(&x), &a.y);
            self.points[i] = Affine8 { x, y };
        }
    }
}

/// Adds up the points that the rounds have left.
struct Rest<'a, L: Lanes> {
    points: &'a [Affine8<L>],
    exceptional: u8,
}

impl<L: Lanes> Task<L> for Rest<'_, L> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        const STRIDE: usize = 1 << ROUNDS;
        let mut sum = Sum8::of_two(&self.points[0], &self.points[STRIDE]);
        for point in self.points.iter().step_by(STRIDE).skip(2) {
            sum = sum.plus_affine(point);
        }
        sum.mark_exceptional(self.exceptional)
    }
}

/// Inverts every number in every lane. None may be zero.
pub(crate) fn invert_all<L: Lanes>(numbers: &mut [Field8<L, 2>], invert: impl FnOnce(&Field) -> Field) {
    let Some(first) = numbers.first() else { return };
    let lanes = first.lanes();
    let mut before = vec![*first; numbers.len()];
    let product = lanes.run(Before { numbers, before: &mut before });
    let inverse = invert_lanes(&product, invert);
    lanes.run(After { numbers, before: &before, inverse });
    overwrite(&mut before, product);
}

/// The product of all numbers, and for each number except the first, the product of those before it.
struct Before<'a, L: Lanes> {
    numbers: &'a [Field8<L, 2>],
    before: &'a mut [Field8<L, 2>],
}

impl<L: Lanes> Task<L> for Before<'_, L> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Field8<L, 2> {
        let mut product = self.numbers[0];
        for (number, before) in self.numbers.iter().zip(self.before).skip(1) {
            *before = product;
            product = product.times(number);
        }
        product
    }
}

/// The inverse of each number, computed from the inverse of the product of all.
struct After<'a, L: Lanes> {
    numbers: &'a mut [Field8<L, 2>],
    before: &'a [Field8<L, 2>],
    inverse: Field8<L, 2>,
}

impl<L: Lanes> Task<L> for After<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut inverse = self.inverse;
        for (number, before) in self.numbers.iter_mut().zip(self.before).skip(1).rev() {
            let others = inverse.times(number);
            *number = inverse.times(before);
            inverse = others;
        }
        self.numbers[0] = inverse;
    }
}

/// The inverse in every lane, by one inversion of the product over all lanes.
fn invert_lanes<L: Lanes>(number: &Field8<L, 2>, invert: impl FnOnce(&Field) -> Field) -> Field8<L, 2> {
    let lanes = number.lanes();
    let products = lanes.run(Products(number));
    let all = field8::reduce(lanes, &products.all.store()[0]);
    let inverse = invert(&Field::from_montgomery(all)).mul(&Factor::<L>::FACTOR);
    let inverse = L::Radix::pack(inverse.montgomery());
    lanes.run(Unfold { number, products: &products, inverse })
}

struct Factor<L>(L);

impl<L: Lanes> Factor<L> {
    /// x·2^SHIFT is read as x·2^(SHIFT - 384) in the form with 2^384. Inverting it gives 2^384/(x·2^(SHIFT - 384)).
    /// The product of this inverse with the factor, divided by 2^384 as every product is, is 2^SHIFT/x.
    const FACTOR: Field =
        Field::from_montgomery(modulus::power_of_two(384 + 2 * (L::Radix::SHIFT - 384), &P));
}

/// The products over pairs of lanes, over four lanes, and over all eight, in every lane.
struct Products<'a, L: Lanes>(&'a Field8<L, 2>);

struct Folded<L: Lanes> {
    pairs: Field8<L, 2>,
    fours: Field8<L, 2>,
    all: Field8<L, 2>,
}

impl<L: Lanes> Task<L> for Products<'_, L> {
    type Output = Folded<L>;

    #[inline(always)]
    fn run(self) -> Folded<L> {
        let pairs = self.0.times(&self.0.swap::<4>());
        let fours = pairs.times(&pairs.swap::<2>());
        Folded { pairs, fours, all: fours.times(&fours.swap::<1>()) }
    }
}

/// The inverse of each lane: the inverse of the product over all lanes, times all other lanes.
struct Unfold<'a, L: Lanes> {
    number: &'a Field8<L, 2>,
    products: &'a Folded<L>,
    inverse: Packed,
}

impl<L: Lanes> Task<L> for Unfold<'_, L> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Field8<L, 2> {
        let all = Field8::<L, 1>::splat(self.number.lanes(), &self.inverse);
        let fours = all.times(&self.products.fours.swap::<1>());
        let pairs = fours.times(&self.products.pairs.swap::<2>());
        pairs.times(&self.number.swap::<4>())
    }
}
