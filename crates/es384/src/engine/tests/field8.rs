//! Numbers in lanes against big integers, on each kind of lanes, with operands at the ends of their bounds and limbs at theirs.

use num_bigint::{BigInt, BigUint};

use super::{
    super::{
        field8::{self, Field8},
        lanes::{Form, Lanes, Packed, Radix30, Radix52, Task},
        modulus::{self, P},
    },
    Random,
    big::{big, edges, p, words},
    ways::on_all_lanes,
};

on_all_lanes!(products, squares, sums, selections, zeros, edges_of_limbs);

/// The number that stands in memory.
fn value<F: Form>(number: &Packed) -> BigInt {
    let limbs: Vec<(i64, u32)> = match F::SHIFT {
        416 => number.iter().map(|limb| (limb.cast_signed(), 52)).collect(),
        _ => (0..13).map(|i| (half(number, i).into(), 30)).collect(),
    };
    limbs.iter().rev().fold(BigInt::ZERO, |all, (limb, bits)| (all << *bits) + *limb)
}

/// The signed limb that is one half of a word.
fn half(number: &Packed, i: usize) -> i32 {
    u32::try_from(number[i / 2] >> (32 * (i % 2)) & 0xFFFF_FFFF).unwrap().cast_signed()
}

/// A number as it stands in memory, with carried limbs.
fn packed<F: Form>(number: &BigInt) -> Packed {
    if F::SHIFT == 416 {
        let number = number.to_biguint().unwrap();
        return std::array::from_fn(|i| {
            let limb: BigUint = (&number >> (52 * i)) & BigUint::from((1_u64 << 52) - 1);
            u64::try_from(limb).unwrap()
        });
    }
    let (mut rest, mut limbs): (BigInt, Vec<i64>) = (number.clone(), Vec::new());
    for _ in 0..12 {
        let above: BigInt = (&rest + (1_i64 << 29)) >> 30;
        limbs.push(i64::try_from(&rest - (&above << 30)).unwrap());
        rest = above;
    }
    limbs.push(i64::try_from(rest).unwrap());
    of_limbs(&limbs)
}

fn of_limbs(limbs: &[i64]) -> Packed {
    std::array::from_fn(|i| {
        let limb = |i: usize| {
            u64::from(limbs.get(i).map_or(0, |limb| i32::try_from(*limb).unwrap()).cast_unsigned())
        };
        limb(2 * i) | limb(2 * i + 1) << 32
    })
}

fn field<L: Lanes, const B: u32>(lanes: L, numbers: &[BigInt; 8]) -> Field8<L, B> {
    let packed = numbers.each_ref().map(packed::<L::Radix>);
    Field8::load(lanes, packed.each_ref())
}

/// Numbers below `bound`·p, and above its negative where numbers may be negative, many of them as close to either end, to zero, to
/// multiples of p and to 2^384 as can be.
fn numbers<L: Lanes>(_: L, random: &mut Random, bound: u32) -> Vec<[BigInt; 8]> {
    let limit = BigInt::from(p() * bound);
    let mut all: Vec<BigInt> = edges().iter().map(|edge| big(edge).into()).collect();
    for distance in 1..20_u32 {
        all.push(&limit - distance);
        all.push(&limit - (BigInt::from(1) << (20 * distance)));
        all.push((BigInt::from(1) << 384) - distance);
        all.push((BigInt::from(1) << (30 * (distance % 13))) - 1_u8);
        all.push((BigInt::from(1) << (30 * (distance % 13) + 29)) - (distance % 3));
        all.push((BigInt::from(1) << (52 * (distance % 8))) - 1_u8);
    }
    for times in 0..bound.min(20) {
        let multiple = BigInt::from(p() * times);
        all.extend([multiple.clone(), &multiple + 1_u8, &limit - multiple - 1_u8]);
    }
    for _ in 0..200 {
        all.push(BigInt::from(BigUint::from_bytes_be(&random.bytes::<56>())) % &limit);
    }
    if L::Radix::SHIFT == 390 {
        all.extend(all.clone().into_iter().map(|number| -number));
    }
    all.retain(|number| *number < limit && -number < limit);
    // In another order each time, so that every lane meets every value.
    (0..2 * all.len()).map(|_| std::array::from_fn(|_| all[random.below(all.len())].clone())).collect()
}

/// `2^SHIFT·found = wanted` modulo p if there is a radix, and the bound holds.
fn check<L: Lanes, const B: u32>(found: Field8<L, B>, wanted: impl Fn(usize) -> BigInt, radix: bool) {
    let found = found.store();
    if L::Radix::SHIFT == 416 {
        assert!(found.iter().flatten().all(|limb| limb >> 52 == 0));
    }
    let found = found.map(|number| value::<L::Radix>(&number));
    compare(&found, B, &wanted, if radix { L::Radix::SHIFT } else { 0 }, L::Radix::SHIFT == 416);
}

/// The part of [`check`] that is the same for all lanes and bounds: `check` is compiled more than a hundred times.
fn compare(found: &[BigInt], bound: u32, wanted: &dyn Fn(usize) -> BigInt, shift: u32, unsigned: bool) {
    let prime = BigInt::from(p());
    for (lane, found) in found.iter().enumerate() {
        assert!(
            found < &(&prime * bound) && -found < &prime * bound,
            "lane {lane}: {found:x} is beyond {bound}·p"
        );
        assert!(!unsigned || *found >= BigInt::ZERO);
        assert_eq!(((found << shift) - wanted(lane)) % &prime, BigInt::ZERO, "lane {lane}");
    }
}

/// A task of a closure's making. What it calls is compiled for the lanes' instructions by itself, or slowly; both do here.
struct With<F>(F);

impl<L: Lanes, T, F: FnOnce() -> T> Task<L> for With<F> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        (self.0)()
    }
}

fn products<L: Lanes>(lanes: L) {
    fn pair<L: Lanes, const B: u32, const C: u32>(lanes: L) {
        let mut random = Random::new(u64::from(B));
        let both = numbers(lanes, &mut random, B).into_iter().zip(numbers(lanes, &mut random, C));
        let mut others = numbers(lanes, &mut random, 2).into_iter().cycle();
        for (a, b) in both {
            let (c, d) = (others.next().unwrap(), others.next().unwrap());
            let (fa, fb) = (field::<L, B>(lanes, &a), field::<L, C>(lanes, &b));
            let (fc, fd) = (field::<L, 2>(lanes, &c), field::<L, 2>(lanes, &d));
            check(lanes.run(With(|| fa.times(&fb))), |lane| &a[lane] * &b[lane], true);
            let shift = |number: &BigInt| number << L::Radix::SHIFT;
            let less = lanes.run(With(|| fa.times_less::<C, 2, 4>(&fb.wide(), &fc)));
            check(less, |lane| &a[lane] * &b[lane] - shift(&c[lane]), true);
            let folded = lanes.run(With(|| fa.times_less_folded(&fb.wide(), &fc)));
            check(folded, |lane| &a[lane] * &b[lane] - shift(&c[lane]), true);
            // A folded number, whose limbs are longest, less another: the widest factor there is.
            let wide = lanes.run(With(|| folded.times_wide(&folded.sub::<2, 5>(&fd))));
            let folded: Vec<BigInt> = folded.store().iter().map(value::<L::Radix>).collect();
            check(wide, |lane| &folded[lane] * (&folded[lane] - &d[lane]), true);
        }
    }
    pair::<L, 1, 1>(lanes);
    pair::<L, 2, 10>(lanes);
    pair::<L, 6, 10>(lanes);
    pair::<L, 8, 8>(lanes);
}

fn squares<L: Lanes>(lanes: L) {
    fn one<L: Lanes, const B: u32>(lanes: L) {
        let mut random = Random::new(4);
        let mut others = numbers(lanes, &mut random, 2).into_iter().cycle();
        for a in numbers(lanes, &mut random, B) {
            let (c, d) = (others.next().unwrap(), others.next().unwrap());
            let (fa, fc, fd) = (field::<L, B>(lanes, &a), field::<L, 2>(lanes, &c), field::<L, 2>(lanes, &d));
            let shift = |number: &BigInt| number << L::Radix::SHIFT;
            check(lanes.run(With(|| fa.squared())), |lane| &a[lane] * &a[lane], true);
            check(
                lanes.run(With(|| fa.squared_less::<2, 2, 8>(&fc, &fd))),
                |lane| &a[lane] * &a[lane] - shift(&c[lane]) - shift(&d[lane]) * 2,
                true,
            );
            check(
                lanes.run(With(|| fa.squared_less_folded(&fc, &fd))),
                |lane| &a[lane] * &a[lane] - shift(&c[lane]) - shift(&d[lane]),
                true,
            );
        }
    }
    one::<L, 2>(lanes);
    one::<L, 8>(lanes);
    for a in numbers(lanes, &mut Random::new(8), 10) {
        let fa = field::<L, 10>(lanes, &a);
        check(lanes.run(With(|| fa.squared_below_3())), |lane| &a[lane] * &a[lane], true);
    }
}

fn sums<L: Lanes>(lanes: L) {
    let mut random = Random::new(5);
    let (a, b) = (numbers(lanes, &mut random, 2), numbers(lanes, &mut random, 8));
    for ((x, y), z) in a.iter().zip(b.iter().rev()).zip(a.iter().rev()) {
        let (fx, fy, fz) = (field::<L, 2>(lanes, x), field::<L, 8>(lanes, y), field::<L, 2>(lanes, z));
        check(lanes.run(With(|| fx.sub::<8, 10>(&fy).carry())), |lane| &x[lane] - &y[lane], false);
        check(lanes.run(With(|| fy.sub::<2, 10>(&fx).carry())), |lane| &y[lane] - &x[lane], false);
        check(
            lanes.run(With(|| fy.less_both::<2, 2, 14>(&fz, &fx))),
            |lane| &y[lane] - &z[lane] - &x[lane] * 2,
            false,
        );
    }
}

fn selections<L: Lanes>(lanes: L) {
    let mut random = Random::new(6);
    let all = numbers(lanes, &mut random, 2);
    for (mask, (x, y)) in (0..=255).zip(all.iter().zip(all.iter().rev())) {
        let set = |lane: usize| mask >> lane & 1 == 1;
        let (fx, fy) = (field::<L, 2>(lanes, x), field::<L, 2>(lanes, y));
        check(fx.blend(mask, &fy), |lane| if set(lane) { y[lane].clone() } else { x[lane].clone() }, false);
        check(fx.negate_where::<3>(mask), |lane| if set(lane) { -&x[lane] } else { x[lane].clone() }, false);
        check(fx.swap::<1>(), |lane| x[lane ^ 1].clone(), false);
        check(fx.swap::<2>(), |lane| x[lane ^ 2].clone(), false);
        check(fx.swap::<4>(), |lane| x[lane ^ 4].clone(), false);
    }
}

fn zeros<L: Lanes>(lanes: L) {
    let prime = BigInt::from(p());
    let mut of_zero = vec![BigInt::ZERO, prime.clone()];
    let mut of_others = vec![BigInt::from(1), &prime - 1, &prime + 1, &prime * 2 - 1, BigInt::from(1) << 383];
    if L::Radix::SHIFT == 390 {
        of_zero.push(-&prime);
        of_others.extend(of_others.clone().into_iter().map(|number| -number));
    }
    for place in 0..8 {
        for zero in &of_zero {
            for other in &of_others {
                let numbers = std::array::from_fn(|lane| if lane == place { zero } else { other }.clone());
                assert_eq!(field::<L, 2>(lanes, &numbers).zero_lanes(), 1 << place);
            }
        }
    }
}

/// Products of numbers whose limbs are at their ends, each alone and all of them.
fn edges_of_limbs<L: Lanes>(lanes: L) {
    if L::Radix::SHIFT != 390 {
        return;
    }
    let longest = (1 << 29) + (1 << 11);
    let ends = [longest, -longest, 1 << 29, -(1 << 29), (1 << 29) - 1, 1 - (1 << 29), 1, -1, 0];
    let mut random = Random::new(9);
    let mut any = |top: i64| -> Vec<i64> {
        let mut limbs: Vec<i64> = (0..12).map(|_| ends[random.below(ends.len())]).collect();
        limbs.push(top);
        limbs
    };
    let tops = [8 << 24, -(8 << 24), 0, 1, -1];
    let mut all: Vec<Vec<i64>> =
        ends.iter().flat_map(|end| tops.map(|top| [vec![*end; 12], vec![top]].concat())).collect();
    all.extend((0..200).map(|i| any(tops[i % tops.len()])));
    for i in 0..12 {
        for end in ends {
            let mut limbs = vec![0; 13];
            limbs[i] = end;
            all.push(limbs);
        }
    }
    let numbers: Vec<Packed> = all.iter().map(|limbs| of_limbs(limbs)).collect();
    let values: Vec<BigInt> = numbers.iter().map(value::<L::Radix>).collect();
    for turn in 0..3 * numbers.len() {
        let places = |step: usize| -> [usize; 8] {
            std::array::from_fn(|lane| (turn * step + lane * 31 + turn / 7) % numbers.len())
        };
        let (a, b, c) = (places(1), places(3), places(5));
        let load = |places: [usize; 8]| Field8::<L, 9>::load(lanes, places.map(|place| &numbers[place]));
        let (fa, fb, fc) = (load(a), load(b), load(c));
        // (b - c)·a in its widest form, and a². Their bounds are beyond those that types allow, so only the values are compared.
        let wide = fb.sub::<9, 18>(&fc);
        let product = Unbounded::<L>::product(lanes, &fa, &wide);
        for (lane, number) in product.iter().enumerate() {
            let found = value::<L::Radix>(number) << L::Radix::SHIFT;
            let wanted = &values[a[lane]] * (&values[b[lane]] - &values[c[lane]]);
            assert_eq!((found - wanted) % BigInt::from(p()), BigInt::ZERO);
        }
        let square = Unbounded::<L>::square(lanes, &fa);
        for (lane, number) in square.iter().enumerate() {
            let found = value::<L::Radix>(number) << L::Radix::SHIFT;
            assert_eq!((found - &values[a[lane]] * &values[a[lane]]) % BigInt::from(p()), BigInt::ZERO);
        }
    }
}

/// Products whose bounds nobody watches.
struct Unbounded<L>(L);

impl<L: Lanes> Unbounded<L> {
    fn product(lanes: L, a: &Field8<L, 9>, b: &field8::Wide8<L, 18>) -> [Packed; 8] {
        lanes.run(With(|| a.times_unbounded(b)))
    }

    fn square(lanes: L, a: &Field8<L, 9>) -> [Packed; 8] {
        lanes.run(With(|| a.squared_unbounded()))
    }
}

#[test]
fn words_and_limbs() {
    fn of<F: Form>() {
        for number in edges() {
            let packed = F::pack(&number);
            assert_eq!(value::<F>(&packed), big(&number).into());
            assert_eq!(big(&F::reduce(&packed)), big(&number) % p());
        }
        assert_eq!(value::<F>(&F::ONE), BigInt::from((BigUint::from(1_u8) << F::SHIFT) % big(&P)));
        assert_eq!(value::<F>(&F::UNIT), BigInt::from(1));
        assert_eq!(value::<F>(&F::EXCESS), BigInt::from(1) << (F::SHIFT - 384));
        assert_eq!(value::<F>(&F::B), BigInt::from((big(&modulus::B) << F::SHIFT) % p()));
        assert_eq!(words(&value::<F>(&F::pack(&P)).to_biguint().unwrap()), P);
    }
    of::<Radix52>();
    of::<Radix30>();
}

/// Around every multiple of p and of 2^384, where a carry could get lost.
#[test]
fn reductions_at_their_edges() {
    let prime = BigInt::from(p());
    let mut centres = vec![BigInt::ZERO, &prime * 2];
    for power in [30, 64, 96, 128, 129, 130, 192, 360, 383, 384, 385] {
        centres.push(BigInt::from(1) << power);
        centres.push((BigInt::from(1) << 384) - (BigInt::from(1) << power));
    }
    for times in -2..=2 {
        centres.extend([&prime * times, (BigInt::from(1) << 384) * times]);
        // What folding a multiple of 2^384 adds brings these to 2^384 again.
        centres.push((BigInt::from(1) << 384) * (times + 1) - ((BigInt::from(1) << 129) * times));
        centres.push(&prime + ((BigInt::from(1) << 384) - &prime) * times);
    }
    for centre in centres {
        for distance in -40..=40 {
            let number: BigInt = &centre + distance;
            if number.magnitude() >= &(p() * 2_u8) {
                continue;
            }
            let wanted = ((&number % &prime) + &prime) % &prime;
            assert_eq!(
                BigInt::from(big(&Radix30::reduce(&packed::<Radix30>(&number)))),
                wanted,
                "{number:x}"
            );
            if number >= BigInt::ZERO {
                assert_eq!(BigInt::from(big(&Radix52::reduce(&packed::<Radix52>(&number)))), wanted);
            }
        }
    }
}
