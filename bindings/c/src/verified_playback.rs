use std::ffi::c_char;

use ::ivs_token::{MaximumResolution, VerifiedPlayback, ViewerId};

use crate::boundary::{self, borrow};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, ivs_str};
use crate::status::ivs_status;

/// A playback token whose signature, rules and time were checked. Never changed: any number of threads may use one at once.
pub struct ivs_verified_playback {
    token: VerifiedPlayback,
    origins: Vec<String>,
    uuid: Option<String>,
}

impl From<VerifiedPlayback> for ivs_verified_playback {
    fn from(token: VerifiedPlayback) -> Self {
        let origins = token.origins().iter().map(ToString::to_string).collect();
        let uuid = token.single_use_uuid().map(|uuid| uuid.hyphenated().to_string());
        Self { token, origins, uuid }
    }
}

/// The channel that may be watched. Lives as long as the object.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_channel_arn(
    verified_playback: *const ivs_verified_playback,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.token.channel_arn().as_str().into())
    })
}

/// The ARN of the key that signed the token; absent when the verifier holds that key without an ARN. Lives as long as the object.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_kid(
    verified_playback: *const ivs_verified_playback,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        let arn = verified.token.key_id();
        Ok(if arn.is_placeholder() { ivs_str::ABSENT } else { arn.as_str().into() })
    })
}

/// Your application's name for the viewer; absent when the token has none. Lives as long as the object.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_viewer_id(
    verified_playback: *const ivs_verified_playback,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.token.viewer_id().map(ViewerId::as_str).into())
    })
}

/// The version of the viewer's session, 0 unless the token says otherwise.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_viewer_session_version(
    verified_playback: *const ivs_verified_playback,
) -> i64 {
    boundary::get(0, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.token.viewer_session_version())
    })
}

/// The UUID of a single-use token; otherwise absent. Lives as long as the object.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_single_use_uuid(
    verified_playback: *const ivs_verified_playback,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.uuid.as_deref().into())
    })
}

/// The highest resolution that the viewer may see, `SD`, `HD` or `FULL_HD`; absent if there is no limit. Lives as long
/// as the object.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_maximum_resolution(
    verified_playback: *const ivs_verified_playback,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.token.maximum_resolution().map(MaximumResolution::as_str).into())
    })
}

/// The number of origins from which playback may be requested; 0 if from any.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_origin_count(
    verified_playback: *const ivs_verified_playback,
) -> usize {
    boundary::get(0, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.origins.len())
    })
}

/// The origin at an index; absent beyond the last. Lives as long as the object.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_origin_at(
    verified_playback: *const ivs_verified_playback,
    index: usize,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        let origin = verified.origins.get(index);
        let origin = origin.ok_or_else(|| Failure::no_such("origin", index, verified.origins.len()))?;
        Ok(origin.as_str().into())
    })
}

/// Whether every request, from any program, must come from one of the origins.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_strict_origin_enforcement(
    verified_playback: *const ivs_verified_playback,
) -> bool {
    boundary::get(false, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.token.strict_origin_enforcement())
    })
}

/// When the token was issued, in seconds since 1970; -1 if the token does not say, and for NULL.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_issued_at(
    verified_playback: *const ivs_verified_playback,
) -> i64 {
    boundary::get(-1, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.token.issued_at().map_or(-1, ::ivs_token::Timestamp::as_secs))
    })
}

/// The first second at which playback can no longer be started, in seconds since 1970; -1 for NULL.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_expires_at(
    verified_playback: *const ivs_verified_playback,
) -> i64 {
    boundary::get(-1, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        Ok(verified.token.expires_at().as_secs())
    })
}

/// Whether a request with this header `Origin`, or without one (NULL), may be answered. Use it to set
/// `Access-Control-Allow-Origin` in the response.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token; `origin_len` bytes can be read at `origin`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_allows_origin(
    verified_playback: *const ivs_verified_playback,
    origin: *const c_char,
    origin_len: usize,
) -> bool {
    boundary::get(false, || {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        // SAFETY: as the caller promises.
        let origin = unsafe { input::origin(origin, origin_len, "origin") }?;
        Ok(verified.token.allows_origin(origin.as_deref()))
    })
}

/// Writes what the token says as JSON into the caller's buffer.
///
/// # Safety
///
/// `verified_playback` is a verified token; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_to_json(
    verified_playback: *const ivs_verified_playback,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified_playback, "verified_playback") }?;
        let json = serde_json::to_string(&verified.token).map_err(|_| Failure::internal())?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(json.as_bytes(), buffer, len) }
    })
}

/// Frees a verified token. NULL is ignored.
///
/// # Safety
///
/// `verified_playback` is NULL or a verified token that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_free(verified_playback: *mut ivs_verified_playback) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(verified_playback) };
}
