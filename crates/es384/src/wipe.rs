//! Wiping what a computation over a private key leaves on the stack.
//!
//! Wiping on drop is not enough: a value that is moved leaves its old bytes behind, and libraries keep scalars, derived
//! keys and decoded text in frames that nobody clears.

/// Bytes of stack that are overwritten. How deep signing and reading keys go is measured by a test.
pub(crate) const WIPED: usize = 32 << 10;

/// Runs `work` in frames of its own, then overwrites [`WIPED`] bytes of stack where those frames were.
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
    let mut area = [0_u64; WIPED / 8];
    look_at(&mut area);
}

/// The optimiser must take it that someone reads the values, so that they have to be there.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn look_at(area: &mut [u64; WIPED / 8]) {
    // SAFETY: no instruction at all. It may read and write memory, as far as the optimiser knows, of which the area is a part.
    unsafe {
        std::arch::asm!("/* {0} */", in(reg) area.as_mut_ptr(), options(nostack, preserves_flags));
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn look_at(area: &mut [u64; WIPED / 8]) {
    zeroize::Zeroize::zeroize(area);
    std::hint::black_box(area);
}
