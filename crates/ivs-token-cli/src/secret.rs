//! What must not be shown: an argument that is, or may be, a secret itself.

/// Whether a text holds a private key, or looks as if it did; or the value of a flag does, as in `--key=TEXT`.
pub(crate) fn is_private_key(text: &str) -> bool {
    let value = text.strip_prefix('-').and_then(|flag| flag.split_once('=')).map(|(_, value)| value);
    looks_private(text) || value.is_some_and(looks_private)
}

/// Whether an argument may be shown that should be the name of a file: one that is long, and has no `/` and no `.` in it, may
/// be a secret.
pub(crate) fn may_be_shown(path: &str) -> bool {
    path.len() <= 60 || path.contains(['/', '\\', '.'])
}

fn looks_private(text: &str) -> bool {
    // The base64 of `-----BEGIN `, which begins the base64 of any PEM.
    const WRAPPED: &str = "LS0tLS1CRUdJTi";
    let text = text.trim();
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    text.contains("PRIVATE KEY-----")
        || (text.contains("\"kty\"") && text.contains("\"d\""))
        || (text.contains(WRAPPED) && text.len() > 300)
        // DER in base64: a SEQUENCE of 128 bytes or more, which a public key is not.
        || (text.len() > 150 && text.starts_with("MI") && text.chars().all(is_base64))
        // SEC1 without the public half: a SEQUENCE of fewer than 128 bytes that begins with the version 1 and 48 bytes.
        || (text.len() > 64 && text.starts_with('M') && text.get(3..9) == Some("CAQEEM") && text.chars().all(is_base64))
        // The number itself.
        || (text.len() == 96 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use ivs_token::{VerifyingKey, es384};

    use super::*;

    /// The base64 of a PEM's lines is that of the DER in it.
    fn base64(der: &[u8]) -> String {
        let pem = match es384::SigningKey::from_der(der) {
            Ok(key) if der.len() == key.to_sec1_der().len() => key.to_sec1_pem().to_string(),
            Ok(key) => key.to_pkcs8_pem().to_string(),
            Err(_) => VerifyingKey::from_der(der).unwrap().to_spki_pem(),
        };
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }

    #[test]
    fn knows_a_private_key_when_it_sees_one() {
        let key = es384::SigningKey::generate().unwrap();
        for text in [key.to_pkcs8_pem(), key.to_sec1_pem(), key.to_jwk()] {
            assert!(is_private_key(&text));
        }
        assert!(is_private_key(&format!("LS0tLS1CRUdJTi{}", "x".repeat(300))));
        for der in [key.to_pkcs8_der(), key.to_sec1_der()] {
            assert!(is_private_key(&base64(&der)));
        }
        let flag = |text: &str| is_private_key(&format!("--key={text}")) && is_private_key(text);
        assert!(flag(&base64(&key.to_pkcs8_der())) && flag(&key.to_jwk()));
        // SEC1 of the number 0, which is no key, without its public half: with the curve, and without.
        assert!(flag(&format!("MD4CAQEEM{}oAcGBSuBBAAi", "A".repeat(64))));
        assert!(flag(&format!("MDUCAQEEM{}==", "A".repeat(63))));
        assert!(flag(&"0a".repeat(48)) && flag(&"0A".repeat(48)));
        assert!(!flag(&"0a".repeat(32)), "a digest of 256 bits");
        assert!(!is_private_key(&base64(&key.verifying_key().to_spki_der())));
        assert!(!may_be_shown(&"x".repeat(61)) && may_be_shown(&"x".repeat(60)));
        assert!(may_be_shown(&format!("{}/private.pem", "x".repeat(60))));
        assert!(!is_private_key("--key=/home/ana/keys/private.pem"));
        for text in ["", "private.pem", "--key", "kty", &key.verifying_key().to_jwk()] {
            assert!(!is_private_key(text));
        }
    }
}
