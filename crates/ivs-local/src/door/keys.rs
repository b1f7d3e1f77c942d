//! The imported keys and the revocations, which decide on tokens.

use std::sync::Arc;

use ivs_token::{
    ChannelArn, KeyRing, ParticipantId, PlaybackKeyArn, Revocation, RevocationStore, StageArn, TokenId,
    VerifyingKey, ViewerId,
};
use serde_json::Value;

use super::refusals::Refusals;
use super::revocations::Revocations;
use crate::keeper::Keeper;
use crate::pulse::Pulse;
use crate::store::StoreError;
use crate::view::Effect;

/// This is more than the quotas of a few hundred accounts allow.
const KEYS: usize = 10_000;

/// The keys and revocations of a server, kept in step with its state.
pub struct Door {
    keys: KeyRing,
    playback_keys: KeyRing<PlaybackKeyArn>,
    revocations: Arc<Revocations>,
    refusals: Arc<Refusals>,
}

impl Door {
    /// The keys of `ImportPublicKey`.
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// The keys of `ImportPlaybackKeyPair`.
    pub fn playback_keys(&self) -> &KeyRing<PlaybackKeyArn> {
        &self.playback_keys
    }

    /// The revocations, which include disconnected participants and deleted stages.
    pub fn revocations(&self) -> &Arc<Revocations> {
        &self.revocations
    }

    /// The last refused tokens.
    pub(crate) fn refusals(&self) -> &Arc<Refusals> {
        &self.refusals
    }

    /// Makes a door from the state.
    pub(crate) fn open(keeper: &Keeper, pulse: &Arc<Pulse>) -> Result<Self, StoreError> {
        let door = Self {
            keys: KeyRing::with_clock(KEYS, keeper.clock.clone()),
            playback_keys: KeyRing::with_clock(KEYS, keeper.clock.clone()),
            revocations: Arc::default(),
            refusals: Arc::new(Refusals::new(Arc::clone(pulse))),
        };
        for (key, entry) in keeper.store().scan("", "", usize::MAX)? {
            door.apply(effect(&key, &entry.value));
        }
        Ok(door)
    }

    /// Replaces all keys and revocations with those in these entries of a state.
    pub(crate) fn replace<'v>(&self, entries: impl Iterator<Item = (&'v String, &'v Value)>) {
        let none = (self.keys.replace([]), self.playback_keys.replace([]));
        if let (Err(error), _) | (_, Err(error)) = none {
            tracing::warn!(%error, "the door and the state differ");
        }
        self.revocations.clear();
        self.learn(entries);
    }

    /// Adds the keys and revocations in these entries of a state.
    pub(crate) fn learn<'v>(&self, entries: impl Iterator<Item = (&'v String, &'v Value)>) {
        self.apply(entries.filter_map(|(key, value)| effect(key, value)));
    }

    /// Applies the effects of a call to the keys and revocations.
    pub(crate) fn apply(&self, effects: impl IntoIterator<Item = Effect>) {
        for effect in effects {
            let done = match effect {
                Effect::ImportKey(arn, key) => self.keys.import(arn, key).map_err(|error| error.to_string()),
                Effect::DeleteKey(arn) => self.keys.delete(&arn).map_err(|error| error.to_string()),
                Effect::ImportPlaybackKey(arn, key) => {
                    self.playback_keys.import(arn, key).map_err(|error| error.to_string())
                }
                Effect::DeletePlaybackKey(arn) => {
                    self.playback_keys.delete(&arn).map_err(|error| error.to_string())
                }
                // These effects are for connected participants only.
                Effect::Due(_) | Effect::Replicate(_) | Effect::EndReplication(_) | Effect::Leave(..) => {
                    Ok(())
                }
                Effect::Revoke(revocation) => {
                    self.revocations.revoke(&revocation).map_err(|error| error.to_string())
                }
            };
            if let Err(error) = done {
                tracing::warn!(error, "the door and the state differ");
            }
        }
    }
}

/// The effect of a record of the state on the door.
fn effect(key: &str, value: &Value) -> Option<Effect> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let material = || VerifyingKey::from_pem(text("publicKeyMaterial")).ok();
    match key.split('/').nth(2)? {
        "public-key" => Some(Effect::ImportKey(text("arn").try_into().ok()?, material()?)),
        "playback-key" => Some(Effect::ImportPlaybackKey(text("arn").try_into().ok()?, material()?)),
        "revocation" => revocation(value).map(Effect::Revoke),
        _ => None,
    }
}

/// Whether a record is a valid revocation.
pub(crate) fn is_revocation(value: &Value) -> bool {
    revocation(value).is_some()
}

fn revocation(value: &Value) -> Option<Revocation> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if let Some(id) = text("tokenId") {
        return Some(Revocation::ConnectionToken { token_id: TokenId::try_from(id).ok()? });
    }
    if let (Some(channel), Some(viewer)) = (text("channelArn"), text("viewerId")) {
        return Some(Revocation::ViewerSessions {
            channel: ChannelArn::try_from(channel).ok()?,
            viewer_id: ViewerId::try_from(viewer).ok()?,
            up_to: value.get("upTo").and_then(Value::as_i64).unwrap_or(0),
        });
    }
    let stage = StageArn::try_from(text("stageArn")?).ok()?;
    match text("participantId") {
        None => Some(Revocation::Stage { stage }),
        Some(id) => {
            let participant_id = ParticipantId::try_from(id).ok()?;
            Some(Revocation::Participant { stage, participant_id, reason: None })
        }
    }
}
