//! Six words modulo p and n against big integers.

use num_bigint::BigUint;

use super::{
    super::{
        lanes::Lanes,
        modulus::{self, N, P, P_LESS_N, Words},
        residue::{Field, Modulus, Residue, Scalar},
        wide,
    },
    Random,
    big::{big, edges, pairs, words},
};

fn arithmetic<M: Modulus>() {
    let modulus = big(&M::WORDS);
    for (a, b) in pairs(&mut Random::new(1)) {
        let (x, y) = (Residue::<M>::new(&a), Residue::<M>::new(&b));
        let (a, b) = (big(&a) % &modulus, big(&b) % &modulus);
        let check = |what: &str, found: Residue<M>, wanted: BigUint| {
            assert!(modulus::less(found.montgomery(), &M::WORDS), "{what} of {a:x} and {b:x} is not reduced");
            assert_eq!(big(&found.number()), wanted % &modulus, "{what} of {a:x} and {b:x}");
        };
        check("new", x, a.clone());
        check("sum", x.add(&y), &a + &b);
        check("difference", x.sub(&y), &a + &modulus - &b);
        check("negative", x.negate(), &modulus - &a);
        check("product", x.mul(&y), &a * &b);
        check("square", x.square(), &a * &a);
        assert_eq!(x == y, a == b);
        assert_eq!(x.is_zero(), a == BigUint::ZERO);
    }
}

/// As WebAssembly has them.
#[test]
fn products_from_halves_of_words() {
    let mut random = Random::new(4);
    let mut words: Vec<u64> = [0, 1, 2].map(|word: u64| word.wrapping_sub(1)).to_vec();
    words
        .extend([31, 32, 33, 63].map(|bit| 1_u64 << bit).iter().flat_map(|word| [word - 1, *word, word + 1]));
    words.extend(std::iter::repeat_with(|| random.word()).take(200));
    for a in &words {
        for b in &words {
            assert_eq!(wide::in_halves(*a, *b), u128::from(*a) * u128::from(*b), "{a:x} {b:x}");
            let (a, b) = (a.cast_signed(), b.cast_signed());
            assert_eq!(wide::signed_in_halves(a, b), i128::from(a) * i128::from(b), "{a} {b}");
        }
    }
}

/// In constant time, alone and beside another number, in either place.
fn check<M: Modulus, L: Lanes>(what: &str, value: &Residue<M>, inverse: &Residue<M>, lanes: L) {
    assert!(value.invert(lanes) == *inverse, "{what}: {:x?}", value.number());
    let other = Scalar::new(&value.number());
    let (first, second) = value.invert_both(&other, lanes);
    assert!(first == *inverse && second == other.invert_vartime(), "{what}: {:x?}", value.number());
    let (second, first) = other.invert_both(value, lanes);
    assert!(first == *inverse && second == other.invert_vartime(), "{what}: {:x?}", value.number());
}

fn inverses<M: Modulus>() {
    let modulus = big(&M::WORDS);
    let mut random = Random::new(2);
    let numbers = edges().into_iter().chain((0..2000).map(|_| random.words()));
    for number in numbers {
        let value = Residue::<M>::new(&number);
        let inverse = value.invert_vartime();
        let other = Scalar::new(&[number[3], 1, number[1], 0, number[5], 7]);
        assert!(value.invert_in_words() == inverse, "{number:x?}");
        let (first, second) = value.invert_both_in_words(&other);
        assert!(first == inverse && second == other.invert_vartime(), "{number:x?}");
        assert!(modulus::less(inverse.montgomery(), &M::WORDS));
        #[cfg(feature = "model")]
        {
            use super::super::lanes::{Model, Radix52};
            check("model", &value, &inverse, Model::<Radix52>::ZERO);
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(lanes) = super::super::lanes::Neon::detect() {
            check("neon", &value, &inverse, lanes);
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = super::super::lanes::Ifma::detect() {
            check("ifma", &value, &inverse, lanes);
        }
        let wanted = if value.is_zero() { Residue::ZERO } else { Residue::ONE };
        assert!(value.mul(&inverse) == wanted, "{:x} modulo {modulus:x}", big(&number));
    }
}

#[test]
fn modulo_p() {
    arithmetic::<super::super::residue::PrimeP>();
}

#[test]
fn modulo_n() {
    arithmetic::<super::super::residue::OrderN>();
}

#[test]
fn inverses_modulo_p() {
    inverses::<super::super::residue::PrimeP>();
}

#[test]
fn inverses_modulo_n() {
    inverses::<super::super::residue::OrderN>();
}

#[test]
fn constants() {
    let one = BigUint::from(1_u8);
    let p = (&one << 384_u32) - (&one << 128_u32) - (&one << 96_u32) + (&one << 32_u32) - &one;
    assert_eq!(big(&P), p);
    let n = "39402006196394479212279040100143613805079739270465446667946905279627659399113263569398956308152294913554433653942643";
    assert_eq!(big(&N), n.parse().unwrap());
    assert_eq!(big(&P_LESS_N), big(&P) - big(&N));
    assert_eq!(big(&Field::ONE.number()), one);
    assert_eq!(big(&Scalar::ONE.number()), one);
}

#[test]
fn words_and_bytes() {
    for number in edges() {
        let bytes = modulus::to_bytes(&number);
        assert_eq!(modulus::from_bytes(&bytes), number);
        assert_eq!(words(&BigUint::from_bytes_be(&bytes)), number);
    }
}

#[test]
fn comparing() {
    for (a, b) in pairs(&mut Random::new(3)) {
        assert_eq!(modulus::less(&a, &b), big(&a) < big(&b));
    }
    let all: Vec<Words> = edges();
    assert!(all.iter().all(|edge| !modulus::less(edge, edge)));
}
