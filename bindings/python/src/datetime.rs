//! A moment of the core as Python's `datetime`.

use ivs_token::Timestamp;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyTzInfo};

/// An aware `datetime` in UTC.
pub(crate) fn utc(py: Python<'_>, time: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    let utc = PyTzInfo::utc(py)?.to_owned();
    #[expect(clippy::cast_precision_loss, reason = "a timestamp has 38 bits")]
    let secs = time.as_secs() as f64;
    Ok(PyDateTime::from_timestamp(py, secs, Some(&utc))?.into_any())
}
