//! Limbs in lanes against big integers, on each kind of lanes, with operands at the ends of their bounds.

use num_bigint::BigUint;

use super::{
    super::{
        field8::{self, Field8, LOW_52, Limbs},
        lanes::{Lanes, Task},
        modulus::P,
    },
    Random,
    big::{big, edges, p, words},
    ways::on_all_lanes,
};

on_all_lanes!(products, squares, sums, selections, zeros, rows);

fn limbs(number: &BigUint) -> Limbs {
    std::array::from_fn(|i| {
        let limb: BigUint = (number >> (52 * i)) & BigUint::from(LOW_52);
        u64::try_from(limb).unwrap()
    })
}

fn value(limbs: &Limbs) -> BigUint {
    limbs.iter().rev().fold(BigUint::ZERO, |all, limb| (all << 52_u32) + limb)
}

fn field<L: Lanes, const B: u32>(witness: L, numbers: &[BigUint; 8]) -> Field8<L, B> {
    let rows: [Limbs; 8] = numbers.each_ref().map(limbs);
    Field8::from_vectors(L::transpose(rows.each_ref().map(|row| witness.load(row))))
}

/// Numbers below `bound`·p, many of them as close to it, or to zero, as can be.
fn numbers(random: &mut Random, bound: u32) -> Vec<[BigUint; 8]> {
    let limit = p() * bound;
    let mut all: Vec<BigUint> = edges().iter().map(big).collect();
    for distance in 1..20_u32 {
        all.push(&limit - distance);
        all.push(&limit - (BigUint::from(1_u8) << (20 * distance)));
    }
    for times in 0..bound.min(20) {
        all.push(p() * times);
        all.push(&limit - p() * times - 1_u8);
    }
    for _ in 0..400 {
        let wide = BigUint::from_bytes_be(&random.bytes::<56>());
        all.push(wide % &limit);
    }
    all.retain(|number| *number < limit);
    // In another order each time, so that every lane meets every value.
    (0..3 * all.len()).map(|_| std::array::from_fn(|_| all[random.below(all.len())].clone())).collect()
}

/// `2^416·wanted = found` modulo p, and the bound holds.
fn check<L: Lanes, const B: u32>(found: Field8<L, B>, wanted: impl Fn(usize) -> BigUint, radix: bool) {
    for (lane, limbs) in found.to_limbs().iter().enumerate() {
        let found = value(limbs);
        assert!(limbs.iter().all(|limb| *limb <= LOW_52));
        assert!(found < p() * B, "lane {lane}: {found:x} is {B}·p or more");
        let scaled = if radix { found << 416_u32 } else { found };
        assert_eq!(scaled % p(), wanted(lane) % p(), "lane {lane}");
    }
}

fn products<L: Lanes>(witness: L) {
    fn pair<L: Lanes, const B: u32, const C: u32>(witness: L) {
        let mut random = Random::new(u64::from(B));
        for (a, b) in numbers(&mut random, B).iter().zip(numbers(&mut random, C).iter().rev()) {
            let product = field::<L, B>(witness, a).mul(&field::<L, C>(witness, b));
            check(product, |lane| &a[lane] * &b[lane], true);
        }
    }
    pair::<L, 1, 1>(witness);
    pair::<L, 2, 10>(witness);
    pair::<L, 65_536, 65_536>(witness);
}

fn squares<L: Lanes>(witness: L) {
    struct Squared<L, const B: u32>(Field8<L, B>);
    impl<L: Lanes, const B: u32> Task<L> for Squared<L, B> {
        type Output = Field8<L, 2>;
        #[inline(always)]
        fn run(self) -> Field8<L, 2> {
            self.0.squared()
        }
    }
    fn one<L: Lanes, const B: u32>(witness: L) {
        for a in numbers(&mut Random::new(4), B) {
            let square = witness.run(Squared(field::<L, B>(witness, &a)));
            check(square, |lane| &a[lane] * &a[lane], true);
        }
    }
    one::<L, 2>(witness);
    one::<L, 65_536>(witness);
}

fn sums<L: Lanes>(witness: L) {
    let mut random = Random::new(5);
    let (a, b) = (numbers(&mut random, 2), numbers(&mut random, 8));
    for ((x, y), z) in a.iter().zip(b.iter().rev()).zip(a.iter().rev()) {
        let (fx, fy, fz) = (field::<L, 2>(witness, x), field::<L, 8>(witness, y), field::<L, 2>(witness, z));
        check(fx.sub::<8, 10>(&fy), |lane| &x[lane] + p() * 8_u8 - &y[lane], false);
        check(fy.sub::<2, 10>(&fx), |lane| &y[lane] + p() * 2_u8 - &x[lane], false);
        check(
            fx.sub_sub_twice::<2, 8, 20>(&fz, &fy),
            |lane| &x[lane] + p() * 18_u8 - &z[lane] - &y[lane] * 2_u8,
            false,
        );
    }
}

fn selections<L: Lanes>(witness: L) {
    let mut random = Random::new(6);
    let all = numbers(&mut random, 2);
    for (mask, (x, y)) in (0..=255).zip(all.iter().zip(all.iter().rev())) {
        let set = |lane: usize| mask >> lane & 1 == 1;
        let (fx, fy) = (field::<L, 2>(witness, x), field::<L, 2>(witness, y));
        check(fx.blend(mask, &fy), |lane| if set(lane) { y[lane].clone() } else { x[lane].clone() }, false);
        check(
            fx.negate_where::<3>(mask),
            |lane| if set(lane) { p() * 2_u8 - &x[lane] } else { x[lane].clone() },
            false,
        );
        check(fx.swap::<1>(), |lane| x[lane ^ 1].clone(), false);
        check(fx.swap::<2>(), |lane| x[lane ^ 2].clone(), false);
        check(fx.swap::<4>(), |lane| x[lane ^ 4].clone(), false);
    }
}

fn zeros<L: Lanes>(witness: L) {
    for place in 0..8 {
        for zero in [BigUint::ZERO, p()] {
            for other in [BigUint::from(1_u8), p() - 1_u8, p() + 1_u8, p() * 2_u8 - 1_u8] {
                let numbers = std::array::from_fn(|lane| if lane == place { &zero } else { &other }.clone());
                assert_eq!(field::<L, 2>(witness, &numbers).zero_lanes(), 1 << place);
            }
        }
    }
}

fn rows<L: Lanes>(witness: L) {
    let mut random = Random::new(7);
    let rows: [[u64; 8]; 8] = std::array::from_fn(|_| random.words());
    let columns = L::transpose(rows.each_ref().map(|row| witness.load(row)));
    for (word, column) in columns.iter().enumerate() {
        assert_eq!(column.store(), std::array::from_fn(|lane| rows[lane][word]));
        assert_eq!(witness.load(&rows[word]).store(), rows[word]);
    }
}

#[test]
fn words_and_limbs() {
    for number in edges() {
        let limbs = field8::limbs(&number);
        assert_eq!(value(&limbs), big(&number));
        assert_eq!(big(&field8::reduce(&limbs)), big(&number) % p());
    }
    assert_eq!(value(&field8::ONE), (BigUint::from(1_u8) << 416_u32) % big(&P));
    assert_eq!(words(&value(&field8::limbs(&P))), P);
}
