//! What happens to streams, told in both places from one source: the session of the stream, and the events of `EventBridge`.

use ivs_model::ApiError;
use serde_json::{Value, json};

use crate::happened::{Happened, Topic};
use crate::kinds::{Record, text};
use crate::time::iso8601;
use crate::view::View;

/// The most events that a stream session shows (text of the service model).
const EVENTS: usize = 500;

/// Announces what happened to a stream, and keeps it in its session.
pub(crate) fn announce(
    view: &mut View<'_>,
    channel: &Record,
    stream: &Record,
    topic: Topic,
    name: &str,
    more: &Value,
) -> Result<(), ApiError> {
    let arn = text(channel, "arn");
    let mut detail = json!({ "channel_name": channel.get("name"), "stream_id": stream.get("streamId") });
    if topic != Topic::RecordingStateChange {
        detail["event_name"] = name.into();
    }
    let mut detail = object(detail);
    detail.extend(more.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    view.happened(Happened::new(topic, arn, detail.into()));
    let key = session_key(view, arn, text(stream, "streamId"));
    if let Some(mut session) = view.get(&key)? {
        let mut event = json!({ "name": name, "type": topic.detail_type(), "eventTime": iso8601(view.now) });
        if let Some(code) = more.get("code") {
            event["code"] = code.clone();
        }
        if let Some(events) = session.get_mut("truncatedEvents").and_then(Value::as_array_mut) {
            // The newest is the first.
            events.insert(0, event);
            events.truncate(EVENTS);
        }
        // A session ends with a code when its encoder sent what the channel does not take.
        let is_cut_off = name == "Session Ended" && more.get("code").is_some();
        if name.contains("Failure") || name == "Starvation Start" || is_cut_off {
            session.insert("hasErrorEvent".into(), true.into());
        }
        view.write(key, session);
    }
    Ok(())
}

/// The key of the session of a stream.
pub(crate) fn session_key(view: &View<'_>, channel: &str, stream: &str) -> String {
    view.of_stage("stream-session", channel, &[stream])
}

/// The members of a JSON object.
pub(crate) fn object(value: Value) -> Record {
    match value {
        Value::Object(members) => members,
        _ => Record::new(),
    }
}
