//! Each way a key is refused: the variant, its code, and the exact words.

#![allow(clippy::unwrap_used, clippy::panic, clippy::too_many_lines, reason = "a test stops where it fails")]

mod common;

use std::collections::BTreeSet;

use common::{
    D_URL, N, PBKDF2_DER, PBKDF2_PEM, PKCS8_DER, PKCS8_PEM, SEC1_DER, SEC1_PEM, SEC1_WITHOUT_PUBLIC_DER,
    SPKI_DER, SPKI_PEM, X_URL, Y_URL, base64, hex, pem, point, private_jwk, public_jwk, tlv,
};
use es384::{KeyError, SignError, SigningKey, VerifyingKey};

macro_rules! refused {
    ($name:literal) => {
        include_bytes!(concat!("keys/refused/", $name))
    };
}

#[track_caller]
fn private(input: impl AsRef<[u8]>) -> KeyError {
    SigningKey::from_any(input, None).unwrap_err()
}

#[track_caller]
fn public(input: impl AsRef<[u8]>) -> KeyError {
    VerifyingKey::from_any(input).unwrap_err()
}

/// Both kinds of key refuse the input for the same reason.
#[track_caller]
fn both(input: impl AsRef<[u8]>) -> KeyError {
    let error = private(input.as_ref());
    assert_eq!(error, public(input.as_ref()));
    error
}

#[track_caller]
fn assert_curve(error: &KeyError, name: &str) {
    assert_eq!(*error, KeyError::WrongCurve { curve: name.to_owned().into() });
}

#[track_caller]
fn assert_algorithm(error: &KeyError, name: &str) {
    assert_eq!(*error, KeyError::WrongAlgorithm { algorithm: name.to_owned().into() });
}

#[test]
fn nothing_or_too_much() {
    for empty in ["", " \n\t\r\n", "\"\"", "''", "\u{feff}\n"] {
        assert_eq!(both(empty), KeyError::Empty);
        assert_eq!(SigningKey::from_pem(empty).unwrap_err(), KeyError::Empty);
        assert_eq!(SigningKey::from_der(empty).unwrap_err(), KeyError::Empty);
        assert_eq!(SigningKey::from_jwk(empty).unwrap_err(), KeyError::Empty);
    }
    assert_eq!(VerifyingKey::from_sec1_point([]).unwrap_err(), KeyError::Empty);
    let long = vec![b' '; 65_537];
    assert_eq!(both(&long), KeyError::TooLong { bytes: 65_537 });
    for error in [
        SigningKey::from_pem(&long).unwrap_err(),
        SigningKey::from_der(&long).unwrap_err(),
        SigningKey::from_jwk(&long).unwrap_err(),
        VerifyingKey::from_sec1_point(&long).unwrap_err(),
    ] {
        assert_eq!(error, KeyError::TooLong { bytes: 65_537 });
    }
}

#[test]
fn not_a_key() {
    for text in [
        &b"hello"[..],
        b"hello, world: this is a long text and no key",
        b"/run/secrets/private.pem",
        b"AKIAIOSFODNN7EXAMPLE",
        b"\x00\x01\x02",
        b"\xFF\xD8\xFF\xE0",
        b"1234567890123456",
        b"-----BEGIN PGP MESSAGE-----\nAAAA\n-----END PGP MESSAGE-----",
    ] {
        assert_eq!(both(text), KeyError::NotAKey, "{}", text.escape_ascii());
    }
    assert_eq!(both(tlv(0x30, &[&[5, 0]])), KeyError::NotAKey);
    assert_eq!(both(tlv(0x30, &[&[2, 1, 0]])), KeyError::NotAKey);
}

#[test]
fn the_wrong_constructor() {
    let wrong = |wanted, found| KeyError::WrongForm { wanted, found };
    assert_eq!(SigningKey::from_pem(PKCS8_DER).unwrap_err(), wrong("PEM", "DER"));
    assert_eq!(SigningKey::from_pem(private_jwk()).unwrap_err(), wrong("PEM", "JWK"));
    assert_eq!(SigningKey::from_der(PKCS8_PEM).unwrap_err(), wrong("DER", "PEM"));
    assert_eq!(SigningKey::from_jwk(PKCS8_PEM).unwrap_err(), wrong("JWK", "PEM"));
    assert_eq!(VerifyingKey::from_pem(SPKI_DER).unwrap_err(), wrong("PEM", "DER"));
    assert_eq!(VerifyingKey::from_der(public_jwk()).unwrap_err(), wrong("DER", "JWK"));
    assert_eq!(VerifyingKey::from_jwk(SPKI_DER).unwrap_err(), wrong("JWK", "DER"));
    assert_eq!(SigningKey::from_jwk("hello").unwrap_err(), KeyError::NotAKey);
}

#[test]
fn wrong_curves_are_named() {
    for (key, name) in [
        (&refused!("prime192v1.pem")[..], "P-192"),
        (refused!("secp224r1.pem"), "P-224"),
        (refused!("prime256v1.pem"), "P-256"),
        (refused!("prime256v1-pkcs8.pem"), "P-256"),
        (refused!("secp521r1.pem"), "P-521"),
        (refused!("secp256k1.pem"), "secp256k1"),
        (refused!("brainpoolP256r1.pem"), "brainpoolP256r1"),
        (refused!("brainpoolP384r1.pem"), "brainpoolP384r1"),
        // sect233k1, which has no name here: its OID.
        (refused!("sect233k1.pem"), "1.3.132.0.26"),
    ] {
        assert_curve(&private(key), name);
    }
    assert_curve(&both(refused!("prime256v1-public.pem")), "P-256");
    assert_curve(&both(refused!("prime256v1-pkcs8.pem")), "P-256");
}

#[test]
fn without_a_curve_the_length_tells() {
    for (length, name) in [(28, "P-224"), (32, "P-256"), (66, "P-521")] {
        let sec1 = tlv(0x30, &[&[2, 1, 1], &tlv(4, &[&vec![1; length]])]);
        assert_curve(&private(&sec1), name);
        assert_curve(&private(pem("EC PRIVATE KEY", &sec1)), name);
    }
    for (length, head, name) in [
        (57, 4, "P-224"),
        (29, 2, "P-224"),
        (65, 4, "P-256"),
        (33, 3, "P-256"),
        (133, 4, "P-521"),
        (67, 3, "P-521"),
    ] {
        let mut point = vec![1; length];
        point[0] = head;
        assert_curve(&VerifyingKey::from_sec1_point(&point).unwrap_err(), name);
        assert_curve(&public(&point), name);
    }
}

#[test]
fn explicit_parameters() {
    assert_eq!(private(refused!("explicit.pem")), KeyError::ExplicitCurve { is_public: false });
    assert_eq!(both(refused!("explicit-pkcs8.pem")), KeyError::ExplicitCurve { is_public: false });
    assert_eq!(both(refused!("explicit-public.pem")), KeyError::ExplicitCurve { is_public: true });
}

#[test]
fn wrong_algorithms_are_named() {
    for (key, name) in [
        (&refused!("rsa-pkcs1.pem")[..], "RSA"),
        (refused!("rsa-pkcs8.pem"), "RSA"),
        (refused!("rsa-public.pem"), "RSA"),
        (refused!("ed25519.pem"), "Ed25519"),
        (refused!("ed25519-public.pem"), "Ed25519"),
        (refused!("ed448.pem"), "Ed448"),
        (refused!("x25519.pem"), "X25519"),
        (refused!("x448.pem"), "X448"),
        (refused!("dsa-pkcs8.pem"), "DSA"),
    ] {
        assert_algorithm(&both(key), name);
    }
    assert_algorithm(&both(pem("DSA PRIVATE KEY", &[0x30, 0])), "DSA");
    let integer: &[u8] = &[2, 1, 5];
    assert_algorithm(&both(tlv(0x30, &[&[2, 1, 0], integer, integer, integer, integer, integer])), "DSA");
    assert_algorithm(&both(tlv(0x30, &[integer, integer])), "RSA");
    assert_algorithm(&both(tlv(0x30, &[integer; 9])), "RSA");
    // An algorithm without a name here.
    let unknown = tlv(0x30, &[&tlv(0x30, &[&[0x06, 0x02, 0x2A, 0x03]]), &[3, 2, 0, 1]]);
    assert_algorithm(&both(unknown), "1.2.3");
}

#[test]
fn the_other_half() {
    for key in
        [SPKI_PEM.as_bytes(), SPKI_DER, common::SPKI_COMPRESSED_PEM.as_bytes(), public_jwk().as_bytes()]
    {
        assert_eq!(private(key), KeyError::PublicKeyGiven);
    }
    for key in [
        SEC1_PEM.as_bytes(),
        PKCS8_PEM.as_bytes(),
        PBKDF2_PEM.as_bytes(),
        SEC1_DER,
        PKCS8_DER,
        PBKDF2_DER,
        private_jwk().as_bytes(),
    ] {
        assert_eq!(public(key), KeyError::PrivateKeyGiven);
    }
}

#[test]
fn containers_of_keys() {
    assert_eq!(private(refused!("certificate.pem")), KeyError::Certificate);
    assert_eq!(both(refused!("request.pem")), KeyError::CertificateRequest);
    assert_eq!(both(refused!("container.p12")), KeyError::Pkcs12);
    assert_eq!(both(refused!("parameters.pem")), KeyError::OnlyParameters);
    assert_eq!(both(refused!("openssh.pem")), KeyError::OpensshKey);
    assert_eq!(private(refused!("openssh.pub")), KeyError::PublicKeyGiven);
    // Their DER, told by its structure.
    let der = |pem: &[u8]| {
        let body: String =
            std::str::from_utf8(pem).unwrap().lines().filter(|line| !line.contains('-')).collect();
        body
    };
    assert_eq!(private(der(refused!("certificate.pem"))), KeyError::Certificate);
    assert_eq!(both(der(refused!("request.pem"))), KeyError::CertificateRequest);
}

#[test]
fn more_than_one() {
    assert_eq!(public(format!("{SEC1_PEM}{SPKI_PEM}")), KeyError::MoreThanOneKey { blocks: 2 });
    assert_eq!(private(format!("{SEC1_PEM}{PKCS8_PEM}")), KeyError::MoreThanOneKey { blocks: 2 });
    assert_eq!(both(format!("{SPKI_PEM}\n{SPKI_PEM}{SPKI_PEM}")), KeyError::MoreThanOneKey { blocks: 3 });
    let certificate = String::from_utf8_lossy(refused!("certificate.pem"));
    assert_eq!(public(format!("{certificate}{PKCS8_PEM}")), KeyError::MoreThanOneKey { blocks: 2 });
    assert_eq!(both(format!("{certificate}{certificate}")), KeyError::MoreThanOneKey { blocks: 2 });
}

#[test]
fn passphrases() {
    assert_eq!(private(PBKDF2_PEM), KeyError::PassphraseMissing);
    assert_eq!(private(PBKDF2_DER), KeyError::PassphraseMissing);
    assert_eq!(SigningKey::from_pem(common::SCRYPT_PEM).unwrap_err(), KeyError::PassphraseMissing);
    for wrong in ["", "Correct horse", "correct horse "] {
        assert_eq!(
            SigningKey::from_pem_with_passphrase(PBKDF2_PEM, wrong).unwrap_err(),
            KeyError::PassphraseWrong
        );
    }
    // One in 256 of these decrypts to right padding around noise, and is no other error for it.
    for wrong in 0..1_000_u16 {
        let error = SigningKey::from_der_with_passphrase(PBKDF2_DER, wrong.to_be_bytes()).unwrap_err();
        assert_eq!(error, KeyError::PassphraseWrong);
    }
    let key = SigningKey::from_pem(SEC1_PEM).unwrap();
    assert_eq!(key.to_encrypted_pkcs8_pem("").unwrap_err(), KeyError::PassphraseEmpty);
    assert_eq!(key.to_encrypted_pkcs8_der("").unwrap_err(), KeyError::PassphraseEmpty);
}

#[test]
fn encryption_that_is_not_supported() {
    let load = |pem: &[u8]| SigningKey::from_pem_with_passphrase(pem, "secret").unwrap_err();
    assert_eq!(load(refused!("legacy-encrypted.pem")), KeyError::LegacyPemEncryption);
    assert_eq!(private(refused!("legacy-encrypted.pem")), KeyError::LegacyPemEncryption);
    let one_line = String::from_utf8_lossy(refused!("legacy-encrypted.pem")).replace('\n', r"\n");
    assert_eq!(private(one_line), KeyError::LegacyPemEncryption);
    assert_eq!(load(refused!("pbes1.pem")), KeyError::EncryptionUnsupported);
    assert_eq!(load(refused!("camellia.pem")), KeyError::EncryptionUnsupported);
    assert_eq!(load(refused!("iterations.pem")), KeyError::KdfTooCostly);
}

#[test]
fn damaged_pem() {
    let (begin, end) = ("-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----");
    assert_eq!(both(begin), KeyError::PemNoEnd);
    assert_eq!(both("-----BEGIN EC PRIVATE KEY"), KeyError::PemNoEnd);
    assert_eq!(both(SEC1_PEM.replace(end, "")), KeyError::PemNoEnd);
    assert_eq!(both(SEC1_PEM.replace(end, "-----END EC PRIVATE KEY---")), KeyError::PemNoEnd);
    assert_eq!(both(SEC1_PEM.replace(end, "----END EC PRIVATE KEY-----")), KeyError::PemNoEnd);
    assert_eq!(both(format!("{}{SPKI_PEM}", SEC1_PEM.replace(end, ""))), KeyError::PemNoEnd);
    assert_eq!(both(SEC1_PEM.replace(begin, "")), KeyError::PemNoBegin);
    assert_eq!(both(SEC1_PEM.replace(begin, "BEGIN EC PRIVATE KEY")), KeyError::PemNoBegin);
    assert_eq!(both(SEC1_PEM.replace(end, "-----END PRIVATE KEY-----")), KeyError::PemLabelMismatch);
    assert_eq!(both(SEC1_PEM.replacen('M', "*", 1)), KeyError::PemBase64);
    assert_eq!(both(SEC1_PEM.replacen('M', "M=", 1)), KeyError::Truncated);
    assert_eq!(both(SEC1_PEM.replace("RyA=", "Ry==")), KeyError::PemBase64);
    assert_eq!(both(format!("{begin}\n{end}")), KeyError::Truncated);
    // Any characters lost from the end, or whole lines.
    assert_eq!(both(SEC1_PEM.replace("RyA=", "RyA")), KeyError::Truncated);
    assert_eq!(both(SEC1_PEM.replace("RyA=", "")), KeyError::Truncated);
    let lines: Vec<&str> = SEC1_PEM.lines().collect();
    assert_eq!(both([lines[0], lines[1], lines[5]].join("\n")), KeyError::Truncated);
    // base64 of a PEM, cut.
    let whole = base64(SEC1_PEM.as_bytes(), 0);
    assert_eq!(both(&whole[..101]), KeyError::Truncated);
    assert_eq!(both(&whole[..104]), KeyError::PemNoEnd);
}

#[test]
fn damaged_der() {
    for length in [2, 3, 10, 100, SEC1_DER.len() - 1] {
        assert_eq!(both(&SEC1_DER[..length]), KeyError::Truncated, "{length}");
    }
    for der in [SEC1_DER, PKCS8_DER, SPKI_DER, PBKDF2_DER] {
        assert_eq!(both([der, &[0, 0, 0]].concat()), KeyError::TrailingBytes { bytes: 3 });
    }
    // Trailing bytes inside: after the SEC1 in the PKCS#8.
    let inner = tlv(4, &[SEC1_WITHOUT_PUBLIC_DER, &[5, 0]]);
    assert_eq!(
        private(tlv(0x30, &[&[2, 1, 0], &PKCS8_DER[6..24], &inner])),
        KeyError::TrailingBytes { bytes: 2 }
    );
    // An unknown version, a missing curve, a NULL curve, a field too many.
    assert_eq!(private(tlv(0x30, &[&[2, 1, 2], &SEC1_DER[6..]])), KeyError::DerMalformed);
    let ec = &PKCS8_DER[8..17];
    let sec1 = tlv(4, &[SEC1_DER]);
    assert_eq!(both(tlv(0x30, &[&[2, 1, 0], &tlv(0x30, &[ec]), &sec1])), KeyError::DerMalformed);
    assert_eq!(both(tlv(0x30, &[&[2, 1, 0], &tlv(0x30, &[ec, &[5, 0]]), &sec1])), KeyError::DerMalformed);
    // The length of the length does not have its shortest form.
    assert_eq!(both([&[0x30, 0x82, 0x00, 0xA4], &SEC1_DER[3..]].concat()), KeyError::DerMalformed);
}

/// SEC1 of another number, without the public half.
fn sec1_of(number: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&[2, 1, 1], &tlv(4, &[number]), &SEC1_WITHOUT_PUBLIC_DER[55..]])
}

#[test]
fn private_numbers() {
    let mut order = hex(N);
    for number in [vec![0; 48], order.clone(), vec![0xFF; 48]] {
        assert_eq!(private(sec1_of(&number)), KeyError::ScalarOutOfRange);
    }
    // One less than the order is the greatest that there is.
    order[47] -= 1;
    SigningKey::from_der(sec1_of(&order)).unwrap();
    SigningKey::from_der(sec1_of(&[vec![0; 47], vec![1]].concat())).unwrap();
    for length in [0, 1, 31, 32, 47, 49, 66] {
        assert_eq!(private(sec1_of(&vec![1; length])), KeyError::ScalarLength { bytes: length });
    }
}

#[test]
fn public_points() {
    let spki_of = |bytes: &[u8]| tlv(0x30, &[&SPKI_DER[2..20], &tlv(3, &[&[0], bytes])]);
    let point = point();
    assert_eq!(VerifyingKey::from_der(spki_of(&point)).unwrap().to_spki_der(), SPKI_DER);

    let mut off_curve = point.clone();
    off_curve[96] ^= 1;
    let above_p = [&[4], &[0xFF; 96][..]].concat();
    let zero = [&[4], &[0; 96][..]].concat();
    // x = 0 has no... y on some curves; on P-384 it has, so take an x that is too great.
    let compressed = [&[2], &[0xFF; 48][..]].concat();
    for bytes in [&off_curve, &above_p, &zero, &compressed] {
        assert_eq!(VerifyingKey::from_sec1_point(bytes).unwrap_err(), KeyError::PointNotOnCurve);
        assert_eq!(public(spki_of(bytes)), KeyError::PointNotOnCurve);
        assert_eq!(public(bytes), KeyError::PointNotOnCurve);
    }
    let hybrid = [&[6 + (point[96] & 1)], &point[1..]].concat();
    let compact = [&[5], &point[1..49]].concat();
    for bytes in [&[0][..], &hybrid, &compact, &point[..96], &point[1..], &[4], &point[..49]] {
        assert_eq!(VerifyingKey::from_sec1_point(bytes).unwrap_err(), KeyError::PointMalformed);
        assert_eq!(public(spki_of(bytes)), KeyError::PointMalformed);
    }
    // A bit string that is no whole number of bytes.
    let bits = tlv(0x30, &[&SPKI_DER[2..20], &tlv(3, &[&[1], &point[..96], &[0x20]])]);
    assert_eq!(public(bits), KeyError::DerMalformed);
}

#[test]
fn halves_that_do_not_belong_together() {
    let other = SigningKey::generate().unwrap();
    let foreign = other.verifying_key().to_sec1_point();
    // SEC1, and the same inside PKCS#8.
    let sec1 = [&SEC1_DER[..70], &foreign].concat();
    assert_eq!(private(&sec1), KeyError::HalvesMismatch);
    let pkcs8 = [&PKCS8_DER[..88], &foreign].concat();
    assert_eq!(private(&pkcs8), KeyError::HalvesMismatch);
    assert_eq!(private(pem("PRIVATE KEY", &pkcs8)), KeyError::HalvesMismatch);
    // PKCS#8 version 2 with a public key of its own.
    let inner = tlv(4, &[SEC1_DER]);
    let version_2 = tlv(0x30, &[&[2, 1, 1], &PKCS8_DER[6..24], &inner, &tlv(0x81, &[&[0], &foreign])]);
    assert_eq!(private(version_2), KeyError::HalvesMismatch);
    // JWK.
    let theirs = other.to_jwk();
    let jwk = theirs.replace(&theirs[theirs.len() - 66..theirs.len() - 2], D_URL);
    assert_eq!(private(jwk), KeyError::HalvesMismatch);
}

#[test]
fn jwk_syntax() {
    assert_eq!(both("{"), KeyError::JwkSyntax { line: 1, column: 1 });
    assert_eq!(both("{\n\"kty\": \"EC\",\n}"), KeyError::JwkSyntax { line: 3, column: 1 });
    assert!(matches!(both("[]"), KeyError::JwkSyntax { line: 1, .. }));
    assert!(matches!(both(format!("{} x", public_jwk())), KeyError::JwkSyntax { line: 1, .. }));
    assert_eq!(both(format!(r#"{{"keys":[{}]}}"#, public_jwk())), KeyError::JwkSet);
}

#[test]
fn jwk_kinds() {
    assert_algorithm(&both(r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#), "RSA");
    assert_algorithm(&both(r#"{"kty":"oct","k":"AAAA"}"#), "oct");
    assert_algorithm(&both(r#"{"kty":"OKP","crv":"Ed25519","x":""}"#), "Ed25519");
    assert_algorithm(&both(r#"{"kty":"OKP"}"#), "OKP");
    assert_algorithm(&both(r#"{"kty":"ec","crv":"P-384"}"#), "something unknown");
    for curve in ["P-224", "P-256", "P-521", "secp256k1"] {
        assert_curve(&both(public_jwk().replace("P-384", curve)), curve);
    }
    assert_curve(&both(public_jwk().replace("P-384", "p-384")), "foreign-curve");
}

#[test]
fn jwk_members() {
    for member in ["kty", "crv", "x", "y"] {
        let renamed = |jwk: String| jwk.replace(&format!("\"{member}\":"), "\"other\":");
        assert_eq!(private(renamed(private_jwk())), KeyError::JwkMemberMissing { member });
        assert_eq!(public(renamed(public_jwk())), KeyError::JwkMemberMissing { member });
    }
    for (member, shown) in
        [("d", "`d`"), ("x", "`x`"), ("kty", "`kty`"), ("kid", "`kid`"), ("mine", "a member")]
    {
        let twice = private_jwk().replace(r#"{"kty""#, &format!(r#"{{"{member}":"","{member}":"","kty""#));
        assert_eq!(both(twice), KeyError::JwkMemberRepeated { member: shown });
    }
    // An escape does not hide a repetition.
    let hidden = private_jwk().replace(r#"{"kty""#, r#"{"\u0064":"AA","kty""#);
    assert_eq!(both(hidden), KeyError::JwkMemberRepeated { member: "`d`" });

    let wanted = "a base64url string without padding";
    for (member, value) in [("x", X_URL), ("y", Y_URL), ("d", D_URL)] {
        let with = |text: &str| private_jwk().replace(&format!("\"{value}\""), text);
        for bad in
            ["7", "null", "[]", "\"*\"", &format!("\"{value}=\""), &format!("\"{value}\\u0041\""), "\"AAB\""]
        {
            assert_eq!(private(with(bad)), KeyError::JwkMember { member, wanted }, "{bad}");
        }
        for (bad, bytes) in [("", 0), (&value[..63], 47), (&value[..60], 45), (&format!("AAAA{value}"), 51)] {
            // 63 characters leave bits over, which must be zero.
            let bad = if bad.len() == 63 { format!("{}A", &bad[..62]) } else { bad.to_owned() };
            assert_eq!(private(with(&format!("\"{bad}\""))), KeyError::JwkMemberLength { member, bytes });
        }
    }
    assert_eq!(both(r#"{"kty":1}"#), KeyError::JwkMember { member: "kty", wanted: "a string" });
    let operations = public_jwk().replace(r#"{"kty""#, r#"{"key_ops":"verify","kty""#);
    assert_eq!(public(operations), KeyError::JwkMember { member: "key_ops", wanted: "an array of strings" });
}

#[test]
fn jwk_use() {
    let signing = "signing with ES384";
    let verifying = "verifying ES384";
    for (extra, member) in [
        (r#""use":"enc""#, "use"),
        (r#""alg":"ES256""#, "alg"),
        (r#""alg":"ECDH-ES""#, "alg"),
        (r#""key_ops":["deriveKey"]"#, "key_ops"),
        (r#""key_ops":[]"#, "key_ops"),
    ] {
        let with = |jwk: String| jwk.replacen('{', &format!("{{{extra},"), 1);
        assert_eq!(private(with(private_jwk())), KeyError::JwkUse { member, purpose: signing });
        assert_eq!(public(with(public_jwk())), KeyError::JwkUse { member, purpose: verifying });
    }
    let only = |jwk: String, operation| jwk.replacen('{', &format!("{{\"key_ops\":[\"{operation}\"],"), 1);
    let (member, purpose) = ("key_ops", signing);
    assert_eq!(private(only(private_jwk(), "verify")), KeyError::JwkUse { member, purpose });
    assert_eq!(public(only(public_jwk(), "sign")), KeyError::JwkUse { member, purpose: verifying });
}

/// Every variant with its code and its words. A word changed there must be changed here, on purpose.
#[test]
fn codes_and_words() {
    let table: &[(KeyError, &str, &str)] = &[
        (
            KeyError::Empty,
            "KEY_EMPTY",
            "the key is empty: check that the file or environment variable that should hold it is set",
        ),
        (
            KeyError::TooLong { bytes: 65_537 },
            "KEY_TOO_LONG",
            "the key is 65537 bytes, but no key needs more than 65536: check that this is the right file",
        ),
        (
            KeyError::NotAKey,
            "KEY_NOT_A_KEY",
            "this is not a key: give a P-384 key as PEM (`-----BEGIN ...`), DER or JWK",
        ),
        (
            KeyError::WrongForm { wanted: "PEM", found: "DER" },
            "KEY_WRONG_FORM",
            "this is DER, but PEM is expected here: read it as DER, or as whichever form it is in",
        ),
        (
            KeyError::WrongCurve { curve: "P-256".into() },
            "KEY_WRONG_CURVE",
            "this is a P-256 key, but ES384 needs P-384: make one with `openssl ecparam -name secp384r1 -genkey -noout -out private.pem`",
        ),
        (
            KeyError::ExplicitCurve { is_public: false },
            "KEY_EXPLICIT_CURVE",
            "the key spells out its curve parameters instead of naming the curve: name it with `openssl ec -in key.pem -param_enc named_curve -out named.pem`",
        ),
        (
            KeyError::WrongAlgorithm { algorithm: "RSA".into() },
            "KEY_WRONG_ALGORITHM",
            "this key is for RSA, but ES384 needs an elliptic-curve key on P-384: make one with `openssl ecparam -name secp384r1 -genkey -noout -out private.pem`",
        ),
        (
            KeyError::PublicKeyGiven,
            "KEY_PUBLIC_KEY_GIVEN",
            "this is a public key, but signing needs the private key: give the file it was made from",
        ),
        (
            KeyError::PrivateKeyGiven,
            "KEY_PRIVATE_KEY_GIVEN",
            "this is a private key, but only the public key belongs here: write it with `openssl pkey -in private.pem -pubout -out public.pem`",
        ),
        (
            KeyError::Certificate,
            "KEY_CERTIFICATE",
            "this is a certificate, not a key: take the public key out with `openssl x509 -in cert.pem -pubkey -noout`; the private key is in a file of its own",
        ),
        (
            KeyError::CertificateRequest,
            "KEY_CERTIFICATE_REQUEST",
            "this is a certificate request, not a key: take the public key out with `openssl req -in request.pem -pubkey -noout`; the private key is in a file of its own",
        ),
        (
            KeyError::Pkcs12,
            "KEY_PKCS12",
            "this is a PKCS#12 container (.p12, .pfx): take the private key out with `openssl pkcs12 -in file.p12 -nocerts -out private.pem`",
        ),
        (
            KeyError::OnlyParameters,
            "KEY_ONLY_PARAMETERS",
            "there is only an `EC PARAMETERS` block and no key after it: give the whole file",
        ),
        (
            KeyError::MoreThanOneKey { blocks: 2 },
            "KEY_MORE_THAN_ONE",
            "there are 2 keys or PEM blocks, and nothing says which one is meant: keep only one",
        ),
        (
            KeyError::OpensshKey,
            "KEY_OPENSSH",
            "this is a private key or a certificate of OpenSSH: convert the private key where it is with `ssh-keygen -p -m PKCS8 -f key`, or write the public key with `ssh-keygen -e -m PKCS8 -f key.pub`",
        ),
        (
            KeyError::PemNoBegin,
            "KEY_PEM_NO_BEGIN",
            "the `-----BEGIN ...-----` line is missing or damaged: give the whole PEM, with five dashes on each side of its markers",
        ),
        (
            KeyError::PemNoEnd,
            "KEY_PEM_NO_END",
            "the PEM stops before its `-----END ...-----` line: a newline was probably taken for the end of the value (write it as \\n, or put the value in quotes), or the file was cut short",
        ),
        (
            KeyError::PemLabelMismatch,
            "KEY_PEM_LABEL_MISMATCH",
            "the `-----BEGIN ...-----` and `-----END ...-----` lines name different things: a newline or a block between them was probably lost",
        ),
        (
            KeyError::PemBase64,
            "KEY_PEM_BASE64",
            "the PEM holds something that is not base64 between its markers: copy it again, unchanged",
        ),
        (KeyError::Truncated, "KEY_TRUNCATED", "the key is cut short: copy the whole key again"),
        (
            KeyError::TrailingBytes { bytes: 3 },
            "KEY_TRAILING_BYTES",
            "3 bytes follow the end of the key: keep only the key",
        ),
        (
            KeyError::DerMalformed,
            "KEY_DER_MALFORMED",
            "the key's DER is malformed: rewrite a private key with `openssl pkey -in key.pem -out new.pem`, a public one with `openssl pkey -pubin -in key.pem -pubout -out new.pem`",
        ),
        (
            KeyError::ScalarLength { bytes: 47 },
            "KEY_SCALAR_LENGTH",
            "the private key is 47 bytes, but a P-384 private key is 48: rewrite it with `openssl pkey -in key.pem -out new.pem`",
        ),
        (
            KeyError::ScalarOutOfRange,
            "KEY_SCALAR_OUT_OF_RANGE",
            "the private key is zero or not below the order of P-384: it is not a valid key; make a new one",
        ),
        (
            KeyError::PointMalformed,
            "KEY_POINT_MALFORMED",
            "the public key is not a P-384 point: a point is 97 bytes beginning with 04, or 49 beginning with 02 or 03",
        ),
        (
            KeyError::PointNotOnCurve,
            "KEY_POINT_NOT_ON_CURVE",
            "the public key is not a point on P-384: it is damaged or forged; get it again",
        ),
        (
            KeyError::HalvesMismatch,
            "KEY_HALVES_MISMATCH",
            "the private and the public half of this key do not belong together: get it again from where it was made",
        ),
        (KeyError::PassphraseMissing, "KEY_PASSPHRASE_MISSING", "the key is encrypted: give its passphrase"),
        (
            KeyError::PassphraseWrong,
            "KEY_PASSPHRASE_WRONG",
            "the passphrase is wrong, or the encrypted key is damaged",
        ),
        (
            KeyError::PassphraseEmpty,
            "KEY_PASSPHRASE_EMPTY",
            "the passphrase is empty: give one, or write the key unencrypted",
        ),
        (
            KeyError::LegacyPemEncryption,
            "KEY_LEGACY_PEM_ENCRYPTION",
            "the key is encrypted in the traditional OpenSSL way, which is too weak: convert it with `openssl pkcs8 -topk8 -in key.pem -out new.pem`",
        ),
        (
            KeyError::EncryptionUnsupported,
            "KEY_ENCRYPTION_UNSUPPORTED",
            "the key is encrypted by a scheme not supported here: convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out new.pem`",
        ),
        (
            KeyError::EncryptionNotBuilt,
            "KEY_ENCRYPTION_NOT_BUILT",
            "this build does not read or write encrypted keys: turn on the feature `encrypted-keys`, or decrypt the key with `openssl pkcs8 -in key.pem -out new.pem`",
        ),
        (
            KeyError::KdfTooCostly,
            "KEY_KDF_TOO_COSTLY",
            "the key's encryption asks for an absurd amount of work: convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in key.pem -out new.pem`",
        ),
        (
            KeyError::JwkSyntax { line: 3, column: 1 },
            "KEY_JWK_SYNTAX",
            "the JWK is not a JSON object (line 3, column 1): copy the whole JWK again",
        ),
        (KeyError::JwkSet, "KEY_JWK_SET", "this is a JWK set: give one of the keys in its `keys` array"),
        (
            KeyError::JwkMemberMissing { member: "y" },
            "KEY_JWK_MEMBER_MISSING",
            "the JWK has no `y`: give the whole JWK",
        ),
        (
            KeyError::JwkMemberRepeated { member: "`d`" },
            "KEY_JWK_MEMBER_REPEATED",
            "the JWK has `d` twice: keep one",
        ),
        (
            KeyError::JwkMember { member: "x", wanted: "a string" },
            "KEY_JWK_MEMBER",
            "the JWK's `x` is not a string: copy it again, unchanged",
        ),
        (
            KeyError::JwkMemberLength { member: "x", bytes: 47 },
            "KEY_JWK_MEMBER_LENGTH",
            "the JWK's `x` is 47 bytes, but must be 48, leading zeros included: copy the whole JWK again",
        ),
        (
            KeyError::JwkUse { member: "use", purpose: "signing with ES384" },
            "KEY_JWK_USE",
            "the JWK's `use` rules out signing with ES384: use another key, or correct the member",
        ),
        (
            KeyError::Randomness,
            "KEY_RANDOMNESS",
            "the operating system gave no random bytes: a key cannot be made or encrypted without them",
        ),
        (
            KeyError::Backend,
            "KEY_BACKEND",
            "the cryptographic library refused the key: it may be out of memory",
        ),
    ];
    let mut codes = BTreeSet::new();
    for (error, code, words) in table {
        assert_eq!(error.code(), *code);
        assert_eq!(error.to_string(), *words, "{code}");
        assert!(codes.insert(code), "{code} is given twice");
        assert!(
            code.starts_with("KEY_")
                && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        );
    }
    // `KeyError` may grow: this count must grow with it.
    assert_eq!(codes.len(), 43);
}

#[test]
fn signing_speaks_of_signing() {
    let words = "signing failed: the operating system gave no random bytes or no memory";
    assert_eq!(SignError.to_string(), words);
}
