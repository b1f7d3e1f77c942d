//! The vectors that every binding is tested with: tokens, keys and exchanges, each with what becomes of it.
//!
//! `IVS_TOKEN_WRITE_VECTORS=1 cargo test -p conformance --test all vectors` writes them anew.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use conformance::*;
use ivs_token::{Participant, SigningKey, Token, Verifier, VerifyingKey, check_exchange, es384};
use serde_json::{Value, json};

use crate::hostile_cases::{accepted, cases};

/// The passphrase of the encrypted keys in crates/es384/tests/keys.
const PASSPHRASE: &str = "correct horse";

#[test]
fn tokens() {
    let keys = json!({
        KID: key().verifying_key().to_spki_pem(),
        OTHER_KID: other_key().verifying_key().to_spki_pem(),
        OTHER_ACCOUNT_KID: key().verifying_key().to_spki_pem(),
        OTHER_REGION_KID: key().verifying_key().to_spki_pem(),
    });
    let verifier = verifier();
    let mut all: Vec<Value> =
        accepted().into_iter().map(|(name, token)| judged(&verifier, &name, &token)).collect();
    all.extend(cases().iter().map(|case| judged(&verifier, &case.name, &case.token)));
    // Hundreds of kilobytes in one token would make the file large; the Rust tests have those.
    all.retain(|vector| vector["token"].as_str().unwrap().len() <= 4096);
    let fresh = json!({ "now": NOW, "keys": keys, "tokens": all });

    let held = kept("tokens.json", &fresh);
    let mut builder = Verifier::builder().clock(at(held["now"].as_i64().unwrap()));
    for (kid, pem) in held["keys"].as_object().unwrap() {
        builder = builder.key(arn(kid), VerifyingKey::from_pem(pem.as_str().unwrap()).unwrap());
    }
    let verifier = builder.build().unwrap();
    // Some keys and all signatures are new each time, and with them the reason of a signature that was cut short; what becomes of
    // the tokens is not.
    let (held, fresh) = (held["tokens"].as_array().unwrap(), fresh["tokens"].as_array().unwrap());
    assert_eq!(held.len(), fresh.len());
    for (held, fresh) in held.iter().zip(fresh) {
        let judged = judged(&verifier, held["name"].as_str().unwrap(), held["token"].as_str().unwrap());
        assert_eq!(*held, judged);
        for member in ["name", "code", "participantId"] {
            assert_eq!(held[member], fresh[member], "{}", held["name"]);
        }
    }
}

/// A token and what becomes of it.
fn judged(verifier: &Verifier, name: &str, token: &str) -> Value {
    match verifier.verify(token) {
        Ok(verified) => json!({ "name": name, "token": token, "participantId": verified.participant_id() }),
        Err(error) => json!({ "name": name, "token": token, "code": error.code(), "reason": error.reason() }),
    }
}

#[test]
fn keys() {
    let folder = workspace().join("crates/es384/tests/keys");
    let mut all = Vec::new();
    for folder in [folder.clone(), folder.join("refused")] {
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.is_file()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            if !name.starts_with('.') && name != "README.md" {
                all.push(key_vector(name, &fs::read(file).unwrap()));
            }
        }
    }
    let fresh = json!({ "note": "Public test keys: they sign nothing but tests.", "passphrase": PASSPHRASE, "keys": all });
    assert_eq!(kept("keys.json", &fresh), fresh);
}

/// What becomes of a key, read as private and as public.
fn key_vector(name: &str, bytes: &[u8]) -> Value {
    let private = match es384::SigningKey::from_any(bytes, Some(PASSPHRASE.as_bytes())) {
        Ok(key) => json!({ "thumbprint": key.verifying_key().thumbprint() }),
        Err(error) => json!({ "code": error.code() }),
    };
    let public = match VerifyingKey::from_any(bytes) {
        Ok(key) => json!({ "thumbprint": key.thumbprint() }),
        Err(error) => json!({ "code": error.code() }),
    };
    json!({ "name": name, "base64": STANDARD.encode(bytes), "private": private, "public": public })
}

#[test]
fn exchanges() {
    let mint = |participant: Participant, key: &SigningKey| participant.mint_at(key, now()).unwrap();
    let old = mint(participant(), &signing_key());
    let other_stage = ivs_token::Stage::new(
        "arn:aws:ivs:us-west-2:123456789012:stage/other".parse().unwrap(),
        "https://other.example",
    );
    let new: Vec<(&str, Token)> = vec![
        (
            "other rights",
            old.exchange()
                .capabilities(ivs_token::Capabilities::ALL)
                .mint_at(&signing_key(), at(NOW + 1))
                .unwrap(),
        ),
        ("another key", old.exchange().mint_at(&other_signing_key(), at(NOW + 1)).unwrap()),
        ("another participant", mint(participant().participant_id("another"), &signing_key())),
        ("another version", mint(participant().version("1.1".parse().unwrap()), &signing_key())),
        (
            "another stage",
            mint(
                other_stage.unwrap().participant().participant_id("pQ7x_-0123456789abcdefAB"),
                &signing_key(),
            ),
        ),
    ];
    let exchanges: Vec<Value> = new
        .iter()
        .map(|(name, new)| {
            let claims = check_exchange(&old, new).map_or_else(|error| error.claims, |()| Vec::new());
            json!({ "name": name, "new": new.as_str(), "claims": claims })
        })
        .collect();
    let keys = json!({ KID: key().verifying_key().to_spki_pem(), OTHER_KID: other_key().verifying_key().to_spki_pem() });
    let fresh = json!({ "now": NOW + 1, "keys": keys, "old": old.as_str(), "exchanges": exchanges });

    let held = kept("exchanges.json", &fresh);
    let mut builder = Verifier::builder().clock(at(held["now"].as_i64().unwrap()));
    for (kid, pem) in held["keys"].as_object().unwrap() {
        builder = builder.key(arn(kid), VerifyingKey::from_pem(pem.as_str().unwrap()).unwrap());
    }
    let verifier = builder.build().unwrap();
    let old = verifier.verify(held["old"].as_str().unwrap()).unwrap();
    for (held, fresh) in held["exchanges"].as_array().unwrap().iter().zip(&exchanges) {
        let new = verifier.verify(held["new"].as_str().unwrap()).unwrap();
        let claims = check_exchange(&old, &new).map_or_else(|error| error.claims, |()| Vec::new());
        assert_eq!((&held["name"], &held["claims"]), (&fresh["name"], &fresh["claims"]));
        assert_eq!(held["claims"], json!(claims));
    }
    assert_eq!(held["exchanges"].as_array().unwrap().len(), exchanges.len());
}

/// The file as it is kept, or as it is now to be kept.
fn kept(name: &str, fresh: &Value) -> Value {
    let path = workspace().join("tests/vectors").join(name);
    if std::env::var_os("IVS_TOKEN_WRITE_VECTORS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, serde_json::to_string_pretty(fresh).unwrap() + "\n").unwrap();
    }
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
