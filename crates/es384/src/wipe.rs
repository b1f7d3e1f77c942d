//! Wipes what a computation with a private key leaves on the stack.
//!
//! Wiping on drop is not enough. A value that is moved leaves its old bytes behind, and libraries keep scalars, derived
//! keys and decoded text in stack frames that nobody clears.

/// How many bytes of stack are overwritten. A test measures how deep signing and reading keys go.
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
#[expect(clippy::large_stack_arrays, reason = "the array must cover the stack that is wiped")]
fn overwrite_stack() {
    let mut area = [0_u64; WIPED / 8];
    look_at(&mut area);
}

/// Makes the optimiser assume that the values are read, so that it does not remove the writes.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn look_at(area: &mut [u64; WIPED / 8]) {
    // SAFETY: the block holds no instruction. As far as the optimiser knows, it may read and write memory, which includes
    // the area.
    unsafe {
        std::arch::asm!("/* {0} */", in(reg) area.as_mut_ptr(), options(nostack, preserves_flags));
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn look_at(area: &mut [u64; WIPED / 8]) {
    zeroize::Zeroize::zeroize(area);
    std::hint::black_box(area);
}
