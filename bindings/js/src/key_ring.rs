use ivs_token::{ArnError, KeyArn, KeyRing, KeySet, PlaybackKeyArn, PublicKey, PublicKeyArn, VerifyingKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::{self, CallClock};
use crate::failure::Failure;
use crate::input::{self, Pairs};
use crate::object::{self, Object, Objects};
use crate::operation::{Answer, Call};
use crate::verifying_key;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    is_playback: bool,
    limit: Option<usize>,
    prepared_limit: Option<usize>,
}

/// Makes an empty ring.
pub(crate) fn make(json: &str) -> Result<Answer, Failure> {
    let options: Options = input::read(json)?;
    Ok(if options.is_playback {
        Object::PlaybackKeyRing(ring_of(&options)).into()
    } else {
        Object::KeyRing(ring_of(&options)).into()
    })
}

fn ring_of<A: KeyArn>(options: &Options) -> KeyRing<A> {
    let ring = KeyRing::with_clock(options.limit.unwrap_or(KeyRing::<A>::DEFAULT_LIMIT), CallClock);
    if let Some(limit) = options.prepared_limit {
        ring.set_prepared_limit(limit);
    }
    ring
}

/// What can be asked of a ring.
#[derive(Deserialize)]
#[serde(tag = "method", rename_all = "camelCase")]
enum Method {
    Import { arn: String, pem: String, name: Option<String>, tags: Option<Pairs> },
    ImportJson { json: String, replace: bool },
    Delete { arn: String },
    Get { arn: String },
    Keys,
    Tag { arn: String, tags: Pairs },
    Untag { arn: String, names: Vec<String> },
    SignWith { arn: String },
    StopSigning,
    SigningKey,
    #[serde(rename_all = "camelCase")]
    Rotate { arn: String, old_until: f64 },
    Retire { arn: String, at: f64 },
    Reinstate { arn: String },
    DeleteRetired,
    ToJwks,
    Figures,
}

/// Asks something of a ring, of either kind.
pub(crate) fn call(call: &Call<'_>) -> Result<Answer, Failure> {
    let method: Method = input::read(call.json)?;
    match call.objects[0] {
        Some(Object::PlaybackKeyRing(ring)) => asked::<PlaybackKeyArn>(ring, method, call),
        _ => asked::<PublicKeyArn>(object::key_ring(&call.objects, 0)?, method, call),
    }
}

fn asked<A>(ring: &KeyRing<A>, method: Method, call: &Call<'_>) -> Result<Answer, Failure>
where
    A: KeyArn + for<'t> TryFrom<&'t str, Error = ArnError>,
{
    let arn = |text: &str| input::arn::<A>("arn", text);
    let key = |objects: &Objects<'_>| object::signing_key(objects, 1).cloned();
    let answer = match method {
        Method::Import { arn: text, pem, name, tags } => {
            let mut key = PublicKey::new(arn(&text)?, VerifyingKey::from_pem(&pem)?);
            if let Some(name) = name {
                key = key.with_name(name.parse()?);
            }
            if let Some(tags) = tags {
                key = key.with_tags(input::tags(&tags)?);
            }
            ring.import_public_key(key)?;
            Value::Null
        }
        Method::ImportJson { json, replace } => {
            let set = KeySet::<A>::from_any(&json)?;
            let count = set.keys().len();
            if replace { ring.replace(set)? } else { ring.import_all(set)? }
            json!(count)
        }
        Method::Delete { arn: text } => done(ring.delete(&arn(&text)?)?),
        Method::Get { arn: text } => json!(ring.get(&arn(&text)?).map(|key| describe(&key))),
        Method::Keys => ring.keys().iter().map(|key| describe(key)).collect(),
        Method::Tag { arn: text, tags } => done(ring.tag(&arn(&text)?, tags)?),
        Method::Untag { arn: text, names } => done(ring.untag(&arn(&text)?, names)?),
        Method::SignWith { arn: text } => done(ring.sign_with(&arn(&text)?, key(&call.objects)?)?),
        Method::StopSigning => done(ring.stop_signing()),
        Method::SigningKey => {
            return Ok(match ring.signing_key() {
                Some(key) => Object::SigningKey(key).into(),
                None => "null".to_owned().into(),
            });
        }
        Method::Rotate { arn: text, old_until } => {
            let old_until = clock::timestamp("oldUntil", old_until)?;
            let old = ring.rotate(&arn(&text)?, key(&call.objects)?, old_until)?;
            json!(old.map(|arn| arn.to_string()))
        }
        Method::Retire { arn: text, at } => done(ring.retire(&arn(&text)?, clock::timestamp("at", at)?)?),
        Method::Reinstate { arn: text } => done(ring.reinstate(&arn(&text)?)?),
        Method::DeleteRetired => ring.delete_retired(call.now).iter().map(A::to_string).collect(),
        Method::ToJwks => json!(ring.to_jwks_at(call.now)),
        Method::Figures => json!({
            "size": ring.len(), "limit": ring.limit(),
            "preparedLimit": ring.prepared_limit(), "preparedKeys": ring.prepared_keys(),
            "signingArn": ring.signing_arn().map(|arn| arn.to_string()),
        }),
    };
    Ok(answer.to_string().into())
}

#[expect(clippy::needless_pass_by_value, reason = "there is nothing in it")]
fn done((): ()) -> Value {
    Value::Null
}

fn describe<A: KeyArn>(key: &PublicKey<A>) -> Value {
    let tags: Value = key.tags().iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    json!({
        "arn": key.arn().to_string(), "key": verifying_key::describe(key.key()),
        "name": key.name().map(ivs_token::KeyName::as_str), "tags": tags,
        "retiredAt": key.retired_at().map(ivs_token::Timestamp::as_secs),
    })
}
