use std::sync::{Mutex, PoisonError};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

/// Something of Python's that Rust keeps, and that Python's collector of cycles can look into: a store may well know the
/// verifier that asks it.
///
/// The lock is never held while Python code runs.
#[derive(Debug)]
pub(crate) struct Held(Mutex<Option<Py<PyAny>>>);

impl Held {
    pub(crate) fn new(value: &Bound<'_, PyAny>) -> Self {
        Self(Mutex::new(Some(value.clone().unbind())))
    }

    /// `None` when nobody can reach the owner any more.
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|value| value.bind(py).clone())
    }

    /// For `__traverse__`, which may not wait. What is not visited is not collected.
    pub(crate) fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.try_lock().map_or(Ok(()), |held| visit.call(&*held))
    }

    /// For `__clear__`.
    pub(crate) fn clear(&self) {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(held);
    }
}
