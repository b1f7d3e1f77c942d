//! Recordings of channels: they begin and end with the stream, and go on with one that comes back in time.

use ivs_model::{ApiError, Source};
use serde_json::{Value, json};

use super::stream_event::{announce, object};
use crate::arn::Arn;
use crate::happened::Topic;
use crate::kinds::{FAILED, Record, text};
use crate::time::iso8601;
use crate::timer::Timer;
use crate::view::View;

/// Begins a recording, or goes on with one whose stream came back in time.
pub(crate) fn begin(
    view: &mut View<'_>,
    channel: &Record,
    stream: &Record,
    configuration: &Record,
) -> Result<(), ApiError> {
    let arn = text(channel, "arn");
    let key = recording_key(view, arn);
    if let Some(mut recording) = view.get(&key)? {
        recording.remove("pausedAt");
        if let Some(streams) = recording.get_mut("streams").and_then(Value::as_array_mut) {
            streams.push(text(stream, "streamId").into());
        }
        view.write(key, recording);
        return Ok(());
    }
    let window = configuration.get("recordingReconnectWindowSeconds").cloned().unwrap_or_else(|| json!(0));
    let bucket = crate::kinds::at(configuration, &["destinationConfiguration", "s3", "bucketName"]);
    let channel_id = Arn::parse(arn).map_or("", |arn| arn.id);
    let moment = iso8601(view.now);
    // Year, month, day, hour and minute, without zeros before them (guide, recording to S3).
    let parts: Vec<_> =
        moment[..16].split(['-', 'T', ':']).map(|part| part.trim_start_matches('0')).collect();
    let parts: Vec<_> = parts.into_iter().map(|part| if part.is_empty() { "0" } else { part }).collect();
    let session = view.ids.alphanumeric(12);
    let prefix = format!("ivs/v1/{}/{channel_id}/{}/{session}", view.account, parts.join("/"));
    let recording = object(json!({
        "bucket": bucket,
        "prefix": prefix,
        "session": session,
        "begunAt": view.now,
        "window": window,
        "streams": [stream.get("streamId")],
        "channelName": channel.get("name"),
    }));
    if configuration.contains_key(FAILED) {
        let mut failed = recording;
        failed.insert("prefix".into(), "".into());
        let more = detail(&failed, "Recording Start Failure", "ValidationException", 0);
        return announce(
            view,
            channel,
            stream,
            Topic::RecordingStateChange,
            "Recording Start Failure",
            &more,
        );
    }
    let more = detail(&recording, "Recording Start", "", 0);
    view.write(key, recording);
    announce(view, channel, stream, Topic::RecordingStateChange, "Recording Start", &more)
}

/// The stream of a channel ended: its recording waits for the reconnect window, and ends.
pub(crate) fn pause(view: &mut View<'_>, channel: &str) -> Result<(), ApiError> {
    let key = recording_key(view, channel);
    let Some(mut recording) = view.get(&key)? else { return Ok(()) };
    if recording.contains_key("pausedAt") {
        // Another session failed before its stream began: the window is that of the last stream.
        return Ok(());
    }
    let window = recording.get("window").and_then(Value::as_i64).unwrap_or(0);
    recording.insert("pausedAt".into(), view.now.into());
    view.write(key, recording);
    if window == 0 {
        return end(view, channel);
    }
    view.set_timer(window.saturating_mul(1000), &Timer::ChannelRecording { arn: channel.to_owned() })
}

/// Ends the recording of a channel whose stream did not come back in time.
pub(crate) fn end(view: &mut View<'_>, channel: &str) -> Result<(), ApiError> {
    let key = recording_key(view, channel);
    let Some(recording) = view.get(&key)? else { return Ok(()) };
    let number = |name: &str| recording.get(name).and_then(Value::as_i64);
    let Some(paused) = number("pausedAt") else { return Ok(()) };
    let window = number("window").unwrap_or(0).saturating_mul(1000);
    if view.now < paused.saturating_add(window) {
        // The stream came back and went again meanwhile: another timer is meant.
        return Ok(());
    }
    let duration = paused.saturating_sub(number("begunAt").unwrap_or(paused));
    let mut more = detail(&recording, "Recording End", "", duration);
    more["recording_session_stream_ids"] = recording.get("streams").cloned().unwrap_or_default();
    finish(view, channel, &recording, "Recording End", &more)
}

/// Lets the recording of a channel fail, while its stream goes on or the window is open.
pub(crate) fn fail(view: &mut View<'_>, channel: &str) -> Result<(), ApiError> {
    view.existing("channel", channel)?;
    let recording = view.get(&recording_key(view, channel))?.ok_or_else(|| {
        let message = format!("{channel} is not recorded");
        ApiError::new("ConflictException", message, "recording", Source::Model)
    })?;
    let number = |name: &str| recording.get(name).and_then(Value::as_i64);
    let until = number("pausedAt").unwrap_or(view.now);
    let duration = until.saturating_sub(number("begunAt").unwrap_or(until));
    let more = detail(&recording, "Recording End Failure", "InternalServerException", duration);
    finish(view, channel, &recording, "Recording End Failure", &more)
}

/// Tells of the end of a recording, in the session of its last stream too, and forgets it. The channel may be gone.
fn finish(
    view: &mut View<'_>,
    channel: &str,
    recording: &Record,
    name: &str,
    more: &Value,
) -> Result<(), ApiError> {
    let key = recording_key(view, channel);
    view.writes.push((key, None));
    let streams = recording.get("streams").and_then(Value::as_array);
    let stream = object(json!({ "streamId": streams.and_then(|streams| streams.last()) }));
    let channel = object(json!({ "arn": channel, "name": recording.get("channelName") }));
    announce(view, &channel, &stream, Topic::RecordingStateChange, name, more)
}

/// What events say of a recording: a failure has the name of an error for its reason (guide, `EventBridge`).
fn detail(recording: &Record, status: &str, reason: &str, duration: i64) -> Value {
    json!({
        "recording_status": status,
        "recording_status_reason": reason,
        "recording_s3_bucket_name": recording.get("bucket"),
        "recording_s3_key_prefix": recording.get("prefix"),
        "recording_duration_ms": duration,
        "recording_session_id": recording.get("session"),
    })
}

fn recording_key(view: &View<'_>, channel: &str) -> String {
    view.of_stage("channel-recording", channel, &[])
}
