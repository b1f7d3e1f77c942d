use std::ffi::c_char;

use ::ivs_token::{Attributes, Capabilities, Capability, Participant};

use crate::boundary::{self, borrow, borrow_mut, give, place};
use crate::failure::Failure;
use crate::input::{duration, text};
use crate::output;
use crate::signing_key::ivs_signing_key;
use crate::stage::ivs_stage;
use crate::status::ivs_status;
use crate::template::Template;
use crate::token::{self, AnyToken, ivs_token, moment};

/// May send audio and video to the stage.
pub const IVS_CAPABILITY_PUBLISH: u32 = 1;

/// May receive audio and video from the stage.
pub const IVS_CAPABILITY_SUBSCRIBE: u32 = 2;

/// A participant token about to be minted. A value beyond its limit is refused when it is set, and leaves the
/// participant as it was. For one thread at a time.
pub struct ivs_participant(pub(crate) Template<Participant>);

/// Begins a participant of a stage. By default it may publish and subscribe for 12 hours, under a fresh random
/// participant ID.
///
/// # Safety
///
/// `stage` is a stage, which may be freed afterwards; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_new(
    stage: *const ivs_stage,
    out: *mut *mut ivs_participant,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let stage = unsafe { borrow(stage, "stage") }?;
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_participant(Template::new(stage.0.participant()))) };
        Ok(())
    })
}

/// The participant's ID, `jti`: 1 to 64 of `A-Z a-z 0-9 _ -`. By default, each token gets a fresh random one: every
/// token needs its own.
///
/// # Safety
///
/// `participant` is a participant, which no other thread uses; `id_len` bytes can be read at `id`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_set_participant_id(
    participant: *mut ivs_participant,
    id: *const c_char,
    id_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let participant = unsafe { borrow_mut(participant, "participant") }?;
        participant.0.set("participant_id", |inner| {
            // SAFETY: as the caller promises.
            let id = unsafe { text(id, id_len, "id") }?;
            let next = inner.participant_id(id);
            next.check()?;
            Ok(next)
        })
    })
}

/// Your application's name for the participant: at most 128 characters, visible to everyone on the stage.
///
/// # Safety
///
/// `participant` is a participant, which no other thread uses; `user_id_len` bytes can be read at `user_id`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_set_user_id(
    participant: *mut ivs_participant,
    user_id: *const c_char,
    user_id_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let participant = unsafe { borrow_mut(participant, "participant") }?;
        participant.0.set("user_id", |inner| {
            // SAFETY: as the caller promises.
            let user_id = unsafe { text(user_id, user_id_len, "user_id") }?;
            let next = inner.user_id(user_id);
            next.check()?;
            Ok(next)
        })
    })
}

/// Adds an attribute, or replaces the one of this name: at most 1 024 bytes in UTF-8, all names and values together. If
/// they would exceed that, the attributes stay as they were.
///
/// # Safety
///
/// `participant` is a participant, which no other thread uses; both lengths can be read at their pointers.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_set_attribute(
    participant: *mut ivs_participant,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let participant = unsafe { borrow_mut(participant, "participant") }?;
        participant.0.add("attributes", |inner| {
            // SAFETY: as the caller promises.
            let name = unsafe { text(name, name_len, "name") }?;
            // SAFETY: as the caller promises.
            let value = unsafe { text(value, value_len, "value") }?;
            let next = inner.attribute(name, value);
            next.check()?;
            Ok(next)
        })
    })
}

/// Removes all attributes.
///
/// # Safety
///
/// `participant` is a participant, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_clear_attributes(participant: *mut ivs_participant) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let participant = unsafe { borrow_mut(participant, "participant") }?;
        participant.0.set("attributes", |inner| {
            let next = inner.attributes(Attributes::new());
            next.check()?;
            Ok(next)
        })
    })
}

/// What the participant may do: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE`, both or none (0).
///
/// # Safety
///
/// `participant` is a participant, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_set_capabilities(
    participant: *mut ivs_participant,
    capabilities: u32,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let participant = unsafe { borrow_mut(participant, "participant") }?;
        participant.0.set("capabilities", |inner| {
            let capabilities = capabilities_of(capabilities)?;
            let next = inner.capabilities(capabilities);
            next.check()?;
            Ok(next)
        })
    })
}

/// How long the token lasts from the moment it is minted, in seconds: 1 to 1 209 600 (14 days), 12 hours by default.
///
/// # Safety
///
/// `participant` is a participant, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_set_duration(
    participant: *mut ivs_participant,
    seconds: u64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let participant = unsafe { borrow_mut(participant, "participant") }?;
        participant.0.set("duration", |inner| {
            let next = inner.duration(duration(seconds)?);
            next.check()?;
            Ok(next)
        })
    })
}

/// The version of the token's form; `1.0` by default.
///
/// # Safety
///
/// `participant` is a participant, which no other thread uses; `version_len` bytes can be read at `version`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_set_version(
    participant: *mut ivs_participant,
    version: *const c_char,
    version_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let participant = unsafe { borrow_mut(participant, "participant") }?;
        participant.0.set("version", |inner| {
            // SAFETY: as the caller promises.
            let version = unsafe { text(version, version_len, "version") }?;
            let version = version.parse()?;
            let next = inner.version(version);
            next.check()?;
            Ok(next)
        })
    })
}

/// Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. It is issued
/// now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The participant
/// stays as it is. The next token gets a fresh ID, unless the participant was given one.
///
/// # Safety
///
/// `participant` is a participant and `key` a signing key; `*len` bytes can be written at `buffer`, and `len` can be read
/// and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_mint(
    participant: *const ivs_participant,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (participant, key) = unsafe { (borrow(participant, "participant")?, token::key(key)?) };
        let token = participant.0.ready()?.mint_text(key)?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(token.as_bytes(), buffer, len) }
    })
}

/// Mints a token as an object, which also gives its ID and its expiry. `now` is `IVS_NOW`, or the second since 1970 at
/// which it is issued.
///
/// # Safety
///
/// `participant` is a participant and `key` a signing key; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_mint_token(
    participant: *const ivs_participant,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (participant, key) = unsafe { (borrow(participant, "participant")?, token::key(key)?) };
        let out = place(out, "out")?;
        let token = participant.0.ready()?.clone().mint_at(key, moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_token(AnyToken::Participant(token))) };
        Ok(())
    })
}

/// Frees a participant. NULL is ignored.
///
/// # Safety
///
/// `participant` is NULL or a participant that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_free(participant: *mut ivs_participant) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(participant) };
}

/// The capabilities that a set of flags is.
pub(crate) fn capabilities_of(flags: u32) -> Result<Capabilities, Failure> {
    if flags & !(IVS_CAPABILITY_PUBLISH | IVS_CAPABILITY_SUBSCRIBE) != 0 {
        return Err(Failure::not_a_capability(flags));
    }
    let mut capabilities = Capabilities::NONE;
    if flags & IVS_CAPABILITY_PUBLISH != 0 {
        capabilities |= Capability::Publish.into();
    }
    if flags & IVS_CAPABILITY_SUBSCRIBE != 0 {
        capabilities |= Capability::Subscribe.into();
    }
    Ok(capabilities)
}

/// The flags that capabilities are.
pub(crate) fn flags_of(capabilities: Capabilities) -> u32 {
    let flag = |capability, flag| if capabilities.contains(capability) { flag } else { 0 };
    flag(Capability::Publish, IVS_CAPABILITY_PUBLISH) | flag(Capability::Subscribe, IVS_CAPABILITY_SUBSCRIBE)
}
