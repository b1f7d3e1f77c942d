use std::ffi::c_char;

use ::ivs_token::{ConnectionClaims, PlaybackClaims, SigningKey, Timestamp, Token};

use crate::boundary::{self, borrow};
use crate::failure::Failure;
use crate::output::{self, ivs_str};
use crate::status::ivs_status;

/// Stands for the present moment where a time in seconds is asked for. The header has it from cbindgen.toml, in parentheses.
/// cbindgen:ignore
pub const IVS_NOW: i64 = i64::MIN;

/// A minted token: its text and its claims. Never changed: any number of threads may use one at once.
pub struct ivs_token(pub(crate) AnyToken);

pub(crate) enum AnyToken {
    Participant(Token),
    Connection(Token<ConnectionClaims>),
    Playback(Token<PlaybackClaims>),
}

/// The token itself: what the client joins with. Lives as long as the object.
///
/// # Safety
///
/// `token` is NULL or a token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_text(token: *const ivs_token) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(token, "token") }?.0.text().into())
    })
}

/// The claim `jti`: the participant ID, or the ID of a connection token; absent for a playback token. Lives as long as
/// the object.
///
/// # Safety
///
/// `token` is NULL or a token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_id(token: *const ivs_token) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(match &unsafe { borrow(token, "token") }?.0 {
            AnyToken::Participant(token) => Some(token.participant_id().as_str()),
            AnyToken::Connection(token) => Some(token.token_id().as_str()),
            AnyToken::Playback(_) => None,
        }
        .into())
    })
}

/// The first second at which the token is no longer valid, in seconds since 1970; -1 for NULL.
///
/// # Safety
///
/// `token` is NULL or a token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_expires_at(token: *const ivs_token) -> i64 {
    boundary::get(-1, || {
        // SAFETY: as the caller promises.
        Ok(match &unsafe { borrow(token, "token") }?.0 {
            AnyToken::Participant(token) => token.expires_at(),
            AnyToken::Connection(token) => token.expires_at(),
            AnyToken::Playback(token) => token.expires_at(),
        }
        .as_secs())
    })
}

/// Writes the token as JSON into the caller's buffer, as the API that issues such tokens returns it.
///
/// # Safety
///
/// `token` is a token; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_to_json(
    token: *const ivs_token,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let json = match &unsafe { borrow(token, "token") }?.0 {
            AnyToken::Participant(token) => serde_json::to_string(token),
            AnyToken::Connection(token) => serde_json::to_string(token),
            AnyToken::Playback(token) => serde_json::to_string(token),
        };
        let json = json.map_err(|_| Failure::internal())?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(json.as_bytes(), buffer, len) }
    })
}

/// Frees a token. NULL is ignored.
///
/// # Safety
///
/// `token` is NULL or a token that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_free(token: *mut ivs_token) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(token) };
}

impl AnyToken {
    fn text(&self) -> &str {
        match self {
            Self::Participant(token) => token.as_str(),
            Self::Connection(token) => token.as_str(),
            Self::Playback(token) => token.as_str(),
        }
    }
}

/// The moment that a number of seconds is, with [`IVS_NOW`] for the present one.
pub(crate) fn moment(now: i64) -> Result<Timestamp, Failure> {
    if now == IVS_NOW {
        return Ok(Timestamp::now());
    }
    Timestamp::from_secs(now).ok_or_else(|| {
        Failure::out_of_range(format!(
            "the time {now} is not a second since 1970: give IVS_NOW, or 0 to 99999999999"
        ))
    })
}

/// What a signing key behind a pointer is.
///
/// # Safety
///
/// `key` is NULL or a signing key.
pub(crate) unsafe fn key<'k>(
    key: *const crate::signing_key::ivs_signing_key,
) -> Result<&'k SigningKey, Failure> {
    // SAFETY: as the caller promises.
    Ok(&unsafe { borrow(key, "key") }?.0)
}
