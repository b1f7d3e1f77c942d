//! Many signatures, a nonce a lane.

use std::sync::OnceLock;

use super::{Coordinate, Nonce, x_coordinates};
use crate::engine::{
    digits::{Digit, ENTRIES, WINDOW, WINDOWS, recode},
    field8::Field8,
    lanes::{Lanes, Task, eight},
    point8::Affine8,
    residue::Field,
    secret::overwrite,
    table::{Row, odd_multiples},
    tree,
};

/// Groups of eight that share their inversions.
pub(super) const GROUPS: usize = 4;

/// Appends the x coordinate of each nonce's point.
pub(super) fn coordinates<L: Lanes>(lanes: L, nonces: &[Nonce], out: &mut Vec<Coordinate>) {
    let Some(first) = nonces.first() else { return };
    let mut points = Vec::with_capacity(WINDOWS * nonces.len().div_ceil(8));
    for group in nonces.chunks(8) {
        let mut digits: [[Digit; WINDOWS]; 8] =
            std::array::from_fn(|lane| recode::<WINDOW, WINDOWS>(group.get(lane).unwrap_or(first).number()));
        lanes.run(Load { lanes, digits: &digits, points: &mut points });
        overwrite(&mut digits, [Digit::default(); WINDOWS]);
    }
    let sums = tree::sum_columns(lanes, &mut points, WINDOWS, Field::invert);
    let zero = Field8::splat(lanes, &[0; 8]);
    overwrite(&mut points, Affine8 { x: zero, y: zero });
    out.extend(x_coordinates(lanes, &sums).into_iter().flatten().take(nonces.len()));
}

/// The multiples of the base point in one window, by limb: x then y, the least significant limb first.
struct Window {
    limbs: [[u64; ENTRIES]; 16],
}

/// 440 KiB.
fn table() -> &'static [Window] {
    static TABLE: OnceLock<Vec<Window>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = odd_multiples(WINDOW);
        let window = |rows: &[Row]| Window {
            limbs: std::array::from_fn(|limb| {
                std::array::from_fn(|entry| {
                    rows.get(entry).map_or(0, |row| if limb < 8 { row.x[limb] } else { row.y[limb - 8] })
                })
            }),
        };
        rows.chunks(ENTRIES).map(window).collect()
    })
}

/// Appends the entries that the digits of eight nonces name, reading all of them.
struct Load<'a, L> {
    lanes: L,
    digits: &'a [[Digit; WINDOWS]; 8],
    points: &'a mut Vec<Affine8<L>>,
}

impl<L: Lanes> Task<L> for Load<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (window, table) in table().iter().enumerate() {
            let digits = eight!(lane => self.digits[lane][window]);
            let index = self.lanes.load(&eight!(lane => digits[lane].entry() as u64));
            let negative = Digit::signs(digits);
            let x = Field8::<L, 1>::from_vectors(eight!(i => index.pick(&table.limbs[i])));
            let y = Field8::<L, 1>::from_vectors(eight!(i => index.pick(&table.limbs[i + 8])));
            self.points.push(Affine8 { x: x.widen(), y: y.negate_where::<2>(negative).widen() });
        }
    }
}
