use ivs_token::{Connection, ConnectionDuration, Timestamp, Token, Verified};
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::datetime;
use crate::failure::Failure;
use crate::home::CONNECTION_TOKEN;
use crate::signer::{self, Minter, Way};
use crate::unsigned::UnsignedConnectionToken;
use crate::values;

/// What a connection token says. Part of a `ConnectionToken`.
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

            /// The first second at which the token is no longer good: an aware `datetime` in UTC.
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
        guard(py, || values::not_pickled("a VerifiedConnection can not be pickled, so that only a verification makes one: send what you need of it, or the token"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        guard(py, || {
            let (id, account, region) = (self.0.token_id(), self.0.account_id(), self.0.region());
            let expires = self.0.expires_at();
            Ok(format!("<VerifiedConnection token_id={id} account_id={account} region={region} expires={expires}>"))
        })
    }
});

/// The arguments of `mint`, in a builder.
fn begin(
    duration: Option<&Bound<'_, PyAny>>,
    token_id: Option<&Bound<'_, PyAny>>,
) -> Result<Connection, Failure> {
    let mut connection = Connection::new();
    if let Some(duration) = duration {
        let duration = values::duration("duration", duration)?;
        connection = connection.duration(ConnectionDuration::try_from(duration)?);
    }
    if let Some(id) = token_id {
        connection = connection.token_id(&*values::text("token_id", id)?);
    }
    connection.check()?;
    Ok(connection)
}

fn mint<'py>(
    py: Python<'py>,
    key: &Bound<'py, PyAny>,
    connection: Connection,
    now: Timestamp,
    way: Way,
) -> Result<Bound<'py, PyAny>, Failure> {
    match signer::of(key)? {
        Minter::Key(key) => way.token(to_python(py, py.detach(|| connection.mint_at(key, now))?)?),
        Minter::Signer(signer) => {
            way.sign(signer, connection.unsigned_at(&signer.kid()?, now)?, UnsignedConnectionToken)
        }
    }
}

/// The token that Python sees: a `str` that knows what it says.
pub(crate) fn to_python(
    py: Python<'_>,
    token: Token<ivs_token::ConnectionClaims>,
) -> Result<Bound<'_, PyAny>, Failure> {
    let claims = ConnectionClaims(token.claims().clone());
    Ok(CONNECTION_TOKEN.make(py, token.as_str(), claims)?)
}

/// Mints a connection token. `ConnectionToken.mint` is its name.
#[pyfunction]
#[pyo3(signature = (key, *, duration=None, token_id=None, now=None))]
pub(crate) fn mint_connection<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    token_id: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let connection = begin(duration.as_ref(), token_id.as_ref())?;
        mint(py, &key, connection, values::moment(now.as_ref())?, Way::Now)
    })
}

/// Mints a connection token without blocking. `ConnectionToken.amint` is its name.
#[pyfunction]
#[pyo3(signature = (key, *, duration=None, token_id=None, now=None))]
pub(crate) fn amint_connection<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    token_id: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let connection = begin(duration.as_ref(), token_id.as_ref())?;
        mint(py, &key, connection, values::moment(now.as_ref())?, Way::Awaited)
    })
}

/// Makes a connection token but for its signature. `ConnectionToken.unsigned` is its name.
#[pyfunction]
#[pyo3(signature = (kid, *, duration=None, token_id=None, now=None))]
pub(crate) fn unsigned_connection<'py>(
    py: Python<'py>,
    kid: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    token_id: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<UnsignedConnectionToken> {
    guard(py, || {
        let connection = begin(duration.as_ref(), token_id.as_ref())?;
        let now = values::moment(now.as_ref())?;
        Ok(UnsignedConnectionToken(connection.unsigned_at(&signer::kid(&kid)?, now)?))
    })
}
