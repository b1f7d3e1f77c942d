//! Channels that are live: streams and their sessions.

use ivs_model::{ApiError, Source};
use serde_json::{Value, json};

use super::broadcast::{Broadcast, Health, Outage, Told};
use super::stream_event::{announce, object, session_key};
use super::{channel_recording, limits, takeover, viewers};
use crate::arn::Arn;
use crate::call::invalid;
use crate::happened::Topic;
use crate::kinds::{FAILED, Record, text};
use crate::time::iso8601;
use crate::view::View;

/// The composition whose stream it is.
const COMPOSITION: &str = "_composition";

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
pub(crate) fn broadcast(
    view: &mut View<'_>,
    channel: &str,
    how: &Broadcast,
) -> Result<Told<Record>, ApiError> {
    let record = view.existing("channel", channel)?;
    check_key(view, channel, how.stream_key.as_deref())?;
    if let Some(outage) = how.outage {
        return fail(view, &record, outage).map(Err);
    }
    let is_change =
        how.viewers.is_some() || how.health.is_some() || how.bitrate.is_some() || how.size.is_some();
    let mut stream = match of_channel(view, channel)? {
        Some(mut stream) if how.takeover => {
            if let Err(refusal) = takeover::attempt(view, &record, &mut stream, how)? {
                return Ok(Err(refusal));
            }
            stream
        }
        Some(_) if !is_change => {
            let message = format!("{channel} is live already; a second encoder needs takeover");
            return Err(ApiError::new("ConflictException", message, "live-channel", Source::Model));
        }
        Some(stream) => stream,
        None => match begin(view, &record)? {
            Ok(mut stream) => {
                stream.insert(takeover::PRIORITY.into(), how.priority.unwrap_or(0).into());
                stream
            }
            Err(refusal) => return Ok(Err(refusal)),
        },
    };
    if let Some(viewers) = how.viewers {
        viewers::set_unknown(view, &mut stream, viewers)?;
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
    limits::measure(view, &record, &stream, how.bitrate, how.size)?;
    view.write(key_of(view, channel), stream.clone());
    let mut stream = viewers::shown(view, stream);
    stream.retain(|name, _| !name.starts_with('_'));
    Ok(Ok(stream))
}

/// Begins the stream of a composition on a channel that is idle.
pub(crate) fn begin_of(view: &mut View<'_>, channel: &str, composition: &str) -> Result<Told<()>, ApiError> {
    let record = view.existing("channel", channel)?;
    if of_channel(view, channel)?.is_some() {
        let message = "Stream already exists";
        return Ok(Err(ApiError::new("ConflictException", message, "live-channel", Source::Guide)));
    }
    Ok(begin(view, &record)?.map(|mut stream| {
        stream.insert(COMPOSITION.into(), composition.into());
        view.write(key_of(view, channel), stream);
    }))
}

/// Ends the stream of a channel.
pub(crate) fn end(view: &mut View<'_>, channel: &str) -> Result<(), ApiError> {
    let stream = existing(view, channel)?;
    let record = view.existing("channel", channel)?;
    announce(view, &record, &stream, Topic::StreamStateChange, "Stream End", &json!({}))?;
    end_session(view, &record, &stream, &json!({}))
}

/// Lets the stream of a channel fail. Gives what its encoder is told.
fn fail(view: &mut View<'_>, channel: &Record, outage: Outage) -> Result<ApiError, ApiError> {
    let arn = text(channel, "arn").to_owned();
    let stream = match of_channel(view, &arn)? {
        Some(stream) => {
            if outage != Outage::Capacity {
                announce(view, channel, &stream, Topic::StreamStateChange, "Stream End", &json!({}))?;
            }
            stream
        }
        // The session begins before anything is processed (guide, EventBridge).
        None => match begin_session(view, channel)? {
            Ok(stream) => stream,
            Err(refusal) => return Ok(refusal),
        },
    };
    match outage {
        Outage::Capacity => {
            let message = "Transcode capacity exceeded. Please try again.";
            let more = json!({ "reason": message });
            announce(view, channel, &stream, Topic::StreamStateChange, "Stream Failure", &more)?;
            end_session(view, channel, &stream, &json!({}))?;
            Ok(ApiError::new("StreamUnavailable", message, "stream-failure", Source::Guide))
        }
        Outage::Code(code) => {
            end_session(view, channel, &stream, &json!({ "code": code }))?;
            let message = format!("The session of {arn} ended: {code}");
            Ok(ApiError::new("ConflictException", message, "stream-failure", Source::Model))
        }
    }
}

/// Ends the session of a stream that has ended.
fn end_session(view: &mut View<'_>, record: &Record, stream: &Record, more: &Value) -> Result<(), ApiError> {
    let channel = text(record, "arn");
    announce(view, record, stream, Topic::StreamStateChange, "Session Ended", more)?;
    let key = session_key(view, channel, text(stream, "streamId"));
    if let Some(mut session) = view.get(&key)? {
        session.insert("endTime".into(), iso8601(view.now).into());
        view.write(key, session);
    }
    let key = key_of(view, channel);
    view.writes.push((key, None));
    view.environment.audience.end(text(stream, "streamId"));
    channel_recording::pause(view, channel)
}

/// Ends the stream that a composition has on a channel, if it still has one.
pub(crate) fn end_of(view: &mut View<'_>, channel: &str, composition: &str) -> Result<(), ApiError> {
    match of_channel(view, channel)? {
        Some(stream) if text(&stream, COMPOSITION) == composition => end(view, channel),
        _ => Ok(()),
    }
}

/// Begins a stream and its recording.
fn begin(view: &mut View<'_>, channel: &Record) -> Result<Told<Record>, ApiError> {
    let stream = match begin_session(view, channel)? {
        Ok(stream) => stream,
        Err(refusal) => return Ok(Err(refusal)),
    };
    announce(view, channel, &stream, Topic::StreamStateChange, "Stream Start", &json!({}))?;
    let configuration =
        view.resource("recording-configuration", text(channel, "recordingConfigurationArn"))?;
    if let Some(configuration) = configuration {
        channel_recording::begin(view, channel, &stream, &configuration)?;
    }
    Ok(Ok(stream))
}

/// Begins the session of a stream of which nothing is processed yet.
fn begin_session(view: &mut View<'_>, channel: &Record) -> Result<Told<Record>, ApiError> {
    let limit = view.environment.quota("concurrentStreams", 100);
    if view.count("stream")? >= limit {
        let message =
            format!("The quota concurrentStreams of {limit} was reached for this account and region");
        limits::breached(view, limits::BROADCASTS, limit, limit + 1);
        return Ok(Err(ApiError::new("ServiceQuotaExceededException", message, "quota", Source::Guide)));
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
    if let Some(mut configuration) = configuration {
        let is_failed = configuration.contains_key(FAILED);
        configuration.retain(|name, _| !name.starts_with('_'));
        let state = if is_failed { "CREATE_FAILED" } else { "ACTIVE" };
        configuration.insert("state".into(), state.into());
        session["recordingConfiguration"] = configuration.into();
    }
    view.write(session_key(view, &arn, &id), object(session));
    announce(view, channel, &stream, Topic::StreamStateChange, "Session Created", &json!({}))?;
    Ok(Ok(stream))
}

fn check_key(view: &View<'_>, channel: &str, key: Option<&str>) -> Result<(), ApiError> {
    let Some(key) = key else { return Ok(()) };
    let keys = view.all("stream-key")?;
    if keys.iter().any(|one| text(one, "channelArn") == channel && text(one, "value") == key) {
        return Ok(());
    }
    Err(invalid(format!("That is no stream key of {channel}"), "stream-key", Source::Guide))
}

pub(crate) fn key_of(view: &View<'_>, channel: &str) -> String {
    view.key("stream", Arn::parse(channel).filter(|arn| view.owns(arn)).map_or("", |arn| arn.id))
}
