use thiserror::Error;

use super::TagError;
use crate::value::timestamp::Timestamp;

/// A change that a ring of keys does not take, or a question that it does not answer. The ring is as it was.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The ring holds no key of this ARN.
    #[error("the key ring holds no key {arn}: import it first, or list what it holds")]
    NotFound {
        /// The ARN asked for.
        arn: String,
    },
    /// The ring holds another key of this ARN.
    #[error(
        "the key ring already holds a different key under {arn}: an ARN names one key, so delete the other one first if this one is right"
    )]
    AmbiguousArn {
        /// The ARN of both.
        arn: String,
    },
    /// The ring holds as many keys as it may.
    #[error("the key ring is full, with {limit} keys: delete one, or create the ring with a higher limit")]
    Full {
        /// Keys allowed.
        limit: usize,
    },
    /// The key signs, and what it signs would not be accepted for long, or at all.
    #[error("the key {arn} is the one that signs: let another key sign first, or none")]
    Signing {
        /// The ARN of the key.
        arn: String,
    },
    /// The key to rotate to is the one that signs already.
    #[error("the key {arn} already signs: rotate to a new key, under the ARN of that key")]
    AlreadySigning {
        /// The ARN of the key.
        arn: String,
    },
    /// The key is being retired, and what it signs would not be accepted for long, or at all.
    #[error("the key {arn} is retired at {retired_at}, so it cannot sign: reinstate it, or use another key")]
    Retired {
        /// The ARN of the key.
        arn: String,
        /// The first second at which it verifies no more.
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
    /// Tags that no key may have.
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
    /// A token that no page gave.
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
