use std::sync::Arc;

use ivs_token::{
    ChannelArn, Expectations, PlaybackKeyArn, PublicKeyArn, RevocationStore, Timestamp, VerifierBuilder,
};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

use crate::boundary::guard;
use crate::call::CallClock;
use crate::connection::VerifiedConnection;
use crate::failure::Failure;
use crate::held::Held;
use crate::home::REVOCATION_STORE;
use crate::key_ring::{KeyRing, PlaybackKeyRing};
use crate::playback::VerifiedPlayback;
use crate::redis::RedisRevocations;
use crate::revocations::InMemoryRevocations;
use crate::store::PythonStore;
use crate::verified::VerifiedToken;
use crate::{call, stage, values, verifying_key, workers};

/// Decides whether a token is valid. Make it once, and use it for every token, in any number of threads.
///
/// `keys` maps the ARN of each public key to the key: a `VerifyingKey`, or PEM, DER or JWK, or the path of a file as an
/// `os.PathLike`; or it is a `KeyRing`, whose changes the verifier follows. `playback_keys` maps the ARNs of playback
/// key pairs to their public halves, or is a `PlaybackKeyRing`. If you do not have the ARN of a key, give the ARN of a
/// channel instead: the key then verifies tokens for all channels of that account and region. At least one key or a
/// ring is needed.
///
/// Every participant token must be for `stage`, grant `capabilities` and be of `user_id`, if you give them. `leeway` is
/// how far in the future a token may have been issued (60 seconds). `expiry_leeway` is how long after its expiry a
/// token is still accepted (0). `revocations` is asked about every token that is otherwise valid:
/// `InMemoryRevocations`, `RedisRevocations`, or a `RevocationStore` of your own. `cache` is how many valid tokens are
/// remembered (none), so that verifying one again takes less than a microsecond; everything that can have changed is
/// still checked. `prepared_limit` is how many single keys of each kind are prepared (64), so that verifying takes a
/// tenth of its time; a ring has its own limit.
///
/// Raises `InvalidKeyError`, `InvalidClaimError` for a text that is not an ARN, and `IvsTokenError` if there is no key.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct Verifier {
    core: ivs_token::Verifier,
    /// The store of revocations, which may know this verifier.
    store: Option<Arc<Held>>,
}

#[pymethods]
impl Verifier {
    #[new]
    #[pyo3(signature = (
        keys=None, *, playback_keys=None, stage=None, capabilities=None, user_id=None, leeway=None, expiry_leeway=None,
        revocations=None, cache=None, prepared_limit=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn new(
        py: Python<'_>,
        keys: Option<Bound<'_, PyAny>>,
        playback_keys: Option<Bound<'_, PyAny>>,
        stage: Option<Bound<'_, PyAny>>,
        capabilities: Option<Bound<'_, PyAny>>,
        user_id: Option<Bound<'_, PyAny>>,
        leeway: Option<Bound<'_, PyAny>>,
        expiry_leeway: Option<Bound<'_, PyAny>>,
        revocations: Option<Bound<'_, PyAny>>,
        cache: Option<Bound<'_, PyAny>>,
        prepared_limit: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        guard(py, || {
            let mut builder = ivs_token::Verifier::builder().clock(CallClock);
            if let Some(limit) = prepared_limit {
                builder = builder.prepared_limit(values::count("prepared_limit", &limit, 0..=usize::MAX)?);
            }
            if let Some(cache) = cache {
                builder = builder.cache(values::count("cache", &cache, 0..=MAX_CACHE)?);
            }
            if let Some(keys) = keys {
                builder = with_keys(builder, &keys)?;
            }
            if let Some(keys) = playback_keys {
                builder = with_playback_keys(builder, &keys)?;
            }
            if let Some(leeway) = leeway {
                builder = builder.issued_at_leeway(values::span("leeway", &leeway)?);
            }
            if let Some(leeway) = expiry_leeway {
                builder = builder.expiry_leeway(values::span("expiry_leeway", &leeway)?);
            }
            if let Some(stage) = &stage {
                builder = builder.stage(&stage::arn(stage)?);
            }
            if let Some(wanted) = &capabilities {
                for capability in values::capabilities(wanted)?.iter() {
                    builder = builder.capability(capability);
                }
            }
            if let Some(user_id) = values::optional_text("user_id", user_id.as_ref())? {
                builder = builder.user_id(user_id);
            }
            let store = revocations.as_ref().map(|store| Arc::new(Held::new(store)));
            if let Some(held) = &store {
                builder = builder.revocations(store_of(py, held)?);
            }
            Ok(Self { core: builder.build()?, store })
        })
    }

    /// Verifies a participant token, and returns its claims.
    ///
    /// `token` is `str` or `bytes`. `stage`, `capabilities` and `user_id` are expected in addition to what the verifier
    /// expects of every token. `now` is the present time, an aware `datetime`, for tests.
    ///
    /// Raises a `VerificationError`: the first check that failed.
    #[pyo3(signature = (token, *, stage=None, capabilities=None, user_id=None, now=None))]
    fn verify(
        &self,
        py: Python<'_>,
        token: Bound<'_, PyAny>,
        stage: Option<Bound<'_, PyAny>>,
        capabilities: Option<Bound<'_, PyAny>>,
        user_id: Option<Bound<'_, PyAny>>,
        now: Option<Bound<'_, PyAny>>,
    ) -> PyResult<VerifiedToken> {
        guard(py, || {
            let token = values::lossy("token", &token)?;
            let now = given(now.as_ref())?;
            let mut expected = Expectations::new();
            if let Some(stage) = &stage {
                expected = expected.stage(&stage::arn(stage)?);
            }
            if let Some(wanted) = &capabilities {
                expected = values::capabilities(wanted)?.iter().fold(expected, Expectations::capability);
            }
            if let Some(user_id) = values::optional_text("user_id", user_id.as_ref())? {
                expected = expected.user_id(user_id);
            }
            let verify = || self.core.verify_expecting(&token, &expected);
            let (outcome, raised) = py.detach(|| call::during(now, verify));
            Ok(VerifiedToken(call::settle(py, outcome, raised.as_ref())?))
        })
    }

    /// Verifies many participant tokens, in order, and asks the revocations about all of them at once.
    ///
    /// For each token, the list has its `VerifiedToken`, or the `VerificationError` that `verify` would have raised. If
    /// one is refused, the others are still verified. `threads` says how many threads verify. Python's other threads
    /// can run meanwhile.
    #[pyo3(signature = (tokens, *, threads=None, now=None))]
    fn verify_many<'py>(
        &self,
        py: Python<'py>,
        tokens: Bound<'py, PyAny>,
        threads: Option<Bound<'py, PyAny>>,
        now: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        guard(py, || {
            let threads = workers::count(threads.as_ref())?;
            if token_itself(&tokens) {
                return Err(Failure::wrong_type("tokens", "several tokens", &tokens));
            }
            let now = given(now.as_ref())?;
            let mut texts = Vec::new();
            for (index, token) in tokens.try_iter()?.enumerate() {
                let token = token?;
                let text = values::lossy("token", &token).map_err(|failure| failure.at("tokens", index))?;
                texts.push(text.into_owned());
            }
            let verify = |chunk: Vec<String>| {
                let (outcomes, raised) = call::during(now, || self.core.verify_batch(&chunk));
                let raised = raised.map(Arc::new);
                outcomes.into_iter().map(|outcome| (outcome, raised.clone())).collect()
            };
            let answers = py.detach(|| workers::map(texts, threads, verify))?;
            let list = PyList::empty(py);
            for (outcome, raised) in answers {
                match call::settle(py, outcome, raised.as_deref()) {
                    Ok(verified) => list.append(Bound::new(py, VerifiedToken(verified))?)?,
                    Err(Failure::Python(error)) => return Err(Failure::Python(error)),
                    Err(failure) => list.append(failure.into_exception(py))?,
                }
            }
            Ok(list)
        })
    }

    /// Verifies a connection token. What the verifier expects of participants is not checked here.
    ///
    /// Raises a `VerificationError`: the first check that failed.
    #[pyo3(signature = (token, *, now=None))]
    fn verify_connection(
        &self,
        py: Python<'_>,
        token: Bound<'_, PyAny>,
        now: Option<Bound<'_, PyAny>>,
    ) -> PyResult<VerifiedConnection> {
        guard(py, || {
            let (token, now) = (values::lossy("token", &token)?, given(now.as_ref())?);
            let verify = || self.core.verify_connection(&token);
            let (outcome, raised) = py.detach(|| call::during(now, verify));
            Ok(VerifiedConnection(call::settle(py, outcome, raised.as_ref())?))
        })
    }

    /// Verifies a playback token: for this channel if one is given, and for a request with this header `Origin` if it
    /// has one.
    ///
    /// The header is checked only if the token strictly enforces its origins. Raises a `VerificationError`: the first
    /// check that failed. A single-use token is spent only if no check fails.
    #[pyo3(signature = (token, *, channel=None, origin=None, now=None))]
    fn verify_playback(
        &self,
        py: Python<'_>,
        token: Bound<'_, PyAny>,
        channel: Option<Bound<'_, PyAny>>,
        origin: Option<Bound<'_, PyAny>>,
        now: Option<Bound<'_, PyAny>>,
    ) -> PyResult<VerifiedPlayback> {
        guard(py, || {
            let (token, now) = (values::lossy("token", &token)?, given(now.as_ref())?);
            let channel = channel.as_ref().map(|channel| values::arn("channel", channel)).transpose()?;
            let origin = values::optional_text("origin", origin.as_ref())?;
            let verify = || match &channel {
                Some(channel) => self.core.verify_playback_of(&token, channel, origin.as_deref()),
                None => self.core.verify_playback(&token, origin.as_deref()),
            };
            let (outcome, raised) = py.detach(|| call::during(now, verify));
            Ok(VerifiedPlayback(call::settle(py, outcome, raised.as_ref())?))
        })
    }

    /// How many tokens the cache holds.
    #[getter]
    fn cached(&self, py: Python<'_>) -> PyResult<usize> {
        guard(py, || Ok(self.core.cached()))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("a Verifier cannot be pickled: make one in each process"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || Ok(format!("<Verifier cached={}>", self.core.cached())))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.store.as_ref().map_or(Ok(()), |store| store.visit(&visit))
    }

    fn __clear__(&self) {
        if let Some(store) = &self.store {
            store.clear();
        }
    }
}

fn with_keys(mut builder: VerifierBuilder, keys: &Bound<'_, PyAny>) -> Result<VerifierBuilder, Failure> {
    if let Ok(ring) = keys.cast::<KeyRing>() {
        return Ok(builder.key_ring(&ring.get().0));
    }
    let mut held = Vec::new();
    values::items("keys", "a mapping of ARNs to keys, or a KeyRing", keys, |arn, key| {
        held.push((values::arn::<PublicKeyArn>("kid", &arn)?, verifying_key::of(&key)?));
        Ok(())
    })?;
    for (arn, key) in held {
        builder = builder.key(arn, key);
    }
    Ok(builder)
}

fn with_playback_keys(
    mut builder: VerifierBuilder,
    keys: &Bound<'_, PyAny>,
) -> Result<VerifierBuilder, Failure> {
    if let Ok(ring) = keys.cast::<PlaybackKeyRing>() {
        return Ok(builder.playback_key_ring(&ring.get().0));
    }
    let (mut named, mut nameless) = (Vec::new(), Vec::new());
    values::items("playback_keys", "a mapping of ARNs to keys, or a PlaybackKeyRing", keys, |arn, key| {
        let key = verifying_key::of(&key)?;
        if let Ok(channel) = values::arn::<ChannelArn>("playback_keys", &arn) {
            nameless.push((channel, key));
        } else {
            named.push((values::arn::<PlaybackKeyArn>("playback_keys", &arn)?, key));
        }
        Ok(())
    })?;
    for (arn, key) in named {
        builder = builder.playback_key(arn, key);
    }
    for (channel, key) in nameless {
        builder = builder.playback_key_without_arn(&channel, key);
    }
    Ok(builder)
}

/// The store itself, or whatever asks the one that is written in Python.
fn store_of(py: Python<'_>, held: &Arc<Held>) -> Result<Arc<dyn RevocationStore>, Failure> {
    // It was put there just now.
    let store = held.get(py).ok_or(Failure::Panic)?;
    if let Ok(store) = store.cast::<InMemoryRevocations>() {
        return Ok(Arc::clone(&store.get().store) as _);
    }
    if let Ok(store) = store.cast::<RedisRevocations>() {
        return Ok(Arc::clone(&store.get().store) as _);
    }
    if REVOCATION_STORE.is_class_of(&store)? {
        return Ok(Arc::new(PythonStore(Arc::clone(held))));
    }
    let kinds = "InMemoryRevocations, RedisRevocations or a RevocationStore";
    Err(Failure::wrong_type("revocations", kinds, &store))
}

/// Ten million tokens take some 20 GB.
const MAX_CACHE: usize = 10_000_000;

fn token_itself(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>()
}

fn given(now: Option<&Bound<'_, PyAny>>) -> Result<Option<Timestamp>, Failure> {
    now.map(|now| values::timestamp("now", now)).transpose()
}
