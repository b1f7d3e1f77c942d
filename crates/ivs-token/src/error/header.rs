use thiserror::Error;

use super::ArnError;
use crate::value::printable::printable;

/// A header that breaks the rules. A valid one is `{"alg":"ES384","typ":"JWT","kid":"<public key ARN>"}`; a playback
/// token may leave `kid` out.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// No `alg`.
    #[error("the header has no `alg`: it must be \"ES384\"")]
    AlgorithmMissing,
    /// Another algorithm.
    #[error("the header names the algorithm {}: IVS accepts only ES384", printable(.found))]
    Algorithm {
        /// The JSON value of `alg`, its first 40 characters.
        found: String,
    },
    /// A `crit` member. A verifier must understand the extensions that it lists (RFC 7515, section 4.1.11), and IVS has
    /// none.
    #[error("the header lists critical extensions (`crit`), but IVS knows none")]
    Critical,
    /// A `typ` that is not `JWT`.
    #[error("the header names the type {}: `typ` must be \"JWT\" or absent", printable(.found))]
    Type {
        /// The JSON value of `typ`, its first 40 characters.
        found: String,
    },
    /// No `kid`.
    #[error(
        "the header has no `kid`: it must be the ARN of the public key; only playback tokens name no key"
    )]
    KeyIdMissing,
    /// A `kid` that is not a string.
    #[error("the header's `kid` is not a string: it must be the ARN of the public key")]
    KeyIdType,
    /// A `kid` that is not the ARN of a public key.
    #[error("the header's `kid`: {0}")]
    KeyId(#[source] ArnError),
}

impl HeaderError {
    /// The stable name of this fault.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::AlgorithmMissing | Self::Algorithm { .. } => "WRONG_ALGORITHM",
            Self::Critical => "CRITICAL_EXTENSION",
            Self::Type { .. } => "WRONG_TYPE",
            Self::KeyIdMissing => "KEY_ID_MISSING",
            Self::KeyIdType | Self::KeyId(_) => "INVALID_KEY_ID",
        }
    }
}

crate::value::error::debug::as_words!(HeaderError);
