//! Both ways with PyJWT: what Python verifies of ours, and what we verify of Python's.
//!
//! `python -m venv .venv && .venv/bin/pip install -r tests/requirements.txt` makes it ready; `IVS_TOKEN_TEST_PYTHON` names
//! another interpreter.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use conformance::*;
use ivs_token::{Capabilities, Timestamp, Verifier, VerifyError};
use serde_json::{Value, json};

/// The interpreter that has PyJWT; `None` skips the test.
fn python() -> Option<PathBuf> {
    let has_pyjwt = |python: &PathBuf| {
        Command::new(python)
            .args(["-c", "import jwt, cryptography"])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if let Some(python) = std::env::var_os("IVS_TOKEN_TEST_PYTHON").map(PathBuf::from) {
        assert!(
            has_pyjwt(&python),
            "IVS_TOKEN_TEST_PYTHON has no PyJWT: pip install -r tests/requirements.txt"
        );
        return Some(python);
    }
    let found = [workspace().join(".venv/bin/python"), "python3".into()].into_iter().find(has_pyjwt);
    if found.is_none() {
        skip(
            "there is no Python with PyJWT: `python3 -m venv .venv && .venv/bin/pip install -r tests/requirements.txt`",
        );
    }
    found
}

fn run(python: &PathBuf, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(python)
        .arg(workspace().join("tests/pyjwt.py"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may refuse its arguments before it reads.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn line(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

fn data(name: &str) -> String {
    workspace().join("tests/data").join(name).to_str().unwrap().to_owned()
}

#[test]
fn python_verifies_ours() {
    let Some(python) = python() else { return };
    println!("{}", line(&run(&python, &["versions"], b"")));
    let public = data("test-only-public.pem");
    let now = Timestamp::now();
    for participant in [
        participant(),
        stage().participant(),
        stage()
            .participant()
            .user_id("\u{0}\u{1f}\"\\\u{7f}\u{2028}\u{ffff}\u{10ffff}")
            .capabilities(Capabilities::NONE),
    ] {
        let token = participant.mint_at(&signing_key(), now).unwrap();
        let read: Value =
            serde_json::from_str(&line(&run(&python, &["verify", &public], token.as_str().as_bytes())))
                .unwrap();
        assert_eq!(read["header"], json!({"alg": "ES384", "typ": "JWT", "kid": KID}));
        assert_eq!(read["claims"], payload_of(token.as_str()));

        let claims = &read["claims"];
        assert_eq!(claims["exp"], token.expires_at().as_secs());
        assert_eq!(claims["iat"], now.as_secs());
        assert_eq!(claims["jti"], token.participant_id().as_str());
        assert_eq!(claims.get("user_id").and_then(Value::as_str), token.user_id());
        assert_eq!(claims["resource"], STAGE_ARN);
        assert_eq!(claims["topic"], STAGE_ID);
        assert_eq!(claims["events_url"], EVENTS_URL);
        assert_eq!(claims["whip_url"], WHIP_URL);
        assert_eq!(claims["version"], "1.0");
        let attributes = claims.get("attributes").and_then(Value::as_object);
        assert_eq!(attributes.map_or(0, serde_json::Map::len), token.attributes().len());
        for (name, value) in token.attributes().iter() {
            assert_eq!(claims["attributes"][name], value);
        }
    }
}

#[test]
fn python_refuses_ours_when_it_should() {
    let Some(python) = python() else { return };
    let refusal = |token: &str| {
        let output = run(&python, &["verify", &data("test-only-public.pem")], token.as_bytes());
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let now = Timestamp::now();
    let token = |key: &ivs_token::SigningKey, at| participant().mint_at(key, at).unwrap().into_string();
    assert!(refusal(&token(&other_signing_key(), now)).contains("InvalidSignatureError"));
    assert!(refusal(&token(&signing_key(), at(now.as_secs() - 901))).contains("ExpiredSignatureError"));
}

#[test]
fn we_verify_pythons() {
    let Some(python) = python() else { return };
    let private = data("test-only-private.pem");
    let verifier = Verifier::builder().key(arn(KID), key().verifying_key().clone()).build().unwrap();
    let now = Timestamp::now().as_secs();
    let mut claims = claims();
    claims.insert("iat".into(), now.into());
    claims.insert("exp".into(), (now + 60).into());
    for user_id in ["José 😀", "Zoë", "ana", "\u{0}\u{7f}\"\\/", "日本語 עברית"] {
        claims.insert("user_id".into(), user_id.into());
        claims.insert("attributes".into(), json!({"équipe": user_id}));
        // serde_json writes raw UTF-8; `sign` has Python write it anew, escaped and with spaces.
        let payload = Value::Object(claims.clone()).to_string();
        for command in ["sign", "sign-raw"] {
            let token = line(&run(&python, &[command, &private, KID], payload.as_bytes()));
            let header = String::from_utf8(decode(parts(&token)[0])).unwrap();
            assert_ne!(header, conformance::header(), "PyJWT orders the header otherwise");
            let read = verifier.verify(&token).unwrap();
            assert_eq!(read.user_id(), Some(user_id), "{command}");
            assert_eq!(read.attributes().get("équipe"), Some(user_id), "{command}");
            assert_eq!(read.capabilities(), Capabilities::ALL);
            assert_eq!(read.claims().stage(), &stage());
            assert_eq!(read.expires_at(), read.issued_at().saturating_add(Duration::from_secs(60)));
            assert_eq!(
                verifier_of(other_key().verifying_key().clone()).verify(&token),
                Err(VerifyError::Signature)
            );
        }
    }
}
