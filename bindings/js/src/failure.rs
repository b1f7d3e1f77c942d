//! What can go wrong, and the one mapping from there to the error classes of the package.

use std::time::Duration;

use ivs_token::{
    ArnError, ClaimError, EndpointError, ExchangeError, KeyError, KeyNameError, KeyRingError, KeySetError,
    MintError, PlaybackUrlError, Revoked, StageError, StoreError, TagError, Timestamp, VerifierError,
    VerifyError,
};
use serde_json::{Map, Value, json};

/// Why a call did not do what it was asked to: the class, the message and the fields of a JavaScript error.
#[derive(Debug)]
pub struct Failure {
    class: &'static str,
    message: String,
    fields: Map<String, Value>,
}

impl Failure {
    /// The error as the JSON that TypeScript makes an `Error` of. Members of `times` are seconds since 1970.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    pub(crate) fn to_value(&self) -> Value {
        json!({ "class": self.class, "message": self.message, "fields": self.fields })
    }

    /// A bug.
    pub fn panic() -> Self {
        let message =
            "ivs-token failed inside, which is a bug: please report it with the stack of this error";
        Self::new("IvsTokenError", "INTERNAL", message)
    }

    /// The place, counted from 0, of what was at fault.
    pub(crate) fn at(self, index: usize) -> Self {
        self.with("index", index)
    }

    /// A value that no token may carry, and that the core is never asked about.
    pub(crate) fn claim(field: &str, code: &str, message: impl ToString) -> Self {
        Self::new("InvalidClaimError", code, message).with("field", field)
    }

    pub(crate) fn arn(field: &str, error: &ArnError) -> Self {
        let failure = Self::claim(field, error.code(), format!("{field}: {error}"));
        match *error {
            ArnError::TooLong { actual, limit } => failure.sizes(actual, limit),
            _ => failure,
        }
    }

    /// A value of the wrong type.
    pub(crate) fn wrong_type(message: impl ToString) -> Self {
        Self { class: "TypeError", message: message.to_string(), fields: Map::new() }
    }

    pub(crate) fn wrong_object(wanted: &str) -> Self {
        Self::wrong_type(format!("a {wanted} of this copy of ivs-token was expected"))
    }

    pub(crate) fn input(error: &serde_json::Error) -> Self {
        Self::wrong_type(format!("an argument has the wrong type: {error}"))
    }

    pub(crate) fn threads(error: &std::io::Error) -> Self {
        let message = format!("the system gave no thread: {error}; ask for fewer threads");
        Self::new("IvsTokenError", "NO_THREAD", message)
    }

    fn new(class: &'static str, code: &str, message: impl ToString) -> Self {
        Self { class, message: message.to_string(), fields: Map::new() }.with("code", code)
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// A moment, for JavaScript to make a `Date` of.
    fn time(mut self, name: &str, time: Timestamp) -> Self {
        self.fields.insert(name.to_owned(), json!({ "seconds": time.as_secs() }));
        self
    }

    fn sizes(self, actual: usize, limit: usize) -> Self {
        self.with("actual", actual).with("limit", limit)
    }

    fn spans(self, actual: Duration, limit: Duration) -> Self {
        self.with("actual", actual.as_secs()).with("limit", limit.as_secs())
    }
}

/// Declares the errors of the core that need no more than their class and code.
macro_rules! plain {
    ($($error:ty => $class:literal,)*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new($class, error.code(), error)
            }
        })*
    };
}

plain! {
    KeyError => "InvalidKeyError",
    KeySetError => "InvalidKeyError",
    VerifierError => "IvsTokenError",
}

impl From<ClaimError> for Failure {
    fn from(error: ClaimError) -> Self {
        let failure = Self::claim(error.field(), error.code(), &error);
        match error {
            ClaimError::IdTooLong { actual, limit, .. }
            | ClaimError::TextTooLong { actual, limit, .. }
            | ClaimError::AttributesTooLarge { actual, limit }
            | ClaimError::TooManyOrigins { actual, limit } => failure.sizes(actual, limit),
            ClaimError::DurationTooShort { actual, limit }
            | ClaimError::DurationTooLong { actual, limit }
            | ClaimError::PlaybackDuration { actual, limit } => failure.spans(actual, limit),
            _ => failure,
        }
    }
}

impl From<MintError> for Failure {
    fn from(error: MintError) -> Self {
        match error {
            MintError::Claim(error) => error.into(),
            other => Self::new("MintError", other.code(), other),
        }
    }
}

impl From<ExchangeError> for Failure {
    fn from(error: ExchangeError) -> Self {
        Self::new("ExchangeError", error.code(), &error).with("claims", error.claims)
    }
}

impl From<KeyNameError> for Failure {
    fn from(error: KeyNameError) -> Self {
        let failure = Self::claim("name", error.code(), &error);
        match error {
            KeyNameError::TooLong { actual, limit } => failure.sizes(actual, limit),
            _ => failure,
        }
    }
}

impl From<KeyRingError> for Failure {
    fn from(error: KeyRingError) -> Self {
        match error {
            KeyRingError::Tag(error) => error.into(),
            other => Self::new("KeyRingError", other.code(), other),
        }
    }
}

impl From<TagError> for Failure {
    fn from(error: TagError) -> Self {
        let failure = Self::claim("tags", error.code(), &error);
        match error {
            TagError::KeyTooLong { actual, limit } | TagError::ValueTooLong { actual, limit, .. } => {
                failure.sizes(actual, limit)
            }
            TagError::TooMany { limit } => failure.with("limit", limit),
            _ => failure,
        }
    }
}

impl From<PlaybackUrlError> for Failure {
    fn from(error: PlaybackUrlError) -> Self {
        Self::claim("url", error.code(), error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new("RevocationStoreError", "REVOCATION_STORE_FAILED", error)
    }
}

impl From<StageError> for Failure {
    fn from(error: StageError) -> Self {
        match &error {
            StageError::Endpoint { name, source } => {
                let field = if *name == "whip" { "whipUrl" } else { "eventsUrl" };
                let failure = Self::claim(field, error.code(), &error);
                match *source {
                    EndpointError::TooLong { actual, limit } => failure.sizes(actual, limit),
                    _ => failure,
                }
            }
            _ => Self::claim("stage", error.code(), &error),
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let failure = Self::new(class(&error), error.code(), &error).with("reason", error.reason());
        match &error {
            VerifyError::UnknownKey { kid } => failure.with("kid", kid.as_str()),
            VerifyError::RetiredKey { kid, retired_at } => {
                failure.with("kid", kid.as_str()).time("retiredAt", *retired_at)
            }
            VerifyError::Expired { expired_at, .. } => failure.time("expiredAt", *expired_at),
            VerifyError::WrongStage { expected, found } => {
                failure.with("expected", expected.as_str()).with("found", found.as_str())
            }
            VerifyError::WrongChannel { expected, found } => {
                failure.with("expected", expected.as_str()).with("found", found.as_str())
            }
            VerifyError::InsufficientCapabilities { missing } => failure.with("missing", missing.as_str()),
            _ => failure,
        }
    }
}

fn class(error: &VerifyError) -> &'static str {
    match error {
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
    }
}
