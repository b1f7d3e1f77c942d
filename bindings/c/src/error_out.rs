//! Functions whose error their status does not say in full, once more with the error as an out-pointer: for languages that may go on in
//! another thread after each call, where the last error of a thread is that of somebody else.
//!
//! What a setter refuses, the twin of the mint or of the builder tells.

use std::ffi::c_char;

use crate::batch::{ivs_mint_batch, ivs_token_list, ivs_token_list_status};
use crate::connection::{ivs_connection, ivs_connection_mint, ivs_connection_mint_token};
use crate::error::{ivs_error, ivs_last_error_get};
use crate::exchange::{
    ivs_check_exchange, ivs_exchange, ivs_exchange_mint, ivs_exchange_mint_token, ivs_exchange_of_token,
    ivs_exchange_of_verified,
};
use crate::key_ring::{
    ivs_key_ring, ivs_key_ring_delete, ivs_key_ring_get, ivs_key_ring_import, ivs_key_ring_import_named,
    ivs_key_ring_load, ivs_key_ring_reinstate, ivs_key_ring_replace, ivs_key_ring_retire,
    ivs_key_ring_rotate, ivs_key_ring_sign_with, ivs_key_ring_signing_key, ivs_key_ring_tag,
    ivs_key_ring_untag,
};
use crate::participant::{ivs_participant, ivs_participant_mint, ivs_participant_mint_token};
use crate::playback::{
    ivs_playback, ivs_playback_mint, ivs_playback_mint_token, ivs_playback_new, ivs_playback_url,
};
use crate::revocations::{
    ivs_revocations, ivs_revocations_delete_stage, ivs_revocations_disconnect_participant,
    ivs_revocations_revoke_connection_token, ivs_revocations_revoke_viewer_sessions,
};
use crate::signing_key::{
    ivs_signing_key, ivs_signing_key_from_bytes, ivs_signing_key_from_file, ivs_signing_key_from_pem,
    ivs_signing_key_generate, ivs_signing_key_with_kid,
};
use crate::stage::{ivs_stage, ivs_stage_from_json, ivs_stage_new};
use crate::status::ivs_status;
use crate::token::ivs_token;
use crate::unsigned::{
    ivs_connection_unsigned, ivs_exchange_unsigned, ivs_participant_unsigned, ivs_playback_unsigned,
    ivs_unsigned, ivs_unsigned_with_signature,
};
use crate::verified::ivs_verified;
use crate::verified_connection::ivs_verified_connection;
use crate::verified_list::{ivs_verified_list, ivs_verified_list_get};
use crate::verified_playback::ivs_verified_playback;
use crate::verifier::{
    ivs_verifier, ivs_verifier_exchange, ivs_verifier_verify, ivs_verifier_verify_connection,
    ivs_verifier_verify_expecting, ivs_verifier_verify_playback,
};
use crate::verifier_builder::{ivs_verifier_builder, ivs_verifier_builder_build};
use crate::verifying_key::{
    ivs_verifying_key, ivs_verifying_key_from_bytes, ivs_verifying_key_from_file, ivs_verifying_key_from_pem,
};

/// As `ivs_signing_key_from_bytes`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_signing_key_from_bytes`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_from_bytes_e(
    data: *const u8,
    len: usize,
    passphrase: *const c_char,
    passphrase_len: usize,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(ivs_signing_key_from_bytes(data, len, passphrase, passphrase_len, kid, kid_len, out), error)
    }
}

/// As `ivs_signing_key_from_pem`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_signing_key_from_pem`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_from_pem_e(
    pem: *const c_char,
    pem_len: usize,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_signing_key_from_pem(pem, pem_len, kid, kid_len, out), error) }
}

/// As `ivs_signing_key_from_file`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_signing_key_from_file`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_from_file_e(
    path: *const c_char,
    path_len: usize,
    passphrase: *const c_char,
    passphrase_len: usize,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(ivs_signing_key_from_file(path, path_len, passphrase, passphrase_len, kid, kid_len, out), error)
    }
}

/// As `ivs_signing_key_generate`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_signing_key_generate`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_generate_e(
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_signing_key_generate(kid, kid_len, out), error) }
}

/// As `ivs_signing_key_with_kid`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_signing_key_with_kid`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_signing_key_with_kid_e(
    key: *const ivs_signing_key,
    kid: *const c_char,
    kid_len: usize,
    out: *mut *mut ivs_signing_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_signing_key_with_kid(key, kid, kid_len, out), error) }
}

/// As `ivs_verifying_key_from_bytes`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifying_key_from_bytes`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_from_bytes_e(
    data: *const u8,
    len: usize,
    out: *mut *mut ivs_verifying_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verifying_key_from_bytes(data, len, out), error) }
}

/// As `ivs_verifying_key_from_pem`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifying_key_from_pem`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_from_pem_e(
    pem: *const c_char,
    pem_len: usize,
    out: *mut *mut ivs_verifying_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verifying_key_from_pem(pem, pem_len, out), error) }
}

/// As `ivs_verifying_key_from_file`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifying_key_from_file`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifying_key_from_file_e(
    path: *const c_char,
    path_len: usize,
    out: *mut *mut ivs_verifying_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verifying_key_from_file(path, path_len, out), error) }
}

/// As `ivs_stage_new`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_stage_new`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_new_e(
    arn: *const c_char,
    arn_len: usize,
    whip_url: *const c_char,
    whip_url_len: usize,
    events_url: *const c_char,
    events_url_len: usize,
    out: *mut *mut ivs_stage,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(ivs_stage_new(arn, arn_len, whip_url, whip_url_len, events_url, events_url_len, out), error)
    }
}

/// As `ivs_stage_from_json`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_stage_from_json`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_from_json_e(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut ivs_stage,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_stage_from_json(json, json_len, out), error) }
}

/// As `ivs_participant_mint`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_participant_mint`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_mint_e(
    participant: *const ivs_participant,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_participant_mint(participant, key, buffer, len), error) }
}

/// As `ivs_participant_mint_token`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_participant_mint_token`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_mint_token_e(
    participant: *const ivs_participant,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_participant_mint_token(participant, key, now, out), error) }
}

/// As `ivs_participant_unsigned`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_participant_unsigned`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_unsigned_e(
    participant: *const ivs_participant,
    kid: *const c_char,
    kid_len: usize,
    now: i64,
    out: *mut *mut ivs_unsigned,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_participant_unsigned(participant, kid, kid_len, now, out), error) }
}

/// As `ivs_exchange_unsigned`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_exchange_unsigned`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_unsigned_e(
    exchange: *const ivs_exchange,
    kid: *const c_char,
    kid_len: usize,
    now: i64,
    out: *mut *mut ivs_unsigned,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_exchange_unsigned(exchange, kid, kid_len, now, out), error) }
}

/// As `ivs_connection_unsigned`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_connection_unsigned`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_unsigned_e(
    connection: *const ivs_connection,
    kid: *const c_char,
    kid_len: usize,
    now: i64,
    out: *mut *mut ivs_unsigned,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_connection_unsigned(connection, kid, kid_len, now, out), error) }
}

/// As `ivs_playback_unsigned`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_playback_unsigned`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_unsigned_e(
    playback: *const ivs_playback,
    now: i64,
    out: *mut *mut ivs_unsigned,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_playback_unsigned(playback, now, out), error) }
}

/// As `ivs_unsigned_with_signature`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_unsigned_with_signature`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_unsigned_with_signature_e(
    unsigned_token: *const ivs_unsigned,
    signature: *const u8,
    signature_len: usize,
    public_key: *const ivs_verifying_key,
    out: *mut *mut ivs_token,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(ivs_unsigned_with_signature(unsigned_token, signature, signature_len, public_key, out), error)
    }
}

/// As `ivs_mint_batch`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_mint_batch`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_mint_batch_e(
    participants: *const *mut ivs_participant,
    count: usize,
    key: *const ivs_signing_key,
    out: *mut *mut ivs_token_list,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_mint_batch(participants, count, key, out), error) }
}

/// As `ivs_token_list_status`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_token_list_status`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_status_e(
    list: *const ivs_token_list,
    index: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_token_list_status(list, index), error) }
}

/// As `ivs_verifier_builder_build`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifier_builder_build`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_build_e(
    builder: *const ivs_verifier_builder,
    out: *mut *mut ivs_verifier,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verifier_builder_build(builder, out), error) }
}

/// As `ivs_verifier_verify`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifier_verify`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_e(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    out: *mut *mut ivs_verified,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verifier_verify(verifier, token, token_len, out), error) }
}

/// As `ivs_verifier_verify_expecting`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifier_verify_expecting`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_expecting_e(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    stage_arn: *const c_char,
    stage_arn_len: usize,
    capabilities: u32,
    user_id: *const c_char,
    user_id_len: usize,
    out: *mut *mut ivs_verified,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(
            ivs_verifier_verify_expecting(
                verifier,
                token,
                token_len,
                stage_arn,
                stage_arn_len,
                capabilities,
                user_id,
                user_id_len,
                out,
            ),
            error,
        )
    }
}

/// As `ivs_verifier_verify_connection`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifier_verify_connection`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_connection_e(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    out: *mut *mut ivs_verified_connection,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verifier_verify_connection(verifier, token, token_len, out), error) }
}

/// As `ivs_verifier_verify_playback`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifier_verify_playback`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_playback_e(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    channel_arn: *const c_char,
    channel_arn_len: usize,
    origin: *const c_char,
    origin_len: usize,
    out: *mut *mut ivs_verified_playback,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(
            ivs_verifier_verify_playback(
                verifier,
                token,
                token_len,
                channel_arn,
                channel_arn_len,
                origin,
                origin_len,
                out,
            ),
            error,
        )
    }
}

/// As `ivs_verified_list_get`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verified_list_get`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_list_get_e(
    list: *const ivs_verified_list,
    index: usize,
    out: *mut *mut ivs_verified,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verified_list_get(list, index, out), error) }
}

/// As `ivs_exchange_of_token`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_exchange_of_token`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_of_token_e(
    token: *const ivs_token,
    out: *mut *mut ivs_exchange,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_exchange_of_token(token, out), error) }
}

/// As `ivs_exchange_of_verified`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_exchange_of_verified`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_of_verified_e(
    verified: *const ivs_verified,
    out: *mut *mut ivs_exchange,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_exchange_of_verified(verified, out), error) }
}

/// As `ivs_exchange_mint`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_exchange_mint`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_mint_e(
    exchange: *const ivs_exchange,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_exchange_mint(exchange, key, buffer, len), error) }
}

/// As `ivs_exchange_mint_token`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_exchange_mint_token`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_mint_token_e(
    exchange: *const ivs_exchange,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_exchange_mint_token(exchange, key, now, out), error) }
}

/// As `ivs_verifier_exchange`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_verifier_exchange`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_exchange_e(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    out: *mut *mut ivs_exchange,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_verifier_exchange(verifier, token, token_len, out), error) }
}

/// As `ivs_check_exchange`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_check_exchange`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_check_exchange_e(
    old_token: *const ivs_verified,
    new_token: *const ivs_verified,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_check_exchange(old_token, new_token), error) }
}

/// As `ivs_connection_mint`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_connection_mint`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_mint_e(
    connection: *const ivs_connection,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_connection_mint(connection, key, buffer, len), error) }
}

/// As `ivs_connection_mint_token`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_connection_mint_token`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_mint_token_e(
    connection: *const ivs_connection,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_connection_mint_token(connection, key, now, out), error) }
}

/// As `ivs_playback_new`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_playback_new`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_new_e(
    channel_arn: *const c_char,
    channel_arn_len: usize,
    out: *mut *mut ivs_playback,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_playback_new(channel_arn, channel_arn_len, out), error) }
}

/// As `ivs_playback_mint`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_playback_mint`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_mint_e(
    playback: *const ivs_playback,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_playback_mint(playback, key, buffer, len), error) }
}

/// As `ivs_playback_mint_token`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_playback_mint_token`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_mint_token_e(
    playback: *const ivs_playback,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_playback_mint_token(playback, key, now, out), error) }
}

/// As `ivs_playback_url`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_playback_url`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_url_e(
    base: *const c_char,
    base_len: usize,
    token: *const c_char,
    token_len: usize,
    buffer: *mut c_char,
    len: *mut usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_playback_url(base, base_len, token, token_len, buffer, len), error) }
}

/// As `ivs_key_ring_import`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_import`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_import_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_verifying_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_import(ring, arn, arn_len, key), error) }
}

/// As `ivs_key_ring_import_named`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_import_named`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_import_named_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    name: *const c_char,
    name_len: usize,
    key: *const ivs_verifying_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_import_named(ring, arn, arn_len, name, name_len, key), error) }
}

/// As `ivs_key_ring_tag`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_tag`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_tag_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    tag: *const c_char,
    tag_len: usize,
    value: *const c_char,
    value_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_tag(ring, arn, arn_len, tag, tag_len, value, value_len), error) }
}

/// As `ivs_key_ring_untag`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_untag`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_untag_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    tag: *const c_char,
    tag_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_untag(ring, arn, arn_len, tag, tag_len), error) }
}

/// As `ivs_key_ring_load`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_load`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_load_e(
    ring: *mut ivs_key_ring,
    json: *const c_char,
    json_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_load(ring, json, json_len), error) }
}

/// As `ivs_key_ring_replace`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_replace`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_replace_e(
    ring: *mut ivs_key_ring,
    json: *const c_char,
    json_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_replace(ring, json, json_len), error) }
}

/// As `ivs_key_ring_delete`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_delete`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_delete_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_delete(ring, arn, arn_len), error) }
}

/// As `ivs_key_ring_retire`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_retire`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_retire_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    at: i64,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_retire(ring, arn, arn_len, at), error) }
}

/// As `ivs_key_ring_reinstate`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_reinstate`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_reinstate_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_reinstate(ring, arn, arn_len), error) }
}

/// As `ivs_key_ring_get`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_get`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_get_e(
    ring: *const ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    out: *mut *mut ivs_verifying_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_get(ring, arn, arn_len, out), error) }
}

/// As `ivs_key_ring_sign_with`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_sign_with`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_sign_with_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_signing_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_sign_with(ring, arn, arn_len, key), error) }
}

/// As `ivs_key_ring_rotate`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_rotate`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_rotate_e(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_signing_key,
    old_until: i64,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_rotate(ring, arn, arn_len, key, old_until), error) }
}

/// As `ivs_key_ring_signing_key`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_key_ring_signing_key`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_signing_key_e(
    ring: *const ivs_key_ring,
    out: *mut *mut ivs_signing_key,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_key_ring_signing_key(ring, out), error) }
}

/// As `ivs_revocations_disconnect_participant`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_revocations_disconnect_participant`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_disconnect_participant_e(
    revocations: *mut ivs_revocations,
    stage_arn: *const c_char,
    stage_arn_len: usize,
    participant_id: *const c_char,
    participant_id_len: usize,
    reason: *const c_char,
    reason_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(
            ivs_revocations_disconnect_participant(
                revocations,
                stage_arn,
                stage_arn_len,
                participant_id,
                participant_id_len,
                reason,
                reason_len,
            ),
            error,
        )
    }
}

/// As `ivs_revocations_delete_stage`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_revocations_delete_stage`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_delete_stage_e(
    revocations: *mut ivs_revocations,
    stage_arn: *const c_char,
    stage_arn_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_revocations_delete_stage(revocations, stage_arn, stage_arn_len), error) }
}

/// As `ivs_revocations_revoke_connection_token`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_revocations_revoke_connection_token`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_revoke_connection_token_e(
    revocations: *mut ivs_revocations,
    token_id: *const c_char,
    token_id_len: usize,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { told(ivs_revocations_revoke_connection_token(revocations, token_id, token_id_len), error) }
}

/// As `ivs_revocations_revoke_viewer_sessions`, and writes its error into a struct of the caller's.
///
/// # Safety
///
/// As for `ivs_revocations_revoke_viewer_sessions`; `error` is NULL or can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_revoke_viewer_sessions_e(
    revocations: *mut ivs_revocations,
    channel_arn: *const c_char,
    channel_arn_len: usize,
    viewer_id: *const c_char,
    viewer_id_len: usize,
    up_to: i64,
    error: *mut ivs_error,
) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe {
        told(
            ivs_revocations_revoke_viewer_sessions(
                revocations,
                channel_arn,
                channel_arn_len,
                viewer_id,
                viewer_id_len,
                up_to,
            ),
            error,
        )
    }
}

/// Writes the error of the call that has just ended in this thread.
///
/// # Safety
///
/// `error` is NULL or can be written.
#[inline(never)]
unsafe fn told(status: ivs_status, error: *mut ivs_error) -> ivs_status {
    // SAFETY: as the caller promises.
    unsafe { ivs_last_error_get(error) };
    status
}
