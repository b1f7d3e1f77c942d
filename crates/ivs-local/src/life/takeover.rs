//! A second encoder takes over a stream that goes on, or fails to.

use ivs_model::{ApiError, Source};
use serde_json::{Value, json};

use super::broadcast::{Broadcast, Told};
use super::stream_event::announce;
use crate::happened::Topic;
use crate::kinds::{Record, text};
use crate::view::View;

/// The priority of the encoder of a stream.
pub(crate) const PRIORITY: &str = "_priority";

/// How often the encoder changed.
const TAKEOVERS: &str = "_takeovers";

/// Why a takeover fails (`StreamEvent` of the service model).
pub(crate) const CODES: [&str; 3] =
    ["StreamTakeoverMediaMismatch", "StreamTakeoverInvalidPriority", "StreamTakeoverLimitBreached"];

/// Takes over, or tells why not.
pub(crate) fn attempt(
    view: &mut View<'_>,
    channel: &Record,
    stream: &mut Record,
    how: &Broadcast,
) -> Result<Told<()>, ApiError> {
    let number = |name: &str| stream.get(name).and_then(Value::as_i64).unwrap_or(0);
    let (before, takeovers) = (number(PRIORITY), number(TAKEOVERS));
    let priority = how.priority.unwrap_or(0);
    let limit = i64::try_from(view.environment.quota("streamTakeovers", 100)).unwrap_or(i64::MAX);
    // Encoders without a priority take over from each other.
    let is_ranked = how.priority.is_some() || before > 0;
    let is_higher = priority > before && (1..=i64::from(i32::MAX)).contains(&priority);
    let code = match how.failure {
        Some(code) => Some(code),
        None if is_ranked && !is_higher => Some(CODES[1]),
        None if takeovers >= limit => Some(CODES[2]),
        None => None,
    };
    if let Some(code) = code {
        let more = json!({ "code": code });
        announce(view, channel, stream, Topic::StreamStateChange, "Stream Takeover Failure", &more)?;
        let message = format!("The takeover of {} failed: {code}", text(channel, "arn"));
        return Ok(Err(ApiError::new("ConflictException", message, "takeover", Source::Model)));
    }
    stream.insert(PRIORITY.into(), priority.into());
    stream.insert(TAKEOVERS.into(), takeovers.saturating_add(1).into());
    announce(view, channel, stream, Topic::StreamStateChange, "Stream Takeover", &json!({}))?;
    Ok(Ok(()))
}
