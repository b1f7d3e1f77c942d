use std::ffi::c_void;

use zeroize::Zeroize;

/// Overwrites the caller's own memory with zeros, in a way that no compiler optimises away. Use it for private keys and
/// passphrases once they have been read. NULL, or a length of 0, does nothing. Leaves the last error as it is.
///
/// # Safety
///
/// `len` bytes can be written at `data`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_zeroize(data: *mut c_void, len: usize) {
    // It cannot panic: nothing is looked up, and nothing allocated.
    if !data.is_null() && isize::try_from(len).is_ok() {
        // SAFETY: not NULL, not longer than a slice can be, and as the caller promises.
        unsafe { std::slice::from_raw_parts_mut(data.cast::<u8>(), len) }.zeroize();
    }
}
