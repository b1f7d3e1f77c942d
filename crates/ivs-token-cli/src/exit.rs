//! How a run ends: 0 done, 1 refused or failed, 2 misuse.

use std::io;
use std::process::ExitCode;

use crate::output;

/// Nothing failed.
pub(crate) const DONE: u8 = 0;
/// A token was refused or has problems, or something failed.
pub(crate) const FAILED: u8 = 1;
/// The flags, or the variables that stand in for them, make no sense.
pub(crate) const MISUSE: u8 = 2;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Flags that make no sense; the words say which and what to give instead.
    Misuse(String),
    /// A token that is not good.
    Refused { code: &'static str, message: String },
    /// Anything else: a file, a key, a row.
    Failed { code: Option<&'static str>, message: String },
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
}

/// Says what went wrong, if anything did, and gives the exit code.
pub(crate) fn code(result: Result<(), Failure>) -> ExitCode {
    ExitCode::from(match result {
        Ok(()) | Err(Failure::ReaderGone) => DONE,
        Err(Failure::Misuse(message)) => {
            output::alarm("error", None, &message);
            output::word("\nFor more information, try '--help'.");
            MISUSE
        }
        Err(Failure::Refused { code, message }) => {
            output::alarm("refused", Some(code), &message);
            FAILED
        }
        Err(Failure::Failed { code, message }) => {
            output::alarm("error", code, &message);
            FAILED
        }
        Err(Failure::Told) => FAILED,
    })
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
