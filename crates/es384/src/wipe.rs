//! Wiping what a computation over a private key leaves on the stack.
//!
//! Wiping on drop is not enough: a value that is moved leaves its old bytes behind, and libraries keep scalars, derived
//! keys and decoded text in frames that nobody clears.

use std::hint::black_box;

use zeroize::Zeroize;

/// Runs `work` in frames of its own, then overwrites 32 KiB of stack where those frames were.
pub(crate) fn with_wiped_stack<T>(work: impl FnOnce() -> T) -> T {
    let result = frame_of_its_own(work);
    overwrite_stack();
    result
}

#[inline(never)]
fn frame_of_its_own<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "the size is the point")]
fn overwrite_stack() {
    let mut area = [0_u64; 4096];
    area.zeroize();
    black_box(&area);
}
