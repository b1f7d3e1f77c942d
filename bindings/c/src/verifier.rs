use std::ffi::c_char;

use ::ivs_token::{Expectations, Verifier};

use crate::boundary::{self, borrow, give, place};
use crate::exchange::ivs_exchange;
use crate::failure::Failure;
use crate::input::{self, optional_text};
use crate::participant::capabilities_of;
use crate::status::ivs_status;
use crate::template::Template;
use crate::verified::ivs_verified;
use crate::verified_connection::ivs_verified_connection;
use crate::verified_playback::ivs_verified_playback;

/// Decides whether tokens are good. Never changed: any number of threads may use one at once, and should: it is made once.
pub struct ivs_verifier(pub(crate) Verifier);

/// Verifies a participant token, and that it is what the builder was told to expect. The status of a token that is
/// refused is from 400 to 499.
///
/// # Safety
///
/// `verifier` is a verifier; `token_len` bytes can be read at `token`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    out: *mut *mut ivs_verified,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (verifier, token) =
            unsafe { (borrow(verifier, "verifier")?, input::token(token, token_len, "token")??) };
        let out = place(out, "out")?;
        let good = verifier.0.verify(&token)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verified(good)) };
        Ok(())
    })
}

/// Verifies a participant token, that it is what the builder was told to expect, and that it is what is expected here: for a
/// gateway that serves many stages with one verifier. `stage_arn` or `user_id` may be NULL, or `capabilities` 0: nothing is
/// expected of it then. All three at once are `IVS_NULL_ARGUMENT`, whatever the token: an empty variable must not turn the check
/// off. Where nothing is expected, `ivs_verifier_verify` is the function to call.
///
/// # Safety
///
/// As for `ivs_verifier_verify`, and each other length can be read at its pointer.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_expecting(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    stage_arn: *const c_char,
    stage_arn_len: usize,
    capabilities: u32,
    user_id: *const c_char,
    user_id_len: usize,
    out: *mut *mut ivs_verified,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let stage_arn = unsafe { optional_text(stage_arn, stage_arn_len, "stage_arn") }?;
        // SAFETY: as the caller promises.
        let user_id = unsafe { optional_text(user_id, user_id_len, "user_id") }?;
        if stage_arn.is_none() && user_id.is_none() && capabilities == 0 {
            return Err(Failure::nothing_expected());
        }
        // SAFETY: as the caller promises.
        let (verifier, token) =
            unsafe { (borrow(verifier, "verifier")?, input::token(token, token_len, "token")??) };
        let out = place(out, "out")?;
        let expectations = expectations(stage_arn, capabilities, user_id)?;
        let good = verifier.0.verify_expecting(&token, &expectations)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verified(good)) };
        Ok(())
    })
}

/// Verifies a participant token, and begins one in exchange for it: for those who have the old token as text. Who was
/// disconnected gets none, where the verifier has a store of revocations.
///
/// # Safety
///
/// As for `ivs_verifier_verify`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_exchange(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    out: *mut *mut ivs_exchange,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (verifier, token) =
            unsafe { (borrow(verifier, "verifier")?, input::token(token, token_len, "token")??) };
        let out = place(out, "out")?;
        let exchange = verifier.0.exchange(&token)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_exchange(Template::new(exchange))) };
        Ok(())
    })
}

/// Verifies a connection token.
///
/// # Safety
///
/// As for `ivs_verifier_verify`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_connection(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    out: *mut *mut ivs_verified_connection,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (verifier, token) =
            unsafe { (borrow(verifier, "verifier")?, input::token(token, token_len, "token")??) };
        let out = place(out, "out")?;
        let good = verifier.0.verify_connection(&token)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verified_connection(good)) };
        Ok(())
    })
}

/// Verifies a playback token. `channel_arn` is the channel that is asked for; NULL when any will do. `origin` is the header
/// `Origin` of the request, NULL when it has none: it is held against the token where that says so strictly.
///
/// # Safety
///
/// As for `ivs_verifier_verify`, and each other length can be read at its pointer.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_playback(
    verifier: *const ivs_verifier,
    token: *const c_char,
    token_len: usize,
    channel_arn: *const c_char,
    channel_arn_len: usize,
    origin: *const c_char,
    origin_len: usize,
    out: *mut *mut ivs_verified_playback,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (verifier, token) =
            unsafe { (borrow(verifier, "verifier")?, input::token(token, token_len, "token")??) };
        // SAFETY: as the caller promises.
        let channel_arn = unsafe { optional_text(channel_arn, channel_arn_len, "channel_arn") }?;
        // SAFETY: as the caller promises.
        let origin = unsafe { input::origin(origin, origin_len, "origin") }?;
        let out = place(out, "out")?;
        let good = match channel_arn {
            Some(arn) => verifier.0.verify_playback_of(&token, &arn.parse()?, origin.as_deref())?,
            None => verifier.0.verify_playback(&token, origin.as_deref())?,
        };
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, good.into()) };
        Ok(())
    })
}

/// Frees a verifier. NULL is nothing to free.
///
/// # Safety
///
/// `verifier` is NULL or a verifier that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_free(verifier: *mut ivs_verifier) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(verifier) };
}

fn expectations(
    stage_arn: Option<&str>,
    capabilities: u32,
    user_id: Option<&str>,
) -> Result<Expectations, Failure> {
    let mut expectations = Expectations::new();
    if let Some(arn) = stage_arn {
        expectations = expectations.stage(&arn.parse()?);
    }
    for capability in capabilities_of(capabilities)?.iter() {
        expectations = expectations.capability(capability);
    }
    if let Some(user_id) = user_id {
        expectations = expectations.user_id(user_id);
    }
    Ok(expectations)
}
