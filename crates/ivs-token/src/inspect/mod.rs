//! Looks at a token without trusting it, and says in words what is wrong with it.

mod advice;
mod report;
mod rules;
mod service;
mod span;

pub use report::{Check, Inspection, Member, Outcome};

use crate::value::timestamp::Timestamp;

/// Inspects whatever a user may paste: a token, whole or broken, alone, in quotes, in a URL or in the API's response.
///
/// It never fails and never verifies. Do not trust the result: its type cannot be used in place of a
/// [`crate::VerifiedToken`].
///
/// ```
/// let inspection = ivs_token::inspect("eyJhbGciOiJub25lIn0.e30.");
/// assert!(inspection.problems().any(|problem| problem.contains("ES384")));
/// ```
pub fn inspect(text: &str) -> Inspection {
    inspect_at(text, Timestamp::now())
}

/// [`inspect`] as if the time were `now`.
pub fn inspect_at(text: &str, now: Timestamp) -> Inspection {
    rules::inspect(&crate::wire::paste::clean(text), now)
}
