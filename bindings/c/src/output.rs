//! What callers get: borrowed texts, and copies into their own buffers.

use std::ffi::c_char;
use std::ptr;

use crate::boundary;
use crate::failure::Failure;

/// A borrowed UTF-8 text: `len` bytes at `data`, **not** ended by a NUL. `data` is NULL if there is no such text. It is
/// not NULL if the text is empty. The text lives as long as the object it was asked of.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ivs_str {
    /// The first byte, or NULL.
    pub data: *const c_char,
    /// How many bytes.
    pub len: usize,
}

impl ivs_str {
    pub(crate) const ABSENT: Self = Self { data: ptr::null(), len: 0 };
}

impl From<&str> for ivs_str {
    fn from(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }
}

impl From<Option<&str>> for ivs_str {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::ABSENT, Self::from)
    }
}

/// Copies into the caller's buffer, with a NUL behind it. `*len` is the size of the buffer, and becomes the length of
/// what was written, without the NUL. When the buffer is too small, nothing is written to it, and `*len` becomes the size
/// needed.
///
/// # Safety
///
/// `len` is NULL or can be read and written; `*len` bytes can be written at `buffer`, unless it is NULL.
pub(crate) unsafe fn copy(bytes: &[u8], buffer: *mut c_char, len: *mut usize) -> Result<(), Failure> {
    // SAFETY: as the caller promises; one byte more is asked for, which is for the NUL.
    unsafe {
        write(bytes, 1, buffer.cast(), len)?;
        buffer.add(bytes.len()).write(0);
    }
    Ok(())
}

/// Copies bytes that are no text, as [`copy`] does, and without a NUL.
///
/// # Safety
///
/// As for [`copy`].
pub(crate) unsafe fn copy_bytes(bytes: &[u8], buffer: *mut u8, len: *mut usize) -> Result<(), Failure> {
    // SAFETY: as the caller promises.
    unsafe { write(bytes, 0, buffer, len) }
}

/// # Safety
///
/// As for [`copy`]. There are `beyond` bytes at `buffer` behind what is written.
unsafe fn write(bytes: &[u8], beyond: usize, buffer: *mut u8, len: *mut usize) -> Result<(), Failure> {
    let len = boundary::place(len, "len")?;
    // SAFETY: not NULL, and as the caller promises.
    let size = unsafe { len.read() };
    let needed = bytes.len() + beyond;
    if buffer.is_null() && size > 0 {
        return Err(Failure::null("buffer"));
    }
    if size < needed {
        // SAFETY: as above.
        unsafe { len.write(needed) };
        return Err(Failure::buffer_too_small(size, needed));
    }
    // SAFETY: `needed` bytes can be written at `buffer`, which what is copied cannot overlap: it is ours.
    unsafe {
        ptr::copy_nonoverlapping(bytes.as_ptr(), buffer, bytes.len());
        len.write(bytes.len());
    }
    Ok(())
}
