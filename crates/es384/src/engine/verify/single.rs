//! One signature. Its 103 table entries are dealt out to the lanes, each lane sums up its own, and three additions
//! across the lanes add up these sums.

use super::{ALL, BASE_WINDOWS, Digit, Multiples, Parsed, Verdict};
use crate::{
    Signature,
    engine::{
        lanes::{Lanes, Row, Task},
        point8::{Affine8, Sum8},
        residue::Scalar,
        table::{BaseRows, RowTable},
    },
};

/// Verifies one signature of a message with this digest.
pub(crate) fn verify_single<L: Lanes>(
    lanes: L,
    key: &RowTable<L::Radix>,
    digest: &[u8; 48],
    signature: &Signature,
) -> Verdict {
    let Some(parsed) = Parsed::new(signature) else { return Verdict::Invalid };
    let inverse_of_s = Scalar::new(&parsed.s).invert_vartime();
    let multiples = Multiples::new(digest, &parsed.r, &inverse_of_s);
    decide(lanes, key, &parsed, &multiples)
}

/// The rest of a verification, once s is inverted.
pub(super) fn decide<L: Lanes>(
    lanes: L,
    key: &RowTable<L::Radix>,
    parsed: &Parsed,
    multiples: &Multiples,
) -> Verdict {
    let sum = sum(lanes, key, multiples).total();
    // Every lane that counts now holds the sum, up to the scale of its coordinates.
    if sum.exceptional() != 0 {
        return Verdict::Undecided;
    }
    let other = parsed.second_candidate().unwrap_or(parsed.r);
    let candidates = [parsed.r, other];
    // Lanes 0 and 2 hold the two candidates, and the others repeat them. Odd lanes may be meaningless.
    let matching = sum.has_x(&std::array::from_fn(|lane| candidates[lane / 2 % 2]));
    if matching == 0 { Verdict::Invalid } else { Verdict::Valid }
}

/// Lane l adds up the entries l, l + 8, l + 16 and so on.
fn sum<L: Lanes>(lanes: L, key: &RowTable<L::Radix>, multiples: &Multiples) -> Sum8<L> {
    let base = BaseRows::<L::Radix>::shared();
    let entry = |i: usize| -> (&Row<L::Radix>, Digit) {
        if let Some(digit) = multiples.of_generator.get(i) {
            return (base.entry(i, *digit), *digit);
        }
        let (window, digit) = (i - BASE_WINDOWS, multiples.of_key[i - BASE_WINDOWS]);
        (key.entry(window, digit), digit)
    };
    // A lane without another entry takes one that is not used.
    let eight = |from: usize| -> ([&Row<L::Radix>; 8], u8) {
        let entries: [_; 8] = std::array::from_fn(|lane| entry((from + lane).min(ALL - 1)));
        let negative = entries.iter().rev().fold(0, |mask, (_, digit)| mask << 1 | digit.is_negative());
        (entries.map(|(row, _)| row), negative)
    };
    let mut sum = lanes.run(FirstTwo { lanes, rows: [eight(0), eight(8)] });
    for from in (16..ALL - REST).step_by(8) {
        let (rows, negative) = eight(from);
        lanes.run(Add { lanes, sum: &mut sum, rows: &rows, negative });
    }
    let (rows, negative) = eight(ALL - REST);
    lanes.run(AddSome { lanes, sum: &sum, rows: &rows, negative })
}

/// How many entries are left for the last round.
const REST: usize = ALL % 8;
const _: () = assert!(REST != 0 && ALL > 24);

struct FirstTwo<'a, L: Lanes> {
    lanes: L,
    rows: [([&'a Row<L::Radix>; 8], u8); 2],
}

impl<L: Lanes> Task<L> for FirstTwo<'_, L> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        let [a, b] = &self.rows;
        Sum8::of_two(&Affine8::load(self.lanes, &a.0, a.1), &Affine8::load(self.lanes, &b.0, b.1))
    }
}

/// The last round, in which some lanes have nothing to add.
struct AddSome<'a, L: Lanes> {
    lanes: L,
    sum: &'a Sum8<L>,
    rows: &'a [&'a Row<L::Radix>; 8],
    negative: u8,
}

impl<L: Lanes> Task<L> for AddSome<'_, L> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        let sum = self.sum.plus_affine(&Affine8::load(self.lanes, self.rows, self.negative));
        sum.blend(u8::MAX << REST, self.sum)
    }
}

struct Add<'a, L: Lanes> {
    lanes: L,
    sum: &'a mut Sum8<L>,
    rows: &'a [&'a Row<L::Radix>; 8],
    negative: u8,
}

impl<L: Lanes> Task<L> for Add<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        *self.sum = self.sum.plus_affine(&Affine8::load(self.lanes, self.rows, self.negative));
    }
}
