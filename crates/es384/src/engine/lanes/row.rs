//! The points that lanes read from memory, and the tables of points that all keys share.

use std::{marker::PhantomData, sync::OnceLock};

use super::{Form, Packed};
use crate::engine::{digits::BASE_WINDOW, entries::Entries};

/// A point as the lanes load it: 128 bytes, two cache lines.
#[repr(C, align(64))]
pub(crate) struct Row<F> {
    /// In Montgomery's form, below p.
    pub(crate) x: Packed,
    /// In the same form as x, and never zero.
    pub(crate) y: Packed,
    form: PhantomData<F>,
}

impl<F> Row<F> {
    pub(crate) fn new(x: Packed, y: Packed) -> Self {
        Self { x, y, form: PhantomData }
    }
}

/// A point in each of eight lanes, as [`Radix::choose`](super::Radix::choose) reads it.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Eight {
    pub(crate) x: [[u64; 8]; 8],
    pub(crate) y: [[u64; 8]; 8],
}

/// The tables of the base point. Each is made when it is first needed.
pub(crate) struct Shared<F: Form> {
    /// The table for verifying.
    pub(crate) generator: OnceLock<Entries<Row<F>, BASE_WINDOW>>,
    /// The tables for signing many at once.
    pub(crate) windows: OnceLock<Vec<F::Window>>,
    /// The tables for signing one: all entries of eight windows at a time.
    pub(crate) eights: OnceLock<Vec<Eight>>,
}

impl<F: Form> Shared<F> {
    pub(crate) const fn new() -> Self {
        Self { generator: OnceLock::new(), windows: OnceLock::new(), eights: OnceLock::new() }
    }
}
