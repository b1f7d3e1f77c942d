use std::ffi::c_char;

use ::ivs_token::{ConnectionClaims, Verified};

use crate::boundary::{self, borrow};
use crate::failure::Failure;
use crate::output::{self, ivs_str};
use crate::status::ivs_status;

/// A connection token whose signature, rules and time were checked. Never changed: any number of threads may use one at
/// once.
pub struct ivs_verified_connection(pub(crate) Verified<ConnectionClaims>);

/// The token's ID, `jti`: RevokeConnectionToken takes it as `tokenId`. Lives as long as the object.
///
/// # Safety
///
/// `verified_connection` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_token_id(
    verified_connection: *const ivs_verified_connection,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified_connection, "verified_connection") }?.0.token_id().as_str().into())
    })
}

/// The account of the key: 12 digits. Lives as long as the object.
///
/// # Safety
///
/// `verified_connection` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_account_id(
    verified_connection: *const ivs_verified_connection,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified_connection, "verified_connection") }?.0.account_id().into())
    })
}

/// The home region of the key. Lives as long as the object.
///
/// # Safety
///
/// `verified_connection` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_region(
    verified_connection: *const ivs_verified_connection,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified_connection, "verified_connection") }?.0.region().into())
    })
}

/// The ARN of the key that signed the token. Lives as long as the object.
///
/// # Safety
///
/// `verified_connection` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_kid(
    verified_connection: *const ivs_verified_connection,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified_connection, "verified_connection") }?.0.key_id().as_str().into())
    })
}

/// When the token was issued, in seconds since 1970; -1 for NULL.
///
/// # Safety
///
/// `verified_connection` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_issued_at(
    verified_connection: *const ivs_verified_connection,
) -> i64 {
    boundary::get(-1, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified_connection, "verified_connection") }?.0.issued_at().as_secs())
    })
}

/// The first second at which the token is no longer valid, in seconds since 1970; -1 for NULL.
///
/// # Safety
///
/// `verified_connection` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_expires_at(
    verified_connection: *const ivs_verified_connection,
) -> i64 {
    boundary::get(-1, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified_connection, "verified_connection") }?.0.expires_at().as_secs())
    })
}

/// Writes the claims as JSON into the caller's buffer, with the API's names.
///
/// # Safety
///
/// `verified_connection` is a verified token; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_to_json(
    verified_connection: *const ivs_verified_connection,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let verified_connection = unsafe { borrow(verified_connection, "verified_connection") }?;
        let json = serde_json::to_string(&verified_connection.0).map_err(|_| Failure::internal())?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(json.as_bytes(), buffer, len) }
    })
}

/// Frees a verified token. NULL is ignored.
///
/// # Safety
///
/// `verified_connection` is NULL or a verified token that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_free(verified_connection: *mut ivs_verified_connection) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(verified_connection) };
}
