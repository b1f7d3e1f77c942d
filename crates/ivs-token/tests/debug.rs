//! What `Debug` shows, and what it must not.

use std::error::Error;

use ivs_token::{SigningKey, Stage, es384};

#[test]
fn secrets_stay_out_of_debug() -> Result<(), Box<dyn Error>> {
    let private = es384::SigningKey::generate()?;
    let pem = private.to_sec1_pem();
    let key = SigningKey::from(private).with_id("arn:aws:ivs:us-west-2:123456789012:public-key/abc".parse()?);
    let said = format!("{key:?}");
    assert!(said.starts_with("SigningKey { id: Some(PublicKeyArn(arn:aws:ivs:"), "{said}");
    assert!(said.contains("VerifyingKey { sha256: "), "{said}");
    for line in pem.lines() {
        assert!(!said.contains(line), "a line of the key is shown");
    }

    let stage = Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/s".parse()?, "https://w.example")?;
    let token = stage.participant().user_id("ana").mint(&key)?;
    let said = format!("{token:?}");
    assert!(said.contains(r#"user_id: Some(UserId("ana"))"#), "{said}");
    for part in token.as_str().split('.') {
        assert!(!said.contains(part), "a part of the token is shown");
    }
    Ok(())
}
