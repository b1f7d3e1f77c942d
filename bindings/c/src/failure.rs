use ::ivs_token::{
    ArnError, ClaimError, ExchangeError, KeyError, MintError, StageError, VerifierError, VerifyError,
};

use crate::status::ivs_status;

/// Why a call did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: ivs_status,
    /// The stable name, finer than the status.
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn internal() -> Self {
        let message =
            "a fault in this library, which is not yours: please report what was called, and with what";
        Self::new(ivs_status::IVS_INTERNAL, message)
    }

    pub(crate) fn null(argument: &'static str) -> Self {
        Self::new(ivs_status::IVS_NULL_ARGUMENT, format!("`{argument}` is NULL, and must not be"))
    }

    pub(crate) fn not_utf8(argument: &'static str) -> Self {
        Self::new(ivs_status::IVS_INVALID_UTF8, format!("`{argument}` is not UTF-8: convert it first"))
    }

    pub(crate) fn too_long(argument: &'static str, actual: usize, limit: usize) -> Self {
        let message = format!("`{argument}` has the length {actual}: at most {limit} is read");
        Self::new(ivs_status::IVS_INPUT_TOO_LONG, message)
    }

    pub(crate) fn file_too_long(path: &str, limit: usize) -> Self {
        let message = format!("{path:?} has more than {limit} bytes, and is no file of a key");
        Self::new(ivs_status::IVS_INPUT_TOO_LONG, message)
    }

    pub(crate) fn out_of_range(message: impl Into<String>) -> Self {
        Self::new(ivs_status::IVS_OUT_OF_RANGE, message)
    }

    pub(crate) fn buffer_too_small(size: usize, needed: usize) -> Self {
        let message =
            format!("the buffer has {size} bytes, and {needed} are needed, with the NUL at the end");
        Self::new(ivs_status::IVS_BUFFER_TOO_SMALL, message)
    }

    pub(crate) fn not_a_participant() -> Self {
        let message = "only a participant token can be exchanged, and this is one of another kind";
        Self::new(ivs_status::IVS_INVALID_EXCHANGE, message)
    }

    pub(crate) fn io(path: &str, error: &std::io::Error) -> Self {
        Self::new(ivs_status::IVS_IO, format!("{path:?} can not be read: {error}"))
    }

    fn new(status: ivs_status, message: impl Into<String>) -> Self {
        Self { status, reason: status.reason(), message: message.into() }
    }

    /// A failure of the library below: the status is that of its stable name.
    fn named(reason: &'static str, class: &'static str, message: String) -> Self {
        let status = ivs_status::of_reason(reason).or_else(|| ivs_status::of_reason(class));
        Self { status: status.unwrap_or(ivs_status::IVS_INTERNAL), reason, message }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::named(error.reason(), error.code(), error.to_string())
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::named(error.code(), "KEY_INVALID", error.to_string())
    }
}

/// Errors whose code is all there is to know.
macro_rules! from_code {
    ($($error:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::named(error.code(), error.code(), error.to_string())
            }
        })+
    };
}
from_code!(ArnError, ClaimError, ExchangeError, MintError, StageError, VerifierError);
