use std::ffi::c_char;
use std::time::Duration;

use ::ivs_token::{Expectations, Verifier, VerifierBuilder};

use crate::boundary::{self, borrow, borrow_mut, give, place};
use crate::failure::Failure;
use crate::input::{self, optional_stranger, optional_text, text};
use crate::key_ring::{AnyRing, ivs_key_ring};
use crate::participant::capabilities_of;
use crate::revocations::ivs_revocations;
use crate::status::ivs_status;
use crate::token::moment;
use crate::verified::ivs_verified;
use crate::verified_connection::ivs_verified_connection;
use crate::verified_playback::ivs_verified_playback;
use crate::verifying_key::ivs_verifying_key;

/// A verifier about to be built. Not for two threads at once.
pub struct ivs_verifier_builder(VerifierBuilder);

/// Decides whether tokens are good. Never changed: any number of threads may use one at once, and should: it is made once.
pub struct ivs_verifier(pub(crate) Verifier);

/// Begins a verifier.
///
/// # Safety
///
/// `out` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_new(out: *mut *mut ivs_verifier_builder) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifier_builder(Verifier::builder())) };
        Ok(())
    })
}

/// Holds a public key under its ARN, which tokens name as `kid`. Any number of keys can be held; at least one must.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; `kid_len` bytes can be read at `kid`; `key` is a verifying key,
/// which may be freed afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_add_key(
    builder: *mut ivs_verifier_builder,
    kid: *const c_char,
    kid_len: usize,
    key: *const ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        // SAFETY: as the caller promises.
        let kid = unsafe { text(kid, kid_len, "kid") }?;
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        let kid = kid.parse()?;
        builder.0 = builder.0.clone().key(kid, key.0.clone());
        Ok(())
    })
}

/// Holds the public half of a playback key pair under its ARN: what verifies playback tokens, and nothing else. Any number of
/// keys can be held; playback tokens name none, so all are tried.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_add_playback_key(
    builder: *mut ivs_verifier_builder,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        // SAFETY: as the caller promises.
        let arn = unsafe { text(arn, arn_len, "arn") }?;
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        let arn = arn.parse()?;
        builder.0 = builder.0.clone().playback_key(arn, key.0.clone());
        Ok(())
    })
}

/// Holds the keys of a ring, now and whenever it changes, in place of single keys of its kind.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_key_ring(
    builder: *mut ivs_verifier_builder,
    ring: *const ivs_key_ring,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        builder.0 = match &ring.0 {
            AnyRing::Public(ring) => builder.0.clone().key_ring(ring),
            AnyRing::Playback(ring) => builder.0.clone().playback_key_ring(ring),
        };
        Ok(())
    })
}

/// Asks a store about every token that is good otherwise, and refuses what was revoked or spent.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_revocations(
    builder: *mut ivs_verifier_builder,
    revocations: *const ivs_revocations,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        // SAFETY: as the caller promises.
        let store = unsafe { borrow(revocations, "revocations") }?.0.clone();
        builder.0 = builder.0.clone().revocations(store);
        Ok(())
    })
}

/// Remembers so many tokens that were accepted, so that verifying one again costs no signature; 0, and none, unless set. Time,
/// keys, expectations and revocations are asked anew each time.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_cache(
    builder: *mut ivs_verifier_builder,
    capacity: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        builder.0 = builder.0.clone().cache(capacity);
        Ok(())
    })
}

/// Accepts only tokens for this stage.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; `arn_len` bytes can be read at `arn`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_stage(
    builder: *mut ivs_verifier_builder,
    arn: *const c_char,
    arn_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        // SAFETY: as the caller promises.
        let arn = unsafe { text(arn, arn_len, "arn") }?;
        let arn = arn.parse()?;
        builder.0 = builder.0.clone().stage(&arn);
        Ok(())
    })
}

/// Accepts only tokens that grant all of these: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE` or both.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_require_capabilities(
    builder: *mut ivs_verifier_builder,
    capabilities: u32,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        let capabilities = capabilities_of(capabilities)?;
        let mut next = builder.0.clone();
        for capability in capabilities.iter() {
            next = next.capability(capability);
        }
        builder.0 = next;
        Ok(())
    })
}

/// Accepts only tokens of this user.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; `user_id_len` bytes can be read at `user_id`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_user_id(
    builder: *mut ivs_verifier_builder,
    user_id: *const c_char,
    user_id_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        // SAFETY: as the caller promises.
        let user_id = unsafe { text(user_id, user_id_len, "user_id") }?;
        builder.0 = builder.0.clone().user_id(user_id);
        Ok(())
    })
}

/// How far in the future `iat` may lie, in seconds, for clocks that disagree; 60 unless set.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_issued_at_leeway(
    builder: *mut ivs_verifier_builder,
    seconds: u64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        builder.0 = builder.0.clone().issued_at_leeway(Duration::from_secs(seconds));
        Ok(())
    })
}

/// How long after its end a token is still accepted, in seconds; 0 unless set.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_expiry_leeway(
    builder: *mut ivs_verifier_builder,
    seconds: u64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        builder.0 = builder.0.clone().expiry_leeway(Duration::from_secs(seconds));
        Ok(())
    })
}

/// Stops the clock at this second since 1970, for tests; `IVS_NOW` means the second of this call.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_time(
    builder: *mut ivs_verifier_builder,
    now: i64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        let now = moment(now)?;
        builder.0 = builder.0.clone().clock(now);
        Ok(())
    })
}

/// Builds the verifier. The builder stays as it is, and is still to be freed.
///
/// # Safety
///
/// `builder` is a verifier builder; `out` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_build(
    builder: *const ivs_verifier_builder,
    out: *mut *mut ivs_verifier,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow(builder, "builder") }?;
        let out = place(out, "out")?;
        let verifier = builder.0.clone().build()?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifier(verifier)) };
        Ok(())
    })
}

/// Frees a verifier builder. NULL is nothing to free.
///
/// # Safety
///
/// `builder` is NULL or a verifier builder that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_free(builder: *mut ivs_verifier_builder) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(builder) };
}

/// Verifies a participant token, and that it is what the builder was told to expect. The status of a token that is refused is
/// from 400 to 499.
///
/// # Safety
///
/// `verifier` is a verifier; `token_len` bytes can be read at `token`; `out` can be written.
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
/// gateway that serves many stages with one verifier. `stage_arn` and `user_id` may be NULL, and `capabilities` 0: nothing
/// is expected of it then.
///
/// # Safety
///
/// As for `ivs_verifier_verify`, and each other length can be read at its pointer.
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
        let (verifier, token) =
            unsafe { (borrow(verifier, "verifier")?, input::token(token, token_len, "token")??) };
        // SAFETY: as the caller promises.
        let stage_arn = unsafe { optional_text(stage_arn, stage_arn_len, "stage_arn") }?;
        // SAFETY: as the caller promises.
        let user_id = unsafe { optional_text(user_id, user_id_len, "user_id") }?;
        let out = place(out, "out")?;
        let expectations = expectations(stage_arn, capabilities, user_id)?;
        let good = verifier.0.verify_expecting(&token, &expectations)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verified(good)) };
        Ok(())
    })
}

/// Verifies a connection token.
///
/// # Safety
///
/// As for `ivs_verifier_verify`.
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
        let origin = unsafe { optional_stranger(origin, origin_len, "origin") }?;
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
