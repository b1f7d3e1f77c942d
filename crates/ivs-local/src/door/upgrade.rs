//! The upgrade of a request to a socket: its URL, its tokens and its refusals.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_PROTOCOL, UPGRADE,
};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;

use super::calls::Calls;
use super::gate::Refusal;
use super::handshake::{accept, is_shared, protocols};
use super::live::Live;
use super::manner::Manner;
use super::message::join_error;
use super::socket::serve;
use super::talk::Talk;

/// The parameter with which a client asks to get a refusal over the socket.
const OVER_SOCKET: &str = "error_over_ws=1";

/// Answers a request for an upgrade, and serves the socket if the token is accepted. If `struck` is given, the
/// request is refused with it.
pub(crate) fn open(
    live: &Arc<Live>,
    calls: &Arc<Calls>,
    manner: Manner,
    request: &mut Request<Incoming>,
    struck: Option<Refusal>,
) -> Response<Full<Bytes>> {
    let Some(accept) = accept(request.headers()) else {
        let refusal = Refusal::new("MALFORMED", "this is not a WebSocket handshake of version 13 (RFC 6455)");
        return refuse(&refusal, refusal.status());
    };
    let protocols = protocols(request.headers());
    let is_shared = is_shared(request.uri().path());
    let began = match struck {
        Some(refusal) => Err(refusal),
        None if is_shared => share(live, calls, manner, &protocols),
        None => alone(live, calls, manner, &protocols),
    };
    let over_socket = request.uri().query().unwrap_or_default().split('&').any(|one| one == OVER_SOCKET);
    let (first, talk) = match began {
        Ok((first, talk)) => (first, Some(talk)),
        Err(refusal) if over_socket || is_shared => (vec![join_error(&refusal).to_string()], None),
        Err(refusal) => return refuse(&refusal, live.status_of(&refusal)),
    };
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => serve(TokioIo::new(upgraded), first, talk).await,
            Err(error) => tracing::debug!(%error, "a socket did not open"),
        }
    });
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(Ok(protocol)) = protocols.first().map(|protocol| HeaderValue::from_str(protocol)) {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}

type Began = Result<(Vec<String>, Talk), Refusal>;

fn alone(live: &Arc<Live>, calls: &Arc<Calls>, manner: Manner, protocols: &[String]) -> Began {
    let token = protocols.first().map(String::as_str).unwrap_or_default();
    let mut talk = Talk::alone(live, calls, manner, token)?;
    Ok((talk.greet(), talk))
}

fn share(live: &Arc<Live>, calls: &Arc<Calls>, manner: Manner, protocols: &[String]) -> Began {
    let (connection, participants) = protocols.split_first().ok_or_else(|| {
        Refusal::new("TOKEN_MISSING", "there is no connection token: send it as the first subprotocol")
    })?;
    live.gate.connection(connection)?;
    let mut talk = Talk::shared(live, calls, manner);
    let mut first = Vec::new();
    for (logical, token) in participants.iter().filter_map(|one| one.split_once('~')) {
        let ids = json!({ "requestId": logical, "traceId": "" });
        first.extend(talk.join(logical, token, ids));
    }
    Ok((first, talk))
}

fn refuse(refusal: &Refusal, status: u16) -> Response<Full<Bytes>> {
    let body = json!({ "code": refusal.code, "message": refusal.message });
    let mut response = Response::new(Full::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
