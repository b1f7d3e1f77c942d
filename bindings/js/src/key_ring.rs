use ivs_token::{ArnError, KeyArn, KeyRing, KeySet, PlaybackKeyArn, PublicKey, PublicKeyArn, VerifyingKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Call};
use crate::clock::{self, CallClock};
use crate::failure::Failure;
use crate::input::{self, Pairs};
use crate::object::{self, Object};
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

/// What is asked of a ring: a method and its arguments. One struct and no enum, as that takes a fraction of the code.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    method: String,
    #[serde(default)]
    arn: String,
    #[serde(default)]
    pem: String,
    name: Option<String>,
    tags: Option<Pairs>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    json: String,
    #[serde(default)]
    replace: bool,
    #[serde(default)]
    at: f64,
}

/// Asks something of a ring, of either kind.
pub(crate) fn call(call: &Call<'_>) -> Result<Answer, Failure> {
    let wanted: Asked = input::read(call.json)?;
    match call.objects[0] {
        Some(Object::PlaybackKeyRing(ring)) => asked::<PlaybackKeyArn>(ring, wanted, call),
        _ => asked::<PublicKeyArn>(object::key_ring(&call.objects, 0)?, wanted, call),
    }
}

fn asked<A>(ring: &KeyRing<A>, asked: Asked, call: &Call<'_>) -> Result<Answer, Failure>
where
    A: KeyArn + for<'t> TryFrom<&'t str, Error = ArnError>,
{
    let arn = || input::arn::<A>("arn", &asked.arn);
    let key = || object::signing_key(&call.objects, 1).cloned();
    let answer = match asked.method.as_str() {
        "import" => {
            let mut key = PublicKey::new(arn()?, VerifyingKey::from_pem(&asked.pem)?);
            if let Some(name) = asked.name {
                key = key.with_name(name.parse()?);
            }
            if let Some(tags) = asked.tags {
                key = key.with_tags(input::tags(&tags)?);
            }
            ring.import_public_key(key)?;
            Value::Null
        }
        "importJson" => {
            let set = KeySet::<A>::from_any(&asked.json)?;
            let count = set.keys().len();
            if asked.replace {
                ring.replace(set)?;
            } else {
                ring.import_all(set)?;
            }
            json!(count)
        }
        "delete" => json!(ring.delete(&arn()?)?),
        "get" => ring.get(&arn()?).map_or(Value::Null, |key| describe(&key)),
        "keys" => ring.keys().iter().map(|key| describe(key)).collect(),
        "tag" => json!(ring.tag(&arn()?, asked.tags.unwrap_or_default())?),
        "untag" => json!(ring.untag(&arn()?, asked.names)?),
        "signWith" => json!(ring.sign_with(&arn()?, key()?)?),
        "stopSigning" => {
            ring.stop_signing();
            Value::Null
        }
        "signingKey" => {
            return Ok(match ring.signing_key() {
                Some(key) => Object::SigningKey(key).into(),
                None => "null".to_owned().into(),
            });
        }
        "rotate" => {
            let old_until = clock::timestamp("oldUntil", asked.at)?;
            ring.rotate(&arn()?, key()?, old_until)?.map_or(Value::Null, |arn| Value::String(arn.to_string()))
        }
        "retire" => json!(ring.retire(&arn()?, clock::timestamp("at", asked.at)?)?),
        "reinstate" => json!(ring.reinstate(&arn()?)?),
        "deleteRetired" => ring.delete_retired(call.now).iter().map(A::to_string).collect(),
        "toJwks" => Value::String(ring.to_jwks_at(call.now)),
        "figures" => json!({
            "size": ring.len(), "limit": ring.limit(),
            "preparedLimit": ring.prepared_limit(), "preparedKeys": ring.prepared_keys(),
            "signingArn": ring.signing_arn().map(|arn| arn.to_string()),
        }),
        _ => return Err(Failure::panic()),
    };
    Ok(answer.to_string().into())
}

fn describe<A: KeyArn>(key: &PublicKey<A>) -> Value {
    let tags: Value = key.tags().iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    json!({
        "arn": key.arn().to_string(), "key": verifying_key::describe(key.key()),
        "name": key.name().map(ivs_token::KeyName::as_str), "tags": tags,
        "retiredAt": key.retired_at().map(ivs_token::Timestamp::as_secs),
    })
}
