use std::ffi::c_char;

use ::ivs_token::{ConnectionClaims, PlaybackClaims, PublicKeyArn, Unsigned};

use crate::boundary::{self, borrow, give, place};
use crate::connection::ivs_connection;
use crate::exchange::ivs_exchange;
use crate::failure::Failure;
use crate::input::{bytes, text};
use crate::output::{self, ivs_str};
use crate::participant::ivs_participant;
use crate::playback::ivs_playback;
use crate::status::ivs_status;
use crate::token::{AnyToken, ivs_token, moment};
use crate::verifying_key::ivs_verifying_key;

/// A token that lacks only its signature. It is for private keys that never leave their vault, such as AWS KMS or an
/// HSM. Never changed: any number of threads may use one at once.
pub struct ivs_unsigned(AnyUnsigned);

enum AnyUnsigned {
    Participant(Unsigned),
    Connection(Unsigned<ConnectionClaims>),
    Playback(Unsigned<PlaybackClaims>),
}

/// Prepares a participant token for a signature that is made elsewhere, by the key that IVS knows as `kid`. `now` is
/// `IVS_NOW`, or the second since 1970 at which the token is issued. The participant stays as it is.
///
/// # Safety
///
/// `participant` is a participant; `kid_len` bytes can be read at `kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_participant_unsigned(
    participant: *const ivs_participant,
    kid: *const c_char,
    kid_len: usize,
    now: i64,
    out: *mut *mut ivs_unsigned,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (participant, kid) = unsafe { (borrow(participant, "participant")?, arn(kid, kid_len)?) };
        let out = place(out, "out")?;
        let unsigned = participant.0.ready()?.clone().unsigned_at(&kid, moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_unsigned(AnyUnsigned::Participant(unsigned))) };
        Ok(())
    })
}

/// Prepares a token that is exchanged for another, as `ivs_participant_unsigned` does.
///
/// # Safety
///
/// `exchange` is an exchange; `kid_len` bytes can be read at `kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_unsigned(
    exchange: *const ivs_exchange,
    kid: *const c_char,
    kid_len: usize,
    now: i64,
    out: *mut *mut ivs_unsigned,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (exchange, kid) = unsafe { (borrow(exchange, "exchange")?, arn(kid, kid_len)?) };
        let out = place(out, "out")?;
        let unsigned = exchange.0.ready()?.clone().unsigned_at(&kid, moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_unsigned(AnyUnsigned::Participant(unsigned))) };
        Ok(())
    })
}

/// Prepares a connection token, as `ivs_participant_unsigned` does. Its account and region are those of `kid`.
///
/// # Safety
///
/// `connection` is a connection; `kid_len` bytes can be read at `kid`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_unsigned(
    connection: *const ivs_connection,
    kid: *const c_char,
    kid_len: usize,
    now: i64,
    out: *mut *mut ivs_unsigned,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (connection, kid) = unsafe { (borrow(connection, "connection")?, arn(kid, kid_len)?) };
        let out = place(out, "out")?;
        let unsigned = connection.0.ready()?.clone().unsigned_at(&kid, moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_unsigned(AnyUnsigned::Connection(unsigned))) };
        Ok(())
    })
}

/// Prepares a playback token for a signature that is made elsewhere. It names no key. `now` is `IVS_NOW`, or the second since
/// 1970 at which its time begins.
///
/// # Safety
///
/// `playback` is a playback; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_playback_unsigned(
    playback: *const ivs_playback,
    now: i64,
    out: *mut *mut ivs_unsigned,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let playback = unsafe { borrow(playback, "playback") }?;
        let out = place(out, "out")?;
        let unsigned = playback.0.ready()?.clone().unsigned_at(moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_unsigned(AnyUnsigned::Playback(unsigned))) };
        Ok(())
    })
}

/// The text to sign with ECDSA on P-384 and SHA-384: header, dot and payload as they will be in the token. It is ASCII.
/// Lives as long as the object.
///
/// # Safety
///
/// `unsigned_token` is NULL or an unsigned token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_unsigned_signing_input(unsigned_token: *const ivs_unsigned) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        Ok(unsafe { borrow(unsigned_token, "unsigned_token") }?.0.signing_input().into())
    })
}

/// Writes the SHA-384 digest of the signing input, 48 bytes: what AWS KMS takes with the message type `DIGEST`. `*len` is the
/// size of the buffer, and becomes 48.
///
/// # Safety
///
/// `unsigned_token` is an unsigned token; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_unsigned_digest(
    unsigned_token: *const ivs_unsigned,
    buffer: *mut u8,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let digest = unsafe { borrow(unsigned_token, "unsigned_token") }?.0.digest();
        // SAFETY: as the caller promises.
        unsafe { output::copy_bytes(&digest, buffer, len) }
    })
}

/// Completes the token. The signature is r then s in 96 bytes, or DER, as AWS KMS and OpenSSL write it. It is checked
/// with `public_key`, the public half of the key that signed: `IVS_WRONG_SIGNATURE` if it is not a signature of this
/// token under that key. The unsigned token stays as it is.
///
/// # Safety
///
/// `unsigned_token` is an unsigned token; `signature_len` bytes can be read at `signature`; `public_key` is a verifying key;
/// `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_unsigned_with_signature(
    unsigned_token: *const ivs_unsigned,
    signature: *const u8,
    signature_len: usize,
    public_key: *const ivs_verifying_key,
    out: *mut *mut ivs_token,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let unsigned = unsafe { borrow(unsigned_token, "unsigned_token") }?;
        // SAFETY: as the caller promises.
        let signature = unsafe { bytes(signature, signature_len, "signature") }?;
        // SAFETY: as the caller promises.
        let key = &unsafe { borrow(public_key, "public_key") }?.0;
        let out = place(out, "out")?;
        let token = match &unsigned.0 {
            AnyUnsigned::Participant(token) => {
                AnyToken::Participant(token.clone().with_signature(signature, key)?)
            }
            AnyUnsigned::Connection(token) => {
                AnyToken::Connection(token.clone().with_signature(signature, key)?)
            }
            AnyUnsigned::Playback(token) => AnyToken::Playback(token.clone().with_signature(signature, key)?),
        };
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_token(token)) };
        Ok(())
    })
}

/// Frees an unsigned token. NULL is ignored.
///
/// # Safety
///
/// `unsigned_token` is NULL or an unsigned token that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_unsigned_free(unsigned_token: *mut ivs_unsigned) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(unsigned_token) };
}

impl AnyUnsigned {
    fn signing_input(&self) -> &str {
        match self {
            Self::Participant(token) => token.signing_input(),
            Self::Connection(token) => token.signing_input(),
            Self::Playback(token) => token.signing_input(),
        }
    }

    fn digest(&self) -> [u8; 48] {
        match self {
            Self::Participant(token) => token.digest(),
            Self::Connection(token) => token.digest(),
            Self::Playback(token) => token.digest(),
        }
    }
}

/// # Safety
///
/// `len` bytes can be read at `kid`.
unsafe fn arn(kid: *const c_char, len: usize) -> Result<PublicKeyArn, Failure> {
    // SAFETY: as the caller promises.
    Ok(unsafe { text(kid, len, "kid") }?.parse()?)
}
