use ivs_token::{Exchange, ParticipantDuration, Timestamp};
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::failure::Failure;
use crate::participant;
use crate::signer::{self, Minter, Way};
use crate::unsigned::UnsignedToken;
use crate::values;
use crate::verified::VerifiedToken;

/// The arguments of `exchange`, as they came.
struct Given<'py> {
    user_id: Option<Bound<'py, PyAny>>,
    attributes: Option<Bound<'py, PyAny>>,
    capabilities: Option<Bound<'py, PyAny>>,
    duration: Option<Bound<'py, PyAny>>,
}

impl Given<'_> {
    fn begin(&self, token: &Bound<'_, PyAny>) -> Result<Exchange, Failure> {
        let mut exchange = with_claims(token, |old| {
            Ok(match &self.attributes {
                Some(changes) => {
                    old.exchange().attributes(values::changed_attributes(old.attributes(), changes)?)
                }
                None => old.exchange(),
            })
        })?;
        if let Some(user_id) = &self.user_id {
            exchange = exchange.user_id(&*values::text("user_id", user_id)?);
        }
        if let Some(capabilities) = &self.capabilities {
            exchange = exchange.capabilities(values::capabilities(capabilities)?);
        }
        if let Some(duration) = &self.duration {
            let duration = values::duration("duration", duration, ParticipantDuration::MAX)?;
            exchange = exchange.duration(ParticipantDuration::try_from(duration)?);
        }
        exchange.check()?;
        Ok(exchange)
    }
}

fn mint<'py>(
    py: Python<'py>,
    key: &Bound<'py, PyAny>,
    exchange: Exchange,
    now: Timestamp,
    way: Way,
) -> Result<Bound<'py, PyAny>, Failure> {
    match signer::of(key)? {
        Minter::Key(key) => way.token(participant::to_python(py, py.detach(|| exchange.mint_at(key, now))?)?),
        Minter::Signer(signer) => way.sign(signer, exchange.unsigned_at(&signer.kid()?, now)?, UnsignedToken),
    }
}

/// Mints a token in exchange for another. It is for the same participant on the same stage, with other capabilities,
/// attributes, user ID or duration. Whatever you do not give stays as it was, including the expiry of the old token.
///
/// `attributes` are changes: each value replaces the attribute of its name or adds one, `None` removes it, and all
/// others stay.
///
/// `token` is a `Token` or a `VerifiedToken`: verify a text first. The arguments are those of `Stage.mint`. Any key of the
/// stage's account and region will do. Raises what `Stage.mint` raises.
#[pyfunction]
#[pyo3(signature = (token, key, *, user_id=None, attributes=None, capabilities=None, duration=None, now=None))]
#[expect(clippy::too_many_arguments, reason = "Python names them")]
pub(crate) fn exchange<'py>(
    py: Python<'py>,
    token: Bound<'py, PyAny>,
    key: Bound<'py, PyAny>,
    user_id: Option<Bound<'py, PyAny>>,
    attributes: Option<Bound<'py, PyAny>>,
    capabilities: Option<Bound<'py, PyAny>>,
    duration: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let exchange = Given { user_id, attributes, capabilities, duration }.begin(&token)?;
        let now = values::moment(now.as_ref())?;
        mint(py, &key, exchange, now, Way::Now)
    })
}

/// Mints a token in exchange for another as `exchange` does, without blocking: await it. The token is issued when this
/// is called. The key may be an `AsyncSigner`.
#[pyfunction]
#[pyo3(signature = (token, key, *, user_id=None, attributes=None, capabilities=None, duration=None, now=None))]
#[expect(clippy::too_many_arguments, reason = "Python names them")]
pub(crate) fn aexchange<'py>(
    py: Python<'py>,
    token: Bound<'py, PyAny>,
    key: Bound<'py, PyAny>,
    user_id: Option<Bound<'py, PyAny>>,
    attributes: Option<Bound<'py, PyAny>>,
    capabilities: Option<Bound<'py, PyAny>>,
    duration: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let exchange = Given { user_id, attributes, capabilities, duration }.begin(&token)?;
        let now = values::moment(now.as_ref())?;
        mint(py, &key, exchange, now, Way::Awaited)
    })
}

/// Makes a token in exchange for another as `exchange` does, but without its signature, for a private key that signs
/// elsewhere. `kid` is the ARN under which IVS knows the public half.
#[pyfunction]
#[pyo3(signature = (token, kid, *, user_id=None, attributes=None, capabilities=None, duration=None, now=None))]
#[expect(clippy::too_many_arguments, reason = "Python names them")]
pub(crate) fn unsigned_exchange<'py>(
    py: Python<'py>,
    token: Bound<'py, PyAny>,
    kid: Bound<'py, PyAny>,
    user_id: Option<Bound<'py, PyAny>>,
    attributes: Option<Bound<'py, PyAny>>,
    capabilities: Option<Bound<'py, PyAny>>,
    duration: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<UnsignedToken> {
    guard(py, || {
        let exchange = Given { user_id, attributes, capabilities, duration }.begin(&token)?;
        let now = values::moment(now.as_ref())?;
        Ok(UnsignedToken(exchange.unsigned_at(&signer::kid(&kid)?, now)?))
    })
}

/// Checks that IVS and its web client accept one token in exchange for the other. Each is a `Token` or a
/// `VerifiedToken`.
///
/// Raises `ExchangeError`; its `claims` are the names of all claims that differ but must not.
#[pyfunction]
pub(crate) fn check_exchange(py: Python<'_>, old: Bound<'_, PyAny>, new: Bound<'_, PyAny>) -> PyResult<()> {
    guard(py, || with_claims(&old, |old| with_claims(&new, |new| Ok(ivs_token::check_exchange(old, new)?))))
}

fn with_claims<T>(
    token: &Bound<'_, PyAny>,
    work: impl FnOnce(&ivs_token::ParticipantClaims) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if let Ok(verified) = token.cast::<VerifiedToken>() {
        return work(&verified.get().0);
    }
    match participant::claims_of(token) {
        Some(claims) => work(&claims.get().0),
        None => Err(Failure::wrong_type("token", "a Token or a VerifiedToken", token)),
    }
}
