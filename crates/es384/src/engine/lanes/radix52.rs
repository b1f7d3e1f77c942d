//! Numbers modulo p in eight limbs of 52 bits, for lanes that multiply 52 bits by 52.
//!
//! A number x is kept as x·2^416 modulo p, between 0 and its bound. Limbs are below 2^52. Differences are made
//! positive by adding a multiple of p, and carried at once, so there are no wide numbers here.
//!
//! p = 2^384 - 2^128 - 2^96 + 2^32 - 1 is sparse, so a multiple of it is added with few operations.

use super::{Eight, Form, Lanes, Packed, Radix, Row, Shared, Task};
use crate::engine::{
    digits::ENTRIES,
    modulus::{self, P, Words},
    residue,
    secret::declassify,
};

/// The bits of a limb.
const LOW_52: u64 = (1 << 52) - 1;

/// Lanes that can multiply limbs of 52 bits.
pub(crate) trait Lanes52: Lanes {
    /// One word for each lane. `self` is only the witness.
    fn load(self, words: &[u64; 8]) -> Self;
    fn sub(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn shl<const BITS: u32>(self) -> Self;
    /// Shifts in the sign.
    fn sar<const BITS: u32>(self) -> Self;
    /// `self` plus the low 52 bits of the 104-bit product of the low 52 bits of `a` and `b`.
    fn add_mul_low(self, a: Self, b: Self) -> Self;
    /// `self` plus the high 52 bits of the 104-bit product of the low 52 bits of `a` and `b`.
    fn add_mul_high(self, a: Self, b: Self) -> Self;
    /// Lane `l` takes the word with the index `self[l]`, which must be below 64. All words are read, whichever are
    /// taken.
    fn pick(self, words: &[u64; 64]) -> Self;
    /// The lanes in which both are the same.
    fn equal(self, other: Self) -> u8;
    /// Lane `l` takes the value of lane `l ^ DISTANCE`; the distance is 1, 2 or 4.
    fn swap<const DISTANCE: usize>(self) -> Self;
}

/// Limbs of 52 bits.
#[derive(Clone, Copy)]
pub(crate) enum Radix52 {}

/// The multiples of the base point in one window, ordered by limb: x, then y, each with the least significant limb
/// first.
pub(crate) struct Window {
    limbs: [[u64; ENTRIES]; 16],
}

impl Form for Radix52 {
    const SHIFT: u32 = 416;
    const ONE: Packed = limbs(&modulus::power_of_two(Self::SHIFT, &P));
    const UNIT: Packed = limbs(&[1, 0, 0, 0, 0, 0]);
    const EXCESS: Packed = limbs(&[1 << (Self::SHIFT - 384), 0, 0, 0, 0, 0]);
    const B: Packed = limbs(&modulus::shift(modulus::B, Self::SHIFT, &P));

    type Window = Window;

    fn pack(words: &Words) -> Packed {
        limbs(words)
    }

    #[inline(never)]
    fn reduce(limbs: &Packed) -> Words {
        debug_assert!(declassify(limbs[7] >> 21) == 0);
        let words = std::array::from_fn(|i| {
            let (limb, bit) = (i * 64 / 52, i * 64 % 52);
            let (this, next) = (limbs[limb] >> bit, limbs[limb + 1] << (52 - bit));
            // Two limbs hold 104 bits, less the bits that were shifted out. That is enough for a word unless 41 or
            // more were.
            let last = if bit > 40 { limbs[limb + 2] << (104 - bit) } else { 0 };
            this | next | last
        });
        residue::reduce_once(&words, limbs[7] >> 20, &P)
    }

    fn window(rows: &[Row<Self>]) -> Window {
        let word = |row: &Row<Self>, limb: usize| if limb < 8 { row.x[limb] } else { row.y[limb - 8] };
        Window {
            limbs: std::array::from_fn(|limb| {
                std::array::from_fn(|entry| rows.get(entry).map_or(0, |row| word(row, limb)))
            }),
        }
    }

    fn eight(numbers: [&Packed; 8]) -> [[u64; 8]; 8] {
        std::array::from_fn(|limb| numbers.map(|number| number[limb]))
    }

    fn shared() -> &'static Shared<Self> {
        static SHARED: Shared<Radix52> = Shared::new();
        &SHARED
    }
}

impl<L: Lanes52> Radix<L> for Radix52 {
    type Number = [L; 8];

    /// With both factors below 2^16·p their product is below p·2^416, and adding less than 2^416 times p and dividing
    /// by 2^416 leaves less than 2·p.
    const LIMIT: u64 = 1 << 32;

    #[inline(always)]
    fn splat(lanes: L, number: &Packed) -> [L; 8] {
        eight!(i => lanes.splat(number[i]))
    }

    #[inline(always)]
    fn load(lanes: L, numbers: [&Packed; 8]) -> [L; 8] {
        L::transpose(eight!(lane => lanes.load(numbers[lane])))
    }

    #[inline(never)]
    fn store(number: &[L; 8]) -> [Packed; 8] {
        let words = number[0].run(Store(number));
        eight!(lane => eight!(i => words[i][lane]))
    }

    #[inline(always)]
    fn witness(number: &[L; 8]) -> L {
        number[0]
    }

    /// Whether each limb is below 2^52, and the highest is at most that of `bound`·2^384, which is just above
    /// `bound`·p.
    #[inline(never)]
    fn is_within(number: &[L; 8], bound: u32) -> bool {
        let words = number[0].run(Store(number));
        let too_long = words.iter().flatten().fold(0, |all, word| all | (word >> 52));
        let highest = u64::from(bound) << 20;
        // Limbs are below 2^53, so a difference is negative, with its highest bit set, exactly if a limb is higher.
        let too_high = words[7].iter().fold(0, |all, word| all | (highest.wrapping_sub(*word) >> 63));
        // The fact that this holds reveals nothing about the number.
        declassify(too_long | too_high) == 0
    }

    #[inline(always)]
    fn blend(a: &[L; 8], mask: u8, b: &[L; 8]) -> [L; 8] {
        eight!(i => a[i].blend(mask, b[i]))
    }

    #[inline(always)]
    fn swap<const DISTANCE: usize>(number: &[L; 8]) -> [L; 8] {
        eight!(i => number[i].swap::<DISTANCE>())
    }

    /// A number below 2·p that is zero modulo p is 0 or p itself.
    #[inline(never)]
    fn zero_lanes(number: &[L; 8]) -> u8 {
        let prime = const { limbs(&P) };
        Self::store(number).iter().enumerate().fold(0, |mask, (lane, number)| {
            let zero = number.iter().fold(0, |all, limb| all | limb) == 0;
            let equal = number.iter().zip(&prime).fold(0, |all, (a, b)| all | (a ^ b)) == 0;
            mask | u8::from(zero | equal) << lane
        })
    }

    #[inline(always)]
    fn difference<const C: u32>(a: &[L; 8], b: &[L; 8]) -> [L; 8] {
        let multiple = const { multiple_of_p(C) };
        carry(eight!(i => a[i].sub(b[i]).add(a[i].splat(multiple[i]))))
    }

    #[inline(always)]
    fn carry(number: &[L; 8]) -> [L; 8] {
        *number
    }

    #[inline(always)]
    fn less_both<const C: u32, const D: u32>(a: &[L; 8], c: &[L; 8], d: &[L; 8]) -> [L; 8] {
        let multiple = const { multiple_of_p(C + 2 * D) };
        carry(eight!(i => a[i].sub(c[i]).sub(d[i].add(d[i])).add(a[i].splat(multiple[i]))))
    }

    #[inline(always)]
    fn negate_where<const B: u32>(a: &[L; 8], mask: u8) -> [L; 8] {
        let multiple = const { multiple_of_p(B) };
        carry(eight!(i => a[i].blend(mask, a[i].splat(multiple[i]).sub(a[i]))))
    }

    #[inline(always)]
    fn product(a: &[L; 8], b: &[L; 8]) -> [L; 8] {
        a[0].part(Product(a, b, Nothing))
    }

    #[inline(always)]
    fn product_less<const C: u32>(a: &[L; 8], b: &[L; 8], c: &[L; 8]) -> [L; 8] {
        a[0].part(Product(a, b, Less::<L, C>(c)))
    }

    #[inline(always)]
    fn square(a: &[L; 8]) -> [L; 8] {
        a[0].part(Square(a, Nothing))
    }

    #[inline(always)]
    fn square_less<const C: u32, const D: u32>(a: &[L; 8], c: &[L; 8], d: &[L; 8]) -> [L; 8] {
        a[0].part(Square(a, LessTwice::<L, C, D>(c, d)))
    }

    #[inline(always)]
    fn product_less_folded<const C: u32>(a: &[L; 8], b: &[L; 8], c: &[L; 8]) -> [L; 8] {
        a[0].part(Product(a, b, Folded(Less::<L, C>(c))))
    }

    #[inline(always)]
    fn square_less_folded<const C: u32, const D: u32>(a: &[L; 8], c: &[L; 8], d: &[L; 8]) -> [L; 8] {
        a[0].part(Square(a, Folded(LessBoth::<L, C, D>(c, d))))
    }

    #[inline(always)]
    fn pick(lanes: L, entries: [u8; 8], window: &Window) -> [[L; 8]; 2] {
        let index = lanes.load(&eight!(lane => u64::from(entries[lane])));
        [eight!(i => index.pick(&window.limbs[i])), eight!(i => index.pick(&window.limbs[i + 8]))]
    }

    #[inline(always)]
    fn choose(lanes: L, entries: [u8; 8], table: &[Eight]) -> [[L; 8]; 2] {
        let zero = lanes.splat(0);
        let (mut x, mut y) = ([zero; 8], [zero; 8]);
        let index = lanes.load(&eight!(lane => u64::from(entries[lane])));
        for (number, entry) in table.iter().enumerate() {
            let here = index.equal(lanes.splat(number as u64));
            x = eight!(i => x[i].blend(here, lanes.load(&entry.x[i])));
            y = eight!(i => y[i].blend(here, lanes.load(&entry.y[i])));
        }
        [x, y]
    }
}

struct Store<'a, L>(&'a [L; 8]);

impl<L: Lanes52> Task<L> for Store<'_, L> {
    type Output = [[u64; 8]; 8];

    #[inline(always)]
    fn run(self) -> Self::Output {
        eight!(i => self.0[i].store())
    }
}

/// The last step of a product, after it is summed up.
trait End<L>: Copy {
    /// Finishes a product from limbs of any sign.
    fn finish(self, limbs: [L; 8]) -> [L; 8];
}

#[derive(Clone, Copy)]
struct Nothing;

impl<L: Lanes52> End<L> for Nothing {
    #[inline(always)]
    fn finish(self, limbs: [L; 8]) -> [L; 8] {
        carry(limbs)
    }
}

/// A number to be subtracted at the end. Its limbs are those of a multiple of p less the number, so that they are
/// positive.
trait Subtrahend<L>: Copy {
    fn less(self, limbs: [L; 8]) -> [L; 8];
}

/// One number, below `C`·p.
#[derive(Clone, Copy)]
struct Less<'a, L, const C: u32>(&'a [L; 8]);

/// Two numbers, below `C`·p and `D`·p.
#[derive(Clone, Copy)]
struct LessBoth<'a, L, const C: u32, const D: u32>(&'a [L; 8], &'a [L; 8]);

/// A number below `C`·p, and twice one below `D`·p.
#[derive(Clone, Copy)]
struct LessTwice<'a, L, const C: u32, const D: u32>(&'a [L; 8], &'a [L; 8]);

impl<L: Lanes52, const C: u32> Subtrahend<L> for Less<'_, L, C> {
    #[inline(always)]
    fn less(self, limbs: [L; 8]) -> [L; 8] {
        let multiple = const { multiple_of_p(C) };
        eight!(i => limbs[i].sub(self.0[i]).add(limbs[i].splat(multiple[i])))
    }
}

impl<L: Lanes52, const C: u32, const D: u32> Subtrahend<L> for LessBoth<'_, L, C, D> {
    #[inline(always)]
    fn less(self, limbs: [L; 8]) -> [L; 8] {
        let multiple = const { multiple_of_p(C + D) };
        eight!(i => limbs[i].sub(self.0[i]).sub(self.1[i]).add(limbs[i].splat(multiple[i])))
    }
}

impl<L: Lanes52, const C: u32, const D: u32> Subtrahend<L> for LessTwice<'_, L, C, D> {
    #[inline(always)]
    fn less(self, limbs: [L; 8]) -> [L; 8] {
        let multiple = const { multiple_of_p(C + 2 * D) };
        eight!(i => {
            let twice = self.1[i].add(self.1[i]);
            limbs[i].sub(self.0[i]).sub(twice).add(limbs[i].splat(multiple[i]))
        })
    }
}

macro_rules! ends_with_a_carry {
    ($(<$($bound:ident),*> $name:ident)*) => {$(
        impl<'a, L: Lanes52, $(const $bound: u32),*> End<L> for $name<'a, L, $($bound),*> {
            #[inline(always)]
            fn finish(self, limbs: [L; 8]) -> [L; 8] {
                carry(self.less(limbs))
            }
        }
    )*};
}

ends_with_a_carry!(<C> Less <C, D> LessTwice);

/// The result is brought below 3·p.
#[derive(Clone, Copy)]
struct Folded<S>(S);

impl<L: Lanes52, S: Subtrahend<L>> End<L> for Folded<S> {
    #[inline(always)]
    fn finish(self, limbs: [L; 8]) -> [L; 8] {
        // A limb holds the sum of up to 32 parts of products, so it may be 32 times 2^52. So the carries come first.
        fold(self.0.less(carry(limbs)))
    }
}

struct Product<'a, L, E>(&'a [L; 8], &'a [L; 8], E);

impl<L: Lanes52, E: End<L>> Task<L> for Product<'_, L, E> {
    type Output = [L; 8];

    #[inline(always)]
    fn run(self) -> [L; 8] {
        let Self(a, b, end) = self;
        let mut sums = Accumulators::new(a[0]);
        sums.row::<0>(a[0], b);
        sums.row::<1>(a[1], b);
        sums.row::<2>(a[2], b);
        sums.row::<3>(a[3], b);
        sums.row::<4>(a[4], b);
        sums.row::<5>(a[5], b);
        sums.row::<6>(a[6], b);
        sums.row::<7>(a[7], b);
        end.finish(sums.upper())
    }
}

struct Square<'a, L, E>(&'a [L; 8], E);

impl<L: Lanes52, E: End<L>> Task<L> for Square<'_, L, E> {
    type Output = [L; 8];

    #[inline(always)]
    fn run(self) -> [L; 8] {
        let Self(a, end) = self;
        let (mut sums, mut mixed) = (Accumulators::new(a[0]), [a[0].splat(0); 16]);
        sums.square_row::<0>(&mut mixed, a);
        sums.square_row::<1>(&mut mixed, a);
        sums.square_row::<2>(&mut mixed, a);
        sums.square_row::<3>(&mut mixed, a);
        sums.square_row::<4>(&mut mixed, a);
        sums.square_row::<5>(&mut mixed, a);
        sums.square_row::<6>(&mut mixed, a);
        sums.square_row::<7>(&mut mixed, a);
        end.finish(sums.upper())
    }
}

/// The limbs of a product while it is summed up, row by row, each row followed by a round of the reduction, which
/// clears the lowest limb by adding a multiple of p.
///
/// Limbs are signed and hold at most 16 parts of products and 8 of multiples of p, each below 2^52 in absolute value,
/// and a carry: they stay far below 2^63.
struct Accumulators<L>([L; 16]);

impl<L: Lanes52> Accumulators<L> {
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

    /// Adds the square of limb I of `a` and twice its products with the limbs above, and clears limb I. `mixed`
    /// collects the products themselves: doubling a limb before multiplying could push it past 52 bits. Its limbs up
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
    /// q·p = q·(2^32 - 1) - q·2^44·2^52 - q·2^24·2^104 + q·2^20·2^364. Multiplications and shifts share the ports of
    /// the processor best in this proportion (measured on Zen 4).
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

    /// The remaining limbs, of any sign.
    #[inline(always)]
    fn upper(self) -> [L; 8] {
        let [.., a, b, c, d, e, f, g, h] = self.0;
        [a, b, c, d, e, f, g, h]
    }
}

/// Brings a number below 3·p. Its limbs have any sign, and each is at most a few times 2^52 in absolute value. Their
/// sum v is not negative and below 2^16·p.
///
/// With q the highest limb divided by 2^20, v - q·2^384 is between -2^366 and 2^384 + 2^366, whatever the limbs below
/// carry into it. Then v - q·p + p is above zero, and below 2·p + 2^366 + q·2^129.
#[inline(always)]
fn fold<L: Lanes52>(mut limbs: [L; 8]) -> [L; 8] {
    let prime = const { multiple_of_p(1) };
    let q = limbs[7].sar::<20>();
    limbs[7] = limbs[7].and(q.splat((1 << 20) - 1));
    // -q·p = -q·2^384 + q·2^24·2^104 + q·2^44·2^52 - q·2^32 + q.
    limbs[0] = limbs[0].add(q).sub(q.shl::<32>());
    limbs[1] = limbs[1].add(q.shl::<44>());
    limbs[2] = limbs[2].add(q.shl::<24>());
    carry(eight!(i => limbs[i].add(q.splat(prime[i]))))
}

/// Brings all limbs but the highest to 52 bits, whatever their signs.
#[inline(always)]
fn carry<L: Lanes52>(mut limbs: [L; 8]) -> [L; 8] {
    let mask = limbs[0].splat(LOW_52);
    for i in 0..7 {
        limbs[i + 1] = limbs[i + 1].add(limbs[i].sar::<52>());
        limbs[i] = limbs[i].and(mask);
    }
    limbs
}

/// Six words of 64 bits as eight limbs of 52.
const fn limbs(words: &Words) -> Packed {
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

/// `times`·p in limbs. The highest limb takes the part above 2^364.
const fn multiple_of_p(times: u32) -> Packed {
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
