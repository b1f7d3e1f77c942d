//! Why a command did not do what it was asked to.

use std::io;

use serde_json::{Value, json};

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Flags that make no sense; the words say which and what to give instead.
    Misuse(String),
    /// A token that is not good: the service's word, the exact fault, and both in words.
    Refused { code: &'static str, reason: &'static str, message: String },
    /// Anything else: a file, a key, a row.
    Failed { code: Option<&'static str>, message: String },
    /// Bad rows where one is enough to stop everything: each was told on standard error, and stands here as JSON.
    BadRows { message: String, rows: Vec<Value> },
    /// Everything that there is to say has been said.
    Told,
    /// Whoever read standard output has had enough of it.
    ReaderGone,
}

impl Failure {
    pub(crate) fn misuse(message: impl Into<String>) -> Self {
        Self::Misuse(message.into())
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed { code: None, message: message.into() }
    }

    pub(crate) fn coded(code: &'static str, message: impl Into<String>) -> Self {
        Self::Failed { code: Some(code), message: message.into() }
    }

    /// What stands for this failure on standard output when JSON is wanted.
    pub(crate) fn json(&self) -> Option<Value> {
        let error = match self {
            Self::Misuse(message) => json!({ "code": "MISUSE", "message": message }),
            Self::Refused { code, reason, message } => {
                json!({ "code": code, "reason": reason, "message": message })
            }
            Self::Failed { code, message } => json!({ "code": code.unwrap_or("FAILED"), "message": message }),
            Self::BadRows { message, rows } => {
                json!({ "code": "BAD_ROWS", "message": message, "rows": rows })
            }
            Self::Told | Self::ReaderGone => return None,
        };
        Some(json!({ "error": error }))
    }

    /// This failure, after something about it was written. A reader who has had enough takes nothing back of a verdict.
    pub(crate) fn after(self, said: Result<(), Self>) -> Self {
        match said {
            Ok(()) | Err(Self::ReaderGone) => self,
            Err(other) => other,
        }
    }
}

/// For writing to standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::failed(format!("standard output: {error}")),
        }
    }
}
