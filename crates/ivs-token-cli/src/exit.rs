//! How a run ends: 0 done, 1 refused or failed, 2 misuse.

use crate::failure::Failure;
use crate::output;

/// Nothing failed.
pub(crate) const DONE: u8 = 0;
/// A token was refused or has problems, or something failed.
pub(crate) const FAILED: u8 = 1;
/// The flags, or the variables that stand in for them, make no sense.
pub(crate) const MISUSE: u8 = 2;

/// Says what went wrong, if anything did, and gives the exit code. With `json` it is said on standard output too, as
/// `{"error": {"code": .., "reason": .., "message": ..}}`.
pub(crate) fn code(result: Result<(), Failure>, json: bool) -> u8 {
    let failure = match result {
        Ok(()) | Err(Failure::ReaderGone) => return DONE,
        Err(failure) => failure,
    };
    if let Some(error) = failure.json().filter(|_| json) {
        // That nobody reads it changes nothing: the words and the exit code are still to come.
        let _ = output::json(&error);
    }
    match failure {
        Failure::Misuse(message) => {
            output::alarm("error", None, &message);
            output::word("\nFor more information, try '--help'.");
            MISUSE
        }
        Failure::Refused { code, message, .. } => {
            output::alarm("refused", Some(code), &message);
            FAILED
        }
        Failure::Failed { code, message } => {
            output::alarm("error", code, &message);
            FAILED
        }
        Failure::BadRows { message, .. } => {
            output::alarm("error", None, &message);
            FAILED
        }
        Failure::Told | Failure::ReaderGone => FAILED,
    }
}
