//! A public key as one line of OpenSSH (RFC 4253, section 6.6; RFC 5656, section 3.1).

use base64ct::{Base64, Encoding};

use crate::{
    KeyError,
    key::point::{self, Point},
};

/// Whether a text looks like such a line.
pub(crate) fn is_line(text: &[u8]) -> bool {
    [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"].iter().any(|start| text.starts_with(start))
}

/// Reads `ecdsa-sha2-nistp384 AAAA.. comment`.
pub(crate) fn read_public(line: &[u8]) -> Result<Point, KeyError> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    match words.next() {
        Some(b"ecdsa-sha2-nistp384") => {}
        Some(b"ecdsa-sha2-nistp256" | b"sk-ecdsa-sha2-nistp256@openssh.com") => {
            return Err(KeyError::WrongCurve { curve: "P-256".into() });
        }
        Some(b"ecdsa-sha2-nistp521") => return Err(KeyError::WrongCurve { curve: "P-521".into() }),
        Some(b"ssh-rsa") => return Err(KeyError::WrongAlgorithm { algorithm: "RSA".into() }),
        Some(b"ssh-ed25519" | b"sk-ssh-ed25519@openssh.com") => {
            return Err(KeyError::WrongAlgorithm { algorithm: "Ed25519".into() });
        }
        Some(b"ssh-dss") => return Err(KeyError::WrongAlgorithm { algorithm: "DSA".into() }),
        _ => return Err(KeyError::OpensshKey),
    }
    let body = words.next().ok_or(KeyError::Truncated)?;
    let body = std::str::from_utf8(body).map_err(|_| KeyError::PemBase64)?;
    let bytes = Base64::decode_vec(body).map_err(|_| KeyError::Truncated)?;
    let (kind, rest) = field(&bytes).ok_or(KeyError::Truncated)?;
    let (curve, rest) = field(rest).ok_or(KeyError::Truncated)?;
    let (point, rest) = field(rest).ok_or(KeyError::Truncated)?;
    if kind != b"ecdsa-sha2-nistp384" || curve != b"nistp384" {
        return Err(KeyError::OpensshKey);
    }
    if !rest.is_empty() {
        return Err(KeyError::TrailingBytes { bytes: rest.len() });
    }
    point::parse(point)
}

/// A string that begins with its length in four bytes (RFC 4251, section 5), and the bytes that follow it.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)
}
