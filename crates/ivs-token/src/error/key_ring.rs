use thiserror::Error;

/// A change that a ring of keys does not take, or keys that can not be read. The ring is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The ring holds no key of this ARN.
    #[error("the key ring holds no key {arn}: import it first, or look at what it holds with `list`")]
    NotFound {
        /// The ARN asked for.
        arn: String,
    },
    /// The ring holds another key of this ARN.
    #[error(
        "the key ring holds another key under {arn}: an ARN names one key, so delete that one first if this one is right"
    )]
    AmbiguousArn {
        /// The ARN of both.
        arn: String,
    },
    /// The ring holds as many keys as it may.
    #[error(
        "the key ring holds {limit} keys, as many as it may: delete one, or make the ring with a higher limit"
    )]
    Full {
        /// Keys allowed.
        limit: usize,
    },
}

impl KeyRingError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "KEY_NOT_FOUND",
            Self::AmbiguousArn { .. } => "AMBIGUOUS_KEY",
            Self::Full { .. } => "KEY_RING_FULL",
        }
    }
}
