use ivs_token::ParticipantDuration;
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::failure::Failure;
use crate::participant;
use crate::signing_key;
use crate::values;
use crate::verified::VerifiedToken;

/// Mints a token in exchange for another: for the same participant on the same stage, with other capabilities, attributes,
/// user ID or duration. What is not given stays as it was, the end of the old token too.
///
/// `attributes` are changes: each value replaces the attribute of its name or adds one, `None` removes it, and attributes that
/// are not named stay.
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
        let mut exchange = with_claims(&token, |old| {
            Ok(match &attributes {
                Some(changes) => {
                    old.exchange().attributes(values::changed_attributes(old.attributes(), changes)?)
                }
                None => old.exchange(),
            })
        })?;
        if let Some(user_id) = &user_id {
            exchange = exchange.user_id(&*values::text("user_id", user_id)?);
        }
        if let Some(capabilities) = &capabilities {
            exchange = exchange.capabilities(values::capabilities(capabilities)?);
        }
        if let Some(duration) = &duration {
            let duration = values::duration("duration", duration)?;
            exchange = exchange.duration(ParticipantDuration::try_from(duration)?);
        }
        exchange.check()?;
        let now = values::moment(now.as_ref())?;
        let key = signing_key::of(&key)?;
        let token = py.detach(|| exchange.mint_at(key, now))?;
        participant::to_python(py, token)
    })
}

/// Checks that IVS and its web client take one token in exchange for the other. Each is a `Token` or a `VerifiedToken`.
///
/// Raises `ExchangeError`, whose `claims` are the names of all claims that differ and may not.
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
