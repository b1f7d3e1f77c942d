//! How secrets are kept: what the optimiser may not know, what may be known in the end, and what is overwritten.

use std::hint::black_box;

/// The same value, of which the optimiser knows nothing from here on. Where it sees that a mask is only all ones or all
/// zeros, it may branch on it.
#[inline(always)]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) fn hide(mut value: u64) -> u64 {
    // SAFETY: no instruction at all, which leaves the value in its register as it was.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) value, options(pure, nomem, nostack, preserves_flags));
    }
    value
}

/// The same value, of which the optimiser is to know nothing from here on.
#[inline(always)]
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn hide(value: u64) -> u64 {
    black_box(value)
}

/// A value made from secrets that is about to be published, or that tells nothing. It changes nothing but what the
/// constant-time test is told: from here on branches may depend on the value.
#[inline]
pub(crate) fn declassify<T: Copy>(value: T) -> T {
    #[cfg(test)]
    #[cfg(feature = "engine")]
    let value = super::tests::memcheck::declassify(value);
    value
}

/// Overwrites values that depend on secrets.
pub(crate) fn overwrite<T: Copy>(values: &mut [T], with: T) {
    values.fill(with);
    // The optimiser must take it that someone looks at them.
    black_box(values);
}
