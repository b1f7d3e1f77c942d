//! Inverses modulo p and n, by the divsteps of Bernstein and Yang ("Fast constant-time gcd computation and modular
//! inversion", 2019), in batches of 59 steps (Wuille, "The safegcd implementation in libsecp256k1 explained", 2021).
//!
//! f and g start as the modulus and the number. A step divides g, or the half difference of g and f, by two; once g is
//! zero, f is plus or minus their greatest common divisor, 1. d and e follow f and g modulo the modulus, so that then d
//! is plus or minus the inverse.
//!
//! Sums use wrapping operations only to avoid the branches of overflow checks. All sums stay within their words.

use std::marker::PhantomData;

use super::{
    lanes::{BasePair, InPairs, Lanes, Pair, Task, Twice},
    modulus::{Words, inverse_of},
    residue::{Modulus, Residue},
    secret::{declassify, hide},
    wide,
};

/// How many steps are done at a time. Their matrix fits signed words of 64 bits.
const BATCH: u32 = 59;

/// How many batches bring g to zero for every number, if delta starts at 1/2. (45907·384 + 26313)/19929 = 885 steps are
/// enough for 384 bits (Wuille, <https://github.com/sipa/safegcd-bounds>), and 15·59 = 885.
const BATCHES: u32 = 15;

const LOW: u64 = (1 << BATCH) - 1;

/// Seven words of 59 bits, the last one signed: a number between -2^412 and 2^412.
type Signed = [i64; 7];

/// What a batch of steps does to f and g, times 2^59: `f' = (u·f + v·g)/2^59`, `g' = (q·f + r·g)/2^59`. The absolute
/// values in a row add up to 2^59 at most.
struct Steps {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

impl Steps {
    #[inline]
    fn of_lane(words: &Matrices, lane: usize) -> Self {
        let [[u, v], [q, r]] = words.map(|row| row.map(|words| words[lane].cast_signed()));
        Self { u, v, q, r }
    }
}

/// u and v of both lanes, then q and r.
type Matrices = [[[u64; 2]; 2]; 2];

impl<M: Modulus> Residue<M> {
    /// The inverse, or zero for zero. The time depends on the value, which must be public.
    pub(crate) fn invert_vartime(&self) -> Self {
        let mut inversion = Inversion::new(self);
        // The negative of the delta of the paper.
        let mut eta = -1;
        while inversion.g != [0; 7] {
            let steps;
            (eta, steps) = steps_vartime(eta, low_word(&inversion.f), low_word(&inversion.g));
            inversion.update(&steps);
        }
        inversion.finish()
    }

    /// The inverse, or zero for zero, in the same time for all values.
    pub(crate) fn invert<L: Lanes>(&self, lanes: L) -> Self {
        self.invert_both(&Self::ONE, lanes).0
    }

    /// The inverses of two numbers, like [`invert`](Self::invert). Side by side, they take little longer than one.
    pub(crate) fn invert_both<L: Lanes, N: Modulus>(
        &self,
        other: &Residue<N>,
        lanes: L,
    ) -> (Self, Residue<N>) {
        invert_two(self, other, |words| lanes.pair(words), |steps| lanes.run(steps))
    }

    /// [`invert`](Self::invert), with instructions that every processor has.
    pub(crate) fn invert_in_words(&self) -> Self {
        self.invert_both_in_words(&Self::ONE).0
    }

    /// [`invert_both`](Self::invert_both), with instructions that every processor has.
    pub(crate) fn invert_both_in_words<N: Modulus>(&self, other: &Residue<N>) -> (Self, Residue<N>) {
        invert_two(self, other, BasePair::new, steps_in_words)
    }
}

/// The inverses of two numbers, given a function that makes pairs and one that does the steps.
#[inline]
fn invert_two<P: Pair, M: Modulus, N: Modulus>(
    first: &Residue<M>,
    second: &Residue<N>,
    pair: impl Fn([u64; 2]) -> P,
    run: impl Fn(StepsOfTwo<P>) -> (P, Matrices),
) -> (Residue<M>, Residue<N>) {
    let (mut first, mut second) = (Inversion::new(first), Inversion::new(second));
    let (zero, one) = (pair([0, 0]), pair([1, 1]));
    let mut zeta = pair([u64::MAX, u64::MAX]);
    for _ in 0..BATCHES {
        let f = pair([low_word(&first.f), low_word(&second.f)]);
        let g = pair([low_word(&first.g), low_word(&second.g)]);
        let steps;
        (zeta, steps) = run(StepsOfTwo { zero, one, zeta, f, g });
        first.update(&Steps::of_lane(&steps, 0));
        second.update(&Steps::of_lane(&steps, 1));
    }
    (first.finish(), second.finish())
}

#[inline(never)]
fn steps_in_words(steps: StepsOfTwo<BasePair>) -> (BasePair, Matrices) {
    steps.run()
}

/// An inversion that is under way.
struct Inversion<M> {
    f: Signed,
    g: Signed,
    d: Signed,
    e: Signed,
    modulus: PhantomData<M>,
}

impl<M: Modulus> Inversion<M> {
    const MODULUS: Signed = to_signed(&M::WORDS);

    fn new(number: &Residue<M>) -> Self {
        let (f, g) = (Self::MODULUS, to_signed(number.montgomery()));
        Self { f, g, d: [0; 7], e: [1, 0, 0, 0, 0, 0, 0], modulus: PhantomData }
    }

    #[inline(never)]
    fn update(&mut self, steps: &Steps) {
        update_inverses::<M>(&mut self.d, &mut self.e, steps, &Self::MODULUS);
        update_gcd(&mut self.f, &mut self.g, steps);
    }

    fn finish(&self) -> Residue<M> {
        // This is plus or minus the inverse of Montgomery's form, by the sign of f: 1/(x·2^384) for x·2^384.
        // Multiplied by 2^1152, and divided by 2^384 as every product is, it is 2^384/x.
        let inverse = Residue::from_montgomery(normalize(&self.d, self.f[6], &Self::MODULUS));
        inverse.mul(&Residue::CUBED_RADIX)
    }
}

/// Inverts every number with a single inversion (Montgomery's trick), unless one of them is zero. The time depends on
/// the values, which must be public.
pub(crate) fn invert_all_vartime<M: Modulus>(numbers: &mut [Residue<M>]) -> bool {
    let mut product = Residue::ONE;
    let products: Vec<Residue<M>> = numbers
        .iter()
        .map(|number| {
            let before = product;
            product = product.mul(number);
            before
        })
        .collect();
    if product.is_zero() {
        return false;
    }
    let mut inverse = product.invert_vartime();
    for (number, before) in numbers.iter_mut().zip(&products).rev() {
        let rest = inverse.mul(number);
        *number = inverse.mul(before);
        inverse = rest;
    }
    true
}

/// The steps of two inversions side by side, with the same operations. Zeta is the negative of delta + 1/2, for the
/// delta that starts at 1/2.
struct StepsOfTwo<P> {
    zero: P,
    one: P,
    zeta: P,
    f: P,
    g: P,
}

impl<L: Lanes> Task<L> for StepsOfTwo<L::Pair> {
    type Output = (L::Pair, Matrices);

    #[inline(always)]
    fn run(self) -> Self::Output {
        StepsOfTwo::run(self)
    }
}

impl<P: Pair> StepsOfTwo<P> {
    /// Returns zeta and the matrices.
    #[inline(always)]
    fn run(self) -> (P, Matrices) {
        let Self { zero, one, mut zeta, mut f, mut g } = self;
        // As unsigned words: shifts to the left, additions and negations agree with the signed ones.
        let (mut uv, mut qr) = (P::Twice::of(one, zero), P::Twice::of(zero, one));
        for _ in 0..BATCH {
            let (mut negative, odd) = (zeta.if_negative(), g.if_odd());
            // If g is odd, f is added to it, or subtracted if zeta is negative.
            g = g.add(f.xor(negative).sub(negative).and(odd));
            qr = qr.add(uv.xor(negative).sub(negative).and(odd));
            // If both hold, f takes the old value of g, and zeta changes its sign.
            negative = negative.and(odd);
            zeta = zeta.xor(negative).less_one();
            f = f.add(g.and(negative));
            uv = uv.add(qr.and(negative));
            g = g.halve();
            uv = uv.add(uv);
        }
        (zeta, [uv.words(), qr.words()])
    }
}

/// The steps of one batch, skipping over runs of even g.
fn steps_vartime(mut eta: i64, mut f: u64, mut g: u64) -> (i64, Steps) {
    // As unsigned words: shifts to the left, additions and negations agree with the signed ones.
    let (mut u, mut v, mut q, mut r) = (1_u64, 0_u64, 0_u64, 1_u64);
    let mut left = BATCH;
    loop {
        // The bit that is set above ends the run where the batch ends.
        let zeros = (g | (u64::MAX << left)).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            break;
        }
        let bits;
        let multiple;
        if eta < 0 {
            eta = -eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
            // There are at most eta + 1 steps until the next exchange. One multiple of f does up to six of them at
            // once.
            bits = (eta.unsigned_abs() + 1).min(u64::from(left)).min(6);
            // -g/f modulo 2^6: f·(f² - 2) is -1/f to six bits.
            multiple = f.wrapping_mul(f).wrapping_sub(2).wrapping_mul(f).wrapping_mul(g);
        } else {
            bits = (eta.unsigned_abs() + 1).min(u64::from(left)).min(4);
            // f + ((f + 1) & 4) << 1 is 1/f to four bits.
            let inverse = f.wrapping_add((f.wrapping_add(1) & 4) << 1);
            multiple = inverse.wrapping_neg().wrapping_mul(g);
        }
        let multiple = multiple & (u64::MAX >> (64 - bits));
        g = g.wrapping_add(f.wrapping_mul(multiple));
        q = q.wrapping_add(u.wrapping_mul(multiple));
        r = r.wrapping_add(v.wrapping_mul(multiple));
    }
    let steps = Steps { u: u.cast_signed(), v: v.cast_signed(), q: q.cast_signed(), r: r.cast_signed() };
    (eta, steps)
}

/// f and g after the steps. The steps were chosen so that the division by 2^59 leaves no remainder.
#[inline]
fn update_gcd(f: &mut Signed, g: &mut Signed, steps: &Steps) {
    let (mut carry_f, mut carry_g) = (0_i128, 0_i128);
    for i in 0..7 {
        let (fi, gi) = (f[i], g[i]);
        carry_f = carry_f.wrapping_add(wide::signed(steps.u, fi)).wrapping_add(wide::signed(steps.v, gi));
        carry_g = carry_g.wrapping_add(wide::signed(steps.q, fi)).wrapping_add(wide::signed(steps.r, gi));
        if i == 0 {
            debug_assert!(declassify((low(carry_f) | low(carry_g)) & LOW) == 0, "a division with a rest");
        } else {
            f[i - 1] = (low(carry_f) & LOW).cast_signed();
            g[i - 1] = (low(carry_g) & LOW).cast_signed();
        }
        carry_f >>= BATCH;
        carry_g >>= BATCH;
    }
    f[6] = low(carry_f).cast_signed();
    g[6] = low(carry_g).cast_signed();
}

/// d and e after the steps, modulo the modulus: between -2·modulus and the modulus, as they were before.
#[inline]
fn update_inverses<M: Modulus>(d: &mut Signed, e: &mut Signed, steps: &Steps, modulus: &Signed) {
    const { assert!(M::WORDS[0] & 1 == 1) };
    let inverse = const { inverse_of(M::WORDS[0]) };
    // These are all ones if d or e is negative. The modulus is then added once.
    let (sign_d, sign_e) = (hide_sign(d[6]), hide_sign(e[6]));
    let mut times_d = (steps.u & sign_d).wrapping_add(steps.v & sign_e);
    let mut times_e = (steps.q & sign_d).wrapping_add(steps.r & sign_e);
    let mut carry_d = wide::signed(steps.u, d[0]).wrapping_add(wide::signed(steps.v, e[0]));
    let mut carry_e = wide::signed(steps.q, d[0]).wrapping_add(wide::signed(steps.r, e[0]));
    // The modulus is added further, as often as the division by 2^59 needs to leave no remainder.
    times_d = times_d.wrapping_sub(
        (inverse.wrapping_mul(low(carry_d)).wrapping_add(times_d.cast_unsigned()) & LOW).cast_signed(),
    );
    times_e = times_e.wrapping_sub(
        (inverse.wrapping_mul(low(carry_e)).wrapping_add(times_e.cast_unsigned()) & LOW).cast_signed(),
    );
    for i in 0..7 {
        if i > 0 {
            carry_d =
                carry_d.wrapping_add(wide::signed(steps.u, d[i])).wrapping_add(wide::signed(steps.v, e[i]));
            carry_e =
                carry_e.wrapping_add(wide::signed(steps.q, d[i])).wrapping_add(wide::signed(steps.r, e[i]));
        }
        carry_d = carry_d.wrapping_add(wide::signed(modulus[i], times_d));
        carry_e = carry_e.wrapping_add(wide::signed(modulus[i], times_e));
        if i == 0 {
            debug_assert!(declassify((low(carry_d) | low(carry_e)) & LOW) == 0, "a division with a rest");
        } else {
            d[i - 1] = (low(carry_d) & LOW).cast_signed();
            e[i - 1] = (low(carry_e) & LOW).cast_signed();
        }
        carry_d >>= BATCH;
        carry_e >>= BATCH;
    }
    d[6] = low(carry_d).cast_signed();
    e[6] = low(carry_e).cast_signed();
}

/// `value`, or `-value` if `sign` is negative, brought from between -2·modulus and the modulus to between 0 and the
/// modulus.
fn normalize(value: &Signed, sign: i64, modulus: &Signed) -> Words {
    let mut value = *value;
    let negative = hide_sign(value[6]);
    add_where(&mut value, modulus, negative);
    // The optimiser must not know that this is a mask, or it would branch.
    let negate = hide_sign(sign);
    for word in &mut value {
        *word = (*word ^ negate).wrapping_sub(negate);
    }
    carry(&mut value);
    let negative = hide_sign(value[6]);
    add_where(&mut value, modulus, negative);
    from_signed(&value)
}

/// All ones for a negative word, all zeros for another.
#[inline]
fn hide_sign(word: i64) -> i64 {
    hide((word >> 63).cast_unsigned()).cast_signed()
}

/// Adds the modulus if `mask` is all ones.
fn add_where(value: &mut Signed, modulus: &Signed, mask: i64) {
    for (word, term) in value.iter_mut().zip(modulus) {
        *word = word.wrapping_add(term & mask);
    }
    carry(value);
}

/// Brings all words but the last to 59 bits.
fn carry(value: &mut Signed) {
    for i in 0..6 {
        value[i + 1] = value[i + 1].wrapping_add(value[i] >> BATCH);
        value[i] &= LOW.cast_signed();
    }
}

/// Six words of 64 bits as seven of 59.
const fn to_signed(words: &Words) -> Signed {
    let mut signed = [0; 7];
    let mut i = 0;
    while i < 7 {
        let (word, bit) = (i * 59 / 64, i * 59 % 64);
        let above = if bit > 5 && word < 5 { words[word + 1] << (64 - bit) } else { 0 };
        signed[i] = (((words[word] >> bit) | above) & LOW).cast_signed();
        i += 1;
    }
    signed
}

/// Seven words of 59 bits, none negative, as six of 64.
fn from_signed(value: &Signed) -> Words {
    std::array::from_fn(|i| {
        let (word, bit) = (i * 64 / 59, i * 64 % 59);
        let (this, next) = (value[word].cast_unsigned(), value[word + 1].cast_unsigned());
        (this >> bit) | (next << (59 - bit))
    })
}

/// The low 64 bits, including the sign of the word above.
#[inline]
fn low_word(value: &Signed) -> u64 {
    value[0].cast_unsigned() | (value[1].cast_unsigned() << BATCH)
}

#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low word is what is wanted")]
fn low(wide: i128) -> u64 {
    wide as u64
}
