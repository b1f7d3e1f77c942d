//! The entries of a table, by window and digit.

use super::digits::{Digit, ENTRIES, WINDOW, entries, windows};

/// Entry `e` of window `w` is the point times (2·e + 1)·2^(`BITS`·w).
pub(crate) struct Entries<T, const BITS: usize>(Box<[T]>);

impl<T, const BITS: usize> Entries<T, BITS> {
    /// The size of all entries in bytes.
    pub(crate) const SIZE: usize = windows(BITS) * entries(BITS) * size_of::<T>();

    /// Takes the entries of the first window, then those of the second, and so on.
    pub(crate) fn of(entries: Vec<T>) -> Self {
        Self(entries.into())
    }

    /// The entry for a digit of this window.
    #[inline]
    pub(crate) fn entry(&self, window: usize, digit: Digit) -> &T {
        &self.0[window * entries(BITS) + digit.entry()]
    }
}

impl<T> Entries<T, WINDOW> {
    /// All entries of a window.
    #[inline]
    pub(crate) fn window(&self, window: usize) -> &[T; ENTRIES] {
        &self.0.as_chunks().0[window]
    }
}
