use std::ffi::c_char;

use ::ivs_token::{Attributes, Exchange, check_exchange};

use crate::boundary::{self, borrow, borrow_mut, give, place};
use crate::failure::Failure;
use crate::input::{duration, text};
use crate::output;
use crate::participant::capabilities_of;
use crate::signing_key::ivs_signing_key;
use crate::status::ivs_status;
use crate::template::Template;
use crate::token::{self, AnyToken, ivs_token, moment};
use crate::verified::ivs_verified;

/// A token about to be minted in exchange for another. It is for the same participant on the same stage, with other
/// capabilities, attributes, user ID or duration. For one thread at a time.
pub struct ivs_exchange(pub(crate) Template<Exchange>);

/// Begins a token that IVS accepts in exchange for a participant token that was minted here. This asks no revocation
/// store; `ivs_verifier_exchange` does.
///
/// # Safety
///
/// `token` is a token, which may be freed afterwards; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_of_token(
    token: *const ivs_token,
    out: *mut *mut ivs_exchange,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let AnyToken::Participant(token) = &unsafe { borrow(token, "token") }?.0 else {
            return Err(Failure::not_a_participant());
        };
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_exchange(Template::new(token.exchange()))) };
        Ok(())
    })
}

/// Begins a token that IVS accepts in exchange for one that was verified. The revocation store is not asked again.
///
/// # Safety
///
/// `verified` is a verified token, which may be freed afterwards; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_of_verified(
    verified: *const ivs_verified,
    out: *mut *mut ivs_exchange,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let verified = unsafe { borrow(verified, "verified") }?;
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_exchange(Template::new(verified.0.exchange()))) };
        Ok(())
    })
}

/// Your application's name for the participant: at most 128 characters, visible to everyone on the stage.
///
/// # Safety
///
/// `exchange` is an exchange, which no other thread uses; `user_id_len` bytes can be read at `user_id`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_set_user_id(
    exchange: *mut ivs_exchange,
    user_id: *const c_char,
    user_id_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let exchange = unsafe { borrow_mut(exchange, "exchange") }?;
        exchange.0.set("user_id", |inner| {
            // SAFETY: as the caller promises.
            let user_id = unsafe { text(user_id, user_id_len, "user_id") }?;
            let next = inner.user_id(user_id);
            next.check()?;
            Ok(next)
        })
    })
}

/// Adds an attribute, or replaces the one of this name: at most 1 024 bytes in UTF-8, all names and values together.
/// Attributes of the old token that you do not name stay; `ivs_exchange_remove_attribute` removes one. If they would
/// exceed the limit, the attributes stay as they were.
///
/// # Safety
///
/// `exchange` is an exchange, which no other thread uses; both lengths can be read at their pointers.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_set_attribute(
    exchange: *mut ivs_exchange,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let exchange = unsafe { borrow_mut(exchange, "exchange") }?;
        exchange.0.add("attributes", |inner| {
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

/// Removes the attribute with this name, if there is one. All others stay.
///
/// # Safety
///
/// `exchange` is an exchange, which no other thread uses; `name_len` bytes can be read at `name`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_remove_attribute(
    exchange: *mut ivs_exchange,
    name: *const c_char,
    name_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let exchange = unsafe { borrow_mut(exchange, "exchange") }?;
        exchange.0.add("attributes", |inner| {
            // SAFETY: as the caller promises.
            let name = unsafe { text(name, name_len, "name") }?;
            let next = inner.without_attribute(name);
            next.check()?;
            Ok(next)
        })
    })
}

/// Removes all attributes.
///
/// # Safety
///
/// `exchange` is an exchange, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_clear_attributes(exchange: *mut ivs_exchange) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let exchange = unsafe { borrow_mut(exchange, "exchange") }?;
        exchange.0.set("attributes", |inner| {
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
/// `exchange` is an exchange, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_set_capabilities(
    exchange: *mut ivs_exchange,
    capabilities: u32,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let exchange = unsafe { borrow_mut(exchange, "exchange") }?;
        exchange.0.set("capabilities", |inner| {
            let capabilities = capabilities_of(capabilities)?;
            let next = inner.capabilities(capabilities);
            next.check()?;
            Ok(next)
        })
    })
}

/// How long the token lasts from the moment it is minted, in seconds: 1 to 1 209 600 (14 days). By default it expires
/// when the old token does.
///
/// # Safety
///
/// `exchange` is an exchange, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_set_duration(exchange: *mut ivs_exchange, seconds: u64) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let exchange = unsafe { borrow_mut(exchange, "exchange") }?;
        exchange.0.set("duration", |inner| {
            let next = inner.duration(duration(seconds)?);
            next.check()?;
            Ok(next)
        })
    })
}

/// Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. It is issued
/// now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The exchange stays
/// as it is: the participant ID is always that of the old token.
///
/// # Safety
///
/// `exchange` is an exchange and `key` a signing key; `*len` bytes can be written at `buffer`, and `len` can be read and
/// written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_mint(
    exchange: *const ivs_exchange,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (exchange, key) = unsafe { (borrow(exchange, "exchange")?, token::key(key)?) };
        let token = exchange.0.ready()?.mint_text(key)?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(token.as_bytes(), buffer, len) }
    })
}

/// Mints a token as an object, which also gives its ID and its expiry. `now` is `IVS_NOW`, or the second since 1970 at
/// which it is issued.
///
/// # Safety
///
/// `exchange` is an exchange and `key` a signing key; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_mint_token(
    exchange: *const ivs_exchange,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (exchange, key) = unsafe { (borrow(exchange, "exchange")?, token::key(key)?) };
        let out = place(out, "out")?;
        let token = exchange.0.ready()?.clone().mint_at(key, moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_token(AnyToken::Participant(token))) };
        Ok(())
    })
}

/// Checks that IVS and its web client accept one token in exchange for the other. If not, the message names every claim
/// that differs but must not.
///
/// # Safety
///
/// Both are verified tokens.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_check_exchange(
    old_token: *const ivs_verified,
    new_token: *const ivs_verified,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (old, new) = unsafe { (borrow(old_token, "old_token")?, borrow(new_token, "new_token")?) };
        Ok(check_exchange(&old.0, &new.0)?)
    })
}

/// Frees an exchange. NULL is ignored.
///
/// # Safety
///
/// `exchange` is NULL or an exchange that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_exchange_free(exchange: *mut ivs_exchange) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(exchange) };
}
