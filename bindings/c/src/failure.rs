use ::ivs_token::{
    ArnError, ClaimError, ExchangeError, KeyError, KeyNameError, KeyRingError, KeySetError, MintError,
    PlaybackUrlError, StageError, StoreError, VerifierError, VerifyError,
};

use crate::status::ivs_status;

/// Why a call did not do what it was asked.
#[derive(Clone, Debug)]
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

    /// A panic, by its place in the sources. What it said may hold what was passed in, and is not told.
    pub(crate) fn panicked(place: &str) -> Self {
        let message = format!(
            "a fault in this library, which is not yours: please report what was called, and that it was at {place}"
        );
        Self::new(ivs_status::IVS_INTERNAL, message)
    }

    pub(crate) fn not_a_capability(flags: u32) -> Self {
        let message = format!(
            "the capabilities {flags} hold a flag that is none: IVS_CAPABILITY_PUBLISH is 1, IVS_CAPABILITY_SUBSCRIBE is 2"
        );
        Self::new(ivs_status::IVS_INVALID_CAPABILITY, message)
    }

    pub(crate) fn null(argument: &'static str) -> Self {
        Self::new(ivs_status::IVS_NULL_ARGUMENT, format!("`{argument}` is NULL, and must not be"))
    }

    pub(crate) fn nothing_expected() -> Self {
        let message =
            "nothing is expected: give `stage_arn`, `capabilities` or `user_id`, or call ivs_verifier_verify";
        Self::new(ivs_status::IVS_NULL_ARGUMENT, message)
    }

    /// As [`Self::null`], of one of many.
    pub(crate) fn null_at(argument: &'static str, index: usize) -> Self {
        Self::new(ivs_status::IVS_NULL_ARGUMENT, format!("`{argument}[{index}]` is NULL, and must not be"))
    }

    pub(crate) fn not_utf8(argument: &'static str) -> Self {
        Self::new(ivs_status::IVS_INVALID_UTF8, format!("`{argument}` is not UTF-8: convert it first"))
    }

    pub(crate) fn nul(argument: &'static str, position: usize) -> Self {
        let message = format!(
            "`{argument}` holds a NUL at byte {position}: the length does not count the one that ends a text in C"
        );
        Self::new(ivs_status::IVS_NUL_IN_TEXT, message)
    }

    pub(crate) fn too_long(argument: &'static str, actual: usize, limit: usize) -> Self {
        let message = format!("`{argument}` has the length {actual}: at most {limit} is read");
        Self::new(ivs_status::IVS_INPUT_TOO_LONG, message)
    }

    pub(crate) fn file_too_long(path: &str, limit: usize) -> Self {
        let message = format!("{} has more than {limit} bytes, so it is not the file of a key", shown(path));
        Self::new(ivs_status::IVS_INPUT_TOO_LONG, message)
    }

    pub(crate) fn out_of_range(message: impl Into<String>) -> Self {
        Self::new(ivs_status::IVS_OUT_OF_RANGE, message)
    }

    pub(crate) fn no_such(what: &str, index: usize, count: usize) -> Self {
        Self::out_of_range(format!("there is no {what} {index}: there are {count}"))
    }

    pub(crate) fn buffer_too_small(size: usize, needed: usize) -> Self {
        let message = format!(
            "the buffer has {size} bytes, and {needed} are needed, a NUL at the end of a text included: set the length to the \
             size of the buffer before each call"
        );
        Self::new(ivs_status::IVS_BUFFER_TOO_SMALL, message)
    }

    pub(crate) fn not_a_participant() -> Self {
        let message = "only a participant token can be exchanged, and this is one of another kind";
        Self::new(ivs_status::IVS_INVALID_EXCHANGE, message)
    }

    pub(crate) fn not_a_uuid() -> Self {
        Self::new(
            ivs_status::IVS_INVALID_UUID,
            "not a UUID: give 32 hexadecimal digits, with or without hyphens",
        )
    }

    pub(crate) fn no_such_key(arn: &str) -> Self {
        Self::new(
            ivs_status::IVS_KEY_NOT_FOUND,
            format!("the key ring holds no key {arn}: list what it holds"),
        )
    }

    pub(crate) fn no_signing_key() -> Self {
        Self::new(ivs_status::IVS_KEY_NOT_FOUND, "no key of this ring signs: rotate one in first")
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ivs_status::IVS_INVALID_REQUEST, message)
    }

    pub(crate) fn io(path: &str, error: &std::io::Error) -> Self {
        // Without the number that Rust puts after the words of the operating system.
        let text = error.to_string();
        let words = text.split_once(" (os error").map_or(&*text, |(words, _)| words);
        Self::new(ivs_status::IVS_IO, format!("{} cannot be read: {words}", shown(path)))
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

/// A path in a message. A key may have been given for one, and a message is printed: it is not shown.
fn shown(path: &str) -> String {
    const LONGEST: usize = 1024;
    if path.contains('\n') || path.contains("-----") || path.len() > LONGEST {
        return "what was given as a path, and is none (if it is the key itself, read it with the function for PEM or bytes),"
            .to_owned();
    }
    format!("{path:?}")
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let (reason, class) = (error.reason(), error.code());
        // Some reasons are those of values too, and a refused token is never told as a value that was given.
        let status =
            [reason, class].into_iter().filter_map(ivs_status::of_reason).find(|status| status.is_refusal());
        Self { status: status.unwrap_or(ivs_status::IVS_TOKEN_INVALID), reason, message: error.to_string() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(ivs_status::IVS_REVOCATION_UNKNOWN, error.to_string())
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
from_code!(
    ArnError,
    ClaimError,
    ExchangeError,
    KeyNameError,
    KeyRingError,
    KeySetError,
    MintError,
    PlaybackUrlError,
    StageError,
    VerifierError
);

#[cfg(test)]
mod tests {
    use ::ivs_token::{ClaimsError, PublicKeyArn};

    use super::*;

    #[test]
    fn a_key_given_for_a_path_is_not_shown() {
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        for path in ["-----BEGIN PRIVATE KEY-----\nMIG2AgEA\n", "a\nMIG2AgEA", &"MIG2AgEA".repeat(200)] {
            for failure in [Failure::io(path, &error), Failure::file_too_long(path, 7)] {
                assert!(!failure.message.contains("MIG2AgEA"), "{}", failure.message);
            }
        }
        let missing = std::io::Error::from_raw_os_error(2);
        let message = Failure::io("keys/private.pem", &missing).message;
        assert!(
            message.starts_with("\"keys/private.pem\" cannot be read: ") && !message.contains("os error")
        );
        assert!(!cfg!(unix) || message.ends_with(": No such file or directory"), "{message}");
    }

    /// A foreign key in a token is no foreign key to mint with, and an account ID in a token no value that was given.
    #[test]
    fn refusals_are_from_400_to_499() {
        let kid: PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/x".parse().unwrap();
        let resource = "arn:aws:ivs:us-west-2:210987654321:stage/y".parse().unwrap();
        let user_id = ::ivs_token::UserId::try_from("x".repeat(129)).unwrap_err();
        for error in [
            ClaimsError::ForeignKey { kid, resource },
            ClaimsError::Value { claim: "user_id", source: user_id },
        ] {
            let reason = error.reason();
            let failure = Failure::from(VerifyError::Claims(error));
            assert_eq!((failure.status, failure.reason), (ivs_status::IVS_TOKEN_INVALID, reason));
        }
    }
}
