//! Answers, whole or in parts.

use std::io;

use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body as _, Bytes, Frame};
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use hyper::{HeaderMap, Response};

/// What an answer carries.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An answer.
pub(crate) type Reply = Response<Body>;

/// An answer that is there at once.
pub(crate) fn whole(response: Response<Full<Bytes>>) -> Reply {
    response.map(|body| body.map_err(|never| match never {}).boxed_unsync())
}

/// An answer that goes on for as long as there is something to say.
pub(crate) fn streamed(response: Response<()>, parts: impl Stream<Item = Bytes> + Send + 'static) -> Reply {
    response.map(|()| StreamBody::new(parts.map(|part| Ok(Frame::data(part)))).boxed_unsync())
}

/// Sets a header. What is no value of one is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = hyper::header::HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

/// The first half of an answer, after which the connection breaks.
pub(crate) async fn halved(reply: Reply) -> Reply {
    let (mut parts, body) = reply.into_parts();
    if let Some(len) = body.size_hint().exact() {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
    }
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let half = bytes.slice(..bytes.len() / 2);
    let parts_of_it = stream::unfold(Some(half), |half| async move {
        match half {
            Some(half) if !half.is_empty() => Some((Ok(Frame::data(half)), Some(Bytes::new()))),
            Some(_) => {
                // What was written so far goes out first.
                tokio::task::yield_now().await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
            }
            None => None,
        }
    });
    Response::from_parts(parts, StreamBody::new(parts_of_it).boxed_unsync())
}
