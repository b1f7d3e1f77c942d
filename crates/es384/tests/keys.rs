//! Every form of key, in and out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod common;

use common::{
    DES3_PEM, PASSPHRASE, PBKDF2_DER, PBKDF2_PEM, PKCS8_DER, PKCS8_PEM, SCRYPT_PEM, SEC1_DER, SEC1_PEM,
    SEC1_WITH_PARAMETERS_PEM, SEC1_WITHOUT_PARAMETERS_DER, SEC1_WITHOUT_PUBLIC_DER, SPKI_COMPRESSED_PEM,
    SPKI_DER, SPKI_PEM, base64, hex, openssl, point, private_jwk, public_jwk, tlv,
};
use es384::{KeyError, MAX_INPUT_LEN, SigningKey, VerifyingKey};

/// That the key is the test key, both halves.
#[track_caller]
fn assert_private(key: Result<SigningKey, KeyError>) {
    let key = key.unwrap();
    assert_eq!(key.to_sec1_der().as_slice(), SEC1_DER);
    let signature = key.sign(b"message").unwrap();
    VerifyingKey::from_der(SPKI_DER).unwrap().verify(b"message", &signature).unwrap();
}

#[track_caller]
fn assert_public(key: Result<VerifyingKey, KeyError>) {
    assert_eq!(key.unwrap().to_spki_der(), SPKI_DER);
}

#[test]
fn private_pem() {
    for pem in [SEC1_PEM, SEC1_WITH_PARAMETERS_PEM, PKCS8_PEM] {
        assert_private(SigningKey::from_pem(pem));
        assert_private(SigningKey::from_pem_with_passphrase(pem, "not needed"));
        assert_private(SigningKey::from_any(pem, None));
    }
}

#[test]
fn private_der() {
    for der in [SEC1_DER, SEC1_WITHOUT_PUBLIC_DER, SEC1_WITHOUT_PARAMETERS_DER, PKCS8_DER] {
        assert_private(SigningKey::from_der(der));
        assert_private(SigningKey::from_der_with_passphrase(der, "not needed"));
        assert_private(SigningKey::from_any(der, None));
    }
}

#[test]
fn private_encrypted() {
    for pem in [PBKDF2_PEM, SCRYPT_PEM, DES3_PEM] {
        assert_private(SigningKey::from_pem_with_passphrase(pem, PASSPHRASE));
        assert_private(SigningKey::from_any(pem, Some(PASSPHRASE.as_bytes())));
    }
    assert_private(SigningKey::from_der_with_passphrase(PBKDF2_DER, PASSPHRASE));
    assert_private(SigningKey::from_any(PBKDF2_DER, Some(PASSPHRASE.as_bytes())));
}

#[test]
fn pkcs8_version_2_with_its_own_public_key() {
    let mut bits = vec![0];
    bits.extend(point());
    let algorithm = &PKCS8_DER[6..24];
    let inner = tlv(0x04, &[SEC1_WITHOUT_PUBLIC_DER]);
    assert_private(SigningKey::from_der(tlv(0x30, &[&[2, 1, 1], algorithm, &inner, &tlv(0x81, &[&bits])])));
    // Attributes of either version are passed over.
    let attributes = tlv(0xA0, &[&tlv(0x30, &[&[0x06, 0x01, 0x2A], &[0x31, 0x00]])]);
    assert_private(SigningKey::from_der(tlv(0x30, &[&[2, 1, 0], algorithm, &inner, &attributes])));
}

#[test]
fn private_jwk_text() {
    let jwk = private_jwk();
    let spaced = format!("\u{feff}\n {} \r\n", jwk.replace(',', " ,\n "));
    let full = jwk.replace(
        r#""kty""#,
        r#""kid":"arn:aws:ivs:us-west-2:123456789012:public-key\/abc","use":"sig","alg":"ES384","key_ops":["sign","verify"],"ext":true,"x5c":[{"a":[1,2.5e3,null]}],"kty""#,
    );
    for text in [jwk, spaced, full] {
        assert_private(SigningKey::from_jwk(&text));
        assert_private(SigningKey::from_any(&text, None));
    }
}

#[test]
fn public_forms() {
    for pem in [SPKI_PEM, SPKI_COMPRESSED_PEM] {
        assert_public(VerifyingKey::from_pem(pem));
        assert_public(VerifyingKey::from_any(pem));
    }
    assert_public(VerifyingKey::from_der(SPKI_DER));
    assert_public(VerifyingKey::from_any(SPKI_DER));
    let point = point();
    let compressed = [&[2 + (point[96] & 1)], &point[1..49]].concat();
    for bytes in [&point, &compressed] {
        assert_public(VerifyingKey::from_sec1_point(bytes));
        assert_public(VerifyingKey::from_any(bytes));
    }
    let jwk = public_jwk();
    let verify_only = jwk.replace(r#""kty""#, r#""use":"sig","alg":"ES384","key_ops":["verify"],"kty""#);
    for text in [jwk, verify_only] {
        assert_public(VerifyingKey::from_jwk(&text));
        assert_public(VerifyingKey::from_any(&text));
    }
}

/// A PEM in each way that one arrives from a file, an environment variable, a secret store or a clipboard.
fn disguises(pem: &str) -> Vec<(&'static str, Vec<u8>)> {
    let flat = pem.trim_end().replace('\n', "");
    let escaped = pem.replace('\n', r"\n");
    let base64url = base64(pem.as_bytes(), 0).replace('+', "-").replace('/', "_");
    let utf16: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_be: Vec<u8> = pem.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let text = |text: String| text.into_bytes();
    vec![
        ("as it is", text(pem.into())),
        ("without the last newline", text(pem.trim_end().into())),
        ("CRLF", text(pem.replace('\n', "\r\n"))),
        ("lone CR", text(pem.replace('\n', "\r"))),
        ("byte order mark", text(format!("\u{feff}{pem}"))),
        ("UTF-16, little-endian", [vec![0xFF, 0xFE], utf16].concat()),
        ("UTF-16, big-endian", [vec![0xFE, 0xFF], utf16_be].concat()),
        ("white space around", text(format!("\n\n \t{pem}\n \n"))),
        ("double quotes", text(format!("\"{pem}\""))),
        ("single quotes", text(format!("'{pem}'"))),
        (r"literal \n", text(escaped.clone())),
        (r"literal \n in quotes", text(format!("\"{escaped}\""))),
        (r"literal \r\n", text(pem.replace('\n', r"\r\n"))),
        (r"literal \\n, escaped twice", text(pem.replace('\n', r"\\n"))),
        ("one line, with spaces", text(pem.replace('\n', " "))),
        ("one line, with nothing", text(flat)),
        ("indented", text(pem.replace('\n', "\n    "))),
        ("blank lines between", text(pem.replace('\n', "\n\n"))),
        (
            "words before and after",
            text(format!("Bag Attributes\n    friendlyName: é\n{pem}\nthat was it\n")),
        ),
        ("base64", text(base64(pem.as_bytes(), 0))),
        ("base64, wrapped", text(base64(pem.as_bytes(), 76))),
        ("base64, without padding", text(base64(pem.as_bytes(), 0).trim_end_matches('=').into())),
        ("base64 in quotes", text(format!("'{}'\n", base64(pem.as_bytes(), 0)))),
        ("base64 of CRLF", text(base64(pem.replace('\n', "\r\n").as_bytes(), 0))),
        ("base64url", text(base64url.clone())),
        ("base64url, without padding", text(base64url.trim_end_matches('=').into())),
    ]
}

#[test]
fn pem_as_it_arrives() {
    for pem in [SEC1_PEM, SEC1_WITH_PARAMETERS_PEM, PKCS8_PEM] {
        for (name, disguise) in disguises(pem) {
            let key = SigningKey::from_pem(&disguise).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(key.to_sec1_der().as_slice(), SEC1_DER, "{name}");
            SigningKey::from_any(&disguise, None).unwrap_or_else(|error| panic!("from_any, {name}: {error}"));
        }
    }
    for (name, disguise) in disguises(DES3_PEM) {
        let key = SigningKey::from_pem_with_passphrase(&disguise, PASSPHRASE);
        key.unwrap_or_else(|error| panic!("encrypted, {name}: {error}"));
    }
    for (name, disguise) in disguises(SPKI_PEM) {
        let key = VerifyingKey::from_pem(&disguise).unwrap_or_else(|error| panic!("public, {name}: {error}"));
        assert_eq!(key.to_spki_der(), SPKI_DER, "{name}");
        VerifyingKey::from_any(&disguise).unwrap_or_else(|error| panic!("from_any, public, {name}: {error}"));
    }
}

#[test]
fn base64_of_der_without_markers() {
    assert_private(SigningKey::from_any(base64(PKCS8_DER, 64), None));
    assert_public(VerifyingKey::from_any(base64(SPKI_DER, 0)));
}

#[test]
fn the_longest_input_is_read() {
    let padded = format!("{PKCS8_PEM}{}", " ".repeat(MAX_INPUT_LEN - PKCS8_PEM.len()));
    assert_private(SigningKey::from_pem(padded));
}

#[test]
fn every_form_out_is_what_openssl_writes() {
    let key = SigningKey::from_pem(SEC1_PEM).unwrap();
    assert_eq!(key.to_sec1_pem().as_str(), SEC1_PEM);
    assert_eq!(key.to_sec1_der().as_slice(), SEC1_DER);
    assert_eq!(key.to_pkcs8_pem().as_str(), PKCS8_PEM);
    assert_eq!(key.to_pkcs8_der().as_slice(), PKCS8_DER);
    let public = key.verifying_key();
    assert_eq!(public.to_spki_pem(), SPKI_PEM);
    assert_eq!(public.to_spki_der(), SPKI_DER);
    assert_eq!(public.to_sec1_point().as_slice(), point());
    assert_eq!(
        public.to_sec1_point_compressed().as_slice(),
        [&[2 + (point()[96] & 1)], &point()[1..49]].concat()
    );
}

#[test]
fn every_form_out_is_read_back() {
    let key = SigningKey::generate().unwrap();
    let same = |other: Result<SigningKey, KeyError>| {
        let other = other.unwrap();
        assert_eq!(other.to_pkcs8_der(), key.to_pkcs8_der());
        assert_eq!(other.verifying_key(), key.verifying_key());
    };
    same(SigningKey::from_pem(key.to_pkcs8_pem().as_bytes()));
    same(SigningKey::from_pem(key.to_sec1_pem().as_bytes()));
    same(SigningKey::from_der(key.to_pkcs8_der().as_slice()));
    same(SigningKey::from_der(key.to_sec1_der().as_slice()));
    same(SigningKey::from_jwk(key.to_jwk().as_bytes()));
    same(SigningKey::from_pem_with_passphrase(key.to_encrypted_pkcs8_pem("pass").unwrap(), "pass"));
    same(SigningKey::from_der_with_passphrase(key.to_encrypted_pkcs8_der("pass").unwrap(), "pass"));
    let public = key.verifying_key();
    for other in [
        VerifyingKey::from_pem(public.to_spki_pem()),
        VerifyingKey::from_der(public.to_spki_der()),
        VerifyingKey::from_jwk(public.to_jwk()),
        VerifyingKey::from_sec1_point(public.to_sec1_point()),
        VerifyingKey::from_sec1_point(public.to_sec1_point_compressed()),
    ] {
        assert_eq!(&other.unwrap(), public);
    }
}

#[test]
fn jwk_out() {
    let key = SigningKey::from_pem(SEC1_PEM).unwrap();
    let (x, y, d) = (common::X_URL, common::Y_URL, common::D_URL);
    let head = r#"{"kty":"EC","crv":"P-384","alg":"ES384","use":"sig""#;
    assert_eq!(key.to_jwk().as_str(), format!(r#"{head},"x":"{x}","y":"{y}","d":"{d}"}}"#));
    assert_eq!(key.verifying_key().to_jwk(), format!(r#"{head},"x":"{x}","y":"{y}"}}"#));
}

/// Both values computed with another implementation of SHA-256 over the SPKI DER and over the text that RFC 7638 lays down.
#[test]
fn thumbprint_and_fingerprint() {
    let key = VerifyingKey::from_pem(SPKI_PEM).unwrap();
    assert_eq!(key.thumbprint(), "l2tfkSzhekdOr24I18E1O_-49AlK14MTo7OxJMS7-HI");
    assert_eq!(
        key.fingerprint().as_slice(),
        hex("2f95601fa82060b909bfc6b979dbd303d34d34e0afb27ea496beac362f242a4b")
    );
}

#[test]
fn equality_and_hash_go_by_the_point() {
    use std::collections::HashSet;

    let forms = [
        VerifyingKey::from_pem(SPKI_PEM),
        VerifyingKey::from_pem(SPKI_COMPRESSED_PEM),
        VerifyingKey::from_jwk(public_jwk()),
    ];
    #[expect(clippy::mutable_key_type, reason = "what a key may gain, a table, is no part of its hash")]
    let set: HashSet<VerifyingKey> = forms.into_iter().map(Result::unwrap).collect();
    assert_eq!(set.len(), 1);
    assert!(!set.contains(SigningKey::generate().unwrap().verifying_key()));
}

#[test]
fn generated_keys_differ() {
    let (one, two) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    assert_ne!(one.verifying_key(), two.verifying_key());
    assert_ne!(one.to_pkcs8_der(), two.to_pkcs8_der());
}

#[test]
fn keys_go_between_threads() {
    fn shareable<T: Send + Sync + Clone + 'static>() {}
    shareable::<SigningKey>();
    shareable::<VerifyingKey>();
}

#[test]
fn keys_that_openssl_makes_now() {
    let Some(with_parameters) = openssl(&["ecparam", "-name", "secp384r1", "-genkey"], b"") else { return };
    let key = SigningKey::from_pem(&with_parameters).unwrap();
    let run = |arguments: &[&str]| openssl(arguments, &with_parameters).unwrap();

    let sec1 = SigningKey::from_pem(run(&["ec"])).unwrap();
    let sec1_der = SigningKey::from_der(run(&["ec", "-outform", "DER"])).unwrap();
    let pkcs8 = SigningKey::from_pem(run(&["pkcs8", "-topk8", "-nocrypt"])).unwrap();
    let pkcs8_der = SigningKey::from_der(run(&["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"])).unwrap();
    for other in [sec1, sec1_der, pkcs8, pkcs8_der] {
        assert_eq!(other.to_pkcs8_der(), key.to_pkcs8_der());
    }
    for options in [
        ["-v2", "aes-128-cbc"],
        ["-v2", "aes-192-cbc"],
        ["-v2", "aes-256-cbc"],
        ["-v2", "des3"],
        ["-v2prf", "hmacWithSHA1"],
        ["-v2prf", "hmacWithSHA512"],
        ["-iter", "100000"],
        ["-scrypt_N", "16384"],
    ] {
        let mut arguments = vec!["pkcs8", "-topk8", "-passout", "pass:secret"];
        arguments.extend(options);
        let pem = run(&arguments);
        let other = SigningKey::from_pem_with_passphrase(&pem, "secret");
        let other = other.unwrap_or_else(|error| panic!("{options:?}: {error}"));
        assert_eq!(other.to_pkcs8_der(), key.to_pkcs8_der(), "{options:?}");
        assert_eq!(SigningKey::from_pem(&pem).unwrap_err(), KeyError::PassphraseMissing);
        assert_eq!(
            SigningKey::from_pem_with_passphrase(&pem, "Secret").unwrap_err(),
            KeyError::PassphraseWrong
        );
    }
    let public = VerifyingKey::from_pem(run(&["ec", "-pubout"])).unwrap();
    let compressed = VerifyingKey::from_pem(run(&["ec", "-pubout", "-conv_form", "compressed"])).unwrap();
    assert_eq!(&public, key.verifying_key());
    assert_eq!(&compressed, key.verifying_key());
}

#[test]
fn openssl_reads_what_is_written_here() {
    let key = SigningKey::generate().unwrap();
    let as_public = ["pkey", "-pubout", "-passin", "pass:secret"];
    let spki = key.verifying_key().to_spki_pem().into_bytes();
    let Some(from_pkcs8) = openssl(&as_public, key.to_pkcs8_pem().as_bytes()) else { return };
    assert_eq!(from_pkcs8, spki);
    assert_eq!(openssl(&as_public, key.to_sec1_pem().as_bytes()).unwrap(), spki);
    let encrypted = key.to_encrypted_pkcs8_pem("secret").unwrap();
    assert_eq!(openssl(&as_public, encrypted.as_bytes()).unwrap(), spki);
    assert_eq!(openssl(&["pkey", "-pubin"], &spki).unwrap(), spki);
}
