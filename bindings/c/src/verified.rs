use std::ffi::c_char;

use ::ivs_token::VerifiedToken;

use crate::boundary::{self, borrow, place};
use crate::failure::Failure;
use crate::input::text;
use crate::output::{self, ivs_str};
use crate::participant::flags_of;
use crate::status::ivs_status;

/// A participant token whose signature, rules and time were checked. Never changed: any number of threads may use one at
/// once.
pub struct ivs_verified(pub(crate) VerifiedToken);

/// Your application's name for the participant; absent when the token has none. Lives as long as the object.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_user_id(verified: *const ivs_verified) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { borrow(verified, "verified") }?.0.user_id().into()))
}

/// The participant's ID, `jti`. Lives as long as the object.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_participant_id(verified: *const ivs_verified) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified, "verified") }?.0.participant_id().as_str().into())
    })
}

/// The ARN of the stage. Lives as long as the object.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_stage_arn(verified: *const ivs_verified) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified, "verified") }?.0.stage_arn().as_str().into())
    })
}

/// The URL where the participant publishes and subscribes. Lives as long as the object.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_whip_url(verified: *const ivs_verified) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified, "verified") }?.0.stage().whip_url().into())
    })
}

/// The URL where the participant receives events. Lives as long as the object.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_events_url(verified: *const ivs_verified) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(verified, "verified") }?.0.stage().events_url().into())
    })
}

/// The ARN of the key that signed the token. Lives as long as the object.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_kid(verified: *const ivs_verified) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { borrow(verified, "verified") }?.0.key_id().as_str().into()))
}

/// What the participant may do: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE`, both or none (0).
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_capabilities(verified: *const ivs_verified) -> u32 {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(flags_of(unsafe { borrow(verified, "verified") }?.0.capabilities())))
}

/// When the token was issued, in seconds since 1970; -1 for NULL.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_issued_at(verified: *const ivs_verified) -> i64 {
    // SAFETY: as the caller promises.
    boundary::get(-1, || Ok(unsafe { borrow(verified, "verified") }?.0.issued_at().as_secs()))
}

/// The first second at which the token is no longer valid, in seconds since 1970; -1 for NULL.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_expires_at(verified: *const ivs_verified) -> i64 {
    // SAFETY: as the caller promises.
    boundary::get(-1, || Ok(unsafe { borrow(verified, "verified") }?.0.expires_at().as_secs()))
}

/// The digit before the dot of the token's version.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_version_major(verified: *const ivs_verified) -> u8 {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(verified, "verified") }?.0.version().major()))
}

/// The digit after the dot of the token's version.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_version_minor(verified: *const ivs_verified) -> u8 {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(verified, "verified") }?.0.version().minor()))
}

/// How many attributes there are.
///
/// # Safety
///
/// `verified` is NULL or a verified token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_attribute_count(verified: *const ivs_verified) -> usize {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(verified, "verified") }?.0.attributes().len()))
}

/// The attribute at an index below `ivs_verified_attribute_count`; the order is that of the token. Both texts live as
/// long as the object.
///
/// # Safety
///
/// `verified` is a verified token; `name` and `value` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_attribute_at(
    verified: *const ivs_verified,
    index: usize,
    name: *mut ivs_str,
    value: *mut ivs_str,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let attributes = unsafe { borrow(verified, "verified") }?.0.attributes();
        let (name_out, value_out) = (place(name, "name")?, place(value, "value")?);
        let (name, value) = attributes
            .iter()
            .nth(index)
            .ok_or_else(|| Failure::no_such("attribute", index, attributes.len()))?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe {
            name_out.write(name.into());
            value_out.write(value.into());
        }
        Ok(())
    })
}

/// The value of an attribute; absent if there is none with this name. Lives as long as the object.
///
/// # Safety
///
/// `verified` is NULL or a verified token; `name_len` bytes can be read at `name`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_attribute(
    verified: *const ivs_verified,
    name: *const c_char,
    name_len: usize,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let (verified, name) = unsafe { (borrow(verified, "verified")?, text(name, name_len, "name")?) };
        Ok(verified.0.attributes().get(name).into())
    })
}

/// Writes the claims as JSON into the caller's buffer, with the API's names.
///
/// # Safety
///
/// `verified` is a verified token; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_to_json(
    verified: *const ivs_verified,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified, "verified") }?;
        let json = serde_json::to_string(&verified.0).map_err(|_| Failure::internal())?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(json.as_bytes(), buffer, len) }
    })
}

/// Frees a verified token. NULL is ignored.
///
/// # Safety
///
/// `verified` is NULL or a verified token that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_free(verified: *mut ivs_verified) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(verified) };
}
