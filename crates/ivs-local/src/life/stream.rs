//! Channels that are live: streams, their sessions, and their recordings.

use ivs_model::{ApiError, Source};
use serde_json::{Value, json};

use crate::arn::Arn;
use crate::call::invalid;
use crate::happened::{Happened, Topic};
use crate::kinds::{Record, text};
use crate::time::iso8601;
use crate::timer::Timer;
use crate::view::View;

/// The most events that a stream session shows (text of the service model).
const EVENTS: usize = 500;

/// How a stream begins, or changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Broadcast {
    /// The key of the encoder; any, if there is none.
    pub(crate) stream_key: Option<String>,
    /// Whether it replaces the encoder of a stream that goes on.
    pub(crate) takeover: bool,
    pub(crate) viewers: Option<u64>,
    pub(crate) health: Option<Health>,
}

/// The health of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Healthy,
    Starving,
    Unknown,
}

impl Health {
    pub(crate) const ALL: [Self; 3] = [Self::Healthy, Self::Starving, Self::Unknown];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "HEALTHY",
            Self::Starving => "STARVING",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The stream that a channel has just now.
pub(crate) fn of_channel(view: &View<'_>, channel: &str) -> Result<Option<Record>, ApiError> {
    view.get(&key_of(view, channel))
}

/// The stream of a channel that has to be live.
pub(crate) fn existing(view: &View<'_>, channel: &str) -> Result<Record, ApiError> {
    view.existing("channel", channel)?;
    of_channel(view, channel)?.ok_or_else(|| {
        ApiError::new(
            "ChannelNotBroadcasting",
            format!("The channel {channel} is not broadcasting"),
            "idle-channel",
            Source::Model,
        )
    })
}

/// Begins the stream of a channel, or changes the one that it has.
pub(crate) fn broadcast(view: &mut View<'_>, channel: &str, how: &Broadcast) -> Result<Record, ApiError> {
    let record = view.existing("channel", channel)?;
    check_key(view, channel, how.stream_key.as_deref())?;
    let mut stream = match of_channel(view, channel)? {
        Some(stream) => {
            let is_change = how.viewers.is_some() || how.health.is_some();
            if how.takeover {
                announce(view, &record, &stream, Topic::StreamStateChange, "Stream Takeover", &json!({}))?;
            } else if !is_change {
                let message = format!("{channel} is live already; a second encoder needs takeover");
                return Err(ApiError::new("ConflictException", message, "live-channel", Source::Model));
            }
            stream
        }
        None => begin(view, &record)?,
    };
    if let Some(viewers) = how.viewers {
        stream.insert("viewerCount".into(), viewers.into());
    }
    let before = text(&stream, "health").to_owned();
    if let Some(health) = how.health.filter(|health| health.as_str() != before) {
        stream.insert("health".into(), health.as_str().into());
        let starving = Health::Starving.as_str();
        let name = match (before == starving, health == Health::Starving) {
            (false, true) => Some("Starvation Start"),
            (true, false) => Some("Starvation End"),
            _ => None,
        };
        if let Some(name) = name {
            announce(view, &record, &stream, Topic::StreamHealthChange, name, &json!({}))?;
        }
    }
    view.write(key_of(view, channel), stream.clone());
    Ok(stream)
}

/// Ends the stream of a channel.
pub(crate) fn end(view: &mut View<'_>, channel: &str) -> Result<(), ApiError> {
    let stream = existing(view, channel)?;
    let record = view.existing("channel", channel)?;
    for name in ["Stream End", "Session Ended"] {
        announce(view, &record, &stream, Topic::StreamStateChange, name, &json!({}))?;
    }
    let key = session_key(view, channel, text(&stream, "streamId"));
    if let Some(mut session) = view.get(&key)? {
        session.insert("endTime".into(), iso8601(view.now).into());
        view.write(key, session);
    }
    let key = key_of(view, channel);
    view.writes.push((key, None));
    let key = recording_key(view, channel);
    if let Some(mut recording) = view.get(&key)? {
        let window = recording.get("window").and_then(Value::as_i64).unwrap_or(0);
        recording.insert("pausedAt".into(), view.now.into());
        view.write(key, recording);
        if window == 0 {
            return end_recording(view, channel);
        }
        view.set_timer(window * 1000, &Timer::ChannelRecording { arn: channel.to_owned() })?;
    }
    Ok(())
}

/// Ends the recording of a channel whose stream did not come back in time.
pub(crate) fn end_recording(view: &mut View<'_>, channel: &str) -> Result<(), ApiError> {
    let key = recording_key(view, channel);
    let Some(recording) = view.get(&key)? else { return Ok(()) };
    let number = |name: &str| recording.get(name).and_then(Value::as_i64);
    let Some(paused) = number("pausedAt") else { return Ok(()) };
    if view.now < paused + number("window").unwrap_or(0) * 1000 {
        // The stream came back and went again meanwhile: another timer is meant.
        return Ok(());
    }
    view.writes.push((key, None));
    let mut more = recording_detail(&recording);
    more["recording_status"] = "Recording End".into();
    more["recording_duration_ms"] = (paused - number("begunAt").unwrap_or(paused)).into();
    more["recording_session_stream_ids"] = recording.get("streams").cloned().unwrap_or_default();
    let last = recording.get("streams").and_then(Value::as_array).and_then(|streams| streams.last());
    more["stream_id"] = last.cloned().unwrap_or_default();
    more["channel_name"] = recording.get("channelName").cloned().unwrap_or_default();
    view.happened(Happened::new(Topic::RecordingStateChange, channel, more));
    Ok(())
}

fn begin(view: &mut View<'_>, channel: &Record) -> Result<Record, ApiError> {
    let limit = view.environment.quota("concurrentStreams", 100);
    if view.count("stream")? >= limit {
        let message =
            format!("The quota concurrentStreams of {limit} was reached for this account and region");
        return Err(ApiError::new("ServiceQuotaExceededException", message, "quota", Source::Guide));
    }
    let arn = text(channel, "arn").to_owned();
    let id = format!("st-{}", view.ids.alphanumeric(23));
    let now = iso8601(view.now);
    let channel_id = Arn::parse(&arn).map_or("", |arn| arn.id);
    let playback_url = format!(
        "{}/api/video/v1/{}.{}.channel.{channel_id}.m3u8",
        view.environment.endpoints().whip,
        view.region,
        view.account
    );
    let stream = object(json!({
        "channelArn": arn,
        "streamId": id,
        "playbackUrl": playback_url,
        "startTime": now,
        "state": "LIVE",
        "health": Health::Healthy.as_str(),
        "viewerCount": 0,
    }));
    let mut shown = channel.clone();
    shown.retain(|name, _| !name.starts_with('_'));
    let mut session = json!({
        "streamId": id,
        "startTime": now,
        "_begunAt": view.now,
        "channel": shown,
        "hasErrorEvent": false,
        "ingestConfiguration": {
            "video": {
                "avcProfile": "Baseline", "avcLevel": "4.2", "codec": "avc1.42C02A", "encoder": "ivs-local",
                "targetBitrate": 3_500_000, "targetFramerate": 30, "videoHeight": 720, "videoWidth": 1280,
            },
            "audio": { "codec": "mp4a.40.2", "targetBitrate": 160_000, "sampleRate": 48_000, "channels": 2 },
        },
        "truncatedEvents": [],
    });
    let configuration =
        view.resource("recording-configuration", text(channel, "recordingConfigurationArn"))?;
    if let Some(mut configuration) = configuration.clone() {
        configuration.retain(|name, _| !name.starts_with('_'));
        configuration.insert("state".into(), "ACTIVE".into());
        session["recordingConfiguration"] = configuration.into();
    }
    view.write(session_key(view, &arn, &id), object(session));
    for name in ["Session Created", "Stream Start"] {
        announce(view, channel, &stream, Topic::StreamStateChange, name, &json!({}))?;
    }
    if let Some(configuration) = configuration {
        record(view, channel, &stream, &configuration)?;
    }
    Ok(stream)
}

/// Begins a recording, or goes on with one whose stream came back in time.
fn record(
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
    let mut more = recording_detail(&recording);
    more["recording_status"] = "Recording Start".into();
    more["recording_duration_ms"] = 0.into();
    view.write(key, recording);
    announce(view, channel, stream, Topic::RecordingStateChange, "Recording Start", &more)
}

fn recording_detail(recording: &Record) -> Value {
    json!({
        "recording_status_reason": "",
        "recording_s3_bucket_name": recording.get("bucket"),
        "recording_s3_key_prefix": recording.get("prefix"),
        "recording_session_id": recording.get("session"),
    })
}

/// Announces what happened to a stream, and keeps it in its session.
fn announce(
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
        let event = json!({ "name": name, "type": topic.detail_type(), "eventTime": iso8601(view.now) });
        if let Some(events) = session.get_mut("truncatedEvents").and_then(Value::as_array_mut) {
            // The newest is the first.
            events.insert(0, event);
            events.truncate(EVENTS);
        }
        if name.contains("Failure") || name == "Starvation Start" {
            session.insert("hasErrorEvent".into(), true.into());
        }
        view.write(key, session);
    }
    Ok(())
}

fn check_key(view: &View<'_>, channel: &str, key: Option<&str>) -> Result<(), ApiError> {
    let Some(key) = key else { return Ok(()) };
    let keys = view.all("stream-key")?;
    if keys.iter().any(|one| text(one, "channelArn") == channel && text(one, "value") == key) {
        return Ok(());
    }
    Err(invalid(format!("That is no stream key of {channel}"), "stream-key", Source::Guide))
}

fn key_of(view: &View<'_>, channel: &str) -> String {
    view.key("stream", Arn::parse(channel).filter(|arn| view.owns(arn)).map_or("", |arn| arn.id))
}

fn session_key(view: &View<'_>, channel: &str, stream: &str) -> String {
    view.of_stage("stream-session", channel, &[stream])
}

fn recording_key(view: &View<'_>, channel: &str) -> String {
    view.of_stage("channel-recording", channel, &[])
}

fn object(value: Value) -> Record {
    match value {
        Value::Object(members) => members,
        _ => Record::new(),
    }
}
