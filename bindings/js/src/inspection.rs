use ivs_token::{Inspection, Timestamp};
use serde::Serialize;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input;

/// What was found, as the core writes it, and in words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'i> {
    #[serde(flatten)]
    inspection: &'i Inspection,
    problems: Vec<&'i str>,
    text: String,
    issued_at_seconds: Option<i64>,
    expires_at_seconds: Option<i64>,
}

/// Looks at whatever may be pasted; never fails on it, and never verifies.
pub(crate) fn inspect(now: Timestamp, json: &str) -> Result<Answer, Failure> {
    let inspection = ivs_token::inspect_at(&input::read::<String>(json)?, now);
    Ok(Answer::json(&Found {
        problems: inspection.problems().collect(),
        issued_at_seconds: inspection.issued_at.map(Timestamp::as_secs),
        expires_at_seconds: inspection.expiration_time.map(Timestamp::as_secs),
        text: inspection.to_string(),
        inspection: &inspection,
    }))
}
