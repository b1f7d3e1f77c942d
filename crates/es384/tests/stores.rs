//! Keys as stores of secrets, certificates and OpenSSH hand them out.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod common;

use common::{PASSPHRASE, PBKDF2_PEM, PKCS8_PEM, SEC1_PEM, SPKI_PEM, openssl};
use es384::{KeyError, KeyFileError, SigningKey, VerifyingKey};

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn signs_as_it_should(key: &SigningKey) -> bool {
    *key.verifying_key() == VerifyingKey::from_pem(SPKI_PEM).unwrap()
}

/// AWS Secrets Manager and Parameter Store, whole or with `--query`, and what people put into them.
#[test]
fn the_one_pem_in_a_json_is_taken() {
    let inner = format!(r#"{{"privateKey":{}}}"#, json(SEC1_PEM));
    for secret in [
        inner.clone(),
        format!(
            r#"{{"ARN":"arn:aws:secretsmanager:x","Name":"n","SecretString":{},"VersionStages":["AWSCURRENT"]}}"#,
            json(SEC1_PEM)
        ),
        format!(r#"{{"ARN":"x","SecretString":{}}}"#, json(&inner)),
        format!(r#"{{"SecretString":{}}}"#, json(&format!(r#"{{"a":{}}}"#, json(&inner)))),
        format!("\n {{\"Parameter\":{{\"Value\":{},\"Version\":1}}}}\n", json(PKCS8_PEM)),
        format!(r#"{{"keys":[1,{{"b":[{}]}}],"kid":"x"}}"#, json(PKCS8_PEM)),
        // Both halves: the private one is meant.
        format!(r#"{{"public":{},"private":{}}}"#, json(SPKI_PEM), json(PKCS8_PEM)),
        // Line breaks that were lost in one of the usual ways.
        format!(r#"{{"privateKey":{}}}"#, json(&SEC1_PEM.replace('\n', "\\n"))),
        format!(r#"{{"privateKey":"{}"}}"#, SEC1_PEM.replace('\n', "\\u000a").replace('/', "\\/")),
    ] {
        for key in [SigningKey::from_any(&secret, None), SigningKey::from_pem(&secret)] {
            assert!(signs_as_it_should(&key.unwrap()), "{secret}");
        }
    }
    let encrypted = format!(r#"{{"SecretString":{}}}"#, json(PBKDF2_PEM));
    assert!(signs_as_it_should(&SigningKey::from_any(&encrypted, Some(PASSPHRASE.as_bytes())).unwrap()));
    let public = format!(r#"{{"publicKey":{{"arn":"x","publicKeyMaterial":{}}}}}"#, json(SPKI_PEM));
    for key in [VerifyingKey::from_any(&public), VerifyingKey::from_pem(&public)] {
        assert_eq!(key.unwrap(), VerifyingKey::from_pem(SPKI_PEM).unwrap());
    }
}

#[test]
fn what_is_ambiguous_or_wrong_in_a_json_is_told() {
    let private = |text: &str| SigningKey::from_any(text, None).unwrap_err();
    let two = format!(r#"{{"old":{},"new":{}}}"#, json(SEC1_PEM), json(PKCS8_PEM));
    assert_eq!(private(&two), KeyError::MoreThanOneKey { blocks: 2 });
    assert_eq!(private(&format!(r#"{{"a":{}}}"#, json(SPKI_PEM))), KeyError::PublicKeyGiven);
    let error = VerifyingKey::from_any(format!(r#"{{"a":{}}}"#, json(SEC1_PEM))).unwrap_err();
    assert_eq!(error, KeyError::PrivateKeyGiven);
    let cut = format!(r#"{{"a":{}}}"#, json(&SEC1_PEM[..SEC1_PEM.len() - 30]));
    assert_eq!(private(&cut), KeyError::PemNoEnd);
    // No PEM, and no JWK either.
    assert_eq!(private(r#"{"privateKey":"abc"}"#), KeyError::JwkMemberMissing { member: "kty" });
    let broken = format!(r#"{{"privateKey":{}"#, json(SEC1_PEM));
    assert!(matches!(private(&broken), KeyError::JwkSyntax { .. }));
    // Deeper than anybody nests.
    let mut nested = format!(r#"{{"a":{}}}"#, json(SEC1_PEM));
    for _ in 0..4 {
        nested = format!(r#"{{"a":{}}}"#, json(&nested));
    }
    assert_eq!(private(&nested), KeyError::JwkMemberMissing { member: "kty" });
    for text in [
        "{\"-----BEGIN",
        "{\"\\",
        "{\"a\":\"\\u00\"-----BEGIN",
        &format!("{}-----BEGIN", "{\"a\":".repeat(5000)),
    ] {
        assert!(matches!(private(text), KeyError::JwkSyntax { .. }), "{text}");
    }
}

/// A server's bundle: one private key, and certificates or the public key beside it.
#[test]
fn the_one_private_key_of_a_bundle_signs() {
    let Some(certificate) = certificate() else { return };
    let certificate = String::from_utf8(certificate).unwrap();
    for bundle in [
        format!("{certificate}{PKCS8_PEM}"),
        format!("{SEC1_PEM}{certificate}{certificate}"),
        format!("{SEC1_PEM}{SPKI_PEM}"),
    ] {
        assert!(signs_as_it_should(&SigningKey::from_any(&bundle, None).unwrap()));
    }
    let two = format!("{certificate}{PKCS8_PEM}{SEC1_PEM}");
    assert_eq!(SigningKey::from_any(two, None).unwrap_err(), KeyError::MoreThanOneKey { blocks: 3 });
}

#[test]
fn a_certificate_gives_its_public_key() {
    let Some(pem) = certificate() else { return };
    let key = VerifyingKey::from_pem(SPKI_PEM).unwrap();
    let der = openssl(&["x509", "-outform", "DER"], &pem).unwrap();
    assert_eq!(VerifyingKey::from_any(&pem).unwrap(), key);
    assert_eq!(VerifyingKey::from_pem(&pem).unwrap(), key);
    assert_eq!(VerifyingKey::from_der(&der).unwrap(), key);
    for end in [10, der.len() / 2, der.len() - 1] {
        assert!(VerifyingKey::from_der(&der[..end]).is_err());
    }
    assert_eq!(SigningKey::from_any(&pem, None).unwrap_err(), KeyError::Certificate);
    assert!(VerifyingKey::from_any(include_bytes!("keys/refused/certificate.pem")).is_ok());
}

/// A self-signed certificate for the test key.
fn certificate() -> Option<Vec<u8>> {
    let folder = std::env::temp_dir().join(format!(
        "es384-stores-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("key.pem");
    std::fs::write(&file, PKCS8_PEM).unwrap();
    let made = openssl(
        &["req", "-x509", "-new", "-key", file.to_str().unwrap(), "-subj", "/CN=test", "-days", "2"],
        b"",
    );
    std::fs::remove_dir_all(&folder).unwrap();
    made
}

#[test]
fn an_openssh_public_key_is_taken() {
    // string "ecdsa-sha2-nistp384", string "nistp384", string point (RFC 5656, section 3.1).
    let field = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let blob = [field(b"ecdsa-sha2-nistp384"), field(b"nistp384"), field(&common::point())].concat();
    let line = format!("ecdsa-sha2-nistp384 {} ana@laptop\n", common::base64(&blob, 0));
    let key = VerifyingKey::from_pem(SPKI_PEM).unwrap();
    assert_eq!(VerifyingKey::from_any(&line).unwrap(), key);
    assert_eq!(SigningKey::from_any(&line, None).unwrap_err(), KeyError::PublicKeyGiven);
    let public = |text: &str| VerifyingKey::from_any(text).unwrap_err();
    assert_eq!(public("ecdsa-sha2-nistp256 AAAA"), KeyError::WrongCurve { curve: "P-256".into() });
    assert_eq!(public("ssh-rsa AAAA"), KeyError::WrongAlgorithm { algorithm: "RSA".into() });
    assert_eq!(public("ssh-ed25519 AAAA"), KeyError::WrongAlgorithm { algorithm: "Ed25519".into() });
    let algorithm = "Ed25519".into();
    assert_eq!(public("sk-ssh-ed25519@openssh.com AAAA"), KeyError::WrongAlgorithm { algorithm });
    let curve = "P-256".into();
    assert_eq!(public("sk-ecdsa-sha2-nistp256@openssh.com AAAA"), KeyError::WrongCurve { curve });
    assert_eq!(public("ecdsa-sha2-nistp384-cert-v01@openssh.com AAAA"), KeyError::OpensshKey);
    assert_eq!(public("ecdsa-sha2-nistp384"), KeyError::Truncated);
    assert_eq!(public(&line[..100]), KeyError::Truncated);
    let longer = common::base64(&[&blob[..], &[0]].concat(), 0);
    assert_eq!(public(&format!("ecdsa-sha2-nistp384 {longer}")), KeyError::TrailingBytes { bytes: 1 });
}

#[test]
fn a_file_that_can_not_be_read_is_named() {
    let folder = std::env::temp_dir().join(format!("es384-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("private.pem");
    let error = SigningKey::from_file(&file, None).unwrap_err();
    let words = std::fs::read(&file).unwrap_err().to_string();
    let words = words.split_once(" (os error").unwrap().0;
    assert!(!cfg!(unix) || words == "No such file or directory", "{words}");
    assert_eq!(error.to_string(), format!("{}: {words}", file.display()));
    assert_eq!(format!("{error:?}"), format!("KEY_FILE_UNREADABLE: {error}"));
    std::fs::write(&file, PKCS8_PEM).unwrap();
    assert!(signs_as_it_should(&SigningKey::from_file(&file, None).unwrap()));
    let error = VerifyingKey::from_file(&file).unwrap_err();
    assert_eq!(error, KeyFileError::Key { path: file.clone(), source: KeyError::PrivateKeyGiven });
    assert!(
        format!("{error:?}").starts_with("KEY_PRIVATE_KEY_GIVEN: ")
            && error.to_string().contains("private.pem")
    );
    std::fs::write(&file, "x".repeat(70_000)).unwrap();
    assert!(matches!(
        VerifyingKey::from_file(&file),
        Err(KeyFileError::Key { source: KeyError::TooLong { .. }, .. })
    ));
    std::fs::remove_dir_all(&folder).unwrap();
}
