//! Bodies: limited, and decompressed.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use ivs_model::{ApiError, Source};

use crate::server::Server;

/// The most bytes that a body may have, before and after it is decompressed.
fn limit(server: &Server) -> usize {
    usize::try_from(server.settings().assumptions.number("body-size")).unwrap_or(usize::MAX)
}

/// Reads a body.
pub(super) async fn read(server: &Server, body: Incoming) -> Result<Bytes, ApiError> {
    let limit = limit(server);
    let whole = Limited::new(body, limit).collect().await;
    whole.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            too_large(limit)
        } else {
            server.malformed(format!("The body ended early: {error}"))
        }
    })
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

fn read_all(server: &Server, decoder: &mut dyn Read, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| server.malformed(format!("The body can not be decompressed: {error}")))?;
    if bytes.len() > limit { Err(too_large(limit)) } else { Ok(bytes) }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(TOO_LARGE, format!("The body has more than {limit} bytes"), "body-size", Source::Assumed)
}
