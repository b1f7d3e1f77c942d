use std::ffi::c_char;

use ::ivs_token::SigningKey;

use crate::boundary::{self, borrow, give, place};
use crate::failure::Failure;
use crate::input::{bytes, optional_text, text};
use crate::key_file;
use crate::output::{self, ivs_str};
use crate::status::ivs_status;
use crate::verifying_key::ivs_verifying_key;

/// A private key that mints tokens, and its ARN. Never changed: any number of threads may use one at once. The key is wiped
/// from memory when it is freed.
pub struct ivs_signing_key(pub(crate) SigningKey);

/// Reads a private key from PEM (SEC1 or PKCS#8), also as it arrives in an environment variable. `kid` is the ARN that
/// ImportPublicKey returned, which participant and connection tokens name; NULL when there is none.
///
/// # Safety
///
/// `pem_len` bytes can be read at `pem`, and `kid_len` at `kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_from_pem(
    pem: *const c_char,
    pem_len: usize,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let (pem, kid) = unsafe { (bytes(pem.cast(), pem_len, "pem")?, optional_text(kid, kid_len, "kid")?) };
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give_with_kid(out, SigningKey::from_pem(pem)?, kid) }
    })
}

/// Reads a private key in any form: PEM, DER or JWK, encrypted or not. `passphrase` is NULL if there is none; the
/// library never asks for it on a terminal.
///
/// # Safety
///
/// As for `ivs_signing_key_from_pem`, and `passphrase_len` bytes can be read at `passphrase`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_from_bytes(
    data: *const u8,
    len: usize,
    passphrase: *const c_char,
    passphrase_len: usize,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let (data, kid) = unsafe { (bytes(data, len, "data")?, optional_text(kid, kid_len, "kid")?) };
        // SAFETY: as the caller promises.
        let passphrase = unsafe { optional_bytes(passphrase, passphrase_len, "passphrase") }?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give_with_kid(out, SigningKey::from_any(data, passphrase)?, kid) }
    })
}

/// Reads a private key in any form from a file of at most 64 KiB. What was read is wiped from memory.
///
/// # Safety
///
/// As for `ivs_signing_key_from_bytes`; `path_len` bytes can be read at `path`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_from_file(
    path: *const c_char,
    path_len: usize,
    passphrase: *const c_char,
    passphrase_len: usize,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let (path, kid) = unsafe { (text(path, path_len, "path")?, optional_text(kid, kid_len, "kid")?) };
        // SAFETY: as the caller promises.
        let passphrase = unsafe { optional_bytes(passphrase, passphrase_len, "passphrase") }?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give_with_kid(out, SigningKey::from_any(&*key_file::read(path)?, passphrase)?, kid) }
    })
}

/// Makes a new private key from the randomness of the operating system. `kid` may be NULL as long as ImportPublicKey
/// has not returned an ARN.
///
/// # Safety
///
/// `kid_len` bytes can be read at `kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_generate(
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let kid = unsafe { optional_text(kid, kid_len, "kid") }?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give_with_kid(out, SigningKey::generate()?, kid) }
    })
}

/// The same key with this ARN, as a new object. Free both.
///
/// # Safety
///
/// `key` is a signing key; `kid_len` bytes can be read at `kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_with_kid(
    key: *const ivs_signing_key,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (key, kid) = unsafe { (borrow(key, "key")?, text(kid, kid_len, "kid")?) };
        let out = place(out, "out")?;
        let key = key.0.clone().with_id(kid.parse()?);
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_signing_key(key)) };
        Ok(())
    })
}

/// The ARN of the key; absent when it was given none. Lives as long as the key.
///
/// # Safety
///
/// `key` is NULL or a signing key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_kid(key: *const ivs_signing_key) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        Ok(key.0.id().map(::ivs_token::PublicKeyArn::as_str).into())
    })
}

/// The public half, as an object of its own.
///
/// # Safety
///
/// `key` is a signing key; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_verifying_key(
    key: *const ivs_signing_key,
    out: *mut *mut ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifying_key(key.0.verifying_key().clone())) };
        Ok(())
    })
}

/// Makes this key, and every object made of it, sign with the library's own engine from now on. On any processor,
/// minting then takes less than half of its time, and less than a third in batches. With AVX2 it takes little more than
/// a third, and a sixth in batches. With AVX-512 IFMA it takes a quarter, and a tenth in batches. This is off by
/// default: docs/engine.md says how the engine is proved. The first key of a process takes a few milliseconds and 700
/// KiB for tables that all keys share.
///
/// # Safety
///
/// `key` is a signing key.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_accelerate(key: *const ivs_signing_key) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        unsafe { borrow(key, "key") }?.0.accelerate();
        Ok(())
    })
}

/// Whether the engine signs for this key: the key was accelerated, and the processor supports it.
///
/// # Safety
///
/// `key` is NULL or a signing key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_is_accelerated(key: *const ivs_signing_key) -> bool {
    boundary::get(false, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(key, "key") }?.0.is_accelerated())
    })
}

/// Writes the **private** key as PKCS#8 PEM into the caller's buffer, 512 bytes of which are enough. Keep it secret, and
/// wipe it with `ivs_zeroize`.
///
/// # Safety
///
/// `key` is a signing key; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_to_pem(
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        let pem = key.0.as_es384().to_pkcs8_pem();
        // SAFETY: as the caller promises.
        unsafe { output::copy(pem.as_bytes(), buffer, len) }
    })
}

/// Writes the **private** key as PKCS#8 DER (RFC 5958) into the caller's buffer, 256 bytes of which are enough, without a
/// NUL. Keep it secret, and wipe it with `ivs_zeroize`.
///
/// # Safety
///
/// As for `ivs_signing_key_to_pem`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_to_der(
    key: *const ivs_signing_key,
    buffer: *mut u8,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        let der = key.0.as_es384().to_pkcs8_der();
        // SAFETY: as the caller promises.
        unsafe { output::copy_bytes(&der, buffer, len) }
    })
}

/// Frees a key. The key is wiped when the last object that shares it is freed. NULL is ignored.
///
/// # Safety
///
/// `key` is NULL or a signing key that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_free(key: *mut ivs_signing_key) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(key) };
}

/// Hands a key to the caller, under its ARN if there is one.
///
/// # Safety
///
/// As for [`give`].
unsafe fn give_with_kid(
    out: *mut *mut ivs_signing_key,
    key: SigningKey,
    kid: Option<&str>,
) -> Result<(), Failure> {
    let key = match kid {
        Some(kid) => key.with_id(kid.parse()?),
        None => key,
    };
    // SAFETY: as the caller promises.
    unsafe { give(out, ivs_signing_key(key)) };
    Ok(())
}

/// # Safety
///
/// As for [`bytes`].
unsafe fn optional_bytes<'a>(
    data: *const c_char,
    len: usize,
    argument: &'static str,
) -> Result<Option<&'a [u8]>, Failure> {
    if data.is_null() && len == 0 {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { bytes(data.cast(), len, argument) }.map(Some)
}
