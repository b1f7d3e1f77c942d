//! The compact form of a JWS (RFC 7515, section 3.1): the only place that knows the dots and base64url.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::NO_PAD;
use es384::{SIGNATURE_LEN, Signature};
use memchr::memchr_iter;

use crate::error::{Base64Error, MalformedError, Part};

/// The longest text that is looked at, and the longest token that is minted, in bytes. Most have less than 1 KiB; only
/// endpoints of 2 KiB together with attributes of control characters come near it.
pub(crate) const MAX_LEN: usize = 16 * 1024;

/// Characters of a signature of 96 bytes.
const SIGNATURE_CHARS: usize = SIGNATURE_LEN / 3 * 4;

/// Canonical base64url without padding, with the widest instructions that this machine has.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static BASE64URL: LazyLock<base64::engine::Simd> = LazyLock::new(|| base64::engine::Simd::url_safe(NO_PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static BASE64URL: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::URL_SAFE, NO_PAD));

/// A token in its three parts, none of it believed.
pub(crate) struct Compact<'a> {
    /// The header as it stands in the token: most are known as they are, and never decoded.
    pub(crate) header: &'a str,
    /// The payload, decoded.
    pub(crate) payload: Vec<u8>,
    /// The signature, decoded; of any length.
    pub(crate) signature: SignaturePart,
    /// What is signed: header, dot and payload as they stand in the token.
    pub(crate) signed: &'a str,
}

/// A signature: any bytes at first, since its length is checked after the header.
pub(crate) enum SignaturePart {
    Whole([u8; SIGNATURE_LEN]),
    WrongLength { actual: usize, looks_like_der: bool },
}

impl SignaturePart {
    /// The signature, if it has the one right length.
    pub(crate) fn whole(&self) -> Result<&[u8; SIGNATURE_LEN], MalformedError> {
        match self {
            Self::Whole(signature) => Ok(signature),
            &Self::WrongLength { actual, looks_like_der } => {
                Err(MalformedError::SignatureLength { actual, looks_like_der })
            }
        }
    }
}

impl<'a> Compact<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, MalformedError> {
        let [header, payload, signature] = split(token)?;
        Ok(Self {
            header,
            payload: decode(Part::Payload, payload)?,
            signature: decode_signature(signature)?,
            signed: &token[..header.len() + 1 + payload.len()],
        })
    }
}

/// The three parts of a text that is not too long.
pub(crate) fn split(token: &str) -> Result<[&str; 3], MalformedError> {
    if token.len() > MAX_LEN {
        return Err(MalformedError::TooLong { actual: token.len(), limit: MAX_LEN });
    }
    let mut dots = memchr_iter(b'.', token.as_bytes());
    match (dots.next(), dots.next(), dots.next()) {
        (Some(one), Some(two), None) => Ok([&token[..one], &token[one + 1..two], &token[two + 1..]]),
        _ => Err(MalformedError::Parts { actual: memchr_iter(b'.', token.as_bytes()).count() + 1 }),
    }
}

/// Decodes canonical, unpadded base64url.
pub(crate) fn decode(part: Part, text: &str) -> Result<Vec<u8>, MalformedError> {
    BASE64URL.decode(text).map_err(|_| MalformedError::Base64 { part, source: explain(text) })
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64URL.encode(bytes)
}

/// How many bytes a token has whose header and payload have so many.
pub(crate) fn assembled_len(header_chars: usize, payload_bytes: usize) -> usize {
    // Without padding: 4 characters for 3 bytes, 2 for 1 and 3 for 2 at the end.
    header_chars + 1 + (payload_bytes * 4).div_ceil(3) + 1 + SIGNATURE_CHARS
}

/// Puts together what is signed of a token, `header . payload`, with room for the signature. One allocation.
pub(crate) fn unsigned(header: &str, payload: &[u8]) -> String {
    let mut token = String::with_capacity(assembled_len(header.len(), payload.len()));
    token.push_str(header);
    token.push('.');
    BASE64URL.encode_string(payload, &mut token);
    token
}

/// Whether a text is what is signed of a token: two parts of base64url, at most as long as a token can have them.
pub(crate) fn is_signing_input(text: &str) -> bool {
    let is_base64url = |part: &str| !part.is_empty() && BASE64URL.decode(part).is_ok();
    text.len() < MAX_LEN - SIGNATURE_CHARS
        && text.split_once('.').is_some_and(|(header, payload)| is_base64url(header) && is_base64url(payload))
}

/// Makes a token of what was signed.
pub(crate) fn append_signature(token: &mut String, signature: &Signature) {
    token.push('.');
    BASE64URL.encode_string(signature, token);
}

pub(crate) fn decode_signature(text: &str) -> Result<SignaturePart, MalformedError> {
    let mut signature = [0; SIGNATURE_LEN];
    if text.len() == SIGNATURE_CHARS && BASE64URL.decode_slice(text, &mut signature).is_ok() {
        return Ok(SignaturePart::Whole(signature));
    }
    let other = decode(Part::Signature, text)?;
    // SEQUENCE, length of the rest, INTEGER: the outside of any ECDSA signature in DER (RFC 3279, section 2.2.3).
    let looks_like_der =
        matches!(other.as_slice(), [0x30, rest, 0x02, ..] if usize::from(*rest) + 2 == other.len());
    Ok(SignaturePart::WrongLength { actual: other.len(), looks_like_der })
}

/// What keeps a text from being canonical base64url.
fn explain(text: &str) -> Base64Error {
    let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match text.chars().find(|c| !is_base64url(*c)) {
        Some('=') => Base64Error::Padding,
        Some('+' | '/') => Base64Error::StandardAlphabet,
        Some(c) if c.is_whitespace() => Base64Error::WhiteSpace,
        Some(character) => Base64Error::Character { character },
        None => Base64Error::TrailingBits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64_error(text: &str) -> Base64Error {
        match decode(Part::Payload, text) {
            Err(MalformedError::Base64 { part: Part::Payload, source }) => source,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_what_is_wrong_with_base64() {
        assert_eq!(base64_error("YQ=="), Base64Error::Padding);
        assert_eq!(base64_error("+A"), Base64Error::StandardAlphabet);
        assert_eq!(base64_error("/A"), Base64Error::StandardAlphabet);
        assert_eq!(base64_error("Y Q"), Base64Error::WhiteSpace);
        assert_eq!(base64_error("YQ\n"), Base64Error::WhiteSpace);
        assert_eq!(base64_error("Yé"), Base64Error::Character { character: 'é' });
        assert_eq!(base64_error("YR"), Base64Error::TrailingBits);
        assert_eq!(base64_error("Y"), Base64Error::TrailingBits);
        assert_eq!(decode(Part::Payload, "YQ").unwrap(), b"a");
        assert_eq!(decode(Part::Payload, "").unwrap(), b"");
    }

    #[test]
    fn counts_parts() {
        for (text, actual) in [("", 1), ("a.b", 2), ("a.b.c.d", 4), ("...", 4)] {
            assert_eq!(split(text).unwrap_err(), MalformedError::Parts { actual }, "{text}");
        }
        assert_eq!(split("a.b.c"), Ok(["a", "b", "c"]));
        assert_eq!(split(".."), Ok(["", "", ""]));
        let long = "x".repeat(MAX_LEN + 1);
        assert_eq!(split(&long), Err(MalformedError::TooLong { actual: 16385, limit: 16384 }));
    }

    #[test]
    fn assembles_what_it_parses() {
        let assemble = |header, payload: &[u8]| {
            let mut token = unsigned(header, payload);
            append_signature(&mut token, &[7; 96]);
            assert_eq!(
                (token.len(), token.capacity()),
                (assembled_len(header.len(), payload.len()), token.len())
            );
            token
        };
        for payload in 0..4 {
            assemble("a", &[0; 4][..payload]);
        }
        assert_eq!(unsigned("aGVhZA", b"{}"), "aGVhZA.e30");
        let token = assemble("aGVhZA", b"{}");
        let compact = Compact::parse(&token).unwrap();
        assert_eq!((compact.header, compact.payload.as_slice()), ("aGVhZA", b"{}".as_slice()));
        assert_eq!(compact.signature.whole().unwrap(), &[7; 96]);
        assert_eq!(compact.signed, "aGVhZA.e30");
    }

    #[test]
    fn tells_signatures_of_other_lengths() {
        let with = |signature: &[u8]| {
            let token = format!("e30.e30.{}", encode(signature));
            Compact::parse(&token).unwrap().signature.whole().unwrap_err()
        };
        assert_eq!(with(&[1; 95]), MalformedError::SignatureLength { actual: 95, looks_like_der: false });
        assert_eq!(with(&[1; 97]), MalformedError::SignatureLength { actual: 97, looks_like_der: false });
        assert_eq!(with(&[]), MalformedError::SignatureLength { actual: 0, looks_like_der: false });
        let mut der = vec![0x30, 0x64, 0x02];
        der.resize(0x66, 1);
        assert_eq!(with(&der), MalformedError::SignatureLength { actual: 102, looks_like_der: true });
    }
}
