//! Bodies: limited, and decompressed.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use ivs_model::{ApiError, Source};

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: Incoming, limit: usize) -> Result<Bytes, ApiError> {
    let whole = Limited::new(body, limit).collect().await;
    whole.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            too_large(limit)
        } else {
            malformed(format!("The body ended early: {error}"))
        }
    })
}

/// Decompresses a body, to at most `limit` bytes.
pub(super) fn decompress(bytes: &[u8], encoding: Option<&str>, limit: usize) -> Result<Vec<u8>, ApiError> {
    match encoding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "identity") => Ok(bytes.to_vec()),
        Some("gzip" | "x-gzip") => read_all(GzDecoder::new(bytes), limit),
        // RFC 9110, section 8.4.1.2, means zlib; some senders leave its frame out.
        Some("deflate") => read_all(ZlibDecoder::new(bytes), limit).or_else(|error| {
            if error.code() == TOO_LARGE { Err(error) } else { read_all(DeflateDecoder::new(bytes), limit) }
        }),
        Some(other) => Err(malformed(format!("Unknown content-encoding: {other}"))),
    }
}

const TOO_LARGE: &str = "RequestEntityTooLargeException";

fn read_all(decoder: impl Read, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| malformed(format!("The body can not be decompressed: {error}")))?;
    if bytes.len() > limit { Err(too_large(limit)) } else { Ok(bytes) }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(TOO_LARGE, format!("The body has more than {limit} bytes"), "body-size", Source::Assumed)
}

pub(super) fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::new("SerializationException", message, "malformed-body", Source::Assumed)
}
