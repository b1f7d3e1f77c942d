use ivs_token::{Member, Outcome};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::boundary::guard;
use crate::datetime;
use crate::failure::Failure;
use crate::home::LOADS;
use crate::values;

/// What a text looks like, and for each rule whether it holds. Nothing in it is verified, so do not trust it.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct Inspection(ivs_token::Inspection);

#[pymethods]
impl Inspection {
    /// What it looks like: `participant`, `participant-from-api`, `connection`, `playback`, `other` or `not-a-token`.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || loads(py, &to_json(&self.0.kind)?))
    }

    /// The members of the header, as far as it could be read.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guard(py, || members(py, &self.0.header))
    }

    /// The members of the payload, as far as it could be read.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guard(py, || members(py, &self.0.claims))
    }

    /// What is wrong, in words. Empty if every rule holds that can be checked without a key.
    #[getter]
    fn problems<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        guard(py, || {
            let problems: Vec<&str> = self.0.problems().collect();
            Ok(PyTuple::new(py, problems)?)
        })
    }

    /// Every rule, and whether it holds.
    #[getter]
    fn checks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        guard(py, || {
            let checks: Vec<Check> = self.0.checks.iter().cloned().map(Check).collect();
            Ok(PyTuple::new(py, checks)?)
        })
    }

    /// The claim `iat`, if it is a time: an aware `datetime` in UTC, or `None`.
    #[getter]
    fn issued_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        guard(py, || Ok(self.0.issued_at.map(|time| datetime::utc(py, time)).transpose()?))
    }

    /// The claim `exp`, if it is a time: an aware `datetime` in UTC, or `None`.
    #[getter]
    fn expiration_time<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        guard(py, || Ok(self.0.expiration_time.map(|time| datetime::utc(py, time)).transpose()?))
    }

    /// The same as JSON.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || to_json(&self.0))
    }

    /// The same in words.
    fn __str__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(self.0.to_string()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let kind = to_json(&self.0.kind)?;
            Ok(format!("<Inspection kind={kind} problems={}>", self.0.problems().count()))
        })
    }
}

/// A rule, and whether it holds.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct Check(ivs_token::Check);

#[pymethods]
impl Check {
    /// The rule in words.
    #[getter]
    fn rule(&self, py: Python<'_>) -> PyResult<&'static str> {
        guard(py, || Ok(self.0.rule))
    }

    /// Whether it holds: `True`, `False`, or `None` if it could not be checked.
    #[getter]
    fn holds(&self, py: Python<'_>) -> PyResult<Option<bool>> {
        guard(py, || {
            Ok(match self.0.outcome {
                Outcome::Holds => Some(true),
                Outcome::Broken(_) => Some(false),
                _ => None,
            })
        })
    }

    /// Why it does not hold, or could not be checked; `None` if it holds.
    #[getter]
    fn detail(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        guard(py, || {
            Ok(match &self.0.outcome {
                Outcome::Broken(detail) | Outcome::Unchecked(detail) => Some(detail.as_str()),
                _ => None,
            })
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(format!("<Check {:?} {:?}>", self.0.rule, self.0.outcome)))
    }
}

/// Inspects whatever a user may paste: a token, whole or broken, alone, in quotes, in a URL or in the API's response.
///
/// It never fails and never verifies. `now` is the present time, an aware `datetime`, for tests.
#[pyfunction]
#[pyo3(signature = (text, *, now=None))]
pub(crate) fn inspect(
    py: Python<'_>,
    text: Bound<'_, PyAny>,
    now: Option<Bound<'_, PyAny>>,
) -> PyResult<Inspection> {
    guard(py, || {
        let now = values::moment(now.as_ref())?;
        Ok(Inspection(ivs_token::inspect_at(&values::lossy("text", &text)?, now)))
    })
}

fn members<'py>(py: Python<'py>, members: &[Member]) -> Result<Bound<'py, PyDict>, Failure> {
    let dict = PyDict::new(py);
    for Member { name, value, .. } in members {
        dict.set_item(name, loads(py, value)?)?;
    }
    Ok(dict)
}

fn to_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    // Plain structs and texts, which always serialise.
    serde_json::to_string(value).map_err(|_| Failure::Panic)
}

fn loads<'py>(py: Python<'py>, json: &str) -> Result<Bound<'py, PyAny>, Failure> {
    Ok(LOADS.get(py)?.call1((json,))?)
}
