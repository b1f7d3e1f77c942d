//! The playback door: a viewer's token decides whether they get a channel's playlist.

mod audience;
mod playlist;
mod viewing;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use ivs_token::{ChannelArn, VerifiedPlayback};
use serde_json::{Value, json};

use self::audience::watch;
use self::playlist::{Stream, of_stream, of_variants};
use self::viewing::Viewing;
use super::gate::{Gate, Refusal};
use crate::http::sigv4::pairs;
use crate::store::Store;
use crate::time::seconds;

/// The path with which the `playbackUrl` of a channel begins.
const PATH: &str = "/api/video/v1/";

const PLAYLIST: &str = "application/vnd.apple.mpegurl";
const SEGMENT: &str = "video/mp2t";

/// What a player requests.
#[derive(Debug, PartialEq, Eq)]
enum Wanted<'p> {
    /// The playlist at the playback URL, which needs a token. It names the playlist of the stream.
    Variants,
    /// The playlist of the stream, which players load repeatedly.
    Stream(&'p str),
    /// A segment, by its number.
    Segment(u64),
}

/// The channel that a playback path names.
pub(crate) fn channel_in(path: &str) -> Option<ChannelArn> {
    parse(path).map(|(channel, _)| channel)
}

fn parse(path: &str) -> Option<(ChannelArn, Wanted<'_>)> {
    let rest = path.strip_prefix(PATH)?;
    let (name, wanted) = match rest.split_once('/') {
        None => (rest.strip_suffix(".m3u8")?, Wanted::Variants),
        Some((name, file)) => match file.strip_suffix(".m3u8") {
            Some(viewing) => (name, Wanted::Stream(viewing)),
            None => (name, Wanted::Segment(file.strip_suffix(".ts")?.parse().ok()?)),
        },
    };
    let mut words = name.split('.');
    let (region, account, kind, id) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let arn = format!("arn:aws:ivs:{region}:{account}:channel/{id}");
    let channel = ChannelArn::try_from(arn.as_str()).ok();
    let channel = channel.filter(|_| kind == "channel" && words.next().is_none())?;
    Some((channel, wanted))
}

/// Answers a request for a playlist or a segment. If `struck` is given, the request is refused with it.
pub(crate) fn playlist(
    gate: &Gate,
    store: &dyn Store,
    channel: &ChannelArn,
    parts: &Parts,
    struck: Option<Refusal>,
) -> Response<Full<Bytes>> {
    let answered = struck.map_or_else(|| decide(gate, store, channel, parts), Err);
    answered.unwrap_or_else(|refusal| {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
        // A viewer without a token gets the same status as a viewer with an invalid token.
        let status = if status == StatusCode::UNAUTHORIZED { StatusCode::FORBIDDEN } else { status };
        let body = json!({ "code": refusal.code, "message": refusal.message }).to_string();
        answer(status, "application/json", body, "*")
    })
}

fn decide(
    gate: &Gate,
    store: &dyn Store,
    channel: &ChannelArn,
    parts: &Parts,
) -> Result<Response<Full<Bytes>>, Refusal> {
    if parts.method != Method::GET {
        return Err(Refusal::new("MALFORMED", "a playlist must be fetched with GET"));
    }
    let Some((_, wanted)) = parse(parts.uri.path()) else {
        return Err(Refusal::new("NOT_FOUND", "there is no such playlist"));
    };
    let place = format!("{}/{}", channel.account_id(), channel.region());
    let get = |kind: &str| {
        let entry = store.get(&format!("{place}/{kind}/{}", channel.resource_id()));
        entry.map_err(|error| Refusal::new("UNAVAILABLE", error.to_string()))
    };
    let record =
        get("channel")?.ok_or_else(|| Refusal::new("NOT_FOUND", format!("there is no channel {channel}")))?;
    // A channel that is not private needs no token.
    let is_private = record.value.get("authorized").and_then(Value::as_bool).unwrap_or(false);
    let live = || -> Result<Stream, Refusal> {
        let entry =
            get("stream")?.ok_or_else(|| Refusal::new("NOT_FOUND", format!("{channel} is not live")))?;
        let text = |member| entry.value.get(member).and_then(Value::as_str).unwrap_or_default();
        let begun_at = seconds(text("startTime")).unwrap_or_default() * 1000;
        Ok(Stream { id: text("streamId").to_owned(), begun_at, now: gate.now() })
    };
    match wanted {
        Wanted::Variants => {
            // The token is checked first, so that nobody without a token learns anything about the channel.
            let verified =
                is_private.then(|| gate.playback(&token(parts), channel, origin(parts))).transpose()?;
            let stream = live()?.id;
            let viewer =
                verified.as_ref().and_then(|one| Some((one.viewer_id()?, one.viewer_session_version())));
            let session = watch(gate, channel, &stream, None, viewer)?;
            let viewing = Viewing::begin(channel, stream, verified.as_ref(), session).seal(gate.secret());
            let origin = allowed_origin(parts, verified.as_ref());
            Ok(answer(StatusCode::OK, PLAYLIST, of_variants(channel, &viewing), &origin))
        }
        Wanted::Stream(viewing) => {
            let stream = live()?;
            let viewing = Viewing::open(viewing, gate.secret());
            let viewing = viewing.filter(|viewing| viewing.is_of(channel, &stream.id, is_private));
            let viewing = viewing.ok_or_else(|| {
                let message = "the playlist belongs to another stream: load the playback URL again";
                Refusal::new("TOKEN_INVALID", message)
            })?;
            if let Some((viewer, version)) = viewing.viewer() {
                gate.viewer(channel, viewer, version)?;
            }
            watch(gate, channel, &stream.id, Some(viewing.session()), viewing.viewer())?;
            Ok(answer(StatusCode::OK, PLAYLIST, of_stream(&stream), "*"))
        }
        Wanted::Segment(number) => {
            let no_segment = || Refusal::new("NOT_FOUND", format!("there is no segment {number} yet"));
            let segment = live()?.segment(number).ok_or_else(no_segment)?;
            Ok(answer(StatusCode::OK, SEGMENT, segment, "*"))
        }
    }
}

fn token(parts: &Parts) -> String {
    let query = parts.uri.query().unwrap_or_default();
    pairs(query).find(|(name, _)| name == "token").map(|(_, token)| token).unwrap_or_default()
}

/// The origin whose pages may read the answer. The token decides which origins are allowed.
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

fn answer(
    status: StatusCode,
    kind: &'static str,
    body: impl Into<Bytes>,
    origin: &str,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(origin) = HeaderValue::from_str(origin) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_is_wanted() {
        let name = "us-east-1.123456789012.channel.abc";
        let of = |rest: &str| format!("{PATH}{name}{rest}");
        assert_eq!(parse(&of(".m3u8")).unwrap().1, Wanted::Variants);
        assert_eq!(parse(&of("/x_-1.m3u8")).unwrap().1, Wanted::Stream("x_-1"));
        assert_eq!(parse(&of("/17.ts")).unwrap().1, Wanted::Segment(17));
        for other in ["", "/", "/17", "/x.ts", "/-1.ts", "/a/1.ts", ".x.m3u8", "/99999999999999999999.ts"] {
            assert_eq!(parse(&of(other)), None, "{other}");
        }
    }
}
