//! Tables of the odd multiples of a point, which make a multiple of it a sum of 55 entries, without a doubling.

use std::sync::OnceLock;

use super::{
    digits::{Digit, ENTRIES, WINDOW, WINDOWS},
    field8::{self, Limbs},
    modulus::{self, P},
    point::{self, Affine},
    residue::Field,
};

/// A point as the lanes load it: 128 bytes, two cache lines.
#[repr(C, align(64))]
pub(crate) struct Row {
    /// Montgomery's form of [`field8`], below p.
    pub(crate) x: Limbs,
    /// As x, and never zero.
    pub(crate) y: Limbs,
}

/// Entry `e` of window `w` is the point times (2·e + 1)·2^(7·w).
pub(crate) struct Table<T>(Box<[T]>);

/// For lanes: 440 KiB.
pub(crate) type RowTable = Table<Row>;
/// For words: 330 KiB.
pub(crate) type AffineTable = Table<Affine>;

impl<T> Table<T> {
    /// Bytes of a table.
    pub(crate) const SIZE: usize = WINDOWS * ENTRIES * size_of::<T>();

    /// The entry for a digit of this window.
    #[inline]
    pub(crate) fn entry(&self, window: usize, digit: Digit) -> &T {
        &self.0[window * ENTRIES + digit.entry()]
    }
}

impl AffineTable {
    /// All entries of a window.
    #[inline]
    pub(crate) fn window(&self, window: usize) -> &[Affine; ENTRIES] {
        &self.0.as_chunks().0[window]
    }

    /// Around a millisecond of work.
    pub(crate) fn new(point: &Affine) -> Self {
        Self(multiples(point, WINDOW).into())
    }

    /// The table of the base point, made when it is first wanted and then shared.
    pub(crate) fn of_generator() -> &'static Self {
        static TABLE: OnceLock<AffineTable> = OnceLock::new();
        TABLE.get_or_init(|| Self::new(&Affine::generator()))
    }
}

impl RowTable {
    /// Around a millisecond of work.
    pub(crate) fn new(point: &Affine) -> Self {
        Self(AffineTable::new(point).0.iter().map(Row::from).collect())
    }

    /// The table of the base point, made when it is first wanted and then shared.
    pub(crate) fn of_generator() -> &'static Self {
        static TABLE: OnceLock<RowTable> = OnceLock::new();
        TABLE.get_or_init(|| Self::new(&Affine::generator()))
    }
}

/// Odd multiples of the base point for another size of windows, as a [`Table`] has them.
pub(crate) fn odd_multiples(window: usize) -> Vec<Row> {
    multiples(&Affine::generator(), window).iter().map(Row::from).collect()
}

/// The odd multiples below 2^window of the point times 1, 2^window, 2^(2·window) and so on up to 2^384, in this order.
///
/// No addition here is exceptional: it adds multiples of one point of prime order n, with different factors below 2^window
/// times the same power of two.
fn multiples(point: &Affine, window: usize) -> Vec<Affine> {
    let (windows, entries) = (385 / window, 1 << (window - 1));
    let doublings = point::doublings(point, window * windows);
    // In another order first: the first multiple of all windows, then the second of all, and so on.
    let mut all: Vec<Affine> = doublings.iter().step_by(window).copied().collect();
    for bit in 1..window {
        // Entries e and e + 2^(bit - 1) differ by 2^bit times the point of the window.
        let steps: Vec<Affine> = doublings.iter().skip(bit).step_by(window).copied().collect();
        let sums = point::add_pairs(&all, &steps.repeat(1 << (bit - 1)));
        debug_assert!(sums.is_some(), "multiples of a point of another order");
        all.extend(sums.unwrap_or_default());
    }
    let place = |i: usize| i % entries * windows + i / entries;
    (0..windows * entries).filter_map(|i| all.get(place(i)).copied()).collect()
}

impl From<&Affine> for Row {
    fn from(point: &Affine) -> Self {
        // From a factor of 2^384 to one of 2^416: the product with 2^416, divided by 2^384 as products are.
        const RADIX: Field = Field::from_montgomery(modulus::power_of_two(416, &P));
        let limbs = |number: &Field| field8::limbs(number.times(&RADIX).montgomery());
        Self { x: limbs(&point.x), y: limbs(&point.y) }
    }
}
