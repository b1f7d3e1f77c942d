//! Random bytes of the host: `crypto.getRandomValues`.

use getrandom::Error;

#[cfg(target_family = "wasm")]
#[link(wasm_import_module = "ivs_token")]
unsafe extern "C" {
    /// Fills memory with random bytes, and gives 0; anything else when the host has none.
    fn random(address: *mut u8, len: usize) -> u32;
}

/// What `getrandom` calls with `--cfg getrandom_backend="custom"`.
///
/// # Safety
///
/// `address` is memory of `len` bytes that may be written.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(address: *mut u8, len: usize) -> Result<(), Error> {
    // SAFETY: the caller promises that the memory is there and may be written.
    match unsafe { random(address, len) } {
        0 => Ok(()),
        _ => Err(Error::new_custom(1)),
    }
}

#[cfg(not(target_family = "wasm"))]
#[expect(dead_code, reason = "elsewhere the system gives random bytes")]
type Unused = Error;
