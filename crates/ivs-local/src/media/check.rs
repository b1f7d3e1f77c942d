//! ICE checks without a PRIORITY, as ffmpeg 8.0 sends them. RFC 8445, section 7.1.1, wants it in each, and str0m takes none without. To a
//! server that makes no checks of its own it does not matter.

/// The head of a message, and what all of them have in it (RFC 8489, section 5).
const HEAD: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const REQUEST: [u8; 2] = [0, 1];

const PRIORITY: u16 = 0x0024;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const SIGNATURE: usize = 20;

/// That of an address which is only known by its checks (RFC 8445, section 5.1.2.1).
const OF_PEER: u32 = (110 << 24) | (65_535 << 8) | 255;

/// HMAC-SHA1 of parts, with a key.
pub(super) type Sign<'a> = &'a dyn Fn(&[u8], &[&[u8]]) -> [u8; SIGNATURE];

/// A check with a PRIORITY, if that is all that it lacks. The password of the server's side must be right, as in any other check.
pub(super) fn complete(check: &[u8], password: &[u8], sign: Sign<'_>) -> Option<Vec<u8>> {
    let (body, told) = lacking(check)?;
    // In as much time for any signature, so that none is found byte by byte.
    let differs =
        signature(body, password, sign).iter().zip(told).fold(0, |differs, (a, b)| differs | (a ^ b));
    (differs == 0).then(|| with_priority(body, |body| signature(body, password, sign)))?
}

/// The same with a signature that is not good, to see whom a check names before its password is known.
pub(super) fn unsigned(check: &[u8]) -> Option<Vec<u8>> {
    let (body, told) = lacking(check)?;
    with_priority(body, |_| *told)
}

pub(super) fn lacks_priority(datagram: &[u8]) -> bool {
    lacking(datagram).is_some()
}

/// What stands before the signature of a check, and the signature; none if it is no check, has a PRIORITY, or can not be understood.
fn lacking(check: &[u8]) -> Option<(&[u8], &[u8; SIGNATURE])> {
    if check.get(..2)? != REQUEST || check.get(4..8)? != COOKIE {
        return None;
    }
    let mut at = HEAD;
    loop {
        let (kind, len) = (word(check, at)?, usize::from(word(check, at + 2)?));
        match kind {
            PRIORITY => return None,
            MESSAGE_INTEGRITY => {
                return Some((&check[..at], check.get(at + 4..at + 4 + len)?.try_into().ok()?));
            }
            _ => at += 4 + len.next_multiple_of(4),
        }
    }
}

fn with_priority(body: &[u8], signature: impl Fn(&[u8]) -> [u8; SIGNATURE]) -> Option<Vec<u8>> {
    let mut check = body.to_vec();
    attribute(&mut check, PRIORITY, &OF_PEER.to_be_bytes());
    let signature = signature(&check);
    attribute(&mut check, MESSAGE_INTEGRITY, &signature);
    let len = u16::try_from(check.len() - HEAD).ok()?;
    check[2..4].copy_from_slice(&len.to_be_bytes());
    Some(check)
}

/// Adds an attribute of whole words.
fn attribute(check: &mut Vec<u8>, kind: u16, value: &[u8]) {
    check.extend(kind.to_be_bytes());
    check.extend(u16::try_from(value.len()).unwrap_or_default().to_be_bytes());
    check.extend(value);
}

/// The signature after a body. Its length is that with the signature, and without what follows (RFC 8489, section 14.5).
fn signature(body: &[u8], password: &[u8], sign: Sign<'_>) -> [u8; SIGNATURE] {
    let len = u16::try_from(body.len() - HEAD + 4 + SIGNATURE).unwrap_or_default();
    sign(password, &[&body[..2], &len.to_be_bytes(), &body[4..]])
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use str0m::crypto::from_feature_flags;
    use str0m::ice::StunMessage;

    use super::*;

    /// What ffmpeg 8.0 sent to a server with this password: USERNAME, USE-CANDIDATE, MESSAGE-INTEGRITY and FINGERPRINT.
    const CHECK: [u8; 88] =
        *b"\x00\x01\x00\x44\x21\x12\xa4\x42\x7c\x0b\xa1\x96\xad\x08\x3a\x7b\xa2\xc1\x2a\x88\
        \x00\x06\x00\x19vAk7RtSiJmbUQxKg:0458e3cf\x00\x00\x00\x00\x25\x00\x00\
        \x00\x08\x00\x14\x8b\xb7\xab\xac\xbf\xa2\x8f\x6b\x4e\x98\x8b\x47\xf9\xdd\x29\x52\xf4\x46\x69\xa5\
        \x80\x28\x00\x04\x17\x10\xb1\x09";
    const PASSWORD: &[u8] = b"omDXxgPQFGKga31n1i8SmO";

    fn sign(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
        from_feature_flags().sha1_hmac_provider.sha1_hmac(key, parts)
    }

    /// Whether str0m takes a check with the password.
    fn is_taken(check: &[u8]) -> bool {
        StunMessage::parse(check).is_ok_and(|message| message.verify(PASSWORD, sign))
    }

    #[test]
    fn what_ffmpeg_sends_is_taken_with_a_priority() {
        assert!(!is_taken(&CHECK), "it needs no help");
        let complete = complete(&CHECK, PASSWORD, &sign).unwrap();
        assert!(is_taken(&complete));
        let message = StunMessage::parse(&complete).unwrap();
        assert_eq!(message.split_username(), Some(("vAk7RtSiJmbUQxKg", "0458e3cf")));
        assert_eq!(complete[..2], CHECK[..2]);
        assert_eq!(complete[4..56], CHECK[4..56], "all that it names stays as it is");
        assert!(message.use_candidate());
        assert_eq!(super::complete(&complete, PASSWORD, &sign), None, "it has one now");
        let unsigned = unsigned(&CHECK).unwrap();
        assert_eq!(StunMessage::parse(&unsigned).unwrap().split_username(), message.split_username());
        assert!(!is_taken(&unsigned));
    }

    #[test]
    fn the_password_must_be_right() {
        assert_eq!(complete(&CHECK, b"another", &sign), None);
        // All but the length of the whole, which is not signed as it stands, and the FINGERPRINT.
        for at in (0..80).filter(|at| !(2..4).contains(at)) {
            let mut changed = CHECK;
            changed[at] ^= 1;
            assert_eq!(complete(&changed, PASSWORD, &sign), None, "byte {at}");
        }
        for len in 0..80 {
            assert_eq!(complete(&CHECK[..len], PASSWORD, &sign), None, "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(at in 0..CHECK.len(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let check = [&CHECK[..at], &bytes].concat();
            let _ = complete(&check, PASSWORD, &sign);
            let _ = unsigned(&check);
        }
    }
}
