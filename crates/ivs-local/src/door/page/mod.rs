//! A small page to try a stage with.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

/// The page, its script, and the web client.
pub(crate) const PAGE: &str = "stage";
const SCRIPT: &str = "stage.js";
const CLIENT: &str = "web-client.js";

/// Answers a request for the page or what belongs to it. `client` is the official web client, or a line that loads it; the
/// page does without.
pub(crate) fn page(path: &str, client: &str) -> Option<Response<Full<Bytes>>> {
    let (kind, body) = match path {
        PAGE => ("text/html; charset=utf-8", Bytes::from_static(include_bytes!("stage.html"))),
        SCRIPT => ("text/javascript; charset=utf-8", Bytes::from_static(include_bytes!("stage.js"))),
        CLIENT => ("text/javascript; charset=utf-8", Bytes::from(client.to_owned())),
        _ => return None,
    };
    let mut response = Response::new(Full::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}
