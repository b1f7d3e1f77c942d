//! Tables of the odd multiples of a point. With them, every multiple of the point is a sum of entries, without
//! doublings.

use std::sync::OnceLock;

use super::{
    digits::{self, BASE_WINDOW, WINDOW},
    entries::Entries,
    lanes::{Form, Row},
    modulus::{self, P},
    point::{self, Affine},
    residue::Field,
};

/// The table of a key, for lanes: 440 KiB.
pub(crate) type RowTable<F> = Entries<Row<F>, WINDOW>;
/// The table of the base point, for lanes: 768 KiB.
pub(crate) type BaseRows<F> = Entries<Row<F>, BASE_WINDOW>;
/// The table of a key, or of the base point for signing, for words: 330 KiB.
pub(crate) type AffineTable = Entries<Affine, WINDOW>;
/// The table of the base point, for words: 576 KiB.
pub(crate) type BaseAffines = Entries<Affine, BASE_WINDOW>;

impl<const BITS: usize> Entries<Affine, BITS> {
    /// A millisecond or two of work.
    pub(crate) fn new(point: &Affine) -> Self {
        Self::of(multiples(point, BITS))
    }
}

impl<F: Form, const BITS: usize> Entries<Row<F>, BITS> {
    /// A millisecond or two of work.
    pub(crate) fn new(point: &Affine) -> Self {
        Self::of(rows(point, BITS))
    }
}

impl AffineTable {
    /// The table for signing in words. It is made at the first call and then shared.
    pub(crate) fn of_generator() -> &'static Self {
        static TABLE: OnceLock<AffineTable> = OnceLock::new();
        TABLE.get_or_init(|| Self::new(&Affine::generator()))
    }
}

impl BaseAffines {
    /// The table for verifying in words. It is made at the first call and then shared.
    pub(crate) fn shared() -> &'static Self {
        static TABLE: OnceLock<BaseAffines> = OnceLock::new();
        TABLE.get_or_init(|| Self::new(&Affine::generator()))
    }
}

impl<F: Form> BaseRows<F> {
    /// The table for verifying in lanes. It is made at the first call and then shared.
    pub(crate) fn shared() -> &'static Self {
        F::shared().generator.get_or_init(|| Self::new(&Affine::generator()))
    }
}

/// The odd multiples of the base point for another size of windows, in the order of [`Entries`].
pub(crate) fn odd_multiples<F: Form>(window: usize) -> Vec<Row<F>> {
    rows(&Affine::generator(), window)
}

fn rows<F: Form>(point: &Affine, window: usize) -> Vec<Row<F>> {
    multiples(point, window).iter().map(Row::from).collect()
}

/// The odd multiples below 2^window of the point times 1, 2^window, 2^(2·window) and so on up to 2^384, in this order.
///
/// No addition here is exceptional: each adds multiples of one point of prime order n, with different factors below
/// 2^window times the same power of two.
fn multiples(point: &Affine, window: usize) -> Vec<Affine> {
    let (windows, entries) = (digits::windows(window), digits::entries(window));
    let doublings = point::doublings(point, window * windows);
    // The first order is another one: the first multiple of all windows, then the second multiple of all, and so on.
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
    /// Converts from the factor 2^384 to the factor of the form, by a product with this, which is divided by 2^384 as
    /// every product is.
    const FACTOR: Field = Field::from_montgomery(modulus::power_of_two(F::SHIFT, &P));
}

impl<F: Form> From<&Affine> for Row<F> {
    fn from(point: &Affine) -> Self {
        let pack = |number: &Field| F::pack(number.mul(&Self::FACTOR).montgomery());
        Self::new(pack(&point.x), pack(&point.y))
    }
}
