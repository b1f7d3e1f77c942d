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

/// Decides whether tokens are valid. Build it once, and use it in any number of threads at once: it never changes.
pub struct ivs_verifier(pub(crate) Verifier);

/// Verifies a participant token, and checks what the builder was told to expect. If the token is refused, the status is
/// from 400 to 499.
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

/// Verifies a participant token as `ivs_verifier_verify` does, and checks these expectations too. Use it in a gateway
/// that serves many stages with one verifier. `stage_arn` or `user_id` may be NULL, or `capabilities` 0, to expect
/// nothing of it. All three at once are `IVS_NULL_ARGUMENT`, whatever the token, since an empty variable must not turn
/// the check off. To expect nothing, call `ivs_verifier_verify`.
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

/// Verifies a participant token that you have as text, and begins a token in exchange for it. If the verifier has a
/// revocation store, a participant who was disconnected gets none.
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

/// Verifies a playback token. `channel_arn` is the requested channel, or NULL for any channel. `origin` is the header
/// `Origin` of the request, or NULL if it has none. It is checked if the token strictly enforces its origins.
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

/// Frees a verifier. NULL is ignored.
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
