//! Limits that streams and accounts go beyond. AWS tells of it, and lets most of them go on.

use ivs_model::ApiError;
use serde_json::{Value, json};

use super::stream_event::session_key;
use crate::happened::{Happened, Topic};
use crate::kinds::{Record, text};
use crate::view::View;

/// The highest bitrate of a stream, in bits a second, unless a quota says.
const BITRATE: usize = 8_500_000;

/// The most pixels of a picture, 1920 by 1080, unless a quota says.
const PIXELS: usize = 1920 * 1080;

/// The most pixels of its longer edge, unless a quota says.
const EDGE: usize = 1920;

/// A limit of an account: its name, and the unit of what it limits (guide, `EventBridge`).
pub(crate) type Limit = (&'static str, &'static str);

/// Streams at once.
pub(crate) const BROADCASTS: Limit = ("Concurrent Broadcasts", "active streams");

/// Viewers at once, of all streams.
pub(crate) const VIEWERS: Limit = ("Concurrent Viewers", "viewers");

/// Tells that a limit of the account was passed.
pub(crate) fn breached(view: &mut View<'_>, (name, unit): Limit, limit: usize, actual: usize) {
    let detail = detail(view, name, limit, actual, unit);
    view.happened(Happened::new(Topic::LimitBreach, "", detail));
}

/// An encoder sends so many bits a second, or pictures of this size.
pub(crate) fn measure(
    view: &mut View<'_>,
    channel: &Record,
    stream: &Record,
    bitrate: Option<u64>,
    size: Option<(u64, u64)>,
) -> Result<(), ApiError> {
    let arn = text(channel, "arn");
    let of = |quota: &str, known: usize| view.environment.quota(quota, known);
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let beyond = |limit: usize, actual: Option<u64>| {
        let actual = actual.map(whole).filter(|actual| *actual > limit);
        actual.map(|actual| (limit, actual))
    };
    let pixels = beyond(of("ingestPixels", PIXELS), size.map(|(width, height)| width.saturating_mul(height)));
    let edge = beyond(of("ingestEdge", EDGE), size.map(|(width, height)| width.max(height)));
    // A picture is told of once: by all its pixels or by its longer edge (guide, EventBridge).
    let size_is_beyond = pixels.map(|of| (of, "total pixels")).or(edge.map(|of| (of, "pixels per edge")));
    let bitrate_is_beyond = beyond(of("ingestBitrate", BITRATE), bitrate).map(|of| (of, "bits per second"));
    for (name, passed) in [("Ingest Bitrate", bitrate_is_beyond), ("Ingest Resolution", size_is_beyond)] {
        if let Some(((limit, actual), unit)) = passed {
            let mut detail = detail(view, name, limit, actual, unit);
            detail["channel_name"] = channel.get("name").cloned().unwrap_or_default();
            detail["stream_id"] = stream.get("streamId").cloned().unwrap_or_default();
            view.happened(Happened::new(Topic::LimitBreach, arn, detail));
        }
    }
    let key = session_key(view, arn, text(stream, "streamId"));
    let Some(mut session) = view.get(&key)? else { return Ok(()) };
    if let Some(video) = session.get_mut("ingestConfiguration").and_then(|one| one.get_mut("video")) {
        if let Some(bitrate) = bitrate {
            video["targetBitrate"] = bitrate.into();
        }
        if let Some((width, height)) = size {
            (video["videoWidth"], video["videoHeight"]) = (width.into(), height.into());
        }
        view.write(key, session);
    }
    Ok(())
}

fn detail(view: &View<'_>, name: &str, limit: usize, actual: usize, unit: &str) -> Value {
    let mut detail = json!({
        "limit_value": limit,
        "exceeded_by": actual.saturating_sub(limit),
        "limit_unit": unit,
    });
    let members: &[&str] = match view.environment.assumptions().word("limit-member") {
        "limit" => &["limit"],
        "both" => &["limit_name", "limit"],
        _ => &["limit_name"],
    };
    for member in members {
        detail[*member] = name.into();
    }
    detail
}
