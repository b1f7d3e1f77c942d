//! The decisions on tokens. The production verifier of `ivs-token` makes each one.

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

/// How many verified tokens are cached for each account and region. Clients send their token with every request.
const REMEMBERED: usize = 1024;

/// How many accounts and regions may have a verifier of their own at once.
const PLACES: usize = 256;

/// The greatest length of a playback token in bytes, unless a quota changes it (guide, service quotas).
const PLAYBACK_BYTES: usize = 2048;

/// The ID that the server's own key has in ARNs.
const OWN_KEY: &str = "00000000-0000-4000-8000-000000000000";

/// The refusal of a token or a request, with the service's own code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The HTTP status of the refused upgrade or request.
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
    /// A token of the server's own key is valid in one account and region only, so each has a verifier.
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

    /// Verifies a participant token, and checks that this server has its stage.
    pub(crate) fn participant(&self, token: &str) -> Result<VerifiedToken, Refusal> {
        self.noted("participant", token, self.decide(token))
    }

    /// Like [`Self::participant`], but the token must be for this stage.
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

    /// Decides on a connection token, without keeping a refusal.
    pub(crate) fn decide_connection(&self, token: &str) -> Result<Verified<ConnectionClaims>, Refusal> {
        self.verifier("", "").and_then(|verifier| Ok(verifier.verify_connection(token)?))
    }

    /// Decides on a playback token for this channel, without keeping a refusal. A single-use token is not used up.
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
        // The origin is not checked here: a player can come from an origin that the token names.
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

    /// Refuses a playback token that is longer than the service accepts.
    fn measure_playback(&self, token: &str) -> Result<(), Refusal> {
        let limit = self.keeper.environment.quota("playbackTokenBytes", PLAYBACK_BYTES);
        let actual = token.len();
        if actual <= limit {
            return Ok(());
        }
        let message = format!(
            "the playback token has {actual} bytes, but the service accepts at most {limit} (quota playbackTokenBytes): \
             give it fewer origins"
        );
        Err(Refusal::new("TOKEN_INVALID", message))
    }

    /// Decides whether a viewer who is watching may continue.
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

    /// The key with which the server seals the names that only it may make.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.keeper.environment.secret
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.keeper.clock.now()
    }

    /// The environment that all calls share.
    pub(crate) fn environment(&self) -> &Environment {
        &self.keeper.environment
    }

    /// IDs for the session of a viewer. They are drawn apart from those of changes, so that later changes keep their
    /// IDs.
    pub(crate) fn ids_of_session(&self, stream: &str, number: u64) -> Result<Ids, Refusal> {
        self.keeper.ids_apart(&format!(" session of {stream}"), number).map_err(|error| unavailable(&error))
    }

    /// Reads the state in the account and region of a channel.
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

    /// Commits a change in the account and region of a channel.
    pub(crate) fn change<T>(
        &self,
        channel: &ChannelArn,
        change: impl FnMut(&mut View<'_>) -> Result<T, ApiError>,
    ) -> Result<T, Refusal> {
        let written = self.keeper.change(self.scene(channel), change);
        written.map(|written| written.value).map_err(|error| unavailable(&error))
    }

    /// Keeps a refusal for the console and `/_ivs/refusals`.
    pub(crate) fn note(&self, door: &'static str, token: &str, refusal: &Refusal) {
        self.refusals.note(door, token, (refusal.code, &refusal.message), None, self.keeper.clock.now());
    }

    /// Keeps a refusal that a fault caused. `told` is the text for the header that names faults.
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

    /// Decides on a participant token, without keeping a refusal.
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

    /// Whether an admitted participant would still be admitted: the stage and the key exist, and
    /// nobody has disconnected them.
    pub(crate) fn still_admits(&self, who: &VerifiedToken) -> bool {
        let (stage, participant_id) = (who.stage_arn(), who.participant_id());
        let key = format!("{}/{}/stage/{}", stage.account_id(), stage.region(), stage.resource_id());
        let is_there = matches!(self.keeper.store().get(&key), Ok(Some(_)));
        let has_key = Self::is_own(who.key_id()) || self.keys.get(who.key_id()).is_some();
        is_there
            && has_key
            && matches!(self.revocations.check(&Subject::Participant { stage, participant_id }), Ok(Ok(())))
    }

    /// Whether this key is the server's own. Its tokens cannot be exchanged.
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

/// The account and the region that a token names. The token is not verified yet; they only select the verifier.
fn place(token: &str) -> Option<(String, String)> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let payload: Value = serde_json::from_slice(&payload).ok()?;
    let arn = Arn::parse(payload.get("resource")?.as_str()?)?;
    Some((arn.account.to_owned(), arn.region.to_owned()))
}
