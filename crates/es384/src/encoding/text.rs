//! Text as editors, shells and environment variables produce it.

use zeroize::Zeroizing;

/// The text without its byte order mark. UTF-16, which some Windows shells write on redirection, becomes ASCII.
///
/// Input without a byte order mark is not changed, so DER passes through.
pub(crate) fn narrow(input: &[u8]) -> Zeroizing<Vec<u8>> {
    let low_byte = |pair: &[u8], low: usize| match pair {
        [_, _] if pair[1 - low] == 0 => pair[low],
        _ => b'?',
    };
    Zeroizing::new(match input {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.to_vec(),
        [0xFF, 0xFE, rest @ ..] => rest.chunks(2).map(|pair| low_byte(pair, 0)).collect(),
        [0xFE, 0xFF, rest @ ..] => rest.chunks(2).map(|pair| low_byte(pair, 1)).collect(),
        _ => input.to_vec(),
    })
}

/// Turns the two characters `\n` (and `\r`, and `\\n` from a text escaped twice) into a newline.
pub(crate) fn unescape_newlines(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some(&first) = rest.first() {
        let slashes = rest.iter().take_while(|&&b| b == b'\\').count();
        if slashes > 0 && matches!(rest.get(slashes), Some(b'n' | b'r')) {
            out.push(b'\n');
            rest = &rest[slashes + 1..];
        } else if slashes > 0 {
            // The whole run is copied at once. Otherwise a long run would be counted again from each of its slashes.
            out.extend_from_slice(&rest[..slashes]);
            rest = &rest[slashes..];
        } else {
            out.push(first);
            rest = &rest[1..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{narrow, unescape_newlines};

    #[test]
    fn byte_order_marks_go() {
        assert_eq!(narrow(b"\xEF\xBB\xBFab").as_slice(), b"ab");
        assert_eq!(narrow(b"\xFF\xFEa\0b\0").as_slice(), b"ab");
        assert_eq!(narrow(b"\xFE\xFF\0a\0b").as_slice(), b"ab");
        assert_eq!(narrow(b"\xFF\xFEa\0b").as_slice(), b"a?");
        assert_eq!(narrow(b"\xFF\xFEa\x01").as_slice(), b"?");
        assert_eq!(narrow(b"\x30\x81").as_slice(), b"\x30\x81");
    }

    #[test]
    fn escaped_newlines_become_newlines() {
        assert_eq!(unescape_newlines(br"a\nb\r\nc\\nd").as_slice(), b"a\nb\n\nc\nd");
        assert_eq!(unescape_newlines(br"a\b\").as_slice(), br"a\b\");
    }
}
