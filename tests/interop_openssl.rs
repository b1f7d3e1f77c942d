//! Both ways with the `openssl` command, from a key pair made as AWS's guide says.

use std::path::Path;
use std::process::Command;

use conformance::*;
use ivs_token::{SigningKey, Stage, Timestamp, Verifier, VerifyError, VerifyingKey};

fn openssl(folder: &Path, arguments: &str) -> Vec<u8> {
    stdout_of(Command::new("openssl").current_dir(folder).args(arguments.split(' ')))
}

/// A folder with `priv.pem` and `public.pem` in it.
fn key_pair() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    openssl(folder.path(), "ecparam -name secp384r1 -genkey -noout -out priv.pem");
    openssl(folder.path(), "ec -in priv.pem -pubout -out public.pem");
    folder
}

#[test]
fn the_main_job() {
    if !require_tool("openssl") {
        return;
    }
    let folder = key_pair();
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let signing_key = SigningKey::from_pem(file("priv.pem")).unwrap().with_id(arn(KID));
    let public_key = VerifyingKey::from_pem(file("public.pem")).unwrap();
    assert_eq!(signing_key.verifying_key(), &public_key);
    let stage = Stage::from_json(GET_STAGE_JSON).unwrap();
    assert_eq!(
        (stage.arn().as_str(), stage.whip_url(), stage.events_url()),
        (STAGE_ARN, WHIP_URL, EVENTS_URL)
    );

    let token = stage.participant().user_id("José").attribute("seat", "12").mint(&signing_key).unwrap();
    let verifier = Verifier::builder().key(arn(KID), public_key).stage(stage.arn()).build().unwrap();
    let read = verifier.verify(token.as_str()).unwrap();
    assert_eq!(read.claims(), token.claims());
    assert_eq!(read.user_id(), Some("José"));

    // Ours, checked by OpenSSL.
    let (signed, signature) = split_signature(token.as_str());
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("signed", signed.as_bytes());
    write("signature", &to_der(&decode(signature)));
    let check = "dgst -sha384 -verify public.pem -signature signature signed";
    assert_eq!(String::from_utf8(openssl(folder.path(), check)).unwrap().trim(), "Verified OK");
    write("signed", signed.replacen('A', "B", 1).as_bytes());
    let mut altered = Command::new("openssl");
    let altered = altered.current_dir(folder.path()).args(check.split(' ')).output().unwrap();
    assert!(!altered.status.success());

    // OpenSSL's, checked by us.
    let mut claims = claims();
    let now = Timestamp::now().as_secs();
    claims.insert("iat".into(), now.into());
    claims.insert("exp".into(), (now + 60).into());
    let signed = format!("{}.{}", encode(header()), encode(serde_json::to_string(&claims).unwrap()));
    write("signed", signed.as_bytes());
    // Several, for r and s have leading zeros now and then, which DER leaves out and JOSE does not.
    for _ in 0..8 {
        let der = openssl(folder.path(), "dgst -sha384 -sign priv.pem signed");
        let read = verifier.verify(&format!("{signed}.{}", encode(from_der(&der)))).unwrap();
        assert_eq!(read.user_id(), Some("ana"));
        let in_der = verifier.verify(&format!("{signed}.{}", encode(&der))).unwrap_err();
        assert!(in_der.to_string().contains("DER form"), "{in_der}");
    }
    let stranger = Verifier::builder().key(arn(KID), key().verifying_key().clone()).build().unwrap();
    assert_eq!(stranger.verify(token.as_str()), Err(VerifyError::Signature));
}

#[test]
fn keys_in_every_form_that_openssl_writes() {
    if !require_tool("openssl") {
        return;
    }
    let folder = key_pair();
    let at = folder.path();
    let public = VerifyingKey::from_pem(std::fs::read(at.join("public.pem")).unwrap()).unwrap();
    for (what, arguments) in [
        ("SEC1 with EC PARAMETERS", "ec -in priv.pem -out key"),
        ("SEC1 DER", "ec -in priv.pem -outform DER -out key"),
        ("PKCS#8", "pkcs8 -topk8 -nocrypt -in priv.pem -out key"),
        ("PKCS#8 DER", "pkcs8 -topk8 -nocrypt -in priv.pem -outform DER -out key"),
        ("encrypted PKCS#8", "pkcs8 -topk8 -v2 aes-256-cbc -passout pass:sesame -in priv.pem -out key"),
        ("encrypted PKCS#8, scrypt", "pkcs8 -topk8 -scrypt -passout pass:sesame -in priv.pem -out key"),
    ] {
        openssl(at, arguments);
        let key = std::fs::read(at.join("key")).unwrap();
        let key = es384::SigningKey::from_any(key, Some(b"sesame"))
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(key.verifying_key(), &public, "{what}");
    }
    let with_parameters = openssl(at, "ecparam -name secp384r1 -genkey");
    assert!(String::from_utf8_lossy(&with_parameters).contains("EC PARAMETERS"));
    assert!(es384::SigningKey::from_pem(with_parameters).is_ok());
    for arguments in ["ec -in priv.pem -pubout -outform DER", "ec -in priv.pem -pubout -conv_form compressed"]
    {
        assert_eq!(VerifyingKey::from_any(openssl(at, arguments)).unwrap(), public, "{arguments}");
    }
    let p256 = openssl(at, "ecparam -name prime256v1 -genkey -noout");
    let error = SigningKey::from_pem(p256).unwrap_err();
    assert_eq!(error, ivs_token::KeyError::WrongCurve { curve: "P-256".into() });
}

#[test]
fn openssl_reads_what_we_write() {
    if !require_tool("openssl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let key = es384::SigningKey::generate().unwrap();
    let public = key.verifying_key().to_spki_pem();
    for (what, pem) in [
        ("SEC1", key.to_sec1_pem().to_string()),
        ("PKCS#8", key.to_pkcs8_pem().to_string()),
        ("encrypted PKCS#8", key.to_encrypted_pkcs8_pem("sesame").unwrap()),
    ] {
        std::fs::write(folder.path().join("key.pem"), pem).unwrap();
        let printed = openssl(folder.path(), "pkey -in key.pem -passin pass:sesame -pubout");
        assert_eq!(String::from_utf8(printed).unwrap().trim(), public.trim(), "{what}");
    }
}
