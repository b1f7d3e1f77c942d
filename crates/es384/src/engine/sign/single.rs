//! One signature, with the digits of its nonce spread over the lanes.

use zeroize::Zeroizing;

use super::{Job, Nonce, fault, finish, has_r};
use crate::{
    Signature,
    engine::{
        digits::{Digit, recode},
        field8::Field8,
        lanes::{Eight, Form, Lanes, Task, eight},
        point8::{Affine8, Sum8},
        secret::{declassify, overwrite},
        table::odd_multiples,
    },
};

/// The bits of a digit. Digits are smaller than elsewhere, because here every lane has another window, and reading
/// all entries of eight windows costs more.
const WINDOW: usize = 6;
const WINDOWS: usize = 64;
const ENTRIES: usize = 1 << (WINDOW - 1);
/// How many rounds there are. A round takes eight windows, of which lane l takes the l-th.
const ROUNDS: usize = WINDOWS / 8;
const _: () = assert!(WINDOWS.is_multiple_of(8));

pub(super) fn sign<L: Lanes>(lanes: L, job: &Job<'_>, nonce: &Nonce) -> Option<Signature> {
    let mut sum = [fault::in_point(multiple(lanes, nonce))];
    // Whether the machine failed is not secret.
    if declassify(sum[0].off_curve()) != 0 {
        return None;
    }
    let scalar = Zeroizing::new(nonce.scalar());
    let (zz, x) = sum[0].first_lane();
    let (zz, x) = (Zeroizing::new(zz), Zeroizing::new(x));
    // If an addition was exceptional, zz is zero, and so are its inverse and the value that is taken for x.
    let (inverse_of_zz, inverse) = zz.invert_both(&scalar, lanes);
    let (inverse_of_zz, inverse) =
        (Zeroizing::new(fault::in_inverse(inverse_of_zz)), Zeroizing::new(inverse));
    let signature = finish(job, &scalar, &inverse, &Zeroizing::new(inverse_of_zz.scale(&x)));
    // Every lane that counts holds the point.
    let right = has_r(&sum[0], &[signature; 8]) == u8::MAX;
    let zero = Sum8::zero(sum[0].zz().lanes());
    overwrite(&mut sum, zero);
    signature.filter(|_| right)
}

/// The base point times the nonce, in every lane that counts.
#[inline(never)]
fn multiple<L: Lanes>(lanes: L, nonce: &Nonce) -> Sum8<L::Narrow> {
    let mut digits = recode::<WINDOW, WINDOWS>(nonce.number());
    let table = table::<L::Radix>();
    let load = |round: usize| Load {
        lanes,
        entries: &table[ENTRIES * round..ENTRIES * (round + 1)],
        digits: std::array::from_fn(|lane| digits[8 * round + lane]),
    };
    let mut sum = lanes.run(FirstTwo(load(0), load(1)));
    for round in 2..ROUNDS {
        sum = lanes.run(Add(load(round), &sum));
    }
    overwrite(&mut digits, Digit::default());
    sum.total()
}

/// The entries of all rounds: those of the first eight windows, of the next eight, and so on. They take 256 KiB.
fn table<F: Form>() -> &'static [Eight] {
    F::shared().eights.get_or_init(|| {
        let rows = odd_multiples::<F>(WINDOW);
        let entry = |i: usize| {
            let (round, entry) = (i / ENTRIES, i % ENTRIES);
            let row = |lane: usize| &rows[(8 * round + lane) * ENTRIES + entry];
            Eight { x: F::eight(eight!(lane => &row(lane).x)), y: F::eight(eight!(lane => &row(lane).y)) }
        };
        (0..ROUNDS * ENTRIES).map(entry).collect()
    })
}

/// The entries that the digits of eight windows name.
struct Load<'a, L> {
    lanes: L,
    entries: &'a [Eight],
    digits: [Digit; 8],
}

impl<L: Lanes> Load<'_, L> {
    /// Reads all entries.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "below 32")]
    fn load(&self) -> Affine8<L> {
        let entry = Field8::choose(self.lanes, eight!(lane => self.digits[lane].entry() as u8), self.entries);
        Affine8::of_entry(entry, Digit::signs(self.digits))
    }
}

struct FirstTwo<'a, L>(Load<'a, L>, Load<'a, L>);

impl<L: Lanes> Task<L> for FirstTwo<'_, L> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        Sum8::of_two(&self.0.load(), &self.1.load())
    }
}

struct Add<'a, L: Lanes>(Load<'a, L>, &'a Sum8<L>);

impl<L: Lanes> Task<L> for Add<'_, L> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        self.1.plus_affine(&self.0.load())
    }
}
