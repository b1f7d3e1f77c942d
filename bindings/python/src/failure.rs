//! What can go wrong, and the one mapping from there to the exceptions of `ivs_token`.

use std::ops::RangeInclusive;
use std::time::Duration;

use ivs_token::{
    ArnError, ClaimError, EndpointError, ExchangeError, KeyError, KeyNameError, KeyRingError, KeySetError,
    MintError, PlaybackUrlError, Revoked, StageError, StoreError, TagError, Timestamp, VerifierError,
    VerifyError,
};
use ivs_token_redis::BuildError;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::datetime;
use crate::home::ERRORS;

/// Declares the failures, each around an error of the core.
macro_rules! failures {
    ($($variant:ident($error:ty),)*) => {
        /// Why a call from Python did not do what it was asked to.
        pub(crate) enum Failure {
            /// An exception of Python's own, passed on.
            Python(PyErr),
            /// A value that Python can give and Rust cannot hold.
            Value(ValueFailure),
            /// An ARN that is none, and the name of the argument.
            Arn { field: &'static str, error: ArnError },
            /// A number of things that is too small or too large.
            Count { field: &'static str, limit: RangeInclusive<usize> },
            /// What was wrong with one of many: the name of the argument, and the place in it, counted from 0.
            At(&'static str, usize, Box<Failure>),
            /// No key, and a text that may be the path of one.
            Path(KeyError),
            /// A failure, and the exception that led to it.
            CausedBy(Box<Failure>, PyErr),
            /// A bug.
            Panic,
            $(
                #[doc = concat!("[`", stringify!($error), "`]")]
                $variant($error),
            )*
        }

        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

failures! {
    Claim(ClaimError),
    Exchange(ExchangeError),
    Key(KeyError),
    KeyName(KeyNameError),
    KeyRing(KeyRingError),
    KeySet(KeySetError),
    Mint(MintError),
    PlaybackUrl(PlaybackUrlError),
    Redis(BuildError),
    Stage(StageError),
    Store(StoreError),
    Tag(TagError),
    Verifier(VerifierError),
    Verify(VerifyError),
}

/// A value that Python can give and Rust cannot hold.
pub(crate) struct ValueFailure {
    /// The name of the argument.
    pub(crate) field: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    /// A value of the wrong type.
    pub(crate) fn wrong_type(field: &str, expected: &str, found: &Bound<'_, PyAny>) -> Self {
        let found =
            found.get_type().name().map_or_else(|_| "something else".to_owned(), |name| name.to_string());
        Self::Python(PyTypeError::new_err(format!("{field} must be {expected}, not {found}")))
    }

    /// A value that no token may carry, and that the core is never asked about.
    pub(crate) fn value(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Value(ValueFailure { field, code, message: message.into() })
    }

    /// What was wrong with one of many: the message begins with `many[index]`, and the exception has its place as `index`.
    pub(crate) fn at(self, many: &'static str, index: usize) -> Self {
        Self::At(many, index, Box::new(self))
    }

    /// With the exception that led to it, which becomes its `__cause__`.
    pub(crate) fn caused_by(self, cause: PyErr) -> Self {
        Self::CausedBy(Box::new(self), cause)
    }

    /// The exception that Python sees.
    pub(crate) fn into_py_err(self, py: Python<'_>) -> PyErr {
        let description = match self {
            Self::Python(error) => return error,
            Self::At(many, index, failure) => {
                let error = failure.into_py_err(py);
                return name_place(py, &error, many, index).err().unwrap_or(error);
            }
            Self::CausedBy(failure, cause) => {
                let error = failure.into_py_err(py);
                error.set_cause(py, Some(cause));
                return error;
            }
            other => other.describe(),
        };
        description.to_exception(py).map_or_else(|error| error, PyErr::from_value)
    }

    /// The exception as a value, for lists in which some calls went wrong.
    pub(crate) fn into_exception(self, py: Python<'_>) -> Bound<'_, PyAny> {
        self.into_py_err(py).into_value(py).into_bound(py).into_any()
    }

    fn describe(self) -> Description {
        match self {
            Self::Python(_) | Self::At(..) | Self::CausedBy(..) | Self::Panic => Description::new(
                "IvsTokenError",
                "INTERNAL",
                "ivs-token failed inside, which is a bug: please report it, with what stands on standard error",
            ),
            Self::Value(error) => invalid(error.field, error.code, error.message),
            Self::Count { field, limit } => invalid(
                field,
                "OUT_OF_RANGE",
                format!("{field} must be from {} to {}", limit.start(), limit.end()),
            )
            .with("limit", Value::Size(*limit.end())),
            Self::Arn { field, error } => {
                let description = invalid(field, error.code(), format!("{field}: {error}"));
                match error {
                    ArnError::TooLong { actual, limit } => description.sizes(actual, limit),
                    _ => description,
                }
            }
            Self::Claim(error) | Self::Mint(MintError::Claim(error)) => of_claim(&error),
            Self::Exchange(error) => Description::new("ExchangeError", error.code(), &error)
                .with("claims", Value::Names(error.claims)),
            Self::Key(error) => Description::new("InvalidKeyError", error.code(), &error),
            Self::Path(error) => Description::new(
                "InvalidKeyError",
                error.code(),
                format!("{error}; give the path of a file as a pathlib.Path"),
            ),
            Self::KeyName(error) => {
                let description = invalid("name", error.code(), &error);
                match error {
                    KeyNameError::TooLong { actual, limit } => description.sizes(actual, limit),
                    _ => description,
                }
            }
            Self::KeyRing(KeyRingError::Tag(error)) | Self::Tag(error) => of_tag(&error),
            Self::KeyRing(error) => Description::new("KeyRingError", error.code(), &error),
            Self::KeySet(error) => Description::new("InvalidKeyError", error.code(), &error),
            Self::Mint(error) => Description::new("MintError", error.code(), &error),
            Self::PlaybackUrl(error) => invalid("url", error.code(), &error),
            Self::Stage(error) => of_stage(&error),
            Self::Redis(error) => Description::new(
                "IvsTokenError",
                &format!("REDIS_{}", error.code().to_ascii_uppercase()),
                &error,
            ),
            Self::Store(error) => Description::new("RevocationStoreError", "REVOCATION_STORE_FAILED", &error),
            Self::Verifier(error) => Description::new("IvsTokenError", error.code(), &error),
            Self::Verify(error) => of_verify(&error),
        }
    }
}

/// Says in an exception which of many it is about. What is no exception of ours may keep its message where we do not know.
fn name_place(py: Python<'_>, error: &PyErr, many: &str, index: usize) -> PyResult<()> {
    let value = error.value(py);
    value.setattr("index", index)?;
    let args = value.getattr("args")?;
    if let Ok((message,)) = args.extract::<(String,)>() {
        value.setattr("args", (format!("{many}[{index}]: {message}"),))?;
    }
    Ok(())
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

fn invalid(field: &'static str, code: &'static str, message: impl ToString) -> Description {
    Description::new("InvalidClaimError", code, message).text("field", field)
}

fn of_claim(error: &ClaimError) -> Description {
    let description = invalid(argument(error.field()), error.code(), error);
    match *error {
        ClaimError::IdTooLong { actual, limit, .. }
        | ClaimError::TextTooLong { actual, limit, .. }
        | ClaimError::AttributesTooLarge { actual, limit }
        | ClaimError::TooManyOrigins { actual, limit } => description.sizes(actual, limit),
        ClaimError::DurationTooShort { actual, limit }
        | ClaimError::DurationTooLong { actual, limit }
        | ClaimError::PlaybackDuration { actual, limit } => {
            description.with("actual", Value::Span(actual)).with("limit", Value::Span(limit))
        }
        _ => description,
    }
}

/// What the field of an error is called in Python.
fn argument(field: &'static str) -> &'static str {
    match field {
        "participantId" => "participant_id",
        "tokenId" => "token_id",
        "userId" => "user_id",
        "viewerId" => "viewer_id",
        "strictOriginEnforcement" => "strict_origin_enforcement",
        "singleUseUuid" => "single_use_uuid",
        "viewerSessionVersion" => "viewer_session_version",
        "maximumResolution" => "maximum_resolution",
        other => other,
    }
}

fn of_stage(error: &StageError) -> Description {
    match error {
        StageError::Endpoint { name, source } => {
            let field = if *name == "whip" { "whip_url" } else { "events_url" };
            let description = invalid(field, error.code(), error);
            match *source {
                EndpointError::TooLong { actual, limit } => description.sizes(actual, limit),
                _ => description,
            }
        }
        _ => invalid("stage", error.code(), error),
    }
}

fn of_tag(error: &TagError) -> Description {
    let description = invalid("tags", error.code(), error);
    match *error {
        TagError::KeyTooLong { actual, limit } | TagError::ValueTooLong { actual, limit, .. } => {
            description.sizes(actual, limit)
        }
        TagError::TooMany { limit } => description.with("limit", Value::Size(limit)),
        _ => description,
    }
}

fn of_verify(error: &VerifyError) -> Description {
    let class = match error {
        VerifyError::Missing | VerifyError::Malformed(_) | VerifyError::Header(_) => "MalformedTokenError",
        VerifyError::IssuedByApi => "IssuedByApiError",
        VerifyError::UnknownKey { .. } => "UnknownKeyError",
        VerifyError::RetiredKey { .. } => "RetiredKeyError",
        VerifyError::Signature | VerifyError::NoKeyMatches { .. } => "InvalidSignatureError",
        VerifyError::WrongKind { .. } => "WrongKindError",
        VerifyError::Claims(_) | VerifyError::TooFarAhead { .. } => "InvalidPayloadError",
        VerifyError::IssuedInFuture { .. } | VerifyError::NotYetValid { .. } => "NotYetValidError",
        VerifyError::Expired { .. } => "ExpiredTokenError",
        VerifyError::OriginNotAllowed { .. } => "OriginNotAllowedError",
        VerifyError::WrongChannel { .. } => "WrongChannelError",
        VerifyError::WrongStage { .. } => "WrongStageError",
        VerifyError::InsufficientCapabilities { .. } => "InsufficientCapabilitiesError",
        VerifyError::WrongUser { .. } => "WrongUserError",
        VerifyError::Revoked(Revoked::AlreadyUsed { .. }) => "AlreadyUsedError",
        VerifyError::Revoked(_) => "RevokedError",
        VerifyError::RevocationUnknown(_) => "RevocationUnknownError",
        _ => "VerificationError",
    };
    let description = Description::new(class, error.code(), error).text("reason", error.reason());
    match error {
        VerifyError::UnknownKey { kid } => description.text("kid", kid),
        VerifyError::RetiredKey { kid, retired_at } => {
            description.text("kid", kid).with("retired_at", Value::Time(*retired_at))
        }
        VerifyError::Expired { expired_at, .. } => description.with("expired_at", Value::Time(*expired_at)),
        VerifyError::WrongStage { expected, found } => {
            description.text("expected", expected.as_str()).text("found", found.as_str())
        }
        VerifyError::WrongChannel { expected, found } => {
            description.text("expected", expected.as_str()).text("found", found.as_str())
        }
        VerifyError::InsufficientCapabilities { missing } => description.text("missing", missing.as_str()),
        _ => description,
    }
}

/// An exception to be made.
struct Description {
    class: &'static str,
    message: String,
    attributes: Vec<(&'static str, Value)>,
}

/// What an attribute of an exception may be.
enum Value {
    Text(String),
    Size(usize),
    Span(Duration),
    Time(Timestamp),
    Names(Vec<&'static str>),
}

impl Description {
    fn new(class: &'static str, code: &str, message: impl ToString) -> Self {
        Self { class, message: message.to_string(), attributes: Vec::new() }.text("code", code)
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.attributes.push((name, value));
        self
    }

    fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Value::Text(text.into()))
    }

    fn sizes(self, actual: usize, limit: usize) -> Self {
        self.with("actual", Value::Size(actual)).with("limit", Value::Size(limit))
    }

    fn to_exception<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let attributes = PyDict::new(py);
        for (name, value) in &self.attributes {
            attributes.set_item(name, value.to_python(py)?)?;
        }
        ERRORS.get(py)?.getattr(self.class)?.call((&self.message,), Some(&attributes))
    }
}

impl Value {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Self::Text(text) => text.into_pyobject(py)?.into_any(),
            Self::Size(size) => size.into_pyobject(py)?.into_any(),
            // One that Python has no room for is shown as its longest.
            Self::Span(span) => match span.into_pyobject(py) {
                Ok(delta) => delta.into_any(),
                Err(_) => py.import("datetime")?.getattr("timedelta")?.getattr("max")?,
            },
            Self::Time(time) => datetime::utc(py, *time)?,
            Self::Names(names) => PyList::new(py, names)?.to_tuple().into_any(),
        })
    }
}
