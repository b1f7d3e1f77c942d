//! What Python can do with a `Stage`. Apart from the class, which the claims of a token hand out: minting makes those.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use ivs_token::{DEFAULT_EVENTS_URL, StageArn};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::boundary::guard;
use crate::failure::Failure;
use crate::participant::{self, Given};
use crate::signing_key;
use crate::stage::Stage;
use crate::{values, workers};

#[pymethods]
impl Stage {
    #[new]
    #[pyo3(signature = (arn, whip_url, events_url=None))]
    fn new(
        py: Python<'_>,
        arn: Bound<'_, PyAny>,
        whip_url: Bound<'_, PyAny>,
        events_url: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guard(py, || {
            let arn: StageArn = values::arn("arn", &arn)?;
            let whip_url = values::text("whip_url", &whip_url)?;
            let events_url = values::optional_text("events_url", events_url.as_ref())?;
            let events_url = events_url.as_deref().unwrap_or(DEFAULT_EVENTS_URL);
            Ok(Self(ivs_token::Stage::with_endpoints(arn, whip_url, events_url)?))
        })
    }

    /// A stage from what GetStage or CreateStage answers: the dict of boto3, or the JSON that the AWS command line prints.
    ///
    /// Raises `InvalidClaimError` when there is no stage in it, or a member is missing or wrong.
    #[staticmethod]
    fn from_response(py: Python<'_>, response: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || Ok(Self(ivs_token::Stage::from_json(&*values::json_material(&response)?)?)))
    }

    /// Mints a token for one participant: both capabilities, 12 hours, a fresh random participant ID, unless told otherwise.
    ///
    /// `user_id` has at most 128 characters, `attributes` at most 1 024 bytes of names and values together; everyone on the
    /// stage sees both. `capabilities` is a `Capability`, its name, or several of them. `duration` is a `timedelta` or an
    /// `int` of minutes, from 1 second to 14 days. `participant_id` is 1 to 64 of `[A-Za-z0-9_-]`, and every token needs its
    /// own. `now` is when the token is issued, an aware `datetime`, for tests.
    ///
    /// Raises `InvalidClaimError` for a value that no token may carry, and `MintError` for a key without a `kid`, or of
    /// another account or region than the stage.
    #[pyo3(signature = (
        key, *, user_id=None, attributes=None, capabilities=None, duration=None, participant_id=None, now=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn mint<'py>(
        &self,
        py: Python<'py>,
        key: Bound<'py, PyAny>,
        user_id: Option<Bound<'py, PyAny>>,
        attributes: Option<Bound<'py, PyAny>>,
        capabilities: Option<Bound<'py, PyAny>>,
        duration: Option<Bound<'py, PyAny>>,
        participant_id: Option<Bound<'py, PyAny>>,
        now: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || {
            let given = Given { user_id, attributes, capabilities, duration, participant_id };
            let participant = given.begin(&self.0)?;
            let now = values::moment(now.as_ref())?;
            let key = signing_key::of(&key)?;
            let token = py.detach(|| participant.mint_at(key, now))?;
            participant::to_python(py, token)
        })
    }

    /// Mints a token for each participant, in their order, all issued at one moment.
    ///
    /// `participants` is an iterable of mappings with the names of the arguments of `mint`: `user_id`, `attributes`,
    /// `capabilities`, `duration`, `participant_id`, all optional. `threads` says how many threads sign; Python's other threads
    /// go on meanwhile.
    ///
    /// Raises what `mint` raises, for the first participant that is at fault; its place in the list is `error.index`.
    #[pyo3(signature = (key, participants, *, threads=None, now=None))]
    fn mint_many<'py>(
        &self,
        py: Python<'py>,
        key: Bound<'py, PyAny>,
        participants: Bound<'py, PyAny>,
        threads: Option<Bound<'py, PyAny>>,
        now: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        guard(py, || {
            let threads = workers::count(threads.as_ref())?;
            let now = values::moment(now.as_ref())?;
            let mut begun = Vec::new();
            for (index, given) in participants.try_iter()?.enumerate() {
                let participant = Given::from_mapping(&given?).and_then(|given| given.begin(&self.0));
                begun.push(participant.map_err(|failure| failure.at("participants", index))?);
            }
            let key = signing_key::of(&key)?;
            let minted = py.detach(|| workers::map(begun, threads, |chunk| key.mint_batch_at(chunk, now)));
            let tokens = PyList::empty(py);
            for (index, token) in minted?.into_iter().enumerate() {
                let token = token.map_err(|error| Failure::from(error).at("participants", index))?;
                tokens.append(participant::to_python(py, token)?)?;
            }
            Ok(tokens)
        })
    }

    /// The ARN.
    #[getter]
    fn arn(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.arn().as_str()))
    }

    /// What follows `stage/` in the ARN.
    #[getter]
    fn stage_id(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.stage_id()))
    }

    /// The URL that WHIP clients publish to.
    #[getter]
    fn whip_url(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.whip_url()))
    }

    /// The URL that stage events come from.
    #[getter]
    fn events_url(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.events_url()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let (arn, whip_url, events_url) = (self.0.arn(), self.0.whip_url(), self.0.events_url());
            Ok(format!("Stage('{arn}', whip_url='{whip_url}', events_url='{events_url}')"))
        })
    }

    fn __eq__(&self, py: Python<'_>, other: Bound<'_, PyAny>) -> PyResult<bool> {
        guard(py, || Ok(other.cast::<Self>().is_ok_and(|other| self.0 == other.get().0)))
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        guard(py, || {
            let mut hasher = DefaultHasher::new();
            self.0.hash(&mut hasher);
            Ok(hasher.finish())
        })
    }

    fn __reduce__(slf: Bound<'_, Self>) -> PyResult<(Bound<'_, PyAny>, Bound<'_, PyTuple>)> {
        let py = slf.py();
        guard(py, || {
            let stage = &slf.get().0;
            let arguments = [stage.arn().as_str(), stage.whip_url(), stage.events_url()];
            Ok((py.get_type::<Self>().into_any(), PyTuple::new(py, arguments)?))
        })
    }
}
