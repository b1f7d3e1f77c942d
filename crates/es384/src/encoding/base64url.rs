//! base64url without padding (RFC 7515, section 2), in constant time for any given length.

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

/// Appends the encoding of `bytes`. `out` should have enough capacity, because growing leaves a copy behind.
pub(crate) fn push(out: &mut String, bytes: &[u8]) {
    // The bytes are encoded in pieces of 48 bytes to 64 characters, so that no buffer of unknown size holds a secret.
    for chunk in bytes.chunks(48) {
        let mut buffer = Zeroizing::new([0_u8; 64]);
        if let Ok(encoded) = Base64UrlUnpadded::encode(chunk, buffer.as_mut_slice()) {
            out.push_str(encoded);
        }
    }
}

/// Decodes a text. The result is `None` unless the text is the canonical encoding of some bytes.
pub(crate) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(vec![0_u8; text.len()]);
    let len = Base64UrlUnpadded::decode(text, &mut buffer).ok()?.len();
    buffer.truncate(len);
    Some(buffer)
}
