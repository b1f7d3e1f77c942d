use std::ffi::c_char;
use std::sync::Arc;

use ::ivs_token::{InMemoryRevocations, RevocationStore};

use crate::boundary::{self, borrow, give, place};
use crate::input::{optional_text, text};
use crate::status::ivs_status;

/// What was revoked, and which single-use tokens are spent, in the memory of this process. Any number of threads may
/// use and change one at once. Expired entries are forgotten automatically.
pub struct ivs_revocations(pub(crate) Arc<InMemoryRevocations>);

/// An empty store, to be given to verifiers.
///
/// # Safety
///
/// `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_new(out: *mut *mut ivs_revocations) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_revocations(Arc::new(InMemoryRevocations::new()))) };
        Ok(())
    })
}

/// DisconnectParticipant: refuses every token of this participant on this stage for 14 days and an hour. By then, all
/// tokens that exist now have expired. A token that is exchanged later without asking the store can outlive that, so
/// use `ivs_verifier_exchange`. `reason` may be NULL; it has at most 128 characters.
///
/// # Safety
///
/// `revocations` is a store; each length can be read at its pointer.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_disconnect_participant(
    revocations: *mut ivs_revocations,
    stage_arn: *const c_char,
    stage_arn_len: usize,
    participant_id: *const c_char,
    participant_id_len: usize,
    reason: *const c_char,
    reason_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let store = unsafe { borrow(revocations, "revocations") }?;
        // SAFETY: as the caller promises.
        let stage_arn = unsafe { text(stage_arn, stage_arn_len, "stage_arn") }?;
        // SAFETY: as the caller promises.
        let participant_id = unsafe { text(participant_id, participant_id_len, "participant_id") }?;
        // SAFETY: as the caller promises.
        let reason = unsafe { optional_text(reason, reason_len, "reason") }?;
        let reason = reason.map(str::parse).transpose()?;
        Ok(store.0.disconnect_participant(&stage_arn.parse()?, &participant_id.parse()?, reason)?)
    })
}

/// DeleteStage: refuses every token of this stage for 14 days and an hour. By then, all tokens that exist now have
/// expired.
///
/// # Safety
///
/// `revocations` is a store; `stage_arn_len` bytes can be read at `stage_arn`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_delete_stage(
    revocations: *mut ivs_revocations,
    stage_arn: *const c_char,
    stage_arn_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let store = unsafe { borrow(revocations, "revocations") }?;
        // SAFETY: as the caller promises.
        let stage_arn = unsafe { text(stage_arn, stage_arn_len, "stage_arn") }?;
        Ok(store.0.delete_stage(&stage_arn.parse()?)?)
    })
}

/// RevokeConnectionToken: refuses the connection token of this ID.
///
/// # Safety
///
/// `revocations` is a store; `token_id_len` bytes can be read at `token_id`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_revoke_connection_token(
    revocations: *mut ivs_revocations,
    token_id: *const c_char,
    token_id_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let store = unsafe { borrow(revocations, "revocations") }?;
        // SAFETY: as the caller promises.
        let token_id = unsafe { text(token_id, token_id_len, "token_id") }?;
        Ok(store.0.revoke_connection_token(&token_id.parse()?)?)
    })
}

/// StartViewerSessionRevocation: refuses every playback token of this viewer on this channel whose session version is at
/// most `up_to`.
///
/// # Safety
///
/// `revocations` is a store; each length can be read at its pointer.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_revoke_viewer_sessions(
    revocations: *mut ivs_revocations,
    channel_arn: *const c_char,
    channel_arn_len: usize,
    viewer_id: *const c_char,
    viewer_id_len: usize,
    up_to: i64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let store = unsafe { borrow(revocations, "revocations") }?;
        // SAFETY: as the caller promises.
        let channel_arn = unsafe { text(channel_arn, channel_arn_len, "channel_arn") }?;
        // SAFETY: as the caller promises.
        let viewer_id = unsafe { text(viewer_id, viewer_id_len, "viewer_id") }?;
        Ok(store.0.revoke_viewer_sessions(&channel_arn.parse()?, &viewer_id.parse()?, up_to)?)
    })
}

/// How many revocations and spent tokens are in memory, for monitoring.
///
/// # Safety
///
/// `revocations` is NULL or a store.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_count(revocations: *const ivs_revocations) -> usize {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(revocations, "revocations") }?.0.len()))
}

/// Frees a store; verifiers that were given it keep it. NULL is ignored.
///
/// # Safety
///
/// `revocations` is NULL or a store that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_revocations_free(revocations: *mut ivs_revocations) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(revocations) };
}
