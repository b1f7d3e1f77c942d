use std::ffi::c_char;

use ::ivs_token::Connection;

use crate::boundary::{self, borrow, borrow_mut, give, place};
use crate::input::{duration, text};
use crate::output;
use crate::signing_key::ivs_signing_key;
use crate::stage::ivs_stage;
use crate::status::ivs_status;
use crate::template::Template;
use crate::token::{self, AnyToken, ivs_token, moment};

/// A connection token about to be minted. It lets a client share one network connection among many stages. Account and
/// region are those of the key's ARN. For one thread at a time.
pub struct ivs_connection(pub(crate) Template<Connection>);

/// Begins a connection token. By default it lasts 12 hours and has a fresh random ID.
///
/// # Safety
///
/// `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_new(out: *mut *mut ivs_connection) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_connection(Template::new(Connection::new()))) };
        Ok(())
    })
}

/// The token's ID, `jti`: 1 to 64 of `A-Z a-z 0-9 _ -`. By default, each token gets a fresh random one.
///
/// # Safety
///
/// `connection` is a connection, which no other thread uses; `id_len` bytes can be read at `id`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_set_token_id(
    connection: *mut ivs_connection,
    id: *const c_char,
    id_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let connection = unsafe { borrow_mut(connection, "connection") }?;
        connection.0.set("token_id", |inner| {
            // SAFETY: as the caller promises.
            let id = unsafe { text(id, id_len, "id") }?;
            let next = inner.token_id(id);
            next.check()?;
            Ok(next)
        })
    })
}

/// How long the token lasts from the moment it is minted, in seconds: 1 to 2 419 200 (4 weeks), 12 hours by default.
///
/// # Safety
///
/// `connection` is a connection, which no other thread uses.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_set_duration(
    connection: *mut ivs_connection,
    seconds: u64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let connection = unsafe { borrow_mut(connection, "connection") }?;
        connection.0.set("duration", |inner| {
            let next = inner.duration(duration(seconds)?);
            next.check()?;
            Ok(next)
        })
    })
}

/// Connects to the server of this stage if it is on this machine, such as `ivs-local`. Otherwise, and by default, the
/// connection goes to the service.
///
/// # Safety
///
/// `connection` is a connection, which no other thread uses; `stage` is a stage, which may be freed afterwards.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_set_server_of(
    connection: *mut ivs_connection,
    stage: *const ivs_stage,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let connection = unsafe { borrow_mut(connection, "connection") }?;
        connection.0.set("server_of", |inner| {
            // SAFETY: as the caller promises.
            let stage = unsafe { borrow(stage, "stage") }?;
            Ok(inner.server_of(&stage.0))
        })
    })
}

/// Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. It is issued
/// now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The connection stays
/// as it is. The next token gets a fresh ID, unless the connection was given one.
///
/// # Safety
///
/// `connection` is a connection and `key` a signing key; `*len` bytes can be written at `buffer`, and `len` can be read and
/// written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_mint(
    connection: *const ivs_connection,
    key: *const ivs_signing_key,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (connection, key) = unsafe { (borrow(connection, "connection")?, token::key(key)?) };
        let token = connection.0.ready()?.clone().mint(key)?;
        // SAFETY: as the caller promises.
        unsafe { output::copy(token.as_str().as_bytes(), buffer, len) }
    })
}

/// Mints a token as an object, which also gives its ID and its expiry. `now` is `IVS_NOW`, or the second since 1970 at
/// which it is issued.
///
/// # Safety
///
/// `connection` is a connection and `key` a signing key; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_mint_token(
    connection: *const ivs_connection,
    key: *const ivs_signing_key,
    now: i64,
    out: *mut *mut ivs_token,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (connection, key) = unsafe { (borrow(connection, "connection")?, token::key(key)?) };
        let out = place(out, "out")?;
        let token = connection.0.ready()?.clone().mint_at(key, moment(now)?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_token(AnyToken::Connection(token))) };
        Ok(())
    })
}

/// Frees a connection. NULL is ignored.
///
/// # Safety
///
/// `connection` is NULL or a connection that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_connection_free(connection: *mut ivs_connection) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(connection) };
}
