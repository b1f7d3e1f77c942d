//! Where tests make signing fail. In the library itself nothing happens here.

use crate::engine::{lanes::Lanes, point8::Sum8, residue::Scalar};

#[inline(always)]
pub(super) fn in_point<L: Lanes>(sum: Sum8<L>) -> Sum8<L> {
    #[cfg(test)]
    let sum = if of_test::is(of_test::Fault::Point) { sum.with_wrong_y() } else { sum };
    sum
}

#[inline(always)]
pub(super) fn in_scalar(s: Scalar) -> Scalar {
    #[cfg(test)]
    let s = if of_test::is(of_test::Fault::Scalar) { s.add(&Scalar::ONE) } else { s };
    s
}

#[cfg(test)]
pub(crate) mod of_test {
    use std::cell::Cell;

    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Fault {
        /// A wrong coordinate.
        Point,
        /// A wrong s.
        Scalar,
    }

    thread_local! {
        static FAULT: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    pub(super) fn is(fault: Fault) -> bool {
        FAULT.get() == Some(fault)
    }

    /// What happens in signatures that this thread makes while it runs `work`.
    pub(crate) fn with<T>(fault: Fault, work: impl FnOnce() -> T) -> T {
        FAULT.set(Some(fault));
        let result = work();
        FAULT.set(None);
        result
    }
}
