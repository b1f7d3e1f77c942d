use std::ffi::c_char;
use std::time::Duration;

use ::ivs_token::{Verifier, VerifierBuilder};

use crate::boundary::{self, borrow, borrow_mut, give, place};
use crate::failure::Failure;
use crate::input::text;
use crate::key_ring::{AnyRing, ivs_key_ring};
use crate::participant::capabilities_of;
use crate::revocations::ivs_revocations;
use crate::status::ivs_status;
use crate::template::Template;
use crate::token::{IVS_NOW, moment};
use crate::verifier::ivs_verifier;
use crate::verifying_key::ivs_verifying_key;

/// A verifier about to be built. For one thread at a time.
pub struct ivs_verifier_builder(Template<VerifierBuilder>);

type Changed = Result<VerifierBuilder, Failure>;

/// Begins a verifier.
///
/// # Safety
///
/// `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_new(out: *mut *mut ivs_verifier_builder) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifier_builder(Template::new(Verifier::builder()))) };
        Ok(())
    })
}

/// Adds a public key under its ARN, which tokens name as `kid`. A verifier needs at least one key, and can hold any
/// number.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; `kid_len` bytes can be read at `kid`; `key` is a
/// verifying key, which may be freed afterwards.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_add_key(
    builder: *mut ivs_verifier_builder,
    kid: *const c_char,
    kid_len: usize,
    key: *const ivs_verifying_key,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        // SAFETY: as the caller promises.
        let kid = unsafe { text(kid, kid_len, "kid") }?;
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        let kid = kid.parse()?;
        Ok(inner.key(kid, key.0.clone()))
    };
    // SAFETY: as the caller promises.
    unsafe { add(builder, "keys", change) }
}

/// Adds the public half of a playback key pair under its ARN. It verifies playback tokens only. A verifier can hold any
/// number of these keys. Playback tokens name no key, so all are tried.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_add_playback_key(
    builder: *mut ivs_verifier_builder,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_verifying_key,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        // SAFETY: as the caller promises.
        let arn = unsafe { text(arn, arn_len, "arn") }?;
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        let arn = arn.parse()?;
        Ok(inner.playback_key(arn, key.0.clone()))
    };
    // SAFETY: as the caller promises.
    unsafe { add(builder, "playback_keys", change) }
}

/// Adds the public half of a playback key pair without its ARN, for all channels in the account and region of
/// `channel`. Playback tokens name no key, so verifying needs no ARN. Give `ivs_verifier_verify_playback` the channel
/// that the token must be for. `ivs_verified_playback_kid` is absent for the tokens of such a key.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_add_playback_key_without_arn(
    builder: *mut ivs_verifier_builder,
    channel: *const c_char,
    channel_len: usize,
    key: *const ivs_verifying_key,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        // SAFETY: as the caller promises.
        let channel = unsafe { text(channel, channel_len, "channel") }?;
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        Ok(inner.playback_key_without_arn(&channel.parse()?, key.0.clone()))
    };
    // SAFETY: as the caller promises.
    unsafe { add(builder, "playback_keys", change) }
}

/// Uses the keys of a ring instead of single keys of its kind, and follows its changes.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_key_ring(
    builder: *mut ivs_verifier_builder,
    ring: *const ivs_key_ring,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        Ok(match &ring.0 {
            AnyRing::Public(ring) => inner.key_ring(ring),
            AnyRing::Playback(ring) => inner.playback_key_ring(ring),
        })
    };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "key_ring", change) }
}

/// Asks a store about every token that is otherwise valid, and refuses those that were revoked or spent.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_revocations(
    builder: *mut ivs_verifier_builder,
    revocations: *const ivs_revocations,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        // SAFETY: as the caller promises.
        let store = unsafe { borrow(revocations, "revocations") }?.0.clone();
        Ok(inner.revocations(store))
    };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "revocations", change) }
}

/// Remembers `capacity` tokens that were accepted, so that verifying one again costs no signature; 0, which is none, by
/// default. Time, keys, expectations and revocations are still checked each time.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; what the other arguments point to can be read.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_cache(
    builder: *mut ivs_verifier_builder,
    capacity: usize,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed { Ok(inner.cache(capacity)) };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "cache", change) }
}

/// Prepares at most `limit` of the single keys of each kind, so that verifying takes a tenth of its time. Each prepared
/// key takes 440 KiB and up to 2 ms. 64 by default, 0 for none. A ring has its own limit.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_prepared_limit(
    builder: *mut ivs_verifier_builder,
    limit: usize,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed { Ok(inner.prepared_limit(limit)) };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "prepared_limit", change) }
}

/// Accepts only tokens for this stage.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; `arn_len` bytes can be read at `arn`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_stage(
    builder: *mut ivs_verifier_builder,
    arn: *const c_char,
    arn_len: usize,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        // SAFETY: as the caller promises.
        let arn = unsafe { text(arn, arn_len, "arn") }?;
        let arn = arn.parse()?;
        Ok(inner.stage(&arn))
    };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "stage", change) }
}

/// Accepts only tokens that grant all of these: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE` or both.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_require_capabilities(
    builder: *mut ivs_verifier_builder,
    capabilities: u32,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        let capabilities = capabilities_of(capabilities)?;
        let mut next = inner;
        for capability in capabilities.iter() {
            next = next.capability(capability);
        }
        Ok(next)
    };
    // SAFETY: as the caller promises.
    unsafe { add(builder, "capabilities", change) }
}

/// Accepts only tokens of this user.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses; `user_id_len` bytes can be read at `user_id`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_user_id(
    builder: *mut ivs_verifier_builder,
    user_id: *const c_char,
    user_id_len: usize,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        // SAFETY: as the caller promises.
        let user_id = unsafe { text(user_id, user_id_len, "user_id") }?;
        Ok(inner.user_id(user_id))
    };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "user_id", change) }
}

/// How far in the future `iat` may lie, in seconds, since clocks may disagree: at most 86 400 (a day), 60 by default.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_issued_at_leeway(
    builder: *mut ivs_verifier_builder,
    seconds: u64,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed { Ok(inner.issued_at_leeway(leeway(seconds)?)) };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "issued_at_leeway", change) }
}

/// How long after its expiry a token is still accepted, in seconds: at most 86 400 (a day), 0 by default.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_expiry_leeway(
    builder: *mut ivs_verifier_builder,
    seconds: u64,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed { Ok(inner.expiry_leeway(leeway(seconds)?)) };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "expiry_leeway", change) }
}

/// Stops the clock at this second since 1970, for tests: tokens no longer expire. `IVS_NOW` is not allowed.
///
/// # Safety
///
/// `builder` is a verifier builder, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_set_fixed_time(
    builder: *mut ivs_verifier_builder,
    at: i64,
) -> ivs_status {
    let change = |inner: VerifierBuilder| -> Changed {
        if at == IVS_NOW {
            return Err(Failure::out_of_range("the clock cannot be stopped at IVS_NOW: leave it running"));
        }
        Ok(inner.clock(moment(at)?))
    };
    // SAFETY: as the caller promises.
    unsafe { set(builder, "fixed_time", change) }
}

/// Builds the verifier. If a setter refused a value, this answers the same failure until a valid value replaces it. So
/// no verifier expects less than it was told to. The builder stays as it is; free it.
///
/// # Safety
///
/// `builder` is a verifier builder; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_build(
    builder: *const ivs_verifier_builder,
    out: *mut *mut ivs_verifier,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow(builder, "builder") }?;
        let out = place(out, "out")?;
        let verifier = builder.0.ready()?.clone().build()?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifier(verifier)) };
        Ok(())
    })
}

/// Frees a verifier builder. NULL is ignored.
///
/// # Safety
///
/// `builder` is NULL or a verifier builder that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_builder_free(builder: *mut ivs_verifier_builder) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(builder) };
}

/// Gives a field of a builder another value. What is refused is remembered, for whoever does not look at the status.
///
/// # Safety
///
/// `builder` is NULL or a verifier builder, which no other thread uses.
unsafe fn set(
    builder: *mut ivs_verifier_builder,
    field: &'static str,
    change: impl FnOnce(VerifierBuilder) -> Changed,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        builder.0.set(field, change)
    })
}

/// Gives a field of a builder one value more.
///
/// # Safety
///
/// As for [`set`].
unsafe fn add(
    builder: *mut ivs_verifier_builder,
    field: &'static str,
    change: impl FnOnce(VerifierBuilder) -> Changed,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let builder = unsafe { borrow_mut(builder, "builder") }?;
        builder.0.add(field, change)
    })
}

/// A leeway is for clocks that disagree: one beyond a day is a mistake, such as a negative number.
fn leeway(seconds: u64) -> Result<Duration, Failure> {
    const LIMIT: u64 = 24 * 60 * 60;
    if seconds > LIMIT {
        let message = format!("a leeway of {} s: give 0 to {LIMIT}", seconds.cast_signed());
        return Err(Failure::out_of_range(message));
    }
    Ok(Duration::from_secs(seconds))
}
