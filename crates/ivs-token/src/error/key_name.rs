use thiserror::Error;

/// Text that cannot be the name of a public key.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyNameError {
    /// More than 128 characters.
    #[error("the key's name has {actual} characters: at most {limit} are allowed")]
    TooLong {
        /// Characters given.
        actual: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A character outside `[A-Za-z0-9_-]`.
    #[error(
        "the key's name holds {character:?} at position {position}: only A-Z, a-z, 0-9, `_` and `-` are allowed"
    )]
    Character {
        /// The first character that is not allowed.
        character: char,
        /// Where it stands, counted in characters from 0.
        position: usize,
    },
}

impl KeyNameError {
    /// The stable name of this error, the same for each way a name can be wrong.
    pub fn code(&self) -> &'static str {
        "INVALID_KEY_NAME"
    }
}

crate::value::error::debug::as_coded_words!(KeyNameError);
