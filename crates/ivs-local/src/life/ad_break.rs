//! Ad breaks of a live channel: one after the other.

use ivs_model::{ApiError, Source};
use serde_json::{Value, json};

use super::stream;
use crate::call::{Answer, Call, invalid};
use crate::kinds::text;
use crate::time::{iso8601, seconds};

/// The ad breaks of a stream that are not over.
const BREAKS: &str = "_adBreaks";

/// `InsertAdBreak`.
pub(crate) fn insert(call: &mut Call<'_>) -> Answer {
    let arn = call.text("channelArn");
    let mut stream = stream::existing(call, arn)?;
    let channel = call.existing("channel", arn)?;
    if text(&channel, "adConfigurationArn").is_empty() && call.assumes("ad-break", "refuse") {
        let message = format!("{arn} has no ad configuration");
        return Err(call.refuse("ConflictException", message, "ad-break", Source::Assumed));
    }
    let id = match call.text("adBreakId") {
        "" => call.ids.alphanumeric(12),
        id => id.to_owned(),
    };
    let start = match call.text("targetStartAt") {
        "" => call.now,
        text => moment(text)?,
    };
    let number = |value: &Value, name: &str| value[name].as_i64().unwrap_or(0);
    let length = call.input.get("durationSeconds").and_then(Value::as_i64).unwrap_or(0).saturating_mul(1000);
    let breaks = stream.get(BREAKS).and_then(Value::as_array).cloned().unwrap_or_default();
    let (now, end) = (call.now, start.saturating_add(length));
    let mut breaks: Vec<Value> = breaks.into_iter().filter(|one| number(one, "end") > now).collect();
    let meets = |one: &&Value| number(one, "start") < end && start < number(one, "end");
    if let Some(other) = breaks.iter().find(|one| one["id"] == id.as_str() || meets(one))
        && call.assumes("ad-break-overlap", "refuse")
    {
        let message = format!("The ad break {} of {arn} is not over at that time", other["id"]);
        return Err(call.refuse("ConflictException", message, "ad-break-overlap", Source::Assumed));
    }
    breaks.push(json!({ "id": id, "start": start, "end": end }));
    stream.insert(BREAKS.into(), breaks.into());
    let key = stream::key_of(call, arn);
    call.write(key, stream);
    let shown = if call.text("targetStartAt").is_empty() {
        iso8601(start)
    } else {
        call.text("targetStartAt").to_owned()
    };
    Ok(json!({ "adBreakId": id, "targetStartAt": shown }))
}

fn moment(text: &str) -> Result<i64, ApiError> {
    let wrong = || format!("targetStartAt is not a time: {text}; write it as 2026-01-02T03:04:05Z");
    seconds(text).map(|seconds| seconds * 1000).ok_or_else(|| invalid(wrong(), "target-start", Source::Model))
}
