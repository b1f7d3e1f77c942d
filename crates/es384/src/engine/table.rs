//! Tables of the odd multiples of a point, which make a multiple of it a sum of 55 entries, without a doubling.

use std::{marker::PhantomData, sync::OnceLock};

use super::{
    digits::{Digit, ENTRIES, WINDOW, WINDOWS},
    lanes::{Eight, Form, Packed},
    modulus::{self, P},
    point::{self, Affine},
    residue::Field,
};

/// A point as the lanes load it: 128 bytes, two cache lines.
#[repr(C, align(64))]
pub(crate) struct Row<F> {
    /// In Montgomery's form, below p.
    pub(crate) x: Packed,
    /// As x, and never zero.
    pub(crate) y: Packed,
    form: PhantomData<F>,
}

/// Entry `e` of window `w` is the point times (2·e + 1)·2^(7·w).
pub(crate) struct Table<T>(Box<[T]>);

/// For lanes: 440 KiB.
pub(crate) type RowTable<F> = Table<Row<F>>;
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

impl<F: Form> RowTable<F> {
    /// Around a millisecond of work.
    pub(crate) fn new(point: &Affine) -> Self {
        Self(AffineTable::new(point).0.iter().map(Row::from).collect())
    }

    /// The table of the base point, made when it is first wanted and then shared.
    pub(crate) fn of_generator() -> &'static Self {
        F::shared().generator.get_or_init(|| Self::new(&Affine::generator()))
    }
}

/// Tables that all keys share, each made when it is first wanted.
pub(crate) struct Shared<F: Form> {
    generator: OnceLock<RowTable<F>>,
    /// Those of signing many at once.
    pub(crate) windows: OnceLock<Vec<F::Window>>,
    /// Those of signing one: of each of eight windows at a time, all entries.
    pub(crate) eights: OnceLock<Vec<Eight>>,
}

impl<F: Form> Shared<F> {
    pub(crate) const fn new() -> Self {
        Self { generator: OnceLock::new(), windows: OnceLock::new(), eights: OnceLock::new() }
    }
}

/// Odd multiples of the base point for another size of windows, as a [`Table`] has them.
pub(crate) fn odd_multiples<F: Form>(window: usize) -> Vec<Row<F>> {
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

impl<F: Form> Row<F> {
    /// From a factor of 2^384 to that of the form: the product with it, divided by 2^384 as products are.
    const FACTOR: Field = Field::from_montgomery(modulus::power_of_two(F::SHIFT, &P));
}

impl<F: Form> From<&Affine> for Row<F> {
    fn from(point: &Affine) -> Self {
        let pack = |number: &Field| F::pack(number.mul(&Self::FACTOR).montgomery());
        Self { x: pack(&point.x), y: pack(&point.y), form: PhantomData }
    }
}
