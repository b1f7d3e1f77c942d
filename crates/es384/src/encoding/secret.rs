//! A PEM inside JSON, as stores of secrets hand it out.

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use super::{Wanted, pem, text};
use crate::KeyError;

/// How many texts of JSON may stand in each other: AWS Secrets Manager's answer, the secret in it, and two to spare.
const MAX_DEPTH: usize = 4;

/// The PEM in a JSON object such as `{"SecretString": "{\"privateKey\": \"-----BEGIN ..\"}"}`; none if it is no such JSON.
///
/// One string, at any depth, also in JSON that is a string itself, must be the PEM of the wanted kind. Where none is, one of
/// the other kind is given, to be refused as what it is.
///
/// # Errors
///
/// [`KeyError::MoreThanOneKey`] when it is not said which of several is meant.
pub(crate) fn pem_in(input: &[u8], wanted: Wanted) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
    let text = text::narrow(input);
    let trimmed = text.trim_ascii();
    if trimmed.first() != Some(&b'{')
        || !pem::contains(trimmed, b"-----BEGIN")
        || pem::contains(trimmed, b"\"kty\"")
    {
        return Ok(None);
    }
    let mut found = Vec::new();
    collect(trimmed, MAX_DEPTH, &mut found);
    let of_kind = |text: &Zeroizing<Vec<u8>>| match wanted {
        Wanted::Private => pem::contains(text, b"PRIVATE KEY-----"),
        Wanted::Public => {
            pem::contains(text, b"PUBLIC KEY-----") || pem::contains(text, b"BEGIN CERTIFICATE-----")
        }
    };
    let (mut right, mut other): (Vec<_>, Vec<_>) = found.into_iter().partition(of_kind);
    match (right.len(), other.len()) {
        (1, _) => Ok(right.pop()),
        (0, 1) => Ok(other.pop()),
        (0, 0) => Ok(None),
        (0, blocks) | (blocks, _) => Err(KeyError::MoreThanOneKey { blocks }),
    }
}

/// All strings of a JSON text that hold a PEM; those that are JSON themselves are looked into.
fn collect(json: &[u8], depth: usize, found: &mut Vec<Zeroizing<Vec<u8>>>) {
    if depth == 0 || serde_json::from_slice::<IgnoredAny>(json).is_err() {
        return;
    }
    // What is valid JSON has quotes only around strings.
    let mut rest = json;
    while let Some(start) = rest.iter().position(|byte| *byte == b'"') {
        let Some((string, after)) = string(&rest[start + 1..]) else { return };
        rest = after;
        let trimmed = string.trim_ascii();
        if trimmed.first() == Some(&b'{') {
            collect(trimmed, depth - 1, found);
        } else if pem::contains(trimmed, b"-----BEGIN") {
            found.push(string);
        }
    }
}

/// The string that begins here, without its escapes, and what follows its quote. Not by serde: its buffer is not wiped.
fn string(text: &[u8]) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    // Never longer than it is escaped, so that nothing is copied when it grows.
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b'"' => return Some((out, &text[at + 1..])),
            b'\\' => {
                match *text.get(at + 1)? {
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'u' => {
                        let digits = std::str::from_utf8(text.get(at + 2..at + 6)?).ok()?;
                        // No PEM has anything else than ASCII.
                        out.push(u8::from_str_radix(digits, 16).unwrap_or(b'?'));
                        at += 4;
                    }
                    other => out.push(other),
                }
                at += 2;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
}
