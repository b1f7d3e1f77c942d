use std::cell::RefCell;
use std::ffi::c_char;

use crate::failure::Failure;
use crate::status::ivs_status;

thread_local! {
    static LAST: RefCell<LastError> = const {
        RefCell::new(LastError { status: ivs_status::IVS_OK, message: Vec::new(), reason: Vec::new() })
    };
}

/// Both texts end with a NUL when they are not empty.
struct LastError {
    status: ivs_status,
    message: Vec<u8>,
    reason: Vec<u8>,
}

/// The status of the last call in this thread. Use it after getters, which answer a value and no status.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_last_error_status() -> ivs_status {
    LAST.try_with(|last| last.borrow().status).unwrap_or(ivs_status::IVS_OK)
}

/// What went wrong in the last call of this thread, in a sentence that says what to do; empty if the call succeeded.
/// Never NULL. Good until the next call in this thread that is not about the last error.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_last_error_message() -> *const c_char {
    read(|last| &last.message)
}

/// The stable name of what went wrong in the last call of this thread, finer than the status: such as `KEY_WRONG_CURVE`
/// or `CLAIM_MISSING`; empty if the call succeeded. Never NULL. Good until the next call in this thread that is not
/// about the last error.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_last_error_reason() -> *const c_char {
    read(|last| &last.reason)
}

pub(crate) fn clear() {
    // While a thread ends there is nobody left to ask.
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.status = ivs_status::IVS_OK;
        last.message.clear();
        last.reason.clear();
    });
}

pub(crate) fn set(failure: &Failure) {
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.status = failure.status;
        put(&mut last.message, &failure.message);
        put(&mut last.reason, failure.reason);
    });
}

fn put(place: &mut Vec<u8>, text: &str) {
    place.clear();
    place.extend(text.bytes().map(|byte| if byte == 0 { b'?' } else { byte }));
    place.push(0);
}

fn read(part: impl Fn(&LastError) -> &Vec<u8>) -> *const c_char {
    LAST.try_with(|last| {
        let last = last.borrow();
        let text = part(&last);
        if text.is_empty() { c"".as_ptr() } else { text.as_ptr().cast() }
    })
    .unwrap_or(c"".as_ptr())
}
