use std::sync::Arc;

use ivs_token::{RevocationStore as _, StoreError};
use ivs_token_redis::RedisStore;
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::boundary::guard;
use crate::call;
use crate::failure::Failure;
use crate::held::Held;
use crate::revocations::store_methods;
use crate::values;

/// Revocations that several processes and machines share, on one Redis server (6.0 or later, or Valkey): once one of
/// them revokes something, all refuse it at their next check. A single-use token can be used once on all of them
/// together.
///
/// `url` is `redis://user:password@host:6379/0`, `rediss://` for TLS, `redis-cluster://host,host`,
/// `redis-sentinel://host,host?service=name`, or `unix:///path/to/socket?db=0`. `when_away` says what happens to tokens
/// if Redis gives no answer: `WhenAway.REFUSE`, or `WhenAway.accept(report)`. The names of all keys begin with `prefix`
/// (`{ivs-token}:`). `connect_timeout` and `response_timeout` are `timedelta`, from 1 ms to an hour (250 ms); after a
/// failed attempt, it waits for `reconnect_pause` (500 ms) before it tries again. `idle_connections` is how many
/// connections are kept open for the next check (32). `replicas` is how many replicas must have a revocation or a spend
/// before it counts (0). `root_certificates`, and `client_certificate` with its key, are PEM, or paths of files as
/// `os.PathLike`. By default the system's root certificates are used, and no client certificate.
///
/// It connects at its first use; `ping` says whether that works. Any number of threads may use it, and a forked process
/// makes its own connections. Raises `IvsTokenError` for a setting that cannot be right.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct RedisRevocations {
    pub(crate) store: Arc<RedisStore>,
    /// Which the store calls.
    report: Option<Arc<Held>>,
}

store_methods!(RedisRevocations {
    #[new]
    #[pyo3(signature = (
        url, *, when_away, prefix=None, connect_timeout=None, response_timeout=None, reconnect_pause=None,
        idle_connections=None, replicas=None, root_certificates=None, client_certificate=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn new(
        py: Python<'_>,
        url: Bound<'_, PyAny>,
        when_away: Bound<'_, WhenAway>,
        prefix: Option<Bound<'_, PyAny>>,
        connect_timeout: Option<Bound<'_, PyAny>>,
        response_timeout: Option<Bound<'_, PyAny>>,
        reconnect_pause: Option<Bound<'_, PyAny>>,
        idle_connections: Option<Bound<'_, PyAny>>,
        replicas: Option<Bound<'_, PyAny>>,
        root_certificates: Option<Bound<'_, PyAny>>,
        client_certificate: Option<(Bound<'_, PyAny>, Bound<'_, PyAny>)>,
    ) -> PyResult<Self> {
        guard(py, || {
            // A reference of its own: Python's collector counts those of each object.
            let report = when_away.get().0.as_ref().and_then(|report| report.get(py));
            let report = report.map(|report| Arc::new(Held::new(&report)));
            let when_away = report.as_ref().map_or(ivs_token_redis::WhenAway::Refuse, |report| {
                let report = Arc::clone(report);
                ivs_token_redis::WhenAway::accept(move |error| tell(&report, error))
            });
            let mut builder = RedisStore::builder(&values::text("url", &url)?, when_away);
            if let Some(prefix) = values::optional_text("prefix", prefix.as_ref())? {
                builder = builder.prefix(prefix);
            }
            if let Some(timeout) = connect_timeout {
                builder = builder.connect_timeout(values::span("connect_timeout", &timeout)?);
            }
            if let Some(timeout) = response_timeout {
                builder = builder.response_timeout(values::span("response_timeout", &timeout)?);
            }
            if let Some(pause) = reconnect_pause {
                builder = builder.reconnect_pause(values::span("reconnect_pause", &pause)?);
            }
            if let Some(limit) = idle_connections {
                builder = builder.idle_connections(values::count("idle_connections", &limit, 0..=MAX_IDLE)?);
            }
            if let Some(count) = replicas {
                let count = values::count("replicas", &count, 0..=MAX_REPLICAS)?;
                // No more than that fit.
                builder = builder.replicas(u32::try_from(count).unwrap_or(u32::MAX));
            }
            if let Some(pem) = root_certificates {
                builder = builder.root_certificates(&**values::certificates("root_certificates", &pem)?);
            }
            if let Some((chain, key)) = client_certificate {
                let chain = values::certificates("client_certificate", &chain)?;
                builder = builder.client_certificate(&**chain, &**values::certificates("client_certificate", &key)?);
            }
            Ok(Self { store: Arc::new(py.detach(|| builder.build())?), report })
        })
    }

    /// Asks the server for a sign of life: at the start of a program, or for its health check.
    ///
    /// Raises `RevocationStoreError` if it cannot be reached, refuses the connection, or is not suitable.
    fn ping(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || Ok(py.detach(|| self.store.ping())?))
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("RedisRevocations cannot be pickled: make them in each process, from the URL"))
    }

    /// Without the URL, which may hold a password.
    fn __repr__(&self, py: Python<'_>) -> PyResult<&'static str> {
        guard(py, || {
            let accepts = self.report.is_some();
            Ok(if accepts { "<RedisRevocations when_away=accept>" } else { "<RedisRevocations when_away=refuse>" })
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.report.as_ref().map_or(Ok(()), |report| report.visit(&visit))
    }

    fn __clear__(&self) {
        if let Some(report) = &self.report {
            report.clear();
        }
    }
});

/// More replicas than that no primary has.
const MAX_REPLICAS: usize = 1000;

/// More connections than that nobody keeps open.
const MAX_IDLE: usize = 10_000;

/// Calls `report`; what it raises refuses the token.
fn tell(report: &Held, error: &StoreError) {
    let told = Python::try_attach(|py| {
        let Some(report) = report.get(py) else {
            call::raised(py, PyRuntimeError::new_err("nobody holds the report of WhenAway.accept any more"));
            return;
        };
        let error = Failure::Store(error.clone()).into_exception(py);
        if let Err(raised) = report.call1((error,)) {
            call::raised(py, raised);
        }
    });
    // Without an interpreter nobody waits for the token.
    let _ = told;
}

/// What happens to a token if the store gives no answer about it, because it cannot be reached, is too slow, or
/// refuses. There is no default: either choice harms someone.
///
/// It concerns checks only. A revocation that may not have been made always raises.
#[pyclass(frozen, module = "ivs_token")]
pub(crate) struct WhenAway(Option<Held>);

#[pymethods]
impl WhenAway {
    /// The token is refused with `RevocationUnknownError`: nobody joins while the store is away.
    #[classattr]
    const REFUSE: Self = Self(None);

    /// The token is accepted, and `report` is called with the `RevocationStoreError` each time. While the store is
    /// away, a revoked participant may join, and a single-use token may be used any number of times until it expires.
    ///
    /// `report` runs on the thread that verifies, before the verification returns, so it should be quick. If it raises,
    /// the token is refused after all.
    #[staticmethod]
    fn accept(py: Python<'_>, report: Bound<'_, PyAny>) -> PyResult<Self> {
        guard(py, || {
            if !report.is_callable() {
                return Err(Failure::wrong_type("report", "a function that takes the error", &report));
            }
            Ok(Self(Some(Held::new(&report))))
        })
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        guard(py, || values::not_pickled("a WhenAway cannot be pickled: make one in each process"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<&'static str> {
        guard(py, || Ok(if self.0.is_some() { "<WhenAway accept>" } else { "WhenAway.REFUSE" }))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.as_ref().map_or(Ok(()), |report| report.visit(&visit))
    }

    fn __clear__(&self) {
        if let Some(report) = &self.0 {
            report.clear();
        }
    }
}
