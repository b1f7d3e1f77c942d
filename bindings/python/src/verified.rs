use ivs_token::ParticipantClaims;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::boundary::guard;
use crate::datetime;
use crate::stage::Stage;
use crate::values;

/// A participant token whose signature, rules and time have been checked. Only `Verifier.verify` makes one.
///
/// It cannot be pickled, so that only a verification makes one. Send the values that you need, or the token.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct VerifiedToken(pub(crate) ivs_token::VerifiedToken);

#[pymethods]
impl VerifiedToken {
    /// The participant's ID, `jti`: DisconnectParticipant takes it.
    #[getter]
    fn participant_id(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.participant_id().as_str()))
    }

    /// Your application's name for the participant, or `None`.
    #[getter]
    fn user_id(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        guard(py, || Ok(self.0.user_id()))
    }

    /// The participant's attributes: a new dict each time, empty if the token has none.
    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guard(py, || Ok(values::attributes_dict(py, self.0.attributes())?))
    }

    /// What the participant may do.
    #[getter]
    fn capabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || Ok(values::capability_flag(py, self.0.capabilities())?))
    }

    /// The stage with its endpoints.
    #[getter]
    fn stage(&self, py: Python<'_>) -> PyResult<Stage> {
        guard(py, || Ok(Stage(self.0.stage().clone())))
    }

    /// The ARN of the stage.
    #[getter]
    fn stage_arn(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.stage_arn().as_str()))
    }

    /// When the token was issued: an aware `datetime` in UTC.
    #[getter]
    fn issued_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || Ok(datetime::utc(py, self.0.issued_at())?))
    }

    /// The first second at which the token is no longer valid: an aware `datetime` in UTC.
    #[getter]
    fn expiration_time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || Ok(datetime::utc(py, self.0.expires_at())?))
    }

    /// The version of the token's form, such as `1.0`.
    #[getter]
    fn version(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(self.0.version().to_string()))
    }

    /// The ARN of the key that signed the token.
    #[getter]
    fn kid(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.key_id().as_str()))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || {
            values::not_pickled(
                "a VerifiedToken cannot be pickled, so that only a verification makes one: send what you need of it, or the token",
            )
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(format!("<VerifiedToken {}>", described(&self.0))))
    }
}

/// Who it is, in a line. What the participant chose is quoted and escaped.
fn described(claims: &ParticipantClaims) -> String {
    let (id, stage) = (claims.participant_id(), claims.stage_arn());
    let user = claims.user_id().map_or_else(|| "None".to_owned(), |user_id| format!("{user_id:?}"));
    let (capabilities, expires_at) = (claims.capabilities(), claims.expires_at());
    format!(
        "participant_id={id} user_id={user} stage={stage} capabilities={capabilities} expires={expires_at}"
    )
}
