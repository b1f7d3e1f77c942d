//! PEM (RFC 7468). Reading accepts common variations; writing follows OpenSSL.
//!
//! Line ends, indentation, quotes and text around the block do not matter. Literal `\n` counts as a newline, and
//! base64 of a whole PEM is decoded first. The rest is strict: the markers must match, and the text between them must
//! be base64.

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{Wanted, check_len, der, openssh, text};
use crate::KeyError;

/// The DER inside the one key block of a PEM text. `EC PARAMETERS` blocks are ignored. If a private key is wanted,
/// certificates and public keys beside it are ignored too. If a public key is wanted, a certificate is returned as it
/// is, and the one line of an OpenSSH key is returned as SPKI.
///
/// # Errors
///
/// The variants of [`KeyError`] for PEM, and those for blocks whose label shows that they do not hold an EC key.
pub(crate) fn read(input: &[u8], wanted: Wanted) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    check_len(input)?;
    let text = text::unescape_newlines(&text::narrow(input));
    if contains(&text, b"-----BEGIN") {
        read_blocks(&text, wanted)
    } else {
        read_base64_of_pem(&text, wanted)
    }
}

/// Writes one block in lines of 64 characters. Each line ends with a newline.
pub(crate) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    // The full capacity is reserved at once, because growing would leave a copy of the key in freed memory.
    let room = 2 * (label.len() + 17) + der.len().div_ceil(48) * 65;
    let mut out = Zeroizing::new(String::with_capacity(room));
    for part in ["-----BEGIN ", label, "-----\n"] {
        out.push_str(part);
    }
    for line in der.chunks(48) {
        let mut buffer = Zeroizing::new([0_u8; 64]);
        if let Ok(encoded) = Base64::encode(line, buffer.as_mut_slice()) {
            out.push_str(encoded);
        }
        out.push('\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        out.push_str(part);
    }
    out
}

/// Whether `needle` occurs in `text`.
pub(crate) fn contains(text: &[u8], needle: &[u8]) -> bool {
    split_at(text, needle).is_some()
}

struct Block<'a> {
    label: &'a [u8],
    body: &'a [u8],
}

fn read_blocks(text: &[u8], wanted: Wanted) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some((_, from_label)) = split_at(rest, b"-----BEGIN") {
        let (block, after) = read_block(from_label)?;
        if block.label != b"EC PARAMETERS" {
            keys.push(block);
        }
        rest = after;
    }
    let blocks = keys.len();
    if wanted == Wanted::Private && blocks > 1 {
        let is_other = |label: &[u8]| is_certificate(label) || label == b"PUBLIC KEY";
        keys.retain(|block| !is_other(block.label));
    }
    match keys.as_slice() {
        [] if blocks == 0 => Err(KeyError::OnlyParameters),
        [block] => open(block, wanted),
        _ => Err(KeyError::MoreThanOneKey { blocks }),
    }
}

fn read_block(from_label: &[u8]) -> Result<(Block<'_>, &[u8]), KeyError> {
    let (label, from_body) = split_at(from_label, b"-----").ok_or(KeyError::PemNoEnd)?;
    let (body, from_end) = split_at(from_body, b"-----END").ok_or(KeyError::PemNoEnd)?;
    // If a second BEGIN comes before the END, the first block has lost its own END.
    if contains(body, b"-----BEGIN") {
        return Err(KeyError::PemNoEnd);
    }
    let (end_label, after) = split_at(from_end, b"-----").ok_or(KeyError::PemNoEnd)?;
    let label = label.trim_ascii();
    if end_label.trim_ascii() != label {
        return Err(KeyError::PemLabelMismatch);
    }
    Ok((Block { label, body }, after))
}

fn is_certificate(label: &[u8]) -> bool {
    matches!(label, b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE")
}

fn open(block: &Block<'_>, wanted: Wanted) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    match block.label {
        // The structure of the DER decides which of these it is, because labels get mixed up.
        b"PRIVATE KEY" | b"EC PRIVATE KEY" | b"ENCRYPTED PRIVATE KEY" | b"PUBLIC KEY" => {}
        b"RSA PRIVATE KEY" | b"RSA PUBLIC KEY" => {
            return Err(KeyError::WrongAlgorithm { algorithm: "RSA".into() });
        }
        b"DSA PRIVATE KEY" => return Err(KeyError::WrongAlgorithm { algorithm: "DSA".into() }),
        b"OPENSSH PRIVATE KEY" => return Err(KeyError::OpensshKey),
        // A `TRUSTED CERTIFICATE` is not accepted, because more data follows the certificate.
        b"CERTIFICATE" | b"X509 CERTIFICATE" if wanted == Wanted::Public => {}
        label if is_certificate(label) => return Err(KeyError::Certificate),
        b"CERTIFICATE REQUEST" | b"NEW CERTIFICATE REQUEST" => return Err(KeyError::CertificateRequest),
        _ => return Err(KeyError::NotAKey),
    }
    if contains(block.body, b"Proc-Type") || contains(block.body, b"DEK-Info") {
        return Err(KeyError::LegacyPemEncryption);
    }
    let body = without_blanks(block.body);
    if body.is_empty() {
        return Err(KeyError::Truncated);
    }
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    if !body.iter().all(is_base64) {
        return Err(KeyError::PemBase64);
    }
    if !body.len().is_multiple_of(4) {
        return Err(KeyError::Truncated);
    }
    decode::<Base64>(&body).ok_or(KeyError::PemBase64)
}

/// Reads a text without markers: base64 of a whole PEM, base64 of DER, or the line of an OpenSSH key.
fn read_base64_of_pem(text: &[u8], wanted: Wanted) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if contains(text, b"BEGIN ") || contains(text, b"-----END") {
        return Err(KeyError::PemNoBegin);
    }
    if openssh::is_line(text.trim_ascii()) {
        let point = openssh::read_public(text.trim_ascii())?;
        return match wanted {
            Wanted::Public => Ok(der::write_spki(&point).into()),
            Wanted::Private => Err(KeyError::PublicKeyGiven),
        };
    }
    let mut body = without_blanks(text);
    body.retain(|b| !matches!(b, b'"' | b'\''));
    while body.last() == Some(&b'=') {
        body.pop();
    }
    let url = body.iter().any(|b| matches!(b, b'-' | b'_'));
    let decoded = if url { decode::<Base64UrlUnpadded>(&body) } else { decode::<Base64Unpadded>(&body) };
    match decoded {
        Some(inner) if contains(&inner, b"-----BEGIN") => {
            read_blocks(&text::unescape_newlines(&text::narrow(&inner)), wanted)
        }
        Some(inner) if inner.first() == Some(&0x30) => Ok(inner),
        // This is base64 of "-----BEG", so the text was a PEM before it was damaged.
        None if body.starts_with(b"LS0tLS1CRUd") => Err(KeyError::Truncated),
        _ => Err(KeyError::NotAKey),
    }
}

fn without_blanks(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    out.extend(text.iter().filter(|b| !b.is_ascii_whitespace()));
    out
}

fn decode<E: Encoding>(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(vec![0_u8; body.len()]);
    let len = E::decode(body, &mut buffer).ok()?.len();
    buffer.truncate(len);
    Some(buffer)
}

/// The text before and the text after the first `needle`.
fn split_at<'a>(text: &'a [u8], needle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(needle.len()).position(|window| window == needle)?;
    Some((&text[..at], &text[at + needle.len()..]))
}
