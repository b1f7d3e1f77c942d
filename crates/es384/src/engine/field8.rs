//! Numbers modulo p, eight at a time: a number a lane, in eight limbs of 52 bits.
//!
//! A number x is kept as x·2^416 modulo p (Montgomery's form), and loosely: it may exceed p. How far is part of its type:
//! a `Field8<L, B>` is below B·p in every lane. Sums and products state what they ask of their operands' bounds and what
//! they promise of their own, and the compiler checks it. So no chain of additions can outgrow its limbs.
//!
//! p = 2^384 - 2^128 - 2^96 + 2^32 - 1 is sparse, so a multiple of it is added with few operations.

use super::{
    lanes::{Lanes, Task, eight},
    modulus::{self, P, Words},
    residue,
    secret::declassify,
};

/// Eight limbs of 52 bits, the least significant first.
pub(crate) type Limbs = [u64; 8];

/// The bits of a limb.
pub(crate) const LOW_52: u64 = (1 << 52) - 1;

/// Eight numbers modulo p, each below `B`·p, each limb below 2^52.
#[derive(Clone, Copy)]
pub(crate) struct Field8<L, const B: u32>([L; 8]);

/// 1 in Montgomery's form.
pub(crate) const ONE: Limbs = limbs(&modulus::power_of_two(416, &P));

impl<L: Lanes, const B: u32> Field8<L, B> {
    /// Takes vectors of limbs, which must be within the bound: below 2^52, and the whole below `B`·p.
    #[inline(always)]
    pub(crate) fn from_vectors(vectors: [L; 8]) -> Self {
        const { assert!(B >= 1 && B <= 1 << 16) };
        let number = Self(vectors);
        debug_assert!(number.is_within_bound(), "a number outside of its bound");
        number
    }

    /// The same number in every lane.
    #[inline(always)]
    pub(crate) fn splat(witness: L, limbs: &Limbs) -> Self {
        Self::from_vectors(eight!(i => witness.splat(limbs[i])))
    }

    /// Vectors of limbs.
    #[inline(always)]
    pub(crate) fn vectors(&self) -> &[L; 8] {
        &self.0
    }

    /// The same number under a wider bound.
    #[inline(always)]
    pub(crate) fn widen<const WIDER: u32>(&self) -> Field8<L, WIDER> {
        const { assert!(WIDER >= B) };
        Field8(self.0)
    }

    /// `self - other`, made positive by adding `C`·p.
    #[inline(always)]
    pub(crate) fn sub<const C: u32, const OUT: u32>(&self, other: &Field8<L, C>) -> Field8<L, OUT> {
        const { assert!(OUT == B + C) };
        let multiple = const { multiple_of_p(C) };
        Field8::carry(eight!(i => self.0[i].sub(other.0[i]).add(self.0[i].splat(multiple[i]))))
    }

    /// `self - a - 2·b`, made positive by adding `C + 2·D` times p.
    #[inline(always)]
    pub(crate) fn sub_sub_twice<const C: u32, const D: u32, const OUT: u32>(
        &self,
        a: &Field8<L, C>,
        b: &Field8<L, D>,
    ) -> Field8<L, OUT> {
        const { assert!(OUT == B + C + 2 * D) };
        let multiple = const { multiple_of_p(C + 2 * D) };
        Field8::carry(eight!(i => {
            let twice = b.0[i].add(b.0[i]);
            self.0[i].sub(a.0[i]).sub(twice).add(self.0[i].splat(multiple[i]))
        }))
    }

    /// `self - other`, brought below 3·p.
    #[inline(always)]
    pub(crate) fn sub_folded<const C: u32>(&self, other: &Field8<L, C>) -> Field8<L, 3> {
        let multiple = const { multiple_of_p(C) };
        Self::fold(eight!(i => self.0[i].sub(other.0[i]).add(self.0[i].splat(multiple[i]))))
    }

    /// `self - a - b`, brought below 3·p.
    #[inline(always)]
    pub(crate) fn sub_both_folded<const C: u32, const D: u32>(
        &self,
        a: &Field8<L, C>,
        b: &Field8<L, D>,
    ) -> Field8<L, 3> {
        let multiple = const { multiple_of_p(C + D) };
        Self::fold(eight!(i => {
            self.0[i].sub(a.0[i]).sub(b.0[i]).add(self.0[i].splat(multiple[i]))
        }))
    }

    /// `-self` in the lanes of `mask`, `self` in the others.
    #[inline(always)]
    pub(crate) fn negate_where<const OUT: u32>(&self, mask: u8) -> Field8<L, OUT> {
        // Up to and including B·p, which is below the next multiple.
        const { assert!(OUT == B + 1) };
        let multiple = const { multiple_of_p(B) };
        Field8::carry(eight!(i => {
            self.0[i].blend(mask, self.0[i].splat(multiple[i]).sub(self.0[i]))
        }))
    }

    /// `other` in the lanes of `mask`, `self` in the others.
    #[inline(always)]
    pub(crate) fn blend(&self, mask: u8, other: &Self) -> Self {
        Self(eight!(i => self.0[i].blend(mask, other.0[i])))
    }

    /// Lane `l` takes the number of lane `l ^ DISTANCE`.
    #[inline(always)]
    pub(crate) fn swap<const DISTANCE: usize>(&self) -> Self {
        Self(eight!(i => self.0[i].swap::<DISTANCE>()))
    }

    /// The product, in Montgomery's form as its factors. A function of its own, where inlining would not pay.
    #[inline]
    pub(crate) fn mul<const C: u32>(&self, other: &Field8<L, C>) -> Field8<L, 2> {
        self.0[0].run(Mul(self, other))
    }

    /// [`mul`](Self::mul), inlined.
    ///
    /// With both factors below 2^16·p their product is below p·2^416, and adding less than 2^416 times p and dividing by
    /// 2^416 leaves less than 2·p.
    #[inline(always)]
    pub(crate) fn times<const C: u32>(&self, other: &Field8<L, C>) -> Field8<L, 2> {
        const { assert!((B as u64) * (C as u64) <= 1 << 32) };
        debug_assert!(self.is_within_bound() && other.is_within_bound());
        Field8::from_vectors(self.0[0].part(Product(&self.0, &other.0)))
    }

    /// The square, inlined. The bounds are as for [`times`](Self::times).
    #[inline(always)]
    pub(crate) fn squared(&self) -> Field8<L, 2> {
        const { assert!((B as u64) * (B as u64) <= 1 << 32) };
        debug_assert!(self.is_within_bound());
        Field8::from_vectors(self.0[0].part(Square(&self.0)))
    }

    /// The numbers of the lanes.
    #[inline(never)]
    pub(crate) fn to_limbs(self) -> [Limbs; 8] {
        let words = self.0[0].run(Store(&self.0));
        eight!(lane => eight!(i => words[i][lane]))
    }

    /// From limbs of any sign, whose sum is not negative and below `B`·p.
    #[inline(always)]
    fn carry(limbs: [L; 8]) -> Self {
        Self::from_vectors(carry(limbs))
    }

    /// From limbs of any sign, each a few times 2^52 at most in absolute value, whose sum v is not negative and below
    /// 2^16·p: brought below 3·p.
    ///
    /// With q the highest limb divided by 2^20, v - q·2^384 is between -2^366 and 2^384 + 2^366, whatever the limbs below
    /// carry into it. Then v - q·p + p is above zero, and below 2·p + 2^366 + q·2^129.
    #[inline(always)]
    fn fold(mut limbs: [L; 8]) -> Field8<L, 3> {
        let prime = const { multiple_of_p(1) };
        let q = limbs[7].sar::<20>();
        limbs[7] = limbs[7].and(q.splat((1 << 20) - 1));
        // -q·p = -q·2^384 + q·2^24·2^104 + q·2^44·2^52 - q·2^32 + q.
        limbs[0] = limbs[0].add(q).sub(q.shl::<32>());
        limbs[1] = limbs[1].add(q.shl::<44>());
        limbs[2] = limbs[2].add(q.shl::<24>());
        Field8::carry(eight!(i => limbs[i].add(q.splat(prime[i]))))
    }

    /// Each limb below 2^52, and the highest no greater than that of `B`·2^384, which is just above `B`·p.
    #[inline(never)]
    fn is_within_bound(&self) -> bool {
        let words = self.0[0].run(Store(&self.0));
        let too_long = words.iter().flatten().fold(0, |all, word| all | (word >> 52));
        let highest = u64::from(B) << 20;
        // Below 2^53, so that a difference is negative, with its highest bit set, exactly where one is higher.
        let too_high = words[7].iter().fold(0, |all, word| all | (highest.wrapping_sub(*word) >> 63));
        // That it holds says nothing about the number.
        declassify(too_long | too_high) == 0
    }
}

impl<L: Lanes> Field8<L, 2> {
    /// The lanes whose number is zero modulo p: below 2·p it is 0 or p itself.
    #[inline(never)]
    pub(crate) fn zero_lanes(&self) -> u8 {
        let prime = const { limbs(&P) };
        self.to_limbs().iter().enumerate().fold(0, |mask, (lane, number)| {
            let zero = number.iter().fold(0, |all, limb| all | limb) == 0;
            let equal = number.iter().zip(&prime).fold(0, |all, (a, b)| all | (a ^ b)) == 0;
            mask | u8::from(zero | equal) << lane
        })
    }
}

struct Mul<'a, L, const B: u32, const C: u32>(&'a Field8<L, B>, &'a Field8<L, C>);

impl<L: Lanes, const B: u32, const C: u32> Task<L> for Mul<'_, L, B, C> {
    type Output = Field8<L, 2>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        self.0.times(self.1)
    }
}

struct Store<'a, L>(&'a [L; 8]);

impl<L: Lanes> Task<L> for Store<'_, L> {
    type Output = [[u64; 8]; 8];

    #[inline(always)]
    fn run(self) -> Self::Output {
        eight!(i => self.0[i].store())
    }
}

struct Product<'a, L>(&'a [L; 8], &'a [L; 8]);

impl<L: Lanes> Task<L> for Product<'_, L> {
    type Output = [L; 8];

    #[inline(always)]
    fn run(self) -> [L; 8] {
        let Self(a, b) = self;
        let mut sums = Accumulators::new(a[0]);
        sums.row::<0>(a[0], b);
        sums.row::<1>(a[1], b);
        sums.row::<2>(a[2], b);
        sums.row::<3>(a[3], b);
        sums.row::<4>(a[4], b);
        sums.row::<5>(a[5], b);
        sums.row::<6>(a[6], b);
        sums.row::<7>(a[7], b);
        sums.finish()
    }
}

struct Square<'a, L>(&'a [L; 8]);

impl<L: Lanes> Task<L> for Square<'_, L> {
    type Output = [L; 8];

    #[inline(always)]
    fn run(self) -> [L; 8] {
        let a = self.0;
        let (mut sums, mut mixed) = (Accumulators::new(a[0]), [a[0].splat(0); 16]);
        sums.square_row::<0>(&mut mixed, a);
        sums.square_row::<1>(&mut mixed, a);
        sums.square_row::<2>(&mut mixed, a);
        sums.square_row::<3>(&mut mixed, a);
        sums.square_row::<4>(&mut mixed, a);
        sums.square_row::<5>(&mut mixed, a);
        sums.square_row::<6>(&mut mixed, a);
        sums.square_row::<7>(&mut mixed, a);
        sums.finish()
    }
}

/// The limbs of a product while it is summed up, row by row, each row followed by a round of the reduction, which clears
/// the lowest limb by adding a multiple of p.
///
/// Limbs are signed and hold at most 16 parts of products and 8 of multiples of p, each below 2^52 in absolute value, and
/// a carry: they stay far below 2^63.
struct Accumulators<L>([L; 16]);

impl<L: Lanes> Accumulators<L> {
    #[inline(always)]
    fn new(witness: L) -> Self {
        Self([witness.splat(0); 16])
    }

    /// Adds `a`·2^(52·I) times the number `b`, and clears limb I.
    #[inline(always)]
    fn row<const I: usize>(&mut self, a: L, b: &[L; 8]) {
        for j in 0..8 {
            self.0[I + j] = self.0[I + j].add_mul_low(a, b[j]);
        }
        for j in 0..8 {
            self.0[I + j + 1] = self.0[I + j + 1].add_mul_high(a, b[j]);
        }
        self.clear::<I>();
    }

    /// Adds the square of limb I of `a` and twice its products with the limbs above, and clears limb I. `mixed` collects
    /// the products themselves: doubling a limb before multiplying could push it past 52 bits. Its limbs up
    /// to 2·I + 1 are complete by now.
    #[inline(always)]
    fn square_row<const I: usize>(&mut self, mixed: &mut [L; 16], a: &[L; 8]) {
        for j in I + 1..8 {
            mixed[I + j] = mixed[I + j].add_mul_low(a[I], a[j]);
        }
        for j in I + 1..8 {
            mixed[I + j + 1] = mixed[I + j + 1].add_mul_high(a[I], a[j]);
        }
        for limb in [2 * I, 2 * I + 1] {
            self.0[limb] = self.0[limb].add(mixed[limb]).add(mixed[limb]);
        }
        self.0[2 * I] = self.0[2 * I].add_mul_low(a[I], a[I]);
        self.0[2 * I + 1] = self.0[2 * I + 1].add_mul_high(a[I], a[I]);
        self.clear::<I>();
    }

    /// Adds q·p·2^(52·I) with q such that limb I becomes zero, and moves the rest of limb I, a multiple of 2^52, up.
    ///
    /// q·p = q·(2^32 - 1) - q·2^44·2^52 - q·2^24·2^104 + q·2^20·2^364. Multiplications and shifts share the ports of the
    /// processor best in this proportion (measured on Zen 4).
    #[inline(always)]
    fn clear<const I: usize>(&mut self) {
        let sums = &mut self.0;
        let limb = sums[I];
        let (mask, low, high) = (limb.splat(LOW_52), limb.splat((1 << 32) - 1), limb.splat(1 << 20));
        // -1/p = 2^32 + 1 modulo 2^52.
        let q = limb.add(limb.shl::<32>()).and(mask);
        let cleared = limb.add_mul_low(q, low);
        sums[I + 1] = sums[I + 1].add_mul_high(q, low).add(cleared.sar::<52>());
        sums[I + 1] = sums[I + 1].sub(q.shl::<44>().and(mask));
        sums[I + 2] = sums[I + 2].sub(q.shr::<8>()).sub(q.shl::<24>().and(mask));
        sums[I + 3] = sums[I + 3].sub(q.shr::<28>());
        sums[I + 7] = sums[I + 7].add_mul_low(q, high);
        sums[I + 8] = sums[I + 8].add_mul_high(q, high);
    }

    #[inline(always)]
    fn finish(self) -> [L; 8] {
        let [.., a, b, c, d, e, f, g, h] = self.0;
        carry([a, b, c, d, e, f, g, h])
    }
}

/// Brings all limbs but the highest to 52 bits, whatever their signs.
#[inline(always)]
fn carry<L: Lanes>(mut limbs: [L; 8]) -> [L; 8] {
    let mask = limbs[0].splat(LOW_52);
    for i in 0..7 {
        limbs[i + 1] = limbs[i + 1].add(limbs[i].sar::<52>());
        limbs[i] = limbs[i].and(mask);
    }
    limbs
}

/// Six words of 64 bits as eight limbs of 52.
pub(crate) const fn limbs(words: &Words) -> Limbs {
    let mut limbs = [0; 8];
    let mut i = 0;
    while i < 8 {
        let (word, bit) = (i * 52 / 64, i * 52 % 64);
        let above = if bit > 12 && word < 5 { words[word + 1] << (64 - bit) } else { 0 };
        limbs[i] = ((words[word] >> bit) | above) & LOW_52;
        i += 1;
    }
    limbs
}

/// Eight limbs of 52 bits, together below 2·p, brought below p and as six words of 64. In the same time for all values.
#[inline(never)]
pub(crate) fn reduce(limbs: &Limbs) -> Words {
    debug_assert!(declassify(limbs[7] >> 21) == 0);
    let words = std::array::from_fn(|i| {
        let (limb, bit) = (i * 64 / 52, i * 64 % 52);
        let (this, next) = (limbs[limb] >> bit, limbs[limb + 1] << (52 - bit));
        // Twice 52 bits less the ones that were shifted out: enough for a word unless 41 or more were.
        let last = if bit > 40 { limbs[limb + 2] << (104 - bit) } else { 0 };
        this | next | last
    });
    residue::reduce_once(&words, limbs[7] >> 20, &P)
}

/// `times`·p in limbs; the highest limb takes what exceeds 2^364.
const fn multiple_of_p(times: u32) -> Limbs {
    assert!(times < 1 << 17);
    let prime = limbs(&P);
    let mut out = [0; 8];
    let mut carry = 0;
    let mut i = 0;
    while i < 8 {
        let sum = prime[i] as u128 * times as u128 + carry;
        out[i] = modulus::low(sum) & LOW_52;
        carry = sum >> 52;
        i += 1;
    }
    assert!(carry == 0);
    out
}
