//! A PEM inside JSON, as secret stores return it.

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use super::{Wanted, pem, text};
use crate::KeyError;

/// How deep JSON texts may be nested: AWS Secrets Manager's answer, the secret in it, and two more.
const MAX_DEPTH: usize = 4;

/// The PEM in a JSON object such as `{"SecretString": "{\"privateKey\": \"-----BEGIN ..\"}"}`, or `None` if the input
/// is not such JSON.
///
/// Exactly one string must be the PEM of the wanted half. It may be at any depth, also in JSON that is itself a
/// string. If there is none, a single PEM of the other half is returned, so that the caller refuses it with the right
/// error.
///
/// # Errors
///
/// [`KeyError::MoreThanOneKey`] if there are several, because it is unclear which one to read.
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

/// Collects all strings of a JSON text that hold a PEM. Strings that are JSON themselves are searched too.
fn collect(json: &[u8], depth: usize, found: &mut Vec<Zeroizing<Vec<u8>>>) {
    if depth == 0 || serde_json::from_slice::<IgnoredAny>(json).is_err() {
        return;
    }
    // In valid JSON, quotes stand only around strings.
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

/// The string that begins here, without its escapes, and the text after its closing quote. This does not use serde,
/// because serde does not wipe its buffer.
fn string(text: &[u8]) -> Option<(Zeroizing<Vec<u8>>, &[u8])> {
    // A string is never longer than its escaped form, so this buffer never grows and leaves no copy behind.
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
                        // A PEM holds only ASCII.
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
