//! What a participant token says, and what it is made from.

use ivs_token::{Participant, ParticipantDuration, Token};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::boundary::guard;
use crate::datetime;
use crate::failure::Failure;
use crate::home::PARTICIPANT_TOKEN;
use crate::stage::Stage;
use crate::values;

/// The claims of a participant token. Part of a `Token`.
#[pyclass(frozen, module = "ivs_token._native")]
pub(crate) struct ParticipantClaims(pub(crate) ivs_token::ParticipantClaims);

#[pymethods]
impl ParticipantClaims {
    #[getter]
    fn participant_id(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.participant_id().as_str()))
    }

    #[getter]
    fn user_id(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        guard(py, || Ok(self.0.user_id()))
    }

    #[getter]
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guard(py, || Ok(values::attributes_dict(py, self.0.attributes())?))
    }

    #[getter]
    fn capabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || Ok(values::capability_flag(py, self.0.capabilities())?))
    }

    #[getter]
    fn stage(&self, py: Python<'_>) -> PyResult<Stage> {
        guard(py, || Ok(Stage(self.0.stage().clone())))
    }

    #[getter]
    fn stage_arn(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.stage_arn().as_str()))
    }

    #[getter]
    fn issued_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || Ok(datetime::utc(py, self.0.issued_at())?))
    }

    #[getter]
    fn expiration_time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || Ok(datetime::utc(py, self.0.expires_at())?))
    }

    #[getter]
    fn version(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(self.0.version().to_string()))
    }
}

/// The arguments of `mint`, as they came.
#[derive(Default)]
pub(crate) struct Given<'py> {
    pub(crate) user_id: Option<Bound<'py, PyAny>>,
    pub(crate) attributes: Option<Bound<'py, PyAny>>,
    pub(crate) capabilities: Option<Bound<'py, PyAny>>,
    pub(crate) duration: Option<Bound<'py, PyAny>>,
    pub(crate) participant_id: Option<Bound<'py, PyAny>>,
}

impl<'py> Given<'py> {
    /// The same arguments in a mapping; `None` is as if it were not there.
    pub(crate) fn from_mapping(mapping: &Bound<'py, PyAny>) -> Result<Self, Failure> {
        let mut given = Self::default();
        let mut take = |name: &Bound<'py, PyAny>, value: Bound<'py, PyAny>| -> Result<(), Failure> {
            let name = name.cast::<PyString>().map_err(|_| unknown(name))?;
            let place = match name.to_string_lossy().as_ref() {
                "user_id" => &mut given.user_id,
                "attributes" => &mut given.attributes,
                "capabilities" => &mut given.capabilities,
                "duration" => &mut given.duration,
                "participant_id" => &mut given.participant_id,
                _ => return Err(unknown(name)),
            };
            *place = Some(value).filter(|value| !value.is_none());
            Ok(())
        };
        if let Ok(dict) = mapping.cast::<PyDict>() {
            dict.iter().try_for_each(|(name, value)| take(&name, value))?;
        } else {
            values::items("a participant", "a mapping", mapping, |name, value| take(&name, value))?;
        }
        Ok(given)
    }

    /// A token about to be minted. Nothing in it is Python's any more.
    pub(crate) fn begin(&self, stage: &ivs_token::Stage) -> Result<Participant, Failure> {
        let mut participant = stage.participant();
        if let Some(user_id) = &self.user_id {
            participant = participant.user_id(&*values::text("user_id", user_id)?);
        }
        if let Some(attributes) = &self.attributes {
            participant = participant.attributes(values::attributes(attributes)?);
        }
        if let Some(capabilities) = &self.capabilities {
            participant = participant.capabilities(values::capabilities(capabilities)?);
        }
        if let Some(duration) = &self.duration {
            let duration = values::duration("duration", duration, ParticipantDuration::MAX)?;
            participant = participant.duration(ParticipantDuration::try_from(duration)?);
        }
        if let Some(id) = &self.participant_id {
            participant = participant.participant_id(&*values::text("participant_id", id)?);
        }
        participant.check()?;
        Ok(participant)
    }
}

fn unknown(name: &Bound<'_, PyAny>) -> Failure {
    let name = name.repr().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    Failure::Python(PyTypeError::new_err(format!(
        "a participant has no {name}: it has user_id, attributes, capabilities, duration and participant_id"
    )))
}

/// The token that Python sees: a `str` that knows what it says.
pub(crate) fn to_python(py: Python<'_>, token: Token) -> Result<Bound<'_, PyAny>, Failure> {
    let claims = ParticipantClaims(token.claims().clone());
    Ok(PARTICIPANT_TOKEN.make(py, token.as_str(), claims)?)
}

/// The claims in a `Token`, which its class keeps in `_claims`.
pub(crate) fn claims_of<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, ParticipantClaims>> {
    value.getattr(pyo3::intern!(value.py(), "_claims")).ok()?.cast_into().ok()
}
