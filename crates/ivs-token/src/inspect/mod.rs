//! Looks at a token without trusting it, and says in words what is wrong with it.

mod advice;
mod report;
mod rules;
mod service;
mod span;

pub use report::{Check, Inspection, Member, Outcome};

use crate::value::timestamp::Timestamp;

/// Looks at whatever a user may paste: a whole token, a broken one, one in quotes, in a URL, in the API's answer.
///
/// Never fails and never verifies: what comes out is not to be believed, and its type can not be used where a
/// [`crate::VerifiedToken`] is asked for.
///
/// ```
/// let inspection = ivs_token::inspect("eyJhbGciOiJub25lIn0.e30.");
/// assert!(inspection.problems().any(|problem| problem.contains("ES384")));
/// ```
pub fn inspect(text: &str) -> Inspection {
    inspect_at(text, Timestamp::now())
}

/// [`inspect`] as if it were `now`.
pub fn inspect_at(text: &str, now: Timestamp) -> Inspection {
    rules::inspect(&crate::wire::paste::clean(text), now)
}
