//! The one place where Rust's failures become Python's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;

use crate::failure::Failure;

/// Runs the body of a function that Python calls. A failure becomes its exception; a panic becomes `IvsTokenError`, for
/// PyO3's own `PanicException` escapes `except Exception`.
///
/// A body keeps nothing half done: values are frozen, and what the core shares it changes in one step.
pub(crate) fn guard<T>(py: Python<'_>, body: impl FnOnce() -> Result<T, Failure>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => Err(failure.into_py_err(py)),
        Err(_) => Err(Failure::Panic.into_py_err(py)),
    }
}

/// Panics, to test that nobody sees it.
#[pyfunction(name = "_panic")]
#[expect(clippy::panic, reason = "it is what this is for")]
pub(crate) fn panic(py: Python<'_>) -> PyResult<()> {
    guard(py, || panic!("a test"))
}
