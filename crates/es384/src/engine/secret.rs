//! The handling of secrets: values are hidden from the optimiser, declassified, or overwritten.

use std::hint::black_box;

/// The same value, about which the optimiser knows nothing from here on. If it knew that a mask is either all ones or
/// all zeros, it might branch on it.
#[inline(always)]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) fn hide(mut value: u64) -> u64 {
    // SAFETY: the block holds no instruction, so the value in its register does not change.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) value, options(pure, nomem, nostack, preserves_flags));
    }
    value
}

/// The same value, about which the optimiser should know nothing from here on.
#[inline(always)]
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn hide(value: u64) -> u64 {
    black_box(value)
}

/// Marks a value made from secrets as public, because it is about to be published or reveals nothing. Only the
/// constant-time test uses this: from here on, branches may depend on the value.
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
    // The optimiser must assume that the values are read.
    black_box(values);
}
