//! The HTTP requests of clients: offers, and the control of their connections.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, AUTHORIZATION, CONTENT_TYPE, HeaderName,
    HeaderValue, LINK, LOCATION,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::calls::{Answered, Calls, Purpose};
use super::gate::Refusal;
use super::live::Live;
use super::manner::Manner;

/// The path of connections.
const SESSIONS: &str = "/session/";

pub(super) const SDP: &str = "application/sdp";

/// The number by which web clients recognise a missing capability.
const NO_CAPABILITY: u64 = 2003;

/// The headers that clients send, besides those that a preflight names.
const ALLOWED: &str = "authorization, content-type, x-stages-event-id, x-stages-trace-id, x-stages-initial-layer-pref, \
                       x-stages-sdk-version, x-stages-client-version, x-stages-user-id, x-stages-participant-id";

/// The link relations of an answer.
pub(crate) const DELETE_LINK: &str = "urn:ietf:params:whip:ivs-stages:session-delete";
pub(crate) const PLAYBACK_LINK: &str = "urn:ietf:params:whep:core:playback-controls";
pub(crate) const LAYER_LINK: &str = "urn:ietf:params:whep:ext:core:layer";

type Answer = Response<Full<Bytes>>;

/// Whether a request comes from a client of a stage and not from an SDK.
pub(crate) fn is_of_client(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let is_offer = |kind: &HeaderValue| kind.to_str().is_ok_and(|kind| kind.starts_with(SDP));
    parts.method == Method::OPTIONS
        || path.starts_with(SESSIONS)
        || Purpose::of_path(path).is_some()
        || parts.headers.get(CONTENT_TYPE).is_some_and(is_offer)
}

/// Answers a request of a client. If `struck` is given, the request is refused with it.
pub(crate) fn answer(
    live: &Arc<Live>,
    calls: &Calls,
    manner: &Manner,
    parts: &Parts,
    body: &[u8],
    struck: Option<&Refusal>,
) -> Answer {
    let path = parts.uri.path();
    let mut answer = if parts.method == Method::OPTIONS {
        preflight(&parts.headers)
    } else if let Some(refusal) = struck {
        refuse(refusal)
    } else if let Some(rest) = path.strip_prefix(SESSIONS) {
        session(calls, parts, rest, body)
    } else if parts.method == Method::POST {
        offer(live, calls, manner, parts, body).unwrap_or_else(|refusal| refuse(&refusal))
    } else {
        status(StatusCode::METHOD_NOT_ALLOWED)
    };
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers
        .insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Location, Link, x-ivs-local-fault"));
    answer
}

/// Allows requests from any page, because only the token counts. `authorization` must be named, because a star does
/// not cover it (Fetch standard, CORS protocol).
fn preflight(headers: &HeaderMap) -> Answer {
    let mut answer = status(StatusCode::NO_CONTENT);
    let wanted = headers.get("access-control-request-headers").and_then(|wanted| wanted.to_str().ok());
    let allowed = wanted.map_or_else(|| ALLOWED.to_owned(), |wanted| format!("{ALLOWED}, {wanted}"));
    let out = answer.headers_mut();
    let methods = HeaderValue::from_static("GET, POST, DELETE, OPTIONS, PATCH");
    out.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    out.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    // Without this, browsers block a page from the network that sends requests to this machine.
    out.insert(
        HeaderName::from_static("access-control-allow-private-network"),
        HeaderValue::from_static("true"),
    );
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        out.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    answer
}

fn offer(
    live: &Arc<Live>,
    calls: &Calls,
    manner: &Manner,
    parts: &Parts,
    body: &[u8],
) -> Result<Answer, Refusal> {
    let token = bearer(&parts.headers).unwrap_or_default();
    let who = live.gate.participant(token)?;
    // A client that does not know IVS posts to the server's own address, and publishes.
    let own = || Purpose::Publish(who.participant_id().as_str().to_owned());
    let purpose = Purpose::of_path(parts.uri.path()).unwrap_or_else(own);
    let text = std::str::from_utf8(body).map_err(|_| Refusal::new("MALFORMED", "the offer is not UTF-8"))?;
    let preference = parts.headers.get("x-stages-initial-layer-pref").and_then(|value| value.to_str().ok());
    let lowest = preference.is_some_and(|preference| preference.eq_ignore_ascii_case("lowest"));
    let answered = calls
        .offer(&who, &purpose, text, lowest, &manner.visitor)
        .inspect_err(|refusal| live.gate.note("participant", token, refusal))?;
    let mut answer = Response::new(Full::from(answered.sdp.clone()));
    *answer.status_mut() = StatusCode::CREATED;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(SDP));
    if let Ok(location) = HeaderValue::from_str(&path(&answered)) {
        headers.insert(LOCATION, location);
    }
    for (relation, url) in links(&manner.base, &answered) {
        if let Ok(link) = HeaderValue::from_str(&format!("<{url}>; rel=\"{relation}\"")) {
            headers.append(LINK, link);
        }
    }
    Ok(answer)
}

/// The path of a connection.
pub(crate) fn path(answered: &Answered) -> String {
    format!("{SESSIONS}{}", answered.secret)
}

/// The URLs that control a connection, with their link relations.
pub(crate) fn links(base: &str, answered: &Answered) -> Vec<(&'static str, String)> {
    let own = format!("{base}{}", path(answered));
    let mut links = vec![(DELETE_LINK, own.clone())];
    if answered.is_subscription {
        links.push((PLAYBACK_LINK, format!("{own}/playback")));
        links.push((LAYER_LINK, format!("{own}/layer")));
    }
    links
}

/// Controls a connection. The URL is a secret that only the client knows, so the token is not verified. A client can
/// thus end its connection even after its token was revoked.
fn session(calls: &Calls, parts: &Parts, rest: &str, body: &[u8]) -> Answer {
    let (secret, what) = rest.split_once('/').unwrap_or((rest, ""));
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    // A page that is being unloaded cannot send headers, so its token may be in the body.
    let has_token =
        bearer(&parts.headers).is_some() || json.get("authorization").is_some_and(Value::is_string);
    if !has_token {
        return refuse(&Refusal::new("TOKEN_MISSING", "the request has no token"));
    }
    let video = |member: &str| json.get(member).and_then(Value::as_array).is_some();
    let done = match (&parts.method, what) {
        (&Method::DELETE | &Method::POST, "") => calls.close(secret),
        (&Method::POST, "playback") if video("pause") => calls.play(secret, false),
        (&Method::POST, "playback") => calls.play(secret, true),
        (&Method::GET, "layer") => match calls.layers(secret) {
            Some(layers) => return answer_json(StatusCode::OK, &layers),
            None => false,
        },
        (&Method::POST, "layer") => calls.pick(secret, json.get("encodingId").and_then(Value::as_str)),
        _ => return status(StatusCode::METHOD_NOT_ALLOWED),
    };
    if done {
        answer_json(StatusCode::OK, &json!({}))
    } else {
        refuse(&Refusal::new("NOT_FOUND", "there is no such connection or layer"))
    }
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The number or the text by which a client recognises a refusal.
pub(crate) fn code(refusal: &Refusal) -> Value {
    if refusal.code == "INSUFFICIENT_CAPABILITIES" { NO_CAPABILITY.into() } else { refusal.code.into() }
}

fn refuse(refusal: &Refusal) -> Answer {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
    answer_json(status, &json!({ "code": code(refusal), "message": refusal.message }))
}

fn answer_json(code: StatusCode, value: &Value) -> Answer {
    let mut answer = Response::new(Full::from(value.to_string()));
    *answer.status_mut() = code;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn status(code: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = code;
    answer
}
