//! One signature, with the digits of its nonce spread over the lanes.

use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::{Job, Nonce, fault, finish, has_r};
use crate::{
    Signature,
    engine::{
        digits::{Digit, recode},
        field8::Field8,
        lanes::{Lanes, Task, eight},
        point8::{Affine8, Sum8},
        secret::{declassify, overwrite},
        table::{Row, odd_multiples},
    },
};

/// Bits of a digit: smaller than elsewhere, because here every lane has another window, and reading all entries of eight
/// windows costs more.
const WINDOW: usize = 6;
const WINDOWS: usize = 64;
const ENTRIES: usize = 1 << (WINDOW - 1);
/// Windows are taken eight at a time, lane l the l-th of them.
const ROUNDS: usize = WINDOWS / 8;
const _: () = assert!(WINDOWS.is_multiple_of(8));

pub(super) fn sign<L: Lanes>(lanes: L, job: &Job<'_>, nonce: &Nonce) -> Option<Signature> {
    let mut sum = [fault::in_point(multiple(lanes, nonce))];
    // That the machine failed may be known.
    if declassify(sum[0].off_curve()) != 0 {
        return None;
    }
    let scalar = Zeroizing::new(nonce.scalar());
    let (zz, x) = sum[0].first_lane();
    let (zz, x) = (Zeroizing::new(zz), Zeroizing::new(x));
    // Where an addition was exceptional zz is zero, and so are its inverse and what is taken for x.
    let (inverse_of_zz, inverse) = zz.invert_both(&scalar, lanes);
    let (inverse_of_zz, inverse) =
        (Zeroizing::new(fault::in_inverse(inverse_of_zz)), Zeroizing::new(inverse));
    let signature = finish(job, &scalar, &inverse, &Zeroizing::new(inverse_of_zz.scale(&x)));
    // Every lane holds the point.
    let right = has_r(&sum[0], &[signature; 8]) == u8::MAX;
    let zero = Sum8::zero(lanes);
    overwrite(&mut sum, zero);
    signature.filter(|_| right)
}

/// The base point times the nonce, in every lane.
#[inline(never)]
fn multiple<L: Lanes>(lanes: L, nonce: &Nonce) -> Sum8<L> {
    let mut digits = recode::<WINDOW, WINDOWS>(nonce.number());
    let table = table();
    let load = |round: usize| Load {
        lanes,
        entries: &table[round],
        digits: std::array::from_fn(|lane| digits[8 * round + lane]),
    };
    let mut sum = lanes.run(FirstTwo(load(0), load(1)));
    for round in 2..ROUNDS {
        sum = lanes.run(Add(load(round), &sum));
    }
    overwrite(&mut digits, Digit::default());
    sum.total()
}

/// The same entry of eight windows, by limb.
struct Entry {
    x: [[u64; 8]; 8],
    y: [[u64; 8]; 8],
}

/// 256 KiB.
fn table() -> &'static [[Entry; ENTRIES]] {
    static TABLE: OnceLock<Vec<[Entry; ENTRIES]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = odd_multiples(WINDOW);
        let row = |round: usize, lane: usize, entry: usize| -> Option<&Row> {
            rows.get((8 * round + lane) * ENTRIES + entry)
        };
        let by_limb = |round, entry, limb_of: fn(&Row, usize) -> u64| {
            std::array::from_fn(|limb| {
                std::array::from_fn(|lane| row(round, lane, entry).map_or(0, |row| limb_of(row, limb)))
            })
        };
        let round = |round| {
            std::array::from_fn(|entry| Entry {
                x: by_limb(round, entry, |row, limb| row.x[limb]),
                y: by_limb(round, entry, |row, limb| row.y[limb]),
            })
        };
        (0..ROUNDS).map(round).collect()
    })
}

/// The entries that the digits of eight windows name.
struct Load<'a, L> {
    lanes: L,
    entries: &'a [Entry; ENTRIES],
    digits: [Digit; 8],
}

impl<L: Lanes> Load<'_, L> {
    /// Reads all entries.
    #[inline(always)]
    fn load(&self) -> Affine8<L> {
        let zero = self.lanes.splat(0);
        let (mut x, mut y) = ([zero; 8], [zero; 8]);
        let index = self.lanes.load(&eight!(lane => self.digits[lane].entry() as u64));
        for (number, entry) in self.entries.iter().enumerate() {
            let here = index.equal(self.lanes.splat(number as u64));
            x = eight!(i => x[i].blend(here, self.lanes.load(&entry.x[i])));
            y = eight!(i => y[i].blend(here, self.lanes.load(&entry.y[i])));
        }
        let (x, y) = (Field8::<L, 1>::from_vectors(x), Field8::<L, 1>::from_vectors(y));
        Affine8 { x: x.widen(), y: y.negate_where::<2>(Digit::signs(self.digits)).widen() }
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

struct Add<'a, L>(Load<'a, L>, &'a Sum8<L>);

impl<L: Lanes> Task<L> for Add<'_, L> {
    type Output = Sum8<L>;

    #[inline(always)]
    fn run(self) -> Sum8<L> {
        self.1.plus_affine(&self.0.load())
    }
}
