use thiserror::Error;

use super::TagError;
use crate::value::timestamp::Timestamp;

/// A change that a key ring refuses, or a query that it cannot answer. The ring is unchanged.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The ring holds no key under this ARN.
    #[error("the key ring holds no key {arn}: import it first, or list what it holds")]
    NotFound {
        /// The ARN asked for.
        arn: String,
    },
    /// The ring holds another key under this ARN.
    #[error(
        "the key ring already holds a different key under {arn}: an ARN names one key, so delete the other one first if this one is right"
    )]
    AmbiguousArn {
        /// The ARN of both.
        arn: String,
    },
    /// The ring is full.
    #[error("the key ring is full, with {limit} keys: delete one, or create the ring with a higher limit")]
    Full {
        /// Keys allowed.
        limit: usize,
    },
    /// The key is the signing key. If it were deleted or retired, its new tokens would be refused.
    #[error("the key {arn} is the one that signs: let another key sign first, or none")]
    Signing {
        /// The ARN of the key.
        arn: String,
    },
    /// The key to rotate to already signs.
    #[error("the key {arn} already signs: rotate to a new key, under the ARN of that key")]
    AlreadySigning {
        /// The ARN of the key.
        arn: String,
    },
    /// The key is being retired, so it cannot sign: its new tokens would be refused.
    #[error("the key {arn} is retired at {retired_at}, so it cannot sign: reinstate it, or use another key")]
    Retired {
        /// The ARN of the key.
        arn: String,
        /// The first second at which it no longer verifies.
        retired_at: Timestamp,
    },
    /// The private key is not that of the public key under this ARN.
    #[error(
        "the private key does not belong to the public key that the key ring holds under {arn}: what it signs would be \
         refused, so give the private key that belongs to this ARN"
    )]
    SigningKeyMismatch {
        /// The ARN.
        arn: String,
    },
    /// Tags that a key cannot have.
    #[error(transparent)]
    Tag(#[from] TagError),
    /// A page of no keys, or of more than 50.
    #[error("a page cannot have {actual} keys: ask for 1 to {limit}")]
    MaxResults {
        /// Keys asked for.
        actual: usize,
        /// Keys allowed.
        limit: usize,
    },
    /// A `next_token` that no page returned.
    #[error(
        "this `nextToken` does not belong to this list: give it as the previous page returned it, or leave it out to start over"
    )]
    NextToken,
}

impl KeyRingError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "KEY_NOT_FOUND",
            Self::AmbiguousArn { .. } => "AMBIGUOUS_KEY",
            Self::Full { .. } => "KEY_RING_FULL",
            Self::Signing { .. } => "KEY_SIGNS",
            Self::AlreadySigning { .. } => "KEY_SIGNS_ALREADY",
            Self::Retired { .. } => "KEY_RETIRED",
            Self::SigningKeyMismatch { .. } => "SIGNING_KEY_MISMATCH",
            Self::Tag(error) => error.code(),
            Self::MaxResults { .. } => "INVALID_MAX_RESULTS",
            Self::NextToken => "INVALID_NEXT_TOKEN",
        }
    }
}

crate::value::error::debug::as_coded_words!(KeyRingError);
