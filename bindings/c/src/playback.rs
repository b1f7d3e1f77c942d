use std::ffi::c_char;

use ::ivs_token::{
    ChannelArn, MaximumResolution, Origin, Playback, PlaybackDuration, Uuid, ViewerId, playback_url,
};

use crate::boundary::{self, borrow, borrow_mut, give, place};
use crate::failure::Failure;
use crate::input::{duration, text};
use crate::output;
use crate::signing_key::ivs_signing_key;
use crate::status::ivs_status;
use crate::template::Template;
use crate::token::{self, AnyToken, ivs_token, moment};

/// A playback token about to be minted. It lets its holder start to watch one private low-latency channel. A value
/// beyond its limit is refused when it is set. Rules about several values are checked when the token is minted. For one
/// thread at a time.
pub struct ivs_playback(pub(crate) Template<Playback>);

/// Begins a token for a channel. By default it lasts 10 minutes and is for any origin.
///
/// # Safety
///
/// `channel_arn_len` bytes can be read at `channel_arn`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_new(
    channel_arn: *const c_char,
    channel_arn_len: usize,
    out: *mut *mut ivs_playback,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let channel_arn: ChannelArn =
            unsafe { text(channel_arn, channel_arn_len, "channel_arn") }?.parse()?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_playback(Template::new(Playback::new(channel_arn)))) };
        Ok(())
    })
}

/// How long the token can start playback, counted from the moment it is minted, in seconds: 10 minutes by default. With
/// a viewer ID or for a single use, 10 minutes is also the maximum.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_set_duration(playback: *mut ivs_playback, seconds: u64) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.set("duration", |inner| {
            let duration = PlaybackDuration::try_from(duration(seconds)?)?;
            Ok(inner.duration(duration))
        })
    })
}

/// Adds an origin, such as `https://example.com`, from which playback may be requested. Without any origin, it may be
/// requested from everywhere.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses; `origin_len` bytes can be read at `origin`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_add_origin(
    playback: *mut ivs_playback,
    origin: *const c_char,
    origin_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.add("origins", |inner| {
            // SAFETY: as the caller promises.
            let origin = unsafe { text(origin, origin_len, "origin") }?;
            let origin: Origin = origin.parse()?;
            Ok(inner.origin(origin))
        })
    })
}

/// Whether every request, from any program, must come from one of the origins. This needs 1 to 5 origins.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_set_strict_origin_enforcement(
    playback: *mut ivs_playback,
    is_strict: bool,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.set("strict_origin_enforcement", |inner| Ok(inner.strict_origin_enforcement(is_strict)))
    })
}

/// Makes a single-use token, under a fresh random UUID. IVS enforces the single use. A verifier of this library
/// enforces it only with a revocation store, which remembers the tokens that are spent.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_set_single_use(playback: *mut ivs_playback) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.set("single_use", |inner| Ok(inner.single_use()))
    })
}

/// Makes a single-use token, under this UUID. Every token needs its own.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses; `uuid_len` bytes can be read at `uuid`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_set_single_use_uuid(
    playback: *mut ivs_playback,
    uuid: *const c_char,
    uuid_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.set("single_use", |inner| {
            // SAFETY: as the caller promises.
            let uuid = unsafe { text(uuid, uuid_len, "uuid") }?;
            let uuid = Uuid::try_parse(uuid).map_err(|_| Failure::not_a_uuid())?;
            Ok(inner.single_use_uuid(uuid))
        })
    })
}

/// Your application's name for the viewer, 1 to 40 characters. Without it, the viewer's sessions cannot be revoked. Put
/// no personal data into it.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses; `viewer_id_len` bytes can be read at `viewer_id`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_set_viewer_id(
    playback: *mut ivs_playback,
    viewer_id: *const c_char,
    viewer_id_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.set("viewer_id", |inner| {
            // SAFETY: as the caller promises.
            let viewer_id = unsafe { text(viewer_id, viewer_id_len, "viewer_id") }?;
            let viewer_id: ViewerId = viewer_id.parse()?;
            Ok(inner.viewer(viewer_id))
        })
    })
}

/// The version of the viewer's session, 0 by default. It needs a viewer ID.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_set_viewer_session_version(
    playback: *mut ivs_playback,
    version: i64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.set("viewer_session_version", |inner| Ok(inner.viewer_session_version(version)))
    })
}

/// The highest resolution that the viewer may see: `SD`, `HD` or `FULL_HD`; no limit by default.
///
/// # Safety
///
/// `playback` is a playback, which no other thread uses; `resolution_len` bytes can be read at `resolution`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_set_maximum_resolution(
    playback: *mut ivs_playback,
    resolution: *const c_char,
    resolution_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow_mut(playback, "playback") }?;
        playback.0.set("maximum_resolution", |inner| {
            // SAFETY: as the caller promises.
            let resolution = unsafe { text(resolution, resolution_len, "resolution") }?;
            let resolution: MaximumResolution = resolution.parse()?;
            Ok(inner.maximum_resolution(resolution))
        })
    })
}

/// Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. Its time
/// begins now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The key needs
/// no ARN: a playback token names none.
///
/// # Safety
///
/// `playback` is a playback and `key` a signing key; `*len` bytes can be written at `buffer`, and `len` can be read and
/// written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_mint(
    playback: *const ivs_playback,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (playback, key) = unsafe { (borrow(playback, "playback")?, token::key(key)?) };
        let token = playback.0.ready()?.clone().mint(key)?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(token.as_str().as_bytes(), buffer, len) }
    })
}

/// Mints a token as an object. `now` is `IVS_NOW`, or the second since 1970 at which its time begins. It has no ID, and
/// `ivs_token_id` is absent.
///
/// # Safety
///
/// `playback` is a playback and `key` a signing key; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_mint_token(
    playback: *const ivs_playback,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (playback, key) = unsafe { (borrow(playback, "playback")?, token::key(key)?) };
        let out = place(out, "out")?;
        let token = playback.0.ready()?.clone().mint_at(key, moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_token(AnyToken::Playback(token))) };
        Ok(())
    })
}

/// Writes the URL to play into the caller's buffer: `base`, which is the `playbackUrl` that GetChannel returns, with
/// the token as the query parameter `token`.
///
/// # Safety
///
/// Both lengths can be read at their pointers; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_url(
    base: *const c_char,
    base_len: usize,
    token: *const c_char,
    token_len: usize,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (base, token) = unsafe { (text(base, base_len, "base")?, text(token, token_len, "token")?) };
        let url = playback_url(base, token)?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(url.as_bytes(), buffer, len) }
    })
}

/// Frees a playback. NULL is ignored.
///
/// # Safety
///
/// `playback` is NULL or a playback that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_free(playback: *mut ivs_playback) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(playback) };
}
