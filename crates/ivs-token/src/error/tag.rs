use thiserror::Error;

/// Tags that a public key cannot have. Raised when the tags are made.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TagError {
    /// An empty key.
    #[error("a tag has an empty key: give each at least one character")]
    KeyEmpty,
    /// A key of more than 128 characters.
    #[error("a tag's key has {actual} characters: at most {limit} are allowed")]
    KeyTooLong {
        /// Characters (Unicode scalar values) given.
        actual: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A value of more than 256 characters.
    #[error("the value of the tag {key:?} has {actual} characters: at most {limit} are allowed")]
    ValueTooLong {
        /// The tag's key, its first 40 characters.
        key: String,
        /// Characters (Unicode scalar values) given.
        actual: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A key that begins with `aws:`.
    #[error(
        "the tag {key:?} begins with `aws:`, which AWS keeps for itself: only AWS sets and removes such tags"
    )]
    Reserved {
        /// The tag's key, its first 40 characters.
        key: String,
    },
    /// More than 50 tags.
    #[error("there are more than {limit} tags, as many as a key may have: remove one first")]
    TooMany {
        /// Tags allowed.
        limit: usize,
    },
}

impl TagError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyEmpty | Self::KeyTooLong { .. } => "INVALID_TAG_KEY",
            Self::ValueTooLong { .. } => "INVALID_TAG_VALUE",
            Self::Reserved { .. } => "RESERVED_TAG",
            Self::TooMany { .. } => "TOO_MANY_TAGS",
        }
    }
}

crate::value::error::debug::as_coded_words!(TagError);
