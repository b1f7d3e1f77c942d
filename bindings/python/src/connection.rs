use ivs_token::{Token, Verified};
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::datetime;
use crate::failure::Failure;
use crate::home::CONNECTION_TOKEN;
use crate::values;

/// The claims of a connection token. Part of a `ConnectionToken`.
#[pyclass(frozen, module = "ivs_token._native")]
pub(crate) struct ConnectionClaims(ivs_token::ConnectionClaims);

/// A connection token whose signature, rules and time have been checked. Only `Verifier.verify_connection` makes one.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct VerifiedConnection(pub(crate) Verified<ivs_token::ConnectionClaims>);

/// The getters that a token and a verified one share.
macro_rules! claims_methods {
    ($class:ident { $($more:tt)* }) => {
        #[pymethods]
        impl $class {
            /// The token's ID: RevokeConnectionToken takes it as `tokenId`.
            #[getter]
            fn token_id(&self, py: Python<'_>) -> PyResult<&str> {
                guard(py, || Ok(self.0.token_id().as_str()))
            }

            /// The account of the key that signed it: 12 digits.
            #[getter]
            fn account_id(&self, py: Python<'_>) -> PyResult<&str> {
                guard(py, || Ok(self.0.account_id()))
            }

            /// The home region of the key that signed it.
            #[getter]
            fn region(&self, py: Python<'_>) -> PyResult<&str> {
                guard(py, || Ok(self.0.region()))
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

            $($more)*
        }
    };
}

claims_methods!(ConnectionClaims {});

claims_methods!(VerifiedConnection {
    /// The ARN of the key that signed the token.
    #[getter]
    fn kid(&self, py: Python<'_>) -> PyResult<&str> {
        guard(py, || Ok(self.0.key_id().as_str()))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("a VerifiedConnection cannot be pickled, so that only a verification makes one: send what you need of it, or the token"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let (id, account, region) = (self.0.token_id(), self.0.account_id(), self.0.region());
            let expires = self.0.expires_at();
            Ok(format!("<VerifiedConnection token_id={id} account_id={account} region={region} expires={expires}>"))
        })
    }
});

/// The token that Python sees: a `str` that knows what it says.
pub(crate) fn to_python(
    py: Python<'_>,
    token: Token<ivs_token::ConnectionClaims>,
) -> Result<Bound<'_, PyAny>, Failure> {
    let claims = ConnectionClaims(token.claims().clone());
    Ok(CONNECTION_TOKEN.make(py, token.as_str(), claims)?)
}
