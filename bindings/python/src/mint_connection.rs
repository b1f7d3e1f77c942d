//! Minting connection tokens, at once, awaited, and but for their signatures.

use ivs_token::{Connection, ConnectionDuration, Timestamp};
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::connection::to_python;
use crate::failure::Failure;
use crate::signer::{self, Minter, Way};
use crate::stage::Stage;
use crate::unsigned::UnsignedConnectionToken;
use crate::values;

/// Mints a connection token. `ConnectionToken.mint` is its name.
#[pyfunction]
#[pyo3(signature = (key, *, duration=None, token_id=None, server_of=None, now=None))]
pub(crate) fn mint_connection<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    token_id: Option<Bound<'py, PyAny>>,
    server_of: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let connection = begin(duration.as_ref(), token_id.as_ref(), server_of.as_ref())?;
        mint(py, &key, connection, values::moment(now.as_ref())?, Way::Now)
    })
}

/// Mints a connection token without blocking. `ConnectionToken.amint` is its name.
#[pyfunction]
#[pyo3(signature = (key, *, duration=None, token_id=None, server_of=None, now=None))]
pub(crate) fn amint_connection<'py>(
    py: Python<'py>,
    key: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    token_id: Option<Bound<'py, PyAny>>,
    server_of: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    guard(py, || {
        let connection = begin(duration.as_ref(), token_id.as_ref(), server_of.as_ref())?;
        mint(py, &key, connection, values::moment(now.as_ref())?, Way::Awaited)
    })
}

/// Makes a connection token but for its signature. `ConnectionToken.unsigned` is its name.
#[pyfunction]
#[pyo3(signature = (kid, *, duration=None, token_id=None, server_of=None, now=None))]
pub(crate) fn unsigned_connection<'py>(
    py: Python<'py>,
    kid: Bound<'py, PyAny>,
    duration: Option<Bound<'py, PyAny>>,
    token_id: Option<Bound<'py, PyAny>>,
    server_of: Option<Bound<'py, PyAny>>,
    now: Option<Bound<'py, PyAny>>,
) -> PyResult<UnsignedConnectionToken> {
    guard(py, || {
        let connection = begin(duration.as_ref(), token_id.as_ref(), server_of.as_ref())?;
        let now = values::moment(now.as_ref())?;
        Ok(UnsignedConnectionToken(connection.unsigned_at(&signer::kid(&kid)?, now)?))
    })
}

/// The arguments of `mint`, in a builder.
fn begin(
    duration: Option<&Bound<'_, PyAny>>,
    token_id: Option<&Bound<'_, PyAny>>,
    server_of: Option<&Bound<'_, PyAny>>,
) -> Result<Connection, Failure> {
    let mut connection = Connection::new();
    if let Some(duration) = duration {
        let duration = values::duration("duration", duration, ConnectionDuration::MAX)?;
        connection = connection.duration(ConnectionDuration::try_from(duration)?);
    }
    if let Some(id) = token_id {
        connection = connection.token_id(&*values::text("token_id", id)?);
    }
    if let Some(stage) = server_of {
        let stage = stage.cast::<Stage>().map_err(|_| Failure::wrong_type("server_of", "a Stage", stage))?;
        connection = connection.server_of(&stage.get().0);
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
