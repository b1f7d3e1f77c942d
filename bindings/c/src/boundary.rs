//! Where Rust ends. Every export begins here: it resets the last error, and no panic goes beyond.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::failure::Failure;
use crate::last_error;
use crate::status::ivs_status;

/// Runs what an export does, and turns its failure into a status and the thread's last error.
pub(crate) fn run(body: impl FnOnce() -> Result<(), Failure>) -> ivs_status {
    last_error::clear();
    match caught(body) {
        Some(Ok(())) => ivs_status::IVS_OK,
        Some(Err(failure)) => fail(&failure),
        None => fail(&panicked()),
    }
}

/// Runs a getter that gives a value; `absent` stands for a NULL handle.
pub(crate) fn get<T: Copy>(absent: T, body: impl FnOnce() -> Result<T, Failure>) -> T {
    last_error::clear();
    match caught(body) {
        Some(Ok(value)) => value,
        Some(Err(failure)) => {
            fail(&failure);
            absent
        }
        None => {
            fail(&panicked());
            absent
        }
    }
}

/// Frees a handle; NULL is ignored. The last error stays: what went wrong is often told after cleaning up.
///
/// # Safety
///
/// `handle` is NULL, or came from [`give`] and was not freed before.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: as the caller promises; `give` made it from a box.
        let boxed = unsafe { Box::from_raw(handle) };
        if caught(|| drop(boxed)).is_none() {
            fail(&panicked());
        }
    }
}

/// Gives a value to the caller as a handle to free.
///
/// # Safety
///
/// `out` is not NULL and may be written.
pub(crate) unsafe fn give<T>(out: *mut *mut T, value: T) {
    // SAFETY: as the caller promises.
    unsafe { out.write(Box::into_raw(Box::new(value))) };
}

/// The value behind a handle.
///
/// # Safety
///
/// `handle` is NULL, or a handle of this library that lives as long as `'h`.
pub(crate) unsafe fn borrow<'h, T>(handle: *const T, argument: &'static str) -> Result<&'h T, Failure> {
    // SAFETY: as the caller promises.
    unsafe { handle.as_ref() }.ok_or_else(|| Failure::null(argument))
}

/// The value behind a handle that is being changed.
///
/// # Safety
///
/// As for [`borrow`], and nobody else uses it meanwhile.
pub(crate) unsafe fn borrow_mut<'h, T>(handle: *mut T, argument: &'static str) -> Result<&'h mut T, Failure> {
    // SAFETY: as the caller promises.
    unsafe { handle.as_mut() }.ok_or_else(|| Failure::null(argument))
}

/// That there is a place to write to.
pub(crate) fn place<T>(out: *mut T, argument: &'static str) -> Result<*mut T, Failure> {
    if out.is_null() { Err(Failure::null(argument)) } else { Ok(out) }
}

/// What a body answers, or `None` when it panicked. The objects of this library are changed only by replacing them whole,
/// so none is left half-changed.
fn caught<T>(body: impl FnOnce() -> T) -> Option<T> {
    be_silent();
    catch_unwind(AssertUnwindSafe(body)).ok()
}

thread_local! {
    /// Where in the sources this thread panicked last.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the place of a panic, and prints nothing: what a panic says may hold what was passed in. The standard library
/// within this one is its own, so that no other Rust in the program is told to be silent.
fn be_silent() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(test)]
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            #[cfg(test)]
            usual(panic);
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            // While a thread ends there is nobody left to tell.
            let _ = PLACE.try_with(|last| last.replace(place));
        }));
    });
}

fn panicked() -> Failure {
    let place = PLACE.try_with(RefCell::take).unwrap_or_default();
    if place.is_empty() { Failure::internal() } else { Failure::panicked(&place) }
}

fn fail(failure: &Failure) -> ivs_status {
    last_error::set(failure);
    failure.status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_here() {
        assert_eq!(run(|| panic!("secret words")), ivs_status::IVS_INTERNAL);
        // SAFETY: it is never NULL, and good until the next call of this thread.
        let message = unsafe { std::ffi::CStr::from_ptr(last_error::ivs_last_error_message()) };
        let message = message.to_str().unwrap();
        assert!(message.contains("boundary.rs:") && !message.contains("secret"), "{message}");
        assert_eq!(get(7, || panic!("within")), 7);
        assert_eq!(run(|| Ok(())), ivs_status::IVS_OK);
    }
}
