//! JWK sets (RFC 7517, section 5).

use std::borrow::Cow;

use es384::VerifyingKey;
use serde_json::value::RawValue;

use super::{Collector, KeySet};
use crate::error::{JsonError, KeyEntryError, KeySetError};
use crate::key_ring::PublicKey;
use crate::value::arn::KeyArn;
use crate::value::printable::shorten;
use crate::value::timestamp::Timestamp;
use crate::wire::claim_set::string;
use crate::wire::json::Members;

/// Whether a text is one object that looks more like a JWK set than like anything else.
pub(super) fn is_one(text: &str) -> bool {
    // A text that repeats a member is one too, for its reader to refuse.
    serde_json::from_str::<std::collections::BTreeMap<Cow<'_, str>, &RawValue>>(text)
        .is_ok_and(|members| members.contains_key("keys"))
}

/// Reads the keys that verify ES384, and passes over the others.
pub(super) fn read<A: KeyArn>(text: &str) -> Result<KeySet<A>, KeySetError> {
    let set = Members::parse(text).map_err(|error| match error {
        JsonError::Syntax(words) => KeySetError::Json(words),
        JsonError::NotAnObject => KeySetError::NotAJwkSet,
        other => KeySetError::JwkSet(other),
    })?;
    let entries: Vec<&RawValue> =
        set.get("keys").and_then(|raw| serde_json::from_str(raw).ok()).ok_or(KeySetError::NotAJwkSet)?;
    let mut keys = Collector::new();
    for (i, raw) in entries.into_iter().enumerate() {
        match key(raw.get()) {
            Ok(None) => {}
            Ok(Some(key)) => keys.push(entry(i), Ok(key))?,
            Err(error) => keys.push(entry(i), Err(error))?,
        }
    }
    keys.finish("of the keys in the set, none is an EC key on P-384 that verifies ES384")
}

/// Writes each key with its ARN as `kid`, and as `exp` until when it verifies.
pub(in crate::key_ring) fn write<'a, A: KeyArn>(keys: impl Iterator<Item = &'a PublicKey<A>>) -> String {
    let keys: Vec<String> = keys
        .map(|key| {
            let jwk = key.key().to_jwk();
            let members = jwk.trim_end_matches('}');
            // An ARN has no character that JSON would escape.
            let exp = key.retired_at().map(|at| format!(r#","exp":{}"#, at.as_secs())).unwrap_or_default();
            format!(r#"{members},"kid":"{}"{exp}}}"#, key.arn())
        })
        .collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn entry(at: usize) -> String {
    format!("entry {} of `keys`", at + 1)
}

/// The key, if it is one of those that are looked for.
fn key<A: KeyArn>(raw: &str) -> Result<Option<PublicKey<A>>, KeyEntryError> {
    let jwk = Members::parse(raw).map_err(KeyEntryError::Json)?;
    if !is(&jwk, "kty", "EC") || !is(&jwk, "crv", "P-384") {
        return Ok(None);
    }
    // Whatever it is for: whoever can read the set has the key.
    if jwk.get("d").is_some() {
        return Err(KeyEntryError::PrivateKey);
    }
    if is_for_something_else(&jwk) {
        return Ok(None);
    }
    let kid = jwk.get("kid").ok_or(KeyEntryError::KeyIdMissing)?;
    let kid = string("", kid).map_err(|_| KeyEntryError::Type { member: "kid", wanted: "a string" })?;
    let arn = A::try_from(&kid)
        .map_err(|source| KeyEntryError::KeyId { found: shorten(&kid).into_owned(), source })?;
    let key = PublicKey::new(arn, VerifyingKey::from_jwk(raw)?);
    Ok(Some(match jwk.get("exp") {
        None | Some("null") => key,
        Some(raw) => key.retiring_at(
            seconds(raw)
                .ok_or(KeyEntryError::Type { member: "exp", wanted: "a time in whole seconds since 1970" })?,
        ),
    }))
}

fn seconds(raw: &str) -> Option<Timestamp> {
    Timestamp::from_secs(serde_json::from_str(raw).ok()?)
}

/// RFC 7517, sections 4.2 to 4.4.
fn is_for_something_else(jwk: &Members<'_>) -> bool {
    let other = |member, wanted| jwk.get(member).is_some() && !is(jwk, member, wanted);
    let operations = jwk.get("key_ops").and_then(|raw| serde_json::from_str::<Vec<Cow<'_, str>>>(raw).ok());
    other("use", "sig")
        || other("alg", "ES384")
        || operations.is_some_and(|operations| !operations.iter().any(|operation| operation == "verify"))
}

/// Whether a member is there and is this string.
fn is(jwk: &Members<'_>, member: &str, wanted: &str) -> bool {
    jwk.get(member).is_some_and(|raw| string("", raw).is_ok_and(|text| text == wanted))
}
