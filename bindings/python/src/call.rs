//! What a verification has to know, or to hand back, that the core has no room for: the time it was given, and what Python code
//! raised that it called. Each is kept for the thread that verifies, for as long as it does.

use std::cell::{Cell, RefCell};

use ivs_token::{Clock, StoreError, Timestamp, VerifyError};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::failure::Failure;

thread_local! {
    static NOW: Cell<Option<Timestamp>> = const { Cell::new(None) };
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// The system's clock, or the time that the call on this thread was given.
pub(crate) struct CallClock;

impl Clock for CallClock {
    fn now(&self) -> Timestamp {
        NOW.get().unwrap_or_else(Timestamp::now)
    }
}

/// Does something on this thread, as if it were `now`, and hands over what was raised meanwhile.
///
/// What it calls may come back here: to the inner call nothing is left of the outer one, and the other way round.
pub(crate) fn during<T>(now: Option<Timestamp>, work: impl FnOnce() -> T) -> (T, Option<PyErr>) {
    /// A panic must not leave anything behind.
    struct Restore(Option<Timestamp>, Option<PyErr>);
    impl Drop for Restore {
        fn drop(&mut self) {
            NOW.set(self.0);
            RAISED.replace(self.1.take());
        }
    }
    let _restore = Restore(NOW.replace(now), RAISED.take());
    let done = work();
    (done, RAISED.take())
}

/// Keeps what Python code raised until the verification is over, and says it in the core's way. The first one counts.
pub(crate) fn raised(py: Python<'_>, error: PyErr) -> StoreError {
    let said = in_words(py, &error);
    RAISED.with_borrow_mut(|raised| {
        raised.get_or_insert(error);
    });
    StoreError::new(said)
}

/// The outcome of a verification during which this was raised. Whatever was raised, the token is not accepted: what is no
/// `Exception`, such as an interrupt, goes on as it is.
pub(crate) fn settle<T>(
    py: Python<'_>,
    outcome: Result<T, VerifyError>,
    raised: Option<&PyErr>,
) -> Result<T, Failure> {
    let Some(raised) = raised else { return Ok(outcome?) };
    let error = match outcome {
        _ if !raised.is_instance_of::<PyException>(py) => return Err(Failure::Python(raised.clone_ref(py))),
        Ok(_) => VerifyError::RevocationUnknown(StoreError::new(in_words(py, raised))),
        Err(error @ VerifyError::RevocationUnknown(_)) => error,
        Err(error) => return Err(error.into()),
    };
    Err(Failure::from(error).caused_by(raised.clone_ref(py)))
}

/// The name of an exception and what it says, in one line of reasonable length.
pub(crate) fn in_words(py: Python<'_>, error: &PyErr) -> String {
    let kind = error.get_type(py).name().map_or_else(|_| "an exception".to_owned(), |name| name.to_string());
    match error.value(py).str() {
        Ok(text) => {
            let text: String = text.to_string_lossy().chars().take(300).collect();
            format!("{kind}: {}", ivs_token::printable(&text))
        }
        Err(_) => kind,
    }
}
