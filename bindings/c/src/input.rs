//! What callers pass in: pointers and lengths, checked before anything is read.

use std::borrow::Cow;
use std::ffi::c_char;
use std::time::Duration;

use ::ivs_token::{MalformedError, VerifyError};

use crate::failure::Failure;
use crate::version::IVS_TOKEN_MAX;

/// More than any input has, in bytes: a longer one is a mistake, and is not read.
const MAX_LEN: usize = 1 << 20;

/// The bytes at a pointer. NULL with the length 0 is no bytes.
///
/// # Safety
///
/// Unless the length is 0 or beyond [`MAX_LEN`], so many bytes can be read at `data` for as long as `'a`.
pub(crate) unsafe fn bytes<'a>(
    data: *const u8,
    len: usize,
    argument: &'static str,
) -> Result<&'a [u8], Failure> {
    if len == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(Failure::null(argument));
    }
    if len > MAX_LEN {
        return Err(Failure::too_long(argument, len, MAX_LEN));
    }
    // SAFETY: as the caller promises; not NULL, and far below isize::MAX.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

/// The UTF-8 text at a pointer. NULL with the length 0 is an empty text. A NUL in it is refused: it is the end of a C
/// text, with a length that counts it.
///
/// # Safety
///
/// As for [`bytes`].
pub(crate) unsafe fn text<'a>(
    data: *const c_char,
    len: usize,
    argument: &'static str,
) -> Result<&'a str, Failure> {
    // SAFETY: as the caller promises.
    let bytes = unsafe { self::bytes(data.cast(), len, argument) }?;
    let text = std::str::from_utf8(bytes).map_err(|_| Failure::not_utf8(argument))?;
    match bytes.iter().position(|&byte| byte == 0) {
        Some(position) => Err(Failure::nul(argument, position)),
        None => Ok(text),
    }
}

/// A token that a stranger sent. One that is too long, or no UTF-8, is a token that is refused like any other, and no
/// mistake of the caller: in a batch it must not stand in the way of the others.
///
/// # Safety
///
/// As for [`bytes`].
pub(crate) unsafe fn token<'a>(
    data: *const c_char,
    len: usize,
    argument: &'static str,
) -> Result<Result<Cow<'a, str>, VerifyError>, Failure> {
    const LIMIT: usize = IVS_TOKEN_MAX - 1;
    if len > LIMIT && !data.is_null() {
        return Ok(Err(MalformedError::TooLong { actual: len, limit: LIMIT }.into()));
    }
    // SAFETY: as the caller promises.
    unsafe { stranger(data, len, argument) }.map(Ok)
}

/// What a stranger sent. Bytes that are not UTF-8 become U+FFFD, which stands in nothing that is good.
///
/// # Safety
///
/// As for [`bytes`].
pub(crate) unsafe fn stranger<'a>(
    data: *const c_char,
    len: usize,
    argument: &'static str,
) -> Result<Cow<'a, str>, Failure> {
    // SAFETY: as the caller promises.
    unsafe { self::bytes(data.cast(), len, argument) }.map(String::from_utf8_lossy)
}

/// The header `Origin` of a request, or `None` when the pointer is NULL and the length 0. One that is longer than any can
/// be is as good as one of bytes that are none.
///
/// # Safety
///
/// As for [`bytes`].
pub(crate) unsafe fn origin<'a>(
    data: *const c_char,
    len: usize,
    argument: &'static str,
) -> Result<Option<Cow<'a, str>>, Failure> {
    if data.is_null() && len == 0 {
        return Ok(None);
    }
    if len > MAX_LEN && !data.is_null() {
        return Ok(Some(Cow::Borrowed("\u{fffd}")));
    }
    // SAFETY: as the caller promises.
    unsafe { stranger(data, len, argument) }.map(Some)
}

/// The text at a pointer, or `None` when the pointer is NULL and the length 0.
///
/// # Safety
///
/// As for [`bytes`].
pub(crate) unsafe fn optional_text<'a>(
    data: *const c_char,
    len: usize,
    argument: &'static str,
) -> Result<Option<&'a str>, Failure> {
    if data.is_null() && len == 0 {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { text(data, len, argument) }.map(Some)
}

/// A duration that is less than `i64::MAX` seconds: a longer one was a negative number in C.
pub(crate) fn duration(seconds: u64) -> Result<Duration, Failure> {
    if i64::try_from(seconds).is_err() {
        let message = format!("a duration of {} s: give a positive number", seconds.cast_signed());
        return Err(Failure::out_of_range(message));
    }
    Ok(Duration::from_secs(seconds))
}

/// The elements at a pointer. NULL with the count 0 is none.
///
/// # Safety
///
/// So many elements can be read at `data` for as long as `'a`.
pub(crate) unsafe fn elements<'a, T>(
    data: *const T,
    count: usize,
    argument: &'static str,
) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(Failure::null(argument));
    }
    if count > MAX_LEN {
        return Err(Failure::too_long(argument, count, MAX_LEN));
    }
    // SAFETY: as the caller promises; not NULL, and at most 2^20 small elements.
    Ok(unsafe { std::slice::from_raw_parts(data, count) })
}
