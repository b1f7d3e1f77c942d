use std::ffi::c_char;

use ::ivs_token::VerifyingKey;

use crate::boundary::{self, borrow, give, place};
use crate::input::{bytes, text};
use crate::key_file;
use crate::output;
use crate::status::ivs_status;

/// A public key. Never changed: any number of threads may use one at once.
pub struct ivs_verifying_key(pub(crate) VerifyingKey);

/// Reads a public key in any form: PEM, DER, JWK or a bare curve point.
///
/// # Safety
///
/// `len` bytes can be read at `data`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_from_bytes(
    data: *const u8,
    len: usize,
    out: *mut *mut ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let key = VerifyingKey::from_any(unsafe { bytes(data, len, "data") }?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifying_key(key)) };
        Ok(())
    })
}

/// Reads a public key from PEM (SPKI).
///
/// # Safety
///
/// `pem_len` bytes can be read at `pem`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_from_pem(
    pem: *const c_char,
    pem_len: usize,
    out: *mut *mut ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let key = VerifyingKey::from_pem(unsafe { bytes(pem.cast(), pem_len, "pem") }?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifying_key(key)) };
        Ok(())
    })
}

/// Reads a public key in any form from a file of at most 64 KiB.
///
/// # Safety
///
/// `path_len` bytes can be read at `path`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_from_file(
    path: *const c_char,
    path_len: usize,
    out: *mut *mut ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let path = unsafe { text(path, path_len, "path") }?;
        let key = VerifyingKey::from_any(&*key_file::read(path)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifying_key(key)) };
        Ok(())
    })
}

/// Writes the key as SPKI PEM into the caller's buffer, 256 bytes of which are enough: what ImportPublicKey takes.
///
/// # Safety
///
/// `key` is a verifying key; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_to_pem(
    key: *const ivs_verifying_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(key.0.to_spki_pem().as_bytes(), buffer, len) }
    })
}

/// Writes the key as SPKI DER (RFC 5480) into the caller's buffer: 120 bytes, without a NUL.
///
/// # Safety
///
/// As for `ivs_verifying_key_to_pem`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_to_der(
    key: *const ivs_verifying_key,
    buffer: *mut u8,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        // SAFETY: as the caller promises.
        unsafe { output::copy_bytes(&key.0.to_spki_der(), buffer, len) }
    })
}

/// Writes the key as a JWK (RFC 7518, section 6.2.1) into the caller's buffer, 256 bytes of which are enough; it has no
/// `kid`.
///
/// # Safety
///
/// As for `ivs_verifying_key_to_pem`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_to_jwk(
    key: *const ivs_verifying_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(key.0.to_jwk().as_bytes(), buffer, len) }
    })
}

/// Writes the JWK thumbprint of the key (RFC 7638, SHA-256) into the caller's buffer: 43 characters of base64url and a
/// NUL. Equal keys have equal thumbprints.
///
/// # Safety
///
/// As for `ivs_verifying_key_to_pem`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_thumbprint(
    key: *const ivs_verifying_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(key.0.thumbprint().as_bytes(), buffer, len) }
    })
}

/// Frees a key. NULL is ignored.
///
/// # Safety
///
/// `key` is NULL or a verifying key that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_free(key: *mut ivs_verifying_key) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(key) };
}
