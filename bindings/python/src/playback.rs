use ivs_token::{MaximumResolution, Origin, Token, ViewerId};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyTuple};

use crate::boundary::guard;
use crate::datetime;
use crate::failure::Failure;
use crate::home::{PLAYBACK_TOKEN, UUID};
use crate::values;

/// The claims of a playback token. Part of a `PlaybackToken`.
#[pyclass(frozen, module = "ivs_token._native")]
pub(crate) struct PlaybackClaims(ivs_token::PlaybackClaims);

/// A playback token whose signature, rules and time have been checked. Only `Verifier.verify_playback` makes one.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct VerifiedPlayback(pub(crate) ivs_token::VerifiedPlayback);

/// The getters that a token and a verified one share.
macro_rules! claims_methods {
    ($class:ident { $($more:tt)* }) => {
        #[pymethods]
        impl $class {
            /// The ARN of the channel.
            #[getter]
            fn channel_arn(&self, py: Python<'_>) -> PyResult<&str> {
                guard(py, || Ok(self.0.channel_arn().as_str()))
            }

            /// The origins from which playback may be requested, as browsers write them; empty for every origin.
            #[getter]
            fn origins<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                guard(py, || Ok(PyTuple::new(py, self.0.origins().iter().map(Origin::to_string))?))
            }

            /// Whether requests from other origins are refused, and not only hidden from browsers.
            #[getter]
            fn strict_origin_enforcement(&self, py: Python<'_>) -> PyResult<bool> {
                guard(py, || Ok(self.0.strict_origin_enforcement()))
            }

            /// The UUID of a single-use token: a `uuid.UUID`, or `None`.
            #[getter]
            fn single_use_uuid<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
                guard(py, || {
                    let Some(uuid) = self.0.single_use_uuid() else { return Ok(None) };
                    Ok(Some(UUID.get(py)?.call1((uuid.to_string(),))?))
                })
            }

            /// Your application's name for the viewer, or `None`.
            #[getter]
            fn viewer_id(&self, py: Python<'_>) -> PyResult<Option<&str>> {
                guard(py, || Ok(self.0.viewer_id().map(ViewerId::as_str)))
            }

            /// The version of the viewer's session; 0 by default.
            #[getter]
            fn viewer_session_version(&self, py: Python<'_>) -> PyResult<i64> {
                guard(py, || Ok(self.0.viewer_session_version()))
            }

            /// The highest resolution that the viewer may see: `SD`, `HD`, `FULL_HD`, or `None`.
            #[getter]
            fn maximum_resolution(&self, py: Python<'_>) -> PyResult<Option<&'static str>> {
                guard(py, || Ok(self.0.maximum_resolution().map(MaximumResolution::as_str)))
            }

            /// The first second at which the token can no longer start playback: an aware `datetime` in UTC.
            #[getter]
            fn expiration_time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                guard(py, || Ok(datetime::utc(py, self.0.expires_at())?))
            }

            /// Whether a browser may see the response to a request with this header `Origin`, or without one.
            fn allows_origin(&self, py: Python<'_>, origin: Option<Bound<'_, PyAny>>) -> PyResult<bool> {
                guard(py, || {
                    let origin = values::optional_text("origin", origin.as_ref())?;
                    Ok(self.0.allows_origin(origin.as_deref()))
                })
            }

            $($more)*
        }
    };
}

claims_methods!(PlaybackClaims {});

claims_methods!(VerifiedPlayback {
    /// When the token was issued, if it says so: an aware `datetime` in UTC, or `None`.
    #[getter]
    fn issued_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        guard(py, || Ok(self.0.issued_at().map(|time| datetime::utc(py, time)).transpose()?))
    }

    /// The ARN of the key that signed the token, or `None` when the verifier holds that key without an ARN.
    #[getter]
    fn kid(&self, py: Python<'_>) -> PyResult<Option<&str>> {
        guard(py, || Ok(Some(self.0.key_id()).filter(|arn| !arn.is_placeholder()).map(ivs_token::PlaybackKeyArn::as_str)))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("a VerifiedPlayback cannot be pickled, so that only a verification makes one: send what you need of it, or the token"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let viewer = self.0.viewer_id().map_or_else(|| "None".to_owned(), |id| format!("{:?}", id.as_str()));
            let (channel, expires) = (self.0.channel_arn(), self.0.expires_at());
            Ok(format!("<VerifiedPlayback channel={channel} viewer_id={viewer} expires={expires}>"))
        })
    }
});

/// The token that Python sees: a `str` that knows what it says.
pub(crate) fn to_python(
    py: Python<'_>,
    token: Token<ivs_token::PlaybackClaims>,
) -> Result<Bound<'_, PyAny>, Failure> {
    let claims = PlaybackClaims(token.claims().clone());
    Ok(PLAYBACK_TOKEN.make(py, token.as_str(), claims)?)
}

/// A signed integer of 64 bits.
pub(crate) fn int64(field: &'static str, value: &Bound<'_, PyAny>) -> Result<i64, Failure> {
    if !value.is_instance_of::<PyInt>() {
        return Err(Failure::wrong_type(field, "int", value));
    }
    value.extract().map_err(|_| {
        let message = format!("the {field} does not fit in a signed integer of 64 bits");
        Failure::value(field, "INVALID_SESSION_VERSION", message)
    })
}

/// The URL to play: `base`, which GetChannel answers as `playbackUrl`, with the token as its query parameter `token`.
///
/// Raises `InvalidClaimError` when `base` is no URL of `https:` or `http:`, or has a `token` already.
#[pyfunction]
pub(crate) fn playback_url(
    py: Python<'_>,
    base: Bound<'_, PyAny>,
    token: Bound<'_, PyAny>,
) -> PyResult<String> {
    guard(py, || {
        Ok(ivs_token::playback_url(&values::text("base", &base)?, &*values::text("token", &token)?)?)
    })
}
