//! The playback door: a viewer's token decides whether a channel's playlist is handed out.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use ivs_token::{ChannelArn, VerifiedPlayback};
use serde_json::{Value, json};

use super::gate::{Gate, Refusal};
use crate::http::sigv4::pairs;
use crate::store::Store;

/// What `playbackUrl` of a channel begins with.
const PATH: &str = "/api/video/v1/";

const PLAYLIST: &str = "application/vnd.apple.mpegurl";

/// A playlist without segments (RFC 8216, section 4.3.3): there is no video.
const EMPTY: &str = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n";

/// The channel whose playlist a path is that of.
pub(crate) fn channel_in(path: &str) -> Option<ChannelArn> {
    let name = path.strip_prefix(PATH)?.strip_suffix(".m3u8")?;
    let mut words = name.split('.');
    let (region, account, kind, id) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let arn = format!("arn:aws:ivs:{region}:{account}:channel/{id}");
    ChannelArn::try_from(arn.as_str()).ok().filter(|_| kind == "channel" && words.next().is_none())
}

/// Answers a request for a playlist. `struck` refuses it in any case.
pub(crate) fn playlist(
    gate: &Gate,
    store: &dyn Store,
    channel: &ChannelArn,
    parts: &Parts,
    struck: Option<Refusal>,
) -> Response<Full<Bytes>> {
    match struck.map_or_else(|| decide(gate, store, channel, parts), Err) {
        Ok(verified) => {
            answer(StatusCode::OK, PLAYLIST, EMPTY.to_owned(), &allowed_origin(parts, verified.as_ref()))
        }
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
            // A viewer without a token is refused as one with a bad token is.
            let status = if status == StatusCode::UNAUTHORIZED { StatusCode::FORBIDDEN } else { status };
            let body = json!({ "code": refusal.code, "message": refusal.message }).to_string();
            answer(status, "application/json", body, "*")
        }
    }
}

fn decide(
    gate: &Gate,
    store: &dyn Store,
    channel: &ChannelArn,
    parts: &Parts,
) -> Result<Option<VerifiedPlayback>, Refusal> {
    if parts.method != Method::GET {
        return Err(Refusal::new("MALFORMED", "a playlist is fetched with GET"));
    }
    let place = format!("{}/{}", channel.account_id(), channel.region());
    let get = |kind: &str| {
        let entry = store.get(&format!("{place}/{kind}/{}", channel.resource_id()));
        entry.map_err(|error| Refusal::new("UNAVAILABLE", error.to_string()))
    };
    let record =
        get("channel")?.ok_or_else(|| Refusal::new("NOT_FOUND", format!("there is no channel {channel}")))?;
    // A channel that is not private is for everyone.
    let is_private = record.value.get("authorized").and_then(Value::as_bool).unwrap_or(false);
    let is_live = get("stream")?.is_some();
    let idle = || Refusal::new("NOT_FOUND", format!("{channel} is not live"));
    if !is_private {
        return if is_live { Ok(None) } else { Err(idle()) };
    }
    let query = parts.uri.query().unwrap_or_default();
    let token = pairs(query).find(|(name, _)| name == "token").map(|(_, token)| token).unwrap_or_default();
    let verified = gate.playback(&token, channel, origin(parts))?;
    if is_live { Ok(Some(verified)) } else { Err(idle()) }
}

/// The pages that may read the answer: those that the token allows.
fn allowed_origin(parts: &Parts, verified: Option<&VerifiedPlayback>) -> String {
    let Some(origin) = origin(parts) else { return "*".to_owned() };
    match verified {
        Some(verified) if !verified.allows_origin(Some(origin)) => "null".to_owned(),
        _ => origin.to_owned(),
    }
}

fn origin(parts: &Parts) -> Option<&str> {
    parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok())
}

fn answer(status: StatusCode, kind: &'static str, body: String, origin: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(origin) = HeaderValue::from_str(origin) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}
