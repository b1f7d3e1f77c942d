//! What Python can do with a `Stage`. Apart from the class, which the claims of a token hand out: minting makes those.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use ivs_token::{DEFAULT_EVENTS_URL, Participant, SigningKey, StageArn, Timestamp};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::boundary::guard;
use crate::failure::Failure;
use crate::participant::{self, Given};
use crate::signer::{self, Minter, Signer, Way};
use crate::stage::Stage;
use crate::unsigned::UnsignedToken;
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

    /// A stage from what GetStage or CreateStage returns: the dict of boto3, or the JSON that the AWS command line
    /// prints.
    ///
    /// Raises `InvalidClaimError` if there is no stage in it, or if a member is missing or wrong.
    #[staticmethod]
    fn from_response(py: Python<'_>, response: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || Ok(Self(ivs_token::Stage::from_json(&*values::json_material(&response)?)?)))
    }

    /// Mints a token for one participant. By default it has both capabilities, lasts 12 hours and has a fresh random
    /// participant ID.
    ///
    /// `user_id` has at most 128 characters, `attributes` at most 1 024 bytes of names and values together; everyone on the
    /// stage sees both. `capabilities` is a `Capability`, its name, or several of them. `duration` is a `timedelta` or an
    /// `int` of minutes, from 1 second to 14 days. `participant_id` is 1 to 64 of `[A-Za-z0-9_-]`, and every token needs its
    /// own. `now` is when the token is issued, an aware `datetime`, for tests.
    ///
    /// `key` is a `SigningKey`, or a `Signer` whose private key is elsewhere, such as `KmsSigner`.
    ///
    /// Raises `InvalidClaimError` for a value that no token may carry, and `MintError` for a key without a `kid`, or of
    /// another account or region than the stage, or when a signer failed.
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
            mint(py, &key, participant, values::moment(now.as_ref())?, Way::Now)
        })
    }

    /// Mints a token as `mint` does, without blocking: await it. The token is issued when this is called.
    ///
    /// `key` may also be an `AsyncSigner`. The `sign` of a plain `Signer` runs on a thread of asyncio.
    #[pyo3(signature = (
        key, *, user_id=None, attributes=None, capabilities=None, duration=None, participant_id=None, now=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn amint<'py>(
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
            mint(py, &key, participant, values::moment(now.as_ref())?, Way::Awaited)
        })
    }

    /// Makes a token as `mint` does, but without its signature, for a private key that signs elsewhere. `kid` is the
    /// ARN under which IVS knows the public half.
    #[pyo3(signature = (
        kid, *, user_id=None, attributes=None, capabilities=None, duration=None, participant_id=None, now=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn unsigned<'py>(
        &self,
        py: Python<'py>,
        kid: Bound<'py, PyAny>,
        user_id: Option<Bound<'py, PyAny>>,
        attributes: Option<Bound<'py, PyAny>>,
        capabilities: Option<Bound<'py, PyAny>>,
        duration: Option<Bound<'py, PyAny>>,
        participant_id: Option<Bound<'py, PyAny>>,
        now: Option<Bound<'py, PyAny>>,
    ) -> PyResult<UnsignedToken> {
        guard(py, || {
            let given = Given { user_id, attributes, capabilities, duration, participant_id };
            let participant = given.begin(&self.0)?;
            let now = values::moment(now.as_ref())?;
            Ok(UnsignedToken(participant.unsigned_at(&signer::kid(&kid)?, now)?))
        })
    }

    /// Mints a token for each participant, in order, all issued at the same moment.
    ///
    /// `participants` is an iterable of mappings with the names of the arguments of `mint`: `user_id`, `attributes`,
    /// `capabilities`, `duration`, `participant_id`, all optional. `threads` says how many threads sign: by default 1,
    /// or 8 with a `Signer`. Python's other threads can run meanwhile.
    ///
    /// Raises what `mint` raises, for the first participant that is wrong; `error.index` is its place in the list.
    #[pyo3(signature = (key, participants, *, threads=None, now=None))]
    fn mint_many<'py>(
        &self,
        py: Python<'py>,
        key: Bound<'py, PyAny>,
        participants: Bound<'py, PyAny>,
        threads: Option<Bound<'py, PyAny>>,
        now: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || {
            let now = values::moment(now.as_ref())?;
            match signer::of(&key)? {
                Minter::Key(key) => {
                    let threads = workers::count(threads.as_ref())?;
                    Ok(mint_all(py, key, self.begin_all(&participants)?, threads, now)?.into_any())
                }
                Minter::Signer(signer) => {
                    let threads = workers::at_once("threads", threads.as_ref())?;
                    let unsigned = unsigned_all(py, signer, self.begin_all(&participants)?, now)?;
                    Way::Now.sign_many(signer, unsigned, threads)
                }
            }
        })
    }

    /// Mints a token for each participant as `mint_many` does, without blocking: await it. The tokens are issued when
    /// this is called.
    ///
    /// `key` may also be an `AsyncSigner`. `concurrency` says how many tokens a signer signs at once, 8 by default. If
    /// one fails, the others under way are cancelled.
    #[pyo3(signature = (key, participants, *, concurrency=None, now=None))]
    fn amint_many<'py>(
        &self,
        py: Python<'py>,
        key: Bound<'py, PyAny>,
        participants: Bound<'py, PyAny>,
        concurrency: Option<Bound<'py, PyAny>>,
        now: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guard(py, || {
            let now = values::moment(now.as_ref())?;
            let concurrency = workers::at_once("concurrency", concurrency.as_ref())?;
            let begun = self.begin_all(&participants)?;
            match signer::of(&key)? {
                Minter::Key(key) => Way::Awaited.token(mint_all(py, key, begun, 1, now)?.into_any()),
                Minter::Signer(signer) => {
                    let unsigned = unsigned_all(py, signer, begun, now)?;
                    Way::Awaited.sign_many(signer, unsigned, concurrency)
                }
            }
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

impl Stage {
    /// The participants of `mint_many`.
    fn begin_all(&self, participants: &Bound<'_, PyAny>) -> Result<Vec<Participant>, Failure> {
        let mut begun = Vec::new();
        for (index, given) in participants.try_iter()?.enumerate() {
            let participant = Given::from_mapping(&given?).and_then(|given| given.begin(&self.0));
            begun.push(participant.map_err(|failure| failure.at("participants", index))?);
        }
        Ok(begun)
    }
}

fn mint<'py>(
    py: Python<'py>,
    key: &Bound<'py, PyAny>,
    participant: Participant,
    now: Timestamp,
    way: Way,
) -> Result<Bound<'py, PyAny>, Failure> {
    match signer::of(key)? {
        Minter::Key(key) => {
            way.token(participant::to_python(py, py.detach(|| participant.mint_at(key, now))?)?)
        }
        Minter::Signer(signer) => {
            way.sign(signer, participant.unsigned_at(&signer.kid()?, now)?, UnsignedToken)
        }
    }
}

/// Mints with a key at hand.
fn mint_all<'py>(
    py: Python<'py>,
    key: &SigningKey,
    begun: Vec<Participant>,
    threads: usize,
    now: Timestamp,
) -> Result<Bound<'py, PyList>, Failure> {
    let minted = py.detach(|| workers::map(begun, threads, |chunk| key.mint_batch_at(chunk, now)));
    let tokens = PyList::empty(py);
    for (index, token) in minted?.into_iter().enumerate() {
        let token = token.map_err(|error| Failure::from(error).at("participants", index))?;
        tokens.append(participant::to_python(py, token)?)?;
    }
    Ok(tokens)
}

/// What a signer is to sign.
fn unsigned_all<'py>(
    py: Python<'py>,
    signer: Signer<'_, 'py>,
    begun: Vec<Participant>,
    now: Timestamp,
) -> Result<Bound<'py, PyList>, Failure> {
    let kid = signer.kid()?;
    let all = PyList::empty(py);
    for (index, participant) in begun.into_iter().enumerate() {
        let unsigned = participant.unsigned_at(&kid, now);
        all.append(UnsignedToken(unsigned.map_err(|error| Failure::from(error).at("participants", index))?))?;
    }
    Ok(all)
}
