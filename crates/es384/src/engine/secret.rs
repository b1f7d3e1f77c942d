//! Where secrets end: what may be known, and what is overwritten.

use std::hint::black_box;

/// A value made from secrets that is about to be published, or that tells nothing. It changes nothing but what the
/// constant-time test is told: from here on branches may depend on the value.
#[inline]
pub(crate) fn declassify<T: Copy>(value: T) -> T {
    #[cfg(test)]
    let value = super::tests::memcheck::declassify(value);
    value
}

/// Overwrites values that depend on secrets.
pub(crate) fn overwrite<T: Copy>(values: &mut [T], with: T) {
    values.fill(with);
    // The optimiser must take it that someone looks at them.
    black_box(values);
}
