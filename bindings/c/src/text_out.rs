//! The getters that answer a text, once more for languages whose foreign functions cannot answer a struct by value.

use std::ffi::c_char;

use crate::batch::{ivs_token_list, ivs_token_list_participant_id, ivs_token_list_text};
use crate::boundary;
use crate::failure::Failure;
use crate::inspection::{
    ivs_inspection, ivs_inspection_json, ivs_inspection_problem_at, ivs_inspection_text,
};
use crate::key_list::{ivs_key_list, ivs_key_list_arn, ivs_key_list_name};
use crate::last_error::ivs_last_error_status;
use crate::output::ivs_str;
use crate::signing_key::{ivs_signing_key, ivs_signing_key_kid};
use crate::stage::{ivs_stage, ivs_stage_arn, ivs_stage_events_url, ivs_stage_whip_url};
use crate::status::ivs_status;
use crate::token::{ivs_token, ivs_token_id, ivs_token_text};
use crate::unsigned::{ivs_unsigned, ivs_unsigned_signing_input};
use crate::verified::{
    ivs_verified, ivs_verified_attribute, ivs_verified_events_url, ivs_verified_kid,
    ivs_verified_participant_id, ivs_verified_stage_arn, ivs_verified_user_id, ivs_verified_whip_url,
};
use crate::verified_connection::{
    ivs_verified_connection, ivs_verified_connection_account_id, ivs_verified_connection_kid,
    ivs_verified_connection_region, ivs_verified_connection_token_id,
};
use crate::verified_playback::{
    ivs_verified_playback, ivs_verified_playback_channel_arn, ivs_verified_playback_kid,
    ivs_verified_playback_maximum_resolution, ivs_verified_playback_origin_at,
    ivs_verified_playback_single_use_uuid, ivs_verified_playback_viewer_id,
};

/// As `ivs_token_text`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_token_text`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_text_out(token: *const ivs_token, out: *mut ivs_str) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(token, ivs_token_text, out) }
}

/// As `ivs_signing_key_kid`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_signing_key_kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_kid_out(
    key: *const ivs_signing_key,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(key, ivs_signing_key_kid, out) }
}

/// As `ivs_stage_arn`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_stage_arn`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_arn_out(stage: *const ivs_stage, out: *mut ivs_str) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(stage, ivs_stage_arn, out) }
}

/// As `ivs_stage_whip_url`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_stage_whip_url`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_whip_url_out(stage: *const ivs_stage, out: *mut ivs_str) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(stage, ivs_stage_whip_url, out) }
}

/// As `ivs_stage_events_url`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_stage_events_url`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_events_url_out(stage: *const ivs_stage, out: *mut ivs_str) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(stage, ivs_stage_events_url, out) }
}

/// As `ivs_token_id`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_token_id`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_id_out(token: *const ivs_token, out: *mut ivs_str) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(token, ivs_token_id, out) }
}

/// As `ivs_unsigned_signing_input`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_unsigned_signing_input`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_unsigned_signing_input_out(
    unsigned_token: *const ivs_unsigned,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(unsigned_token, ivs_unsigned_signing_input, out) }
}

/// As `ivs_token_list_text`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_token_list_text`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_text_out(
    list: *const ivs_token_list,
    index: usize,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put_at(list, index, ivs_token_list_text, out) }
}

/// As `ivs_token_list_participant_id`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_token_list_participant_id`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_participant_id_out(
    list: *const ivs_token_list,
    index: usize,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put_at(list, index, ivs_token_list_participant_id, out) }
}

/// As `ivs_verified_user_id`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_user_id`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_user_id_out(
    verified: *const ivs_verified,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified, ivs_verified_user_id, out) }
}

/// As `ivs_verified_participant_id`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_participant_id`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_participant_id_out(
    verified: *const ivs_verified,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified, ivs_verified_participant_id, out) }
}

/// As `ivs_verified_stage_arn`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_stage_arn`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_stage_arn_out(
    verified: *const ivs_verified,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified, ivs_verified_stage_arn, out) }
}

/// As `ivs_verified_whip_url`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_whip_url`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_whip_url_out(
    verified: *const ivs_verified,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified, ivs_verified_whip_url, out) }
}

/// As `ivs_verified_events_url`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_events_url`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_events_url_out(
    verified: *const ivs_verified,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified, ivs_verified_events_url, out) }
}

/// As `ivs_verified_kid`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_kid_out(
    verified: *const ivs_verified,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified, ivs_verified_kid, out) }
}

/// As `ivs_verified_attribute`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_attribute`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_attribute_out(
    verified: *const ivs_verified,
    name: *const c_char,
    name_len: usize,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put_of(verified, name, name_len, ivs_verified_attribute, out) }
}

/// As `ivs_inspection_text`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_inspection_text`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_text_out(
    inspection: *const ivs_inspection,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(inspection, ivs_inspection_text, out) }
}

/// As `ivs_inspection_json`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_inspection_json`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_json_out(
    inspection: *const ivs_inspection,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(inspection, ivs_inspection_json, out) }
}

/// As `ivs_inspection_problem_at`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_inspection_problem_at`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_problem_at_out(
    inspection: *const ivs_inspection,
    index: usize,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put_at(inspection, index, ivs_inspection_problem_at, out) }
}

/// As `ivs_verified_connection_token_id`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_connection_token_id`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_token_id_out(
    verified_connection: *const ivs_verified_connection,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_connection, ivs_verified_connection_token_id, out) }
}

/// As `ivs_verified_connection_account_id`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_connection_account_id`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_account_id_out(
    verified_connection: *const ivs_verified_connection,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_connection, ivs_verified_connection_account_id, out) }
}

/// As `ivs_verified_connection_region`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_connection_region`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_region_out(
    verified_connection: *const ivs_verified_connection,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_connection, ivs_verified_connection_region, out) }
}

/// As `ivs_verified_connection_kid`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_connection_kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_connection_kid_out(
    verified_connection: *const ivs_verified_connection,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_connection, ivs_verified_connection_kid, out) }
}

/// As `ivs_verified_playback_channel_arn`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_playback_channel_arn`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_channel_arn_out(
    verified_playback: *const ivs_verified_playback,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_playback, ivs_verified_playback_channel_arn, out) }
}

/// As `ivs_verified_playback_kid`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_playback_kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_kid_out(
    verified_playback: *const ivs_verified_playback,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_playback, ivs_verified_playback_kid, out) }
}

/// As `ivs_verified_playback_viewer_id`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_playback_viewer_id`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_viewer_id_out(
    verified_playback: *const ivs_verified_playback,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_playback, ivs_verified_playback_viewer_id, out) }
}

/// As `ivs_verified_playback_single_use_uuid`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_playback_single_use_uuid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_single_use_uuid_out(
    verified_playback: *const ivs_verified_playback,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_playback, ivs_verified_playback_single_use_uuid, out) }
}

/// As `ivs_verified_playback_maximum_resolution`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_playback_maximum_resolution`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_maximum_resolution_out(
    verified_playback: *const ivs_verified_playback,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put(verified_playback, ivs_verified_playback_maximum_resolution, out) }
}

/// As `ivs_verified_playback_origin_at`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_verified_playback_origin_at`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_playback_origin_at_out(
    verified_playback: *const ivs_verified_playback,
    index: usize,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put_at(verified_playback, index, ivs_verified_playback_origin_at, out) }
}

/// As `ivs_key_list_arn`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_key_list_arn`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_arn_out(
    list: *const ivs_key_list,
    index: usize,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put_at(list, index, ivs_key_list_arn, out) }
}

/// As `ivs_key_list_name`, through an out-pointer.
///
/// # Safety
///
/// As for `ivs_key_list_name`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_name_out(
    list: *const ivs_key_list,
    index: usize,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { put_at(list, index, ivs_key_list_name, out) }
}

/// Puts what a getter answers where the caller says. The getter is not taken in here: each of them would be there twice.
///
/// # Safety
///
/// As for the getter; `out` is NULL or can be written.
#[inline(never)]
unsafe fn put<T>(
    object: *const T,
    getter: unsafe extern "C" fn(*const T) -> ivs_str,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { write(getter(object), out) }
}

/// As [`put`], of one of many.
///
/// # Safety
///
/// As for [`put`].
#[inline(never)]
unsafe fn put_at<T>(
    object: *const T,
    index: usize,
    getter: unsafe extern "C" fn(*const T, usize) -> ivs_str,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { write(getter(object, index), out) }
}

/// As [`put`], of the one with a name.
///
/// # Safety
///
/// As for [`put`].
#[inline(never)]
unsafe fn put_of<T>(
    object: *const T,
    name: *const c_char,
    name_len: usize,
    getter: unsafe extern "C" fn(*const T, *const c_char, usize) -> ivs_str,
    out: *mut ivs_str,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { write(getter(object, name, name_len), out) }
}

/// Writes a text, if the getter that answered it did so without an error.
///
/// # Safety
///
/// `out` is NULL or can be written.
#[inline(never)]
unsafe fn write(text: ivs_str, out: *mut ivs_str) -> ivs_status {
    if out.is_null() {
        return boundary::run(|| Err(Failure::null("out")));
    }
    let status = ivs_last_error_status();
    if status == ivs_status::IVS_OK {
        // SAFETY: not NULL, and as the caller promises.
        unsafe { out.write(text) };
    }
    status
}
