use std::fmt;

use thiserror::Error;

/// A signer outside of this library that failed, in its own words.
#[derive(Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SignerError {
    message: String,
}

impl SignerError {
    /// An error that says this. It may be logged: put no secret into it.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string() }
    }
}

crate::value::error::debug::as_words!(SignerError);
