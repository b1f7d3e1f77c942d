//! Who may come in: the production verifier decides on every token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ivs_model::ApiError;
use ivs_token::{
    ChannelArn, ConnectionClaims, KeyRing, PlaybackKeyArn, PublicKeyArn, RevocationStore, Subject, Verified,
    VerifiedPlayback, VerifiedToken, Verifier, VerifyError, ViewerId,
};
use serde_json::Value;

use super::keys::Door;
use super::refusals::Refusals;
use super::revocations::{Revocations, Unspent};
use crate::arn::Arn;
use crate::environment::Environment;
use crate::ids::Ids;
use crate::keeper::Keeper;
use crate::view::{Scene, View};

/// Tokens that are remembered, for each account and region: clients send theirs with every request.
const REMEMBERED: usize = 1024;

/// The most accounts and regions that have a verifier of their own at once.
const PLACES: usize = 256;

/// The most bytes of a playback token, unless a quota says (guide, service quotas).
const PLAYBACK_BYTES: usize = 2048;

/// The ID that the server's own key has in ARNs.
const OWN_KEY: &str = "00000000-0000-4000-8000-000000000000";

/// A token or a request that is refused, in the service's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The status of an upgrade or a request that is refused so.
    pub(crate) fn status(&self) -> u16 {
        match self.code {
            "TOKEN_MISSING" => 401,
            "STAGE_DELETED" | "NOT_FOUND" => 404,
            "QUOTA_EXCEEDED" => 429,
            "MALFORMED" => 400,
            "UNAVAILABLE" => 503,
            _ => 403,
        }
    }
}

fn unavailable(error: &ApiError) -> Refusal {
    Refusal::new("UNAVAILABLE", error.to_string())
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// Decides on tokens, for all accounts and regions of a server.
pub(crate) struct Gate {
    keys: KeyRing,
    playback_keys: KeyRing<PlaybackKeyArn>,
    revocations: Arc<Revocations>,
    refusals: Arc<Refusals>,
    keeper: Arc<Keeper>,
    /// A token of the server's own key is good in one account and region, so each has its verifier.
    verifiers: Mutex<HashMap<(String, String), Verifier>>,
}

impl Gate {
    pub(crate) fn new(door: &Door, keeper: Arc<Keeper>) -> Self {
        Self {
            keys: door.keys().clone(),
            playback_keys: door.playback_keys().clone(),
            revocations: Arc::clone(door.revocations()),
            refusals: Arc::clone(door.refusals()),
            keeper,
            verifiers: Mutex::default(),
        }
    }

    /// Verifies a participant token, and that its stage is one of this server.
    pub(crate) fn participant(&self, token: &str) -> Result<VerifiedToken, Refusal> {
        self.noted("participant", token, self.decide(token))
    }

    /// As [`Self::participant`], for one stage.
    pub(crate) fn participant_of(&self, stage: &str, token: &str) -> Result<VerifiedToken, Refusal> {
        let decided = self.decide(token).and_then(|who| {
            if who.stage_arn().as_str() == stage {
                return Ok(who);
            }
            Err(Refusal::new("TOKEN_INVALID", format!("the token is for another stage: {}", who.stage_arn())))
        });
        self.noted("participant", token, decided)
    }

    /// Verifies a connection token.
    pub(crate) fn connection(&self, token: &str) -> Result<Verified<ConnectionClaims>, Refusal> {
        self.noted("connection", token, self.decide_connection(token))
    }

    /// What the door says of a connection token.
    pub(crate) fn decide_connection(&self, token: &str) -> Result<Verified<ConnectionClaims>, Refusal> {
        self.verifier("", "").and_then(|verifier| Ok(verifier.verify_connection(token)?))
    }

    /// What the door says of a playback token for this channel. A token that is good once is not spent.
    pub(crate) fn decide_playback(&self, token: &str, channel: &str) -> Result<VerifiedPlayback, Refusal> {
        self.measure_playback(token)?;
        let channel = ChannelArn::try_from(channel)
            .map_err(|error| Refusal::new("TOKEN_INVALID", format!("the channel of the token: {error}")))?;
        let builder = Verifier::builder().clock(self.keeper.clock.clone());
        let verifier = builder
            .playback_key_ring(&self.playback_keys)
            .revocations(Arc::new(Unspent(Arc::clone(&self.revocations))))
            .build()
            .map_err(|error| Refusal::new("UNAVAILABLE", error.to_string()))?;
        // An origin that the token names is one that a player can come from.
        Ok(verifier.verify_playback_of(token, &channel, None)?)
    }

    /// Verifies the playback token of a viewer of this channel.
    pub(crate) fn playback(
        &self,
        token: &str,
        channel: &ChannelArn,
        origin: Option<&str>,
    ) -> Result<VerifiedPlayback, Refusal> {
        let verifier = self.measure_playback(token).and_then(|()| self.verifier("", ""));
        let decided = verifier.and_then(|verifier| Ok(verifier.verify_playback_of(token, channel, origin)?));
        self.noted("playback", token, decided)
    }

    /// Refuses a playback token that is longer than the service takes.
    fn measure_playback(&self, token: &str) -> Result<(), Refusal> {
        let limit = self.keeper.environment.quota("playbackTokenBytes", PLAYBACK_BYTES);
        let actual = token.len();
        if actual <= limit {
            return Ok(());
        }
        let message = format!(
            "the playback token has {actual} bytes, and the service takes at most {limit} (quota playbackTokenBytes): \
             give it fewer origins"
        );
        Err(Refusal::new("TOKEN_INVALID", message))
    }

    /// Says whether a viewer who watches may go on.
    pub(crate) fn viewer(
        &self,
        channel: &ChannelArn,
        viewer: &ViewerId,
        version: i64,
    ) -> Result<(), Refusal> {
        let subject = Subject::Playback { channel, viewer: Some((viewer, version)), single_use: None };
        let checked = self.revocations.check(&subject);
        checked
            .map_err(|error| Refusal::new("UNAVAILABLE", error.to_string()))?
            .map_err(|revoked| Refusal::new(revoked.code(), revoked.to_string()))
    }

    /// What names are sealed with that only this server may make.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.keeper.environment.secret
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.keeper.clock.now()
    }

    /// What is the same for all calls.
    pub(crate) fn environment(&self) -> &Environment {
        &self.keeper.environment
    }

    /// IDs of a session of somebody who watches a stream. No change has them: what happens later keeps its IDs.
    pub(crate) fn ids_of_session(&self, stream: &str, number: u64) -> Result<Ids, Refusal> {
        self.keeper.ids_apart(&format!(" session of {stream}"), number).map_err(|error| unavailable(&error))
    }

    /// Looks at the state around a channel.
    pub(crate) fn look<T>(
        &self,
        channel: &ChannelArn,
        look: impl FnOnce(&View<'_>) -> Result<T, ApiError>,
    ) -> Result<T, Refusal> {
        let ids = self.keeper.ids_of_reading();
        let view =
            ids.map(|ids| View::new(self.scene(channel), ids, self.environment(), self.keeper.store()));
        view.and_then(|view| look(&view)).map_err(|error| unavailable(&error))
    }

    fn scene<'c>(&self, channel: &'c ChannelArn) -> Scene<'c> {
        Scene { account: channel.account_id(), region: channel.region(), now: self.now() }
    }

    /// Commits a change of the state that is about a channel.
    pub(crate) fn change<T>(
        &self,
        channel: &ChannelArn,
        change: impl FnMut(&mut View<'_>) -> Result<T, ApiError>,
    ) -> Result<T, Refusal> {
        let written = self.keeper.change(self.scene(channel), change);
        written.map(|written| written.value).map_err(|error| unavailable(&error))
    }

    /// Keeps a refusal that somebody may ask about.
    pub(crate) fn note(&self, door: &'static str, token: &str, refusal: &Refusal) {
        self.refusals.note(door, token, (refusal.code, &refusal.message), None, self.keeper.clock.now());
    }

    /// Keeps a refusal that a fault asked for. `told` is what the header of faults says of it.
    pub(crate) fn note_struck(&self, (door, token): (&'static str, &str), refusal: &Refusal, told: &str) {
        let what = (refusal.code, refusal.message.as_str());
        self.refusals.note(door, token, what, Some(told), self.keeper.clock.now());
    }

    fn noted<T>(&self, door: &'static str, token: &str, decided: Result<T, Refusal>) -> Result<T, Refusal> {
        if let Err(refusal) = &decided {
            self.note(door, token, refusal);
        }
        decided
    }

    /// What the door says of a participant token.
    pub(crate) fn decide(&self, token: &str) -> Result<VerifiedToken, Refusal> {
        let (account, region) = place(token).unwrap_or_default();
        let who = self.verifier(&account, &region)?.verify(token)?;
        let stage = who.stage_arn();
        let key = format!("{}/{}/stage/{}", stage.account_id(), stage.region(), stage.resource_id());
        match self.keeper.store().get(&key) {
            Ok(Some(_)) => Ok(who),
            Ok(None) => Err(Refusal::new("TOKEN_INVALID", format!("there is no stage {stage} here"))),
            Err(error) => Err(Refusal::new("UNAVAILABLE", error.to_string())),
        }
    }

    /// Whether somebody who was let in before would still be: their stage is there, and nobody has sent them away for good.
    pub(crate) fn still_admits(&self, who: &VerifiedToken) -> bool {
        let (stage, participant_id) = (who.stage_arn(), who.participant_id());
        let key = format!("{}/{}/stage/{}", stage.account_id(), stage.region(), stage.resource_id());
        let is_there = matches!(self.keeper.store().get(&key), Ok(Some(_)));
        is_there
            && matches!(self.revocations.check(&Subject::Participant { stage, participant_id }), Ok(Ok(())))
    }

    /// Whether this key is the server's own, whose tokens can not be exchanged.
    pub(crate) fn is_own(key: &PublicKeyArn) -> bool {
        key.resource_id() == OWN_KEY
    }

    fn verifier(&self, account: &str, region: &str) -> Result<Verifier, Refusal> {
        let mut verifiers = self.verifiers.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (account.to_owned(), region.to_owned());
        if let Some(verifier) = verifiers.get(&place) {
            return Ok(verifier.clone());
        }
        let mut builder = Verifier::builder()
            .key_ring(&self.keys)
            .playback_key_ring(&self.playback_keys)
            .revocations(self.revocations.clone())
            .cache(REMEMBERED)
            .clock(self.keeper.clock.clone());
        let own = format!("arn:aws:ivs:{region}:{account}:public-key/{OWN_KEY}");
        if let Ok(own) = PublicKeyArn::try_from(own.as_str()) {
            // The public half of the key of `CreateParticipantToken`.
            let key = self.keeper.environment.token_key.verifying_key().clone();
            builder = builder.accept_service_tokens_of(own, key);
        }
        let verifier = builder.build().map_err(|error| Refusal::new("UNAVAILABLE", error.to_string()))?;
        if verifiers.len() >= PLACES {
            verifiers.clear();
        }
        verifiers.insert(place, verifier.clone());
        Ok(verifier)
    }
}

/// The account and region that a token names. Nobody has verified it: it only says which verifier is asked.
fn place(token: &str) -> Option<(String, String)> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let payload: Value = serde_json::from_slice(&payload).ok()?;
    let arn = Arn::parse(payload.get("resource")?.as_str()?)?;
    Some((arn.account.to_owned(), arn.region.to_owned()))
}
