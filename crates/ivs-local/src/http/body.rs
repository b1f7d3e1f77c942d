//! Bodies: limited, and decompressed.

use std::io::Read;
use std::time::Duration;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use ivs_model::{ApiError, Source};

use crate::server::Server;

/// The most bytes that a body may have, before and after it is decompressed.
fn limit(server: &Server) -> usize {
    usize::try_from(server.settings().assumptions.number("body-size")).unwrap_or(usize::MAX)
}

/// How long a client may take for the head of a request, and again for its body.
pub(super) fn patience(server: &Server) -> Duration {
    Duration::from_millis(server.settings().assumptions.number("read-time"))
}

/// Reads a body.
pub(super) async fn read(server: &Server, body: Incoming) -> Result<Bytes, ApiError> {
    let limit = limit(server);
    collect(server, body, limit).await.map_err(|error| match error {
        Unread::TooLarge => too_large(limit),
        Unread::TooSlow(_) => ApiError::new(TOO_SLOW, error.to_string(), "read-time", Source::Assumed),
        Unread::Broken(_) => server.malformed(error.to_string()),
    })
}

/// A body that did not come whole.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error("The body is too large")]
    TooLarge,
    #[error("The body did not arrive within {0:?}: send as many bytes as its content-length says")]
    TooSlow(Duration),
    #[error("The body ended early: {0}")]
    Broken(String),
}

/// The whole of a body that has no more than so many bytes.
pub(super) async fn collect(server: &Server, body: Incoming, limit: usize) -> Result<Bytes, Unread> {
    let patience = patience(server);
    match tokio::time::timeout(patience, Limited::new(body, limit).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Ok(Err(error)) => Err(Unread::Broken(error.to_string())),
        Err(_) => Err(Unread::TooSlow(patience)),
    }
}

/// Decompresses a body.
pub(super) fn decompress(server: &Server, bytes: &[u8], encoding: Option<&str>) -> Result<Vec<u8>, ApiError> {
    let limit = limit(server);
    let read_all = |decoder: &mut dyn Read| read_all(server, decoder, limit);
    match encoding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "identity") => Ok(bytes.to_vec()),
        Some("gzip" | "x-gzip") => read_all(&mut GzDecoder::new(bytes)),
        // RFC 9110, section 8.4.1.2, means zlib; some senders leave its frame out.
        Some("deflate") => read_all(&mut ZlibDecoder::new(bytes)).or_else(|error| {
            if error.code() == TOO_LARGE { Err(error) } else { read_all(&mut DeflateDecoder::new(bytes)) }
        }),
        Some(other) => Err(server.malformed(format!("Unknown content-encoding: {other}"))),
    }
}

const TOO_LARGE: &str = "RequestEntityTooLargeException";

const TOO_SLOW: &str = "RequestTimeoutException";

fn read_all(server: &Server, decoder: &mut dyn Read, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| server.malformed(format!("The body cannot be decompressed: {error}")))?;
    if bytes.len() > limit { Err(too_large(limit)) } else { Ok(bytes) }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(TOO_LARGE, format!("The body has more than {limit} bytes"), "body-size", Source::Assumed)
}
