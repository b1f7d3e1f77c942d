//! The headers of a WebSocket handshake (RFC 6455).

use hyper::header::{
    HeaderMap, HeaderValue, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The path of sockets that participants share.
const SHARED: &str = "/sanic";

/// Whether a request asks for an upgrade to a WebSocket.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// Whether a path is that of a socket that participants share.
pub(super) fn is_shared(path: &str) -> bool {
    path.trim_end_matches('/').ends_with(SHARED)
}

/// The value with which the server answers the key of a handshake.
pub(super) fn accept(headers: &HeaderMap) -> Option<HeaderValue> {
    let is_13 = headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_13)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

/// The subprotocols, in which clients send tokens.
pub(super) fn protocols(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(SEC_WEBSOCKET_PROTOCOL).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty())
        .collect()
}
