//! Public keys of both services.

use es384::VerifyingKey;
use ivs_model::{ApiError, ServiceName, Source};
use serde_json::Value;

use super::{Kind, Record, text};
use crate::call::{Call, Effect, invalid};
use crate::http::hash::sha256;

pub(crate) struct PublicKey;
pub(crate) struct PlaybackKeyPair;

impl Kind for PublicKey {
    fn kind(&self) -> &'static str {
        "public-key"
    }

    fn service(&self) -> ServiceName {
        ServiceName::RealTime
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["PublicKey", "PublicKeys"]
    }

    fn members(&self) -> [&'static str; 2] {
        ["publicKey", "publicKeys"]
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        Some(("publicKeys", 3))
    }

    fn has_uuid(&self) -> bool {
        true
    }

    fn complete(&self, call: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        let key = import(self.kind(), call, record)?;
        if let Ok(arn) = text(record, "arn").try_into() {
            call.effects.push(Effect::ImportKey(arn, key));
        }
        Ok(())
    }

    fn before_delete(&self, call: &mut Call<'_>, record: &Record) -> Result<(), ApiError> {
        if let Ok(arn) = text(record, "arn").try_into() {
            call.effects.push(Effect::DeleteKey(arn));
        }
        Ok(())
    }
}

impl Kind for PlaybackKeyPair {
    fn kind(&self) -> &'static str {
        "playback-key"
    }

    fn service(&self) -> ServiceName {
        ServiceName::LowLatency
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["PlaybackKeyPair", "PlaybackKeyPairs"]
    }

    fn members(&self) -> [&'static str; 2] {
        ["keyPair", "keyPairs"]
    }

    fn quota(&self) -> Option<(&'static str, usize)> {
        Some(("playbackKeyPairs", 3))
    }

    fn has_uuid(&self) -> bool {
        true
    }

    fn complete(&self, call: &mut Call<'_>, record: &mut Record) -> Result<(), ApiError> {
        let key = import(self.kind(), call, record)?;
        if let Ok(arn) = text(record, "arn").try_into() {
            call.effects.push(Effect::ImportPlaybackKey(arn, key));
        }
        Ok(())
    }

    fn before_delete(&self, call: &mut Call<'_>, record: &Record) -> Result<(), ApiError> {
        if let Ok(arn) = text(record, "arn").try_into() {
            call.effects.push(Effect::DeletePlaybackKey(arn));
        }
        Ok(())
    }
}

/// Reads the key, refuses one that is there already, and adds its fingerprint.
fn import(kind: &str, call: &Call<'_>, record: &mut Record) -> Result<VerifyingKey, ApiError> {
    let key = VerifyingKey::from_pem(text(record, "publicKeyMaterial"))
        .map_err(|error| invalid(format!("publicKeyMaterial: {error}"), "key-material", Source::Guide))?;
    let fingerprint = fingerprint(call, &key, text(record, "publicKeyMaterial"));
    let is_same =
        |other: &Record| other.get("fingerprint").and_then(Value::as_str) == Some(fingerprint.as_str());
    if let Some(other) = call.all(kind)?.iter().find(|other| is_same(other))
        && call.assumes("duplicate-key", "refuse")
    {
        let message = format!("This key was imported as {}", text(other, "arn"));
        return Err(call.refuse("ConflictException", message, "duplicate-key", Source::Assumed));
    }
    record.insert("fingerprint".into(), fingerprint.into());
    Ok(key)
}

/// 16 bytes in hex, separated by colons. How AWS makes them is not documented: these are the first of a SHA-256, and do not
/// compare with AWS's.
fn fingerprint(call: &Call<'_>, key: &VerifyingKey, pem: &str) -> String {
    call.explain("fingerprint", Source::Assumed);
    let is_of_spki = call.assumes("fingerprint", "spki");
    let bytes = if is_of_spki { sha256(&key.to_spki_der()) } else { sha256(pem.as_bytes()) };
    bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
