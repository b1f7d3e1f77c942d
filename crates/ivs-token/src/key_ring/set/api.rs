//! What `GetPublicKey` and `ImportPublicKey` print.

use std::borrow::Cow;

use es384::VerifyingKey;
use serde_json::value::RawValue;

use super::{Collector, KeySet};
use crate::error::{KeyEntryError, KeySetError};
use crate::key_ring::{KeyName, PublicKey, Tags};
use crate::value::arn::KeyArn;
use crate::value::timestamp::Timestamp;
use crate::wire::claim_set::string;
use crate::wire::json::Members;

/// Reads objects that stand one after the other or in arrays.
pub(super) fn read<A: KeyArn>(text: &str) -> Result<KeySet<A>, KeySetError> {
    let syntax = |error: serde_json::Error| KeySetError::Json(error.to_string());
    let mut keys = Collector::new();
    let mut seen = 0;
    let mut one = |answer: &RawValue| {
        seen += 1;
        keys.push(format!("entry {seen}"), key(answer.get()))
    };
    for document in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let document = document.map_err(syntax)?;
        if document.get().starts_with('[') {
            let answers: Vec<&RawValue> = serde_json::from_str(document.get()).map_err(syntax)?;
            answers.into_iter().try_for_each(&mut one)?;
        } else {
            one(document)?;
        }
    }
    keys.finish("give what `aws ivs-realtime get-public-key` prints for each key")
}

fn key<A: KeyArn>(answer: &str) -> Result<PublicKey<A>, KeyEntryError> {
    let answer = Members::parse(answer).map_err(KeyEntryError::Json)?;
    let body = match answer.object("publicKey") {
        Some(body) => body,
        None if answer.get("publicKey").is_some() => {
            return Err(KeyEntryError::Type { member: "publicKey", wanted: "an object" });
        }
        None if answer.get("arn").is_some() => &answer,
        None => return Err(no_key(&answer)),
    };
    let arn = A::try_from(&required(body, "arn")?).map_err(KeyEntryError::Arn)?;
    let key = VerifyingKey::from_pem(&*required(body, "publicKeyMaterial")?)?;
    let tags = tags(body)?;
    let mut key = PublicKey::new(arn, key).with_tags(tags);
    if let Some(name) = text(body, "name")? {
        key = key.with_name(KeyName::try_from(&*name)?);
    }
    if let Some(raw) = present(body, "retiredAt") {
        let wanted = "a time in ISO 8601, such as \"2026-11-21T09:17:25Z\"";
        let time = string("", raw).ok().and_then(|time| Timestamp::from_iso_8601(&time));
        key = key.retiring_at(time.ok_or(KeyEntryError::Type { member: "retiredAt", wanted })?);
    }
    Ok(key)
}

/// What an object is that is no answer with a key in it.
fn no_key(answer: &Members<'_>) -> KeyEntryError {
    let has = |member| answer.get(member).is_some();
    if has("publicKeys") {
        KeyEntryError::Listing
    } else if has("keyPair") || has("keyPairs") {
        KeyEntryError::PlaybackKeyPair
    } else if has("keys") {
        KeyEntryError::JwkSet
    } else {
        KeyEntryError::NotAnAnswer
    }
}

fn tags(body: &Members<'_>) -> Result<Tags, KeyEntryError> {
    let mut tags = Tags::new();
    let Some(raw) = present(body, "tags") else { return Ok(tags) };
    let wrong = || KeyEntryError::Type { member: "tags", wanted: "an object whose values are strings" };
    for (key, value) in Members::parse(raw).map_err(|_| wrong())?.iter() {
        // Those that AWS set are among them.
        tags.insert_any(key, &string("", value).map_err(|_| wrong())?)?;
    }
    Ok(tags)
}

fn required<'a>(body: &Members<'a>, member: &'static str) -> Result<Cow<'a, str>, KeyEntryError> {
    text(body, member)?.ok_or(KeyEntryError::Missing { member })
}

fn text<'a>(body: &Members<'a>, member: &'static str) -> Result<Option<Cow<'a, str>>, KeyEntryError> {
    let wrong = |_| KeyEntryError::Type { member, wanted: "a string" };
    present(body, member).map(|raw| string("", raw).map_err(wrong)).transpose()
}

/// A member's value, unless it is `null`, which some tools write for what is not there.
fn present<'a>(body: &Members<'a>, member: &str) -> Option<&'a str> {
    body.get(member).filter(|&raw| raw != "null")
}
