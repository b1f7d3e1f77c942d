//! Tables, digits and sums of points against RustCrypto's curve.

use std::collections::HashMap;

use num_bigint::{BigInt, BigUint};
use p384::{ProjectivePoint, Scalar, elliptic_curve::sec1::ToSec1Point};

use super::{
    super::{
        column::{Column, sum_columns},
        digits::{self, BASE_WINDOW, BASE_WINDOWS, WINDOW, WINDOWS, recode},
        entries::Entries,
        lanes::{Form, Lanes, Radix30, Radix52, Row},
        modulus::{self, N, Words},
        point::{Affine, Sum, add_pairs},
        point8::{Affine8, Sum8},
        residue::Field,
        tree,
    },
    Random,
    big::{big, edges, n},
    cases::{any_scalar, bytes as bytes_of, scalar},
    ways::on_all_lanes,
};

on_all_lanes!(totals, columns);

/// The coordinates of a point, as big-endian bytes.
fn coordinates(point: &ProjectivePoint) -> [[u8; 48]; 2] {
    let encoded = point.to_affine().to_sec1_point(false);
    let (halves, _) = encoded.as_bytes()[1..].as_chunks::<48>();
    halves.try_into().unwrap()
}

fn affine(point: &ProjectivePoint) -> Affine {
    let [x, y] = coordinates(point).map(|half| Field::new(&modulus::from_bytes(&half)));
    Affine { x, y }
}

fn bytes(point: &Affine) -> [[u8; 48]; 2] {
    [point.x, point.y].map(|half| modulus::to_bytes(&half.number()))
}

#[test]
fn digits_add_up() {
    let mut random = Random::new(20);
    let numbers = edges().into_iter().chain((0..1000).map(|_| random.words()));
    for number in numbers.filter(|number| modulus::less(number, &N)) {
        adds_up::<WINDOW, WINDOWS>(&number);
        adds_up::<BASE_WINDOW, BASE_WINDOWS>(&number);
        // That of single signatures.
        adds_up::<6, 64>(&number);
    }
}

fn adds_up<const BITS: usize, const COUNT: usize>(number: &Words) {
    let mut sum = BigInt::ZERO;
    for digit in recode::<BITS, COUNT>(number).iter().rev() {
        assert!(digit.entry() < 1 << (BITS - 1));
        let value = BigInt::from(2 * digit.entry() + 1);
        sum = (sum << BITS) + if digit.is_negative() == 1 { -value } else { value };
    }
    let order = BigInt::from(n());
    let wanted = BigInt::from(big(number));
    // An even number is minus its odd opposite, and so the same multiple of a point of order n.
    let found = if number[0] & 1 == 1 { sum } else { sum + order };
    assert_eq!(found, wanted, "{wanted:x}");
}

/// The sum over the lanes, in all of them; and the word that there is none where two sums on the way are equal or opposite.
fn totals<L: Lanes>(lanes: L) {
    let mut random = Random::new(24);
    let (mut rows, mut narrow_rows) = (HashMap::new(), HashMap::new());
    let mut scalars = || -> [Scalar; 8] { std::array::from_fn(|_| any_scalar(&mut random)) };
    for _ in 0..5 {
        let (a, b, after) = (scalars(), scalars(), scalars());
        let [a8, b8] = [&a, &b].map(|scalars| load(lanes, scalars, &mut rows));
        let total = Sum8::of_two(&a8, &b8).total();
        let sum: Scalar = a.iter().chain(&b).sum();
        assert_eq!(total.exceptional(), 0);
        assert_eq!(total.off_curve(), 0);
        assert_eq!(total.with_wrong_y().off_curve(), u8::MAX);
        assert_eq!(total.has_x(&[x_of(sum); 8]), u8::MAX);
        let after8 = load(total.zz().lanes(), &after, &mut narrow_rows);
        // And with the right y: a point added to it makes the right sum too.
        assert_eq!(total.plus_affine(&after8).has_x(&after.map(|scalar| x_of(sum + scalar))), u8::MAX);
    }
    for distance in [1, 2, 4] {
        for lane in 0..8 {
            for negative in [false, true] {
                let (mut a, b) = (scalars(), scalars());
                // What has come together in a lane before the addition over this distance.
                let before = |a: &[Scalar; 8], lane: usize| -> Scalar {
                    let lanes = (0..8).filter(|other| lane ^ other < distance);
                    lanes.map(|lane| a[lane] + b[lane]).sum()
                };
                let (one, other) = (before(&a, lane), before(&a, lane ^ distance));
                a[lane ^ distance] += if negative { -one } else { one } - other;
                let [a, b] = [&a, &b].map(|scalars| load(lanes, scalars, &mut rows));
                assert_eq!(Sum8::of_two(&a, &b).total().exceptional(), u8::MAX, "over {distance} in {lane}");
            }
        }
    }
}

fn x_of(scalar: Scalar) -> Words {
    modulus::from_bytes(&coordinates(&(ProjectivePoint::GENERATOR * scalar))[0])
}

#[test]
fn tables_hold_the_multiples() {
    let mut random = Random::new(21);
    let private = any_scalar(&mut random);
    for (point, private) in
        [(Affine::generator(), Scalar::ONE), (affine(&(ProjectivePoint::GENERATOR * private)), private)]
    {
        table_holds_the_multiples::<WINDOW>(&point, private, &mut random);
        table_holds_the_multiples::<BASE_WINDOW>(&point, private, &mut random);
    }
}

fn table_holds_the_multiples<const BITS: usize>(point: &Affine, private: Scalar, random: &mut Random) {
    let words = Entries::<Affine, BITS>::new(point);
    let last = digits::entries(BITS) - 1;
    for window in 0..digits::windows(BITS) {
        // The first, the last and one between them of each window: the rest was added up on the way.
        for entry in [0, 1 + random.below(last - 1), last] {
            let factor = BigUint::from(2 * entry + 1) << (BITS * window);
            let factor = scalar(&super::big::words(&(factor % n())));
            let wanted = coordinates(&(ProjectivePoint::GENERATOR * (private * factor)));
            assert_eq!(bytes(words.entry(window, digits::Digit::of_entry(entry))), wanted);
        }
    }
    rows_are_those_of_words::<Radix52, BITS>(point, &words);
    rows_are_those_of_words::<Radix30, BITS>(point, &words);
}

fn rows_are_those_of_words<F: Form, const BITS: usize>(point: &Affine, words: &Entries<Affine, BITS>) {
    let rows = Entries::<Row<F>, BITS>::new(point);
    let radix = BigUint::from(1_u8) << F::SHIFT;
    for window in 0..digits::windows(BITS) {
        for entry in 0..digits::entries(BITS) {
            let digit = digits::Digit::of_entry(entry);
            let (row, wanted) = (rows.entry(window, digit), words.entry(window, digit));
            for (found, wanted) in [(&row.x, &wanted.x), (&row.y, &wanted.y)] {
                assert_eq!(big(&F::reduce(found)), big(&wanted.number()) * &radix % super::big::p());
            }
        }
    }
}

#[test]
fn pairs_with_the_same_x_are_noticed() {
    let mut random = Random::new(22);
    let points: Vec<Affine> =
        (0..6).map(|_| affine(&(ProjectivePoint::GENERATOR * any_scalar(&mut random)))).collect();
    assert!(add_pairs(&points[..3], &points[3..]).is_some());
    for same in 0..3 {
        for other in [points[same], points[same].negate()] {
            let mut second = points[3..].to_vec();
            second[same] = other;
            assert!(add_pairs(&points[..3], &second).is_none());
        }
    }
}

/// Sums of columns of different points, and of ones in which two are equal or opposite: in each lane the right sum, or
/// the word that there is none.
fn columns<L: Lanes>(lanes: L) {
    let mut random = Random::new(23);
    // A prime number of points, so that steps of any length through them do not meet one twice.
    let pool: Vec<Scalar> = (0..223).map(|_| any_scalar(&mut random)).collect();
    let mut rows = HashMap::new();
    for height in [BASE_WINDOWS + WINDOWS, WINDOWS] {
        for groups in 1..4 {
            let columns: Vec<Vec<[Scalar; 8]>> = (0..groups)
                .map(|_| {
                    let steps: [_; 8] = std::array::from_fn(|_| (random.below(223), 1 + random.below(222)));
                    let mut column: Vec<[Scalar; 8]> = (0..height)
                        .map(|i| steps.map(|(start, step)| pool[(start + i * step) % 223]))
                        .collect();
                    // Lane 0 stays as it is. Lane 1: neighbours are equal; 2: opposite; 3: sums of two pairs are equal;
                    // 4: opposite; 5: all points are equal; 6: the last two are; 7: the first is the sum of the rest.
                    let place = 4 * random.below(height / 4);
                    column[place + 1][1] = column[place][1];
                    column[place + 1][2] = -column[place][2];
                    column[place + 2][3] = column[place][3] + column[place + 1][3] - column[place + 3][3];
                    column[place + 2][4] = -column[place][4] - column[place + 1][4] - column[place + 3][4];
                    for row in &mut column {
                        row[5] = Scalar::from(5_u64);
                    }
                    column[height - 1][6] = column[height - 2][6];
                    column[0][7] = column[1..].iter().map(|row| row[7]).sum();
                    column
                })
                .collect();
            let mut points: Vec<Affine8<L>> =
                columns.iter().flatten().map(|row| load(lanes, row, &mut rows)).collect();
            let sums = tree::sum_columns(lanes, &mut points, height, Field::invert_vartime);
            assert_eq!(sums.len(), columns.len());
            for (sum, column) in sums.iter().zip(&columns) {
                let wanted: [_; 8] =
                    std::array::from_fn(|lane| x_of(column.iter().map(|row| row[lane]).sum()));
                let (exceptional, right) = (sum.exceptional(), sum.has_x(&wanted));
                assert_eq!(exceptional & 0b1000_0001, 0, "nothing exceptional in lanes 0 and 7");
                assert_eq!(exceptional & 0b0011_1110, 0b0011_1110, "height {height}");
                assert_eq!(
                    right | exceptional,
                    u8::MAX,
                    "a wrong sum in lanes {:08b}",
                    !(right | exceptional)
                );
            }
        }
    }
}

fn load<L: Lanes>(
    lanes: L,
    scalars: &[Scalar; 8],
    rows: &mut HashMap<[u8; 48], Row<L::Radix>>,
) -> Affine8<L> {
    for scalar in scalars {
        let row = || Row::from(&affine(&(ProjectivePoint::GENERATOR * scalar)));
        rows.entry(bytes_of(scalar)).or_insert_with(row);
    }
    Affine8::load(lanes, &scalars.each_ref().map(|scalar| &rows[&bytes_of(scalar)]), 0)
}

/// In words: of any number of columns the right sum, or that there is none, whether inversions are many or none.
#[test]
fn columns_in_words() {
    const HEIGHT: usize = 11;
    let mut random = Random::new(25);
    let mut scalars = || -> [Scalar; HEIGHT] { std::array::from_fn(|_| any_scalar(&mut random)) };
    let point = |scalar: Scalar| affine(&(ProjectivePoint::GENERATOR * scalar));
    let mut all: Vec<([Scalar; HEIGHT], bool)> = (0..4).map(|_| (scalars(), false)).collect();
    // The points in places 0 and 5 are a pair of the first round; those sums and that of 1 and 6 are added later; in the last of
    // all, the rest is equal or opposite to the last point.
    for negative in [false, true] {
        let sign = |scalar: Scalar| if negative { -scalar } else { scalar };
        let mut pair = scalars();
        pair[5] = sign(pair[0]);
        let mut sums = scalars();
        sums[7] = sign(sums[0] + sums[5]) - sums[2];
        let mut last = scalars();
        last[10] = sign(last[..10].iter().sum());
        all.extend([(pair, true), (sums, false), (last, false)]);
    }
    for worth in [1, 2, 3, 20, usize::MAX] {
        for count in [1, 2, all.len()] {
            for from in 0..=all.len() - count {
                let chosen = &all[from..from + count];
                let mut columns: Vec<Column<HEIGHT>> =
                    chosen.iter().map(|(scalars, _)| Column::new(|i| point(scalars[i]))).collect();
                let mut places = Vec::new();
                sum_columns(&mut columns, worth, Field::invert_vartime, |place, sum| {
                    places.push(place);
                    if let Some(sum) = sum {
                        let wanted = coordinates(
                            &(ProjectivePoint::GENERATOR * chosen[place].0.iter().sum::<Scalar>()),
                        )[0];
                        let wanted = modulus::from_bytes(&wanted);
                        assert!(sum.has_x(&wanted) && sum.is_on_curve(), "worth {worth}, column {place}");
                        assert!(!Sum { y: sum.zz, ..*sum }.is_on_curve());
                        assert!(!sum.has_x(&modulus::add(&wanted, &[1, 0, 0, 0, 0, 0]).0));
                    }
                    // A pair of the first round is always one where inversions are worth it.
                    let first_round = HEIGHT / 2 * count >= worth;
                    assert!(sum.is_none() || !(chosen[place].1 && first_round));
                    assert!(sum.is_some() || from + place >= 4, "an ordinary column has no sum");
                });
                assert!(places.into_iter().eq(0..count));
            }
        }
    }
}
