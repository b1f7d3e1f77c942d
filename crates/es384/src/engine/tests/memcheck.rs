//! Talking to valgrind's memcheck, which keeps track of what is defined: secrets are declared undefined, and a branch or an
//! index that depends on one is an error then.

/// `MAKE_MEM_UNDEFINED` and `MAKE_MEM_DEFINED` (valgrind, memcheck.h): 'M', 'C', and a number.
const UNDEFINED: u64 = 0x4D43_0001;
const DEFINED: u64 = 0x4D43_0002;
/// `RUNNING_ON_VALGRIND` (valgrind.h).
const RUNNING: u64 = 0x1001;

pub(crate) fn is_running() -> bool {
    request(RUNNING, 0, 0) != 0
}

/// From here on nothing may depend on these bytes.
pub(crate) fn classify<T>(value: &mut T) {
    request(UNDEFINED, std::ptr::from_mut(value) as u64, size_of::<T>() as u64);
}

/// From here on anything may depend on the value.
pub(crate) fn declassify<T: Copy>(value: T) -> T {
    let mut value = std::hint::black_box(value);
    request(DEFINED, std::ptr::from_mut(&mut value) as u64, size_of::<T>() as u64);
    std::hint::black_box(value)
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn request(number: u64, address: u64, length: u64) -> u64 {
    let arguments = [number, address, length, 0, 0, 0];
    let answer: u64;
    // SAFETY: valgrind knows these instructions by sight (valgrind.h). To the processor they do nothing: they turn rdi by
    // 128 bits in all, and exchange rbx with itself.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") 0_u64 => answer,
        );
    }
    answer
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn request(_: u64, _: u64, _: u64) -> u64 {
    0
}
