use std::ffi::{CStr, c_char};

use crate::last_error;
use crate::status::ivs_status;

/// The result of a call, in one struct of the caller's. It holds no pointers, so there is nothing to free, and it may
/// be passed to another thread.
#[repr(C)]
pub struct ivs_error {
    /// `IVS_OK` if the call succeeded.
    pub status: ivs_status,
    /// What `ivs_last_error_reason()` says, with a NUL at its end.
    pub reason: [c_char; 60],
    /// What `ivs_last_error_message()` says, with a NUL at its end. A longer one is cut after a whole character.
    pub message: [c_char; 960],
}

/// Writes the result of the last call in this thread: its status, reason and message at once. NULL is ignored.
///
/// A runtime that may continue in another thread after each call cannot ask for the error of the previous call. From C,
/// call this in the same function as the call that it is about. `ivs_mint_json()` and `ivs_verify_json()` answer their
/// error themselves.
///
/// # Safety
///
/// `error` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_last_error_get(error: *mut ivs_error) {
    if !error.is_null() {
        let last = ivs_error {
            status: last_error::ivs_last_error_status(),
            reason: cut(last_error::ivs_last_error_reason()),
            message: cut(last_error::ivs_last_error_message()),
        };
        // SAFETY: not NULL, and as the caller promises.
        unsafe { error.write(last) };
    }
}

/// As much of a text of the last error as there is room for, and a NUL.
fn cut<const SIZE: usize>(text: *const c_char) -> [c_char; SIZE] {
    // SAFETY: texts of the last error are never NULL, end with a NUL, and live until the next call in this thread.
    let text = unsafe { CStr::from_ptr(text) }.to_bytes();
    let mut end = text.len().min(SIZE - 1);
    // What follows begins in the midst of a character.
    while text.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    let mut copy = [0; SIZE];
    for (to, from) in copy.iter_mut().zip(&text[..end]) {
        *to = from.cast_signed() as c_char;
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_after_a_whole_character() {
        let cut_to_4 = |text: &CStr| {
            let copy = cut::<4>(text.as_ptr());
            // SAFETY: the last byte is always a NUL.
            unsafe { CStr::from_ptr(copy.as_ptr()) }.to_bytes().to_vec()
        };
        assert_eq!(cut_to_4(c""), b"");
        assert_eq!(cut_to_4(c"abc"), b"abc");
        assert_eq!(cut_to_4(c"abcd"), b"abc");
        assert_eq!(cut_to_4(c"abé"), b"ab");
        assert_eq!(cut_to_4(c"aé"), "aé".as_bytes());
        assert_eq!(cut_to_4(c"\xf0\x9f\x8e\xa5"), b"");
    }

    /// A reason is compared by programs, so none may be cut.
    #[test]
    fn every_reason_has_room() {
        for reason in crate::status::reasons() {
            assert!(reason.len() < 60, "{reason}");
        }
    }
}
