//! A stream that says whenever something changed.

use std::time::Duration;

use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

use super::reply::Reply;
use crate::server::Server;

/// How long a stream of changes says nothing: a proxy between must not think that it is dead.
const BEAT: Duration = Duration::from_secs(20);

/// Says whenever something changed, until the client goes or the server ends: an event of a stream (HTML, server-sent events).
pub(super) fn changes(server: &Server) -> Reply {
    let stream = futures_util::stream::unfold(server.pulse().watch(), |mut watch| async move {
        // Many changes at once are one.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let beat = Frame::data(Bytes::from_static(b": still there\n\n"));
        match tokio::time::timeout(BEAT, watch.changed()).await {
            Ok(Ok(())) => Some((Ok(Frame::data(Bytes::from_static(b"data: changed\n\n"))), watch)),
            Ok(Err(_)) => None,
            Err(_) => Some((Ok(beat), watch)),
        }
    });
    let mut response = Response::new(StreamBody::new(stream).boxed_unsync());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
