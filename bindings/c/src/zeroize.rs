use std::ffi::c_void;

use zeroize::Zeroize;

use crate::boundary;

/// Overwrites the caller's own memory with zeros, in a way that no compiler leaves out: for private keys and passphrases
/// once they have been read. NULL, or a length of 0, is nothing to do.
///
/// # Safety
///
/// `len` bytes can be written at `data`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_zeroize(data: *mut c_void, len: usize) {
    boundary::get((), || {
        if !data.is_null() && isize::try_from(len).is_ok() {
            // SAFETY: as the caller promises; not NULL and not beyond isize::MAX.
            unsafe { std::slice::from_raw_parts_mut(data.cast::<u8>(), len) }.zeroize();
        }
        Ok(())
    });
}
