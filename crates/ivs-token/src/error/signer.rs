use std::fmt;

use thiserror::Error;

/// The failure of an external signer, in its own words.
#[derive(Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SignerError {
    message: String,
}

impl SignerError {
    /// An error with this message. The message may be logged, so put no secret into it.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string() }
    }
}

crate::value::error::debug::as_words!(SignerError);
