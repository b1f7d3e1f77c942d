use std::fmt::Write as _;

use ivs_token::VerifyingKey;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input::{self, Form, Secret};

#[derive(Deserialize)]
struct Given {
    form: Form,
    key: Secret,
}

/// Reads a public key: gives what [`describe`] does.
pub(crate) fn parse(json: &str) -> Result<Answer, Failure> {
    let given: Given = input::read(json)?;
    let bytes = given.key.bytes()?;
    let key = match given.form {
        Form::Pem => VerifyingKey::from_pem(&*bytes)?,
        Form::Der => VerifyingKey::from_der(&*bytes)?,
        Form::Jwk => VerifyingKey::from_jwk(&*bytes)?,
        Form::Any => VerifyingKey::from_any(&*bytes)?,
    };
    Ok(describe(&key).to_string().into())
}

/// All there is to know of a public key.
pub(crate) fn describe(key: &VerifyingKey) -> Value {
    let fingerprint = key.fingerprint().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    json!({
        "pem": key.to_spki_pem(), "jwk": key.to_jwk(), "thumbprint": key.thumbprint(), "fingerprint": fingerprint,
    })
}
