//! The places where tests make signing fail. In the library itself, these functions do nothing.

use crate::engine::{
    field8::Field8,
    lanes::Lanes,
    modulus::Words,
    point::Sum,
    point8::Sum8,
    residue::{Modulus, Residue},
};

/// The nonce's point, in lanes.
#[inline(always)]
pub(super) fn in_point<L: Lanes>(sum: Sum8<L>) -> Sum8<L> {
    #[cfg(test)]
    #[cfg(feature = "engine")]
    let sum = if of_test::is(of_test::Fault::Point) { sum.with_wrong_y() } else { sum };
    sum
}

/// The nonce's point, in words.
#[inline(always)]
pub(super) fn in_sum(sum: Sum) -> Sum {
    #[cfg(test)]
    #[cfg(feature = "engine")]
    let sum = if of_test::is(of_test::Fault::Point) { Sum { y: sum.zz, ..sum } } else { sum };
    sum
}

/// 1/ZZ.
#[inline(always)]
pub(super) fn in_inverse<M: Modulus>(inverse: Residue<M>) -> Residue<M> {
    #[cfg(test)]
    #[cfg(feature = "engine")]
    let inverse = if of_test::is(of_test::Fault::Inverse) { inverse.add(&Residue::ONE) } else { inverse };
    inverse
}

/// 1/ZZ, in lanes.
#[inline(always)]
pub(super) fn in_inverse_8<L: Lanes>(inverse: Field8<L, 2>) -> Field8<L, 2> {
    #[cfg(test)]
    #[cfg(feature = "engine")]
    let inverse = if of_test::is(of_test::Fault::Inverse) { Field8::one(inverse.lanes()) } else { inverse };
    inverse
}

/// The x coordinate, out of Montgomery's form.
#[inline(always)]
pub(super) fn in_coordinate(x: Words) -> Words {
    flip(
        x,
        #[cfg(test)]
        #[cfg(feature = "engine")]
        of_test::Fault::Coordinate,
    )
}

/// x modulo n.
#[inline(always)]
pub(super) fn in_r(r: Words) -> Words {
    flip(
        r,
        #[cfg(test)]
        #[cfg(feature = "engine")]
        of_test::Fault::R,
    )
}

/// r·d.
#[inline(always)]
pub(super) fn in_product(product: Words) -> Words {
    flip(
        product,
        #[cfg(test)]
        #[cfg(feature = "engine")]
        of_test::Fault::Product,
    )
}

/// s.
#[inline(always)]
pub(super) fn in_scalar(s: Words) -> Words {
    flip(
        s,
        #[cfg(test)]
        #[cfg(feature = "engine")]
        of_test::Fault::Scalar,
    )
}

/// The number, with a wrong bit if the test wants this fault. The bit is so low that the number stays below the
/// modulus.
#[inline(always)]
fn flip(number: Words, #[cfg(all(test, feature = "engine"))] fault: of_test::Fault) -> Words {
    #[cfg(test)]
    #[cfg(feature = "engine")]
    let number = if of_test::is(fault) {
        let [low, rest @ ..] = number;
        let mut wrong = [low ^ 1 << 20; 6];
        wrong[1..].copy_from_slice(&rest);
        wrong
    } else {
        number
    };
    number
}

#[cfg(test)]
#[cfg(feature = "engine")]
pub(crate) mod of_test {
    use std::cell::Cell;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Fault {
        /// A wrong coordinate of the point.
        Point,
        /// A wrong 1/ZZ.
        Inverse,
        /// A wrong x after the division by ZZ.
        Coordinate,
        /// A wrong x modulo n.
        R,
        /// A wrong r·d.
        Product,
        /// A wrong s.
        Scalar,
    }

    impl Fault {
        pub(crate) const ALL: [Self; 6] =
            [Self::Point, Self::Inverse, Self::Coordinate, Self::R, Self::Product, Self::Scalar];
    }

    thread_local! {
        static FAULT: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    pub(super) fn is(fault: Fault) -> bool {
        FAULT.get() == Some(fault)
    }

    /// Runs `work` with this fault in the signatures of this thread.
    pub(crate) fn with<T>(fault: Fault, work: impl FnOnce() -> T) -> T {
        FAULT.set(Some(fault));
        let result = work();
        FAULT.set(None);
        result
    }
}
