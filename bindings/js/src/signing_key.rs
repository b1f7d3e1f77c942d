use ivs_token::{PublicKeyArn, SigningKey, es384};
use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::input::{self, Form, Secret};
use crate::object::{self, Object, Objects};
use crate::verifying_key;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    form: Form,
    key: Secret,
    passphrase: Option<Secret>,
}

/// Reads a private key.
pub(crate) fn parse(json: &str) -> Result<Answer, Failure> {
    let given: Given = input::read(json)?;
    let bytes = given.key.bytes()?;
    let passphrase = given.passphrase.map(Secret::bytes).transpose()?;
    let key = match (given.form, passphrase) {
        (Form::Pem, None) => es384::SigningKey::from_pem(&*bytes)?,
        (Form::Pem, Some(passphrase)) => es384::SigningKey::from_pem_with_passphrase(&*bytes, &*passphrase)?,
        (Form::Der, None) => es384::SigningKey::from_der(&*bytes)?,
        (Form::Der, Some(passphrase)) => es384::SigningKey::from_der_with_passphrase(&*bytes, &*passphrase)?,
        (Form::Jwk, _) => es384::SigningKey::from_jwk(&*bytes)?,
        (Form::Any, passphrase) => {
            es384::SigningKey::from_any(&*bytes, passphrase.as_ref().map(|bytes| bytes.as_slice()))?
        }
    };
    Ok(Object::SigningKey(SigningKey::from(key)).into())
}

/// Makes a new private key.
pub(crate) fn generate() -> Result<Answer, Failure> {
    Ok(Object::SigningKey(SigningKey::generate()?).into())
}

/// The key under this ARN.
pub(crate) fn with_kid(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let kid = input::arn("kid", &input::read::<String>(json)?)?;
    Ok(Object::SigningKey(object::signing_key(objects, 0)?.clone().with_id(kid)).into())
}

/// All but the private half.
pub(crate) fn describe(objects: &Objects<'_>) -> Result<Answer, Failure> {
    let key = object::signing_key(objects, 0)?;
    let text = json!({
        "kid": key.id().map(PublicKeyArn::as_str),
        "isAccelerated": key.is_accelerated(),
        "verifyingKey": verifying_key::describe(key.verifying_key()),
    });
    Ok(text.to_string().into())
}

/// Has the key sign with the engine, where the processor can.
pub(crate) fn accelerate(objects: &Objects<'_>) -> Result<Answer, Failure> {
    object::signing_key(objects, 0)?.accelerate();
    Ok(String::new().into())
}

/// The private key as PKCS#8 PEM.
pub(crate) fn to_pem(objects: &Objects<'_>, json: &str) -> Result<Answer, Failure> {
    let key = object::signing_key(objects, 0)?.as_es384();
    match input::read::<Option<Secret>>(json)?.map(Secret::bytes).transpose()? {
        Some(passphrase) => Ok(key.to_encrypted_pkcs8_pem(&*passphrase)?.into()),
        None => Ok(key.to_pkcs8_pem().to_string().into()),
    }
}
